import copy
from dataclasses import replace
from fractions import Fraction

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings

from neurograph._checks import finite_number
from neurograph.errors import GraphError
from neurograph.graphs.edge_table import ROLES
from neurograph.graphs.reading import read_graph
from neurograph.graphs.topologies import from_edges
from tests.strategies import graphs

drawn = settings(deadline=None, max_examples=50)


def small():
    """x -> h -> y, and b -> h."""
    graph = nx.DiGraph()
    graph.add_node("x", role="input")
    graph.add_node("b", role="bias")
    graph.add_node("h")
    graph.add_node("y", role="output")
    graph.add_weighted_edges_from([("x", "h", 0.5), ("b", "h", 1), ("h", "y", -0.25)])
    return graph


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


@drawn
@given(graphs(biases=True, self_loops=True))
def test_a_table_gives_the_graph_back(graph):
    before = copy.deepcopy(graph)
    again = read_graph(graph).to_graph()
    assert type(again) is nx.DiGraph
    assert nx.utils.graphs_equal(again, graph)
    assert list(again) == list(graph)
    assert list(again.edges) == list(graph.edges)
    assert nx.utils.graphs_equal(graph, before)


def test_a_table_without_attributes_gives_roles_flags_and_ties():
    columns = {
        "pre": ["x", "x", "h"],
        "post": ["h", "y", "y"],
        "weight": [1.0, 1.0, 2.0],
        "plastic": [True, True, False],
        "tie": ["a", "a", None],
    }
    table = from_edges(columns, inputs=["x"], outputs=["y"], biases={"h": 0.5})
    bare = type(table)(
        **{name: getattr(table, name) for name in ("nodes", "roles", "indptr", "pre", "weights", "order")},
        biases=table.biases,
        plastic=table.plastic,
        ties=table.ties,
    ).to_graph()
    assert dict(bare.nodes(data=True)) == {"x": {"role": "input"}, "h": {"bias": 0.5}, "y": {"role": "output"}}
    assert list(bare.edges(data=True)) == [
        ("x", "h", {"tie": 0, "weight": 1.0}),
        ("x", "y", {"tie": 0, "weight": 1.0}),
        ("h", "y", {"plastic": False, "weight": 2.0}),
    ]


@pytest.mark.parametrize(
    ("graph", "message"),
    [
        ([("a", "b")], r"graph is of type list: expected a networkx\.DiGraph; .*from_edges"),
        (nx.MultiDiGraph([("a", "b")]), r"MultiDiGraph.*several edges.*add the weights"),
        (nx.Graph([("a", "b")]), r"undirected Graph: .*to_directed"),
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
        (lambda g: g.edges["x", "h"].update(weight=1j), r"'x' -> 'h' has weight 1j"),
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


def test_parallel_edges_of_a_table_are_refused():
    with pytest.raises(GraphError, match="edge 7 -> 9 is there more than once"):
        from_edges(([7, 8, 7], [9, 9, 9], [1.0, 2.0, 3.0]), inputs=[7], outputs=[9])


def test_edges_of_a_table_that_are_out_of_order_are_refused():
    table = read_graph(small())
    assert table.pre.tolist() == [0, 1, 2]
    with pytest.raises(GraphError, match=r"edges 'b' -> 'h' and 'x' -> 'h' are in the wrong order.*from_edges"):
        replace(table, pre=np.array([1, 0, 2], np.int32))


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


def test_a_table_cannot_be_written_and_leaves_its_arrays_alone():
    table = read_graph(small())
    weights, ties = np.array([1.0, 2.0, 3.0]), np.array([-1, 0, -1])
    other = replace(table, weights=weights, plastic=np.ones(3, np.bool_), ties=ties)
    weights[0] = 4.0
    for name in ("roles", "indptr", "pre", "weights", "biases", "plastic", "ties"):
        with pytest.raises(ValueError, match="read-only"):
            getattr(other, name)[0] = 0


def test_a_bias_of_a_table_is_finite_or_not_there():
    with pytest.raises(GraphError, match="node 'h' has bias inf"):
        replace(read_graph(small()), biases=np.array([np.nan, np.nan, np.inf, np.nan]))


@pytest.mark.parametrize("value", [1, 1.5, np.float32(1.5), np.int64(-3), -0.0])
def test_numbers_are_numbers(value):
    assert finite_number(value) == float(value)


@pytest.mark.parametrize("value", [True, np.True_, "1", b"1", None, float("nan"), float("-inf"), 10**400, [1.0], 1j])
def test_anything_else_is_none(value):
    assert finite_number(value) is None
