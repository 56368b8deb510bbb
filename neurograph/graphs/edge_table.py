"""What a graph must carry to be compiled, and a directed graph as arrays.

A graph is a plain :class:`networkx.DiGraph`. Node attributes: ``role`` ("input", "bias", "hidden",
"output"; absent means hidden), ``bias`` (a number; the node then has a bias of its own, which is learned),
``sign`` ("excitatory" or 1: no weight that leaves the node is below 0; "inhibitory" or -1: none is above; absent means
any), and the dynamics' parameters. Edge attributes: ``weight`` (required), ``plastic`` (absent means True), ``tie``
(edges with the same tie share one weight), ``delay`` (how long what is sent takes, in units of time; absent means 0).
All others are kept and given back.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from functools import cached_property
from typing import Any

import networkx as nx
import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from neurograph._arrays import FrozenArrays
from neurograph._checks import check_memory
from neurograph.errors import GraphError
from neurograph.graphs.columns import Column, Columns

ROLES = ("hidden", "input", "bias", "output")
"""The roles, each at the place of its code in :attr:`EdgeTable.roles`."""

HIDDEN, INPUT, BIAS, OUTPUT = range(4)

MOST_NODES = 2**31 - 1
"""Places of nodes are kept as int32: half the memory of an edge."""

CHUNK = 2**16
"""Edges that are looked at together, where a look at all of them at once would take more memory or time."""

SORTING = 20
"""Most bytes an edge, beside those of its weight, while edges are put in order."""


@dataclass(frozen=True, eq=False, repr=False)
class EdgeTable(FrozenArrays):
    """A directed graph as arrays: what :func:`neurograph.compile` reads every graph into.

    Made by :func:`neurograph.topologies.from_edges` and :func:`neurograph.topologies.from_matrix` for
    graphs that never were a networkx graph. Nodes keep the order they were given in; edges are sorted by their
    postsynaptic, then their presynaptic node, and :meth:`to_graph` gives them in the order they were given in.

    Attributes
    ----------
    nodes : sequence of hashable
        The labels.
    roles : int8 array (nodes,)
        Place of each node's role in :data:`ROLES`.
    indptr : int64 array (nodes + 1,)
        The edges that end at node j are ``indptr[j]`` to ``indptr[j + 1]``.
    pre : int32 array (edges,)
        Where each edge starts, as places in `nodes`; :attr:`post` is where it ends.
    weights : float64 or float32 array (edges,), or complex128 in a unitary network
        One number an edge.
    biases : float64 array (nodes,)
        One number a node; NaN where a node has no bias of its own.
    plastic : bool array (edges,), or None
        Whether learning and pruning may touch the edge; None if they may touch all.
    ties : int64 array (edges,), or None
        Group of edges that share one weight, -1 for an edge on its own; None if all are.
    order : int array (edges,), or None
        Place of each edge in the order they were given in; None if that is the order they are in.
    node_attributes : Columns, or None
        What else nodes carry, in their order, their roles among it.
    edge_attributes : Columns, or None
        What else edges carry, in the given order.
    attributes : dict
        What the graph itself carries.
    """

    nodes: Sequence[Hashable]
    roles: NDArray[np.int8]
    indptr: NDArray[np.int64]
    pre: NDArray[np.int32]
    weights: NDArray[np.inexact[Any]]
    biases: NDArray[np.float64]
    plastic: NDArray[np.bool_] | None = None
    ties: NDArray[np.int64] | None = None
    order: NDArray[np.integer[Any]] | None = None
    node_attributes: Columns | None = None
    edge_attributes: Columns | None = None
    attributes: Mapping[str, Any] | None = None

    @classmethod
    def of(
        cls,
        places: sparse.csc_array,
        weights: NDArray[np.inexact[Any]],
        plastic: NDArray[np.bool_] | None = None,
        ties: NDArray[np.int64] | None = None,
        **others: Any,
    ) -> EdgeTable:
        """Sort edges: entry (pre, post) of `places` is the place of an edge in `weights`, `plastic` and `ties`.

        The change from rows to columns that such an array comes from is a counting sort: its time is linear.
        """
        order = None if _rising(places.data) else places.data
        chosen = slice(None) if order is None else order
        return cls(
            indptr=places.indptr.astype(np.int64),
            pre=places.indices.astype(np.int32, copy=False),
            weights=weights.copy() if order is None else weights[order],
            plastic=None if plastic is None or plastic.all() else plastic[chosen],
            ties=None if ties is None or (ties < 0).all() else ties[chosen],
            order=order,
            **others,
        )

    def __post_init__(self) -> None:
        """Check what every graph must fulfil, on the arrays."""
        _check_weights(self)
        _check_roles(self)
        _check_biases(self)
        _check_parallel(self)
        _check_ties(self)
        for field in fields(self):
            value = getattr(self, field.name)
            if isinstance(value, np.ndarray):
                view = value.view()
                view.flags.writeable = False
                object.__setattr__(self, field.name, view)

    def __repr__(self) -> str:
        """Return a line with the size."""
        counts = np.bincount(self.roles, minlength=len(ROLES)).tolist()
        roles = ", ".join(f"{count} {role}" for count, role in zip(counts, ROLES, strict=True) if count)
        return f"EdgeTable({len(self.nodes)} nodes ({roles}), {self.weights.size} edges)"

    @property
    def post(self) -> NDArray[np.int32]:
        """Where each edge ends (edges,), as places in `nodes`; made anew each time, for `indptr` says it too."""
        return np.repeat(np.arange(len(self.nodes), dtype=np.int32), np.diff(self.indptr))

    @property
    def free(self) -> NDArray[np.bool_]:
        """Whether each node moves (nodes,): the hidden and the output nodes do."""
        return np.isin(self.roles, (HIDDEN, OUTPUT))

    @cached_property
    def index(self) -> dict[Hashable, int]:
        """Place of each label in `nodes`."""
        return {node: place for place, node in enumerate(self.nodes)}

    def edge(self, k: int) -> tuple[Hashable, Hashable]:
        """Labels of edge `k`, presynaptic first."""
        return self.nodes[self.pre[k]], self.nodes[int(np.searchsorted(self.indptr, k, side="right")) - 1]

    @property
    def given(self) -> NDArray[np.integer[Any]]:
        """Place of each edge in the order they were given in."""
        return np.arange(self.pre.size) if self.order is None else self.order

    def of_nodes(self) -> Columns:
        """Return what nodes carry, their roles among it but not their biases."""
        return (
            Columns(len(self.nodes), {"role": self._role_column()})
            if self.node_attributes is None
            else (self.node_attributes)
        )

    def of_edges(self) -> Columns:
        """Return what edges carry beside their weights, in the given order."""
        if self.edge_attributes is not None:
            return self.edge_attributes
        more, given = {}, self.given
        if self.plastic is not None:
            fixed = np.empty(self.plastic.size, np.bool_)
            fixed[given] = ~self.plastic
            more["plastic"] = Column(~fixed, fixed)
        if self.ties is not None:
            ties = np.empty(self.ties.size, np.int64)
            ties[given] = self.ties
            more["tie"] = Column(ties, ties >= 0)
        return Columns(self.pre.size, more)

    def with_roles(self) -> EdgeTable:
        """Return the table with the role of every node among its attributes, the hidden ones too."""
        return replace(self, node_attributes=self.of_nodes().having(role=self._role_column()))

    def _role_column(self) -> Column:
        return Column(np.array(ROLES, object)[self.roles])

    def to_graph(self) -> nx.DiGraph[Any]:
        """Return the graph as a new :class:`networkx.DiGraph`."""
        return build_graph(self, np.arange(self.pre.size), self.weights, self.biases)


def _rising(numbers: NDArray[np.integer[Any]]) -> bool:
    """Return whether each number is larger than the one before; most orders show early that they are not."""
    parts = (numbers[first : first + CHUNK + 1] for first in range(0, numbers.size, CHUNK))
    return all(bool(np.all(part[1:] > part[:-1])) for part in parts)


def numbered(count: int) -> NDArray[np.integer[Any]]:
    """Return the places 0, 1, ... of so many edges, in the smallest type that scipy's indices may have."""
    return np.arange(count, dtype=np.int32 if count <= np.iinfo(np.int32).max else np.int64)


