"""Every solver finds the same equilibria, where there is one, and else only true ones."""

from unittest.mock import patch

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import neurograph as ng
from neurograph.equations.costs import cross_entropy, squared_error
from neurograph.solvers import SOLVERS, Euler, auto
from neurograph.solvers.base import Phase
from tests.strategies import SEEDS, graphs_for

DYNAMICS = [
    ng.dynamics.deep("absolute", extra_leak=0.3),
    ng.dynamics.vector_field(),
    ng.dynamics.additive("tanh"),
    ng.dynamics.hopfield(),
]
OTHERS = [solver for solver in SOLVERS.values() if solver is not Euler]


@pytest.fixture(scope="module", autouse=True)
def _no_network_is_tiny():
    with patch.object(auto, "TINY", 0):
        yield


@st.composite
def contracting_networks(draw, dynamics):
    """With all leaks 1, weights whose rows and columns sum to at most 0.4; with the absolute leak, any."""
    network = ng.compile(draw(graphs_for(dynamics)), dynamics)
    if "w_out_abs" in dynamics.drift:
        return network
    sizes = abs(network.matrix())
    largest = max(sizes.sum(axis=0).max(), sizes.sum(axis=1).max(), 1e-6)
    return network.with_weights(network.weights * min(1.0, 0.4 / largest), np.clip(network.biases, -1.0, 1.0))


def phases(network, random):
    """Every kind of phase, from the free equilibrium."""
    batch, outputs = 3, network.connectivity.outputs.size
    start = random.random((batch, len(network.nodes)))
    start[:, network.connectivity.bias_nodes] = 1.0
    target = random.random((batch, outputs))
    target /= target.sum(axis=1, keepdims=True)
    yield "free", Phase(start)
    free = Euler(tol=1e-12, steps=20_000).solve(network, Phase(start)).state
    clamped = free.copy()
    clamped[:, network.connectivity.outputs] = target
    yield "nudged", Phase(free, target, 0.5, squared_error())
    yield "nudged each by its own", Phase(free, target, np.array([1.5, -0.1, 0.0]), squared_error())
    yield "softmax", Phase(free, target, 0.1, cross_entropy(2.0))
    yield "clamped", Phase(clamped, clamped=True)
    yield "transposed", Phase(free, target, 0.1, squared_error(), free)


@pytest.mark.parametrize("dynamics", DYNAMICS, ids=lambda d: d.name)
@settings(max_examples=15)
@given(data=st.data(), seed=SEEDS)
def test_they_agree_in_every_phase_and_in_the_response(dynamics, data, seed):
    network, random = data.draw(contracting_networks(dynamics)), np.random.default_rng(seed)
    for kind, phase in phases(network, random):
        followed = Euler(tol=1e-11, steps=20_000).solve(network, phase)
        assert followed.converged, kind
        for solver in OTHERS:
            settled = solver(tol=1e-11).solve(network, phase)
            assert settled.converged, (kind, solver)
            assert np.abs(settled.state - followed.state).max() < 1e-9, (kind, solver)
        if kind == "free":
            force = random.normal(size=(3, network.connectivity.outputs.size))
            for lift in (0.0, 0.1):
                answer = Euler(tol=1e-11, steps=20_000).respond(followed, force, lift)
                for solver in OTHERS:
                    found = solver(tol=1e-11).respond(followed, force, lift)
                    assert np.all(found.status == ng.Status.CONVERGED), solver
                    assert np.abs(found.state - answer.state).max() < 1e-8, solver


@pytest.mark.parametrize("dynamics", [ng.dynamics.deep("signed"), ng.dynamics.vector_field()], ids=lambda d: d.name)
@settings(max_examples=40)
@given(data=st.data(), seed=SEEDS)
def test_what_any_of_them_calls_settled_is_an_equilibrium(dynamics, data, seed):
    """Whatever the weights: several equilibria, cycles, growth up to the box."""
    network = ng.compile(data.draw(graphs_for(dynamics)), dynamics)
    x = np.random.default_rng(seed).random((3, len(network.inputs)))
    for solver in SOLVERS.values():
        settled = ng.settle(network, x, solver=solver(tol=1e-9), start="uniform", seed=0)
        moved = np.clip(settled.state + network.drift(settled.state), 0.0, 1.0) - settled.state
        largest = np.abs(moved[:, network.connectivity.free]).max(axis=1)
        converged = settled.status == ng.Status.CONVERGED
        assert np.all(largest[converged] < 1e-7), solver
        assert np.all(largest[~converged] > 1e-10), solver  # a slow decay may not be done after all steps


def test_a_ring_that_cycles_for_ever_is_settled_by_none_that_follows_it():
    """Its one equilibrium is not stable: who finds it may say so, and who does not took every step."""
    graph = nx.DiGraph()
    graph.add_nodes_from([(0, {"bias": 2.0}), (1, {"bias": 2.0}), (2, {"bias": 2.0, "role": "output"})])
    graph.add_weighted_edges_from([(0, 1, -3.0), (1, 2, -3.0), (2, 0, -3.0)])
    network = ng.compile(graph, ng.dynamics.vector_field())
    for solver in SOLVERS.values():
        settled = ng.settle(network, np.empty((1, 0)), start=[[0.1, 0.2, 0.3]], solver=solver())
        if settled.converged:
            assert np.abs(settled.state - 0.5).max() < 1e-6, solver
        else:
            assert settled.status[0] == ng.Status.STEP_LIMIT, solver
            assert settled.residual[0] > 0.1, solver
    assert not ng.settle(network, np.empty((1, 0)), start=[[0.1, 0.2, 0.3]], solver=auto.Auto()).converged
