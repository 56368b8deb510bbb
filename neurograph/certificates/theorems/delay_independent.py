"""Whatever the delays: with some weights of the neurons, leaks outweigh all couplings, late ones of their own too."""

from __future__ import annotations

import numpy as np
import scipy.sparse as sp

from neurograph.certificates.base import CONSTANT, Theorem
from neurograph.certificates.bounds.weights import outweighed, searched
from neurograph.certificates.certificate import Certificate
from neurograph.certificates.deadline import Deadline
from neurograph.certificates.system import EPS, Array, System
from neurograph.certificates.verdict import SETTLING
from neurograph.equations.intervals import Interval
from neurograph.solvers.contraction import Weighting

HALVINGS = 40
"""How often the range is halved in which the rate with the delays of the network is sought."""


class DelayIndependent(Theorem):
    r"""Global exponential stability whatever the delays: leaks outweigh couplings in some weights v > 0.

    Notes
    -----
    s is the state, g_j the drift of neuron j, I its summed input, W_ji the weight of the edge from i to j and d_ji its
    delay, f' the slope of what a neuron sends.

    .. math:: L_j v_j - \sum_i K_{ji} v_i > 0 \quad \text{for all j}

    with -L_j the largest slope dg_j/ds, in which self-loops without a delay count, and K_ji the largest
    abs(dg_j/dI W_ji f'_i) of every other coupling, late self-loops among them: diag(L) - K is a nonsingular M-matrix.
    The distance of any two trajectories under one input has

    .. math:: D^+ |e_j(t)| \le -L_j |e_j(t)| + \sum_i K_{ji} |e_i(t - d_{ji})|

    which clipping to a box only lowers. By Halanay's inequality it falls like exp(-r t) with any r > 0 for which
    (L_j - r) v_j >= sum_i K_ji v_i exp(r d_ji): max_j abs(e_j) / v_j is then at most exp(-r t) times its largest value
    over the time of the longest delay before 0. For any delays there is such an r; the rate is that of the delays here.
    Explicit Euler with dt <= 1/max abs(dg/ds) does the same, delays between its steps interpolated.

    The search for v, and the rounding, are those of the certificate m_matrix.
    """

    name = "delay_independent"
    scope = "all inputs"
    assumptions = (CONSTANT, "each delay is the same at all times")
    reference = (
        "Halanay, Differential Equations: Stability, Oscillations, Time Lags, 1966; van den Driessche, Zou, Global "
        "attractivity in delayed Hopfield neural network models, SIAM J. Appl. Math. 58(6), 1998"
    )
    does_not_cover = (
        "weights that change while the network settles; steps longer than the largest dt; delays of self-loops that "
        "have none here."
    )
    despite_delays = SETTLING

    def examine(self, system: System, deadline: Deadline) -> Certificate:
        """Seek weights, beginning with equal ones."""
        return self._examine(system, deadline, np.ones(len(system.nodes)))

    def examine_again(self, system: System, deadline: Deadline, earlier: Certificate) -> Certificate:
        """Seek weights, beginning with those of the earlier certificate."""
        start = earlier.witness.get("v")
        if start is None or start.size != len(system.nodes):
            return self.examine(system, deadline)
        return self._examine(system, deadline, start)

    def _examine(self, system: System, deadline: Deadline, start: Array) -> Certificate:
        delays = system.delays
        if delays is None:
            return self.unknown(system, "Not applicable: no edge among free nodes has a delay.")
        if system.transposed:
            return self.unknown(system, "Not applicable: what returns along the edges has no delays.")
        if system.inapplicable_reason is not None:
            return self.unknown(system, f"The Jacobian has no bound: {system.inapplicable_reason}.")
        own, coupling = _parted(system, delays)
        leaks = -own.high
        least = int(np.argmin(leaks))
        if not leaks[least] > 0.0:
            return self.unknown(
                system,
                f"No weights do: neuron {system.nodes[least]!r} need not leak without delay, for its own slope may be "
                f"{-leaks[least]:.4g}.",
                margin=float(leaks[least]),
            )
        found, products = searched(leaks, coupling, start, deadline)
        margin = float(np.min(found.surpluses(leaks, np.diff(coupling.indptr))))
        radius, longest = float(np.max(found.reached / leaks)), float(delays.data.max())
        witness = {"v": found.v, "spectral radius at most": radius, "products": products, "largest delay": longest}
        if not margin > 0.0:
            never = outweighed(leaks, coupling, found).size
            why = "No weights do" if never else f"No weights were found with {products} products"
            return self.unknown(
                system,
                f"{why}: in the best that were tried the couplings are up to {radius:.4g} times the leaks. That delays "
                "do harm is not shown either.",
                margin=margin,
                witness=witness,
            )
        rate = _decay(found, leaks, coupling, delays, margin, deadline)
        fall = "exponentially" if rate is None else f"like exp(-{rate:.4g} t) with the delays here, up to {longest:.4g}"
        size = float(np.max(own.size))
        largest_dt = float(np.nextafter(1.0 / size, 0.0)) if np.isfinite(size) else None
        return self.proved(
            system,
            f"Whatever the delays, every state goes to the one equilibrium of its input, {fall}: in the weights v, the "
            f"couplings of each neuron are at most {radius:.4g} times its leak.",
            claims=SETTLING,
            rate=rate,
            norm="l_inf",
            weights=1.0 / found.v,
            margin=margin,
            margins={"delays": np.inf},
            largest_dt=largest_dt,
            euler=system.euler(largest_dt, "goes there too, with the delays between its steps interpolated."),
            witness=witness,
        )


def _parted(system: System, delays: sp.csr_array) -> tuple[Interval, sp.csr_array]:
    """Return what each neuron does to itself at once (free,), and bounds of all other couplings (free, free)."""
    loops, late = system.weights.diagonal(), delays.diagonal() > 0.0
    between = system.slopes["dg/dI"] * system.slopes["f'"]
    own = system.slopes["dg/ds"] + between * Interval.constant(np.where(late, 0.0, loops))
    own = own + Interval.constant(-system.nudge)
    coupling = system.coupling
    if np.any(late):
        coupling = sp.csr_array(coupling + sp.diags_array(np.where(late, between.size * np.abs(loops), 0.0)))
    return own, coupling


def _decay(
    found: Weighting, leaks: Array, coupling: sp.csr_array, delays: sp.csr_array, margin: float, deadline: Deadline
) -> float | None:
    """Return the largest r found with L_j - r >= sum_i K_ji v_i exp(r d_ji) / v_j; None where none is found."""
    low, high, terms, stretched = 0.0, margin, np.diff(coupling.indptr), delays.copy()
    for _ in range(HALVINGS):
        deadline.check()
        r = 0.5 * (low + high)
        with np.errstate(over="ignore", invalid="ignore"):  # what overflows is no rate
            stretched.data = np.expm1(r * delays.data)
            more = coupling.multiply(stretched) @ found.v / found.v
            reached = (found.reached + more) * (1.0 + 16.0 * EPS)
            enough = bool(np.all(found._replace(reached=reached).surpluses(leaks, 2 * terms) > r))
        low, high = (r, high) if enough else (low, r)
    return low or None
