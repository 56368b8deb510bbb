"""The embedding: bounds of all trajectories under one input, drawn together until what they enclose contracts."""

from __future__ import annotations

from itertools import islice

import numpy as np

from neurograph.certificates.base import CONSTANT, Theorem
from neurograph.certificates.bounds.inclusion import Box, Inclusion, clamped_at, inapplicable_reason
from neurograph.certificates.bounds.robustness_radius import NoRadiusError, check_decision
from neurograph.certificates.certificate import Certificate
from neurograph.certificates.deadline import Deadline
from neurograph.certificates.system import Array, System
from neurograph.equations.intervals import Interval
from neurograph.solvers.contraction import weightings

ROUNDS = 50
"""Boxes inside each other for each input, and products in the search for weights in the last."""

EXPONENTS, HALVINGS = (-30.0, 20.0), 14
"""Between which powers of 2 a radius is sought, and how often that range is halved."""

SHRINKING = 1e-3
"""The bounds of a sample are drawn together as long as a side of its box shrinks by this share."""


class Embedding(Theorem):
    r"""For these inputs one equilibrium, to which every state goes.

    Notes
    -----
    L is the leak of a neuron, A its drift without it, a function of the summed input I = W f(s), with W the weights
    and f what is sent; l and u are the lower and upper bounds of the state s.

    .. math:: \ell_{k+1} = \min \frac{A(W f)}{L}, \quad u_{k+1} = \max \frac{A(W f)}{L}
        \quad \text{over} \quad \ell_k \le s \le u_k

    with a drift ``A(I) - L s`` and the inputs as given: every state comes between the bounds and stays there; see
    :class:`Inclusion`. Where A and f are monotone this is the iteration of the network's monotone embedding. That the
    bounds meet is shown by what they do as they come close: with slopes bounded over the last box only, and without
    the neurons that are pressed against the network's own box there, some weights v > 0 make every leak outweigh
    the couplings, as in the certificate m_matrix. Then any two states in the box approach each other, the equilibrium
    is unique, and every state goes to it. Explicit Euler with dt <= 1/max L does the same. Delays change nothing: what
    the neurons hear comes into the same bounds, only later, and sizes alone decide between them.

    Stronger than the certificate m_matrix where the inputs saturate neurons. Bounds are rounded outward, and the
    roundings of the last test are taken into account. About 50 times two products with the couplings for each input.
    """

    name = "embedding"
    level = "standard"
    scope = "these inputs"
    assumptions = (CONSTANT, "clipping to the box is nonexpansive in every weighted l_inf norm")
    reference = (
        "Smith, Monotone Dynamical Systems, 1995; Coogan, Mixed monotonicity for reachability and safety in dynamical "
        "systems, IEEE CDC 2020; "
        "Davydov, Proskurnikov, Bullo, arXiv 2110.08298 (the last test)"
    )
    despite_delays = ("unique equilibrium", "asymptotically stable")
    does_not_cover = "other inputs, however close; Certificate.radius says how far an answer holds."

    def examine(self, system: System, deadline: Deadline) -> Certificate:
        """Draw the bounds together, then look at what they enclose."""
        if inapplicable_reason(system) is not None:
            return self.unknown(system, f"Not applicable: {inapplicable_reason(system)}.")
        if system.x is None:
            return self.unknown(system, "Not applicable: give x, the inputs for which bounds are to be drawn together.")
        # 1. Boxes X_0, X_1, ..., each of which every state enters: X_{k+1} encloses A(W f(X_k)) / L.
        # 2. Over the last one, B_ji = max |dg/dI| |W_ji| max |f'|. If (B v)_j < L_j v_j for some v > 0, the flow in it
        # contracts in the l_inf norm weighted by 1/v, and with it Euler's step for dt <= 1/max L.
        inclusion = Inclusion(system, clamped_at(system, system.x), system.y)
        box, _ = inclusion.smallest(deadline, ROUNDS, SHRINKING)
        ratios = _ratios(inclusion, box, deadline)
        meeting = ratios < 1.0
        width = np.max(box.width, axis=1, initial=0.0)
        witness = {
            "low": box.state.low,
            "high": box.state.high,
            "pinned": box.pinned,
            "widths": width,
            "coupling over leak": ratios,
        }
        count = meeting.size
        if not np.all(meeting):
            widest = int(np.argmax(np.where(meeting, -np.inf, width)))
            return self.unknown(
                system,
                f"The bounds of {np.sum(meeting)} of {count} samples meet; those of the others stay apart, by "
                f"{width[widest]:.4g} at sample {widest}, and what lies between is not known to contract.",
                witness=witness,
            )
        largest_dt = float(np.nextafter(1.0 / np.max(inclusion.leak.high), 0.0))
        return self.proved(
            system,
            f"For each of {count} samples the equilibrium is unique, and every state goes to it: the bounds of all "
            f"trajectories come within {np.max(width):.4g} of each other, and between them the couplings are at most "
            f"{np.max(ratios):.4g} times the leaks, in suitable weights.",
            claims=("unique equilibrium", "asymptotically stable"),
            margin=1.0 - float(np.max(ratios)),
            largest_dt=largest_dt,
            euler=system.euler(largest_dt, "goes to it from every state."),
            witness=witness,
        )

    def radius(self, system: System, certificate: Certificate, x: Array) -> Array:
        """Return radii by bisection: within one, the bounds of all trajectories leave but one answer.

        The bounds under a wider range of inputs hold under a narrower one, and are where its own begin.

        Raises
        ------
        NoRadiusError
            If the drift has no linear leak, may jump, or the network has no decision to speak of.
        """
        check_decision(system)
        if inapplicable_reason(system) is not None:
            raise NoRadiusError(f"certificate {self.name!r} gives no radius: {inapplicable_reason(system)}")
        # Bisection of log2 r for all samples at once. A radius r is sure where every state in the last box, under all
        # inputs within r of x, gives one answer. The box of a larger radius holds those of smaller ones, so that they
        # start from it.
        deadline, (least, most) = Deadline(system.budget), EXPONENTS
        low, high = np.full(len(x), least), np.full(len(x), most)
        sure, start = np.zeros(len(x)), None
        for _ in range(HALVINGS):
            middle = 0.5 * (low + high)
            inclusion = Inclusion(system, clamped_at(system, x, np.exp2(middle)))
            box, _ = inclusion.smallest(deadline, ROUNDS, SHRINKING, start)
            one = _one_answer(system, box)
            sure = np.where(one, np.exp2(middle), sure)
            low, high = np.where(one, middle, low), np.where(one, high, middle)
            if start is None:
                start = next(inclusion.boxes()).state
            ends = (
                np.where(one[:, None], old, new)
                for old, new in ((start.low, box.state.low), (start.high, box.state.high))
            )
            start = Interval.across(*ends)
        return sure


