import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from neurograph.equations.costs import cross_entropy, error, squared_error, wrong

EVERY = [squared_error(), cross_entropy(), cross_entropy(7.5)]


@pytest.mark.parametrize("cost", EVERY, ids=str)
@given(st.integers(0, 2**32 - 1))
def test_the_force_is_minus_the_slope_of_the_cost(cost, seed):
    rng = np.random.default_rng(seed)
    s, y = rng.normal(size=(3, 4)), rng.dirichlet(np.ones(4), 3)
    h = 1e-6
    slope = np.empty_like(s)
    for k in range(4):
        bump = h * np.eye(4)[k]
        slope[:, k] = (cost.each(s + bump, y) - cost.each(s - bump, y)) / (2 * h)
    assert np.allclose(cost.force(s, y), -slope, atol=1e-6)


def test_squared_error_is_half_the_squared_distance():
    assert squared_error().each([[1.0, 2.0]], [[0.0, 4.0]]).tolist() == [2.5]
    assert squared_error().mean([[1.0, 2.0], [0.0, 0.0]], [[0.0, 4.0], [0.0, 0.0]]) == 1.25


def test_cross_entropy_is_minus_the_log_of_the_right_answers_share():
    s = np.array([[0.2, -0.4, 1.0]])
    share = np.exp(3 * s) / np.exp(3 * s).sum()
    assert cross_entropy(3.0).each(s, [[0, 1, 0]])[0] == pytest.approx(-np.log(share[0, 1]), rel=1e-14)


def test_cross_entropy_does_not_overflow():
    s = np.array([[1e4, -1e4]])
    assert cross_entropy().each(s, [[1, 0]])[0] == 0.0
    assert cross_entropy().each(s, [[0, 1]])[0] == 2e4
    assert np.array_equal(cross_entropy().force(s, [[0, 1]]), [[-1.0, 1.0]])


def test_an_error_is_a_share_for_classes_and_a_distance_for_numbers():
    assert error([[0.4, 0.6], [0.9, 0.1]], [[1, 0], [1, 0]]) == 0.5
    assert error([[1.5], [0.0]], [[1.0], [2.0]]) == pytest.approx(np.sqrt((0.25 + 4) / 2))


def test_a_wrong_answer_is_the_largest_output_of_a_one_hot_target_and_the_side_of_a_half_else():
    assert wrong([[0.4, 0.3]], [[1, 0]]).tolist() == [False]
    assert wrong([[0.4, 0.6]], [[1, 0]]).tolist() == [True]
    assert wrong([[0.4, 0.6]], [[1, 1]]).tolist() == [True]
    assert wrong([[0.4], [0.6], [0.5]], [[0], [0], [0]]).tolist() == [False, True, False]


def test_no_answer_is_a_wrong_answer():
    assert wrong([[np.nan]], [[0.0]]).tolist() == [True]
    assert wrong([[np.nan, 0.0]], [[1, 0]]).tolist() == [True]
