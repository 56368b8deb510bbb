"""Symmetric matrices that are positive definite, proved in spite of rounding."""

from __future__ import annotations

import numpy as np
from scipy.linalg import LinAlgError, eigh, eigvalsh

from neurograph.certificates.system import EPS, Array

TRIES = 4
"""How often a bound that could not be proved is loosened before it is given up."""


def positive_definite(matrix: Array, error: float = 0.0) -> bool:
    r"""Prove that every symmetric matrix within `error` of `matrix` (n, n), in the 2-norm, is positive definite.

    If the Cholesky factorisation of M - shift I runs to its end in floating point, in whatever order it sums, then
    M is positive definite in exact arithmetic, where

    .. math:: shift \ge \frac{\gamma}{1 - \gamma} \operatorname{tr} M + error, \quad \gamma = (n + 4) \epsilon

    False says nothing. Only the lower triangle is read.

    References
    ----------
    Rump, Verification of positive definiteness, BIT Numerical Mathematics 46, 2006.

    Examples
    --------
    >>> positive_definite(np.array([[1.0, 0.9], [0.9, 1.0]])), positive_definite(np.array([[1.0, 1.0], [1.0, 1.0]]))
    (True, False)
    """
    diagonal = matrix.diagonal()
    if not (np.all(np.isfinite(matrix)) and np.isfinite(error) and np.all(diagonal > 0.0)):
        return False
    # Cholesky's factorisation of a matrix with the diagonal a_jj errs by at most gamma / (1 - gamma) times the trace in
    # the 2-norm (Rump): if that of M - shift I succeeds, M - error I is positive definite.
    shifted = matrix - np.diag(np.full(diagonal.size, _shift(matrix, error)))
    if np.any(shifted.diagonal() <= 0.0):
        return False
    try:
        np.linalg.cholesky(shifted)
    except LinAlgError:
        return False
    return True


def largest_ratio(a: Array, b: Array, a_error: float = 0.0, b_error: float = 0.0) -> float:
    """Return a proved bound k of z'Az / z'Bz over every z, for all A and B (n, n) within their errors; else infinity.

    k is a little larger than the largest eigenvalue of the pencil (A, B), and may be negative; B is to be positive
    definite.
    """
    if not (np.all(np.isfinite(a)) and np.all(np.isfinite(b))):
        return np.inf
    try:
        k, least = float(eigvalsh(a, b)[-1]), float(eigh(b, eigvals_only=True, subset_by_index=[0, 0])[0])
    except LinAlgError:
        return np.inf
    if least <= 0.0:
        return np.inf
    sizes = [float(np.max(np.sum(np.abs(part), axis=1))) for part in (a, b)]

    def error(bound: float) -> float:
        return a_error + abs(bound) * b_error + 4.0 * EPS * (sizes[0] + abs(bound) * sizes[1])

    # z'A z < k z'B z for all z where k B - A is proved to be positive definite. k begins at the computed eigenvalue
    # plus twice what the proof takes from the spectrum, and rises until the proof goes through.
    slack = 2.0 * _shift(k * b - a, error(k)) / least
    for _ in range(TRIES):
        if positive_definite((k + slack) * b - a, error(k + slack)):
            return k + slack
        slack *= 8.0
    return np.inf


def _shift(matrix: Array, error: float) -> float:
    gamma = (len(matrix) + 4) * EPS
    return float(1.01 * (gamma / (1.0 - gamma) * np.sum(np.abs(matrix.diagonal())) + error) + 1e-300)
