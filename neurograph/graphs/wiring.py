"""A graph as it comes, from a program, a file or a table: not yet checked, with nothing taken in or out."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import networkx as nx
import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from neurograph._arrays import FrozenArrays
from neurograph._checks import finite_number
from neurograph.errors import GraphError
from neurograph.graphs.columns import Column, Columns
from neurograph.graphs.edge_table import ROLES, EdgeTable, check_size, numbered

Ends = NDArray[np.int32]


@dataclass(frozen=True, eq=False, repr=False)
class Wiring(FrozenArrays):
    """Nodes and edges with all that they carry, in the order in which they come.

    Edges may be parallel, undirected, without weights, or end anywhere: what a graph must fulfil to be compiled is
    asked of the :class:`EdgeTable` that :meth:`table` makes.

    Attributes
    ----------
    nodes : sequence of hashable
        The labels.
    pre, post : int32 array (edges,)
        Where each edge starts and ends, as places in `nodes`.
    of_nodes, of_edges : Columns
        What they carry: ``role`` and ``bias``, ``weight``, ``plastic``, ``tie`` and ``delay`` among it.
    attributes : dict
        What the graph itself carries.
    directed : bool
        Whether an edge goes one way alone.
    own : bool
        Whether neurograph wrote it, so that its weights are as they are meant.
    """

    nodes: Sequence[Hashable]
    pre: Ends
    post: Ends
    of_nodes: Columns
    of_edges: Columns
    attributes: Mapping[str, Any] = field(default_factory=dict)
    directed: bool = True
    own: bool = False

    @classmethod
    def of(cls, table: EdgeTable) -> Wiring:
        """Return a graph that is compiled as it was given: what :meth:`table` undoes."""
        given = np.empty(table.pre.size, np.int64)
        given[table.given] = np.arange(given.size)
        biased = np.isfinite(table.biases)
        own = {"bias": Column(np.where(biased, table.biases, 0.0), biased)} if biased.any() else {}
        return cls(
            table.nodes,
            table.pre[given],
            table.post[given],
            table.of_nodes().having(**own),
            table.of_edges().having(weight=Column(table.weights[given])),
            dict(table.attributes or {}),
        )

    @cached_property
    def index(self) -> dict[Hashable, int]:
        """Place of each label in `nodes`."""
        return {node: place for place, node in enumerate(self.nodes)}

    def roles(self) -> list[Any]:
        """Return the role that each node carries, whether it is one or not."""
        return self.of_nodes["role"].cells("hidden") if "role" in self.of_nodes else ["hidden"] * len(self.nodes)

    def edge(self, k: int) -> tuple[Hashable, Hashable]:
        """Labels of edge `k`, presynaptic first."""
        return self.nodes[self.pre[k]], self.nodes[self.post[k]]

    def keeping(self, edges: NDArray[Any]) -> Wiring:
        """Return the wiring with some of its edges alone, by their places or a mask."""
        return replace(self, pre=self.pre[edges], post=self.post[edges], of_edges=self.of_edges.take(edges))

    def by_pre(self) -> Wiring:
        """Return the wiring with the edges of each presynaptic node together, as networkx goes through them."""
        if np.all(self.pre[1:] >= self.pre[:-1]):
            return self
        small = self.pre.astype(np.min_scalar_type(len(self.nodes)))  # numpy sorts 16 bits by radix
        return self.keeping(np.argsort(small, kind="stable"))

    def to_graph(self) -> nx.MultiGraph[Any]:
        """Return the graph as networkx has it, parallel and undirected edges among it, to look at and to mend."""
        graph: nx.MultiGraph[Any] = nx.MultiDiGraph() if self.directed else nx.MultiGraph()
        graph.graph.update(self.attributes)
        graph.add_nodes_from(zip(self.nodes, self.of_nodes.rows(), strict=True))
        for k, row in enumerate(self.of_edges.rows()):
            pre, post = self.edge(k)
            graph.edges[pre, post, graph.add_edge(pre, post)].update(row)
        return graph

    def table(self) -> EdgeTable:
        """Return the graph as what is compiled.

        Raises
        ------
        GraphError
            For an undirected graph; no node, no output; an unknown role; a weight or bias that is missing, not a
            number or not finite; parallel edges; an edge into an input or a bias node.
        """
        if not self.directed:
            raise GraphError(
                "the graph is undirected: expected a directed one; neurograph.topologies.from_graph(graph, ..., "
                'undirected="both") makes every edge go both ways'
            )
        count, nodes, pre, post = self.pre.size, tuple(self.nodes), self.pre, self.post
        check_size(len(nodes), count, np.dtype(np.float64))
        weights, of_edges = self.weights(), self.of_edges.without("weight")
        plastic, ties = self.plastic(), self._ties()
        others = {
            "roles": self._roles(),
            "biases": self._biases(),
            "node_attributes": self.of_nodes.without("bias"),
            "attributes": dict(self.attributes),
        }
        del self  # so that each array leaves the memory before the next comes
        edges = sparse.coo_array((numbered(count), (pre, post)), shape=(len(nodes),) * 2)
        edges.has_canonical_format = True  # else scipy would add parallel edges up before anyone could name them
        del pre, post
        rows = edges.tocsr()
        del edges
        columns = rows.tocsc()
        del rows
        return EdgeTable.of(columns, weights, plastic, ties, nodes=nodes, edge_attributes=of_edges, **others)

    def weights(self) -> NDArray[np.inexact[Any]]:
        """Return the weight of each edge, or raise :class:`GraphError` where one is none."""
        column = self.of_edges.get("weight", Column.absent(self.pre.size))
        if column.present is not None and not column.present.all():
            pre, post = self.edge(int(np.argmin(column.present)))
            raise GraphError(
                f"edge {pre!r} -> {post!r} has no weight: expected a finite number; set "
                "graph.edges[pre, post]['weight'], or draw every weight with "
                "neurograph.topologies.from_graph(graph, ..., seed=0)"
            )
        found = complex_numbers(column)
        return (
            numbers(column, lambda k: "edge {!r} -> {!r}".format(*self.edge(k)), "weight") if found is None else found
        )

    def plastic(self) -> NDArray[np.bool_] | None:
        """Return whether each edge is plastic, None if no edge says; or raise :class:`GraphError`."""
        if "plastic" not in self.of_edges:
            return None
        for place, value in enumerate(cells := self.of_edges["plastic"].cells(True)):
            if not isinstance(value, (bool, np.bool_)):
                pre, post = self.edge(place)
                raise GraphError(f"edge {pre!r} -> {post!r} has plastic {value!r}: expected True or False")
        return np.array(cells, np.bool_)

    def _roles(self) -> NDArray[np.int8]:
        codes = {role: code for code, role in enumerate(ROLES)}
        roles = np.zeros(len(self.nodes), np.int8)
        for place, role in enumerate(self.roles()):
            if not isinstance(role, str) or role not in codes:
                raise GraphError(
                    f"node {self.nodes[place]!r} has role {role!r}: expected one of {', '.join(map(repr, ROLES))}; "
                    "inputs= and outputs= give roles in neurograph.read, topologies.from_graph and from_edges"
                )
            roles[place] = codes[role]
        return roles

    def _biases(self) -> NDArray[np.float64]:
        biases = np.full(len(self.nodes), np.nan)
        if "bias" in self.of_nodes:
            column = self.of_nodes["bias"]
            where = column.where()
            biases[where] = numbers(
                column.take(where),
                lambda k: f"node {self.nodes[int(where[k])]!r}",
                "bias",
                ", or no bias attribute at all",
            )
        return biases

    def _ties(self) -> NDArray[np.int64] | None:
        return groups(self.of_edges["tie"].cells(), self.edge) if "tie" in self.of_edges else None


def numbers(column: Column, owner: Any, what: str, remark: str = "") -> NDArray[np.floating[Any]]:
    """Return a column that is there everywhere as real, finite numbers; `owner` names what carries the k-th.

    float32 stays, all else becomes float64.

    Raises
    ------
    GraphError
        If one is none.
    """
    values = column.values
    if values.dtype.kind in "iu" or (values.dtype.kind == "f" and np.isfinite(values).all()):
        return values.astype(np.float32 if values.dtype == np.float32 else np.float64, copy=False)
    if values.dtype == object and set(map(type, values)) <= {float, int, np.float64}:
        try:
            if np.isfinite(floats := values.astype(np.float64)).all():
                return floats
        except OverflowError:
            pass  # read again below, one by one, to name it
    found = np.empty(values.size)
    for place, value in enumerate(values.tolist()):
        number = finite_number(value)
        if number is None:
            raise GraphError(f"{owner(place)} has {what} {value!r}: expected a finite number{remark}")
        found[place] = number
    return found


def complex_numbers(column: Column) -> NDArray[np.complex128] | None:
    """Return a column of numbers, some of them complex; None where none is, or one is something else."""
    values = column.values
    if values.dtype == object and complex in (kinds := set(map(type, values))) and kinds <= {complex, float, int}:
        try:
            values = values.astype(np.complex128)
        except OverflowError:
            return None
    return values.astype(np.complex128, copy=False) if values.dtype.kind == "c" else None


def groups(ties: Iterable[Any], edge: Any) -> NDArray[np.int64]:
    """Return the group of each tie: one number for equal ones, -1 for None; `edge` names the edge of the k-th.

    Raises
    ------
    GraphError
        If one cannot be hashed.
    """
    known: dict[Hashable, int] = {}
    found: list[int] = []
    for tie in ties:
        try:
            found.append(-1 if tie is None else known.setdefault(tie, len(known)))
        except TypeError:
            pre, post = edge(len(found))
            raise GraphError(
                f"edge {pre!r} -> {post!r} has tie {tie!r}: expected text, a number, or a tuple of them, "
                "for edges are grouped by it"
            ) from None
    return np.array(found, np.int64)