def _one_answer(system: System, box: Box) -> Array:
    """Return for which samples (batch,) every state in a box gives the same answer."""
    outputs = np.flatnonzero(system.network.connectivity.nudged >= 0)
    low, high = box.state.low[:, outputs], box.state.high[:, outputs]
    if outputs.size == 1:
        return np.asarray((low[:, 0] > 0.5) | (high[:, 0] <= 0.5))
    top = low.argmax(axis=1)[:, None]
    others = np.where(np.arange(outputs.size) == top, -np.inf, high)
    return np.asarray(np.take_along_axis(low, top, axis=1)[:, 0] > others.max(axis=1))


def _ratios(inclusion: Inclusion, box: Box, deadline: Deadline) -> Array:
    """Return a bound of couplings over leaks in a box (batch,), in the best weights found; infinite without one."""
    input_slope, sending = (slope.T for slope in inclusion.slopes(box))
    sizes, leaks = abs(inclusion.system.weights), inclusion.leak.low[:, None]
    bounded = np.isfinite(input_slope).all(axis=0) & np.isfinite(sending).all(axis=0) & np.all(leaks > 0.0)
    ratios = np.full(bounded.size, np.inf)
    if not np.any(bounded):
        return ratios
    input_slope, sending, terms = input_slope[:, bounded], sending[:, bounded], np.diff(sizes.indptr)[:, None]

    # B v, for every sample at once; (B v)_j / (L_j v_j) is bounded with the roundings that `surpluses` subtracts.
    def product(v: Array) -> Array:
        return np.asarray(input_slope * (sizes @ (sending * v)))

    best = np.full(input_slope.shape[1], np.inf)
    for found in islice(
        weightings(np.broadcast_to(leaks, input_slope.shape), product, np.ones(input_slope.shape)), ROUNDS
    ):
        deadline.check()
        reached = 1.0 - found.surpluses(leaks, terms) / leaks
        best = np.minimum(best, np.max(reached, axis=0))
        if np.all(best < 1.0):
            break
    ratios[bounded] = best
    return ratios
