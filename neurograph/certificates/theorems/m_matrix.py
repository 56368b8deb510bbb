"""M-matrices: with some weights of the neurons, every leak outweighs the couplings."""

from __future__ import annotations

from typing import Any

import numpy as np

from neurograph.certificates.base import CONSTANT, Theorem
from neurograph.certificates.bounds.robustness_radius import Sensitivity, against_each_other, driving, radii, settled
from neurograph.certificates.bounds.weights import outweighed, searched
from neurograph.certificates.certificate import Certificate
from neurograph.certificates.deadline import Deadline
from neurograph.certificates.system import EPS, Array, System
from neurograph.solvers.contraction import Weighting

ROUNDS = 100
"""Products that bring the bound of how far neurons move down to its least."""


class MMatrix(Theorem):
    r"""Global contraction in a weighted l_inf norm: leaks outweigh couplings in some weights v > 0.

    Notes
    -----
    A is the Jacobian of the drift with respect to the free nodes, the nudge included: A_ji = d(ds_j/dt)/ds_i, A' its
    transpose.

    .. math:: -A_{jj} v_j - \sum_{i \ne j} |A_{ji}| v_i \ge c v_j > 0 \quad \text{for all j}

    with A_jj at its largest and abs(A_ji) at its largest over every input and the whole box. Then any two states
    approach each other at least like exp(-c t) in the norm max_j abs(z_j)/v_j, and explicit Euler with
    dt <= 1/max abs(A_jj) shrinks it by 1 - c dt. Such a v exists if and only if the matrix of the left side is a
    nonsingular M-matrix, so this holds wherever :class:`Gershgorin`'s rows or columns do, and the test is decisive but
    for rounding and the end of the search. Where every coupling is positive and the drift affine, it is the true
    limit: beyond it the network without its box is unstable. It rests on sizes alone, so that delays of the couplings
    cannot undo it.

    The search is :func:`neurograph.solvers.contraction.weightings`, 10 to 30 products with the couplings as a rule.
    PROVED demands c > gamma (-A_jj + sum abs(A_ji) v_i / v_j) with gamma = (k + 10) eps, k the number of terms: more
    than the error of the couplings, of their sum and of its quotient; A_jj is rounded outward.
    """

    name = "m_matrix"
    scope = "all inputs"
    assumptions = (CONSTANT, "clipping to the box is nonexpansive in every weighted l_inf norm")
    reference = (
        "Davydov, Proskurnikov, Bullo, Non-Euclidean contraction analysis of continuous-time neural networks, arXiv "
        "2110.08298; Berman, Plemmons, Nonnegative Matrices in the Mathematical Sciences, 1994, theorem 6.2.3"
    )
    does_not_cover = "weights that change while the network settles; steps longer than the largest dt."

    def examine(self, system: System, deadline: Deadline) -> Certificate:
        """Seek weights, beginning with equal ones."""
        return self._examine(system, deadline, np.ones(len(system.nodes)))

    def examine_again(self, system: System, deadline: Deadline, earlier: Certificate) -> Certificate:
        """Seek weights, beginning with those of the earlier certificate."""
        start = earlier.witness.get("v")
        if start is None or start.size != len(system.nodes):
            return self.examine(system, deadline)
        return self._examine(system, deadline, start)

    def radius(self, system: System, certificate: Certificate, x: Array) -> Array:
        r"""Return radii from a bound of how far each neuron moves.

        Where the inputs move by at most r, equilibria move by at most r K, neuron by neuron, for any K >= 0 with

        .. math:: -A_{jj} K_j - \sum_{i \ne j} |A_{ji}| K_i \ge q_j

        q the change of the drift at r = 1. From one multiple of v, K falls to the inverse of the M-matrix times q.

        Raises
        ------
        NoRadiusError
            If nothing is proved, or the network has no decision to speak of.
        """
        if certificate.rate is None:
            return super().radius(system, certificate, x)
        drive, leaks, v = driving(system), -system.diagonal.high, np.asarray(certificate.witness["v"])
        terms = np.diff(system.coupling.indptr) + 10
        # K = v max(q / v) / c is such a bound, for -A_jj v_j - sum_i |A_ji| v_i >= c v_j. If K is one, so is
        # K' = (sum_i |A_ji| K_i + q_j) / -A_jj where it is smaller: Jacobi's iteration, from above.
        K = np.asarray(v * np.max(drive / v) / certificate.rate)
        for _ in range(ROUNDS):
            K = np.minimum(K, (system.coupling @ K + drive) / leaks * (1.0 + terms * EPS))
        state, speed = settled(system, x)
        outputs = np.flatnonzero(system.network.connectivity.nudged >= 0)
        sensitivity = Sensitivity(*(against_each_other(one[outputs], np.add) for one in (v, K)))
        return radii(state[:, outputs], sensitivity, np.max(np.abs(speed) / v, axis=1) / certificate.rate)

    def _examine(self, system: System, deadline: Deadline, start: Array) -> Certificate:
        if system.inapplicable_reason is not None:
            return self.unknown(system, f"The Jacobian has no bound: {system.inapplicable_reason}.")
        leaks, coupling = -system.diagonal.high, system.coupling
        least = int(np.argmin(leaks))
        if not leaks[least] > 0.0:
            return self.unknown(
                system,
                f"No weights do: neuron {system.nodes[least]!r} need not leak, for A_jj may be {-leaks[least]:.4g}.",
                margin=float(leaks[least]),
            )
        # L_j = -max A_jj, B_ji = max |A_ji|. Of the weights v that are tried, those with the largest
        # c = min_j (L_j - sum_i B_ji v_i / v_j) are kept, and c is then proved, the roundings subtracted.
        found, rounds = searched(leaks, coupling, start, deadline)
        rate = float(np.min(found.surpluses(leaks, np.diff(coupling.indptr))))
        radius = float(np.max(found.reached / leaks))
        witness: dict[str, Any] = {"v": found.v, "spectral radius at most": radius, "products": rounds}
        if not rate > 0.0:
            return self._unproved(system, found, rate, witness)
        why = (
            f", with the weights 1/v_j from 1 to {1.0 / float(np.min(found.v)):.4g}: in the weights v, the couplings "
            f"of each neuron are at most {radius:.4g} times its leak."
        )
        return self.contracting(system, rate, "l_inf", why, weights=1.0 / found.v, witness=witness)

    def _unproved(self, system: System, found: Weighting, rate: float, witness: dict[str, Any]) -> Certificate:
        leaks, coupling = -system.diagonal.high, system.coupling
        node = int(np.argmin(leaks - found.reached))
        # B_SS x >= L_S x for some x > 0 on S means that the spectral radius of L^-1 B is at least 1: L - B is no
        # M-matrix (Berman and Plemmons, chapter 6): then no v does.
        closed = outweighed(leaks, coupling, found)
        if closed.size:
            labels = tuple(system.nodes[place] for place in closed)
            witness["outweighed"] = labels
            why = (
                f"No weights do: the sizes of the couplings among {len(labels)} of {len(leaks)} neurons outweigh their "
                "leaks whatever the weights, so that the matrix of leaks and couplings is not an M-matrix."
            )
        else:
            why = f"No weights were found with {witness['products']} products."
        return self.unknown(
            system,
            f"{why} In the best that were tried the couplings are up to {witness['spectral radius at most']:.4g} times "
            f"the leaks, and the drift may exceed the leak by {-rate:.4g} at {system.nodes[node]!r}. Couplings of "
            "either sign may still cancel.",
            margin=rate,
            witness=witness,
        )
