"""The samples of a batch stand side by side, in copies of the network that have the same weights."""

import numpy as np
import pytest

import neurograph as ng
from tests.brian.networks import RULES, STEPS, X, built, compiled, euler, milliseconds

Y = np.full((3, 2), 0.5)


def test_every_copy_gets_the_weights_and_where_copies_differ_their_mean_is_read():
    network = compiled("vector field")
    model = built(network)
    weights, biases = np.arange(network.weights.size) / 10, np.linspace(0.0, 1.0, len(network.nodes))
    model.assign_weights(weights, biases)
    assert np.array_equal(model.synapses.w[:], np.tile(weights, 3))
    assert np.array_equal(model.neurons.b[:], np.tile(biases, 3))
    assert np.array_equal(model.weights, weights)
    model.synapses.w[: weights.size] = weights + 0.3
    assert model.weights == pytest.approx(weights + 0.1)


@pytest.mark.parametrize("first", [0, 2])
def test_a_batch_runs_from_its_own_starts_and_ends_while_it_learns_where_its_free_phase_has(first):
    network = compiled("deep")
    model = built(network, batch=1, rule=RULES["stdp"])
    timing = model.times.of(milliseconds(STEPS), milliseconds(30), None, counts_free=True)
    free = euler(network, X[[first]]).state
    ended = model.run_batch(first, Y, 0.7, timing, learning=True)
    assert ended.state == pytest.approx(free, abs=1e-12)
    assert np.abs(model.synapses.trace[:]).max() > 0.0
    nudged = model.run_batch(first, Y, 0.7, timing)
    solver = ng.solvers.Euler(dt=0.05, steps=30, tol=0)
    phase = ng.solvers.base.Phase(free, Y[[first]], 0.7)
    assert nudged.state == pytest.approx(solver.solve(network, phase).state, abs=1e-12)
    assert nudged.steps == STEPS + 30
