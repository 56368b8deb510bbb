"""Refuters: what no network with one equilibrium for every bias can have."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import scipy.sparse as sp

from neurograph.certificates.base import Theorem
from neurograph.certificates.bounds.components import closed_component, listed
from neurograph.certificates.certificate import Certificate
from neurograph.certificates.deadline import Deadline
from neurograph.certificates.system import EPS, Array, System


class PMatrix(Theorem):
    """A principal minor of -A that is not positive: for some bias there are several equilibria.

    Notes
    -----
    A is the Jacobian of the drift with respect to the free nodes, the nudge included: A_ji = d(ds_j/dt)/ds_i, A' its
    transpose. q is a constant.

    For an affine drift A s + q in a box, the equilibrium is unique for every q if and only if -A is a P-matrix: every
    principal minor positive. Looked at are, in O(edges), the minors that fail most:

    - one neuron with A_jj >= 0, which excites itself;
    - two neurons with A_ii A_jj <= A_ij A_ji, which drive each other harder than they leak;
    - a closed component of neurons that by their equation leak only what they send: its block of A is singular. With
      the absolute leak it must be sign-balanced too; see :class:`AbsoluteLeak`.

    Deciding all minors is co-NP-complete, so PROVED is never the answer. REFUTED takes rounding into account.
    """

    name = "p_matrix"
    scope = "all inputs"
    assumptions = ("'some bias' is a constant added to the drift of each free neuron; the box is the network's own",)
    reference = (
        "Cottle, Pang, Stone, The Linear Complementarity Problem, 1992, theorem 3.3.7; Coxson, Mathematical "
        "Programming 64, 1994"
    )
    does_not_cover = "the inputs at hand, which may still settle to one equilibrium from every state."

    def examine(self, system: System, deadline: Deadline) -> Certificate:
        """Look for a minor that is not positive."""
        if not np.all(np.any(np.isfinite(system.box), axis=0)):
            return self.unknown(
                system, "Not applicable: the theorem is about a state that is clipped to a box, and this one is not."
            )
        if system.inapplicable_reason is not None or not system.affine:
            why = system.inapplicable_reason or "its slopes depend on the state or the input"
            return self.unknown(
                system, f"Not applicable: the theorem is about a drift that is affine in s and I, but {why}."
            )
        # Principal minors of -A of order 1, -A_jj, and of order 2, A_ii A_jj - A_ij A_ji.
        exciting = np.flatnonzero(system.diagonal.low >= 0.0)
        pairs, minors = _minors(system)
        failing = int(np.sum(minors <= 0.0))
        if exciting.size:
            weakest = int(exciting[np.argmax(system.diagonal.low[exciting])])
            node, value = system.nodes[weakest], float(system.diagonal.low[weakest])
            return self._refuted(
                system,
                f"Neuron {node!r} excites itself, or does not leak: A_jj = {value:.4g} >= 0"
                + _as_well(int(exciting.size), len(system.nodes), "as at", "free neurons"),
                {"node": node, "A_jj": value, "count": int(exciting.size)},
            )
        if failing:
            weakest = int(np.argmin(minors))
            nodes, minor = tuple(system.nodes[place] for place in pairs[weakest]), float(minors[weakest])
            return self._refuted(
                system,
                f"Neurons {nodes[0]!r} and {nodes[1]!r} drive each other harder than they leak, "
                f"A_ii A_jj - A_ij A_ji = {minor:.4g} <= 0"
                + _as_well(failing, minors.size, "as do", "reciprocal pairs"),
                {"nodes": nodes, "minor": minor, "count": failing},
            )
        # A minor of any order that is 0: in a closed component S that leaks only what it sends, the columns of A_SS sum
        # to 0 (signed leak), or do once some neurons change sign (absolute leak and sign balance), so that det A_SS =
        # 0.
        component = _singular(system)
        if component is not None:
            labels = tuple(system.nodes[place] for place in component)
            return self._refuted(
                system,
                f"The component {listed(labels)} sends nothing outside and leaks only what it sends, so its block of A "
                "is singular (no neuron alone and no pair is to blame)",
                {"component": labels},
            )
        found = (
            "no reciprocal pair has a minor that is not positive" if minors.size else "there are no reciprocal pairs"
        )
        return self.unknown(
            system,
            f"Not refuted: no free neuron excites itself ({len(system.nodes)} looked at), and {found}"
            f"{f' ({minors.size} looked at)' * bool(minors.size)}. Larger minors are not looked at.",
        )

    def _refuted(self, system: System, finding: str, witness: dict[str, Any]) -> Certificate:
        return self.refuted(
            system,
            f"{finding}: for some bias there are several equilibria.",
            claims=("several equilibria for some bias",),
            witness=witness,
        )


def _as_well(count: int, total: int, how: str, of: str) -> str:
    """Return of how many the same is true, where it is of more than one."""
    return f", {how} {count} of {total} {of}" if count > 1 else ""


def _minors(system: System) -> tuple[Array, Array]:
    """Return the reciprocal pairs (pairs, 2) and an upper bound of each one's minor of -A."""
    # A_ij A_ji of the pairs i < j with edges both ways. Where a pair has none, its minor is the product of two of order
    # 1.
    loops = sp.coo_array(sp.triu(system.couplings.multiply(system.couplings.T), k=1))
    first, second = loops.coords
    product = system.diagonal.size[first] * system.diagonal.size[second]
    error = 16.0 * EPS * (product + np.abs(loops.data))
    minors = product - loops.data
    close = np.abs(minors) <= error
    minors += error
    # Minors as small as their rounding error are computed in rational numbers, where A itself has no rounding error.
    if _exact(system):
        for place in np.flatnonzero(close):
            minors[place] = _exact_minor(system, int(first[place]), int(second[place]))
    return np.column_stack([first, second]), minors


def _exact(system: System) -> bool:
    """Return whether the floats of A carry no rounding error."""
    ones = all(
        np.all(system.slopes[name].low == 1.0) and np.all(system.slopes[name].high == 1.0) for name in ("dg/dI", "f'")
    )
    return ones and bool(np.all(system.diagonal.low == system.diagonal.high))


def _exact_minor(system: System, i: int, j: int) -> float:
    own = [Fraction(float(system.diagonal.low[place])) for place in (i, j)]
    there, back = Fraction(float(system.couplings[i, j])), Fraction(float(system.couplings[j, i]))
    return float(own[0] * own[1] - there * back)


def _singular(system: System) -> Array | None:
    """Find a component whose block of A is singular by the law of its leak."""
    law = system.leak_law
    if law is None:
        return None
    critical = (law.extra.low == 0.0) & (law.extra.high == 0.0)
    return closed_component(system.weights, critical, balanced=law.kind == "absolute")
