"""When each edge was there, from the logs of what left and what came."""

from __future__ import annotations

import math
from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np

from neurograph.drawing.labels import shortened
from neurograph.errors import ParameterError
from neurograph.graphs.edge_table import HIDDEN, EdgeTable
from neurograph.pruning import Removed
from neurograph.pruning.base import Added, LoggedEdge

LONGEST = 1000
"""Most characters of a reason."""

MOST_TOLD = 8
"""Entries of an edge that its facts tell, the last ones."""

Ends = tuple[Hashable, Hashable]


@dataclass(frozen=True, eq=False)
class EdgeTimes:
    """The steps of a run, and at which of them edges left or came.

    Attributes
    ----------
    entries : dict of (label, label) to list of LoggedEdge
        What the logs say of each edge, in their order in time.
    changes : dict of (label, label) to list of int
        Of each edge that was not there all the time: the steps at which it left or came, rising, from 1. Step 0 is
        before the first.
    epochs : list of int or None
        After which epoch each step is, counted from 1; None where all left in one, each at a step of its own, the
        lowest score first.
    count : int
        How many steps there are.
    """

    entries: dict[Ends, list[LoggedEdge]]
    changes: dict[Ends, list[int]]
    epochs: list[int] | None
    count: int

    @classmethod
    def of(cls, table: EdgeTable, removed: Sequence[Removed], added: Sequence[Added]) -> EdgeTimes:
        """Read the logs of a run that ended with a graph.

        Raises
        ------
        ParameterError
            If a log holds something else.
        """
        entries: dict[Ends, list[LoggedEdge]] = {}
        for one in sorted((*checked_log(removed, Removed), *checked_log(added, Added)), key=lambda one: one.epoch):
            entries.setdefault(one.edge, []).append(one)
        there = set(zip(table.pre.tolist(), table.post.tolist(), strict=True))
        found = {
            edge: epochs
            for edge, rows in entries.items()
            if (epochs := _changes(rows, tuple(map(table.index.get, edge)) in there))
        }
        steps = sorted({epoch for epochs in found.values() for epoch in epochs})
        if len(steps) == 1 and not len(added):
            scores = np.array([entries[edge][-1].score for edge in found])  # one that is not a number comes last
            ranks = 1 + np.argsort(np.argsort(scores, kind="stable"))
            return cls(
                entries, {edge: [rank] for edge, rank in zip(found, ranks.tolist(), strict=True)}, None, len(found)
            )
        number = {epoch: step for step, epoch in enumerate(steps, 1)}
        changes = {edge: [number[epoch] for epoch in epochs] for edge, epochs in found.items()}
        return cls(entries, changes, [epoch + 1 for epoch in steps], len(steps))

    def left(self, table: EdgeTable) -> list[Ends]:
        """Return the edges that were there once and are not in the graph."""
        there = set(zip(table.pre.tolist(), table.post.tolist(), strict=True))
        return [edge for edge in self.changes if tuple(map(table.index.get, edge)) not in there]

    def last_weight(self, edge: Ends) -> float:
        """Return the weight with which an edge left the last time."""
        return next(one.weight for one in reversed(self.entries[edge]) if isinstance(one, Removed))

    def facts(self, edge: Ends) -> dict[str, str]:
        """Return in words when an edge left and came, and why."""
        rows = self.entries.get(edge, [])
        earlier = {"before that": f"{len(rows) - MOST_TOLD:,} more changes"} if len(rows) > MOST_TOLD else {}
        return earlier | {
            f"{'left' if isinstance(one, Removed) else 'came'} after epoch {one.epoch + 1:,}": (
                f"weight {one.weight:.4g}, score {one.score:.4g}: {shortened(one.reason, LONGEST)}"
            )
            for one in rows[-MOST_TOLD:]
        }

    def edges(self, table: EdgeTable) -> list[int]:
        """Return how many edges there were at each step."""
        came = np.zeros(self.count + 1, np.int64)
        left = self.left(table)
        for edges, last in ((left, -1), (self.changes.keys() - set(left), 1)):
            for edge in edges:
                for back, step in enumerate(reversed(self.changes[edge])):
                    came[step] += last * (-1) ** back
        counts: list[int] = (table.weights.size - came.sum() + np.cumsum(came)).tolist()
        return counts

    def counts(self, table: EdgeTable) -> dict[int, int]:
        """Return how many edges there were after each epoch in which some left or came."""
        return dict(zip(self.epochs or (), self.edges(table)[1:], strict=False))

    def graph(self, table: EdgeTable, step: int) -> EdgeTable:
        """Return the graph at a step: all nodes that ever were, and the edges that were there, of the weight 1."""
        left = self.left(table)
        nodes = with_late(table, left)
        place = {node: k for k, node in enumerate(nodes)}
        ends = np.array([[place[end] for end in edge] for edge in self.changes], np.int64).reshape(-1, 2)
        odd = np.array([sum(one > step for one in steps) % 2 for steps in self.changes.values()], np.bool_)
        # Where an odd number of changes comes later, it was the other way round: what is in the graph was not there.
        codes = np.setxor1d(table.post.astype(np.int64) * len(nodes) + table.pre, (ends @ [1, len(nodes)])[odd])
        post, pre = np.divmod(codes, len(nodes))
        roles = np.append(table.roles, np.full(len(nodes) - len(table.nodes), HIDDEN, np.int8))
        indptr = np.searchsorted(post, np.arange(len(nodes) + 1))
        return EdgeTable(nodes, roles, indptr, pre.astype(np.int32), np.ones(pre.size), np.full(len(nodes), np.nan))


def with_late(table: EdgeTable, left: Sequence[Ends]) -> list[Hashable]:
    """Return the nodes of a graph, and then those that only edges that left have."""
    return [*table.nodes, *dict.fromkeys(end for edge in left for end in edge if end not in table.index)]


def checked_log(log: Sequence[LoggedEdge], kind: type[LoggedEdge]) -> Sequence[LoggedEdge]:
    """Return a log, or raise :class:`ParameterError` where an entry is something else."""
    for one in log:
        if not isinstance(one, kind) or not math.isfinite(one.weight):
            name = kind.__name__.lower()
            raise ParameterError(f"{name} holds {one!r}: expected a log, such as fit.{name}, with finite weights")
    return log


def _changes(rows: Sequence[LoggedEdge], there: bool) -> list[int]:
    """Return after which epochs an edge left or came, from what the logs say of it and whether it is there now."""
    changes = []
    for epoch in sorted({one.epoch for one in rows}, reverse=True):
        # Back from what it is in the end, a loss adds 1 and a gain takes 1 away; both in one epoch change nothing.
        before = there + sum(1 if isinstance(one, Removed) else -1 for one in rows if one.epoch == epoch) > 0
        if before != there:
            changes.append(epoch)
        there = before
    return changes[::-1]
