"""Delays up to a longest one: couplings so slow that what moves meanwhile cannot undo a contraction."""

from __future__ import annotations

import numpy as np
from scipy.sparse.linalg import ArpackError

from neurograph.certificates.base import CONSTANT, Theorem
from neurograph.certificates.bounds.delays import decay, longest
from neurograph.certificates.bounds.euclidean import growth
from neurograph.certificates.bounds.slope_set import SlopeSet
from neurograph.certificates.certificate import Certificate
from neurograph.certificates.deadline import Deadline
from neurograph.certificates.system import System
from neurograph.certificates.verdict import SETTLING


class DelayMargin(Theorem):
    r"""Global exponential stability while the delays are short beside a contraction without them.

    Notes
    -----
    s is the state, g_j the drift of neuron j, I its summed input, W_ji the weight of the edge from i to j, f' the slope
    of what a neuron sends.

    .. math:: \|B \circ d\|_2 \, \|L + B\|_2 < c, \quad \mu_2(A) \le -c < 0

    with A the Jacobian without delays, as in the certificate symmetric_part, d_ji the delay from i to j, B_ji a bound
    of abs(dg_j/dI W_ji f'_i), self-loops among it, and L_j one of abs(dg_j/ds), over all states and inputs.

    With e the distance from the equilibrium s*, which delays do not move, e_i(t - d) is e_i(t) less the integral of
    e_i' over the time in between, so that e' = A(t) e - r with A(t) in the set over which mu_2 is bounded, and

    .. math:: |r_j(t)| \le \sum_i B_{ji} \int_{t - d_{ji}}^t |e_i'|, \quad
        |e_i'(t)| \le L_i |e_i(t)| + \sum_k B_{ik} |e_k(t - d_{ik})|

    Let N(z) be the vector of the L2 norms over time of the components of z. A delay keeps it, an integral over a time
    d multiplies it by at most d: N(r) <= (B o d) N(e'), N(e') <= (L + B) N(e), and norm(N(e)) <= norm(N(r)) / c but
    for what the start adds. So the loop has a gain below 1, and e is square integrable; the same holds of exp(r t) e
    for some r > 0, which is the rate. Each edge may have a delay of its own. One number counts all: delays in
    proportion to these may be longer by the factor c / (norm(B o d) norm(L + B)), until the longest is d*. That is
    sufficient, not necessary: for ds/dt = -a s(t - d), d* is 1/a, and the true limit pi/(2a).

    Not for a state that is clipped: a neuron that comes back to its bound may be faster than L and B say.
    """

    name = "delay_margin"
    level = "standard"
    scope = "all inputs"
    assumptions = (CONSTANT, "each delay is the same at all times")
    reference = (
        "small gains: Desoer, Vidyasagar, Feedback Systems, 1975; delays as integrals of what happens meanwhile: Gu, "
        "Kharitonov, Chen, Stability of Time-Delay Systems, 2003; in a norm of the history: Halanay, Differential "
        "Equations, 1966"
    )
    does_not_cover = (
        "a state that is clipped to a box; delays that change; explicit Euler, whatever its step; whether longer "
        "delays do harm."
    )
    despite_delays = SETTLING

    def examine(self, system: System, deadline: Deadline) -> Certificate:
        """Bound the contraction without delays, then what moves meanwhile."""
        delays = system.delays
        if delays is None:
            return self.unknown(system, "Not applicable: no edge among free nodes has a delay.")
        if system.transposed:
            return self.unknown(system, "Not applicable: what returns along the edges has no delays.")
        if system.inapplicable_reason is not None:
            return self.unknown(system, f"The Jacobian has no bound: {system.inapplicable_reason}.")
        if system.boxed or not np.isfinite(system.fastest):
            why = "the state is clipped to a box" if system.boxed else "a neuron may leak without a bound"
            return self.unknown(system, f"Undecided: {why}, so that the speed of neurons is not bounded.")
        slopes, ones = SlopeSet.of(system), np.ones(len(system.nodes))
        try:
            mu, proved = growth(slopes, ones, slopes.plain_t, deadline)
        except ArpackError as error:
            return self.unknown(system, f"Undecided: ARPACK found no eigenvalue ({error}).")
        largest = float(delays.data.max())
        witness = {"largest delay": largest, "d*": 0.0, "mu_2": mu}
        if not mu < 0.0:
            return self.unknown(
                system,
                f"Not shown: even without delays, mu_2 of the Jacobian is about {mu:.4g}, which is not negative.",
                margin=-largest,
                witness=witness,
            )
        factor = longest(system, -mu, delays)
        most = factor * largest
        witness["d*"] = most
        found = f"delays in proportion to these are proved to do no harm while the longest is below d* = {most:.4g}"
        if not factor > 1.0:
            return self.unknown(
                system,
                f"Not shown: {found}, and here it is {largest:.4g}. Without delays, mu_2 is at most {mu:.4g}.",
                margin=most - largest,
                witness=witness,
            )
        rate = decay(system, -mu, delays, deadline)
        fall = "exponentially" if rate is None else f"in the end like exp(-{rate:.4g} t)"
        return self.proved(
            system,
            f"Every state goes to the one equilibrium of its input, {fall}: {found}, and here it is {largest:.4g}. "
            f"Without delays, mu_2 is at most {mu:.4g}.",
            claims=SETTLING,
            rate=rate,
            norm="l_2",
            margin=most - largest,
            margins={"longer delays": factor},
            euler=system.euler(None),
            rigorous=proved,
            witness=witness,
        )
