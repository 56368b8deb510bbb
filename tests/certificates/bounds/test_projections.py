"""Projections of the couplings: against their definitions, and against scipy's minimiser."""

from itertools import islice

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize

from neurograph.certificates.bounds.projections import PRODUCTS, Couplings, clipped_spectrum, shrunk_rows
from neurograph.solvers.contraction import weightings


def couplings(W, room, plastic=None, ties=None, slopes=None):
    post, pre = np.nonzero(W)
    weights = np.asarray(W, float)[post, pre]
    slopes = np.ones(weights.size) if slopes is None else slopes[post, pre]
    plastic = np.ones(weights.size, bool) if plastic is None else plastic[post, pre]
    return Couplings(post, pre, weights, slopes, plastic, ties, np.asarray(room, float), 0.0)


def random_weights(rng, n):
    return rng.normal(0.0, 1.0, (n, n)) * (rng.random((n, n)) < rng.choice([0.4, 1.0]))


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 2**32 - 1))
def test_a_complete_matrix_is_shrunk_to_a_spectral_radius_of_one_and_each_row_is_nearest(seed):
    rng = np.random.default_rng(seed)
    n = 4
    W = rng.normal(size=(n, n))
    room = rng.uniform(0.3, 1.0, n)
    given = couplings(W, room)
    new = given.matrix(shrunk_rows(given)).toarray()
    radius = np.abs(np.linalg.eigvals(np.abs(new) / room[:, None])).max()
    assert radius <= 1.0 + 1e-12
    if np.array_equal(new, W):
        return
    assert radius > 0.97  # not further than it must
    *_, (v, _, _) = islice(weightings(room, np.abs(W).__matmul__, np.ones(n)), PRODUCTS)
    for j in range(n):
        limit = room[j] * v[j]
        nearest = minimize(
            lambda w, j=j: ((w - np.abs(W[j])) ** 2).sum(),
            np.zeros(n),
            bounds=[(0.0, None)] * n,
            constraints={"type": "ineq", "fun": lambda w, limit=limit: limit - w @ v},
            tol=1e-12,
        )
        assert np.abs(new[j]) == pytest.approx(nearest.x, abs=1e-5)


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 2**32 - 1))
def test_the_symmetric_part_ends_at_the_limit(seed):
    rng = np.random.default_rng(seed)
    n = int(rng.integers(1, 8))
    W, room = random_weights(rng, n), rng.uniform(0.3, 1.0, n)
    given = couplings(W, room)
    new = given.matrix(clipped_spectrum(given)).toarray()
    tops = [np.linalg.eigvalsh((M + M.T) / 2 - np.diag(room)).max() for M in (W, new)]
    assert tops[1] <= 1e-12
    if tops[0] <= 0.0:
        assert np.array_equal(new, W)
    scaled = next(
        t for t in np.linspace(1.0, 0.0, 1001) if np.linalg.eigvalsh(t * (W + W.T) / 2 - np.diag(room)).max() <= 0
    )
    assert np.linalg.norm(new - W) <= np.linalg.norm(scaled * W - W) + 1e-9


def test_a_full_symmetric_matrix_goes_to_the_nearest():
    rng = np.random.default_rng(0)
    S = rng.normal(size=(6, 6))
    S = (S + S.T) / 2 + 3.0 * np.eye(6)
    assert S.min() != 0.0
    given = couplings(S, np.ones(6))
    values, vectors = np.linalg.eigh(S)
    nearest = (vectors * np.minimum(values, 1.0)) @ vectors.T
    if np.all(np.sign(nearest) == np.sign(S)):
        assert given.matrix(clipped_spectrum(given)).toarray() == pytest.approx(nearest)


@pytest.mark.parametrize("project", [shrunk_rows, clipped_spectrum])
def test_what_is_not_plastic_stays_and_may_be_too_strong(project):
    W = np.array([[0.0, 0.9], [0.9, 0.0]])
    plastic = np.array([[True, True], [False, True]])
    kept = couplings(W, [0.5, 1.0], plastic)
    weights = project(kept)
    assert weights[1] == 0.9
    assert weights[0] < 0.9
    too_strong = project(couplings(3.0 * W, [0.5, 1.0], np.zeros((2, 2), bool)))
    assert too_strong is None or isinstance(too_strong, int)
