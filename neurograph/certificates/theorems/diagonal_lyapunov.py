"""A diagonal Lyapunov function: contraction in a weighted l_2 norm, or one equilibrium that draws every state."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import scipy.sparse as sp
from scipy.sparse.linalg import ArpackError

from neurograph.certificates.base import APPROACH, CONSTANT, Theorem
from neurograph.certificates.bounds.euclidean import contraction, growth
from neurograph.certificates.bounds.slope_set import DENSE, SlopeSet
from neurograph.certificates.certificate import Certificate
from neurograph.certificates.deadline import Deadline, OutOfTimeError
from neurograph.certificates.system import EPS, Array, System, scaled
from neurograph.equations.neuron import POPULATION
from neurograph.equations.populations import by_population

LARGEST_NETWORK = 20_000
"""Most free nodes of which weights are searched."""

SMOOTHING = ((0.03, 1e-4), (0.003, 1e-4), (0.001, 1e-6))
"""Temperatures of the smoothed largest eigenvalue, as shares of its size at the start, and by which share of it a step
of BFGS must lower it; the last only where the sign is not clear by then."""

STEPS = (40, 4)
"""Steps at each of them, for networks of which as many eigenvalues are computed as weigh and for larger ones."""

UNCLEAR = 0.02
"""Share of that size up to which a largest eigenvalue that is not negative may become so."""

WEIGHT = 1e-7
"""Share of all at which an eigenvalue does not weigh."""

SPREAD = 10.0
"""Most that the logarithm of a weight may be: beyond, the rounding of the state exceeds distances in the norm."""


class DiagonalLyapunov(Theorem):
    """A positive diagonal D with D A + A' D negative definite (Lyapunov diagonal stability, LDS).

    Notes
    -----
    A is the Jacobian of the drift with respect to the free nodes, the nudge included: A_ji = d(ds_j/dt)/ds_i, A' its
    transpose. W_ji is the weight of the edge from i to j.

    - Where the drift is affine, in any box or none: any two states approach each other at the rate c in the norm of
      sqrt(d_j) z_j, in which clipping is nonexpansive; c is minus the largest eigenvalue of the symmetric part of
      sqrt(D) A sqrt(D)^-1.
    - Where one slope varies, the same for all its values at once, as bounded by :class:`SlopeSet`, with its t.
    - Else, where a neuron moves as -C_j s_j + sum_i W_ji f(s_i) + q_j (Hopfield form, f' in [0, L]), in any box or
      none: D A + A' D with A at the upper slopes, negative definite, gives one equilibrium, and every state goes to it
      exponentially. The Lyapunov function is a small multiple of z'z plus sum_j d_j times the integral of
      f(s*_j + z) - f(s*_j), whose slope in z_j has the sign of z_j, so that clipping only lowers it.
    - Or where a neuron moves as -kappa s_j + rho_j(I_j) with rho' in [0, L], without a box and with one kappa for all
      (rate form): u = W s obeys the Hopfield form, and s follows u. With unequal leaks that is unproved.

    D is searched by smoothing the largest eigenvalue and BFGS on log sqrt(d), from the Perron vectors of the majorant,
    which decide it for weights >= 0. What is found is proved by a Cholesky factorisation, rounding included,
    up to 1500 nodes.
    """

    name = "diagonal_lyapunov"
    level = "standard"
    scope = "all inputs"
    assumptions = (CONSTANT, "clipping to the box is nonexpansive in l_2, however its components are weighted")
    reference = (
        "Forti, Tesi, IEEE Trans. Circuits and Systems I 42, 1995; Liang, Si, IEEE Trans. Neural Networks 12, 2001; "
        "Kaszkurewicz, Bhaya, Matrix Diagonal Stability in Systems and Computation, 2000; Rump, BIT 46, 2006 (rounding)"
    )
    does_not_cover = (
        "delays; weights that change while the network settles, or that lose an edge; steps longer than the largest dt."
    )

    def examine(self, system: System, deadline: Deadline) -> Certificate:
        """Search, then prove what was found."""
        return self._examined(system, deadline, None)

    def examine_again(self, system: System, deadline: Deadline, earlier: Certificate) -> Certificate:
        """Try the weights that were found before, then search from them."""
        weights = earlier.witness.get("w")
        if weights is None or len(weights) != len(system.nodes):
            return self.examine(system, deadline)
        return self._examined(system, deadline, (weights, earlier.witness.get("t")))

    def _examined(self, system: System, deadline: Deadline, known: tuple[Array, Array | None] | None) -> Certificate:
        if system.inapplicable_reason is not None:
            return self.unknown(system, f"The Jacobian has no bound: {system.inapplicable_reason}.")
        if system.transposed and not system.affine:
            return self.unknown(
                system,
                "Not applicable: with slopes that depend on the state, a transposed phase keeps no weighted norm "
                "(see symmetric_part).",
            )
        if len(system.nodes) > LARGEST_NETWORK:
            return self.unknown(
                system, f"Not looked at: {len(system.nodes)} free nodes are more than {LARGEST_NETWORK}."
            )
        # First all slopes at once (a contraction, with a rate), then the steepest slopes alone (one equilibrium,
        # without a rate). For each: weights w = sqrt(d) from Perron vectors, then from the search, until S in them is
        # negative definite.
        upper = _upper(system)
        slopes = SlopeSet.of(system)
        candidates = [] if slopes.two_vary or np.any(system.diagonal.high >= 0.0) else [(slopes, self._contracting)]
        candidates += [] if upper is None else [(upper, self._exponential)]
        if not candidates:
            return self.unknown(system, _inapplicable(system, slopes))
        try:
            for one, proved in candidates:
                weights, t = _start(one, deadline) if known is None else (known[0], _fitting(known[1], one.plain_t))
                bound, rigorous = growth(one, weights, t, deadline)
                if not (known is not None and bound < 0.0):
                    try:
                        better = _searched(one, weights, t, deadline)
                        (bound, rigorous), (weights, t) = growth(one, *better, deadline), better
                    except OutOfTimeError:
                        if bound >= 0.0:
                            raise
                if bound < 0.0:
                    return proved(system, one, weights, t, -bound, rigorous)
        except (ArpackError, np.linalg.LinAlgError) as error:
            return self.unknown(system, f"Undecided: no eigenvalue was found ({error}).")
        return self.unknown(
            system,
            "No D was found with D A + A' D negative definite; the best leaves the largest eigenvalue of its symmetric "
            f"part at {bound:.4g}.",
            margin=-bound,
            witness={"w": weights},
        )

    def _contracting(
        self, system: System, slopes: SlopeSet, weights: Array, t: Array, rate: float, rigorous: bool
    ) -> Certificate:
        found = contraction(system, slopes, weights, rate, rigorous)
        found["witness"] = found["witness"] | {"D": weights**2, "w": weights, "t": t}
        over = "" if system.affine else ", whatever its slopes,"
        return self.proved(
            system,
            f"{APPROACH} exp(-{rate:.4g} t) in the weighted l_2 norm: D A + A' D <= -{2.0 * rate:.4g} D{over} "
            f"for a diagonal D with entries from {np.min(weights) ** 2:.4g} to {np.max(weights) ** 2:.4g}.",
            margins=self.robustness_margins(system, rate),
            **found,
        )

    def _exponential(
        self, system: System, slopes: SlopeSet, weights: Array, t: Array, rate: float, rigorous: bool
    ) -> Certificate:
        return self.proved(
            system,
            "Every state goes to the one equilibrium of its input, exponentially, but the rate is not known: with the "
            f"steepest slopes, D A + A' D <= -{2.0 * rate:.4g} D for a diagonal D with entries from "
            f"{np.min(weights) ** 2:.4g} to {np.max(weights) ** 2:.4g}.",
            claims=("unique equilibrium", "exponentially stable"),
            margin=rate,
            euler=system.euler(None),
            rigorous=rigorous,
            witness={"D": weights**2, "w": weights},
        )


def _fitting(t: Array | None, plain: Array) -> Array:
    return plain if t is None or t.shape != plain.shape else t


def _upper(system: System) -> SlopeSet | None:
    """Return A at the steepest slopes, where the Hopfield or the rate form is known to need no more; else None."""
    # Hopfield form: only f' varies, in [0, L]. Rate form: only dg/dI varies, in [0, L], with no box and one leak for
    # all. For both D A + A'D < 0 is needed at the upper slopes alone (Forti and Tesi; Liang and Si; the rate form
    # through u = W s).
    own, input_slope, sending = (system.slopes[name] for name in ("dg/ds", "dg/dI", "f'"))
    hopfield = not np.any(input_slope.varies) and bool(np.all(sending.low >= 0.0) and np.all(sending.high > 0.0))
    rate = (
        not np.any(sending.varies)
        and not system.boxed
        and bool(np.all(input_slope.low >= 0.0) and np.all(input_slope.high > 0.0))
        and _one_leak(system)
    )
    if system.affine or system.transposed or not (hopfield or rate) or np.any(own.high - system.nudge >= 0.0):
        return None
    varying = sending if hopfield else input_slope
    constant = input_slope if hopfield else sending
    middle = 0.5 * (constant.low + constant.high)
    rows, columns = (middle, varying.high) if hopfield else (varying.high, middle)
    full = scaled(system.weights, rows, columns)
    remainder = scaled(abs(system.weights), np.abs(rows), np.abs(columns))
    relative = 8.0 * EPS + np.max((constant.high - constant.low) / np.maximum(np.abs(middle), 1e-300))
    remainder.data *= relative
    loops = full.diagonal()
    top = (own.high - system.nudge) * (1.0 - 2.0 * EPS) + loops + remainder.diagonal() + EPS * np.abs(loops)
    part, remainder = (sp.csr_array(one - sp.diags_array(one.diagonal())) for one in (full, remainder))
    return None if np.any(top >= 0.0) else SlopeSet(top, part, 0.0 * part, np.zeros_like(top), remainder, False)


def _one_leak(system: System) -> bool:
    """Return whether every neuron has the same linear leak, to the last digit."""
    leak = system.network.dynamics.leak
    if leak is None or np.ptp(system.nudge) > 0.0:
        return False
    if len({part.text for part in by_population(leak)}) > 1:
        return False
    seen = [part for name, part in system.constants.items() if name in leak.symbols - {POPULATION}]
    return all(np.all(part.low == part.low[0]) and np.all(part.high == part.low[0]) for part in seen)


def _inapplicable(system: System, slopes: SlopeSet) -> str:
    node = int(np.argmax(system.diagonal.high))
    if system.diagonal.high[node] >= 0.0:
        return (
            f"There is no such D: neuron {system.nodes[node]!r} may excite itself, or not leak, "
            f"A_jj = {system.diagonal.high[node]:.4g}."
        )
    return "Not applicable: both the slope of the drift and that of the transfer depend on the state."


def _start(slopes: SlopeSet, deadline: Deadline) -> tuple[Array, Array]:
    """Return weights sqrt(u / v), u and v left and right Perron vectors of the majorant, or 1 where that is better."""
    ones = np.ones_like(slopes.top)
    # B = L^-1 (|M| + diag(reach) |H|), with right and left Perron vectors v and u. If L - B is an M-matrix, d_j = u_j /
    # v_j is a solution (Berman and Plemmons, theorem 6.2.3); for weights >= 0 there is no other limit.
    sizes = sp.csr_array(abs(slopes.middle) + scaled(abs(slopes.spread), slopes.reach, ones))
    sizes = scaled(sizes, -1.0 / slopes.top, ones)
    # p, the left Perron vector of L^-1 B with root rho, gives u = L^-1 p: u'B = rho u'L.
    left, right = _perron(sp.csr_array(sizes.T), deadline), _perron(sizes, deadline)
    logarithm = 0.5 * (np.log(left) - np.log(-slopes.top) - np.log(right))
    logarithm = np.clip(logarithm - np.mean(logarithm), -SPREAD, SPREAD)
    perron = np.exp(-logarithm if slopes.transposed else logarithm)
    tops = [float(slopes.largest(weights, slopes.plain_t, deadline)[0][-1]) for weights in (ones, perron)]
    return (ones if tops[0] <= tops[1] else perron), slopes.plain_t


def _perron(sizes: sp.csr_array, deadline: Deadline) -> Array:
    v = np.ones(sizes.shape[0])
    for _ in range(100):
        deadline.check()
        v = v + sizes @ v
        v /= np.max(v)
    return np.asarray(np.maximum(v, np.exp(-SPREAD)))


def _searched(slopes: SlopeSet, weights: Array, t: Array, deadline: Deadline) -> tuple[Array, Array]:
    """Return weights and t with a lower largest eigenvalue of S, by BFGS; in at most half of the time that is left."""
    from scipy.optimize import minimize  # which takes as long to import as half of all else

    n, top = slopes.top.size, np.inf
    until = Deadline(deadline.left / 2.0)
    place = np.log(np.concatenate([weights, t])) if np.any(slopes.reach) else np.log(weights)

    def reached(xk: Array) -> None:
        nonlocal place
        place = xk.copy()

    # The least of the largest eigenvalue is at least that of the smoothed one less T log n: where that is positive, or
    # the sign is clear, no more is to be won.
    try:
        size = max(float(np.max(np.abs(slopes.largest(weights, t, until)[0]))), 1e-300)
        for share, tolerance in SMOOTHING:
            if share == SMOOTHING[-1][0] and not 0.0 <= top <= UNCLEAR * size:
                break
            found = minimize(
                _smoothed(slopes, share * size, t, until),
                place,
                method="L-BFGS-B",
                jac=True,
                bounds=[(-SPREAD, SPREAD)] * place.size,
                callback=reached,
                options={"maxiter": STEPS[n > DENSE], "maxcor": 20, "ftol": tolerance},
            )
            place, top = found.x, float(found.fun)
            if top > share * size * np.log(n):
                break
    except OutOfTimeError:  # what was reached by then is taken
        pass
    found_t = np.exp(place[n:]) if place.size > n else t
    return np.exp(place[:n] - np.mean(place[:n])), found_t


def _smoothed(
    slopes: SlopeSet, temperature: float, t: Array, deadline: Deadline
) -> Callable[[Array], tuple[float, Array]]:
    """Return temperature log sum exp(lambda / temperature) over the eigenvalues of S, and its gradient."""
    n = slopes.top.size
    sign = -1.0 if slopes.transposed else 1.0
    count = n // 8 + 2

    def value(place: Array) -> tuple[float, Array]:
        # phi = T log sum_k exp(lambda_k / T), dphi = sum_k share_k z_k' dS z_k with the softmax of lambda / T as
        # shares. With M_ij w_i / w_j, the derivative of z'M z by log w_j is z_j (M z)_j - z_j (M' z)_j, and that of (H
        # z)' theta (H z) / 2 likewise; by log t_j it is (reach_j t_j z_j^2 - theta_j (H z)_j^2) / 2, theta = reach / t.
        weights = np.exp(place[:n])
        times = np.exp(place[n:]) if place.size > n else t
        nonlocal count
        values, vectors = slopes.largest(weights, times, deadline, count)
        shares = np.exp((values - values[-1]) / temperature)
        if n <= DENSE and values.size < n and shares[0] > WEIGHT:  # too few of them
            values, vectors = slopes.largest(weights, times, deadline)
            shares = np.exp((values - values[-1]) / temperature)
        total = float(np.sum(shares))
        kept = shares > WEIGHT * total
        count = int(1.5 * np.sum(kept)) + 5
        shares, Z = shares[kept] / total, vectors[:, kept]
        middle, spread, _ = slopes.scaled(weights)
        theta = (slopes.reach / times)[:, None]
        HZ = spread @ Z
        theta_HZ = theta * HZ
        rows = Z * (middle @ Z) + HZ * theta_HZ
        columns = Z * (middle.T @ Z) + Z * (spread.T @ theta_HZ)
        slope = sign * (rows - columns) @ shares
        if place.size > n:
            slope = np.concatenate([slope, 0.5 * (slopes.reach * times * (Z**2 @ shares) - (HZ * theta_HZ) @ shares)])
        return float(values[-1] + temperature * np.log(total)), slope

    return value
