"""The graphs that the tests of measures draw."""

import networkx as nx
import numpy as np
from hypothesis import strategies as st

from tests.strategies import SEEDS


@st.composite
def digraphs(draw):
    """Draw any digraph of up to 12 nodes, self-loops among the edges, weights of either sign."""
    count = draw(st.integers(1, 12))
    graph = nx.gnp_random_graph(count, draw(st.floats(0.0, 1.0)), seed=draw(st.integers(0, 10**6)), directed=True)
    graph.add_edges_from((node, node) for node in draw(st.sets(st.integers(0, count - 1), max_size=2)))
    rng = np.random.default_rng(draw(SEEDS))
    nx.set_edge_attributes(graph, {edge: rng.normal() for edge in graph.edges}, "weight")
    return graph
