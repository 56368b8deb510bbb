import numpy as np
import pytest

import neurograph as ng
from neurograph.equations.costs import cross_entropy, squared_error
from neurograph.solvers.base import Phase
from neurograph.solvers.vector_field import VectorField

DYNAMICS = [
    ng.dynamics.deep("signed", extra_leak=0.3),
    ng.dynamics.additive("sigmoid"),
    ng.Dynamics("(-s**3 - s + tanh(I + b))/tau", transfer="s/(1 + s**2)", parameters={"tau": 2.0}),
]
PHASES = {
    "free": {},
    "squared": {"beta": np.array([0.7, -0.2, 0.0]), "cost": squared_error()},
    "softmax": {"beta": 0.7, "cost": cross_entropy(3.0)},
    "clamped": {"clamped": True},
    "transposed": {"beta": 0.4, "anchor": None},
}


def made(dynamics, options):
    bias = "neurons" if dynamics.uses_bias else True
    graph = ng.topologies.complete(inputs=3, hidden=5, outputs=3, bias=bias, scale=0.5, seed=0)
    if dynamics.self_loops:
        graph.add_edge("y1", "y1", weight=0.8)
    network = ng.compile(graph, dynamics)
    random = np.random.default_rng(1)
    start = random.random((3, len(network.nodes)))
    if "anchor" in options:
        anchor = start.copy()
        anchor[:, network.connectivity.free] = random.random((3, network.connectivity.free.size))
        options = {**options, "anchor": anchor}
    return network, Phase(start, np.eye(3)[[2, 0, 1]], **options)


def by_hand(network, phase, states):
    """The whole drift at full states, from the network's own drift, the cost's force and dense Jacobians."""
    total = network.drift(states)
    beta = np.full(len(states), phase.beta)
    outputs = network.connectivity.outputs
    total[:, outputs] += beta[:, None] * phase.cost.force_at(states[:, outputs], phase.target)
    if phase.anchor is not None:
        for k, fixed in enumerate(phase.anchor):
            J = network.jacobian(fixed).toarray()
            total[k] += (J.T - J) @ (states[k] - fixed)
    return total


@pytest.mark.parametrize("dynamics", DYNAMICS, ids=lambda d: d.name)
@pytest.mark.parametrize("name", PHASES)
def test_the_drift_is_that_of_the_network_with_nudge_and_returning_activity(dynamics, name):
    network, phase = made(dynamics, PHASES[name])
    field = VectorField(network, phase)
    found = field.drift(np.ascontiguousarray(phase.start[:, field.moving].T), np.arange(3))
    assert np.abs(found - by_hand(network, phase, phase.start)[:, field.moving].T).max() <= 1e-13


@pytest.mark.parametrize("dynamics", DYNAMICS, ids=lambda d: d.name)
@pytest.mark.parametrize("name", PHASES)
def test_the_jacobian_is_that_of_finite_differences(dynamics, name):
    network, phase = made(dynamics, PHASES[name])
    field, samples, h = VectorField(network, phase), np.array([2, 0]), 1e-6
    s = np.ascontiguousarray(phase.start[np.ix_(samples, field.moving)].T)
    entries = field.jacobian(s, samples)
    for k in range(2):
        J = np.zeros((field.moving.size, field.moving.size))
        np.add.at(J, (field.rows, field.columns), entries[:, k])
        for i in range(field.moving.size):
            ahead, behind = s.copy(), s.copy()
            ahead[i, k] += h
            behind[i, k] -= h
            slope = (field.drift(ahead, samples) - field.drift(behind, samples))[:, k] / (2 * h)
            assert np.abs(slope - J[:, i]).max() <= 1e-8
