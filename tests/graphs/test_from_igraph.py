"""Graphs of igraph, the same as those of networkx."""

import networkx as nx
import pytest

import neurograph as ng
from neurograph.errors import NeurographError
from neurograph.graphs import topologies

igraph = pytest.importorskip("igraph")


def worm(directed=True):
    graph = igraph.Graph(directed=directed)
    graph.add_vertices(["ADFL", "AVA", "VB1"], {"kind": ["sensory", None, "motor"]})
    graph.add_edges([(0, 1), (0, 1), (1, 2), (2, 0)], {"count": [2, 3, 1, 1]})
    graph["source"] = "small"
    return graph


WORDS = {"inputs": {"kind": "sensory"}, "outputs": {"kind": "motor"}, "weight": "count", "into_inputs": "drop"}


def test_names_attributes_and_parallel_edges_are_taken():
    graph = worm()
    made = topologies.from_graph(graph, parallel="sum", **WORDS)
    assert dict(made.nodes(data=True)) == {
        "ADFL": {"kind": "sensory", "role": "input"},
        "AVA": {"role": "hidden"},
        "VB1": {"kind": "motor", "role": "output"},
    }
    assert list(made.edges(data="weight")) == [("ADFL", "AVA", 5.0), ("AVA", "VB1", 1.0)]
    assert made.graph["source"] == "small"
    assert graph.es["count"] == [2, 3, 1, 1]
    ng.compile(made)


def test_undirected_graphs_and_places_for_names():
    graph = worm(directed=False)
    with pytest.raises(NeurographError, match='undirected="both"'):
        topologies.from_graph(graph, **WORDS)
    made = topologies.from_graph(graph, undirected="both", parallel="sum", **WORDS)
    assert made.edges["VB1", "AVA"]["weight"] == 1.0
    del graph.vs["name"]
    assert list(topologies.from_graph(graph, undirected="both", parallel="sum", **WORDS)) == [0, 1, 2]


def test_it_is_what_networkx_makes_of_it():
    graph = worm()
    of_networkx = nx.relabel_nodes(graph.to_networkx(), dict(enumerate(graph.vs["name"])))
    for node in of_networkx:
        del of_networkx.nodes[node]["name"]
    words = {"inputs": ["ADFL"], "outputs": ["VB1"], "weight": "count", "into_inputs": "drop", "parallel": "sum"}
    ours, theirs = (topologies.from_graph(one, **words) for one in (graph, of_networkx))
    assert {edge: ours.edges[edge]["weight"] for edge in ours.edges} == {
        edge: theirs.edges[edge]["weight"] for edge in theirs.edges
    }


def test_two_vertices_of_one_name_are_refused():
    graph = worm()
    graph.vs["name"] = ["a", "a", "b"]
    with pytest.raises(NeurographError, match="the attribute name has 'a' more than once"):
        topologies.from_graph(graph, **WORDS)
