"""Modules: planted ones are found, by the search of large graphs too; the modularity is that of networkx."""

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from scipy import sparse

from neurograph.analysis import communities as search
from neurograph.analysis import links as module
from neurograph.analysis.communities import communities, modularity
from neurograph.analysis.links import read_links
from tests.analysis.networks import digraphs


def planted(groups=6, size=25, seed=0):
    graph = nx.planted_partition_graph(groups, size, 0.4, 0.02, seed=seed, directed=True)
    return read_links(graph)


@pytest.mark.parametrize("large", [False, True])
def test_planted_modules_are_found(monkeypatch, large):
    links = planted()
    monkeypatch.setattr(module, "LARGE", 0 if large else 10**9)
    label = communities(links, np.random.default_rng(0))
    for first in range(0, 150, 25):
        assert np.unique(label[first : first + 25]).size == 1
    assert np.unique(label).size == 6


def test_the_search_of_large_graphs_finds_nearly_the_modularity_of_the_other(monkeypatch):
    graph = read_links(nx.gnm_random_graph(400, 4000, seed=1, directed=True))
    slow = modularity(graph, communities(graph, np.random.default_rng(0)))
    monkeypatch.setattr(module, "LARGE", 0)
    fast = modularity(graph, communities(graph, np.random.default_rng(0)))
    assert fast > 0.9 * slow


@given(graph=digraphs())
@settings(max_examples=40)
def test_the_modularity_is_that_of_networkx(graph):
    links = read_links(graph)
    if not links.pre.size:
        return
    label = np.arange(links.nodes) % 3
    sizes = nx.DiGraph((u, v, {"weight": abs(w)}) for u, v, w in graph.edges(data="weight"))
    sizes.add_nodes_from(graph)
    parts = [set(np.flatnonzero(label == part).tolist()) for part in np.unique(label)]
    assert modularity(links, label) == pytest.approx(nx.community.modularity(sizes, parts), abs=1e-12)


def test_the_search_of_large_graphs_ends_where_hardly_a_node_would_move(monkeypatch):
    wanting, one_sweep = [], search._best_modules

    def sweep(*given_):
        best, gain = one_sweep(*given_)
        wanting.append(np.count_nonzero(gain > 1e-12) / gain.size)
        return best, gain

    monkeypatch.setattr(search, "_best_modules", sweep)
    monkeypatch.setattr(search, "SWEEPS", 200)
    links = planted()
    sizes = sparse.csr_array((np.abs(links.weights), (links.pre, links.post)), shape=(links.nodes, links.nodes))
    search._moved(sizes, np.random.default_rng(0))
    assert wanting[-1] <= search.FEW < min(wanting[:-1])
