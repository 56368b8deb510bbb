"""How the edges of a drawn network run: how far they bend, and where they meet the border of a node."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import isotonic_regression

from neurograph.drawing.edge_curves import bends, control, curve
from neurograph.drawing.layout import RADIUS, Drawn, Points

Shapes = Mapping[int, tuple[int, float, float]]
"""Of each role, a regular polygon: corners, rotation, size against a circle."""

APART, FAN = 0.3, 3.0
"""Angles between the ends of edges at one node: of two that are pushed apart, and at most of all of them."""


@dataclass(frozen=True, eq=False)
class Wires:
    """How the edges run: from `starts` to `ends` (edges, 2), bent by `bends`, a share of the length."""

    starts: Points
    ends: Points
    bends: NDArray[np.float64]

    def corners(self) -> tuple[Points, Points]:
        """Return the lower left and the upper right corner of all curves."""
        t = np.linspace(0.0, 1.0, 17)
        rows = zip(self.starts, self.ends, self.bends, strict=True)
        lines = np.concatenate([np.empty((0, 2)), *(curve(*row, t) for row in rows)])
        return lines.min(axis=0, initial=np.inf), lines.max(axis=0, initial=-np.inf)


def wires(drawn: Drawn, places: Points, shapes: Shapes) -> Wires:
    """Choose how each edge runs between nodes at these places."""
    bent = bends(drawn, places)
    starts, ends = _ports(drawn, places, bent, shapes)
    return Wires(starts, ends, bent)


def _ports(drawn: Drawn, places: Points, bent: NDArray[np.float64], shapes: Shapes) -> tuple[Points, Points]:
    """Return where each edge leaves its first node and meets its second (edges, 2), apart from the node's others."""
    # An edge leaves towards the middle control point of its curve, and arrives from there.
    count = drawn.pre.size
    middles = np.array(
        [
            control(places[i], places[j], bend)
            for i, j, bend in zip(drawn.pre.tolist(), drawn.post.tolist(), bent.tolist(), strict=True)
        ]
    ).reshape(count, 2)
    nodes = np.concatenate([drawn.pre, drawn.post])
    loops = np.tile(drawn.pre == drawn.post, 2)
    away = np.concatenate([middles, middles]) - places[nodes]
    angles = np.arctan2(away[:, 1], away[:, 0])
    # At each node the directions are pushed apart, and followed to the border of its polygon.
    for node in np.unique(nodes[~loops]):
        here = np.flatnonzero((nodes == node) & ~loops)
        angles[here] = _pushed_apart(angles[here])
    reach = np.array([border(shapes[role], angle) for role, angle in zip(drawn.roles[nodes], angles, strict=True)])
    ends = places[nodes] + reach[:, None] * np.column_stack([np.cos(angles), np.sin(angles)])
    return ends[:count], ends[count:]


def border(shape: tuple[int, float, float], angle: float) -> float:
    """Return how far the border of a regular polygon (corners, rotation, size) is from its middle in a direction."""
    corners, rotation, size = shape
    # A side spans the angle `step` and lies at the distance R cos(step/2) of the middle, R the circumradius; in the
    # direction at the angle `beside` from its normal, the border is 1/cos(beside) times as far.
    step = 2 * np.pi / corners
    beside = (angle - rotation - np.pi / 2) % step - step / 2
    return float(size * RADIUS * np.cos(step / 2) / np.cos(beside))


def _pushed_apart(angles: NDArray[np.float64]) -> NDArray[np.float64]:
    """Move directions as little as keeps them apart and in order around the circle (least squares)."""
    # The circle is cut open at its widest gap, so that the angles a_0 <= a_1 <= ... stand on a line.
    order = np.argsort(angles, kind="stable")
    gaps = np.diff(angles[order], append=angles[order[0]] + 2 * np.pi)
    order = np.roll(order, -(int(np.argmax(gaps)) + 1))
    around = np.unwrap(angles[order])
    # Minimise sum_k (b_k - a_k)^2 under b_{k+1} - b_k >= d. With c_k = b_k - k d the constraint is c_{k+1} >= c_k:
    # isotonic regression of a_k - k d.
    apart = min(APART, FAN / order.size) * np.arange(order.size)
    pushed = np.empty_like(angles)
    pushed[order] = isotonic_regression(around - apart).x + apart
    return pushed
