"""How far the edges of a drawn network bend: the two of a pair stay apart, and none passes behind a node."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from neurograph.drawing.layout import RADIUS, Drawn, Points

BENDS = (0.12, 0.06, 0.2, 0.28, 0.36)
"""How far an edge may bend, as a share of its length; never to the other side, which is the way back's."""


def bends(drawn: Drawn, places: Points) -> NDArray[np.float64]:
    """Choose for each edge (edges,) the first bend that keeps clear of every other node, else the clearest."""
    # For each edge the bends are tried in their order: the clearance of one is the least distance from points of its
    # curve to any other node. The first with more than 1.3 radii is chosen, or else the clearest; a gain of at most
    # 0.02 does not count.
    t = np.linspace(0.06, 0.94, 23)
    chosen = np.full(drawn.pre.size, BENDS[0])
    for k, (i, j) in enumerate(zip(drawn.pre.tolist(), drawn.post.tolist(), strict=True)):
        others = np.delete(places, [i, j], axis=0)
        if i == j or not others.size:
            continue
        clearest = -np.inf
        for bend in BENDS:
            apart = curve(places[i], places[j], bend, t)[:, None] - others
            clear = float(np.min(np.hypot(*apart.T)))
            if clear > clearest + 0.02:
                chosen[k], clearest = bend, clear
            if clear > 1.3 * RADIUS:
                break
    return chosen


def control(start: Points, end: Points, bend: float) -> Points:
    """Return the middle control point of matplotlib's ``arc3``, a quadratic Bézier curve."""
    dx, dy = end - start
    return np.asarray((start + end) / 2 + bend * np.array([dy, -dx]))


def curve(start: Points, end: Points, bend: float, t: NDArray[np.float64]) -> Points:
    """Return the points of the curve from `start` to `end` at the parameters `t`, 0 to 1."""
    t = t[:, None]
    return np.asarray((1 - t) ** 2 * start + 2 * t * (1 - t) * control(start, end, bend) + t**2 * end)


def loop(place: Points, centre: Points) -> Points:
    """Return the four corners of the cubic Bézier curve of an edge from a node to itself, away from the centre."""
    # It leaves the node to one side of the direction away from the centre, passes outside, and comes back on the other
    # side.
    dx, dy = place - centre
    away = np.arctan2(dy, dx) if dx or dy else np.pi / 2
    angles = away + np.array([0.6, 0.45, -0.45, -0.6])
    reach = RADIUS * np.array([1.0, 3.2, 3.2, 1.2])
    return np.asarray(place + reach[:, None] * np.column_stack([np.cos(angles), np.sin(angles)]))
