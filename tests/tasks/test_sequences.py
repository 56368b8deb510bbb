"""Sequences to copy and to add, and the series of Mackey and Glass beside another integration."""

import numpy as np
import pytest
from scipy.integrate import solve_ivp

import neurograph as ng
from neurograph import tasks


@pytest.mark.parametrize("delay", [1, 7])
def test_a_sequence_to_copy_is_symbols_blanks_a_delimiter_and_as_many_blanks(delay):
    x, y = tasks.copying(delay, 50, seed=0)
    assert x.shape == (50, delay + 20, 10)
    assert y.shape == (50, delay + 20)
    said = x.argmax(axis=2)
    assert np.array_equal(x.sum(axis=2), np.ones(said.shape))
    assert said[:, :10].max() <= 7
    assert np.array_equal(said[:, 10:], np.tile([8] * (delay - 1) + [9] + [8] * 10, (50, 1)))
    assert np.array_equal(y[:, -10:], said[:, :10])
    assert np.all(y[:, :-10] == 8)
    assert set(np.unique(y[:, -10:])) == set(range(8))
    assert np.array_equal(tasks.copying(delay, 50, seed=0)[0], x)


@pytest.mark.parametrize("length", [2, 5, 50])
def test_of_a_sequence_to_add_one_number_of_each_half_is_marked(length):
    x, y = tasks.adding(length, 200, seed=0)
    assert x.shape == (200, length, 2)
    for row, answer in zip(x, y, strict=True):
        first, second = np.flatnonzero(row[:, 1])
        assert first < length // 2 <= second
        assert answer == row[first, 0] + row[second, 0]
    assert 0.0 <= x.min() <= x.max() <= 1.0
    assert abs(np.mean((tasks.adding(length, 20_000, seed=1)[1] - 1.0) ** 2) - 1 / 6) < 0.005


def by_steps(tau, before, units):
    """The series at 0, 1, ... by the method of steps: an ordinary equation on each stretch as long as the delay."""
    series, past = [before], np.vectorize(lambda _: before)
    for first in range(0, units - 1, tau):

        def motion(t, z, past=past):
            return 0.2 * past(t - tau) / (1 + past(t - tau) ** 10) - 0.1 * z

        span = (first, first + tau)
        dense = solve_ivp(motion, span, series[-1:], method="DOP853", rtol=1e-11, atol=1e-12, dense_output=True).sol
        past = lambda t, dense=dense: dense(t)[0]  # noqa: E731
        series += past(np.arange(first + 1, first + tau + 1)).tolist()
    return np.array(series[:units])


@pytest.mark.parametrize("tau", [17, 30])
def test_the_series_is_that_of_another_integration(tau):
    before = np.random.default_rng(3).uniform(1.1, 1.3)
    x, y = tasks.mackey_glass(steps=100, horizon=20, tau=tau, seed=3)
    expected = by_steps(tau, before, 1120)[1000:]
    assert x.shape == y.shape == (100, 1)
    assert np.abs(x[:, 0] - expected[:100]).max() < 1e-5  # 4e-8 at time 1000 with tau = 17
    assert np.abs(y[:, 0] - expected[20:]).max() < 1e-5
    assert np.ptp(expected) > 0.5


def test_the_series_is_chaotic_where_it_should_be_and_still_where_it_should_not():
    """Below a delay of 4.7 the fixed point 1 is stable; at 17 two series that begin nearly alike part."""
    assert np.abs(tasks.mackey_glass(50, tau=4, seed=0)[0] - 1.0).max() < 1e-6
    x, again, other = (tasks.mackey_glass(500, seed=seed)[0] for seed in (0, 0, 1))
    assert np.array_equal(x, again)
    assert np.abs(np.corrcoef(x[:, 0], other[:, 0])[0, 1]) < 0.9
    assert 0.2 < x.min() < 0.6 < 1.1 < x.max() < 1.4


@pytest.mark.parametrize("name", ["steps", "horizon", "tau"])
def test_an_argument_that_does_not_fit_is_named(name):
    with pytest.raises(ng.ParameterError, match=rf"{name} is 0: expected a whole number >= 1"):
        tasks.mackey_glass(**{name: 0})
