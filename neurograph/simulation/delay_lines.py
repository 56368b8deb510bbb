"""Delayed edges in steps: edges that read what their nodes sent some steps before."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from neurograph._arrays import FrozenArrays
from neurograph._checks import check_memory
from neurograph.network.connectivity import Edges
from neurograph.network.network import Network
from neurograph.solvers.arguments import edges_of, rows_of

CLOSE = 1e-9
"""How near to a whole number of steps a delay is one, relative to it."""


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
    """

    recurrent: Edges
    clamped: Edges
    delayed: Edges | None
    lag: NDArray[np.int64]
    lags: int


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
    parts = [_parted(kind, delays[one.ids], dt) for kind, one in ((recurrent, rows.recurrent), (clamped, rows.clamped))]
    free = rows.moving.size
    row, other, lag, weight = (np.concatenate(pair) for pair in zip(*parts, strict=True))
    late = lag > 0
    now = [_gathered(free, *(one[part[2] == 0] for one in (part[0], part[1], part[3]))) for part in parts]
    order = np.argsort(row[late], kind="stable")
    delayed = _gathered(free, row[late], other[late], weight[late])
    lags = int(lag.max(initial=0))
    check_memory(
        3 * lags * len(network.nodes) * network.dtype.itemsize,
        f"what {len(network.nodes)} nodes have sent during {lags} steps",
        "take longer steps, or shorter delays",
    )
    return DelayLines(now[0], now[1], delayed if lags else None, lag[late][order].astype(np.int64), lags)


def _parted(edges: Edges, delays: NDArray[np.float64], dt: float) -> tuple[NDArray[np.int64], ...]:
    """Return rows, senders, lags and weights: of each edge once, or twice where its delay is between two steps."""
    indptr, other, weights = edges
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
        np.concatenate([weights * (1.0 - share), (weights * share)[between]]).astype(weights.dtype),
    )


def _gathered(free: int, row: NDArray[np.int64], other: NDArray[np.int32], weights: NDArray[np.floating]) -> Edges:
    order = np.argsort(row, kind="stable")
    indptr = np.concatenate([[0], np.cumsum(np.bincount(row, minlength=free))]).astype(np.int64)
    return indptr, other[order].astype(np.int32), weights[order]
