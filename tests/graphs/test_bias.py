"""Biases added to a graph that has none: which nodes get one, and that nothing else moves."""

import networkx as nx
import numpy as np
import pytest

import neurograph as ng
from neurograph.errors import ParameterError
from neurograph.graphs import topologies

CHAIN = (["x", "h", "y"], ["h", "y", "h"], [3, 5, 2])
ROLES = {"inputs": ["x"], "outputs": ["y"]}


def test_a_bias_node_sends_to_every_free_node_and_changes_no_answer():
    plain = topologies.from_edges(CHAIN, **ROLES)
    table = topologies.from_edges(CHAIN, **ROLES, bias=True)
    graph = table.to_graph()
    assert list(graph) == ["x", "h", "y", "bias"]
    assert graph.nodes["bias"] == {"role": "bias"}
    assert dict(graph["bias"]) == {"h": {"weight": 0.0}, "y": {"weight": 0.0}}
    assert table.attributes["changes"] == "a bias node added, with edges of weight 0 to 2 nodes"
    x = np.linspace(0.0, 1.0, 7)[:, None]
    answers = [ng.settle(ng.compile(one), x).outputs for one in (plain, table)]
    assert np.array_equal(*answers)


def test_with_a_bias_what_no_network_without_one_can_do_is_learned():
    """1 for x = 0: without a bias every neuron rests at 0 there, whatever the weights."""
    x, y = np.array([[0.0], [1.0]]), np.array([[1.0], [0.0]])
    fits = {}
    for bias in (False, True):
        network = ng.compile(topologies.from_edges(CHAIN, **ROLES, normalise="incoming", bias=bias))
        fits[bias] = ng.settle(ng.train(network, x, y, epochs=300, seed=0).network, x).outputs.ravel()
    assert fits[False][0] == 0.0
    assert fits[True][0] > 0.8 > 0.2 > fits[True][1]


def test_what_nodes_and_edges_carry_stays_and_counts_are_scaled_without_the_bias():
    edges = {"pre": ["x", "h"], "post": ["h", "y"], "n": [30, 50], "kind": ["a", "b"]}
    nodes = {"node": ["x", "h", "y"], "depth": [0, 1, 2]}
    table = topologies.from_edges(edges, nodes=nodes, weight="n", normalise="incoming", bias=True, **ROLES)
    graph = table.to_graph()
    assert graph.edges["x", "h"] == {"n": 30, "kind": "a", "weight": 1.0}
    assert graph.edges["bias", "y"] == {"weight": 0.0}
    assert [graph.nodes[node].get("depth") for node in graph] == [0, 1, 2, None]
    assert table.attributes["changes"].startswith("weights, the largest 50, divided")


def test_drawn_weights_leave_the_bias_at_0():
    graph = nx.DiGraph([("x", "y")])
    made = topologies.from_graph(graph, **ROLES | {"outputs": ["y"]}, weight=None, bias=True, seed=0)
    assert made.edges["bias", "y"]["weight"] == 0.0 != made.edges["x", "y"]["weight"]


def test_neurons_get_a_bias_of_their_own_where_they_have_none():
    graph = topologies.from_edges(CHAIN, biases={"h": 0.5}, **ROLES, bias="neurons").to_graph()
    assert dict(graph.nodes(data="bias")) == {"x": None, "h": 0.5, "y": 0.0}
    assert graph.graph["changes"] == "biases of 0 for 1 nodes"
    again = topologies.from_graph(graph, bias="neurons")
    assert nx.utils.graphs_equal(again, graph)
    ng.compile(graph, ng.dynamics.additive("tanh"))


@pytest.mark.parametrize("label", ["bias", "b"])
def test_a_second_bias_node_is_refused(label):
    graph = nx.DiGraph([(label, "y", {"weight": 1.0})])
    with pytest.raises(ParameterError, match=f"bias is True, but the graph has a node '{label}': expected False"):
        topologies.from_graph(graph, outputs=["y"], bias_nodes=[label] if label == "b" else [], bias=True)


@pytest.mark.parametrize("bias", ["node", 1, None])
def test_another_word_is_refused(bias):
    with pytest.raises(ParameterError, match=r"bias is .*: expected False, True \(one bias node\) or 'neurons'"):
        topologies.from_edges(CHAIN, **ROLES, bias=bias)
