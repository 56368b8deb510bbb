"""Who is connected to whom: what stays of a network when only its weights change."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from neurograph._arrays import FrozenArrays, frozen
from neurograph.graphs.edge_table import BIAS, CHUNK, INPUT, OUTPUT, EdgeTable
from neurograph.graphs.signs import read_signs
from neurograph.kernels.engine import ROWS
from neurograph.network.delays import read_delays
from neurograph.network.ordering import Schedule


@dataclass(frozen=True, eq=False)
class Incidence(FrozenArrays):
    """Some of a network's edges, gathered by the node at one of their ends.

    Attributes
    ----------
    chosen : slice, bool array (edges,) or int array (k,)
        Which of the network's edges: the first ones, which costs no memory; those of a mask; or those at these
        places in the weights, where they are few, or do not rise.
    indptr : int64 array (gathering nodes + 1,)
        Edges of gathering node p are ``indptr[p]`` to ``indptr[p + 1]``.
    other : int32 array (k,)
        The row of the node at the other end: see :attr:`PhaseSubgraph.row`.
    """

    chosen: slice | NDArray[np.bool_] | NDArray[np.integer[Any]]
    indptr: NDArray[np.int64]
    other: NDArray[np.int32]

    @classmethod
    def arriving(
        cls, connectivity: Connectivity, moving: NDArray[np.int64], row: NDArray[np.int32], mask: NDArray[np.bool_]
    ) -> Incidence:
        """Gather the edges of a mask by the nodes `moving`, at which all of them arrive; `row` is each node's."""
        # indptr by counting the mask's edges before each node: those in it or those outside, the fewer ones.
        count = int(np.count_nonzero(mask))
        few = 2 * count <= mask.size
        ids = _found(mask, few)
        before = np.searchsorted(ids, connectivity.indptr).astype(np.int64)
        # The edges themselves in the least memory: a slice if they come first, places if they are few, else the mask.
        chosen: slice | NDArray[Any] = slice(0, count)
        if not mask[chosen].all():
            chosen = frozen(ids if 8 * count < mask.size else mask)
        before = before if few else connectivity.indptr - before
        other = connectivity.pre[chosen]
        if moving.size < row.size:  # else each node is its own row
            other = row[other]
        return cls(chosen, frozen(before[np.append(moving, -1)]), frozen(other))

    @property
    def ids(self) -> NDArray[np.int64]:
        """Places of the edges in the network's weights (k,); made anew each time."""
        if isinstance(self.chosen, slice):
            return np.arange(self.chosen.stop)
        return np.flatnonzero(self.chosen) if self.chosen.dtype == np.bool_ else self.chosen.astype(np.int64)

    def weighted(self, weights: NDArray[Any]) -> Edges:
        """Return (indptr, other, weights), as the engine takes them."""
        return self.indptr, self.other, weights[self.chosen]


def _found(mask: NDArray[np.bool_], value: bool) -> NDArray[np.int64]:
    """Return the places at which a mask has this value; looked for in parts, for it may be as long as the edges."""
    parts = range(0, mask.size, CHUNK)
    found = [first + np.flatnonzero(mask[first : first + CHUNK] == value) for first in parts]
    return np.concatenate(found) if found else np.empty(0, np.int64)


