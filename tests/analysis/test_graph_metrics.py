"""graph_metrics(): against networkx and closed forms, and its random graphs."""

import json
from collections import Counter

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import neurograph as ng
from neurograph.analysis.links import read_links
from neurograph.analysis.triads import triad_census
from tests.strategies import SEEDS, graphs


@st.composite
def digraphs(draw):
    """Any digraph of up to 12 nodes, self-loops among the edges, weights of either sign."""
    count = draw(st.integers(1, 12))
    graph = nx.gnp_random_graph(count, draw(st.floats(0.0, 1.0)), seed=draw(st.integers(0, 10**6)), directed=True)
    graph.add_edges_from((node, node) for node in draw(st.sets(st.integers(0, count - 1), max_size=2)))
    rng = np.random.default_rng(draw(SEEDS))
    nx.set_edge_attributes(graph, {edge: rng.normal() for edge in graph.edges}, "weight")
    return graph


def measured(graph):
    return {name: one["value"] for name, one in ng.graph_metrics(graph, samples=0).to_dict()["graph"].items()}


@given(graph=digraphs())
@settings(max_examples=60)
def test_the_measures_are_those_of_networkx(graph):
    values = measured(graph)
    plain = nx.DiGraph((u, v) for u, v in graph.edges if u != v)
    plain.add_nodes_from(graph)
    assert values["weak components"] == nx.number_weakly_connected_components(graph)
    assert values["strong components"] == nx.number_strongly_connected_components(graph)
    assert values["loops of one edge"] == nx.number_of_selfloops(graph)
    cycles = Counter(map(len, nx.simple_cycles(plain, length_bound=3)))
    assert (values["loops of two"], values["loops of three"]) == (cycles[2], cycles[3])
    if plain.number_of_edges():
        assert values["reciprocity"] == pytest.approx(nx.overall_reciprocity(plain))
    radius = np.abs(np.linalg.eigvals(nx.to_numpy_array(graph))).max()
    assert values["spectral radius"] == pytest.approx(radius, abs=1e-6 * (1 + radius))
    strong = [part for part in nx.strongly_connected_components(graph) if len(part) > 1]
    circling = [u == v or any(u in part and v in part for part in strong) for u, v in graph.edges]
    if circling:
        assert values["share of edges on a cycle"] == pytest.approx(np.mean(circling))


@given(graph=digraphs())
@settings(max_examples=60)
def test_the_triad_census_is_that_of_networkx(graph):
    plain = nx.DiGraph((u, v) for u, v in graph.edges if u != v)
    plain.add_nodes_from(graph)
    census = nx.triadic_census(plain)
    counted = triad_census(read_links(graph))
    assert counted == {name: census[name] for name in counted}
    assert set(census) - set(counted) == {"003", "012", "102"}  # those that leave a node out


def test_the_spectral_radius_of_a_large_graph_is_that_of_the_dense_one():
    graph = nx.gnm_random_graph(200, 1500, seed=1, directed=True)
    rng = np.random.default_rng(0)
    nx.set_edge_attributes(graph, {edge: rng.normal() for edge in graph.edges}, "weight")
    dense = np.abs(np.linalg.eigvals(nx.to_numpy_array(graph))).max()
    assert measured(graph)["spectral radius"] == pytest.approx(dense, rel=1e-6)


def test_paths_are_counted_from_inputs_to_outputs():
    graph = nx.DiGraph([("a", "h"), ("h", "y"), ("b", "y"), ("b", "h")])
    nx.set_node_attributes(graph, {"a": "input", "b": "input", "c": "input", "y": "output"}, "role")
    graph.add_node("c", role="input")
    values = measured(graph)
    assert values["outputs reached by an input"] == pytest.approx(2 / 3)
    assert values["path from input to output"] == 1.5
    assert values["longest of them"] == 2
    assert measured(nx.DiGraph([(0, 1)]))["path from input to output"] is None


def test_two_cliques_are_two_modules():
    graph = nx.disjoint_union(nx.complete_graph(6), nx.complete_graph(6)).to_directed()
    graph.add_edge(0, 6)
    values = measured(graph)
    assert values["modules"] == 2
    assert values["modularity"] == pytest.approx(0.5, abs=0.02)


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


def test_what_is_not_random_stands_out():
    """A ring of cliques is more reciprocal and more modular than any graph of its degrees."""
    graph = nx.connected_caveman_graph(6, 5).to_directed()
    before = ng.graph_metrics(graph, samples=10, seed=1).to_dict()["graph"]
    assert before["reciprocity"]["z"] > 5
    assert before["modularity"]["z"] > 5
    assert before["triad 300"]["value"] == 6 * (10 - 3)  # each clique gives one pair away
    assert before["in-degree, largest"]["z"] is None
    assert before == ng.graph_metrics(graph, samples=10, seed=1).to_dict()["graph"]
    rewired = read_links(graph).rewired(np.random.default_rng(0))
    other = nx.DiGraph(zip(rewired.pre.tolist(), rewired.post.tolist(), strict=True))
    assert abs(ng.graph_metrics(other, samples=10, seed=2).to_dict()["graph"]["reciprocity"]["z"]) < 4


def test_before_and_after_stand_side_by_side():
    network = ng.compile(ng.topologies.complete(inputs=2, hidden=5, outputs=1, bias=True, seed=0))
    pruning = ng.prune(network, ng.pruning.magnitude(0.5))
    graph_metrics = ng.graph_metrics(network, pruning.network, samples=3)
    numbers = graph_metrics.to_dict()
    assert list(numbers) == ["before", "after"]
    assert numbers["after"]["edges"]["value"] == pruning.network.weights.size
    assert numbers == ng.graph_metrics(network.to_graph(), pruning.network.to_graph(), samples=3).to_dict()
    assert json.loads(json.dumps(numbers)) == numbers
    text = str(graph_metrics)
    assert max(map(len, text.splitlines())) <= 100
    assert all(name in text for name in numbers["before"])
    assert repr(graph_metrics).startswith("GraphMetrics(before 9 nodes, 48 edges; after")


@given(graph=graphs())
@settings(max_examples=20)
def test_any_graph_that_compiles_has_an_anatomy(graph):
    network = ng.compile(graph, ng.dynamics.vector_field())
    assert ng.graph_metrics(graph, samples=2).to_dict() == ng.graph_metrics(network, samples=2).to_dict()


@pytest.mark.parametrize(
    ("bad", "part"),
    [
        (nx.Graph([(0, 1)]), "DiGraph"),
        (nx.MultiDiGraph([(0, 1)]), "MultiDiGraph"),
        (nx.DiGraph([(0, 1, {"weight": "x"})]), "'x'"),
        ("graph", "str"),
    ],
    ids=["undirected", "multi", "weight", "text"],
)
def test_what_is_no_digraph_is_refused(bad, part):
    with pytest.raises(ng.GraphError, match=part):
        ng.graph_metrics(bad)
