"""Weights nearby with which a matrix of couplings contracts: by its rows, or by its symmetric part.

Both take the edges among free neurons as arrays: where they end (`post`) and begin (`pre`), their `weights`, the
`slopes` that a weight is multiplied by in the matrix, and which are `plastic`. They give new weights. Neither makes a
weight change its sign.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import islice

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from scipy.linalg import eigh
from scipy.sparse.linalg import ArpackError, eigsh

from neurograph.certificates.system import Array
from neurograph.solvers.contraction import weightings

PRODUCTS = 30
"""Products with the couplings in the search for the weights of the norm."""

DENSE = 500
"""Most free neurons for which eigenvalues are clipped; for more, weights are only made smaller."""

LANCZOS = 1e-6
"""Share of an eigenvalue that is left of its error, where Lanczos computes it."""

CLIPPINGS = 5
"""Most clippings of eigenvalues; what is then left is scaled away."""


@dataclass(frozen=True, eq=False)
class Couplings:
    """The edges among free neurons (edges,), and what each neuron leaks beyond the rate that is asked for (free,)."""

    post: NDArray[np.int64]
    pre: NDArray[np.int64]
    weights: Array
    slopes: Array
    plastic: NDArray[np.bool_]
    ties: NDArray[np.int64] | None
    surplus: Array

    def matrix(self, weights: Array) -> sp.csr_array:
        """Return the couplings (free, free), row = postsynaptic."""
        count = self.surplus.size
        return sp.csr_array((weights * self.slopes, (self.post, self.pre)), shape=(count, count))

    def tied(self, factors: Array) -> Array:
        """Return the edges of a tie the smallest of their factors."""
        if self.ties is None:
            return factors
        least = np.ones(self.ties.max(initial=-1) + 1)
        np.minimum.at(least, self.ties, factors)
        return np.asarray(least[self.ties])


def shrunk_rows(couplings: Couplings) -> Array | int:
    r"""Shrink the rows that are too heavy for a weighted l_inf norm to contract.

    .. math:: \sum_i |M_{ji}| v_i \le surplus_j v_j

    with v near the Perron vector of ``abs(M)/surplus``, which makes all rows about equally heavy, but no smaller than
    what the edges that are not plastic ask for. Each row goes to the nearest weights, in l_2, that satisfy it: a soft
    threshold proportional to ``slope v_i``.

    Returns
    -------
    array (edges,), or int
        The weights; or the place of a neuron whose edges that are not plastic are too heavy already.
    """
    # 1. The weights v of the norm, and nothing to do where leaks outweigh the couplings in them already.
    post, surplus = couplings.post, couplings.surplus
    coupling = abs(couplings.matrix(couplings.weights))
    v = np.ones(surplus.size)
    for found in islice(weightings(surplus, coupling.__matmul__, v), PRODUCTS):
        if found.rate >= 0.0:
            return couplings.weights
        v = found.v
    # 2. v is raised until the edges that are not plastic, F, satisfy the inequality: v >= F v / surplus.
    fixed = abs(couplings.matrix(np.where(couplings.plastic, 0.0, couplings.weights)))
    for _ in range(PRODUCTS):
        reached = (fixed @ v) / surplus
        if np.all(reached <= v):
            break
        v = np.maximum(v, reached * (1.0 + 1e-9))
    left = surplus * v - fixed @ v
    if np.any(left < 0.0):
        return int(np.argmin(left))
    # 3. Projection of each row to a weighted l_1 ball, sum_i price_i |w_i| <= left: |w_i| goes to max(|w_i| - tau
    # price_i, 0) with the least tau >= 0 that does (Duchi and others). Edges of a tie take the smallest factor of them.
    price = np.abs(couplings.slopes) * v[couplings.pre]
    size = np.abs(couplings.weights)
    threshold = _thresholds(couplings, price, size, left)[post] * price
    kept = np.maximum(size - threshold, 0.0) / np.where(size > 0.0, size, 1.0)
    return couplings.weights * couplings.tied(np.where(couplings.plastic, kept, 1.0))


def _thresholds(couplings: Couplings, price: Array, size: Array, left: Array) -> Array:
    """Return each row's least tau >= 0 with ``sum price max(size - tau price, 0) <= left``, over its plastic edges.

    Newton's method on a sum that is convex and piecewise linear in tau: it rises to the root, within 1e-9 of `left`.
    """
    post = couplings.post
    tau = np.zeros(left.size)
    while True:
        kept = couplings.plastic & (size > tau[post] * price)
        square = np.bincount(post, np.where(kept, price**2, 0.0), left.size)
        excess = np.bincount(post, np.where(kept, price * (size - tau[post] * price), 0.0), left.size) - left
        higher = tau + np.where(
            (excess > 1e-9 * left) & (square > 0.0), excess / np.where(square > 0.0, square, 1.0), 0.0
        )
        if not np.any(higher > tau):
            return tau
        tau = higher


def clipped_spectrum(couplings: Couplings) -> Array | None:
    r"""Make the symmetric part of ``M - diag(surplus)`` negative semidefinite, so that the l_2 norm contracts.

    The positive eigenvalues of the symmetric part are clipped and the change is taken from the edges that are there, a
    few times over. What is left then is scaled away, by :func:`scaled_spectrum`.

    Returns
    -------
    array (edges,), or None
        The weights; None where the edges that are not plastic alone are too strong.
    """
    post, pre, plastic = couplings.post, couplings.pre, couplings.plastic
    weights = couplings.weights
    # sym(M) - surplus = V diag(values) V': without its positive part it is negative semidefinite (Higham). The part is
    # taken from the weights of the plastic edges alone, which leaves some of it, so the step is repeated.
    for _ in range(CLIPPINGS):
        values, vectors = _spectrum(couplings, weights)
        if values[-1] <= 0.0:
            return weights
        above = vectors[:, values > 0.0]
        excess = (above * values[values > 0.0]) @ above.T
        moved = excess[post, pre] / np.where(couplings.slopes != 0.0, couplings.slopes, np.inf)
        if couplings.ties is not None:
            members = np.bincount(couplings.ties)
            moved = (np.bincount(couplings.ties, moved) / np.maximum(members, 1))[couplings.ties]
        new = weights - np.where(plastic, moved, 0.0)
        weights = np.where(new * couplings.weights > 0.0, new, 0.0)
    return scaled_spectrum(replace(couplings, weights=weights))


def scaled_spectrum(couplings: Couplings) -> Array | None:
    r"""Make the symmetric part of ``M - diag(surplus)`` negative semidefinite by one factor of all plastic weights.

    ``lambda_max(t M - surplus)`` is convex in t, so the chord from t = 0, where M has only the edges that are not
    plastic, gives a t that is small enough. Where all are plastic, surplus is kappa for every neuron and
    lambda_max(M) is a spectral norm, it is ``W min(1, kappa/norm(W))``.

    Returns
    -------
    array (edges,), or None
        The weights; None where the edges that are not plastic alone are too strong.
    """
    weights, plastic = couplings.weights, couplings.plastic
    # lambda_max at t = 0 is `bottom` <= 0, at t = 1 `top` > 0; the chord crosses 0 at t = -bottom / (top - bottom).
    top = top_eigenvalue(couplings, weights)
    if top <= 0.0:
        return weights
    bottom = top_eigenvalue(couplings, np.where(plastic, 0.0, weights))
    if bottom > 0.0:
        return None
    return np.where(plastic, weights * (-bottom / (top - bottom)), weights)


def _spectrum(couplings: Couplings, weights: Array) -> tuple[Array, Array]:
    values, vectors = eigh(_symmetric_part(couplings, weights).toarray())
    return values, vectors


def _symmetric_part(couplings: Couplings, weights: Array) -> sp.csr_array:
    matrix = couplings.matrix(weights)
    return sp.csr_array((matrix + matrix.T) / 2 - sp.diags_array(couplings.surplus))


def top_eigenvalue(couplings: Couplings, weights: Array) -> float:
    """Return the largest eigenvalue of the symmetric part of ``M - diag(surplus)``; -inf without neurons.

    Beyond :data:`DENSE` neurons Lanczos computes it; where that does not converge, sums of rows bound it.
    """
    symmetric, count = _symmetric_part(couplings, weights), couplings.surplus.size
    if count == 0:
        return -np.inf
    if count <= DENSE:
        return float(eigh(symmetric.toarray(), eigvals_only=True, subset_by_index=[count - 1, count - 1])[0])
    shift = float(couplings.surplus.max())  # a tolerance is a share of the eigenvalue, which may be near 0
    shifted = sp.csr_array(symmetric + sp.diags_array(np.full(count, shift)))
    try:
        found = eigsh(shifted, k=1, which="LA", tol=LANCZOS, v0=np.ones(count), return_eigenvectors=False)
    except ArpackError:
        loops = shifted.diagonal()
        return float(np.max(loops - np.abs(loops) + np.asarray(abs(shifted).sum(axis=1)))) - shift
    return float(found[0]) * (1.0 + LANCZOS) - shift
