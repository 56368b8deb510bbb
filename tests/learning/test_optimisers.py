import numpy as np
import pytest

from neurograph.learning.optimisers import OPTIMISERS, adam, rmsprop, sgd
from tests.learning.stepping import run

EVERY = [*(make(learning_rate=0.1) for make in OPTIMISERS.values()), sgd(0.1, 0.9)]


def test_momentum_adds_up_a_decaying_sum():
    moved = run(sgd(0.5, 0.8), [[1.0, -2.0]] * 6, weights=2)
    velocity = (1 - 0.8 ** np.arange(1, 7)) / (1 - 0.8)
    assert np.allclose(moved, 0.5 * np.cumsum(velocity)[:, None] * [1.0, -2.0], atol=1e-14)


def test_adam_is_the_papers_algorithm_written_out():
    rng = np.random.default_rng(0)
    changes = rng.normal(size=(20, 4)) * [1e-3, 1.0, 30.0, 0.0]
    m, v, values = np.zeros(4), np.zeros(4), np.zeros(4)
    for t, g in enumerate(changes, 1):
        m, v = 0.9 * m + 0.1 * g, 0.999 * v + 0.001 * g * g
        values = values + 0.01 * (m / (1 - 0.9**t)) / (np.sqrt(v / (1 - 0.999**t)) + 1e-8)
    assert np.allclose(run(adam(0.01), changes, weights=4)[-1], values, rtol=1e-12)
    assert values[3] == 0.0


def test_adams_first_step_is_the_rate_whatever_the_size_of_the_change():
    assert np.allclose(run(adam(0.01), [[1e-4, -5.0, 300.0]])[0], [0.01, -0.01, 0.01], rtol=1e-3)


@pytest.mark.parametrize("optimiser", EVERY, ids=str)
def test_every_optimiser_descends_a_quadratic(optimiser):
    target = np.array([0.5, -1.0, 2.0])
    values, memory = np.zeros(3), optimiser.begin(3)
    for _ in range(500):
        values, memory = optimiser.step(values, target - values, memory, 3)
    assert np.allclose(values, target, atol=0.05)


@pytest.mark.parametrize("optimiser", EVERY, ids=str)
def test_a_step_changes_nothing_it_was_given(optimiser):
    values, change, memory = np.ones(2), np.ones(2), optimiser.begin(2)
    before = [part.copy() for part in memory]
    optimiser.step(values, change, memory, 2)
    assert np.array_equal(values, np.ones(2))
    assert np.array_equal(change, np.ones(2))
    assert all(np.array_equal(*pair) for pair in zip(memory, before, strict=True))


def test_arguments_keep_their_order():
    assert sgd(0.5, 0.9) == sgd(learning_rate=0.5, momentum=0.9)
    with pytest.raises(TypeError):
        adam(0.1, 0.9)


def test_numbers_of_any_type_serve():
    exact, given = adam(0.25, beta1=0.5), adam(np.float32(0.25), beta1=np.float32(0.5), max_step=np.int64(1))
    assert np.array_equal(run(given, [[1.0, -2.0, 0.5]] * 3), run(exact, [[1.0, -2.0, 0.5]] * 3))


def test_rmsprop_is_its_equations_written_out():
    rng = np.random.default_rng(0)
    changes = rng.normal(size=(20, 4)) * [1e-3, 1.0, 30.0, 0.0]
    square, values = np.zeros(4), np.zeros(4)
    for g in changes:
        square = 0.9 * square + 0.1 * g * g
        values = values + 0.01 * g / (np.sqrt(square) + 1e-8)
    assert np.allclose(run(rmsprop(0.01), changes, weights=4)[-1], values, rtol=1e-12)
