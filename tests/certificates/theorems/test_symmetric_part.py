"""mu_2 against dense eigenvalues, every corner of the slopes, and trajectories."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from neurograph.certificates import Verdict, certify
from neurograph.certificates.bounds import euclidean, slope_set
from neurograph.certificates.bounds.euclidean import factor
from neurograph.equations import dynamics
from neurograph.equations.neuron import Dynamics
from tests.certificates.networks import matrix, network

SEEDS = st.integers(0, 2**32 - 1)
TRIANGLE = np.eye(3) - np.ones((3, 3))
"""Three neurons that inhibit each other: eigenvalues 1, 1, -2."""


def symmetric_part(net, **options):
    return certify(net, **options)["symmetric_part"]


def mu(A):
    return float(np.linalg.eigvalsh(0.5 * (A + A.T))[-1])


@settings(max_examples=30, deadline=None)
@given(seed=SEEDS, beta=st.sampled_from([0.0, 0.7, -0.2]), phase=st.sampled_from(["nudged", "transposed"]))
def test_of_an_affine_network_it_is_the_eigenvalue(seed, beta, phase):
    rng = np.random.default_rng(seed)
    net = network(rng.normal(0.0, 0.4, (4, 4)), dynamics.vector_field())
    A = matrix(net) - beta * np.diag([1.0, 0.0, 0.0, 0.0])
    found = symmetric_part(net, phase=phase if beta else "free", beta=beta)
    assert (found.verdict is Verdict.PROVED) == (mu(A) < -1e-12)
    if found.verdict is Verdict.PROVED:
        assert found.rate <= -mu(A)
        assert found.rate == pytest.approx(-mu(A), abs=1e-12)
        assert found.rigorous


@settings(max_examples=30, deadline=None)
@given(seed=SEEDS)
def test_a_step_of_euler_shrinks_by_the_factor_and_no_less_is_asked(seed):
    rng = np.random.default_rng(seed)
    net = network(rng.normal(0.0, 0.3, (5, 5)), dynamics.vector_field())
    found = symmetric_part(net)
    if found.verdict is not Verdict.PROVED:
        return
    A, K = matrix(net), found.witness["K"]
    assert found.largest_dt == pytest.approx(2.0 / K)
    for share in (0.01, 0.5, 0.99):
        dt = share * found.largest_dt
        assert np.linalg.norm(np.eye(5) + dt * A, 2) <= factor(found.rate, K, dt) + 1e-12 < 1.0
    pencil = np.linalg.solve(-0.5 * (A + A.T), A.T @ A)
    assert pytest.approx(np.linalg.eigvals(pencil).real.max(), rel=1e-6) == K


@pytest.mark.parametrize("kind", [dynamics.vector_field(), dynamics.hopfield()])
def test_the_frustrated_triangle_loses_its_certificate_with_an_edge(kind):
    net = network(0.9 * TRIANGLE, kind)
    found = symmetric_part(net, dt=0.7)
    assert found.rate == pytest.approx(0.1)
    assert "A is symmetric" in found.statement
    assert found.largest_dt == pytest.approx(2.0 / 2.8)  # 2 over the largest curvature 1 + 0.9 * 2
    assert "inherits it" in found.euler
    assert "need not" in symmetric_part(net, dt=0.72).euler
    pair = [k for k, edge in enumerate(net.edges) if set(edge) == {0, 1}]
    cut = found.recheck(net.without_edges(np.isin(np.arange(len(net.edges)), pair)))
    assert cut.verdict is Verdict.UNKNOWN
    assert cut.margin == pytest.approx(1.0 - 0.9 * np.sqrt(2.0))


@pytest.mark.parametrize(
    ("kind", "slopes"),
    [
        (dynamics.additive("tanh"), lambda W, d: d[:, None] * W - np.eye(4)),
        (Dynamics("-s + I + b", transfer="tanh(s)"), lambda W, d: W * d - np.eye(4)),
        (Dynamics("-s + tanh(I + b)", transfer="tanh(s)"), lambda W, d: d[:, None] * W * d[::-1] - np.eye(4)),
        (Dynamics("(-s + 2*relu(I + b))/0.5", transfer="1.5*s"), lambda W, d: 6.0 * d[:, None] * W - 2.0 * np.eye(4)),
    ],
)
@settings(max_examples=15, deadline=None)
@given(seed=SEEDS)
def test_it_holds_for_every_slope(kind, slopes, seed):
    rng = np.random.default_rng(seed)
    W = rng.normal(0.0, 0.15, (4, 4)) * (1.0 - np.eye(4))
    found = symmetric_part(network(W, kind))
    corners = [slopes(W, np.array(d)) for d in itertools.product((0.0, 1.0), repeat=4)]
    worst = max(map(mu, corners))
    bound = -(found.rate if found.rate is not None else found.margin)
    assert worst <= bound + 1e-12
    assert bound <= max(worst + 1.0, 0.0)
    if found.largest_dt:
        for A in corners:
            step = np.eye(4) + 0.99 * found.largest_dt * A
            assert np.linalg.norm(step, 2) <= factor(found.rate, found.witness["K"], 0.99 * found.largest_dt) + 1e-12


def test_of_a_rate_network_the_bound_is_at_most_half_of_eigenvalue_and_norm():
    W = np.random.default_rng(1).normal(0.0, 0.2, (6, 6)) * (1.0 - np.eye(6))
    found = symmetric_part(network(W, dynamics.additive("tanh")))
    assert found.rate >= 1.0 - 0.5 * (mu(W) + np.linalg.norm(W, 2)) - 1e-9
    assert found.rate <= 1.0 - mu(W)


@settings(max_examples=20, deadline=None)
@given(seed=SEEDS)
def test_a_transposed_phase_keeps_it_though_slopes_vary(seed):
    rng = np.random.default_rng(seed)
    W = rng.normal(0.0, 0.3, (4, 4))
    net = network(W, dynamics.additive("tanh"), biases=rng.normal(size=4))
    free, turned = symmetric_part(net), symmetric_part(net, phase="transposed")
    assert turned.verdict == free.verdict
    if free.verdict is not Verdict.PROVED:
        return
    assert turned.rate == free.rate
    assert turned.largest_dt <= free.largest_dt
    for _ in range(10):
        J, rest = (matrix(net, s) for s in rng.normal(size=2))
        A = J - rest + rest.T
        assert mu(A) <= -turned.rate + 1e-12
        dt = 0.99 * turned.largest_dt
        assert np.linalg.norm(np.eye(4) + dt * A, 2) <= factor(turned.rate, turned.witness["K"], dt) + 1e-12


def test_a_neuron_that_does_not_leak_is_named():
    found = symmetric_part(network([[0.0, 0.1], [0.0, 1.5]], dynamics.vector_field()))
    assert found.verdict is Verdict.UNKNOWN
    assert "neuron 1 may excite itself" in found.statement


def test_a_leak_without_bound_leaves_no_step():
    kind = Dynamics("-s - s*relu(I)/2 + relu(I)/2", box=(0.0, 1.0))
    found = symmetric_part(network([[0.0, 0.5], [0.5, 0.0]], kind), dt=0.01)
    assert found.verdict is Verdict.PROVED
    assert found.largest_dt is None
    assert "no step is known" in found.euler


@pytest.mark.parametrize(
    "kind", [dynamics.vector_field(), dynamics.additive("tanh"), Dynamics("-s + tanh(I)", transfer="tanh(s)")]
)
def test_lanczos_agrees_with_all_eigenvalues(monkeypatch, kind):
    rng = np.random.default_rng(5)
    W = rng.normal(0.0, 0.1, (40, 40)) * (rng.random((40, 40)) < 0.3)
    net = network(W, kind)
    full = symmetric_part(net)
    monkeypatch.setattr(slope_set, "DENSE", 10)
    monkeypatch.setattr(euclidean, "DENSE", 10)
    part = symmetric_part(net)
    assert full.rigorous
    assert not part.rigorous
    assert part.rate == pytest.approx(full.rate, rel=0.02)
    assert "computed, not proved" in part.statement
