import numpy as np
import pytest

import neurograph as ng
from neurograph.network.sequences import checked_sequence_targets, checked_sequences, checked_state
from tests.simulation.networks import unitary

NETWORK = unitary(inputs=2, outputs=3)
SQUARED, SHARES = ng.costs.squared_error(), ng.costs.cross_entropy()


def test_x_comes_back_as_it_is():
    x = np.arange(12).reshape(2, 3, 2)
    assert checked_sequences(NETWORK, x.tolist()).tolist() == x.tolist()


@pytest.mark.parametrize(
    ("x", "words"),
    [
        (np.zeros((3, 2)), [r"shape \(3, 2\)", r"x\[None\]"]),
        (np.zeros((3, 5)), [r"x\[:, :, None\]"]),
        (np.zeros((1, 3, 4)), [r"\(batch, time, 2\)"]),
        (np.zeros((0, 3, 2)), ["empty"]),
        (np.zeros((1, 0, 2)), ["empty"]),
        (np.full((1, 3, 2), np.nan), [r"x\[0, 0, 0\]", "'x', 0", "nan"]),
        ([["a"]], ["cannot be read"]),
        (np.zeros((1, 3, 2), complex), ["cannot be read"]),
    ],
)
def test_x_that_is_no_sequence_is_refused(x, words):
    for word in words:
        with pytest.raises(ng.DataError, match=word):
            checked_sequences(NETWORK, x)


def test_y_is_of_every_step_or_of_the_last():
    every, last = np.arange(18.0).reshape(2, 3, 3), np.arange(6.0).reshape(2, 3)
    assert np.array_equal(checked_sequence_targets(NETWORK, every, 2, 3, SQUARED), every)
    found = checked_sequence_targets(unitary(outputs=1), [[1.0], [2.0]], 2, 3, SQUARED)
    assert found.tolist() == [[[1.0]], [[2.0]]]
    assert checked_sequence_targets(NETWORK, last, 2, 9, SQUARED).shape == (2, 1, 3)


def test_labels_become_one_hot():
    found = checked_sequence_targets(NETWORK, [[0, 2], [1, 1]], 2, 2, SHARES)
    assert found.argmax(axis=2).tolist() == [[0, 2], [1, 1]]
    assert found.sum() == 4.0
    assert checked_sequence_targets(NETWORK, [2, 0], 2, 7, SHARES)[:, 0].argmax(axis=1).tolist() == [2, 0]


@pytest.mark.parametrize(
    ("y", "words"),
    [
        (np.zeros((2, 5, 3)), "shape"),
        (np.full((2, 4), 7), "label 7"),
        (np.zeros((2, 4, 3)), "add up to 1"),
        (np.zeros((2, 4)), "shape"),
        ("word", "numbers"),
    ],
)
def test_y_that_does_not_fit_is_refused(y, words):
    with pytest.raises(ng.DataError, match=words):
        checked_sequence_targets(NETWORK, y, 2, 4, SHARES)


def test_a_start_is_spread_over_the_samples():
    assert checked_state(NETWORK, 0.5, 2, 3).tolist() == [[0.5] * 3] * 2
    assert checked_state(NETWORK, [1, 2j, 3], 2, 3).tolist() == [[1, 2j, 3]] * 2


@pytest.mark.parametrize("start", [None, "warm", True, [[1, 2], [3]]])
def test_a_start_that_is_no_number_is_refused(start):
    with pytest.raises(ng.ParameterError, match="start is"):
        checked_state(NETWORK, start, 2, 3)


@pytest.mark.parametrize("start", [np.zeros(4), np.zeros((3, 3)), np.nan])
def test_a_start_of_another_shape_is_refused(start):
    with pytest.raises(ng.DataError, match="start"):
        checked_state(NETWORK, start, 2, 3)


def test_whole_numbers_that_may_be_labels_or_targets_are_refused():
    y = np.eye(3, dtype=int)[[0, 1, 2, 0]]
    with pytest.raises(ng.DataError, match=r"class labels of the 3 steps or one-hot targets of the last alone"):
        checked_sequence_targets(NETWORK, y, 4, 3, SHARES)
    assert checked_sequence_targets(NETWORK, y.astype(float), 4, 3, SHARES).shape == (4, 1, 3)
    assert checked_sequence_targets(NETWORK, np.eye(3)[y], 4, 3, SHARES).shape == (4, 3, 3)
    assert checked_sequence_targets(NETWORK, np.array([[0, 1, 2]] * 4), 4, 3, SHARES).shape == (4, 3, 3)
