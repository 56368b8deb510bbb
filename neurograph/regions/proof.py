"""Whether a linear function of all equilibria of a range is >= 0: relaxed, searched by MILP, proved by branching."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

import numpy as np
import scipy.sparse as sp

from neurograph.certificates.deadline import Deadline
from neurograph.regions.bounds import Range, refined
from neurograph.regions.relaxation import Programme, programme
from neurograph.regions.units import Array, Places, Units

Cuts = tuple[Array, Array]
"""A and b of further inequalities A x <= b of the inputs."""

PATIENCE = 12
"""Linear programmes before HiGHS's own search is asked for an input that refutes."""

FLAT = 1e-9
"""How far what is sent may be from the neuron's own line, relative to the range, where nothing is left to branch."""


class Answer(Enum):
    """How a question ends; UNKNOWN where the time is over first."""

    PROVED = "proved"
    REFUTED = "refuted"
    UNKNOWN = "unknown"


@dataclass(frozen=True, eq=False)
class Form:
    """A linear function of what neurons send, of their summed inputs and of the inputs: asked to be >= 0.

    Attributes
    ----------
    r, u : array (free,)
    x : array (inputs,)
    offset : float
    """

    r: Array
    u: Array
    x: Array
    offset: float

    def at(self, units: Units, x: Array, u: Array, pattern: Places) -> float:
        """Return the value at an equilibrium."""
        slope, foot = units.lines(pattern).T
        return float(self.r @ (slope * u + foot) + self.u @ u + self.x @ x + self.offset)

    @property
    def cost(self) -> Array:
        """The coefficients of z = (x, u, r)."""
        return np.concatenate([self.x, self.u, self.r])


@dataclass(frozen=True, eq=False)
class Proof:
    """What became of a question.

    Attributes
    ----------
    answer : Answer
    point : array (inputs,) or None
        An input at which the form is negative.
    nodes : int
        How many linear programmes it took.
    """

    answer: Answer
    point: Array | None = None
    nodes: int = 0


def prove(units: Units, known: Range, form: Form, deadline: Deadline, cuts: Cuts | None = None) -> Proof:
    """Return whether the form is >= 0 at every equilibrium of the range whose input the cuts leave.

    A proof rests on the dual bounds of its leaves alone, each rounded downward; a refutation is an input.
    """
    stack, nodes, searched = [known], 0, False
    while stack:
        if deadline.left < 0.0:
            return Proof(Answer.UNKNOWN, nodes=nodes)
        part = stack.pop()
        if part.empty:
            continue
        relaxed = programme(units, part, cuts)
        least, point, empty = relaxed.least(form.cost, deadline.left)
        nodes += 1
        if empty or np.nextafter(least + form.offset, -np.inf) >= 0.0:
            continue
        if point is None:
            return Proof(Answer.UNKNOWN, nodes=nodes)
        witness = _witness(units, known, form, point, cuts)
        if witness is not None:
            return Proof(Answer.REFUTED, witness, nodes)
        if not searched and nodes > PATIENCE:  # an input that refutes it is found sooner by HiGHS's own search
            searched = True
            first, last = part.pieces(units)
            point_of = (
                None if np.all(first == last) else by_milp(units, part, form, min(0.3 * deadline.left, 5.0), cuts)
            )
            witness = None if point_of is None else _witness(units, known, form, point_of, cuts)
            if witness is not None:
                return Proof(Answer.REFUTED, witness, nodes)
        children = branched(units, part, point)
        if not children:
            return Proof(Answer.UNKNOWN, nodes=nodes)
        stack += children
    return Proof(Answer.PROVED, nodes=nodes)


def _witness(units: Units, known: Range, form: Form, point: Array, cuts: Cuts | None) -> Array | None:
    """Return the input of a point, if the form is negative at its equilibrium, and that is in the range."""
    n = units.U.shape[1]
    x = np.clip(point[:n], known.x_low, known.x_high)
    if cuts is not None and np.any(cuts[0] @ x > cuts[1]):
        return None
    found = units.settled(x, units.pattern_at(point[n : n + len(units.neurons)]))
    if found is None:
        return None
    u, pattern = found
    inside = np.all(u >= known.low) and np.all(u <= known.high)
    return x if inside and form.at(units, x, u, pattern) < 0.0 else None


