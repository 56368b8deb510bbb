"""The triad census, against networkx."""

import networkx as nx
from hypothesis import given, settings

from neurograph.analysis.links import read_links
from neurograph.analysis.triads import triad_census
from tests.analysis.networks import digraphs


@given(graph=digraphs())
@settings(max_examples=60)
def test_the_triad_census_is_that_of_networkx(graph):
    plain = nx.DiGraph((u, v) for u, v in graph.edges if u != v)
    plain.add_nodes_from(graph)
    census = nx.triadic_census(plain)
    counted = triad_census(read_links(graph))
    assert counted == {name: census[name] for name in counted}
    assert set(census) - set(counted) == {"003", "012", "102"}  # those that leave a node out
