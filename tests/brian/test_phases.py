"""A run's schedule in steps, and what it ends in as an equilibrium."""

import numpy as np
import pytest

import neurograph as ng
from neurograph.brian.phases import FinalState, begin, equilibrium, schedule
from neurograph.brian.timing import Timing
from tests.brian.networks import RULES, X, built, compiled, spiking

TIMING = Timing(free=50, nudged=20, window=8)


def test_the_nudge_begins_after_the_free_phase_and_spikes_are_counted_before_the_end():
    network = compiled("vector field", scale=0.05)
    rates, spikes = built(network).recipe, spiking(network, np.abs(X), rule=RULES["stdp"]).recipe
    assert schedule(rates, TIMING, 0.5, now=100) == {"beta": 0.5, "onset": 150}
    counted = schedule(spikes, TIMING, 0.5, now=100)
    assert (counted["start_counting"], counted["stop_counting"], counted["learning"]) == (162, 170, 0.0)
    counted = schedule(spikes, TIMING, 0.5, now=100, learning=True)
    assert (counted["start_counting"], counted["stop_counting"], counted["learning"]) == (142, 150, 1.0)


def test_a_run_begins_at_its_starts_with_targets_at_the_outputs():
    network = compiled("deep")
    starts, y = np.random.default_rng(0).random((3, len(network.nodes))), np.array([[1.0, 2.0]] * 3)
    values = begin(built(network).recipe, network, starts, y)
    assert np.array_equal(values["s"], starts.ravel())
    wanted = values["y"].reshape(3, -1)
    assert np.array_equal(wanted[:, network.connectivity.outputs], y)
    assert wanted.sum() == y.sum()
    assert "y" not in begin(built(network).recipe, network, starts, None)


def test_the_residual_is_the_last_step_over_its_length():
    network = compiled("deep")
    recipe = built(network).recipe  # steps of 1 ms, and a time unit of 20 ms
    state = np.zeros((3, len(network.nodes)))
    before = state.copy()
    before[1, -1], before[2, -1] = 1e-3, np.inf
    ended = equilibrium(recipe, network, [FinalState(state, before, state, 70)])
    assert ended.residual[:2] == pytest.approx([0.0, 1e-3 * 20])
    assert ended.status.tolist() == [ng.Status.CONVERGED, ng.Status.STEP_LIMIT, ng.Status.DIVERGED]
    assert ended.steps.tolist() == [70] * 3
    assert ended.dt == pytest.approx([0.05] * 3)
