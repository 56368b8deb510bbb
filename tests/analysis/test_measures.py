"""The measures of a graph, against networkx, dense linear algebra and closed forms."""

from collections import Counter

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings

from neurograph.analysis import links, measures
from neurograph.analysis.links import read_links
from neurograph.analysis.measures import SECTIONS, sampled
from tests.analysis.networks import digraphs


def measured(graph):
    rng, given = np.random.default_rng(0), read_links(graph)
    return {name: value for section in SECTIONS.values() for name, value in section(given, rng).items()}


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
    assert np.isnan(measured(nx.DiGraph([(0, 1)]))["path from input to output"])


def test_two_cliques_are_two_modules():
    graph = nx.disjoint_union(nx.complete_graph(6), nx.complete_graph(6)).to_directed()
    graph.add_edge(0, 6)
    values = measured(graph)
    assert values["modules"] == 2
    assert values["modularity"] == pytest.approx(0.5, abs=0.02)


@given(graph=digraphs())
@settings(max_examples=40)
def test_degrees_and_strengths_are_row_and_column_sums(graph):
    values, weights = measured(graph), np.abs(nx.to_numpy_array(graph))
    for name, axis in (("in", 0), ("out", 1)):
        degree, strength = (weights > 0.0).sum(axis=axis), weights.sum(axis=axis)
        assert values[f"{name}-degree, median"] == np.median(degree)
        assert values[f"{name}-degree, largest"] == degree.max()
        assert values[f"{name}-strength, median"] == pytest.approx(np.median(strength))
        assert values[f"{name}-strength, largest"] == pytest.approx(strength.max())
    assert values["edges"] == np.count_nonzero(weights)
    if len(graph) > 1:
        assert values["density"] == pytest.approx(np.count_nonzero(weights) / (len(graph) * (len(graph) - 1)))


def test_the_measures_of_a_large_graph_are_those_of_a_small_one_or_near_them(monkeypatch):
    graph = nx.gnp_random_graph(300, 0.06, seed=3, directed=True)
    graph.remove_edges_from([(u, v) for u, v in graph.edges if v < 70])
    rng = np.random.default_rng(0)
    nx.set_edge_attributes(graph, {edge: rng.normal() for edge in graph.edges}, "weight")
    nx.set_node_attributes(graph, {k: "input" if k < 70 else "output" for k in [*range(70), 298, 299]}, "role")
    small = measured(graph)
    assert sampled(read_links(graph)) == ""
    monkeypatch.setattr(links, "LARGE", 100)
    large = measured(graph)
    near = {name: 0.03 for name in small if name.startswith("triad") or name == "loops of three"}
    near |= {"spectral radius": 0.03, "modularity": 0.1}
    for name, value in small.items():
        if name != "modules":
            assert large[name] == pytest.approx(value, rel=near.get(name, 1e-12)), name
    assert "paths from" not in sampled(read_links(graph))
    monkeypatch.setattr(measures, "SOURCES", 65)
    assert measured(graph)["path from input to output"] == pytest.approx(small["path from input to output"], rel=0.05)
    assert "paths from 65 of 70 inputs" in sampled(read_links(graph))
