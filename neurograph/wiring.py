"""Who is connected to whom: what stays of a network when only its weights change."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from neurograph.graph import BIAS, HIDDEN, INPUT, OUTPUT, EdgeTable, Travelling
from neurograph.schedule import Schedule
from neurograph.signs import read_signs


@dataclass(frozen=True, eq=False)
class Incidence(Travelling):
    """Some of a network's edges, gathered by the node at one of their ends.

    Attributes
    ----------
    ids : int64 array (k,)
        Places of the edges in the network's weights.
    indptr : int64 array (gathering nodes + 1,)
        Edges of gathering node p are ``indptr[p]`` to ``indptr[p + 1]``.
    other : int32 array (k,)
        The node at the other end.
    """

    ids: NDArray[np.int64]
    indptr: NDArray[np.int64]
    other: NDArray[np.int32]

    @classmethod
    def of(cls, ids: NDArray[np.int64], by: NDArray[np.int64], count: int, other: NDArray[np.int32]) -> Incidence:
        """Gather edges `ids` by the places `by`, which are sorted and below `count`."""
        indptr = np.concatenate([[0], np.cumsum(np.bincount(by, minlength=count))]).astype(np.int64)
        return cls(frozen(ids), frozen(indptr), frozen(other[ids]))

    def weighted(self, weights: NDArray[Any]) -> Edges:
        """Give (indptr, other, weights), as the kernels take them."""
        return self.indptr, self.other, weights[self.ids]


Edges = tuple[NDArray[np.int64], NDArray[np.int32], NDArray[Any]]


@dataclass(frozen=True, eq=False)
class Circuit(Travelling):
    """The nodes that move in a phase, and the edges that reach them.

    Attributes
    ----------
    moving : int64 array (moving,)
        Places of the nodes that move.
    columns : int64 array (moving,)
        Column of y for each, -1 for a hidden one.
    inner : Incidence
        Edges among them, by their postsynaptic node.
    still : Incidence
        Edges from nodes that do not move, by their postsynaptic node.
    """

    moving: NDArray[np.int64]
    columns: NDArray[np.int64]
    inner: Incidence
    still: Incidence
    pre: NDArray[np.int32]
    post: NDArray[np.int32]
    place: NDArray[np.int64]

    @classmethod
    def of(cls, wiring: Wiring, moving: NDArray[np.int64], columns: NDArray[np.int64]) -> Circuit:
        """Find the edges that reach the nodes `moving`."""
        place = np.full(len(wiring.table.nodes), -1)
        place[moving] = np.arange(moving.size)
        arriving, leaving = place[wiring.post], place[wiring.pre]
        inner = np.flatnonzero((arriving >= 0) & (leaving >= 0))
        still = np.flatnonzero((arriving >= 0) & (leaving < 0))
        return cls(
            moving=frozen(moving),
            columns=frozen(columns),
            inner=Incidence.of(inner, arriving[inner], moving.size, wiring.pre),
            still=Incidence.of(still, arriving[still], moving.size, wiring.pre),
            pre=wiring.pre,
            post=wiring.post,
            place=frozen(place),
        )

    @cached_property
    def back(self) -> Incidence:
        """The inner edges, by their presynaptic node: the way that a nudge goes back."""
        return self._gathered(self.inner.ids, self._ends(self.inner.ids)[0], self.post)

    @cached_property
    def schedule(self) -> Schedule:
        """The order in which Gauss-Seidel visits the moving nodes, named by their places."""
        pre, post = self._ends(self.inner.ids)
        return Schedule.of(self.moving.size, pre, post, np.flatnonzero(np.diff(self.still.indptr)))

    @cached_property
    def forward(self) -> tuple[Incidence, Incidence]:
        """The inner edges to nodes visited later, gathered by post and by pre, row k of the k-th node visited."""
        pre, post = self._ends(self.inner.ids)
        return self._both_ways(self.inner.ids[self.schedule.rank[pre] < self.schedule.rank[post]])

    @cached_property
    def feedback(self) -> tuple[Incidence, Incidence]:
        """The inner edges to nodes visited earlier, likewise."""
        pre, post = self._ends(self.inner.ids)
        return self._both_ways(self.inner.ids[self.schedule.rank[pre] > self.schedule.rank[post]])

    @cached_property
    def loops(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Places of the nodes with an edge to themselves, and the places of those edges in the weights."""
        ids = self.inner.ids[self.pre[self.inner.ids] == self.post[self.inner.ids]]
        return self.place[self.post[ids]], ids

    def _ends(self, ids: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Give the places, among the moving nodes, of the ends of some edges."""
        return self.place[self.pre[ids]], self.place[self.post[ids]]

    def _both_ways(self, ids: NDArray[np.int64]) -> tuple[Incidence, Incidence]:
        """Gather inner edges by both of their ends, in the order in which these are visited."""
        pre, post = (self.schedule.rank[places] for places in self._ends(ids))
        return self._gathered(ids, post, self.pre), self._gathered(ids, pre, self.post)

    def _gathered(self, ids: NDArray[np.int64], by: NDArray[np.int64], other: NDArray[np.int32]) -> Incidence:
        order = np.argsort(by, kind="stable")
        return Incidence.of(ids[order], by[order], self.moving.size, other)


@dataclass(frozen=True, eq=False)
class Wiring(Travelling):
    """Who is connected to whom: the arrays that stay when only the weights change.

    Attributes
    ----------
    table : EdgeTable
        The graph that was compiled.
    edge_ids : int64 array (edges,)
        Place of each edge in `table`; edges are sorted by postsynaptic, then presynaptic node.
    pre, post : int32 array (edges,)
        Ends of each edge, as places in the nodes.
    indptr : int64 array (nodes + 1,)
        Incoming edges of node j are ``indptr[j]`` to ``indptr[j + 1]``.
    """

    table: EdgeTable
    edge_ids: NDArray[np.int64]
    pre: NDArray[np.int32]
    post: NDArray[np.int32]
    indptr: NDArray[np.int64]

    @classmethod
    def of(cls, table: EdgeTable, edge_ids: NDArray[np.int64]) -> Wiring:
        """Wire up the edges of `table` named by `edge_ids`, which are sorted by post, then pre."""
        post = table.post[edge_ids].astype(np.int32)
        incoming = np.bincount(post, minlength=len(table.nodes))
        return cls(
            table=table,
            edge_ids=frozen(edge_ids),
            pre=frozen(table.pre[edge_ids].astype(np.int32)),
            post=frozen(post),
            indptr=frozen(np.concatenate([[0], np.cumsum(incoming)]).astype(np.int64)),
        )

    @cached_property
    def free(self) -> NDArray[np.int64]:
        """Places of the nodes that move: hidden and output."""
        return np.flatnonzero((self.table.roles == HIDDEN) | (self.table.roles == OUTPUT))

    @cached_property
    def inputs(self) -> NDArray[np.int64]:
        """Places of the input nodes, the columns of x."""
        return np.flatnonzero(self.table.roles == INPUT)

    @cached_property
    def bias_nodes(self) -> NDArray[np.int64]:
        """Places of the nodes that are clamped at 1."""
        return np.flatnonzero(self.table.roles == BIAS)

    @cached_property
    def outputs(self) -> NDArray[np.int64]:
        """Places of the output nodes, the columns of y."""
        return np.flatnonzero(self.table.roles == OUTPUT)

    @cached_property
    def nudged(self) -> NDArray[np.int64]:
        """Column of y for each free node, -1 for a hidden one."""
        columns = np.full(len(self.table.nodes), -1)
        columns[self.outputs] = np.arange(self.outputs.size)
        return columns[self.free]

    @cached_property
    def circuit(self) -> Circuit:
        """What moves in every phase but the clamped one."""
        return Circuit.of(self, self.free, self.nudged)

    @cached_property
    def clamped_circuit(self) -> Circuit:
        """What moves while the outputs are clamped too."""
        hidden = self.nudged < 0
        return Circuit.of(self, self.free[hidden], self.nudged[hidden])

    @cached_property
    def constrained(self) -> bool:
        """Whether a step must leave some edges as they are, or keep some signs."""
        return not bool(self.plastic.all()) or bool(self.signs.any())

    @cached_property
    def biased(self) -> NDArray[np.int64]:
        """Places of the nodes that have a bias of their own."""
        return np.flatnonzero(np.isfinite(self.table.biases))

    @cached_property
    def plastic(self) -> NDArray[np.bool_]:
        """Whether learning and pruning may touch each edge."""
        return self.table.plastic[self.edge_ids]

    @cached_property
    def signs(self) -> NDArray[np.int8]:
        """Sign that each node's outgoing weights must have: 1, -1, or 0 for any."""
        return read_signs(self.table)

    @cached_property
    def ties(self) -> NDArray[np.int64] | None:
        """Group of each edge, one number for those that share a weight; None if no two edges do."""
        ties = self.table.ties[self.edge_ids]
        if not np.any(ties >= 0):
            return None
        alone = np.where(ties < 0, np.arange(ties.size) + ties.max() + 1, ties)
        return np.unique(alone, return_inverse=True)[1]


def frozen(array: NDArray[Any]) -> NDArray[Any]:
    """Make an array of one's own read-only."""
    array.flags.writeable = False
    return array
