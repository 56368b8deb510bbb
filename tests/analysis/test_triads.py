"""The triad census, against networkx."""

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings

from neurograph.analysis import links
from neurograph.analysis.links import read_links
from neurograph.analysis.triads import triad_census
from tests.analysis.networks import digraphs


@given(graph=digraphs())
@settings(max_examples=60)
def test_the_triad_census_is_that_of_networkx(graph):
    plain = nx.DiGraph((u, v) for u, v in graph.edges if u != v)
    plain.add_nodes_from(graph)
    census = nx.triadic_census(plain)
    counted = triad_census(read_links(graph), np.random.default_rng(0))
    assert counted == {name: census[name] for name in counted}
    assert set(census) - set(counted) == {"003", "012", "102"}  # those that leave a node out


def test_a_drawn_census_is_near_the_counted_one(monkeypatch):
    graph = nx.gnp_random_graph(60, 0.3, seed=2, directed=True)
    counted = triad_census(read_links(graph), np.random.default_rng(0))
    monkeypatch.setattr(links, "LARGE", 0)
    drawn = triad_census(read_links(graph), np.random.default_rng(0))
    assert all(drawn[name] == pytest.approx(count, rel=0.02) for name, count in counted.items())
    assert drawn != counted
    assert drawn == triad_census(read_links(graph), np.random.default_rng(0))
