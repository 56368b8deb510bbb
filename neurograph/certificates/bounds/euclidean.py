"""Contraction in a weighted l_2 norm: the rate that a negative symmetric part proves, and the steps that inherit it."""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy.sparse as sp

from neurograph.certificates.bounds.definite import largest_ratio
from neurograph.certificates.bounds.slope_set import DENSE, LANCZOS_TOLERANCE, SlopeSet, absolute_norm
from neurograph.certificates.deadline import Deadline
from neurograph.certificates.system import EPS, Array, System, scaled
from neurograph.certificates.verdict import CONTRACTION

CUSHION = 1e-6
"""Share of the size of S by which an eigenvalue that Lanczos computed must stay below 0, for it is not proved."""


def growth(slopes: SlopeSet, weights: Array, t: Array, deadline: Deadline) -> tuple[float, bool]:
    """Return a bound of the largest eigenvalue of sym(w A w^-1), and whether rounding is accounted for."""
    if slopes.top.size <= DENSE:
        deadline.check()
        bound, error = slopes.bound(weights, t)
        return largest_ratio(bound, np.eye(bound.shape[0]), error), True
    # What Lanczos finds is never larger than the true eigenvalue, so that a rough look may be enough to say no.
    rough, _ = slopes.largest(weights, t, deadline, 1)
    if rough[-1] >= 0.0:
        return float(rough[-1]), False
    values, _ = slopes.largest(weights, t, deadline, 1, LANCZOS_TOLERANCE)
    size = float(np.max(np.abs(slopes.top)) + absolute_norm(abs(slopes.scaled(weights)[0])))
    return float(values[-1] + CUSHION * size), False


def contraction(system: System, slopes: SlopeSet, weights: Array, rate: float, proved: bool) -> dict[str, Any]:
    r"""Return the attributes of a certificate of contraction at `rate` in the norm \|weights z\|_2.

    A step of explicit Euler moves a difference z to (I + dt A) z. Where \|A z\|^2 <= -K z'A z for every z, in
    the norm and its inner product,

    .. math:: \|(I + dt A) z\|^2 \le (1 - dt (2 - K dt) c) \|z\|^2 \quad \text{for} \quad dt \le 2/K

    so distances shrink for dt < 2/K. For a symmetric A the least K is max abs(lambda), which gives dt <
    2/lambda_max(-A); \|A\|^2/c is one for all A. -A is then cocoercive with constant 1/K: Ryu and Boyd, A Primer on
    Monotone Operator Methods, Appl. Comput. Math. 15(1), 2016.
    """
    K = _inertia(system, slopes, weights, rate, proved)
    return {
        "claims": CONTRACTION,
        "rate": rate,
        "norm": "l_2",
        "weights": None if np.all(weights == 1.0) else weights,
        "margin": rate,
        "rigorous": proved,
        "witness": {"K": K},
        **steps(system, rate, K),
    }


def _inertia(system: System, slopes: SlopeSet, weights: Array, rate: float, proved: bool) -> float:
    """Return K."""
    if not np.isfinite(system.fastest):
        return np.inf
    # |A z|^2 <= norm(A)^2 |z|^2 and |z|^2 <= -z'A z / c, so K = norm(A)^2 / c does for every A of the set: from the
    # sizes of its entries, or from the norms of its parts. For one matrix the least K is the largest ratio of z'A'A z
    # to -z'A z.
    sizes = scaled(sp.csr_array(system.coupling + sp.diags_array(system.diagonal.size)), weights, 1.0 / weights)
    norm = (1.0 + 16.0 * EPS) * absolute_norm(sizes)
    if not proved:
        return norm if slopes.symmetric and np.all(weights == 1.0) else norm**2 / rate
    middle, spread, remainder = slopes.scaled(weights)
    if system.affine:
        return min(norm**2 / rate, _tight(system, slopes, weights, middle, remainder))
    if not system.transposed:
        parts = proved_norm(middle) + proved_norm(slopes.reach[:, None] * spread) + proved_norm(remainder)
        norm = min(norm, (1.0 + 64.0 * EPS) * (system.fastest + parts))
    return norm**2 / rate


def _tight(system: System, slopes: SlopeSet, weights: Array, middle: Array, remainder: Array) -> float:
    """Return the K of one matrix, from the pencil of A'A and its symmetric part."""
    bound, error = slopes.bound(weights, slopes.plain_t)
    width = 0.5 * (system.diagonal.high - system.diagonal.low)
    A = middle + np.diag(system.diagonal.high - width)
    off = remainder + np.diag(width) + 8.0 * EPS * np.abs(A)
    size, slack = (float(np.linalg.norm(part, np.inf) * np.linalg.norm(part, 1)) ** 0.5 for part in (A, off))
    return largest_ratio(A.T @ A, -bound, 1.01 * slack * (2.0 * size + slack) + (len(A) + 8) * EPS * size**2, error)


def proved_norm(matrix: Array) -> float:
    """Return a proved bound of the 2-norm of a matrix (n, n)."""
    square = matrix.T @ matrix
    error = (len(matrix) + 8) * EPS * float(np.linalg.norm(matrix, np.inf) * np.linalg.norm(matrix, 1))
    return float((1.0 + 4.0 * EPS) * np.sqrt(max(0.0, largest_ratio(square, np.eye(len(matrix)), error))))


def steps(system: System, rate: float, K: float) -> dict[str, Any]:
    """Return what a certificate says of explicit Euler: that it contracts for dt < 2/K."""
    largest_dt = float(np.nextafter(2.0 / K, 0.0)) if np.isfinite(K) else None
    shrinking = f"every step multiplies distances by at most {factor(rate, K, system.dt or 0.0):.6g}"
    return {"largest_dt": largest_dt, "euler": system.euler(largest_dt, f"inherits it: {shrinking}.")}


def factor(rate: float, K: float, dt: float) -> float:
    """Return the factor of :func:`contraction` for a step dt < 2/K."""
    return float(np.sqrt(max(0.0, 1.0 - dt * (2.0 - K * dt) * rate)))
