"""Graphs made from graphs: with roles and random weights added, or with both directions of every edge tied."""

from __future__ import annotations

from typing import Any, Unpack

import networkx as nx

from neurograph.graphs.edge_table import EdgeTable
from neurograph.graphs.from_networkx import as_table, wiring_of
from neurograph.graphs.intake import Intake, Words, with_words


@with_words()
def from_graph(graph: Any, **words: Unpack[Words]) -> nx.DiGraph[Any]:
    """Copy a graph as a directed one, with roles, and a weight drawn for every edge that has none.

    Edges with the same ``tie`` get one weight.

    Parameters
    ----------
    graph : networkx graph of any kind, or igraph.Graph
        It is not changed. Of igraph the labels are the attribute ``name``, or else the places.
    {words}

    Returns
    -------
    networkx.DiGraph
        A copy, which :func:`neurograph.compile` takes.

    Raises
    ------
    ParameterError
        If a label is not in the graph or has two roles, or another argument is out of range.
    GraphError
        If it is no graph, or could not be compiled: an edge that goes into an input, say.

    Examples
    --------
    >>> import neurograph as ng
    >>> import networkx as nx
    >>> path = nx.path_graph(3, create_using=nx.DiGraph)
    >>> graph = ng.topologies.from_graph(path, inputs=[0], outputs=[2], seed=0)
    >>> graph.nodes[2]["role"], round(graph.edges[0, 1]["weight"], 3)
    ('output', 0.025)
    """
    taken = Intake(**words).of(wiring_of(graph), draws=True)
    return taken.table().with_roles().to_graph()


def symmetric(graph: nx.DiGraph[Any] | EdgeTable) -> nx.DiGraph[Any]:
    """Copy a graph, with every edge between free nodes going both ways, under one weight and one tie.

    What energy-based dynamics, such as :func:`neurograph.dynamics.hopfield`, need. The weight, and whether it is
    plastic, is that of the edge whose presynaptic node comes first in the graph, if it is there.

    Parameters
    ----------
    graph : networkx.DiGraph or EdgeTable
        It is not changed.

    Returns
    -------
    networkx.DiGraph
        A copy, in which the two edges of a pair have one weight and one ``tie``.

    Raises
    ------
    GraphError
        If the graph cannot be compiled.

    Examples
    --------
    >>> import neurograph as ng
    >>> graph = ng.topologies.symmetric(ng.topologies.complete(inputs=1, hidden=2, outputs=1, seed=0))
    >>> graph.edges["h0", "h1"] == graph.edges["h1", "h0"]
    True
    """
    table = as_table(graph)
    given, copy = table.to_graph(), table.to_graph()
    for pre, post in given.edges:
        if given.nodes[pre].get("role") in ("input", "bias") or pre == post:
            continue
        one, other = sorted((pre, post), key=table.index.__getitem__)
        data = given.edges[(one, other) if given.has_edge(one, other) else (other, one)]
        shared = {"weight": data["weight"], "plastic": data.get("plastic", True)}
        for edge in ((one, other), (other, one)):
            copy.add_edge(*edge, **shared, tie=f"{table.index[one]}-{table.index[other]}")
    return copy
