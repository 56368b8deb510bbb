"""A quadratic Lyapunov function around an equilibrium, and the region in which every state goes to it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.linalg import eigvalsh, solve_sylvester, solve_triangular

from neurograph.certificates.base import CONSTANT, Theorem
from neurograph.certificates.bounds.equilibria import equilibria
from neurograph.certificates.bounds.lyapunov_function import LyapunovFunction, Quadratic
from neurograph.certificates.bounds.mean_slopes import PARTS, Ball, mean_slopes
from neurograph.certificates.certificate import Certificate
from neurograph.certificates.deadline import Deadline
from neurograph.certificates.system import EPS, Array, System
from neurograph.certificates.verdict import Verdict
from neurograph.solvers.base import Phase

MOST = 200
"""Most free neurons: each region costs some 40 eigenvalue problems of their number."""

NEAR = 1e-6
"""Largest distance of each neuron from its place in the computed state."""

SHARE = 0.1
"""Share of the rate at the equilibrium that is kept up to the border of the region."""

HALVINGS, LARGE = 12, 1e6
"""Bisections of the interval in which the largest radius is looked for; its most, where it is not infinite."""


@dataclass(frozen=True, eq=False)
class _Region:
    """The states with z' P z <= level around a computed equilibrium."""

    P: Array
    level: float
    rate: float
    speed: float  # a bound of the matrix norm that goes with P

    @property
    def reach(self) -> float:
        """How far the region reaches in every direction."""
        return float(np.sqrt(self.level / eigvalsh(self.P)[-1]))

    @property
    def largest_dt(self) -> float:
        return float(np.nextafter(2.0 * self.rate / self.speed**2, 0.0))


