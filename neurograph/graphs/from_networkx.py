"""A networkx graph read into arrays, and checked."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping
from itertools import chain, islice
from operator import itemgetter
from typing import Any

import networkx as nx
import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from neurograph._checks import finite_number
from neurograph.errors import GraphError
from neurograph.graphs.edge_table import ROLES, EdgeTable, check_size, numbered


def as_table(graph: Any) -> EdgeTable:
    """Return a graph as arrays: a table as it is, and what has a method ``to_graph``, such as a network, by its graph.

    Raises
    ------
    GraphError
        As :func:`read_graph`.
    """
    if isinstance(graph, EdgeTable):
        return graph
    return read_graph(graph.to_graph() if hasattr(graph, "to_graph") else graph)


def read_graph(graph: nx.DiGraph[Any]) -> EdgeTable:
    """Read a networkx graph into arrays, checking all that it must carry.

    Raises
    ------
    GraphError
        For an undirected graph or a multigraph; no node, no output; an unknown role; a weight or bias that is
        missing, not a number or not finite; an edge into an input or a bias node.
    """
    if not isinstance(graph, nx.Graph):
        raise GraphError(
            f"graph is of type {type(graph).__name__}: expected a networkx.DiGraph; for arrays and tables use "
            "neurograph.topologies.from_matrix or from_edges, for a file neurograph.read, and of a fit its .network"
        )
    if graph.is_multigraph():
        raise GraphError(
            f"graph is a {type(graph).__name__}, which may hold several edges between two nodes: expected a "
            "networkx.DiGraph; add the weights of parallel edges up first"
        )
    if not graph.is_directed():
        raise GraphError(
            f"graph is an undirected {type(graph).__name__}: expected a networkx.DiGraph; "
            "graph.to_directed() makes every edge go both ways"
        )
    nodes = tuple(graph)
    index = {node: place for place, node in enumerate(nodes)}
    successors = [after for _, after in graph.adjacency()]
    indptr = np.cumsum([0, *map(len, successors)])
    count = int(indptr[-1])
    check_size(len(nodes), count, np.dtype(np.float64))
    post = np.fromiter(map(index.__getitem__, chain.from_iterable(successors)), np.int32, count)
    rows = sparse.csr_array((numbered(count), post, indptr), shape=(len(nodes), len(nodes)))
    data = list(chain.from_iterable(after.values() for after in successors))
    weights = _read_weights(graph, data)
    # Most edges have a weight and nothing else: a copy of each one's dict would take longer than all the rest.
    more = {place: dict(each) for place, each in enumerate(data) if len(each) > 1}
    return EdgeTable.of(
        rows.tocsc(),
        weights,
        nodes=nodes,
        roles=_read_roles(graph),
        biases=_read_biases(graph),
        plastic=_read_plastic(graph, more, count),
        ties=_read_ties(graph, more, count),
        node_attributes=tuple(dict(each) for _, each in graph.nodes(data=True)),
        edge_attributes=more,
        attributes=dict(graph.graph),
    )


def _read_roles(graph: nx.DiGraph[Any]) -> NDArray[np.int8]:
    codes = {role: code for code, role in enumerate(ROLES)}
    roles = np.empty(graph.number_of_nodes(), np.int8)
    for place, (node, role) in enumerate(graph.nodes(data="role", default="hidden")):
        if not isinstance(role, str) or role not in codes:
            raise GraphError(f"node {node!r} has role {role!r}: expected one of {', '.join(map(repr, ROLES))}")
        roles[place] = codes[role]
    return roles


def _read_weights(graph: nx.DiGraph[Any], data: list[dict[str, Any]]) -> NDArray[np.float64]:
    try:
        values = list(map(itemgetter("weight"), data))
        if set(map(type, values)) <= {float, int, np.float64}:
            return np.array(values, np.float64)
    except (KeyError, OverflowError):
        pass  # read again below, one by one, to name the edge
    missing = object()
    weights = np.empty(len(data))
    for place, (pre, post, weight) in enumerate(graph.edges(data="weight", default=missing)):
        number = None if weight is missing else finite_number(weight)
        if number is None:
            has = "has no weight" if weight is missing else f"has weight {weight!r}"
            raise GraphError(
                f"edge {pre!r} -> {post!r} {has}: expected a finite number; set graph.edges[pre, post]['weight'], "
                "or draw every weight with neurograph.topologies.from_graph(graph, ..., seed=0)"
            )
        weights[place] = number
    return weights


def _read_biases(graph: nx.DiGraph[Any]) -> NDArray[np.float64]:
    absent = object()
    biases = np.full(graph.number_of_nodes(), np.nan)
    for place, (node, bias) in enumerate(graph.nodes(data="bias", default=absent)):
        if bias is absent:
            continue
        number = finite_number(bias)
        if number is None:
            raise GraphError(f"node {node!r} has bias {bias!r}: expected a finite number, or no bias attribute at all")
        biases[place] = number
    return biases


def _read_plastic(graph: nx.DiGraph[Any], more: Mapping[int, dict[str, Any]], count: int) -> NDArray[np.bool_] | None:
    carried = {place: data["plastic"] for place, data in more.items() if "plastic" in data}
    for place, value in carried.items():
        if not isinstance(value, (bool, np.bool_)):
            pre, post = _nth_edge(graph, place)
            raise GraphError(f"edge {pre!r} -> {post!r} has plastic {value!r}: expected True or False")
    if not carried:
        return None
    plastic = np.ones(count, np.bool_)
    plastic[list(carried)] = list(carried.values())
    return plastic


def _read_ties(graph: nx.DiGraph[Any], more: Mapping[int, dict[str, Any]], count: int) -> NDArray[np.int64] | None:
    carried = {place: data["tie"] for place, data in more.items() if data.get("tie") is not None}
    if not carried:
        return None
    places = list(carried)
    ties = np.full(count, -1)
    ties[places] = read_ties(carried.values(), lambda k: _nth_edge(graph, places[k]))
    return ties


def _nth_edge(graph: nx.DiGraph[Any], place: int) -> tuple[Hashable, Hashable]:
    edge: tuple[Hashable, Hashable] = next(islice(graph.edges, place, None))
    return edge


def read_ties(ties: Iterable[Any], edge: Callable[[int], tuple[Hashable, Hashable]]) -> NDArray[np.int64]:
    """Return the group of each tie: one number for equal ones, -1 for None; `edge` names the edge of the k-th."""
    groups: dict[Hashable, int] = {}
    numbers: list[int] = []
    for tie in ties:
        try:
            numbers.append(-1 if tie is None else groups.setdefault(tie, len(groups)))
        except TypeError:
            pre, post = edge(len(numbers))
            raise GraphError(
                f"edge {pre!r} -> {post!r} has tie {tie!r}: expected text, a number, or a tuple of them, "
                "for edges are grouped by it"
            ) from None
    return np.array(numbers, np.int64)
