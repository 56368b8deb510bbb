"""Linear programmes over all equilibria of a range, and lower bounds that hold whatever the solver's rounding.

The variables are z = (x, u, r). Where a neuron may be at several pieces, it is held in the convex hull of its graph;
the couplings and the neurons at one piece are equations. A dual solution, whoever found it, gives a lower bound by
weak duality, and that bound is summed here with all rounding taken off (Neumaier and Shcherbina, Mathematical
Programming 99, 2004): HiGHS is not trusted.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import scipy.sparse as sp

from neurograph.certificates.system import EPS
from neurograph.regions.bounds import Range, values_at
from neurograph.regions.units import Array, Places, Units


@dataclass(frozen=True, eq=False)
class Programme:
    """A z >= b and E z = e over z between two ends, all of it true of every equilibrium in the range but for `errors`.

    Attributes
    ----------
    A : csr_array (rows, variables)
        The inequalities, then the equations.
    b : array (rows,)
    errors : array (rows,)
        How far rounding of the coefficients may have moved each row at a point of the range.
    inequalities : int
        How many of the rows are inequalities.
    low, high : array (variables,)
    """

    A: sp.csr_array
    b: Array
    errors: Array
    inequalities: int
    low: Array
    high: Array

    def least(self, cost: Array, seconds: float) -> tuple[float, Array | None, bool]:
        """Return a proved lower bound of cost @ z, a point where the programme is least, and whether it is empty.

        The bound is -inf where the solver has none; an empty programme is proved to be so, with the bound inf.
        """
        found = self._solved(cost, seconds)
        if found.status == 2:
            return (np.inf, None, True) if self._proved_empty(seconds) else (-np.inf, None, False)
        if found.status != 0:
            return -np.inf, None, False
        dual = np.concatenate([-found.ineqlin.marginals, found.eqlin.marginals])
        return self.bound(cost, dual), found.x, False

    def _solved(self, cost: Array, seconds: float) -> Any:
        from scipy.optimize import linprog  # which takes as long to import as half of all else

        k, rows = self.inequalities, self.A
        given: Any = {"A_eq": rows[k:], "b_eq": self.b[k:], "bounds": np.column_stack([self.low, self.high])}
        given |= {"A_ub": -rows[:k], "b_ub": -self.b[:k]} if k else {}
        return linprog(cost, **given, method="highs-ds", options={"time_limit": max(seconds, 0.01)})

    def bound(self, cost: Array, dual: Array) -> float:
        """Return what weak duality gives for any dual, rounded downward: no point of the range has a lower cost."""
        dual = np.concatenate([np.maximum(dual[: self.inequalities], 0.0), dual[self.inequalities :]])
        back = self.A.T @ dual
        left = cost - back
        size = np.abs(cost) + abs(self.A).T @ np.abs(dual)
        reach = np.maximum(np.abs(self.low), np.abs(self.high))
        ends = np.minimum(left * self.low, left * self.high)
        terms = self.A.shape[0] + self.A.shape[1] + 16
        slack = terms * EPS * (np.sum(size * reach) + np.sum(np.abs(dual * self.b)))
        slack += np.sum(np.abs(dual) * self.errors)
        return float(np.sum(ends) + dual @ self.b - 1.01 * slack)

    def _proved_empty(self, seconds: float) -> bool:
        """Return whether the inequalities cannot all hold: the least sum of what they are broken by is above 0."""
        rows, k = self.A.shape[0], self.inequalities
        # A z + p - q = b with p, q >= 0 (q alone relaxes an equation); the least sum of p and q, by its own dual.
        one = sp.csc_array(sp.eye_array(rows))
        more = sp.csr_array(sp.hstack([self.A, one, -one[:, k:]]))
        width = np.sum(abs(self.A) @ np.maximum(np.abs(self.low), np.abs(self.high)) + np.abs(self.b)) + 1.0
        extra = more.shape[1] - self.low.size
        loose = Programme(
            more, self.b, self.errors, k, np.concatenate([self.low, np.zeros(extra)]),
            np.concatenate([self.high, np.full(extra, width)]),
        )  # fmt: skip
        cost = np.concatenate([np.zeros(self.low.size), np.ones(extra)])
        found = loose._solved(cost, seconds)
        if found.status != 0:
            return False
        return loose.bound(cost, np.concatenate([-found.ineqlin.marginals, found.eqlin.marginals])) > 0.0


def programme(units: Units, known: Range, cuts: tuple[Array, Array] | None = None) -> Programme:
    """Return the programme of a range; `cuts` are further inequalities A x <= b of the inputs."""
    m, n = units.U.shape
    u_at, r_at = n, n + m
    first, last = known.pieces(units)
    reach_x = np.maximum(np.abs(known.x_low), np.abs(known.x_high))
    reach_u = np.maximum(np.abs(known.low), np.abs(known.high))
    reach_r = np.maximum(np.abs(known.r_low), np.abs(known.r_high))
    equations, sides = [units.couplings], [units.w]
    errors_e = [8.0 * EPS * (np.abs(units.U) @ reach_x + reach_u + np.abs(units.W) @ reach_r + np.abs(units.w))]
    rows_e: list[tuple[int, float, float]] = []
    rows_i: list[tuple[int, float, float, float]] = []
    for j, neuron in enumerate(units.neurons):
        if first[j] == last[j]:
            rows_e.append((j, *neuron.sends[first[j]]))
        else:
            rows_i += [(j, *facet) for facet in hull(neuron.sends, neuron.knots, known.low[j], known.high[j])]
    if rows_e:  # r - slope u = foot
        at, slope, foot = (np.array(part) for part in zip(*rows_e, strict=True))
        equations.append(_rows(at, slope, n, m, u_at, r_at))
        sides.append(foot)
        errors_e.append(8.0 * EPS * (np.abs(slope) * reach_u[at] + np.abs(foot) + reach_r[at]))
    upper, sides_i, errors_i = [], [], []
    if rows_i:  # sign (r - slope u) >= sign foot
        at, sign, slope, foot = (np.array(part) for part in zip(*rows_i, strict=True))
        upper.append(sp.csr_array(sp.diags_array(sign) @ _rows(at, slope, n, m, u_at, r_at)))
        sides_i.append(sign * foot)
        errors_i.append(16.0 * EPS * (np.abs(slope) * reach_u[at] + np.abs(foot) + reach_r[at]))
    if cuts is not None and len(cuts[1]):
        upper.append(sp.csr_array(sp.hstack([-sp.csr_array(cuts[0]), sp.csr_array((len(cuts[1]), 2 * m))])))
        sides_i.append(-cuts[1])
        errors_i.append(np.zeros(len(cuts[1])))
    count = sum(part.shape[0] for part in upper)
    return Programme(
        sp.csr_array(sp.vstack([*upper, *equations])),
        np.concatenate([*sides_i, *sides]),
        np.concatenate([*errors_i, *errors_e]),
        count,
        np.concatenate([known.x_low, known.low, known.r_low]),
        np.concatenate([known.x_high, known.high, known.r_high]),
    )


def _rows(j: Places, slope: Array, n: int, m: int, u_at: int, r_at: int) -> sp.csr_array:
    """Return rows of r_j - slope u_j."""
    rows = np.arange(j.size)
    data = np.concatenate([-slope, np.ones(j.size)])
    where = (np.concatenate([rows, rows]), np.concatenate([u_at + j, r_at + j]))
    return sp.csr_array(sp.coo_array((data, where), shape=(j.size, n + 2 * m)))


def hull(lines: Array, knots: Array, low: float, high: float) -> list[tuple[float, float, float]]:
    """Return the facets of the convex hull of a piecewise-linear graph between two ends.

    Each is (sign, slope, foot): sign (r - slope u) >= sign foot.
    """
    u = np.concatenate([[low], knots[(knots > low) & (knots < high)], [high]])
    r = np.array([values_at(lines, knots, mark)[0] for mark in u])
    r[0] = values_at(lines, knots, low)[1]
    facets = []
    for sign in (1.0, -1.0):
        chain: list[int] = []
        for k in range(u.size):  # the lower chain of sign r
            while len(chain) > 1 and _turns_down(u, sign * r, chain[-2], chain[-1], k):
                chain.pop()
            chain.append(k)
        for a, b in pairwise(chain):
            if u[b] > u[a]:
                slope = (r[b] - r[a]) / (u[b] - u[a])
                feet = r - slope * u
                facets.append((sign, float(slope), float(np.min(feet) if sign > 0.0 else np.max(feet))))
    return facets


def _turns_down(u: Array, r: Array, a: int, b: int, c: int) -> bool:
    return bool((r[b] - r[a]) * (u[c] - u[a]) >= (r[c] - r[a]) * (u[b] - u[a]))
