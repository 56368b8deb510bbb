"""Graphs made from graphs."""

from __future__ import annotations

import copy
import re

import networkx as nx
import numpy as np
import pytest
from hypothesis import given

import neurograph as ng
from neurograph.errors import GraphError
from neurograph.graphs import topologies
from neurograph.graphs.from_networkx import read_graph
from tests.graphs.test_topologies import drawn
from tests.strategies import SEEDS, graphs


@drawn
@given(graphs(biases=True, self_loops=True), SEEDS)
def test_from_graph_draws_what_is_missing_and_leaves_the_rest(graph, seed):
    rng = np.random.default_rng(seed)
    bare = graph.copy()
    for node in bare:
        bare.nodes[node]["role"] = rng.choice(["junk", "input", "output"])
    for edge in bare.edges:
        if rng.random() < 0.5:
            del bare.edges[edge]["weight"]
    before = copy.deepcopy(bare)
    roles = {
        name: [n for n, role in graph.nodes(data="role") if role == code]
        for name, code in {"inputs": "input", "outputs": "output", "bias_nodes": "bias"}.items()
    }
    built = topologies.from_graph(bare, **roles, seed=seed)
    assert nx.utils.graphs_equal(bare, before)
    assert nx.utils.graphs_equal(built, topologies.from_graph(bare, **roles, seed=seed))
    assert list(built) == list(graph)
    assert list(built.edges) == list(graph.edges)
    said = built.graph.pop("changes", "")
    assert ("drawn" in said) == any("weight" not in data for _, _, data in bare.edges(data=True))
    assert built.graph == graph.graph
    for node, data in built.nodes(data=True):
        ours = {"role": "hidden"} | graph.nodes[node]
        assert data == ours
    for u, v, data in built.edges(data=True):
        assert {**data, "weight": 0} == {**graph.edges[u, v], "weight": 0}
        if "weight" in bare.edges[u, v]:
            assert data["weight"] == bare.edges[u, v]["weight"]
    ng.compile(built, ng.dynamics.vector_field())


def test_from_graph_draws_from_the_normal_law():
    bare = nx.gnp_random_graph(60, 0.5, seed=0, directed=True)
    bare.remove_edges_from(list(bare.in_edges([0])))
    weights = np.array(
        [w for _, _, w in topologies.from_graph(bare, inputs=[0], outputs=[1], scale=2.0, seed=0).edges(data="weight")]
    )
    assert len(set(weights)) == weights.size == bare.number_of_edges()
    assert abs(weights.std() / 2 - 1) < 4 / np.sqrt(2 * weights.size)


def test_from_graph_refuses_an_edge_into_an_input():
    ring = nx.cycle_graph(3, create_using=nx.DiGraph)
    with pytest.raises(GraphError, match=r"edge 2 -> 0 ends at a node with role 'input'"):
        topologies.from_graph(ring, inputs=[0], outputs=[1])


@pytest.mark.parametrize("named", ["inputs", "bias_nodes"])
def test_the_remedy_for_edges_into_clamped_nodes_is_code_that_cures_them(named):
    graph = nx.complete_graph(5, create_using=nx.DiGraph)
    roles = {"inputs": [], "outputs": [4], named: [0, 2]}
    with pytest.raises(GraphError) as refusal:
        topologies.from_graph(graph, **roles)
    (word, value) = re.findall(r'(into_inputs)="(\w+)"', str(refusal.value))[0]
    cured = topologies.from_graph(graph, **roles, seed=0, **{word: value})
    assert cured.number_of_edges() == 12
    assert cured.graph["changes"].startswith("8 edges into inputs dropped")


@pytest.mark.parametrize("order", [["a", "b"], ["b", "a"]])
def test_columns_of_x_follow_the_order_of_inputs(order):
    weights = [[0.0, 0.0, 1.0], [0.0, 0.0, 0.25], [0.0, 0.0, 0.0]]
    named, nodes = {"inputs": order, "outputs": ["y"]}, ["a", "b", "y"]
    graph = nx.relabel_nodes(nx.DiGraph(np.array(weights)), dict(enumerate(nodes)))
    made = [
        topologies.from_graph(graph, **named),
        topologies.from_matrix(weights, **named, labels=nodes),
        topologies.from_edges((["a", "b"], ["y", "y"], [1.0, 0.25]), **named, nodes=nodes),
    ]
    expected = [[{"a": 1.0, "b": 0.25}[name]] for name in order]
    for each in made:
        network = ng.compile(each, ng.Dynamics("-s + I"))
        assert list(network.inputs) == order
        assert np.allclose(ng.settle(network, [[1.0, 0.0], [0.0, 1.0]]).outputs, expected, atol=1e-4)


def test_from_graph_takes_only_graphs():
    with pytest.raises(GraphError, match=r"graph is of type str: expected a networkx\.DiGraph"):
        topologies.from_graph("graph", inputs=[0], outputs=[1])


def test_undirected_and_parallel_edges_are_refused_with_what_takes_them():
    with pytest.raises(GraphError, match='undirected="both"'):
        topologies.from_graph(nx.path_graph(3), outputs=[1])
    both = topologies.from_graph(nx.path_graph(3), outputs=[1], undirected="both", seed=0)
    assert list(both.edges) == [(0, 1), (1, 0), (1, 2), (2, 1)]
    several = nx.MultiDiGraph([(0, 1, {"weight": 1.0}), (0, 1, {"weight": 2.5})])
    with pytest.raises(GraphError, match=r'edge 0 -> 1 is there more than once.*parallel="sum"'):
        topologies.from_graph(several, outputs=[1])
    assert topologies.from_graph(several, outputs=[1], parallel="sum").edges[0, 1]["weight"] == 3.5


@given(graphs(self_loops=False, ties=False))
def test_symmetric_gives_both_ways_one_weight_and_leaves_the_rest(graph):
    both = topologies.symmetric(graph)
    free = {node for node, role in graph.nodes(data="role") if role not in ("input", "bias")}
    for pre, post in graph.edges:
        assert both.has_edge(pre, post)
        if pre in free:
            assert both.edges[pre, post]["weight"] == both.edges[post, pre]["weight"]
            assert both.edges[pre, post]["tie"] == both.edges[post, pre]["tie"]
            assert both.edges[pre, post]["weight"] in {
                graph.edges[edge]["weight"] for edge in ((pre, post), (post, pre)) if graph.has_edge(*edge)
            }
        else:
            assert both.edges[pre, post] == graph.edges[pre, post]
    assert {frozenset(edge) for edge in both.edges} == {frozenset(edge) for edge in graph.edges}
    if nx.get_node_attributes(both, "role") and not nx.number_of_selfloops(both):
        ng.compile(both, ng.dynamics.hopfield())


@drawn
@given(graphs(self_loops=False, ties=False, attributes=False))
def test_symmetric_takes_a_table_like_the_graph_that_it_is(graph):
    table = read_graph(graph)
    assert nx.utils.graphs_equal(topologies.symmetric(table), topologies.symmetric(graph))
