"""Gershgorin's discs."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from neurograph.certificates import Verdict, certify
from neurograph.equations import dynamics
from neurograph.equations.neuron import Dynamics
from tests.certificates.networks import SEEDS, matrix, network, random_weights


@settings(max_examples=40, deadline=None)
@given(seed=SEEDS, beta=st.sampled_from([0.0, 0.7, -0.2]))
def test_gershgorin_of_an_affine_network_is_the_log_norm_of_its_matrix(seed, beta):
    rng = np.random.default_rng(seed)
    net = network(random_weights(rng, 4, loops=True), dynamics.vector_field())
    A = matrix(net) - beta * np.diag([1.0, 0.0, 0.0, 0.0])
    mu = {
        norm: max(B[j, j] + np.abs(np.delete(B[j], j)).sum() for j in range(4)) for norm, B in (("inf", A), ("1", A.T))
    }
    found = certify(net, phase="nudged" if beta else "free", beta=beta, level="fast")["gershgorin"]
    assert found.margin == pytest.approx(-min(mu.values()), abs=1e-12)
    assert (found.verdict is Verdict.PROVED) == (min(mu.values()) < -1e-13)
    if found.verdict is Verdict.PROVED:
        assert found.largest_dt == pytest.approx(1.0 / np.abs(A.diagonal()).max())
        assert mu[found.norm[2:]] == pytest.approx(min(mu.values()))


@pytest.mark.parametrize(("activation", "bound"), [("tanh", 1.0), ("clip", 1.0), ("relu", 1.0), ("sigmoid", 0.25)])
def test_gershgorin_of_a_rate_network_takes_the_steepest_slope(activation, bound):
    W = np.array([[0.0, 0.7, -0.2], [0.5, 0.0, 0.1], [0.0, -0.6, 0.0]])
    found = certify(network(W, dynamics.additive(activation)), level="fast")["gershgorin"]
    rates = {"l_inf": 1.0 - bound * np.abs(W).sum(axis=1).max(), "l_1": 1.0 - bound * np.abs(W).sum(axis=0).max()}
    assert found.rate == pytest.approx(max(rates.values()))
    assert rates[found.norm] == max(rates.values())
    assert f"[0, {bound:g}]" in found.statement


@settings(max_examples=100, deadline=None)
@given(seed=SEEDS, ulps=st.integers(-3, 3))
def test_rounding_never_proves_what_exact_fractions_deny(seed, ulps):
    rng = np.random.default_rng(seed)
    n = int(rng.integers(2, 7))
    row = rng.exponential(size=n - 1)
    row /= row.sum()
    row[0] += ulps * 2.0**-53
    W = np.zeros((n, n))
    for j in range(n):
        W[j, [i for i in range(n) if i != j]] = row * rng.choice([-1.0, 1.0], n - 1)
    rows = max(sum(abs(Fraction(w)) for w in one) for one in W.tolist())
    columns = max(sum(abs(Fraction(w)) for w in one) for one in W.T.tolist())
    if certify(network(W, dynamics.vector_field()), level="fast")["gershgorin"].verdict is Verdict.PROVED:
        assert min(rows, columns) < 1


def test_a_sum_that_loses_its_small_terms_proves_nothing():
    n, big, small = 128, 0.125 - 2.0**-55, 2.0**-58
    W = np.full((n, n), small)
    for j in range(n):  # eight large terms first, so that every small one after them is rounded away
        W[j, [i for i in range(9) if i != j][:8]] = big
    np.fill_diagonal(W, 0.0)
    assert 8 * Fraction(big) + (n - 9) * Fraction(small) > 1
    assert certify(network(W, dynamics.vector_field()), level="fast")["gershgorin"].verdict is Verdict.UNKNOWN


@pytest.mark.parametrize(
    "kind",
    [dynamics.deep("signed"), Dynamics("I - w_out*s", box=(0.0, 1.0), self_loops=False, name="of my own")],
)
@settings(max_examples=20, deadline=None)
@given(seed=SEEDS)
def test_the_published_conditions_cannot_pass_on_the_signed_leak(kind, seed):
    rng = np.random.default_rng(seed)
    net = network(random_weights(rng, 5), kind)
    A = matrix(net)
    assert np.abs(A.sum(axis=0)).max() < 1e-12
    assert np.linalg.eigvals(A).real.max() > -1e-7
    found = certify(net, level="fast")["gershgorin"]
    assert found.verdict is Verdict.UNKNOWN
    assert "The published conditions cannot pass here" in found.statement
    assert certify(net, level="fast")["p_matrix"].verdict is Verdict.REFUTED


def test_the_impossibility_is_read_off_the_matrix():
    sums_to_zero = network([[0.0, 1.0], [1.0, 0.0]], dynamics.vector_field())
    assert "cannot pass" in certify(sums_to_zero, level="fast")["gershgorin"].statement
    other = network([[0.0, 1.0], [1.5, 0.0]], dynamics.vector_field())
    assert "cannot pass" not in certify(other, level="fast")["gershgorin"].statement
    leaking = network([[0.0, 1.0], [-1.0, 0.0]], dynamics.deep("signed", extra_leak=0.1))
    assert "cannot pass" not in certify(leaking, level="fast")["gershgorin"].statement
    assert "cannot pass" not in certify(sums_to_zero, phase="nudged", beta=1.0, level="fast")["gershgorin"].statement


@pytest.mark.parametrize(
    ("drift", "words"),
    [("-s + step(I)", "may jump"), ("-s + I**3", "no bound of dg/dI"), ("-s + I*s", "no bound of dg/dI or dg/ds")],
)
def test_a_drift_without_bounds_is_unknown_in_words(drift, words):
    found = certify(network([[0.0, 0.1], [0.1, 0.0]], Dynamics(drift)), level="fast")["gershgorin"]
    assert found.verdict is Verdict.UNKNOWN
    assert words in found.statement


def test_a_leak_without_bound_contracts_but_leaves_no_step():
    kind = Dynamics("-s - s*relu(I)/2 + relu(I)/2", box=(0.0, 1.0))
    found = certify(network([[0.0, 0.5], [0.5, 0.0]], kind), dt=0.01, level="fast")["gershgorin"]
    assert found.rate == pytest.approx(0.75)
    assert found.largest_dt is None
    assert "no step is known" in found.euler
