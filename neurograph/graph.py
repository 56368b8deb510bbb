"""What a graph must carry to be compiled, and a directed graph as arrays.

A graph is a plain :class:`networkx.DiGraph`. Node attributes: ``role`` ("input", "bias", "hidden",
"output"; absent means hidden), ``bias`` (a number; the node then has a bias of its own, which is learned),
``sign`` ("excitatory" or "inhibitory": no weight that leaves the node is below, or above, 0; absent means any),
and the dynamics' parameters. Edge attributes: ``weight`` (required), ``plastic`` (absent means True), ``tie``
(edges with the same tie share one weight). All others are kept and given back.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from functools import cached_property
from typing import Any

import networkx as nx
import numpy as np
from numpy.typing import NDArray

from neurograph.arguments import finite_number
from neurograph.errors import GraphError

ROLES = ("hidden", "input", "bias", "output")
"""The roles, each at the place of its code in :attr:`EdgeTable.roles`."""

HIDDEN, INPUT, BIAS, OUTPUT = range(4)


class Travelling:
    """Base of the dataclasses that go from process to process: what was computed stays behind, arrays stay read-only.

    Kernels are compiled for read-only arrays; thawed, they would be compiled again.
    """

    def __getstate__(self) -> dict[str, Any]:
        """Give the fields alone."""
        return {field.name: getattr(self, field.name) for field in fields(self)}  # type: ignore[arg-type]

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Take the fields, their arrays read-only."""
        for value in state.values():
            if isinstance(value, np.ndarray):
                value.flags.writeable = False
        self.__dict__.update(state)


@dataclass(frozen=True, eq=False)
class EdgeTable(Travelling):
    """A directed graph as arrays: what :func:`neurograph.compile` reads every graph into.

    Made by :func:`neurograph.topologies.from_edges` and :func:`neurograph.topologies.from_matrix` for
    graphs that never were a networkx graph; nodes and edges keep the order they were given in.

    Attributes
    ----------
    nodes : sequence of hashable
        The labels.
    roles : int8 array (nodes,)
        Place of each node's role in :data:`ROLES`.
    pre, post : int64 array (edges,)
        Where each edge starts and ends, as places in `nodes`.
    weights : float64 array (edges,)
        One number an edge.
    biases : float64 array (nodes,)
        One number a node; NaN where a node has no bias of its own.
    plastic : bool array (edges,)
        Whether learning and pruning may touch the edge.
    ties : int64 array (edges,)
        Group of edges that share one weight; -1 for an edge on its own.
    node_attributes, edge_attributes : sequence of dict, or None
        What else nodes and edges carry, in their order.
    attributes : dict
        What the graph itself carries.
    """

    nodes: Sequence[Hashable]
    roles: NDArray[np.int8]
    pre: NDArray[np.int64]
    post: NDArray[np.int64]
    weights: NDArray[np.float64]
    biases: NDArray[np.float64]
    plastic: NDArray[np.bool_]
    ties: NDArray[np.int64]
    node_attributes: Sequence[dict[str, Any]] | None = None
    edge_attributes: Sequence[dict[str, Any]] | None = None
    attributes: Mapping[str, Any] | None = None

    def __post_init__(self) -> None:
        """Check what every graph must fulfil, on the arrays."""
        _check_weights(self)
        _check_roles(self)
        _check_biases(self)
        _check_parallel(self)
        _check_ties(self)
        for name in ("roles", "pre", "post", "weights", "biases", "plastic", "ties"):
            view = getattr(self, name).view()
            view.flags.writeable = False
            object.__setattr__(self, name, view)

    @cached_property
    def index(self) -> dict[Hashable, int]:
        """Place of each label in `nodes`."""
        return {node: place for place, node in enumerate(self.nodes)}

    def edge(self, k: int) -> tuple[Hashable, Hashable]:
        """Labels of edge `k`, presynaptic first."""
        return self.nodes[self.pre[k]], self.nodes[self.post[k]]

    def to_graph(self) -> nx.DiGraph[Any]:
        """Give the graph as a new :class:`networkx.DiGraph`."""
        return build_graph(self, np.arange(self.pre.size), self.weights, self.biases)


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
            "neurograph.topologies.from_matrix or from_edges, for a file neurograph.read, and of a network or a fit "
            ".to_graph() or .network.to_graph()"
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
    ends = np.fromiter(
        (index[node] for edge in graph.edges() for node in edge), np.int64, 2 * graph.number_of_edges()
    ).reshape(-1, 2)
    edge_attributes = tuple(dict(data) for _, _, data in graph.edges(data=True))
    return EdgeTable(
        nodes=nodes,
        roles=_read_roles(graph),
        pre=np.ascontiguousarray(ends[:, 0]),
        post=np.ascontiguousarray(ends[:, 1]),
        weights=_read_weights(graph),
        biases=_read_biases(graph),
        plastic=_read_plastic(graph),
        ties=read_ties(graph.edges(data="tie")),
        node_attributes=tuple(dict(data) for _, data in graph.nodes(data=True)),
        edge_attributes=edge_attributes,
        attributes=dict(graph.graph),
    )


def build_graph(
    table: EdgeTable,
    edges: NDArray[np.int64],
    weights: NDArray[Any],
    biases: NDArray[Any],
) -> nx.DiGraph[Any]:
    """Build a networkx graph of `table`'s nodes and those of its `edges`, with these weights and biases."""
    graph: nx.DiGraph[Any] = nx.DiGraph()
    graph.graph.update(table.attributes or {})
    nodes = table.nodes
    node_attributes = table.node_attributes or _role_attributes(table)
    graph.add_nodes_from(
        (node, {**data, "bias": bias} if bias == bias else data)
        for node, data, bias in zip(nodes, node_attributes, biases.tolist(), strict=True)
    )
    edge_attributes = table.edge_attributes or _plain_edge_attributes(table)
    graph.add_edges_from(
        (nodes[i], nodes[j], {**edge_attributes[k], "weight": weight})
        for k, i, j, weight in zip(
            edges.tolist(), table.pre[edges].tolist(), table.post[edges].tolist(), weights.tolist(), strict=True
        )
    )
    return graph


