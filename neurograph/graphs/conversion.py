"""Graphs made from graphs: with roles and random weights added, or with both directions of every edge tied."""

from __future__ import annotations

from typing import Any

import networkx as nx
import numpy as np

from neurograph._checks import Seed, checked_generator, checked_number
from neurograph.errors import GraphError
from neurograph.graphs.edge_table import EdgeTable
from neurograph.graphs.from_networkx import as_table, read_graph, read_ties
from neurograph.graphs.numbering import Labels
from neurograph.graphs.tables import chosen_roles

SCALE = 0.2
"""Standard deviation of the weights that a builder draws."""


def from_graph(
    graph: nx.DiGraph[Any],
    *,
    inputs: Labels,
    outputs: Labels,
    bias_nodes: Labels = (),
    scale: float = SCALE,
    seed: Seed = None,
) -> nx.DiGraph[Any]:
    """Copy a directed graph, with these roles, and a weight drawn for every edge that has none.

    Edges with the same ``tie`` get one weight. A node that is not named becomes hidden, whatever
    its role was. The columns of x and y follow the order of the nodes in the graph, not that of
    `inputs` and `outputs`.

    Parameters
    ----------
    graph : networkx.DiGraph
        It is not changed.
    inputs, outputs, bias_nodes : collection of labels
        Which nodes have these roles.
    scale, seed
        As every builder of :mod:`neurograph.topologies`.

    Returns
    -------
    networkx.DiGraph

    Raises
    ------
    ParameterError
        If a label is not in the graph or has two roles, or another argument is out of range.
    GraphError
        If it is not a DiGraph, or could not be compiled: an edge that goes into an input, say.

    Examples
    --------
    >>> import networkx as nx
    >>> path = nx.path_graph(3, create_using=nx.DiGraph)
    >>> graph = from_graph(path, inputs=[0], outputs=[2], seed=0)
    >>> graph.nodes[2]["role"], round(graph.edges[0, 1]["weight"], 3)
    ('output', 0.025)
    """
    if not isinstance(graph, nx.DiGraph) or graph.is_multigraph():
        raise GraphError(
            f"graph is of type {type(graph).__name__}: expected a networkx.DiGraph; nx.DiGraph(graph) makes one "
            "(undirected edges then go both ways, of parallel ones the last stays), table.to_graph() that of a table"
        )
    copy: nx.DiGraph[Any] = nx.DiGraph(graph)
    roles = chosen_roles(copy, inputs, outputs, bias_nodes)
    _check_clamped(copy, roles)
    for node, data in copy.nodes(data=True):
        data["role"] = roles.get(node, "hidden")
    _draw_missing_weights(copy, scale, checked_generator(seed))
    read_graph(copy)
    return copy


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

    Raises
    ------
    GraphError
        If the graph cannot be compiled.

    Examples
    --------
    >>> import neurograph as ng
    >>> graph = symmetric(ng.topologies.complete(inputs=1, hidden=2, outputs=1, seed=0))
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


def _draw_missing_weights(graph: nx.DiGraph[Any], scale: float, rng: np.random.Generator) -> None:
    edges = [data for _, _, data in graph.edges(data=True)]
    groups = read_ties((data.get("tie") for data in edges), lambda k: list(graph.edges)[k]).tolist()
    shared = {
        group: data["weight"] for data, group in zip(edges, groups, strict=True) if group >= 0 and "weight" in data
    }
    drawn = rng.normal(0.0, checked_scale(scale), len(edges)).tolist()
    for data, group, weight in zip(edges, groups, drawn, strict=True):
        if "weight" not in data:
            data["weight"] = weight if group < 0 else shared.setdefault(group, weight)


def _check_clamped(graph: nx.DiGraph[Any], roles: dict[Any, str]) -> None:
    """Refuse edges into nodes that will be clamped, and name the call that removes them."""
    for pre, post in graph.edges:
        if roles.get(post) in ("input", "bias"):
            named = "inputs" if roles[post] == "input" else "bias_nodes"
            raise GraphError(
                f"edge {pre!r} -> {post!r} ends at a node with role {roles[post]!r}, which is clamped: expected no "
                f"edge into it; graph.remove_edges_from(list(graph.in_edges({named}))) removes all of them"
            )


def checked_scale(scale: float) -> float:
    """Return the spread of drawn weights, or raise :class:`ParameterError`."""
    return checked_number("scale", scale, least=0.0, remark=", the standard deviation of the weights")
