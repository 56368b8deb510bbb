"""The lines that delay rates: how many elements, and what each synapse hears."""

import numpy as np
import pytest

from neurograph.brian.in_time.delays import lines_of


def heard(lines, history):
    """Return what each synapse hears, where history[k, j] is what neuron j sent k steps ago."""
    return np.bincount(lines.synapse, lines.share * history[lines.age, lines.neuron][lines.element])


def test_each_synapse_hears_its_lag_or_the_two_around_it():
    pre, lags = np.array([0, 2, 2, 0, 3]), np.array([0.0, 3.0, 1.25, 2.0, 0.5])
    lines = lines_of(pre, lags)
    assert np.bincount(lines.neuron).tolist() == [3, 0, 4, 2]  # neuron 1 sends nothing
    assert lines.newest.sum() == 3
    history = np.random.default_rng(0).random((6, 4))
    expected = [
        (1 - lag % 1) * history[int(lag), neuron] + lag % 1 * history[int(lag) + 1, neuron]
        for neuron, lag in zip(pre, lags, strict=True)
    ]
    assert heard(lines, history) == pytest.approx(expected)


@pytest.mark.parametrize(("delay", "dt"), [(0.3, 0.1), (0.7, 0.1), (1.1, 0.1), (2.1, 0.7), (1e6 + 0.1, 0.1)])
def test_a_delay_that_is_a_whole_multiple_but_for_rounding_is_one(delay, dt):
    lines = lines_of(np.zeros(1, int), np.array([delay / dt]) % 1000)
    assert lines.share.tolist() == [1.0]


def test_an_element_takes_from_the_one_before_it_and_the_newest_from_its_neuron():
    lines = lines_of(np.array([1, 0]), np.array([2.0, 1.0]))
    assert lines.neuron.tolist() == [0, 0, 1, 1, 1]
    assert lines.before.tolist() == [0, 0, 2, 2, 3]
    assert lines.newest.tolist() == [1.0, 0.0, 1.0, 0.0, 0.0]


def test_what_was_sent_goes_into_the_lines_and_comes_back():
    lines = lines_of(np.array([1, 0, 3, 2]), np.array([2.0, 1.0, 2.0, 1.5]))  # two copies of two nodes
    past = np.arange(8.0).reshape(2, 2, 2)
    held = lines.held(past)
    for place, (neuron, age) in enumerate(zip(lines.neuron, lines.age, strict=True)):
        assert held[place] == past[neuron // 2, max(1 - age, 0), neuron % 2]
    assert np.array_equal(lines.past(held, np.zeros((2, 2))), past)
    short = lines_of(np.array([1, 0]), np.array([2.0, 0.0]))
    assert short.past(short.held(past[:1]), np.full((1, 2), 9.0)).tolist() == [[[9.0, 1.0], [2.0, 3.0]]]
