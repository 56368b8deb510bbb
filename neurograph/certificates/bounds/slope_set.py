"""Every value that the Jacobian may have, and a bound of its symmetric part in a weighted l_2 norm."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import scipy.sparse as sp
from scipy.linalg import eigh
from scipy.sparse.linalg import LinearOperator, eigsh

from neurograph.certificates.deadline import Deadline
from neurograph.certificates.system import EPS, Array, System, scaled
from neurograph.equations.intervals import Interval

DENSE = 1500
"""Most nodes of which all eigenvalues are computed, and proved; of more, the largest ones, by Lanczos."""

LARGEST = 6
"""Eigenvalues that Lanczos gives."""

LANCZOS_TOLERANCE = 1e-7
"""Relative error with which it is to give what is stated; the cushion of what is not proved must be larger."""

ROUGHLY = 1e-3
"""Relative error that will do on the way to weights, and for a first look."""

ROUNDS = 20
"""Products in the search for a positive vector that bounds a matrix of nonnegative numbers."""


@dataclass(frozen=True, eq=False)
class SlopeSet:
    r"""The matrices diag(d) + M + diag(delta) H + R, n by n, or their transposes.

    Distances in the norm \|w z\|_2 shrink at the rate c if w A w^-1 + c I has a negative semidefinite symmetric part
    for all of them, w as a diagonal matrix. With M and H scaled alike, it is at most

    .. math:: S = \operatorname{diag}(top) + \operatorname{sym}(M) + \operatorname{diag}(reach\,t + H' (reach / t) H)/2
        + \operatorname{diag}(R v / v)

    for any t > 0 and v > 0: 2 delta_j z_j (H z)_j <= reach_j (t_j z_j^2 + (H z)_j^2 / t_j), the S-procedure, and
    2 z_i z_j <= z_i^2 v_j / v_i + z_j^2 v_i / v_j. The mean of A along a segment is in the convex hull of the set, on
    which the bound holds too.

    Attributes
    ----------
    top : array (n,)
        Upper bounds of d, which is the diagonal.
    middle : csr_array (n, n)
        M, couplings with the slopes in the middle of their ranges.
    spread : csr_array (n, n)
        H, couplings but for the slope that varies.
    reach : array (n,)
        Bounds of abs(delta), how far that slope is from the middle of its range.
    remainder : csr_array (n, n)
        Bounds of abs(R), entry by entry: rounding, and all variation where two slopes vary.
    transposed : bool
        Whether it is the transposes, as where f' varies: the weights are then 1/w.
    """

    top: Array
    middle: sp.csr_array
    spread: sp.csr_array
    reach: Array
    remainder: sp.csr_array
    transposed: bool

    @classmethod
    def of(cls, system: System) -> SlopeSet:
        """Return the set of a system; in a transposed phase whose slopes vary it is that of J, not of A."""
        input_slope, sending = system.slopes["dg/dI"], system.slopes["f'"]
        # A = diag(d) + diag(g) W diag(f), with middles of g and f: M = diag(g) W diag(f). If g alone varies, delta = g
        # - middle and H = W diag(f). If f alone does, it is the transpose that has this form, with H = (diag(g) W)'. If
        # both do, H says nothing, and R holds |g f - middle| <= |g| |f - middle_f| + |g - middle_g| |middle_f|.
        by_rows, by_columns = (bool(np.any(slope.varies)) for slope in (input_slope, sending))
        alone = by_rows != by_columns
        (g, g_off), (f, f_off) = halved(input_slope), halved(sending)
        weights = sp.csr_array(system.weights - sp.diags_array(system.weights.diagonal()))
        size, one, zero = abs(weights), np.ones_like(g), np.zeros_like(g)
        middle = scaled(weights, g, f)
        remainder = scaled(size, input_slope.size, zero if alone and by_columns else f_off)
        remainder = remainder + scaled(
            size, zero if alone and by_rows else g_off, np.abs(f) if by_columns and not alone else sending.size
        )
        if np.any(g != 1.0) or np.any(f != 1.0):
            remainder = remainder + 4.0 * EPS * abs(middle)
        if alone and by_columns:
            spread, reach = sp.csr_array(scaled(weights, g, one).T), f_off
        else:
            spread, reach = scaled(weights, one, f), g_off if alone else zero
        if (alone and by_columns) or (system.affine and system.transposed):
            middle, remainder = sp.csr_array(middle.T), sp.csr_array(remainder.T)
        return cls(system.diagonal.high, middle, spread, reach, remainder, alone and by_columns)

    @property
    def symmetric(self) -> bool:
        """Whether A is one symmetric matrix, without rounding error off its diagonal."""
        exact = not (np.any(self.remainder.data) or np.any(self.reach))
        return exact and not np.any((self.middle - self.middle.T).data)

    @cached_property
    def two_vary(self) -> bool:
        """Whether both slopes vary, so that the search of weights is blind to part of the set."""
        return bool(np.any(self.remainder.data > 1e-6 * (1.0 + np.max(np.abs(self.middle.data), initial=0.0))))

    @cached_property
    def plain_t(self) -> Array:
        """The best t that is the same everywhere, for equal reach and weights (n,)."""
        # reach t and H' (reach / t) H are equally large in the 2-norm for t = norm(sqrt(reach) H) / sqrt(max reach).
        if not np.any(self.reach):
            return np.ones_like(self.top)
        bent = scaled(self.spread, np.sqrt(self.reach), np.ones_like(self.reach))
        back, z, square = sp.csr_array(bent.T), np.cos(np.arange(self.top.size)), 0.0
        if self.top.size <= DENSE:  # a number that does not hang on the order of the nodes
            square = float(np.linalg.eigvalsh((back @ bent).toarray())[-1])
        else:
            for _ in range(5 * ROUNDS):
                z = back @ (bent @ z)
                square = float(np.linalg.norm(z))
                z /= max(square, 1e-300)
        return np.full(self.top.size, max(np.sqrt(max(square, 0.0)), 1e-300) / np.sqrt(np.max(self.reach)))

    @cached_property
    def _parts(self) -> tuple[Any, Any, Any]:
        parts = (self.middle, self.spread, self.remainder)
        return (parts[0].toarray(), parts[1].toarray(), parts[2].toarray()) if self.top.size <= DENSE else parts

    def scaled(self, weights: Array) -> tuple[Any, Any, Any]:
        """Return M, H and the bounds of R in the coordinates weights z; sparse for more nodes than :data:`DENSE`."""
        w = 1.0 / weights if self.transposed else weights
        if self.top.size <= DENSE:
            ratio = w[:, None] / w
            middle, spread, remainder = (part * ratio for part in self._parts)
        else:
            middle, spread, remainder = (scaled(part, w, 1.0 / w) for part in self._parts)
        return middle, spread, remainder

    def bound(self, weights: Array, t: Array) -> tuple[Array, float]:
        """Return S (n, n), and how far rounding may have moved it in the 2-norm; at most :data:`DENSE` nodes."""
        middle, spread, remainder = self.scaled(weights)
        # S = diag(top) + sym(M) + diag(reach t / 2 + R v / v) + H' theta H / 2, theta = reach / t. A sum of n terms
        # errs by a few eps of its size for each, and the 2-norm of a symmetric error is at most its largest sum of a
        # row.
        slack, theta = self._slack(remainder), self.reach / t
        bound = self._symmetric(middle, spread, t) + np.diag(slack)
        sizes = 0.5 * (np.abs(spread).T * theta) @ np.abs(spread) if np.any(self.reach) else 0.0
        size = 0.5 * np.abs(middle) + 0.5 * np.abs(middle.T) + (self.top.size + 8) * sizes
        errors = 8.0 * EPS * (np.sum(size, axis=1) + np.abs(self.top) + self.reach * t + slack)
        return bound, float(1.01 * np.max(errors))

    def _symmetric(self, middle: Array, spread: Array, t: Array) -> Array:
        bound = 0.5 * (middle + middle.T)
        bound[np.diag_indices_from(bound)] += self.top + 0.5 * self.reach * t
        return bound + 0.5 * (spread.T * (self.reach / t)) @ spread if np.any(self.reach) else bound

    def _slack(self, remainder: Any) -> Array:
        """Return R v / v (n,), rounded upward."""
        # 2 z_i R_ij z_j <= R_ij (z_i^2 v_j / v_i + z_j^2 v_i / v_j) for any v > 0; power iteration makes R v / v about
        # equal.
        remainder = 0.5 * (remainder + remainder.T)
        v = np.ones(self.top.size)
        for _ in range(ROUNDS * self.two_vary):
            v = remainder @ v + 1e-6 * np.max(v)
            v /= np.max(v)
        return np.asarray((1.0 + (v.size + 16) * EPS) * (remainder @ v) / v)

    def largest(
        self, weights: Array, t: Array, deadline: Deadline, count: int | None = None, tolerance: float = ROUGHLY
    ) -> tuple[Array, Array]:
        """Return the largest eigenvalues of S, as computed, and their vectors as columns; of few nodes without R.

        Of more nodes than :data:`DENSE` they are at most :data:`LARGEST`, within the tolerance: none is larger than the
        true one. Of fewer they are `count`, or all.
        """
        deadline.check()
        if self.top.size <= DENSE:
            middle, spread, _ = self.scaled(weights)
            n = self.top.size
            if count is None or 2 * count > n:
                values, vectors = np.linalg.eigh(self._symmetric(middle, spread, t))
            else:
                ends = [n - count, n - 1]
                values, vectors = eigh(self._symmetric(middle, spread, t), subset_by_index=ends, check_finite=False)
            return values, vectors
        middle, spread, remainder = self.scaled(weights)
        # The same S as a product with a vector, for Lanczos.
        diagonal, theta = self.top + 0.5 * self.reach * t + self._slack(remainder), 0.5 * self.reach / t
        back, across = sp.csr_array(middle.T), sp.csr_array(spread.T)

        def product(z: Array) -> Array:
            deadline.check()
            z = z.ravel()
            return np.asarray(diagonal * z + 0.5 * (middle @ z + back @ z) + across @ (theta * (spread @ z)))

        operator = LinearOperator((diagonal.size, diagonal.size), matvec=product, dtype=np.float64)
        values, vectors = eigsh(
            operator, k=min(count or LARGEST, LARGEST), which="LA", v0=np.ones(diagonal.size), tol=tolerance
        )
        return values, vectors


def halved(slope: Interval) -> tuple[Array, Array]:
    """Return the middle of a range (n,), and half its width, rounded upward."""
    middle = 0.5 * (slope.low + slope.high)
    off = np.maximum(slope.high - middle, middle - slope.low)
    return middle, np.where(slope.low == slope.high, 0.0, (1.0 + 4.0 * EPS) * off)


def absolute_norm(sizes: sp.csr_array) -> float:
    """Bound the 2-norm of every matrix (n, n) whose entries are at most `sizes` in absolute value, rounded upward.

    For nonnegative B, norm(B)^2 <= max (B'B v)_j / v_j for any v > 0 (Collatz and Wielandt).
    """
    back = sp.csr_array(sizes.T)
    v = np.ones(sizes.shape[0])
    for _ in range(ROUNDS):
        v = back @ (sizes @ v) + 1e-6 * np.max(v)
        v /= np.max(v)
    terms = np.max(np.diff(sizes.indptr), initial=0) + np.max(np.diff(back.indptr), initial=0)
    return float(np.sqrt((1.0 + (terms + 16) * EPS) * np.max((back @ (sizes @ v)) / v, initial=0.0)))
