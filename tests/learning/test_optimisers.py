from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from neurograph.learning.optimisers import OPTIMISERS, Optimiser, adam, rmsprop, sgd

EVERY = [*(make(learning_rate=0.1) for make in OPTIMISERS.values()), sgd(0.1, 0.9)]


def run(optimiser, changes, weights=3, epochs=None):
    """Values after each of the changes, from 0."""
    values, memory, seen = np.zeros(len(changes[0])), optimiser.begin(len(changes[0])), []
    for k, change in enumerate(changes):
        values, memory = optimiser.step(values, np.array(change), memory, weights, 0 if epochs is None else epochs[k])
        seen.append(values)
    return np.array(seen)


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


def test_decay_is_a_factor_of_the_rate_for_each_epoch():
    moved = run(sgd(1.0, decay=0.5), [[1.0]] * 4, weights=1, epochs=range(4))
    assert np.allclose(np.diff(moved[:, 0], prepend=0.0), [1.0, 0.5, 0.25, 0.125])


@given(st.lists(st.floats(-100, 100), min_size=3, max_size=3), st.floats(0.01, 10))
def test_a_long_change_is_scaled_down_to_its_norm_and_a_short_one_left(change, most):
    moved = run(sgd(1.0, max_norm=most), [change])[0]
    norm = np.linalg.norm(change)
    assert np.linalg.norm(moved) <= most * (1 + 1e-12)
    assert np.allclose(moved * max(norm, most), np.array(change) * most, atol=1e-9)


@given(st.lists(st.floats(-100, 100), min_size=4, max_size=4), st.sampled_from(list(OPTIMISERS.values())))
def test_bounds_hold_weights_and_not_biases(change, kind):
    moved = run(kind(10.0, bounds=(-0.5, 1.0)), [change] * 3, weights=2)
    assert np.all((moved[:, :2] >= -0.5) & (moved[:, :2] <= 1.0))
    free = run(kind(10.0), [change] * 3, weights=2)
    assert np.array_equal(moved[:, 2:], free[:, 2:])


def test_l1_moves_weights_towards_0_and_stops_there():
    optimiser = sgd(0.5, l1=0.2)
    values, memory = optimiser.step(np.array([1.0, -1.0, 0.05, 1.0]), np.zeros(4), optimiser.begin(4), 3)
    assert np.allclose(values, [0.9, -0.9, 0.0, 1.0])
    assert np.array_equal(memory[0], np.zeros(4))


def test_no_step_is_larger_than_its_bound():
    assert np.allclose(run(sgd(1.0, max_step=0.1), [[5.0, -0.05, -5.0]])[0], [0.1, -0.05, -0.1])


def test_arguments_keep_their_order():
    assert sgd(0.5, 0.9) == sgd(learning_rate=0.5, momentum=0.9)
    with pytest.raises(TypeError):
        adam(0.1, 0.9)


def test_numbers_of_any_type_serve():
    exact, given = adam(0.25, beta1=0.5), adam(np.float32(0.25), beta1=np.float32(0.5), max_step=np.int64(1))
    assert np.array_equal(run(given, [[1.0, -2.0, 0.5]] * 3), run(exact, [[1.0, -2.0, 0.5]] * 3))


def test_one_of_ones_own_is_its_equations():
    @dataclass(frozen=True)
    class Signs(Optimiser):
        """Steps of one size, along the sign of a mean of the changes."""

        of_each = ("mean",)
        equations = MappingProxyType({"mean": "keep*mean + (1 - keep)*change", "direction": "sign(mean)"})
        keep: float = 0.5

    moved = run(Signs(0.1), [[4.0, -1.0, 0.0], [-1.0, -1.0, 0.0], [-4.0, 3.0, 0.0]])
    assert np.allclose(moved, [[0.1, -0.1, 0.0], [0.2, -0.2, 0.0], [0.1, -0.1, 0.0]])


def test_the_pull_of_l1_decays_with_the_rate():
    optimiser = sgd(0.5, decay=0.5, l1=0.2)
    for epoch, pull in enumerate([0.1, 0.05, 0.025]):
        values, _ = optimiser.step(np.array([1.0, -1.0]), np.zeros(2), optimiser.begin(2), 2, epoch)
        assert np.allclose(values, [1.0 - pull, pull - 1.0], atol=1e-15)


def test_rmsprop_is_its_equations_written_out():
    rng = np.random.default_rng(0)
    changes = rng.normal(size=(20, 4)) * [1e-3, 1.0, 30.0, 0.0]
    square, values = np.zeros(4), np.zeros(4)
    for g in changes:
        square = 0.9 * square + 0.1 * g * g
        values = values + 0.01 * g / (np.sqrt(square) + 1e-8)
    assert np.allclose(run(rmsprop(0.01), changes, weights=4)[-1], values, rtol=1e-12)


def test_what_an_equation_keeps_of_another_stays_when_that_moves_on():
    @dataclass(frozen=True)
    class Nesterov(Optimiser):
        """Momentum, read one step ahead."""

        of_each = ("velocity",)
        equations = MappingProxyType(
            {"old": "velocity", "velocity": "0.9*velocity + change", "direction": "1.9*velocity - 0.9*old"}
        )

    changes, velocity, values = np.random.default_rng(0).normal(size=(4, 3)), np.zeros(3), np.zeros(3)
    for change in changes:
        old, velocity = velocity, 0.9 * velocity + change
        values = values + 0.1 * (1.9 * velocity - 0.9 * old)
    assert np.allclose(run(Nesterov(0.1), changes)[-1], values)
