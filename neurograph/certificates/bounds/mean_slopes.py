"""Ranges of the mean Jacobian on lines from an equilibrium to the states around it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from neurograph.certificates.system import Array, System, filled
from neurograph.equations.intervals import ROUGH, Interval, enclose

PARTS = 16
"""Parts of a line with a range each: the mean of these is narrower than the range over the whole line."""


@dataclass(frozen=True, eq=False)
class MeanSlopes:
    """Matrices ``middle + diag(d) + diag(e) pull + F`` (free, free), with d, e and F up to some size.

    Attributes
    ----------
    middle, pull : array (free, free)
    own, input_slope : array (free,)
        Largest abs(d) and abs(e).
    sent : array (free, free)
        Largest abs(F).
    """

    middle: Array
    pull: Array
    own: Array
    input_slope: Array
    sent: Array


@dataclass(frozen=True, eq=False)
class Ball:
    """The states s with norm(root' (s - s*)) <= radius, s* itself being that far from a known state at most `slack`.

    Attributes
    ----------
    root, inverse : array (free, free)
        And the inverse of the root.
    radius, slack : float
    """

    root: Array
    inverse: Array
    radius: float
    slack: float = 0.0

    def widths(self, directions: Array) -> Array:
        """Return the largest norm of each row (rows, free) times a step of norm 1."""
        return np.asarray(np.linalg.norm(directions @ self.inverse.T, axis=1))


def mean_slopes(system: System, state: Array, ball: Ball, parts: int = PARTS) -> MeanSlopes | None:
    """Bound the mean Jacobian on every line from s* into the ball around it, the box left out, the nudge included.

    Parameters
    ----------
    system : System
    state : array (nodes,)
        The known state.
    ball : Ball
        Its radius may be infinite.
    parts : int
        With 1, every Jacobian in the ball is bounded, not only the means.

    Returns
    -------
    MeanSlopes or None
        None where the drift or the transfer may jump.
    """
    ranges = _ranges(system, state, ball, np.arange(1, parts + 1) / parts)
    if ranges is None:
        return None
    # On the line s* + u (s - s*), the ranges of the slopes at u in ((k - 1)/K, k/K] are within those of the k-th share
    # of the radius: their mean over k bounds the mean over the line, as the middle and how far it may be off.
    own, input_slope, sending = ((np.mean(middle, axis=0), np.mean(off, axis=0)) for middle, off in map(halves, ranges))
    if all(np.any(part.varies) for part in ranges[1:]):  # the mean of a product is not the product of the means
        input_slope, sending = ((middle[-1], off[-1]) for middle, off in map(halves, ranges[1:]))
    # J = diag(dg/ds - nudge) + diag(dg/dI) W diag(f'): what dg/dI is off multiplies W diag(f'), and what f' is off
    # changes each entry by at most |dg/dI| |W| |f' - middle|.
    weights = system.weights.toarray()
    pull = weights * sending[0]
    middle = np.diag(own[0] - system.nudge) + input_slope[0][:, None] * pull
    sent = (np.abs(input_slope[0]) + input_slope[1])[:, None] * np.abs(weights) * sending[1]
    return MeanSlopes(middle, pull, own[1], input_slope[1], sent)


def _ranges(system: System, state: Array, ball: Ball, shares: Array) -> tuple[Interval, Interval, Interval] | None:
    """Return the ranges (shares, free) of dg/ds, dg/dI and f' up to each share of the radius."""
    network, dynamics = system.network, system.network.dynamics
    free, (low, high) = network.connectivity.free, system.box
    radius = shares[:, None] * ball.radius + ball.slack
    weights, shape = system.weights.toarray(), (shares.size, free.size)
    # s_j moves by at most the radius times the norm of root^-1 e_j. The summed input (W f)_j moves by at most
    # sum_i |W_ji| max|f'| |s_i - s*_i|, or, with f' the same everywhere, by the norm of row j of W f' over the ball.
    reach = radius * ball.widths(np.eye(free.size))
    s = Interval.across(np.maximum(state[free] - reach, low), np.minimum(state[free] + reach, high))
    sending = filled(enclose(dynamics.transfer_slope, {**system.constants, "s": s}), shape)
    if np.any(sending.varies):
        with np.errstate(invalid="ignore"):  # an infinite radius times a weight of 0
            moved = np.nansum(np.abs(weights) * (sending.size * reach)[:, None, :], axis=2)
    else:
        wide = ball.widths(weights * sending.high[0])
        moved = np.where(wide > 0.0, radius * np.maximum(wide, np.finfo(float).tiny), 0.0)
    total = network.summed_input(state)[free]
    known = {**system.constants, "s": s, "I": Interval.across(total - moved, total + moved)}
    equations = (dynamics.drift_equation, dynamics.transfer_equation)
    if any(np.any(enclose(equation, known).grade == ROUGH) for equation in equations):
        return None
    own, input_slope = (filled(enclose(dynamics.slope(name), known), shape) for name in ("s", "I"))
    parts = (own, input_slope, sending)
    return parts if all(np.all(np.isfinite(part.size)) for part in parts) else None


def halves(part: Interval) -> tuple[Array, Array]:
    """Return the middles of ranges, and half their widths."""
    return (part.low + part.high) / 2, (part.high - part.low) / 2
