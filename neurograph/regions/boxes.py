"""Boxes: the largest inside a polytope, by a concave programme, and the volume of a union."""

from __future__ import annotations

from itertools import combinations
from typing import Any

import numpy as np

from neurograph.certificates.deadline import Deadline
from neurograph.regions.units import Array

INSIDE = 1e-9
"""Share by which a box is drawn in, for rounding."""

Box = tuple[Array, Array]


def log_volume(box: Box) -> float:
    """Return the sum of the logs of the widths; -inf where one is 0."""
    with np.errstate(divide="ignore"):
        return float(np.sum(np.log(np.maximum(box[1] - box[0], 0.0))))


def hull(one: Box, other: Box) -> Box:
    """Return the least box that holds both."""
    return np.minimum(one[0], other[0]), np.maximum(one[1], other[1])


def stretched(box: Box, factor: float, domain: Box) -> Box:
    """Return a box `factor` times as wide about its middle, as far as the domain goes."""
    middle, half = 0.5 * (box[0] + box[1]), 0.5 * factor * (box[1] - box[0])
    return np.maximum(middle - half, domain[0]), np.minimum(middle + half, domain[1])


def largest_box(A: Array, b: Array, domain: Box, deadline: Deadline) -> Box | None:
    """Return the box of the largest log-volume with A x <= b and inside the domain; None where there is none.

    The sum of log(high - low) is concave, and A x <= b holds on the box where A+ high + A- low <= b; Newton's method
    on it, with a logarithmic barrier for the rows, from the largest cube. Where the time is over, a smaller box.

    Examples
    --------
    >>> low, high = largest_box(np.array([[1.0, 1.0]]), np.array([1.0]), (np.zeros(2), np.ones(2)), Deadline(9.0))
    >>> low.round(3).tolist(), high.round(3).tolist()
    ([0.0, 0.0], [0.5, 0.5])
    """
    n = A.shape[1]
    size = np.linalg.norm(A, axis=1) if len(A) else np.zeros(0)
    A, b = A[size > 0.0] / size[size > 0.0, None], b[size > 0.0] / size[size > 0.0]
    scale = domain[1] - domain[0]
    # The largest box of the domain's shape: x +- t scale / 2.
    rows = np.column_stack([np.vstack([A, np.eye(n), -np.eye(n)]), np.zeros(len(A) + 2 * n)])
    rows[:, -1] = 0.5 * np.abs(rows[:, :n]) @ scale
    sides = np.concatenate([b, domain[1], -domain[0]])
    cost = np.zeros(n + 1)
    cost[-1] = -1.0
    from scipy.optimize import linprog  # imported late, as in relaxation.py

    found: Any = linprog(cost, rows, sides, bounds=[(None, None)] * n + [(0.0, 1.0)])
    if found.status != 0 or found.x[-1] <= 1e-9:
        return None
    middle, half = found.x[:n], 0.45 * found.x[-1] * scale
    # In y = (low, high): G y <= g.
    up, down = np.maximum(A, 0.0), np.minimum(A, 0.0)
    G = np.vstack([np.hstack([down, up]), np.hstack([-np.eye(n), np.zeros((n, n))]),
                   np.hstack([np.zeros((n, n)), np.eye(n)])])  # fmt: skip
    g = np.concatenate([b, -domain[0], domain[1]])
    y, weight = np.concatenate([middle - half, middle + half]), 1.0
    while weight > 1e-9 and deadline.left > 0.0:
        y = _centred(G, g, y, weight, n)
        weight *= 0.2
    low, high = y[:n], y[n:]
    drawn_in = INSIDE * (high - low)
    return low + drawn_in, high - drawn_in


def _centred(G: Array, g: Array, y: Array, weight: float, n: int) -> Array:
    """Return the maximum of sum log(high - low) + weight sum log(g - G y), by Newton's method with damped steps."""
    for _ in range(40):
        width, slack = y[n:] - y[:n], g - G @ y
        pull = 1.0 / width
        gradient = np.concatenate([pull, -pull]) + weight * (G.T @ (1.0 / slack))
        curvature = (G.T * (weight / slack**2)) @ G
        square = pull**2
        place = np.arange(n)
        for i, j, sign in ((0, 0, 1.0), (n, n, 1.0), (0, n, -1.0), (n, 0, -1.0)):
            curvature[place + i, place + j] += sign * square
        step = -np.linalg.solve(curvature + 1e-14 * np.eye(2 * n) * np.max(np.diag(curvature)), gradient)
        decrement = float(-gradient @ step)
        if decrement < 1e-10:
            break
        length = 1.0

        def worth(at: Array) -> float:
            inner, room = at[n:] - at[:n], g - G @ at
            if np.min(inner) <= 0.0 or np.min(room) <= 0.0:
                return -np.inf
            return float(np.sum(np.log(inner)) + weight * np.sum(np.log(room)))

        now = worth(y)
        while worth(y + length * step) < now + 0.1 * length * decrement and length > 1e-10:
            length *= 0.5
        if length <= 1e-10:
            break
        y = y + length * step
    return y


def union_log_volume(boxes: list[Box]) -> float:
    """Return the log of the volume that boxes cover together, by inclusion and exclusion.

    Examples
    --------
    >>> one, other = (np.zeros(2), np.ones(2)), (np.array([0.5, 0.0]), np.array([1.5, 1.0]))
    >>> round(float(np.exp(union_log_volume([one, other]))), 9)
    1.5
    """
    top = max(map(log_volume, boxes))
    if not np.isfinite(top):
        return top
    total = 0.0
    for count in range(1, len(boxes) + 1):
        terms = 0.0
        for chosen in combinations(boxes, count):
            low = np.max([box[0] for box in chosen], axis=0)
            high = np.min([box[1] for box in chosen], axis=0)
            terms += float(np.exp(log_volume((low, high)) - top))
        if terms == 0.0:
            break
        total += terms if count % 2 else -terms
    return float(top + np.log(max(total, 1.0)))
