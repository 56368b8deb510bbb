"""Eigenvalues of a sparse matrix, with estimates of their errors."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import scipy.sparse as sp
from scipy.linalg import eig
from scipy.sparse.csgraph import connected_components
from scipy.sparse.linalg import LinearOperator, eigs

from neurograph.certificates.deadline import Deadline
from neurograph.certificates.system import EPS, Array

DENSE = 1500
"""Largest strongly connected block whose eigenvalues are all computed; of a larger one, the rightmost by ARPACK."""


@dataclass(frozen=True, eq=False)
class Spectrum:
    """Eigenvalues, and how far each may be off.

    Attributes
    ----------
    values : complex array (eigenvalues,)
    errors, conditions : float array (eigenvalues,)
        First-order bound of the error, and the condition number that it comes from.
    complete : bool
        Whether all eigenvalues are there.
    """

    values: Array
    errors: Array
    conditions: Array
    complete: bool

    @property
    def rightmost(self) -> complex:
        """The eigenvalue with the largest real part; minus infinity where there is none."""
        return complex(self.values[np.argmax(self.values.real)]) if self.values.size else complex(-np.inf)

    @property
    def top(self) -> float:
        """Spectral abscissa, errors added."""
        return float(np.max(self.values.real + self.errors, initial=-np.inf))

    @property
    def bottom(self) -> float:
        """Spectral abscissa, errors subtracted."""
        return float(np.max(self.values.real - self.errors, initial=-np.inf))

    @property
    def largest_dt(self) -> float:
        """The length below which a step of Euler has abs(1 + dt lambda) < 1 for each eigenvalue."""
        reach = -2.0 * (self.values.real + self.errors) / (np.abs(self.values) + self.errors) ** 2
        return float(np.min(reach, initial=np.inf))


def spectrum(matrix: sp.csr_array, uncertainty: sp.csr_array, dt: float | None, deadline: Deadline) -> Spectrum:
    """Return the eigenvalues of a matrix, block by strongly connected block.

    Parameters
    ----------
    matrix : csr_array (n, n)
        Without entries that are 0.
    uncertainty : csr_array (n, n)
        How far each entry may be off; nothing where the matrix has no entry.
    dt : float or None
        Of a block larger than :data:`DENSE`, also compute the eigenvalue that decides whether explicit Euler is stable.
    deadline : Deadline

    Raises
    ------
    scipy.sparse.linalg.ArpackError
        If ARPACK does not converge for a block that needs it.
    OutOfTimeError
        If the deadline passes first.

    Examples
    --------
    >>> chain = sp.csr_array([[-1.0, 0.0], [5.0, -2.0]])
    >>> spectrum(chain, 0.0 * chain, None, Deadline(60.0)).rightmost
    (-1+0j)
    """
    # Ordered by strongly connected components the matrix is block triangular, and its eigenvalues are those of the
    # diagonal blocks. To first order each errs by kappa |dA|, kappa = 1 / |y* x| with unit left and right eigenvectors
    # (Golub and Van Loan, section 7.2), and dA the uncertainty and the backward error n eps |A| of the QR algorithm.
    _, component = connected_components(matrix, connection="strong")
    order = np.argsort(component, kind="stable")
    blocks = np.split(order, np.flatnonzero(np.diff(component[order])) + 1)
    alone = np.array([block[0] for block in blocks if block.size == 1], np.int64)
    single = matrix.diagonal()[alone]
    parts = [(single.astype(complex), uncertainty.diagonal()[alone] + EPS * np.abs(single), np.ones(alone.size))]
    complete = True
    for block in blocks:
        if block.size > 1:
            inner, unsure = (sp.csr_array(array[block][:, block]) for array in (matrix, uncertainty))
            deadline.check()
            values, conditions = _dense(inner) if block.size <= DENSE else _rightmost(inner, dt, deadline)
            off = float(np.linalg.norm(unsure.data)) + block.size * EPS * float(np.linalg.norm(inner.data))
            parts.append((values, conditions * off, conditions))
            complete &= block.size <= DENSE
    values, errors, conditions = (np.concatenate(column) for column in zip(*parts, strict=True))
    return Spectrum(values, errors, conditions, complete)


def _dense(matrix: sp.csr_array) -> tuple[Array, Array]:
    values, left, right = eig(matrix.toarray(), left=True, right=True)
    with np.errstate(divide="ignore"):
        return values, 1.0 / np.abs(np.sum(left.conj() * right, axis=0))


def _rightmost(matrix: sp.csr_array, dt: float | None, deadline: Deadline) -> tuple[Array, Array]:
    """Return the rightmost eigenvalue, and the one that Euler's step with dt enlarges most."""
    found = [_extreme(matrix, "LR", deadline)]
    if dt is not None:
        value, condition = _extreme(sp.csr_array(sp.eye_array(matrix.shape[0]) + dt * matrix), "LM", deadline)
        found.append(((value - 1.0) / dt, condition))
    values, conditions = zip(*found, strict=True)
    return np.array(values), np.array(conditions)


def _extreme(matrix: sp.csr_array, which: Literal["LR", "LM"], deadline: Deadline) -> tuple[complex, float]:
    """Return an extreme eigenvalue by ARPACK, and its condition, infinite where matrix and transpose disagree on it."""
    sides = []
    for side in (matrix, sp.csr_array(matrix.T)):

        def product(v: Array, side: sp.csr_array = side) -> Array:
            deadline.check()
            return np.asarray(side @ v)

        operator = LinearOperator(side.shape, matvec=product, dtype=np.float64)
        values, vectors = eigs(operator, k=4, which=which, v0=np.ones(matrix.shape[0]))
        best = int(np.argmax(values.real if which == "LR" else np.abs(values)))
        upper = values[best].imag >= 0.0
        sides.append(
            (values[best] if upper else values[best].conj(), vectors[:, best] if upper else vectors[:, best].conj())
        )
    (value, right), (again, left) = sides
    overlap = abs(left @ right)
    agree = abs(value - again) <= 1e-6 * (1.0 + abs(value)) and overlap > 0.0
    return complex(value), float(1.0 / overlap) if agree else np.inf
