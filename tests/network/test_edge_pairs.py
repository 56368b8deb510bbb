"""The edges as pairs of labels, and the places of edges that are named by them."""

import pickle

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings

import neurograph as ng
from neurograph.network.edge_pairs import EdgePairs, edge_places
from tests.strategies import graphs


@given(graph=graphs())
@settings(max_examples=30)
def test_edges_are_those_of_the_graph_and_found_by_their_labels(graph):
    network = ng.compile(graph, ng.dynamics.vector_field())
    edges, plain = network.edges, tuple(network.edges)
    assert isinstance(edges, EdgePairs)
    assert set(plain) == set(graph.edges)
    assert edges == plain
    assert [graph.edges[edge]["weight"] for edge in edges] == network.weights.tolist()
    places = edge_places(network.connectivity, plain[::-1])
    assert places.tolist() == list(range(len(plain)))[::-1]
    assert edges.at(places) == plain[::-1]
    assert pickle.loads(pickle.dumps(edges)) == plain


def test_an_edge_that_is_not_there_is_named():
    graph = nx.DiGraph([("a", "b", {"weight": 1.0}), ("b", "c", {"weight": 1.0})])
    graph.nodes["c"]["role"] = "output"
    network = ng.compile(graph)
    assert edge_places(network.connectivity, [("b", "c", {"weight": 1.0})]).tolist() == [1]
    for wrong in (("b", "a"), ("a", "z"), ("a", ["b"]), ("a",)):
        with pytest.raises(ng.ParameterError, match=r"is no edge of the network.*\[\(pre, post\)\]") as raised:
            edge_places(network.connectivity, [("a", "b"), wrong])
        assert str(raised.value).startswith(repr(wrong))
    assert edge_places(network.connectivity, np.empty(0, int)).size == 0
