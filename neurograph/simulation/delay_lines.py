"""Delayed edges in steps: edges that read what their nodes sent some steps before."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from neurograph._arrays import Floats, FrozenArrays
from neurograph._checks import check_memory
from neurograph.equations.expression import Expression
from neurograph.kernels import engine
from neurograph.kernels.bindings import Call
from neurograph.kernels.program import program
from neurograph.network.connectivity import Edges
from neurograph.network.network import Network
from neurograph.solvers.arguments import edges_of, incidence_of, rows_of

CLOSE = 1e-9
"""How near to a whole number of steps a delay is one, relative to it."""

SHARED = program(Expression("w*share", ("w", "share"), "a weight between two steps"), ("w", "share"))


@dataclass(frozen=True, eq=False)
class Lines(FrozenArrays):
    """Some of the edges, by the row that they reach.

    Attributes
    ----------
    indptr : int64 array (rows + 1,)
    other : int32 array (k,)
        The row that sends.
    ids : int64 array (k,)
        Places in the network's weights.
    share : float64 array (k,)
        The part of its weight that each has.
    """

    indptr: NDArray[np.int64]
    other: NDArray[np.int32]
    ids: NDArray[np.int64]
    share: Floats

    def weighted(self, weights: Floats) -> Edges:
        """Return them as the engine takes them."""
        return self.indptr, self.other, weights[self.ids] * self.share.astype(weights.dtype)


@dataclass(frozen=True, eq=False)
class DelayLines(FrozenArrays):
    """The edges of a network, by how many steps before they read what is sent.

    A delay that is no multiple of the step is read between the two steps around it, by weights w (1 - share) and
    w share.

    Attributes
    ----------
    recurrent, clamped : Edges
        Those that read what is sent now, from nodes that move and from those that are clamped.
    delayed : Edges or None
        Those that read what was sent before, from either.
    lag : int64 array (delayed edges,)
        How many steps before.
    lags : int
        The largest, 0 where no edge is delayed.
    parts : tuple of Lines
        What the three are made of, where an edge is delayed.
    """

    recurrent: Edges
    clamped: Edges
    delayed: Edges | None
    lag: NDArray[np.int64]
    lags: int
    parts: tuple[Lines, ...] = ()

    def following(self, network: Network, weights: Floats) -> tuple[DelayLines, list[Call]]:
        """Return the same of other weights (edges,), and the calls that make them follow these when they change."""
        edges, calls = list[Edges](), list[Call]()
        for part in self.parts:
            edges.append(part.weighted(weights))
            own, share = edges[-1][2], part.share.astype(weights.dtype)
            calls += [(engine.take, (weights, part.ids, own)), (engine.evaluate, (SHARED, (own, share), own))]
        for which in () if self.parts else ("recurrent", "clamped"):
            incidence = incidence_of(network, which)
            edges.append(incidence.weighted(weights))
            if not np.shares_memory(edges[-1][2], weights):
                calls.append((engine.take, (weights, incidence.ids, edges[-1][2])))
        delayed = edges[2] if self.lags else None
        return replace(self, recurrent=edges[0], clamped=edges[1], delayed=delayed), calls


def lines_of(network: Network, dt: float) -> DelayLines:
    """Return the edges of a network in steps of `dt`.

    Raises
    ------
    GraphTooLargeError
        If so long a past does not fit into memory.
    """
    recurrent, clamped = edges_of(network, "recurrent"), edges_of(network, "clamped")
    if network.delays is None:
        return DelayLines(recurrent, clamped, None, np.empty(0, np.int64), 0)
    rows, delays = rows_of(network), network.delays
    parts = [_parted(one.indptr, one.other, one.ids, delays[one.ids], dt) for one in (rows.recurrent, rows.clamped)]
    free = rows.moving.size
    row, other, lag, ids, share = (np.concatenate(pair) for pair in zip(*parts, strict=True))
    late = lag > 0
    now = []
    for part in parts:
        soon = part[2] == 0
        now.append(_gathered(free, part[0][soon], part[1][soon], part[3][soon], part[4][soon]))
    order = np.argsort(row[late], kind="stable")
    lines = (*now, _gathered(free, row[late], other[late], ids[late], share[late]))
    lags = int(lag.max(initial=0))
    check_memory(
        3 * lags * len(network.nodes) * network.dtype.itemsize,
        f"what {len(network.nodes)} nodes have sent during {lags} steps",
        "take longer steps, or shorter delays",
    )
    recurrent, clamped, delayed = (part.weighted(network.weights) for part in lines)
    return DelayLines(recurrent, clamped, delayed if lags else None, lag[late][order].astype(np.int64), lags, lines)


def _parted(
    indptr: NDArray[np.int64], other: NDArray[np.int32], ids: NDArray[np.int64], delays: Floats, dt: float
) -> tuple[NDArray[Any], ...]:
    """Return rows, senders, lags, edges and shares: each edge once, or twice where its delay is between two steps."""
    row = np.repeat(np.arange(indptr.size - 1), np.diff(indptr))
    steps = delays / dt
    near = np.rint(steps)
    steps = np.where(np.abs(steps - near) <= CLOSE * np.maximum(near, 1.0), near, steps)
    lag = np.floor(steps).astype(np.int64)
    share = steps - lag
    between = share > 0.0
    return (
        np.concatenate([row, row[between]]),
        np.concatenate([other, other[between]]),
        np.concatenate([lag, lag[between] + 1]),
        np.concatenate([ids, ids[between]]),
        np.concatenate([1.0 - share, share[between]]),
    )


def _gathered(
    free: int, row: NDArray[np.int64], other: NDArray[np.int32], ids: NDArray[np.int64], share: Floats
) -> Lines:
    order = np.argsort(row, kind="stable")
    indptr = np.concatenate([[0], np.cumsum(np.bincount(row, minlength=free))]).astype(np.int64)
    return Lines(indptr, other[order].astype(np.int32), ids[order], share[order])
