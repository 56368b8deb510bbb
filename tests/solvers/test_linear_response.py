"""The linear response, against a dense solution of J' d + force = 0."""

import numpy as np
import pytest

import neurograph as ng
from neurograph.kernels import engine
from neurograph.solvers import Euler
from neurograph.solvers.linear_response import response_call
from tests.solvers.networks import X, small, transposed_residual


def linear_response(*arguments):
    answer, call = response_call(*arguments)
    engine.response(*call)
    return answer


@pytest.mark.parametrize("stepping", [(0.3, True), (0.05, False), None], ids=["implicit", "explicit", "sweeps"])
@pytest.mark.parametrize("dynamics", [ng.dynamics.deep("absolute", extra_leak=0.3), ng.dynamics.additive("tanh")])
def test_it_solves_the_transposed_system(dynamics, stepping):
    """Deep in a box that nobody touches at these inputs; the Jacobian is the network's own, checked elsewhere."""
    if stepping is not None and "tanh" in dynamics.drift:
        stepping = (stepping[0], False)
    network = small(dynamics)
    free = ng.settle(network, X[1:], solver=Euler(tol=1e-13, steps=100_000))
    force = np.random.default_rng(0).normal(size=(len(free.state), 2))
    steps = None if stepping is None else (np.full(len(free.state), stepping[0]), stepping[1])
    answer = linear_response(free, force, 0.0, 100_000, 1e-13, steps)
    assert np.all(answer.status == ng.Status.CONVERGED)
    connectivity = network.connectivity
    for k, state in enumerate(free.state):
        moves = ~network.held(state)
        J = network.jacobian(state).toarray()[np.ix_(moves, moves)]
        source = np.zeros(len(network.nodes))
        source[connectivity.outputs] = force[k]
        expected = np.zeros(len(network.nodes))
        expected[moves] = np.linalg.solve(J.T, -source[moves])
        assert np.abs(answer.state[k] - expected).max() < 1e-10
    slope = network.at_nodes(network.dynamics.slope("I"), free.state)[:, connectivity.free]
    assert np.allclose(answer.input_slope[:, connectivity.free], slope, atol=1e-14)


def test_without_a_cycle_one_sweep_is_exact():
    graph = ng.topologies.layered(inputs=2, hidden=(4, 3), outputs=2, feedback=False, seed=0)
    network = ng.compile(graph, ng.dynamics.additive("tanh"))
    free = ng.settle(network, X)
    answer = linear_response(free, np.ones((len(X), 2)), 0.0, 10, 1e-12)
    assert answer.steps.tolist() == [1] * len(X)
    assert transposed_residual(network, free.state, answer.state, np.ones((len(X), 2))).max() < 1e-12
