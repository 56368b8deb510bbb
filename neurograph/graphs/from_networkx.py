"""A networkx graph read into columns."""

from __future__ import annotations

from itertools import chain
from typing import Any

import networkx as nx
import numpy as np

from neurograph.errors import GraphError
from neurograph.graphs.columns import Columns
from neurograph.graphs.edge_table import EdgeTable
from neurograph.graphs.from_igraph import is_igraph, wiring_of_igraph
from neurograph.graphs.wiring import Wiring


def as_table(graph: Any) -> EdgeTable:
    """Return a graph as arrays: a table as it is, and what has a method for it, such as a network, by that.

    Raises
    ------
    GraphError
        As :meth:`Wiring.table`.
    """
    if isinstance(graph, EdgeTable):
        return graph
    if hasattr(graph, "to_table"):
        table: EdgeTable = graph.to_table()
        return table
    return read_graph(graph.to_graph() if hasattr(graph, "to_graph") else graph)


def read_graph(graph: nx.Graph[Any]) -> EdgeTable:
    """Read a networkx graph into arrays, checking all that it must carry.

    Raises
    ------
    GraphError
        As :meth:`Wiring.table`.
    """
    return wiring_of(graph).table()


def wiring_of(graph: nx.Graph[Any]) -> Wiring:
    """Return what a graph of any kind of networkx, or of igraph, carries, in its order.

    Raises
    ------
    GraphError
        If it is none.
    """
    if is_igraph(graph):
        return wiring_of_igraph(graph)
    if not isinstance(graph, nx.Graph):
        raise GraphError(
            f"graph is of type {type(graph).__name__}: expected a networkx.DiGraph; for arrays and tables use "
            "neurograph.topologies.from_matrix or from_edges, for a file neurograph.read, and of a fit, a pruning or a "
            "quantised network its .network"
        )
    nodes = tuple(graph)
    index = {node: place for place, node in enumerate(nodes)}
    if graph.is_directed() and not graph.is_multigraph():
        successors = [after for _, after in graph.adjacency()]
        pre = np.repeat(np.arange(len(nodes), dtype=np.int32), list(map(len, successors)))
        post = np.fromiter(map(index.__getitem__, chain.from_iterable(successors)), np.int32, pre.size)
        data = list(chain.from_iterable(after.values() for after in successors))
    else:
        edges = list(graph.edges(data=True))
        pre, post = (np.fromiter((index[edge[end]] for edge in edges), np.int32, len(edges)) for end in range(2))
        data = [edge[2] for edge in edges]
        keys = [key for *_, key in graph.edges(keys=True)] if isinstance(graph, nx.MultiGraph) else []
        if not all(isinstance(key, int) for key in keys):  # not those that networkx gives by itself
            data = [{"key": key, **each} for key, each in zip(keys, data, strict=True)]
    return Wiring(
        nodes=nodes,
        pre=pre,
        post=post,
        of_nodes=Columns.of_rows([each for _, each in graph.nodes(data=True)]),
        of_edges=Columns.of_rows(data),
        attributes=dict(graph.graph),
        directed=graph.is_directed(),
    )
