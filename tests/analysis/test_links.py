"""A graph as arrays, and the random graphs of its degrees."""

from collections import Counter

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings

import neurograph as ng
from neurograph.analysis import links as module
from neurograph.analysis.links import read_links
from tests.analysis.networks import digraphs
from tests.strategies import SEEDS


@given(graph=digraphs(), seed=SEEDS)
@settings(max_examples=60)
def test_a_rewired_graph_has_every_degree_and_no_edge_twice(graph, seed):
    links = read_links(graph)
    random = links.rewired(np.random.default_rng(seed))
    for side in ("pre", "post"):
        assert np.array_equal(np.bincount(getattr(random, side)), np.bincount(getattr(links, side)))
    edges = list(zip(random.pre.tolist(), random.post.tolist(), strict=True))
    assert len(set(edges)) == len(edges)
    assert sorted(e for e in edges if e[0] == e[1]) == sorted(e for e in graph.edges if e[0] == e[1])
    strength = [np.bincount(each.pre, each.weights, minlength=each.nodes) for each in (links, random)]
    assert np.allclose(*strength)
    assert np.array_equal(links.post, read_links(graph).post)


def test_every_graph_of_the_same_degrees_is_as_likely():
    """A ring of four nodes with an edge in and out each: the 9 graphs without self-loops, by chi-squared."""
    links, draws = read_links(nx.cycle_graph(4, create_using=nx.DiGraph)), 900
    rng = np.random.default_rng(0)
    seen = Counter(tuple(links.rewired(rng).post[np.argsort(links.pre)].tolist()) for _ in range(draws))
    assert len(seen) == 9
    expected = draws / 9
    assert sum((count - expected) ** 2 / expected for count in seen.values()) < 26.1  # 0.1 % of 8 degrees of freedom


@given(graph=digraphs())
@settings(max_examples=30)
def test_a_network_and_its_graph_are_the_same_links(graph):
    graph.remove_edges_from(list(nx.selfloop_edges(graph)))
    graph.nodes[0]["role"] = "output"
    network = ng.compile(graph, ng.Dynamics("-s + I + b"))
    one, two = read_links(graph), read_links(network)
    for name in ("pre", "post", "weights", "roles"):
        assert np.array_equal(getattr(one, name), getattr(two, name)), name
    assert np.array_equal(one.valued(one.weights).toarray(), nx.to_numpy_array(graph))


def with_role(role):
    graph = nx.DiGraph([(0, 1)])
    graph.nodes[1]["role"] = role
    return graph


@pytest.mark.parametrize(
    ("bad", "part"),
    [
        (nx.Graph([(0, 1)]), "DiGraph"),
        (nx.MultiDiGraph([(0, 1)]), "MultiDiGraph"),
        (nx.DiGraph([(0, 1, {"weight": "x"})]), "'x'"),
        ("graph", "str"),
        (with_role("hiden"), "'hiden'"),
    ],
    ids=["undirected", "multi", "weight", "text", "role"],
)
def test_what_is_no_digraph_is_refused(bad, part):
    with pytest.raises(ng.GraphError, match=part):
        read_links(bad)


@given(graph=digraphs(), seed=SEEDS)
@settings(max_examples=60)
def test_dealt_ends_keep_every_degree_and_make_no_edge_twice(graph, seed):
    links = read_links(graph)
    dealt = links._dealt(np.random.default_rng(seed))
    if dealt is None:  # dense graphs, whose edges have hardly another place
        return
    assert np.array_equal(np.bincount(dealt), np.bincount(links.post))
    edges = list(zip(links.pre.tolist(), dealt.tolist(), strict=True))
    assert len(set(edges)) == len(edges)
    assert sorted(e for e in edges if e[0] == e[1]) == sorted(e for e in graph.edges if e[0] == e[1])


def test_dealt_graphs_are_like_swapped_ones(monkeypatch):
    """The mean number of mutual pairs over random graphs of the same degrees, either way."""
    links, rng = read_links(nx.gnp_random_graph(40, 0.15, seed=0, directed=True)), np.random.default_rng(0)

    def mutual(graph):
        edges = set(zip(graph.pre.tolist(), graph.post.tolist(), strict=True))
        return sum((v, u) in edges for u, v in edges) / 2

    swapped = [mutual(links.rewired(rng)) for _ in range(60)]
    monkeypatch.setattr(module, "LARGE", 0)
    assert links.large
    dealt = [mutual(links.rewired(rng)) for _ in range(200)]
    error = np.hypot(np.std(swapped) / 60**0.5, np.std(dealt) / 200**0.5)
    assert abs(np.mean(swapped) - np.mean(dealt)) < 4 * error