def branched(units: Units, part: Range, point: Array) -> list[Range]:
    """Return two parts of a range, split at a knot of the neuron that a point is farthest from; or none."""
    m, n = units.U.shape
    u, r = point[n : n + m], point[n + m :]
    first, last = part.pieces(units)
    open_ = np.flatnonzero(last > first)
    if not open_.size:
        return []
    lines = units.lines(units.pattern_at(u))
    gap = np.abs(r - (lines[:, 0] * u + lines[:, 1]))[open_]
    if np.max(gap) <= FLAT * (1.0 + np.max(np.abs(r))):  # nothing to gain but from the widest
        gap = (part.r_high - part.r_low)[open_]
    j = int(units.sources[open_[np.argmax(gap)]])
    knots = units.neurons[j].knots
    knots = knots[(knots > part.low[j]) & (knots < part.high[j])]
    if not knots.size:
        return []
    knot = float(knots[np.argmin(np.abs(knots - u[j]))])
    low, high = np.full(m, -np.inf), np.full(m, np.inf)
    own = units.sources == j
    low[own], high[own] = knot, knot
    everything = np.full(m, np.inf)
    below, above = part.within(units, -everything, high), part.within(units, low, everything)
    children = [refined(units, below), refined(units, above)]
    return children if u[j] > knot else children[::-1]  # the nearer one is visited first


def by_milp(units: Units, known: Range, form: Form, seconds: float, cuts: Cuts | None = None) -> Array | None:
    """Return the best point (x, u, r) that HiGHS finds where the form is least, each neuron at one of its pieces.

    Of each neuron of several pieces, u is the sum of a part for each piece, which is 0 but for the piece whose binary
    variable is 1: the ends of the pieces within the range are the big-M.
    """
    from scipy.optimize import Bounds, LinearConstraint, milp  # imported late, as in relaxation.py

    m, n = units.U.shape
    base = programme(units, known, cuts)
    first, last = known.pieces(units)
    open_ = np.flatnonzero(last > first)
    count = int(np.sum((last - first + 1)[open_]))
    width = n + 2 * m + 2 * count
    rows: list[dict[int, float]] = []
    least: list[float] = []
    most: list[float] = []
    floor: list[float] = []
    ceiling: list[float] = []
    at = n + 2 * m
    for j in open_.tolist():
        one, places = units.neurons[j], range(int(first[j]), int(last[j]) + 1)
        total, sent, single = {n + j: -1.0}, {n + m + j: -1.0}, {}
        for k in places:
            part, binary = at, at + 1
            at += 2
            slope, foot = one.sends[k]
            low, high = max(one.ends[k], known.low[j]), min(one.ends[k + 1], known.high[j])
            total[part], single[binary] = 1.0, 1.0
            floor, ceiling = [*floor, min(low, 0.0), 0.0], [*ceiling, max(high, 0.0), 1.0]
            sent |= {part: slope, binary: foot}
            rows += [{part: 1.0, binary: -low}, {part: 1.0, binary: -high}]
            least += [0.0, -np.inf]
            most += [np.inf, 0.0]
        rows += [total, sent, single]
        least += [0.0, 0.0, 1.0]
        most += [0.0, 0.0, 1.0]
    where = [(row, column, value) for row, entries in enumerate(rows) for column, value in entries.items()]
    i, j_, data = (np.array(one) for one in zip(*where, strict=True))
    pieces = sp.csr_array(sp.coo_array((data, (i, j_)), shape=(len(rows), width)))
    binary = np.zeros(width)
    binary[n + 2 * m + 1 :: 2] = 1.0
    bounds = Bounds(np.concatenate([base.low, floor]), np.concatenate([base.high, ceiling]))
    padded = sp.csr_array(sp.hstack([base.A, sp.csr_array((base.A.shape[0], 2 * count))]))
    ends = np.concatenate([np.full(base.inequalities, np.inf), base.b[base.inequalities :]])
    found = milp(
        np.concatenate([form.cost, np.zeros(2 * count)]), integrality=binary, bounds=bounds,
        constraints=[LinearConstraint(padded, base.b, ends), LinearConstraint(pieces, least, most)],
        options={"time_limit": max(seconds, 0.01), "mip_rel_gap": 1e-3, "presolve": False},
    )  # fmt: skip
    return None if found.x is None else np.asarray(found.x[: n + 2 * m])


def tightened(units: Units, known: Range, deadline: Deadline, cuts: Cuts | None = None, rounds: int = 1) -> Range:
    """Return the range with each neuron of several pieces bounded by linear programmes, as far as the time allows."""
    m, n = units.U.shape
    for _ in range(rounds):
        first, last = known.pieces(units)
        for j in np.flatnonzero(last > first).tolist():
            if deadline.left < 0.0:
                return known
            relaxed: Programme = programme(units, known, cuts)
            cost = np.zeros(n + 2 * m)
            cost[n + j] = 1.0
            low, high = np.full(m, -np.inf), np.full(m, np.inf)
            low[j] = relaxed.least(cost, deadline.left)[0]
            high[j] = -relaxed.least(-cost, deadline.left)[0]
            if not (np.isinf(low[j]) and low[j] > 0.0) and not (np.isinf(high[j]) and high[j] < 0.0):
                known = known.within(units, low, high)
        known = refined(units, known)
    return known
