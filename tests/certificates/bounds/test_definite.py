"""Proofs of definiteness against exact fractions."""

import itertools
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse as sp

from neurograph.certificates.bounds.definite import largest_ratio, positive_definite
from neurograph.certificates.bounds.slope_set import absolute_norm

SEEDS = st.integers(0, 2**32 - 1)


def exactly_positive_definite(M):
    """Eliminate in fractions: every pivot positive."""
    rows = [[Fraction(float(value)) for value in row] for row in M]
    for k in range(len(rows)):
        if rows[k][k] <= 0:
            return False
        for i in range(k + 1, len(rows)):
            share = rows[i][k] / rows[k][k]
            rows[i] = [a - share * b for a, b in zip(rows[i], rows[k], strict=True)]
    return True


@settings(max_examples=200, deadline=None)
@given(seed=SEEDS, closeness=st.floats(-18.0, -8.0))
def test_what_is_proved_holds_in_exact_arithmetic(seed, closeness):
    rng = np.random.default_rng(seed)
    n = int(rng.integers(1, 6))
    B = rng.normal(size=(n, max(n - 1, 1)))
    M = B @ B.T + rng.choice([-1.0, 1.0]) * 10.0**closeness * np.eye(n)
    M = np.tril(M) + np.tril(M, -1).T
    if positive_definite(M):
        assert exactly_positive_definite(M)
    elif closeness > -13 and exactly_positive_definite(M):
        # a matrix that is well inside is not missed
        assert np.linalg.eigvalsh(M)[0] < 1e-13 * n * np.trace(M)


@settings(max_examples=50, deadline=None)
@given(seed=SEEDS)
def test_a_proved_ratio_is_a_little_above_the_largest(seed):
    rng = np.random.default_rng(seed)
    n = int(rng.integers(1, 7))
    A, B = rng.normal(size=(n, n)), rng.normal(size=(n, n + 3))
    A, B = A + A.T, B @ B.T
    k = largest_ratio(A, B)
    Z = rng.normal(size=(200, n))
    assert np.all(np.einsum("ki,ij,kj->k", Z, k * B - A, Z) > 0.0)
    least = np.linalg.eigvals(np.linalg.solve(B, A)).real.max()
    assert least < k <= least + 1e-9 * (1.0 + abs(least)) * np.linalg.cond(B)


def test_what_is_not_definite_is_not_proved():
    assert not positive_definite(np.array([[1.0, 2.0], [2.0, 1.0]]))
    assert not positive_definite(np.array([[np.nan]]))
    assert not positive_definite(np.eye(2), error=1.0)
    assert positive_definite(np.eye(2), error=0.9)
    assert largest_ratio(np.eye(2), -np.eye(2)) == np.inf
    assert largest_ratio(np.array([[np.inf]]), np.eye(1)) == np.inf


@settings(max_examples=30, deadline=None)
@given(seed=SEEDS)
def test_a_norm_holds_for_every_sign(seed):
    rng = np.random.default_rng(seed)
    A = rng.normal(size=(5, 5)) * (rng.random((5, 5)) < 0.5)
    bound = absolute_norm(sp.csr_array(np.abs(A)))
    assert np.linalg.norm(A, 2) <= bound
    assert np.linalg.norm(np.abs(A), 2) <= bound <= 1.2 * np.linalg.norm(np.abs(A), 2) + 1e-3
    assert bound == pytest.approx(np.linalg.norm(np.abs(A), 2), rel=0.2, abs=1e-3)


def test_a_ratio_holds_for_every_pair_within_the_errors():
    """Of A = I and B = I it is (1 + a) / (1 - b) at most, of A = -I it is -(1 - a) / (1 + b), for errors a and b."""
    one = np.eye(3)
    for a, b in itertools.product((0.0, 0.1), (0.0, 0.1)):
        for sign, exact in ((1.0, (1.0 + a) / (1.0 - b)), (-1.0, -(1.0 - a) / (1.0 + b))):
            found = largest_ratio(sign * one, one, a, b)
            assert exact <= found, (a, b)
            assert found <= exact + 2.0 * (a + b) + 1e-9
