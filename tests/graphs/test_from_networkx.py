"""Graphs as arrays, number by number, and what is refused."""

import copy
from fractions import Fraction

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings

import neurograph as ng
from neurograph.errors import GraphError
from neurograph.graphs.edge_table import ROLES
from neurograph.graphs.from_networkx import as_table, read_graph
from tests.graphs.networks import small
from tests.strategies import graphs

drawn = settings(deadline=None, max_examples=50)


@drawn
@given(graphs(biases=True, self_loops=True))
def test_reading_takes_every_number_as_it_stands(graph):
    table = read_graph(graph)
    assert list(table.nodes) == list(graph)
    place = {node: k for k, node in enumerate(graph)}
    edges = sorted(graph.edges(data=True), key=lambda edge: (place[edge[1]], place[edge[0]]))
    assert [table.edge(k) for k in range(table.pre.size)] == [(u, v) for u, v, _ in edges]
    assert [table.nodes[j] for j in table.post] == [v for _, v, _ in edges]
    assert table.weights.tolist() == [data["weight"] for _, _, data in edges]
    plastic = [data.get("plastic", True) for _, _, data in edges]
    assert plastic == ([True] * len(edges) if table.plastic is None else table.plastic.tolist())
    given_order = list(graph.edges)
    order = np.arange(len(edges)) if table.order is None else table.order
    assert [given_order[k] for k in order] == [(u, v) for u, v, _ in edges]
    roles = [role for _, role in graph.nodes(data="role", default="hidden")]
    assert [ROLES[code] for code in table.roles] == roles
    for node, bias in zip(graph, table.biases, strict=True):
        assert bias == graph.nodes[node]["bias"] if "bias" in graph.nodes[node] else np.isnan(bias)


@drawn
@given(graphs())
def test_edges_are_in_one_group_exactly_if_they_carry_one_tie(graph):
    table = read_graph(graph)
    given_ties = [graph.edges[table.edge(k)].get("tie") for k in range(table.pre.size)]
    assert (table.ties is None) == all(tie is None for tie in given_ties)
    ties = [-1] * len(given_ties) if table.ties is None else table.ties.tolist()
    for a, b in zip(ties, given_ties, strict=True):
        assert (a == -1) == (b is None)
        for other, other_tie in zip(ties, given_ties, strict=True):
            assert (a == other) == (b == other_tie)


@pytest.mark.parametrize(
    ("graph", "message"),
    [
        ([("a", "b")], r"graph is of type list: expected a networkx\.DiGraph; .*from_edges"),
        (nx.MultiDiGraph([("b", "a", {"weight": 1.0})] * 2), r"no node has role 'output'"),
        (nx.Graph([("a", "b")]), r"undirected: .*undirected=.both"),
        (nx.DiGraph(), r"no nodes: expected at least one with role 'output'"),
        (nx.DiGraph([("a", "b", {"weight": 1.0})]), r"no node has role 'output'.*\['role'\]"),
    ],
)
def test_what_is_no_graph_is_refused(graph, message):
    with pytest.raises(GraphError, match=message):
        read_graph(graph)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda g: g.nodes["h"].update(role="hiden"), r"node 'h' has role 'hiden': expected one of"),
        (lambda g: g.nodes["h"].update(role=None), r"node 'h' has role None: expected one of"),
        (lambda g: g.edges["x", "h"].clear(), r"edge 'x' -> 'h' has no weight.*from_graph"),
        (lambda g: g.edges["x", "h"].update(weight="1"), r"edge 'x' -> 'h' has weight '1': expected"),
        (lambda g: g.edges["x", "h"].update(weight=True), r"edge 'x' -> 'h' has weight True"),
        (lambda g: g.edges["x", "h"].update(weight=None), r"edge 'x' -> 'h' has weight None"),
        (lambda g: g.edges["x", "h"].update(weight=float("nan")), r"'x' -> 'h' has weight nan"),
        (lambda g: g.edges["x", "h"].update(weight=complex(1, np.nan)), r"'x' -> 'h' has weight \(1\+nanj\)"),
        (lambda g: g.nodes["h"].update(bias=float("inf")), r"node 'h' has bias inf: expected"),
        (lambda g: g.nodes["h"].update(bias=None), r"node 'h' has bias None: expected"),
        (lambda g: g.nodes["x"].update(bias=0.0), r"node 'x' has role 'input' and a bias"),
        (lambda g: g.nodes["b"].update(bias=0.0), r"node 'b' has role 'bias' and a bias"),
        (lambda g: g.edges["x", "h"].update(tie=[1]), r"'x' -> 'h' has tie \[1\]: expected text, a number"),
        (
            lambda g: (g.edges["x", "h"].update(tie=1), g.add_edge("x", "y", weight=0.5, tie=1, plastic=False)),
            r"'x' -> 'y' and 'x' -> 'h' are tied but have plastic False and True",
        ),
        (lambda g: g.edges["x", "h"].update(plastic=1), r"'x' -> 'h' has plastic 1: expected True"),
        (lambda g: g.add_edge("h", "x", weight=1.0), r"'h' -> 'x' ends at.*'input'.*remove the edge"),
        (lambda g: g.add_edge("y", "b", weight=1.0), r"'y' -> 'b' ends at.*'bias'"),
        (
            lambda g: (g.edges["x", "h"].update(tie=3), g.edges["h", "y"].update(tie=3)),
            r"'h' -> 'y' and 'x' -> 'h' are tied but have weights -0\.25 and 0\.5",
        ),
    ],
)
def test_a_fault_is_named(change, message):
    graph = small()
    read_graph(graph)
    change(graph)
    with pytest.raises(GraphError, match=message):
        read_graph(graph)


def test_later_changes_of_a_graph_do_not_reach_its_table():
    graph = small()
    graph.edges["x", "h"].update(colour="red", since=[1980])
    before = copy.deepcopy(graph)
    table = read_graph(graph)
    graph.edges["x", "h"].update(colour="blue", weight=9.0)
    graph.edges["b", "h"].update(colour="blue", weight=9.0, plastic=False)
    graph.add_edge("x", "y", weight=1.0)
    graph.nodes["h"]["colour"] = "blue"
    assert nx.utils.graphs_equal(table.to_graph(), before)


@pytest.mark.parametrize("weight", [2, 2.5, np.float64(2.5), np.float32(2.5), np.int16(2), Fraction(5, 2)])
def test_every_kind_of_number_may_be_a_weight(weight):
    graph = small()
    graph.edges["b", "h"]["weight"] = weight
    table = read_graph(graph)
    assert table.weights.tolist() == [0.5, float(weight), -0.25]
    assert table.weights.dtype == np.float64


def test_a_graph_a_table_and_a_network_are_one_table():
    graph = small()
    table = as_table(graph)
    assert as_table(table) is table
    network = ng.compile(graph)
    assert nx.utils.graphs_equal(as_table(network).to_graph(), graph)
    for thing in (network.connectivity, [("a", "b")], None):
        with pytest.raises(GraphError, match=f"graph is of type {type(thing).__name__}: expected a networkx.DiGraph"):
            as_table(thing)
