"""A graph from elsewhere: the same words at every door, what they do, and that it is said."""

import inspect

import networkx as nx
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import neurograph as ng
from neurograph.errors import GraphError, NeurographError, ParameterError
from neurograph.graphs import topologies
from neurograph.graphs.intake import Intake, counted

DOORS = {
    "from_graph": topologies.from_graph,
    "from_edges": topologies.from_edges,
    "from_matrix": topologies.from_matrix,
    "read": ng.read,
    "read_table": ng.formats.read_table,
}


@pytest.mark.parametrize("door", DOORS)
def test_every_door_has_the_same_words(door):
    parameters = inspect.signature(DOORS[door]).parameters
    words = inspect.signature(Intake).parameters
    assert {name: parameters[name].default for name in words} == {name: one.default for name, one in words.items()}
    for name in words:
        assert name in DOORS[door].__doc__
    assert "{words}" not in DOORS[door].__doc__
    if door == "read_table":
        return
    with pytest.raises(ParameterError, match=r"has no argument 'normalize': expected normalise="):
        DOORS[door](None, normalize=True)


EDGES = st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4), st.sampled_from([0.5, -0.25, 2.0])), min_size=1)


@given(EDGES, st.booleans())
def test_what_cannot_be_compiled_is_dropped_and_counted(edges, undirected):
    graph = nx.MultiGraph() if undirected else nx.MultiDiGraph()
    graph.add_nodes_from(range(5))
    graph.add_weighted_edges_from(edges)
    made = topologies.from_graph(
        graph, inputs=[0], outputs=[4], undirected="both", self_loops="drop", into_inputs="drop", parallel="sum"
    )
    expected, loops, into = {}, 0, 0
    for pre, post, weight in edges:
        for i, j in {(pre, post), (post, pre)} if undirected else {(pre, post)}:
            loops += i == j
            into += i != j and j == 0
            if i != j and j != 0:
                expected[i, j] = expected.get((i, j), 0.0) + weight
    assert {(i, j): w for i, j, w in made.edges(data="weight")} == pytest.approx(expected)
    said = made.graph.get("changes", "")
    assert (counted(loops, "self-loop") + " dropped" in said) == bool(loops)
    assert (counted(into, "edge") + " into inputs dropped" in said) == bool(into)
    ng.compile(made, ng.dynamics.vector_field())


def test_changes_are_added_to_those_before(tmp_path):
    graph = nx.DiGraph([(0, 0, {"weight": 1.0}), (0, 1, {"weight": 1.0}), (1, 0, {"weight": 1.0})])
    once = topologies.from_graph(graph, outputs=[1], self_loops="drop")
    path = ng.write(once, tmp_path / "once.json")
    twice = ng.read(path, inputs=[0], into_inputs="drop")
    assert twice.graph["changes"] == "1 self-loop dropped; 1 edge into inputs dropped"
    assert ng.read(path).graph["changes"] == "1 self-loop dropped"


def test_weights_are_those_of_the_attribute_that_is_named():
    graph = nx.DiGraph([("a", "b", {"count": 3, "weight": 9.0}), ("b", "c", {"count": 4, "weight": 9.0})])
    roles = {"inputs": ["a"], "outputs": ["c"]}
    made = topologies.from_graph(graph, weight="count", **roles)
    assert [data["weight"] for *_, data in made.edges(data=True)] == [3.0, 4.0]
    drawn = topologies.from_graph(graph, weight=None, seed=0, **roles)
    again = topologies.from_graph(graph, weight=None, seed=0, **roles)
    assert nx.utils.graphs_equal(drawn, again)
    assert drawn.edges["a", "b"]["weight"] not in (3.0, 9.0)
    assert drawn.graph["changes"] == "2 weights drawn"
    del graph.edges["b", "c"]["count"]
    with pytest.raises(GraphError, match="edge 'b' -> 'c' has no count: expected a number at every edge"):
        topologies.from_graph(graph, weight="count", **roles)


def test_no_weight_is_drawn_where_edges_carry_numbers_by_another_name():
    graph = nx.DiGraph([("a", "b", {"synapses": 3})])
    for door in (
        lambda: topologies.from_graph(graph, outputs=["b"]),
        lambda: topologies.from_edges({"pre": ["a"], "post": ["b"], "synapses": [3]}, outputs=["b"]),
    ):
        with pytest.raises(GraphError, match=r"carry no 'weight': expected weight= with one of 'synapses', or weight="):
            door()


def test_tied_edges_share_a_weight_that_is_drawn():
    graph = nx.DiGraph()
    graph.add_edges_from([("a", "b", {"tie": 1}), ("a", "c", {"tie": 1}), ("a", "d", {}), ("b", "d", {"tie": 2})])
    graph.add_edge("c", "d", tie=2, weight=0.75)
    made = topologies.from_graph(graph, inputs=["a"], outputs=["d"], seed=0)
    weight = {(i, j): w for i, j, w in made.edges(data="weight")}
    assert weight["a", "b"] == weight["a", "c"] != weight["a", "d"]
    assert weight["b", "d"] == weight["c", "d"] == 0.75


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ({"parallel": "add"}, "parallel is 'add': expected 'error' or 'sum' or"),
        ({"self_loops": True}, "self_loops is True: expected 'keep' or 'drop'"),
        ({"into_inputs": "keep"}, "into_inputs is 'keep'"),
        ({"undirected": "one"}, "undirected is 'one'"),
        ({"weight": 3}, "weight is 3: expected the name"),
        ({"scale": -1.0}, "scale is -1.0"),
        ({"seed": "x", "weight": None}, "seed is 'x'"),
    ],
)
def test_a_word_that_is_none_is_named(words, message):
    with pytest.raises(NeurographError, match=message):
        topologies.from_graph(nx.DiGraph([(0, 1, {"weight": 1.0})]), outputs=[1], **words)


def test_the_graph_that_is_given_stays(tmp_path):
    graph = nx.MultiDiGraph([(0, 1, {"weight": 30}), (0, 1, {"weight": 5}), (1, 1, {"weight": 40})])
    before = graph.copy()
    words = {"inputs": [0], "outputs": [1], "parallel": "sum", "self_loops": "drop", "normalise": "incoming"}
    topologies.from_graph(graph, **words)
    assert nx.utils.graphs_equal(graph, before)
    matrix = np.array([[0, 35], [0, 40]])
    topologies.from_matrix(matrix, **words)
    assert matrix.tolist() == [[0, 35], [0, 40]]
