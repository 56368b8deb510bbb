"""Unreachable neurons, against networkx."""

import networkx as nx
import numpy as np
from hypothesis import given, settings

import neurograph as ng
from neurograph.pruning.unreachable import unreachable_neurons
from tests.strategies import graphs


@given(graph=graphs(biases=True))
@settings(max_examples=60)
def test_unreachable_neurons_are_those_on_no_path(graph):
    network = ng.compile(graph, ng.dynamics.vector_field())
    sources = [n for n, d in graph.nodes(data=True) if d.get("role") in ("input", "bias") or d.get("bias")]
    driven = set(sources).union(*(nx.descendants(graph, node) for node in sources))
    heard = set(network.outputs).union(*(nx.ancestors(graph, node) for node in network.outputs))
    hidden = {node for node, role in graph.nodes(data="role", default="hidden") if role == "hidden"}
    lazy = {network.nodes[k] for k in np.flatnonzero(unreachable_neurons(network))}
    assert lazy == hidden - (driven & heard)


@given(graph=graphs(biases=True, ties=False))
@settings(max_examples=40)
def test_without_its_unreachable_neurons_a_network_answers_the_same(graph):
    """Bit for bit: their own start at 0 keeps those at 0 that nothing drives."""
    network = ng.compile(graph, ng.dynamics.vector_field())
    x = np.random.default_rng(0).uniform(size=(3, len(network.inputs)))
    pruned = ng.prune(network, ng.pruning.unreachable())
    solver = ng.solvers.Euler(dt=0.1, steps=50, tol=0)
    before, after = (ng.settle(one, x, solver=solver) for one in (network, pruned.network))
    assert np.array_equal(before.outputs, after.outputs)
    fixed = {node for k in np.flatnonzero(~network.connectivity.plastic) for node in network.edges[k]}
    lazy = {network.nodes[k] for k in np.flatnonzero(unreachable_neurons(network))}
    assert set(pruned.neurons) == lazy - fixed
    assert set(pruned.network.nodes) == set(network.nodes) - set(pruned.neurons)
