"""Eigenvalues at the equilibria."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings

from neurograph.certificates import Verdict, certify
from neurograph.certificates.bounds import equilibria as resting
from neurograph.certificates.system import System
from neurograph.certificates.theorems import spectral_abscissa
from neurograph.equations import dynamics
from neurograph.solvers import Euler
from neurograph.solvers.settle import settle
from tests.certificates.networks import LEAKY, SEEDS, network, random_weights


@pytest.mark.parametrize("kind", [LEAKY, dynamics.vector_field(), dynamics.additive("tanh")])
@settings(max_examples=15, deadline=None)
@given(seed=SEEDS)
def test_the_abscissa_is_that_of_the_unsaturated_block(kind, seed):
    rng = np.random.default_rng(seed)
    W = random_weights(rng, 5)
    net = network(W, kind, biases=rng.normal(size=5))
    x = rng.normal(size=(3, 1))
    found = certify(net, x)["spectral_abscissa"]
    if found.verdict is Verdict.UNKNOWN:
        return
    settled = settle(net, x, solver=Euler(steps=20_000, tol=1e-10))
    low, high = kind.box or (-np.inf, np.inf)
    for state, abscissa in zip(settled.state, found.witness["abscissae"], strict=True):
        inside = [j for j in net.connectivity.free if low < state[j] < high]
        J = net.jacobian(state).toarray()[np.ix_(inside, inside)]
        expected = np.linalg.eigvals(J).real.max() if inside else -np.inf
        assert abscissa == pytest.approx(expected, abs=1e-3)
    worst = found.witness["abscissae"].max()
    assert found.witness["abscissae"][found.witness["sample"]] == pytest.approx(worst, abs=1e-2)
    assert found.rate is None or -worst - 1e-2 <= found.rate <= -worst


def test_the_equilibrium_between_two_others_is_unstable():
    net = network([[0.0, 2.0], [2.0, 0.0]], dynamics.additive("tanh"))
    report = certify(net, [[0.0]])
    found = report["spectral_abscissa"]
    assert found.verdict is Verdict.REFUTED
    assert found.claims == ("unstable equilibrium",)
    assert found.witness["eigenvalue"] == pytest.approx(1.0)
    assert report.claim == "Proved for all inputs: convergent (energy)."  # to another one
    assert certify(net, [[0.5]])["spectral_abscissa"].verdict is Verdict.PROVED


def test_the_range_of_the_jacobian_holds_those_of_all_states_nearby(monkeypatch):
    """And no more: the corners of its entries are reached, for each is a product of two numbers with their ranges."""
    monkeypatch.setattr(spectral_abscissa, "MARGIN", 0.5)
    kind = dynamics.Dynamics("tanh(I + b) - s", transfer="exp(s/2)")
    net = network([[0.0, 0.8], [-0.6, 0.0]], kind, biases=[0.4, -0.3])
    state = settle(net, [[0.2]], solver=Euler(tol=1e-10)).state[0]
    middle, off = spectral_abscissa._jacobian(System(net, None, None, 0.0, None), state, np.ones(2, bool))
    free, W = net.connectivity.free, net.matrix().toarray()
    W = W[np.ix_(free, free)]
    s = state[free, None] + 0.5 * np.array([-1.0, 1.0])
    total = net.summed_input(state)[free]
    reach = 0.5 * np.abs(W) @ (0.5 * np.exp(s[:, 1] / 2))  # the largest slope of what is sent
    totals = total[:, None] + np.stack([-reach, np.zeros(2), reach], axis=1) + np.array([[0.4], [-0.3]])
    gain = 1.0 / np.cosh(totals) ** 2
    gain = np.stack([gain.min(axis=1), np.where(np.prod(totals[:, ::2], axis=1) < 0, 1.0, gain.max(axis=1))], axis=1)
    sent = 0.5 * np.exp(s / 2)
    corners = gain[:, None, :, None] * W[:, :, None, None] * sent[None, :, None, :]
    for j, i in ((0, 1), (1, 0)):
        least, most = corners[j, i].min(), corners[j, i].max()
        low, high = middle[j, i] - off[j, i], middle[j, i] + off[j, i]
        assert low <= least
        assert most <= high
        assert max(abs(low), abs(high)) == pytest.approx(max(abs(least), abs(most)), rel=1e-9)


def test_a_neuron_at_a_bound_must_be_pushed_there():
    found = certify(network([[0.0, 0.5], [0.5, 0.0]], dynamics.vector_field()), [[0.0]])["spectral_abscissa"]
    assert found.verdict is Verdict.UNKNOWN
    assert "hardly pushes it outward" in found.statement


def test_the_nudge_may_hold_a_neuron_at_its_bound():
    net = network([[0.0]], dynamics.vector_field())
    found = certify(net, [[0.5]], y=[[2.0]], phase="nudged", beta=2.0)["spectral_abscissa"]
    assert found.verdict is Verdict.PROVED
    assert "Every neuron is saturated" in found.statement


def test_a_large_residual_is_undecided(monkeypatch):
    net = network([[0.0, 0.9], [0.9, 0.0]], dynamics.additive("tanh"))
    monkeypatch.setattr(resting, "SOLVER", Euler(tol=1e-3))
    assert "the residual" in certify(net, [[0.1]])["spectral_abscissa"].statement


def test_a_saturated_neuron_does_not_count():
    W = [[0.0, 3.0], [3.0, 0.0]]
    found = certify(network(W, dynamics.vector_field()), [[1.0]])["spectral_abscissa"]
    assert found.verdict is Verdict.PROVED
    assert found.rate is None
    assert "Every neuron is saturated" in found.statement


def test_a_kink_at_the_equilibrium_is_undecided():
    found = certify(network([[0.0, 1.0], [1.0, 0.0]], dynamics.additive("relu")), [[0.0]])["spectral_abscissa"]
    assert found.verdict is Verdict.UNKNOWN
    assert "kink" in found.statement
    assert certify(network([[0.0, 0.5], [0.5, 0.0]], dynamics.additive("relu")), [[1.0]])["spectral_abscissa"].rate > 0


def test_a_chain_of_layers_has_its_diagonal_as_eigenvalues():
    W = np.diag(np.full(39, 5.0), -1)  # one Jordan block, whose numerical eigenvalues scatter
    found = certify(network(W, dynamics.additive("tanh")), [[0.0]])["spectral_abscissa"]
    assert found.rate == pytest.approx(1.0)


def test_an_abscissa_of_zero_is_undecided():
    found = certify(network([[0.0, 1.0], [1.0, 0.0]], dynamics.additive("tanh")), [[0.0]])["spectral_abscissa"]
    assert found.verdict is Verdict.UNKNOWN


def test_euler_needs_every_eigenvalue_in_its_disc():
    W = np.array([[0.0, -3.0], [3.0, 0.0]])  # eigenvalues -1 +- 3i: dt < 2/10
    net = network(W, dynamics.additive("tanh"))
    found = certify(net, [[0.0]], dt=0.19)["spectral_abscissa"]
    assert found.largest_dt == pytest.approx(0.2)
    assert "inherits it" in found.euler
    assert "does not" in certify(net, [[0.0]], dt=0.21)["spectral_abscissa"].euler


def test_a_nudged_equilibrium_is_found_with_its_targets():
    W = np.array([[0.0, 0.5], [0.5, 0.0]])
    net = network(W, dynamics.additive("tanh"))
    found = certify(net, [[0.3]], y=[[1.0]], phase="nudged", beta=2.0)["spectral_abscissa"]
    state = settle(net, [[0.3]], y=[[1.0]], beta=2.0, solver=Euler(tol=1e-10)).state[0]
    J = net.jacobian(state, beta=2.0).toarray()[1:, 1:]
    assert found.rate == pytest.approx(-np.linalg.eigvals(J).real.max(), abs=1e-5)
