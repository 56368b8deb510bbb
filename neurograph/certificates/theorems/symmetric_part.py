"""The symmetric part of the Jacobian: contraction in l_2."""

from __future__ import annotations

import numpy as np
from scipy.sparse.linalg import ArpackError

from neurograph.certificates.base import APPROACH, CONSTANT, Theorem
from neurograph.certificates.bounds.delays import longest
from neurograph.certificates.bounds.euclidean import contraction, growth
from neurograph.certificates.bounds.slope_set import DENSE, SlopeSet
from neurograph.certificates.certificate import Certificate
from neurograph.certificates.deadline import Deadline
from neurograph.certificates.system import System


class SymmetricPart(Theorem):
    r"""Global contraction from a negative definite symmetric part.

    Notes
    -----
    A is the Jacobian of the drift with respect to the free nodes, the nudge included: A_ji = d(ds_j/dt)/ds_i, A' its
    transpose.

    .. math:: \mu_2(A) = \lambda_{\max}\left(\frac{A + A'}{2}\right) \le -c < 0

    in every state: any two states approach each other at least like exp(-c t) in l_2, in which clipping to a box is
    nonexpansive. Where one slope depends on the state, the bound of :class:`SlopeSet` stands for all its values; for
    ``-s + rho(I)`` with slopes in [0, 1] it is at most -1 + (lambda_max(sym W) + norm(W)) / 2. Where A is symmetric,
    the drift descends an energy, and mu_2 < 0 says that it is strongly convex.

    A transposed phase keeps it: the symmetric part of J(s) - J(s*) + J(s*)' is that of J(s). Explicit Euler: see
    :func:`contraction`.

    Without a box, couplings may have delays up to a longest one, as in the certificate delay_margin: the margin.

    Up to 1500 nodes the bound is proved by a Cholesky factorisation, rounding included; beyond, Lanczos estimates it.
    """

    name = "symmetric_part"
    level = "standard"
    scope = "all inputs"
    assumptions = (CONSTANT, "clipping to the box is nonexpansive in l_2")
    reference = (
        "Bullo, Contraction Theory for Dynamical Systems, 2022, chapter 2; Centorrino, Gokhale, Davydov, Russo, "
        "Bullo, Euclidean contractivity of neural networks with symmetric weights, arXiv 2302.13452; Rump, BIT 46, "
        "2006 (rounding)"
    )
    does_not_cover = "weights that change while the network settles; steps longer than the largest dt."

    def examine(self, system: System, deadline: Deadline) -> Certificate:
        """Bound the largest eigenvalue."""
        if system.inapplicable_reason is not None:
            return self.unknown(system, f"The Jacobian has no bound: {system.inapplicable_reason}.")
        node = int(np.argmax(system.diagonal.high))
        if system.diagonal.high[node] >= 0.0:
            return self.unknown(
                system,
                f"mu_2 is not negative: neuron {system.nodes[node]!r} may excite itself, or not leak, "
                f"A_jj = {system.diagonal.high[node]:.4g}.",
                margin=-float(system.diagonal.high[node]),
            )
        # S bounds the symmetric part of A in every state and of every mean of A along a line, so mu_2(A) <=
        # lambda_max(S), with weights w = 1 and the same t everywhere.
        slopes, ones = SlopeSet.of(system), np.ones(len(system.nodes))
        try:
            mu, proved = growth(slopes, ones, slopes.plain_t, deadline)
        except ArpackError as error:
            return self.unknown(system, f"Undecided: ARPACK found no eigenvalue ({error}).")
        what = f"mu_2, the largest eigenvalue of A's symmetric part{', over all slopes' * (not system.affine)},"
        if not mu < 0.0:
            return self.unknown(system, f"Not shown to be negative: {what} is about {mu:.4g}.", margin=-mu)
        convex = " A is symmetric: the drift descends an energy, which is strongly convex." * slopes.symmetric
        rounding = f" Beyond {DENSE} nodes the eigenvalue is computed, not proved." * (not proved)
        return self.proved(
            system,
            f"{APPROACH} exp({mu:.4g} t) in the l_2 norm: {what} is at most {mu:.4g}.{convex}{rounding}",
            margins=self.robustness_margins(system, -mu) | _bearable_delays(system, -mu),
            **contraction(system, slopes, ones, -mu, proved),
        )


def _bearable_delays(system: System, rate: float) -> dict[str, float]:
    """Return how long all couplings may take at most, where that is known."""
    if system.boxed or system.transposed or not np.isfinite(system.fastest):
        return {}
    ones = system.weights.copy()
    ones.data = np.ones_like(ones.data)
    return {"delays": longest(system, rate, ones)}
