"""The absolute leak, and the signed one by it."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings

from neurograph.certificates import Verdict, certify
from neurograph.equations import dynamics
from neurograph.equations.neuron import Dynamics
from neurograph.solvers import Euler
from neurograph.solvers.settle import settle
from tests.certificates.networks import LEAKY, SEEDS, matrix, network, random_weights
from tests.certificates.theorems.test_p_matrix import is_p_matrix


@pytest.mark.parametrize("scale", [1.0, 6e3])
@settings(max_examples=20, deadline=None)
@given(seed=SEEDS)
def test_an_extra_leak_contracts_whatever_the_weights(scale, seed):
    rng = np.random.default_rng(seed)
    net = network(scale * random_weights(rng, 5), LEAKY)
    found = certify(net, dt=0.05, level="fast")["absolute_leak"]
    A = matrix(net)
    assert found.rate == pytest.approx(0.3, rel=1e-12)
    assert max(A[j, j] + np.abs(np.delete(A[:, j], j)).sum() for j in range(5)) <= -0.3 + 1e-9
    assert found.largest_dt == pytest.approx(1.0 / np.abs(A.diagonal()).max())
    assert ("need not" in found.euler) == (found.largest_dt < 0.05)


@pytest.mark.parametrize("dt", [0.05, 1.0, 50.0])
def test_the_semi_implicit_step_contracts_for_every_dt(dt):
    rng = np.random.default_rng(2)
    W = 3.0 * rng.normal(size=(5, 5)) * (1 - np.eye(5))
    net, sent = network(W, LEAKY), np.abs(W).sum(axis=0)
    start = rng.uniform(size=(20, 6))
    ended = settle(net, np.full((20, 1), 0.4), start=start, solver=Euler(dt=dt, steps=1, tol=0, implicit=True)).state
    apart, later = ((s - s[::-1])[:, 1:] for s in (start, ended))
    weight, factor = 1.0 + dt * (sent + 0.3), ((1.0 + dt * sent) / (1.0 + dt * (sent + 0.3))).max()
    assert factor < 1.0
    assert np.all(np.abs(later) @ weight <= factor * np.abs(apart) @ weight + 1e-12)


def test_time_constants_weigh_the_norm():
    kind = Dynamics(
        "(I - s*(w_out_abs + leak))/tau", box=(0.0, 1.0), parameters={"tau": 1.0, "leak": 0.2}, self_loops=False
    )
    rng = np.random.default_rng(0)
    tau, leak = rng.uniform(0.5, 4.0, 5), rng.uniform(0.1, 1.0, 5)
    net = network(rng.normal(size=(5, 5)) * (1 - np.eye(5)), kind, tau=tau, leak=leak)
    found = certify(net, level="fast")["absolute_leak"]
    assert found.rate == pytest.approx((leak / tau).min())
    assert found.weights == pytest.approx(tau)
    A = tau[:, None] * matrix(net) / tau[None, :]
    assert max(A[j, j] + np.abs(np.delete(A[:, j], j)).sum() for j in range(5)) == pytest.approx(-found.rate)
    assert certify(net, level="fast")["gershgorin"].rate != pytest.approx(found.rate)


@settings(max_examples=60, deadline=None)
@given(seed=SEEDS)
def test_without_extra_leak_uniqueness_is_decided(seed):
    rng = np.random.default_rng(seed)
    extra = rng.choice([0.0, 0.0, 0.5], rng.integers(1, 6))
    net = network(random_weights(rng, extra.size), dynamics.deep("absolute"), extra_leak=extra)
    found, A = certify(net, level="fast")["absolute_leak"], matrix(net)
    assert found.verdict is Verdict.PROVED
    assert ("unique equilibrium" in found.claims) == is_p_matrix(-A)
    assert ("component" in found.witness) == (np.linalg.matrix_rank(A, tol=1e-9) < len(A))
    assert ("component" in found.witness) == (certify(net, level="fast")["p_matrix"].verdict is Verdict.REFUTED)
    if "component" in found.witness:
        assert "not unique" in found.statement
        place = [node for node in range(extra.size) if node in found.witness["component"]]
        assert np.all(extra[place] == 0.0)
        assert np.linalg.matrix_rank(A[np.ix_(place, place)], tol=1e-9) < len(place)


@settings(max_examples=15, deadline=None)
@given(seed=SEEDS)
def test_every_clipped_euler_trajectory_of_the_absolute_leak_converges(seed):
    rng = np.random.default_rng(seed)
    net = network(random_weights(rng, 4), dynamics.deep("absolute"))
    found = certify(net, level="fast")["absolute_leak"]
    assert "convergent" in found.claims
    dt = 0.9 * (found.largest_dt or 1.0)
    ended = settle(net, rng.normal(size=(5, 1)), start=rng.uniform(size=(5, 5)), solver=Euler(dt=dt, steps=200_000))
    assert ended.converged


def test_the_signed_leak_with_twice_the_negative_parts_is_the_absolute_leak():
    W = np.random.default_rng(3).normal(size=(5, 5)) * (1 - np.eye(5))
    negative = np.maximum(-W, 0.0).sum(axis=0)
    signed = network(W, dynamics.deep("signed"), extra_leak=2.0 * negative + 0.4)
    assert np.allclose(matrix(signed), matrix(network(W, dynamics.deep("absolute", extra_leak=0.4))))
    report = certify(signed)
    assert report["absolute_leak"].verdict is Verdict.UNKNOWN
    assert report["absolute_leak"].witness["2 N_j"] == pytest.approx(2.0 * negative)
    assert report["gershgorin"].rate == pytest.approx(0.4)


@pytest.mark.parametrize(
    "kind",
    [
        dynamics.vector_field(),
        Dynamics("I - s*(0.9*w_out_abs + 1)", box=(0.0, 1.0)),
        Dynamics("s*w_out_abs - I - s", box=(0.0, 1.0)),
        Dynamics("I - s*(w_out_abs + 1)", transfer="2*s", box=(0.0, 1.0)),
        Dynamics("w_out*(I - s*w_out_abs) - s", box=(0.0, 1.0)),
        Dynamics("I - s*(w_out_abs + s)", box=(0.0, 1.0)),
    ],
)
def test_another_leak_is_not_the_absolute_leak(kind):
    found = certify(network([[0.0, 0.1], [0.1, 0.0]], kind), level="fast")["absolute_leak"]
    assert found.verdict is Verdict.UNKNOWN
    assert "Not applicable" in found.statement


def test_a_negative_nudge_takes_from_the_extra_leak():
    net = network([[0.0, 1.0], [2.0, 0.0]], LEAKY)
    assert certify(net, phase="nudged", beta=-0.1, level="fast")["absolute_leak"].rate == pytest.approx(0.2)
    assert certify(net, phase="nudged", beta=-0.4, level="fast")["absolute_leak"].verdict is Verdict.UNKNOWN


@pytest.mark.parametrize(("tau", "words"), [(1.0, "in the l_1 norm"), (2.0, "in the weighted l_1 norm")])
def test_without_an_extra_leak_the_norm_is_weighted_by_the_time_constants(tau, words):
    kind = Dynamics("(I - s*w_out_abs)/tau", box=(0.0, 1.0), parameters={"tau": tau}, self_loops=False)
    found = certify(network(random_weights(np.random.default_rng(3), 4), kind), level="fast")["absolute_leak"]
    assert words in found.statement
    assert (found.weights is None) == (tau == 1.0)
    if tau != 1.0:
        assert found.weights == pytest.approx(tau)