def check_size(nodes: int, edges: int, number: np.dtype[Any]) -> None:
    """Refuse a graph that cannot be held, before it is tried.

    Raises
    ------
    GraphError
        If there are more nodes than places, or :class:`neurograph.GraphTooLargeError` if the memory is missing.
    """
    if nodes > MOST_NODES:
        raise GraphError(f"the graph has {nodes} nodes: expected at most {MOST_NODES}, for their places are int32")
    remedy = "pass the weights as a float32 array, or " if number == np.float64 else ""
    check_memory(
        edges * (SORTING + number.itemsize),
        f"reading {edges} edges",
        f"{remedy}close other programs, use a machine with more, or leave weak edges out",
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
    graph.add_nodes_from(
        (node, {**data, "bias": bias} if bias == bias else data)
        for node, data, bias in zip(nodes, table.of_nodes().rows(), biases.tolist(), strict=True)
    )
    given = edges if table.order is None else table.order[edges]
    first = np.argsort(given)
    own = table.of_edges().take(given[first]).having(weight=Column(weights[first]))
    data = np.fromiter(own.rows(), object, first.size)
    pre, post = table.pre[edges][first], table.post[edges][first]
    # What add_edges_from does, but a node at a time, and each edge with the dict that was made for it.
    inside: Any = graph
    _fill(inside._succ, nodes, pre, post, data)
    _fill(inside._pred, nodes, post, pre, data)
    return graph


def _fill(
    adjacency: dict[Hashable, dict[Hashable, Any]],
    nodes: Sequence[Hashable],
    ends: NDArray[np.int32],
    others: NDArray[np.int32],
    data: NDArray[Any],
) -> None:
    """Put edges at their `ends`, in the order in which they come, by what is at their other."""
    order = np.argsort(ends, kind="stable")
    labels = np.fromiter(nodes, object, len(nodes))[others[order]].tolist()
    sorted_data = data[order].tolist()
    stops = np.cumsum(np.bincount(ends, minlength=len(nodes))).tolist()
    start = 0
    for node, stop in zip(nodes, stops, strict=True):
        adjacency[node].update(zip(labels[start:stop], sorted_data[start:stop], strict=True))
        start = stop


def _check_weights(table: EdgeTable) -> None:
    # The smallest and the largest of numbers with NaN among them are NaN; an array of truth values would cost memory.
    ends = table.weights.view(np.float64) if table.weights.dtype.kind == "c" else table.weights
    if not np.isfinite([ends.min(initial=0.0), ends.max(initial=0.0)]).all():
        bad = int(np.argmin(np.isfinite(table.weights)))
        pre, post = table.edge(bad)
        raise GraphError(f"edge {pre!r} -> {post!r} has weight {table.weights[bad]}: expected a finite number")


def _check_roles(table: EdgeTable) -> None:
    if len(table.nodes) == 0:
        raise GraphError("the graph has no nodes: expected at least one with role 'output'")
    if not np.any(table.roles == OUTPUT):
        raise GraphError(
            "no node has role 'output': expected at least one; set graph.nodes[node]['role'] = 'output', or name them, "
            "outputs=[...] in neurograph.read, topologies.from_graph and from_edges"
        )
    clamped = ~table.free
    into = np.flatnonzero(clamped & (np.diff(table.indptr) > 0))
    if into.size:
        pre, post = table.edge(table.indptr[into[0]])
        role = ROLES[table.roles[into[0]]]
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
    """Check that edges are in order, and no two are equal."""
    shape = (len(table.nodes), len(table.nodes))
    if sparse.csr_array((table.weights, table.pre, table.indptr), shape=shape).has_canonical_format:
        return
    post = table.post
    wrong = int(np.argmax((post[1:] == post[:-1]) & (table.pre[1:] <= table.pre[:-1])))
    (pre, _), (other, end) = table.edge(wrong), table.edge(wrong + 1)
    if pre == other:
        raise GraphError(
            f"edge {pre!r} -> {end!r} is there more than once: expected one edge for each pair; "
            'parallel="sum" adds their weights up ("mean", "max" and "first" are others) in neurograph.read, '
            "topologies.from_graph and from_edges"
        )
    raise GraphError(
        f"edges {pre!r} -> {end!r} and {other!r} -> {end!r} are in the wrong order: expected the edges into a node by "
        "the places of those that they come from; topologies.from_edges puts them in order"
    )


def first_unequal(ties: NDArray[np.int64], values: NDArray[Any]) -> tuple[int, int] | None:
    """Return the first edge whose value is not that of the first of its tie, and that one; None if all are equal."""
    tied = np.flatnonzero(ties >= 0)
    _, first, group = np.unique(ties[tied], return_index=True, return_inverse=True)
    unequal = np.flatnonzero(values[tied] != values[tied[first]][group])
    return (int(tied[unequal[0]]), int(tied[first[group[unequal[0]]]])) if unequal.size else None


def _check_ties(table: EdgeTable) -> None:
    if table.ties is None:
        return
    for values, what in ((table.weights, "weights"), (table.plastic, "plastic")):
        unequal = None if values is None else first_unequal(table.ties, values)
        if values is not None and unequal is not None:
            k, other = unequal
            (pre, post), (pre2, post2) = table.edge(k), table.edge(other)
            raise GraphError(
                f"edges {pre!r} -> {post!r} and {pre2!r} -> {post2!r} are tied but have {what} {values[k]} and "
                f"{values[other]}: expected them equal, for a tie is one shared weight"
            )
