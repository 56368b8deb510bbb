"""A graph that the tests of this folder share."""

import networkx as nx


def small():
    """x -> h -> y, and b -> h."""
    graph = nx.DiGraph()
    graph.add_node("x", role="input")
    graph.add_node("b", role="bias")
    graph.add_node("h")
    graph.add_node("y", role="output")
    graph.add_weighted_edges_from([("x", "h", 0.5), ("b", "h", 1), ("h", "y", -0.25)])
    return graph
