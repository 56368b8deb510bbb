"""The Lur'e inequality: contraction in the norm of a full matrix P, where nothing is clipped."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any

import numpy as np

from neurograph.certificates.base import APPROACH, CONSTANT, Theorem
from neurograph.certificates.bounds.definite import largest_ratio, positive_definite
from neurograph.certificates.bounds.euclidean import steps
from neurograph.certificates.bounds.slope_set import halved
from neurograph.certificates.certificate import Certificate
from neurograph.certificates.deadline import Deadline
from neurograph.certificates.system import EPS, Array, System
from neurograph.certificates.verdict import CONTRACTION, Verdict

LARGEST_NETWORK = 30
"""Most free nodes for which a full P is asked of the solver, whose time grows like the sixth power of their number."""


@dataclass(frozen=True, eq=False)
class _Loop:
    """A = A0 + E diag(v) H, with abs(v_j) <= 1; `error` bounds the 2-norm of what rounding leaves out of A."""

    A0: Array
    E: Array
    H: Array
    error: float


class Lure(Theorem):
    r"""Global contraction from a full P and a diagonal Theta >= 0 that solve a linear matrix inequality.

    Notes
    -----
    P' is the transpose of P, and P > 0 says that P is symmetric with positive eigenvalues.

    .. math:: \begin{pmatrix} P A_0 + A_0' P + 2 c P + H' \Theta H & P E \\ E' P & -\Theta \end{pmatrix} \le 0,
        \quad P > 0

    where A = A_0 + E diag(v) H with abs(v_j) <= 1 is the Jacobian for all values of the slope that varies, that of the
    drift (rate form) or that of the transfer (Hopfield form): z'P A z <= -c z'P z for all of them, since
    abs((diag(v) H z)_j) <= abs((H z)_j), the S-procedure. So any two states approach each other at the rate c
    in the norm of sqrt(z' P z). Clipping to a box is not nonexpansive in it: a network with a box is not covered.
    Explicit Euler: see :func:`contraction`, with norm(A) <= norm(A_0) + norm(E) norm(H), all in the norms of P.

    P comes from Clarabel, which is not trusted: c is computed from P and Theta, and proved by Cholesky factorisations,
    rounding included. Up to 30 nodes. Needs the extra ``neurograph-simulator[lmi]``.
    """

    name = "lure"
    level = "strong"
    scope = "all inputs"
    assumptions = (CONSTANT, "the state is not clipped")
    reference = (
        "Boyd, El Ghaoui, Feron, Balakrishnan, Linear Matrix Inequalities in System and Control Theory, 1994, section "
        "5.1; Goulart, Chen, arXiv 2405.12762 (Clarabel); Rump, BIT 46, 2006 (rounding)"
    )
    does_not_cover = "a state that is clipped to a box; delays; weights that change; steps longer than the largest dt."

    def examine(self, system: System, deadline: Deadline) -> Certificate:
        """Solve for P, then prove what it gives."""
        why = _inapplicable_reason(system)
        if why is not None:
            return self.unknown(system, why)
        loop = _loop(system)
        if find_spec("cvxpy") is None or find_spec("clarabel") is None:
            return self.unknown(
                system,
                "Not looked at: it needs cvxpy and clarabel, which are not installed: "
                'pip install "neurograph-simulator[lmi]".',
            )
        return self._judged(system, loop, _solved(loop, deadline))

    def examine_again(self, system: System, deadline: Deadline, earlier: Certificate) -> Certificate:
        """Try the P that was found before."""
        P, theta = earlier.witness.get("P"), earlier.witness.get("Theta")
        if P is not None and theta is not None and _inapplicable_reason(system) is None and len(P) == len(system.nodes):
            found = self._judged(system, _loop(system), (P, theta))
            if found.verdict is Verdict.PROVED:
                return found
        return self.examine(system, deadline)

    def _judged(self, system: System, loop: _Loop, solved: tuple[Array, Array] | str) -> Certificate:
        if isinstance(solved, str):
            return self.unknown(system, solved)
        P, theta = solved
        rate = _rate(loop, P, theta)
        if not rate > 0.0:
            return self.unknown(
                system,
                "No P was found: the inequality has no solution within the accuracy of the solver, or it does not "
                "withstand the proof.",
                margin=rate if np.isfinite(rate) else None,
            )
        K = _speed(loop, P) ** 2 / rate
        over = "" if system.affine else ", whatever its slopes"
        ends = np.linalg.eigvalsh(P)
        return self.proved(
            system,
            f"{APPROACH} exp(-{rate:.4g} t) in the norm sqrt(z' P z), P with eigenvalues from {ends[0]:.4g} to "
            f"{ends[-1]:.4g}{over}.",
            claims=CONTRACTION,
            rate=rate,
            norm="P",
            margin=rate,
            margins={"noise amplification": 1.0 / rate},
            **steps(system, rate, K),
            witness={"P": P, "Theta": theta, "K": K},
        )


def _inapplicable_reason(system: System) -> str | None:
    """Return why the theorem does not apply; None where it does."""
    if system.boxed:
        return "Not applicable: the state is clipped to a box, which the norm of a full P does not survive."
    if system.inapplicable_reason is not None:
        return f"The Jacobian has no bound: {system.inapplicable_reason}."
    varying = [name for name, slope in system.slopes.items() if np.any(slope.varies)]
    if "dg/ds" in varying or len(varying) > 1:
        return f"Not applicable: {' and '.join(varying)} depend on the state, where at most dg/dI or f' alone may."
    if system.transposed and varying:
        return "Not applicable: with slopes that depend on the state, a transposed phase keeps no norm of a full P."
    n = len(system.nodes)
    return f"Not looked at: {n} free nodes are more than {LARGEST_NETWORK}." if n > LARGEST_NETWORK else None


def _loop(system: System) -> _Loop:
    # A = diag(d) + diag(g) W diag(f), with middles and half widths of the slopes. Rate form: g_j = middle + v_j half
    # width varies, E = diag(half width) and H = W diag(f). Hopfield form: f varies, E = diag(g) W and H = diag(half
    # width). `off` bounds, entry by entry, what is left: the widths of the constants and the rounding of A_0 and E H.
    (own, own_off), (g, g_off), (f, f_off) = (halved(system.slopes[name]) for name in ("dg/ds", "dg/dI", "f'"))
    W = system.weights.toarray()
    A0 = np.diag(own - system.nudge) + g[:, None] * W * f
    off = np.diag(own_off) + 8.0 * EPS * (np.abs(A0) + np.diag(np.abs(own) + np.abs(system.nudge)))
    E = H = np.zeros_like(W)
    by_rows, by_columns = (bool(np.any(system.slopes[name].varies)) for name in ("dg/dI", "f'"))
    if by_rows:
        E, H = np.diag(g_off), W * f
    elif by_columns:
        E, H = g[:, None] * W, np.diag(f_off)
    if not by_rows:
        off += g_off[:, None] * np.abs(W) * system.slopes["f'"].size
    if not by_columns:
        off += system.slopes["dg/dI"].size[:, None] * np.abs(W) * f_off
    off += 8.0 * EPS * np.abs(E) @ np.abs(H)
    return _Loop(A0.T if system.transposed else A0, E, H, 1.01 * _size(off))


def _solved(loop: _Loop, deadline: Deadline) -> tuple[Array, Array] | str:
    """Return Clarabel's P and Theta with the largest margin in the inequality with c = 0; or why there are none."""
    import cvxpy

    cp: Any = cvxpy
    n = len(loop.A0)
    P, theta, margin = cp.Variable((n, n), symmetric=True), cp.Variable(n), cp.Variable()
    corner = P @ loop.A0 + loop.A0.T @ P + loop.H.T @ cp.diag(theta) @ loop.H
    inequality = cp.bmat([[-corner, -P @ loop.E], [-(loop.E.T @ P), cp.diag(theta)]])
    # With margin > 0 P is positive definite of itself; asking for it makes the solver fail on larger networks.
    constraints = [inequality >> margin * np.eye(2 * n), cp.trace(P) == n]
    problem = cp.Problem(cp.Maximize(margin), constraints)
    deadline.check()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # an inaccurate solution is as good as another: it is proved or it is not
            problem.solve(solver=cp.CLARABEL, time_limit=deadline.left)
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException as error:  # a panic of Clarabel's Rust code is not an Exception
        return f"Undecided: the solver failed ({type(error).__name__}: {error})."
    deadline.check()
    if P.value is None or theta.value is None:
        return f"Undecided: the solver gave no P ({problem.status})."
    found = np.asarray(theta.value)
    return 0.5 * (P.value + P.value.T), np.maximum(found, 1e-12 * np.max(np.abs(found)) + 1e-300)


def _rate(loop: _Loop, P: Array, theta: Array) -> float:
    """Return the largest c that P and Theta prove; minus infinity where P is not proved to be positive definite."""
    if not positive_definite(P):
        return -np.inf
    # 2 z'P E diag(v) H z <= z'H' Theta H z + z'P E Theta^-1 E'P z (Young's inequality, with v_j^2 <= 1), so for every A
    # of the set z'(P A + A'P) z <= z'Q z, which is the Schur complement of the matrix inequality. Then c =
    # -lambda_max(Q, P)/2.
    PE, across = P @ loop.E, loop.H.T * theta
    Q = P @ loop.A0 + loop.A0.T @ P + across @ loop.H + (PE / theta) @ PE.T
    P_size, E_size, H_size = np.abs(P), np.abs(loop.E), np.abs(loop.H)
    PE_size = P_size @ E_size
    size = (
        2.0 * _size(P_size @ np.abs(loop.A0))
        + _size((H_size.T * theta) @ H_size)
        + _size((PE_size / theta) @ PE_size.T)
    )
    error = (2 * len(P) + 32) * EPS * size + 2.1 * loop.error * _size(P)
    return -0.5 * largest_ratio(0.5 * (Q + Q.T), P, error)


def _speed(loop: _Loop, P: Array) -> float:
    """Bound norm(A) in the norm of P."""
    # norm_P(A) <= norm_P(A_0) + norm(E: l_2 -> P) norm(H: P -> l_2): each is the root of the largest ratio of two
    # quadratic forms, such as z'A_0'P A_0 z over z'P z.
    n, one = len(P), np.eye(len(P))
    squares = (loop.A0.T @ P @ loop.A0, P), (loop.E.T @ P @ loop.E, one), (loop.H.T @ loop.H, P)
    sides = (loop.A0, P), (loop.E, P), (loop.H, one)
    parts = []
    for (square, unit), (side, inner) in zip(squares, sides, strict=True):
        error = (2 * n + 16) * EPS * _size(np.abs(side).T @ np.abs(inner) @ np.abs(side))
        parts.append(np.sqrt(max(0.0, largest_ratio(0.5 * (square + square.T), unit, error))))
    slack = largest_ratio(one, P) * _size(P)
    return float((1.0 + 1e-12) * (parts[0] + parts[1] * parts[2]) + 1.01 * loop.error * np.sqrt(slack))


def _size(matrix: Array) -> float:
    """Bound the 2-norm."""
    return float(np.sqrt(np.max(np.sum(np.abs(matrix), axis=0)) * np.max(np.sum(np.abs(matrix), axis=1))))