def padded(rows: int) -> int:
    """Return the next row at which a line of the cache begins."""
    return -(-rows // ROWS) * ROWS


Edges = tuple[NDArray[np.int64], NDArray[np.int32], NDArray[Any]]


@dataclass(frozen=True, eq=False)
class PhaseSubgraph(FrozenArrays):
    """The nodes that move in a phase, and the edges that reach them.

    Attributes
    ----------
    connectivity : Connectivity
        The whole that this is a part of.
    moving : int64 array (moving,)
        Places of the nodes that move.
    columns : int64 array (moving,)
        Column of y for each, -1 for a hidden one.
    recurrent : Incidence
        Edges among them, by their postsynaptic node.
    clamped : Incidence
        Edges from nodes that do not move, by their postsynaptic node.
    place : int64 array (nodes,)
        Place of each node in `moving`, -1 for one that does not move.
    row : int32 array (nodes,)
        Row of each node in the tables of the compiled loops: its place, if it moves; the others stand behind, from a
        row on at which a line of the cache begins.
    """

    connectivity: Connectivity
    moving: NDArray[np.int64]
    columns: NDArray[np.int64]
    recurrent: Incidence
    clamped: Incidence
    place: NDArray[np.int64]
    row: NDArray[np.int32]

    @classmethod
    def of(cls, connectivity: Connectivity, moving: NDArray[np.int64], columns: NDArray[np.int64]) -> PhaseSubgraph:
        """Find the edges that reach the nodes `moving`."""
        # Edges whose post moves, parted by whether pre moves too (recurrent) or not (clamped).
        place = np.full(len(connectivity.table.nodes), -1)
        place[moving] = np.arange(moving.size)
        moves = place >= 0
        inner = moves[connectivity.pre]
        still = np.repeat(moves, np.diff(connectivity.indptr))
        inner &= still
        still ^= inner
        row = np.where(moves, place, padded(moving.size) + np.cumsum(~moves) - 1).astype(np.int32)
        others = Incidence.arriving(connectivity, moving, row, still)
        del still  # before the next takes memory
        return cls(
            connectivity=connectivity,
            moving=frozen(moving),
            columns=frozen(columns),
            recurrent=Incidence.arriving(connectivity, moving, row, inner),
            clamped=others,
            place=frozen(place),
            row=frozen(row),
        )

    @cached_property
    def node(self) -> NDArray[np.int64]:
        """Places of the nodes, those that move first."""
        return np.concatenate([self.moving, np.flatnonzero(self.place < 0)])

    @cached_property
    def outputs(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Rows of the outputs that move, rising, and their columns of y."""
        rows = np.flatnonzero(self.columns >= 0)
        return rows, self.columns[rows]

    @cached_property
    def transposed(self) -> Incidence:
        """The recurrent edges, by their presynaptic node: the rows of W transposed."""
        ids = self.recurrent.ids
        return self.gathered(ids, self._ends(ids)[0], self.row[self.post[ids]])

    @cached_property
    def schedule(self) -> Schedule:
        """The order in which Gauss-Seidel visits the moving nodes, named by their places."""
        pre, post = self._ends(self.recurrent.ids)
        return Schedule.of(self.moving.size, pre, post, np.flatnonzero(np.diff(self.clamped.indptr)))

    @cached_property
    def visited(self) -> VisitedSubgraph:
        """The same, its rows in the order in which Gauss-Seidel visits the nodes."""
        return VisitedSubgraph.of(self)

    @cached_property
    def loops(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Places of the nodes with an edge to themselves, and the places of those edges in the weights."""
        post = np.repeat(np.arange(self.moving.size), np.diff(self.recurrent.indptr))
        own = self.recurrent.other == post
        return post[own], self.recurrent.ids[own]

    def in_order(self, order: NDArray[np.int64]) -> PhaseSubgraph:
        """Return the same, its rows in the order of these places; each keeps the order of its edges."""
        moving, places = self.moving[order], np.arange(order.size)
        place, row = self.place.copy(), self.row.copy()
        place[moving], row[moving] = places, places
        part = replace(self, moving=frozen(moving), columns=frozen(self.columns[order]), place=place, row=frozen(row))

        def gathered(ids: NDArray[np.int64]) -> Incidence:
            return part.gathered(ids, place[self.post[ids]], row[self.pre[ids]])

        return replace(
            part, place=frozen(place), recurrent=gathered(self.recurrent.ids), clamped=gathered(self.clamped.ids)
        )

    @property
    def pre(self) -> NDArray[np.int32]:
        """Where each edge of the network starts (edges,), as places in its nodes."""
        return self.connectivity.pre

    @property
    def post(self) -> NDArray[np.int32]:
        """Where each edge of the network ends (edges,), as places in its nodes."""
        return self.connectivity.post

    def _ends(self, ids: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return the places, among the moving nodes, of the ends of some edges."""
        return self.place[self.pre[ids]], self.place[self.post[ids]]

    def gathered(
        self, ids: NDArray[np.int64], by: NDArray[np.integer[Any]], other: NDArray[np.integer[Any]]
    ) -> Incidence:
        """Gather some edges by one of their ends, each group in the order they come in: a counting sort."""
        edges = sparse.coo_array((ids, (by, other)), shape=(self.moving.size, int(self.row.max(initial=0)) + 1))
        edges.has_canonical_format = True  # else scipy would sort within the groups too
        rows = edges.tocsr()
        return Incidence(
            frozen(rows.data), frozen(rows.indptr.astype(np.int64)), frozen(rows.indices.astype(np.int32, copy=False))
        )


@dataclass(frozen=True, eq=False)
class VisitedSubgraph(FrozenArrays):
    """The nodes that move in a phase, in the order in which Gauss-Seidel visits them, and their edges by that.

    Attributes
    ----------
    node : int64 array (nodes,)
        Places of the nodes, those that move first.
    outputs : tuple of int64 arrays
        Rows of the outputs that move, rising, and their columns of y.
    recurrent, clamped : Incidence
        As in :class:`PhaseSubgraph`.
    forward, feedback : tuple of Incidence
        The recurrent edges to nodes visited later, and to nodes visited earlier, gathered by post and by pre.
    """

    node: NDArray[np.int64]
    outputs: tuple[NDArray[np.int64], NDArray[np.int64]]
    recurrent: Incidence
    clamped: Incidence
    forward: tuple[Incidence, Incidence]
    feedback: tuple[Incidence, Incidence]

    @classmethod
    def of(cls, subgraph: PhaseSubgraph) -> VisitedSubgraph:
        """Renumber the rows of a subgraph by its schedule."""
        order, rank, moving = subgraph.schedule.order, subgraph.schedule.rank, subgraph.moving
        row = subgraph.row.copy()
        row[moving] = rank
        node = np.concatenate([moving[order], subgraph.node[moving.size :]])

        def gathered(ids: NDArray[np.int64], by: str = "post") -> Incidence:
            ends = {"pre": row[subgraph.pre[ids]], "post": row[subgraph.post[ids]]}
            return subgraph.gathered(ids, ends.pop(by), ends.popitem()[1])

        inner = subgraph.recurrent.ids
        later = row[subgraph.pre[inner]] < row[subgraph.post[inner]]
        earlier = row[subgraph.pre[inner]] > row[subgraph.post[inner]]
        columns = subgraph.columns[order]
        rows = np.flatnonzero(columns >= 0)
        return cls(
            frozen(node),
            (frozen(rows), frozen(columns[rows])),
            gathered(inner),
            gathered(subgraph.clamped.ids),
            (gathered(inner[later]), gathered(inner[later], "pre")),
            (gathered(inner[earlier]), gathered(inner[earlier], "pre")),
        )


@dataclass(frozen=True, eq=False)
class Connectivity(FrozenArrays):
    """Who is connected to whom: the arrays that stay when only the weights change.

    Attributes
    ----------
    table : EdgeTable
        The graph that was compiled.
    kept : int64 array (edges,), or None
        Place of each edge in `table`, in its order: by postsynaptic, then presynaptic node; None if all are here.
    pre : int32 array (edges,)
        Where each edge starts, as places in the nodes.
    indptr : int64 array (nodes + 1,)
        Incoming edges of node j are ``indptr[j]`` to ``indptr[j + 1]``.
    """

    table: EdgeTable
    kept: NDArray[np.int64] | None
    pre: NDArray[np.int32]
    indptr: NDArray[np.int64]

    @classmethod
    def of(cls, table: EdgeTable, kept: NDArray[np.int64] | None = None) -> Connectivity:
        """Wire up all edges of `table`, or those that are `kept`: their places, rising."""
        if kept is None:
            return cls(table, None, table.pre, table.indptr)
        return cls(
            table, frozen(kept), frozen(table.pre[kept]), frozen(np.searchsorted(kept, table.indptr).astype(np.int64))
        )

    @property
    def edge_ids(self) -> NDArray[np.int64]:
        """Place of each edge in `table` (edges,)."""
        return np.arange(self.pre.size) if self.kept is None else self.kept

    @cached_property
    def post(self) -> NDArray[np.int32]:
        """Where each edge ends (edges,), as places in the nodes."""
        return frozen(np.repeat(np.arange(len(self.table.nodes), dtype=np.int32), np.diff(self.indptr)))

    def _of_edges(self, values: NDArray[Any]) -> NDArray[Any]:
        """Return those of the table's values, one an edge, that belong to the edges that are here."""
        return values if self.kept is None else values[self.kept]

    @cached_property
    def free(self) -> NDArray[np.int64]:
        """Places of the nodes that move: hidden and output."""
        return np.flatnonzero(self.table.free)

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
    def subgraph(self) -> PhaseSubgraph:
        """What moves in every phase but the clamped one."""
        return PhaseSubgraph.of(self, self.free, self.nudged)

    @cached_property
    def clamped_subgraph(self) -> PhaseSubgraph:
        """What moves while the outputs are clamped too."""
        hidden = self.nudged < 0
        return PhaseSubgraph.of(self, self.free[hidden], self.nudged[hidden])

    @cached_property
    def _ordered(self) -> dict[tuple[Hashable, bool], PhaseSubgraph]:
        return {}

    def ordered(self, dynamics: Hashable, population: NDArray[np.int64], clamped: bool) -> PhaseSubgraph:
        """Return what moves, one population (nodes,) of a dynamics after another; found once."""
        if (dynamics, clamped) not in self._ordered:
            subgraph = self.clamped_subgraph if clamped else self.subgraph
            own = population[subgraph.moving]
            runs = np.count_nonzero(np.diff(own)) + 1
            together = runs <= np.unique(own).size
            found = subgraph if together else subgraph.in_order(np.argsort(own, kind="stable"))
            self._ordered[dynamics, clamped] = found
        return self._ordered[dynamics, clamped]

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
        plastic = self.table.plastic
        return np.broadcast_to(np.True_, self.pre.shape) if plastic is None else self._of_edges(plastic)

    @cached_property
    def signs(self) -> NDArray[np.int8]:
        """Sign that each node's outgoing weights must have: 1, -1, or 0 for any."""
        return read_signs(self.table)

    @cached_property
    def delays(self) -> NDArray[np.float64] | None:
        """Delay of each edge (edges,); None if no edge has one above 0."""
        return read_delays(self.table, self.kept)

    @cached_property
    def ties(self) -> NDArray[np.int64] | None:
        """Group of each edge, one number for those that share a weight; None if no two edges do."""
        if self.table.ties is None:
            return None
        ties = self._of_edges(self.table.ties)
        if not np.any(ties >= 0):
            return None
        alone = np.where(ties < 0, np.arange(ties.size) + ties.max() + 1, ties)
        return np.unique(alone, return_inverse=True)[1]