class QuadraticLyapunov(Theorem):
    r"""Exponential stability of the equilibria that the network settles to from s = 0, and a region of attraction.

    Notes
    -----
    M' is the transpose of M; g is the drift, I the summed input, f' the slope of what a neuron sends.

    P solves ``A' P + P A = -1`` for the Jacobian A at the equilibrium s*. Along the straight line from s* to a state s,
    the drift is ``M (s - s*)``, with M the mean of the Jacobian on that line, so

    .. math:: V = (s - s^*)' P (s - s^*), \quad \dot V = (s - s^*)' (M' P + P M) (s - s^*) \le -2 r V

    where ``M' P + P M <= -2 r P`` for every M that the ranges of dg/ds, dg/dI and f' in the region allow: the means of
    their ranges on parts of the line. M is its middle and a sum of terms ``delta u v'``, each of which is at most
    ``d (tau u u' + v v' / tau) / 2``; what remains is the largest eigenvalue of one matrix. The region is the largest
    level set within which r keeps a tenth of its value at s* and that lies strictly within the box: the box takes no
    part in it, for a full P does not survive clipping.

    That s* is within 1e-6 of the computed state, and alone there, is shown by contraction: the computed drift is too
    small to leave the ball. Explicit Euler inherits it for dt < 2 r / m^2, with m a bound of the norm of M that goes
    with P.

    UNKNOWN if a sample does not settle, is at a bound of the box, or has no such P. Cost: O(n^3) times 40 for each
    sample, for up to 200 free neurons.
    """

    name = "quadratic_lyapunov"
    level = "strong"
    scope = "local"
    assumptions = (CONSTANT, "the rounding of eigenvalues is estimated: this is not a rigorous proof")
    reference = (
        "Khalil, Nonlinear Systems, 2002, section 8.2; Boyd, El Ghaoui, Feron, Balakrishnan, Linear Matrix "
        "Inequalities in System and Control Theory, 1994, section 5.1"
    )
    does_not_cover = "states outside the region, other equilibria, equilibria at a bound of the box, and other inputs."

    def examine(self, system: System, deadline: Deadline) -> Certificate:
        """Settle, then look for the region of each sample."""
        if system.transposed:
            return self.unknown(system, "Not applicable: it is about the free phase and the nudged one.")
        if len(system.nodes) > MOST:
            return self.unknown(system, f"Not asked: {len(system.nodes)} free neurons are more than {MOST}.")
        at_rest = equilibria(system, deadline)
        if isinstance(at_rest, str):
            return self.unknown(system, at_rest)
        regions: list[_Region] = []
        for sample, state in enumerate(at_rest.state):
            found = _region(system, state, 0.0 if system.y is None else system.y[sample], deadline)
            if isinstance(found, str):
                return self.unknown(system, f"Undecided at sample {sample}: {found}.")
            regions.append(found)
        return self._found(system, regions, at_rest.state)

    def _found(self, system: System, regions: list[_Region], states: Array) -> Certificate:
        rate = min(region.rate for region in regions)
        largest_dt = min(region.largest_dt for region in regions)
        reach = min(region.reach for region in regions)
        bounded = np.isfinite(reach)
        which = f"Every state within {reach:.4g} of its equilibrium" if bounded else "Every state"
        beyond = ", and so does a larger ellipsoid of states" if bounded else ""
        return self.proved(
            system,
            f"{which} goes to {'it' if bounded else 'the equilibrium'} at least like exp(-{rate:.4g} t) in the norm "
            f"sqrt(z' P z), z being the way from it{beyond}.",
            claims=("exponentially stable", "asymptotically stable"),
            rigorous=False,
            rate=rate,
            norm="P",
            margin=rate,
            largest_dt=largest_dt,
            euler=system.euler(
                largest_dt, "inherits it: no state of the region leaves it, and each goes to the equilibrium."
            ),
            witness={
                "P": np.array([region.P for region in regions]),
                "levels": np.array([region.level for region in regions]),
                "rates": np.array([region.rate for region in regions]),
                "equilibria": states[:, system.network.connectivity.free],
            },
        )

    def function(
        self, certificate: Certificate, sample: int, system: System, phase: Phase, equilibrium: Array
    ) -> LyapunovFunction | None:
        """Return V, and the level up to which it is certified to fall."""
        if certificate.verdict is not Verdict.PROVED:
            return None
        witness = certificate.witness
        return Quadratic(system, phase, equilibrium, float(witness["levels"][sample]), matrix=witness["P"][sample])


def _region(system: System, state: Array, target: Array | float, deadline: Deadline) -> _Region | str:
    """Return the region around a computed equilibrium, or say why there is none."""
    free, (low, high) = system.network.connectivity.free, system.box
    distance = np.minimum(state[free] - low, high - state[free])
    if not np.all(distance > 2.0 * NEAR):
        return (
            f"neuron {system.nodes[int(np.argmin(distance))]!r} is at a bound of the box, or within {2 * NEAR:g} of it"
        )
    # 1. P from A'P + P A = -1, A at the computed state; z'P z = |root' z|^2 with its Cholesky factor.
    here = mean_slopes(system, state, Ball(np.eye(free.size), np.eye(free.size), 0.0), 1)
    P = None if here is None else _lyapunov_matrix(here.middle)
    if P is None:
        return "no P is found: the Jacobian has an eigenvalue that is not negative, or the drift jumps"
    root = np.linalg.cholesky(P)
    inverse = solve_triangular(root, np.eye(free.size), lower=True)
    # 2. In the ball around the computed state within which no neuron is more than 1e-6 away, the field contracts at a
    # rate r. If its drift at the centre is below half of r times the radius, the ball is mapped into itself: s* is in
    # it, and alone.
    widths = np.linalg.norm(inverse, axis=0)
    slack = NEAR / float(np.max(widths))
    close = _judged(system, state, Ball(root, inverse, slack), 1)
    drift = system.network.drift(state, target, system.beta)[free]
    if close[0] <= 0.0 or float(np.linalg.norm(root.T @ drift)) > 0.5 * close[0] * slack:
        return "it is not known that the equilibrium is where it was computed, and alone there"

    def judged(radius: float) -> tuple[float, float]:
        deadline.check()
        return _judged(system, state, Ball(root, inverse, radius, slack), PARTS)

    # 3. The largest ball within the box in which V still falls at SHARE of that rate, by bisection.
    most = float(np.min(distance / widths)) * (1.0 - 1e-9) - slack  # strictly within the box
    radius = _largest(lambda radius: judged(radius)[0] >= SHARE * close[0], slack, most)
    if radius is None:
        return "the region would be smaller than what is known of the equilibrium's place"
    return _Region(P, (radius - slack) ** 2, *judged(radius))


