"""Weights nearby that contract: against scipy's own minimiser, and the eigenvalues that they must have."""

import numpy as np
import pytest
from hypothesis import given, settings
from scipy.optimize import minimize

from neurograph.certificates.bounds.nearby_weights import Couplings, _thresholds, clipped_spectrum, shrunk_rows
from tests.certificates.networks import SEEDS


def couplings_of(seed, scale=1.5, plastic=0.8):
    rng = np.random.default_rng(seed)
    n = int(rng.integers(2, 6))
    W = scale * rng.normal(size=(n, n)) * (rng.random((n, n)) < 0.7) * (1.0 - np.eye(n))
    post, pre = np.nonzero(W)
    slopes, kept = rng.uniform(0.5, 1.5, post.size), rng.random(post.size) < plastic
    weights = np.where(kept, W[post, pre], 0.05 * W[post, pre])
    return Couplings(post, pre, weights, slopes, kept, None, rng.uniform(0.5, 1.0, n))


def keeps_what_it_must(couplings, new):
    fixed = ~couplings.plastic
    return np.array_equal(new[fixed], couplings.weights[fixed]) and np.all(new * couplings.weights >= 0.0)


@settings(max_examples=100, deadline=None)
@given(seed=SEEDS)
def test_shrunk_rows_contract_in_a_weighted_max_norm(seed):
    couplings = couplings_of(seed)
    new = shrunk_rows(couplings)
    if isinstance(new, int):
        fixed = np.abs(couplings.matrix(np.where(couplings.plastic, 0.0, couplings.weights)).toarray())
        assert np.abs(np.linalg.eigvals(fixed / couplings.surplus[:, None])).max() > 0.9
        return
    # A vector v > 0 with |M| v <= surplus v is there just where the Perron root of |M| / surplus is at most 1.
    rows = np.abs(couplings.matrix(new).toarray()) / couplings.surplus[:, None]
    assert np.abs(np.linalg.eigvals(rows)).max() <= 1.0 + 1e-6
    assert keeps_what_it_must(couplings, new)
    assert np.all(np.abs(new) <= np.abs(couplings.weights))


@settings(max_examples=20, deadline=None)
@given(seed=SEEDS)
def test_the_threshold_of_a_row_gives_the_nearest_weights(seed):
    rng = np.random.default_rng(seed)
    size, price, left = rng.uniform(0.1, 2.0, 4), rng.uniform(0.2, 1.0, 4), float(rng.uniform(0.05, 1.0))
    one = np.zeros(4, np.int64)
    couplings = Couplings(one, one, size, price, np.ones(4, np.bool_), None, np.ones(1))
    tau = _thresholds(couplings, price, size, np.array([left]))[0]
    nearest = minimize(
        lambda w: 0.5 * np.sum((w - size) ** 2),
        0.1 * size,
        jac=lambda w: w - size,
        bounds=[(0.0, None)] * 4,
        constraints={"type": "ineq", "fun": lambda w: left - price @ w, "jac": lambda w: -price},
        options={"ftol": 1e-14},
    ).x
    assert np.maximum(size - tau * price, 0.0) == pytest.approx(nearest, abs=1e-5)


@settings(max_examples=100, deadline=None)
@given(seed=SEEDS)
def test_a_clipped_spectrum_has_no_positive_eigenvalue(seed):
    couplings = couplings_of(seed)

    def top(weights):
        M = couplings.matrix(weights).toarray()
        return np.linalg.eigvalsh((M + M.T) / 2 - np.diag(couplings.surplus))[-1]

    new = clipped_spectrum(couplings)
    if new is None:
        assert top(np.where(couplings.plastic, 0.0, couplings.weights)) > 0.0
        return
    assert top(new) <= 1e-9
    assert keeps_what_it_must(couplings, new)


@pytest.mark.parametrize("project", [shrunk_rows, clipped_spectrum])
def test_weights_that_contract_already_stay(project):
    couplings = couplings_of(0, scale=0.05)
    assert project(couplings) is couplings.weights


def test_an_edge_of_weight_0_stays_one():
    post, pre = np.array([0, 0, 1]), np.array([1, 2, 0])
    heavy = Couplings(post, pre, np.array([2.0, 0.0, 3.0]), np.ones(3), np.ones(3, np.bool_), None, np.ones(3))
    new = shrunk_rows(heavy)
    assert new[1] == 0.0
    assert new[0] * new[2] == pytest.approx(1.0, abs=1e-6)


def test_tied_edges_take_the_smallest_of_their_factors():
    ties = np.array([0, 1, 0])
    three = Couplings(ties, ties, np.ones(3), np.ones(3), np.ones(3, np.bool_), ties, np.ones(2))
    assert three.tied(np.array([0.5, 0.9, 0.2])).tolist() == [0.2, 0.9, 0.2]
