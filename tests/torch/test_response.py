"""The linear response on tensors, beside the engine's, and beside a system of equations."""

import numpy as np
import pytest
import torch

import neurograph as ng
from neurograph.solvers.base import Phase
from neurograph.torch.euler import settle
from neurograph.torch.response import Linear, contrast_residual, respond
from tests.torch.networks import SMOOTH, drawn
from tests.torch.test_euler import EVERY, parts, start_of
from tests.torch.test_field import field_of

METHOD = ng.solvers.Euler(tol=1e-11)
FORCE = np.array([[0.3, -1.0], [2.0, 0.1], [0.0, 0.0]])


def at_rest(network):
    free = METHOD.solve(network, Phase(start_of(network)))
    field = field_of(network)
    return free, Linear(field, settle(field, parts(network, start_of(network)), METHOD))


@pytest.mark.parametrize("name", [name for name in EVERY if not name.startswith("deep")])
@pytest.mark.parametrize("lift", [0.0, 0.1])
def test_it_is_the_engines(name, lift):
    network = drawn(EVERY[name])
    free, linear = at_rest(network)
    engine = METHOD.respond(free, FORCE, lift)
    found = respond(linear, torch.from_numpy(FORCE.T.copy()), lift, METHOD)
    np.testing.assert_allclose(found.d.numpy().T, engine.state, atol=1e-9)
    np.testing.assert_allclose(linear.slope.numpy().T, engine.input_slope, atol=1e-12)
    assert found.status.tolist() == engine.status.tolist()


@pytest.mark.parametrize("name", SMOOTH)
def test_it_solves_the_equations_of_the_transposed_network(name):
    network = drawn(SMOOTH[name])
    free, linear = at_rest(network)
    found = respond(linear, torch.from_numpy(FORCE.T.copy()), 0.0, METHOD).d.numpy().T
    for sample, force in enumerate(FORCE):
        moves = np.flatnonzero(~network.held(free.full[sample]))
        source = np.zeros(len(network.nodes))
        source[network.connectivity.outputs] = force
        jacobian = network.jacobian(free.full[sample]).toarray()[np.ix_(moves, moves)]
        np.testing.assert_allclose(found[sample, moves], -np.linalg.solve(jacobian.T, source[moves]), atol=1e-7)


def test_a_held_node_answers_a_pull_back_by_its_lift_alone():
    graph = ng.topologies.complete(2, 2, 2, bias="neurons", scale=0.1, seed=0)
    for node, data in graph.nodes(data=True):
        if data.get("role") == "output":
            graph.nodes[node]["bias"] = -3.0
            graph.remove_edges_from(list(graph.out_edges(node)))
    network = ng.compile(graph, ng.Dynamics("-s + I + b", box=(0.0, 1.0)))
    free, linear = at_rest(network)
    assert (linear.side[network.connectivity.outputs] == -1).all()
    for lift in (0.0, 0.5):
        found = respond(linear, torch.from_numpy(FORCE.T.copy()), lift, METHOD)
        np.testing.assert_allclose(found.d.numpy().T, METHOD.respond(free, FORCE, lift).state, atol=1e-9)
        pulled = found.d[torch.from_numpy(network.connectivity.outputs)].T.numpy()
        np.testing.assert_allclose(pulled, lift * np.maximum(FORCE, 0.0), atol=1e-9)


def test_an_unstable_equilibrium_has_no_answer():
    graph = ng.topologies.complete(1, 2, 1, bias="neurons", scale=0.0, seed=0)
    network = ng.compile(graph, ng.Dynamics("s - s**3 + b"))
    free = METHOD.solve(network, Phase(np.zeros((1, len(network.nodes)))))
    field = field_of(network)
    linear = Linear(field, settle(field, parts(network, np.zeros((1, len(network.nodes)))), METHOD))
    found = respond(linear, torch.ones(1, 1, dtype=torch.float64), 0.0, METHOD)
    assert found.status.tolist() == METHOD.respond(free, np.ones((1, 1))).status.tolist() == [ng.Status.DIVERGED]


def test_of_a_contrast_the_residual_says_how_well_it_solves():
    network = drawn(SMOOTH["tanh"])
    _, linear = at_rest(network)
    force = torch.from_numpy(FORCE.T.copy())
    d = respond(linear, force, 0.0, METHOD).d
    assert contrast_residual(linear, d, force).max() < 1e-10
    twice = contrast_residual(linear, 2.0 * d, force)
    np.testing.assert_allclose(twice.numpy(), [1.0, 1.0, 0.0], atol=1e-10)  # J' 2d + F = -F
