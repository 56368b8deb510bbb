"""Boxes that every trajectory enters: the drift of a linear leak, enclosed over all states of a box before."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import islice

import numpy as np
import scipy.sparse as sp

from neurograph.certificates.deadline import Deadline
from neurograph.certificates.system import EPS, Array, System, filled
from neurograph.equations.costs import squared_error
from neurograph.equations.intervals import Interval, enclose

WIDER = 1e-12
"""How much wider than computed a box is made, relative to 1 and to its ends: so it is entered in finite time."""


@dataclass(frozen=True, eq=False)
class Box:
    """States that every trajectory reaches in finite time and does not leave.

    Attributes
    ----------
    state : Interval (batch, free)
        The box; infinite where no bound is known.
    total : Interval (batch, free)
        The summed input I over it.
    pinned : bool array (batch, free)
        Neurons that the drift presses against their bound, whatever the others do.
    """

    state: Interval
    total: Interval
    pinned: Array

    @property
    def width(self) -> Array:
        """Widths (batch, free)."""
        return np.asarray(self.state.high - self.state.low)


@dataclass(frozen=True, eq=False)
class Inclusion:
    r"""The map from a box of states to the next, for a drift ``A(I) - L s``, L > 0 and free of s and I.

    .. math:: X_{k+1} = X_k \cap [box] \cap A(W f(X_k)) / L

    If every state comes to X_k and stays, every ds_j/dt is at most max A - L s_j from then on, so s_j comes below
    max A / L (and what is beyond by any amount, in finite time); likewise from below. Monotone drifts and transfers
    make it the embedding of the network in one of twice its size; others are enclosed by their ranges. Ends are rounded
    outward. Where a neuron has L <= 0, only the network's own box bounds it.

    Parameters
    ----------
    system : System
        One to which :attr:`inapplicable_reason` has nothing to say.
    clamped : Interval (batch, clamped)
        Ranges of the inputs, then of the bias nodes.
    target : array (batch, outputs) or None
        What outputs are nudged towards; None where any number.

    References
    ----------
    Smith, Monotone Dynamical Systems, 1995; Coogan, Mixed monotonicity for reachability and safety in dynamical
    systems, IEEE CDC 2020.
    """

    system: System
    clamped: Interval
    target: Array | None = None

    @cached_property
    def leak(self) -> Interval:
        """L (free,), the nudge included."""
        leak = self.system.network.dynamics.leak
        assert leak is not None
        own = enclose(leak, self.system.constants).repeated(len(self.system.nodes))
        return own + Interval.constant(self.system.nudge)

    @cached_property
    def parts(self) -> tuple[sp.csr_array, sp.csr_array]:
        """The sizes of the positive weights among free nodes, and of the negative ones."""
        return _parts(self.system.weights)

    @cached_property
    def fixed(self) -> Interval:
        """What clamped nodes add to I (batch, free)."""
        known = {"s": self.clamped, **self.system.parameters_at(self.system.clamped)}
        sent = enclose(self.system.network.dynamics.transfer_equation, known)
        return _product(_parts(self.system.inflow), filled(sent, self.clamped.low.shape))

    @cached_property
    def aim(self) -> Interval:
        """What the nudge adds to A (batch, free); the same for every sample (free,) without targets."""
        connectivity = self.system.network.connectivity
        columns = connectivity.nudged
        if self.target is None:
            free = np.where((columns >= 0) & (self.system.nudge != 0.0), np.inf, 0.0)
            return Interval.across(-free, free)
        # The force a(y) - s: a(y), its value at 0, stands here, and s in the leak.
        force = squared_error().force_at(np.zeros_like(self.target), self.target)
        # Where there is no target, column -1 stands for one, and the nudge is 0.
        return Interval.constant(force[:, columns]) * Interval.constant(self.system.nudge)

    def boxes(self, start: Interval | None = None) -> Iterator[Box]:
        """Return box after box, each inside the one before; `start` is one that every state enters."""
        low, high = self.system.box
        shape = (self.clamped.low.shape[0], len(self.system.nodes))
        state = start or Interval.across(np.broadcast_to(low, shape), np.broadcast_to(high, shape))
        # With L > 0, ds_j/dt = A(I_j) - L_j s_j is negative where s_j > max A / L and positive where s_j < min A / L,
        # over I = W f(X_k): the next box is X_k, the network's own box and this range. A range that lies beyond an end
        # of the network's box presses the neuron against that end.
        while True:
            total = self.fixed + _product(self.parts, self._sent(state))
            limit = self._limit(total)
            pinned = (limit.high < low) | (limit.low > high)
            yield Box(state, total, pinned)
            ends = [np.clip(end, low, high) for end in (limit.low, limit.high)]
            state = Interval.across(np.maximum(ends[0], state.low), np.minimum(ends[1], state.high))

    def smallest(
        self, deadline: Deadline, rounds: int, shrinking: float, start: Interval | None = None
    ) -> tuple[Box, int]:
        """Return the first box, of so many, none of whose sides shrank by a share of it, or the last; and its number.

        Raises
        ------
        OutOfTimeError
            If the deadline passes first.
        """
        before, number = None, 0
        for box in islice(self.boxes(start), rounds):
            deadline.check()
            number += 1
            if before is not None and np.all(box.width >= (1.0 - shrinking) * before):
                break
            before = box.width
        return box, number

    def slopes(self, box: Box) -> tuple[Array, Array]:
        """Return the largest abs(dg/dI) and abs(f') (batch, free) in a box; 0 at neurons that are pinned."""
        dynamics = self.system.network.dynamics
        input_slope = enclose(dynamics.slope("I"), self._seen(box))
        sending = enclose(dynamics.transfer_slope, self._seen(box))
        sizes = (np.broadcast_to(slope.size, box.pinned.shape) for slope in (input_slope, sending))
        own, sent = (np.where(box.pinned, 0.0, size) for size in sizes)
        return own, sent

    def _seen(self, box: Box) -> dict[str, Interval]:
        return {**self.system.constants, "s": box.state, "I": box.total}

    def _sent(self, state: Interval) -> Interval:
        seen = {**self.system.constants, "s": state}
        return filled(enclose(self.system.network.dynamics.transfer_equation, seen), state.low.shape)

    def _limit(self, total: Interval) -> Interval:
        """Return the range of A / L (batch, free), a little wider; all numbers where L may be 0 or less."""
        seen = {**self.system.constants, "s": Interval.constant(0.0), "I": total}
        drive = enclose(self.system.network.dynamics.drift_equation, seen) + self.aim
        limit = filled(drive * self.leak.inverse(), total.low.shape)
        bounded = self.leak.low > 0.0
        low = np.where(bounded, limit.low - WIDER * (1.0 + np.abs(limit.low)), -np.inf)
        return Interval.across(low, np.where(bounded, limit.high + WIDER * (1.0 + np.abs(limit.high)), np.inf))


def clamped_at(system: System, x: Array, radius: float | Array = 0.0) -> Interval:
    """Return the ranges (batch, clamped) of inputs within `radius` of x (batch, inputs), and of the bias nodes."""
    bias = np.ones((x.shape[0], system.clamped.size - x.shape[1]))
    reach = np.asarray(radius, np.float64).reshape(-1, 1)
    middle = Interval.constant(x) + Interval.across(-reach, reach)
    return Interval.across(np.hstack([middle.low, bias]), np.hstack([middle.high, bias]))


def inapplicable_reason(system: System) -> str | None:
    """Return why a system has no such boxes, as a sentence without its stop; None where it has."""
    dynamics = system.network.dynamics
    if system.jump is not None:
        return system.jump
    if system.transposed:
        return "activity also returns along the edges"
    if dynamics.leak is None:
        return f"the drift {dynamics.drift!r} is not of the form A(I) - L s with a linear leak"
    return None


def _parts(weights: sp.csr_array) -> tuple[sp.csr_array, sp.csr_array]:
    parts = []
    for sign in (1.0, -1.0):
        part = weights.copy()
        part.data = np.maximum(sign * part.data, 0.0)
        part.eliminate_zeros()
        parts.append(part)
    return parts[0], parts[1]


@np.errstate(invalid="ignore", over="ignore")
def _product(parts: tuple[sp.csr_array, sp.csr_array], sent: Interval) -> Interval:
    """Return sum_i W_ji x_i (batch, rows), x the numbers sent (batch, columns), with the rounding error of the sums."""
    terms = (np.diff(parts[0].indptr) + np.diff(parts[1].indptr))[:, None]
    columns = np.hstack([end.T for end in (sent.low, sent.high, np.abs(sent.low), np.abs(sent.high))])
    rising, falling = (np.hsplit(part @ columns, 4) for part in parts)
    unit, least = (terms + 4) * EPS, terms * np.finfo(np.float64).tiny
    # W = W+ - W-: the least of W x is W+ low - W- high, the largest W+ high - W- low; a sum of k terms errs by at most
    # gamma_k times the sum of their sizes (Higham, Accuracy and Stability of Numerical Algorithms, 2002, section 3.1).
    low = rising[0] - falling[1] - (unit * (rising[2] + falling[3]) + least)
    high = rising[1] - falling[0] + (unit * (rising[3] + falling[2]) + least)
    return Interval.across(low.T, high.T)
