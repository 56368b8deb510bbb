"""What every optimiser has: the limits of a step, and equations of one's own."""

from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from neurograph.learning.optimiser import Optimiser
from neurograph.learning.optimisers import OPTIMISERS, sgd
from tests.learning.stepping import run


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