def _role_attributes(table: EdgeTable) -> list[dict[str, Any]]:
    return [{} if role == HIDDEN else {"role": ROLES[role]} for role in table.roles.tolist()]


def _plain_edge_attributes(table: EdgeTable) -> list[dict[str, Any]]:
    rows = zip(table.plastic.tolist(), table.ties.tolist(), strict=True)
    return [({} if plastic else {"plastic": False}) | ({} if tie < 0 else {"tie": tie}) for plastic, tie in rows]


def _read_roles(graph: nx.DiGraph[Any]) -> NDArray[np.int8]:
    codes = {role: code for code, role in enumerate(ROLES)}
    roles = np.empty(graph.number_of_nodes(), np.int8)
    for place, (node, role) in enumerate(graph.nodes(data="role", default="hidden")):
        if not isinstance(role, str) or role not in codes:
            raise GraphError(f"node {node!r} has role {role!r}: expected one of {', '.join(map(repr, ROLES))}")
        roles[place] = codes[role]
    return roles


def _read_weights(graph: nx.DiGraph[Any]) -> NDArray[np.float64]:
    missing = object()
    weights = np.empty(graph.number_of_edges())
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


def _read_plastic(graph: nx.DiGraph[Any]) -> NDArray[np.bool_]:
    plastic = np.empty(graph.number_of_edges(), np.bool_)
    for place, (pre, post, value) in enumerate(graph.edges(data="plastic", default=True)):
        if not isinstance(value, (bool, np.bool_)):
            raise GraphError(f"edge {pre!r} -> {post!r} has plastic {value!r}: expected True or False")
        plastic[place] = value
    return plastic


def read_ties(edges: Iterable[tuple[Hashable, Hashable, Any]]) -> NDArray[np.int64]:
    """Give the group of each edge (pre, post, tie): one number for equal ties, -1 where the tie is None."""
    groups: dict[Hashable, int] = {}
    ties = []
    for pre, post, tie in edges:
        try:
            ties.append(-1 if tie is None else groups.setdefault(tie, len(groups)))
        except TypeError:
            raise GraphError(
                f"edge {pre!r} -> {post!r} has tie {tie!r}: expected text, a number, or a tuple of them, "
                "for edges are grouped by it"
            ) from None
    return np.array(ties, np.int64)


def _check_weights(table: EdgeTable) -> None:
    bad = np.flatnonzero(~np.isfinite(table.weights))
    if bad.size:
        pre, post = table.edge(bad[0])
        raise GraphError(f"edge {pre!r} -> {post!r} has weight {table.weights[bad[0]]}: expected a finite number")


def _check_roles(table: EdgeTable) -> None:
    if len(table.nodes) == 0:
        raise GraphError("the graph has no nodes: expected at least one with role 'output'")
    if not np.any(table.roles == OUTPUT):
        raise GraphError("no node has role 'output': expected at least one; set graph.nodes[node]['role'] = 'output'")
    clamped = (table.roles == INPUT) | (table.roles == BIAS)
    into = np.flatnonzero(clamped[table.post])
    if into.size:
        pre, post = table.edge(into[0])
        role = ROLES[table.roles[table.post[into[0]]]]
        raise GraphError(
            f"edge {pre!r} -> {post!r} ends at a node with role {role!r}, which is clamped: expected no edge into "
            f"it; remove the edge, or make {post!r} hidden"
        )
    biased = np.flatnonzero(clamped & np.isfinite(table.biases))
    if biased.size:
        raise GraphError(
            f"node {table.nodes[biased[0]]!r} has role {ROLES[table.roles[biased[0]]]!r} and a bias: expected none, "
            "for it is clamped; remove the bias attribute"
        )


def _check_biases(table: EdgeTable) -> None:
    bad = np.flatnonzero(np.isinf(table.biases))
    if bad.size:
        raise GraphError(f"node {table.nodes[bad[0]]!r} has bias {table.biases[bad[0]]}: expected a finite number")


def _check_parallel(table: EdgeTable) -> None:
    keys = table.pre * len(table.nodes) + table.post
    # A plain sort is several times faster than the one that says which edges are equal.
    if not np.any(np.diff(np.sort(keys)) == 0):
        return
    order = np.argsort(keys, kind="stable")
    twice = np.flatnonzero(np.diff(keys[order]) == 0)
    pre, post = table.edge(order[twice[0]])
    raise GraphError(
        f"edge {pre!r} -> {post!r} is there more than once: expected one edge for each pair; "
        "add parallel weights up first"
    )


def _check_ties(table: EdgeTable) -> None:
    tied = np.flatnonzero(table.ties >= 0)
    if not tied.size:
        return
    _, first, group = np.unique(table.ties[tied], return_index=True, return_inverse=True)
    for values, what in ((table.weights, "weights"), (table.plastic, "plastic")):
        unequal = np.flatnonzero(values[tied] != values[tied[first]][group])
        if unequal.size:
            k, other = tied[unequal[0]], tied[first[group[unequal[0]]]]
            (pre, post), (pre2, post2) = table.edge(k), table.edge(other)
            raise GraphError(
                f"edges {pre!r} -> {post!r} and {pre2!r} -> {post2!r} are tied but have {what} {values[k]} and "
                f"{values[other]}: expected them equal, for a tie is one shared weight"
            )