def _lyapunov_matrix(A: Array) -> Array | None:
    """Solve A' P + P A = -1, scaled to the largest eigenvalue 1; None where P is not positive definite."""
    try:
        P = solve_sylvester(A.T, A, -np.eye(len(A)))  # it says nothing of eigenvalues near 0, which come out below
    except np.linalg.LinAlgError:
        return None
    values = eigvalsh((P + P.T) / 2) if np.all(np.isfinite(P)) else np.zeros(1)
    return (P + P.T) / (2.0 * values[-1]) if values[0] > len(A) * EPS * values[-1] else None


def _judged(system: System, state: Array, ball: Ball, parts: int) -> tuple[float, float]:
    """Return a rate at which norm(root' z) falls in the ball, or -inf, and a bound of the matrix norm."""
    slopes = mean_slopes(system, state, ball, parts)
    if slopes is None:
        return -np.inf, np.inf
    root, inverse, count = ball.root, ball.inverse, len(ball.root)
    # In the coordinates y = root' z, M is root' M root'^-1: a middle part and terms delta u v', with u = root' e_j and
    # v = root^-1 e_i, or w = root^-1 times row j of the pull. Each is bounded by y'(u v' + v u') y <= tau (u'y)^2 +
    # (v'y)^2 / tau, with tau = |v| / |u|. So the rate is minus the largest eigenvalue of sym(middle part) + (before +
    # after) / 2, and the norm is at most that of the middle part plus sqrt(|before| |after|) (Cauchy and Schwarz).
    steady = root.T @ slopes.middle @ inverse.T
    # Sizes of the vectors u and v of the terms delta u v'.
    u, v, w = (np.linalg.norm(part, axis=0) for part in (root.T, inverse, inverse @ slopes.pull.T))
    ratio = v[None, :] / u[:, None]
    left = slopes.own * v / u + slopes.input_slope * w / u + np.sum(slopes.sent * ratio, axis=1)
    right = slopes.own * u / v + np.sum(slopes.sent / ratio, axis=0)
    carried = slopes.input_slope * np.divide(u, w, out=np.zeros(count), where=w > 0.0)
    lifted = inverse @ slopes.pull.T
    before, after = (root.T * left) @ root, (inverse * right) @ inverse.T + (lifted * carried) @ lifted.T
    top = float(eigvalsh((steady + steady.T + before + after) / 2)[-1])
    speed = float(np.linalg.norm(steady, 2) + np.sqrt(np.linalg.norm(before, 2) * np.linalg.norm(after, 2)))
    error = 100.0 * count * EPS * (float(np.linalg.norm(steady)) + float(np.linalg.norm(before + after)))
    return -top - error, speed + error


def _largest(holds: Callable[[float], bool], least: float, most: float) -> float | None:
    """Return the largest radius up to `most` for which a condition holds that only gets harder; None below `least`."""
    if not most > least or holds(most):
        return most if most > least else None
    low = min(most, LARGE) / 2.0
    while not holds(low):
        low /= 2.0
        if low <= least:
            return None
    high = 2.0 * low
    for _ in range(HALVINGS):
        middle = np.sqrt(low * high)
        low, high = (middle, high) if holds(middle) else (low, middle)
    return float(low)
