"""Diagonal stability against definite matrices, spectral limits, and trajectories."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import solve_ivp

from neurograph.certificates import Verdict, certify
from neurograph.certificates.bounds import euclidean, slope_set
from neurograph.certificates.bounds.euclidean import factor
from neurograph.certificates.bounds.slope_set import SlopeSet
from neurograph.certificates.deadline import Deadline
from neurograph.certificates.system import System
from neurograph.certificates.theorems import diagonal_lyapunov
from neurograph.equations import dynamics
from neurograph.equations.neuron import Dynamics
from tests.certificates.networks import matrix, network

SEEDS = st.integers(0, 2**32 - 1)
SKEW = np.array([[0.0, 4.0], [-4.0, 0.0]])
HOPFIELD = Dynamics("-leak*s + I + b", transfer="tanh(s)", parameters={"leak": 1.0})


def lds(net, **options):
    return certify(net, **options)["diagonal_lyapunov"]


def proved(W, kind=None):
    return lds(network(W, kind or dynamics.vector_field())).verdict is Verdict.PROVED


def largest_real(B):
    values = np.linalg.eigvals(B)
    return values.real[np.abs(values.imag) < 1e-9].max(initial=-np.inf)


def necessary(W):
    """Give a scale of W beyond which scale W - I is not Hurwitz, or I - scale W no P-matrix, by a greedy search."""
    n, rng, best = len(W), np.random.default_rng(0), np.linalg.eigvals(W).real.max()
    for _ in range(5):
        chosen = rng.random(n) < 0.6
        now, better = -np.inf, largest_real(W[np.ix_(chosen, chosen)])
        while better > now + 1e-12:
            now = better
            values = [largest_real(W[np.ix_(one, one)]) for one in chosen ^ np.eye(n, dtype=bool)]
            better = max(values)
            if better > now + 1e-12:
                chosen = chosen ^ (np.arange(n) == np.argmax(values))
        best = max(best, now)
    return 1.0 / best


@settings(max_examples=30, deadline=None)
@given(seed=SEEDS, transposed=st.booleans())
def test_the_inequality_and_the_step_hold(seed, transposed):
    rng = np.random.default_rng(seed)
    n = int(rng.integers(1, 7))
    net = network(rng.normal(0.0, 1.0 / np.sqrt(n), (n, n)), dynamics.vector_field())
    found = lds(net, phase="transposed" if transposed else "free")
    if found.verdict is not Verdict.PROVED:
        return
    A = matrix(net).T if transposed else matrix(net)
    D = np.diag(found.witness["D"])
    assert np.linalg.eigvalsh(D @ A + A.T @ D + 2.0 * found.rate * D)[-1] <= 1e-9 * D.max()
    w = np.ones(n) if found.weights is None else found.weights
    B = w[:, None] * A / w
    for share in (0.1, 0.5, 0.99):
        dt = share * found.largest_dt
        assert np.linalg.norm(np.eye(n) + dt * B, 2) <= factor(found.rate, found.witness["K"], dt) + 1e-11
    assert found.rate >= (certify(net)["symmetric_part"].rate or 0.0) - 1e-6


@pytest.mark.parametrize("seed", range(5))
def test_of_gaussian_weights_it_certifies_nine_tenths_of_the_necessary_limit(seed):
    W = np.random.default_rng(seed).normal(size=(20, 20)) * (1.0 - np.eye(20))
    limit = necessary(W)
    assert proved(0.9 * limit * W)
    assert not proved(1.001 * limit * W)


@pytest.mark.parametrize("seed", range(3))
def test_it_finds_a_d_wherever_a_semidefinite_program_does(seed):
    cp = pytest.importorskip("cvxpy")
    W = np.random.default_rng(seed).normal(size=(8, 8)) * (1.0 - np.eye(8))

    def room(scale):
        d, least = cp.Variable(8), cp.Variable()
        X = cp.diag(d) @ (scale * W - np.eye(8))
        problem = cp.Problem(cp.Maximize(least), [-(X + X.T) >> least * np.eye(8), cp.sum(d) == 8, d >= 0])
        return problem.solve(solver=cp.CLARABEL)

    low, high = 0.0, necessary(W)
    for _ in range(10):
        middle = 0.5 * (low + high)
        low, high = (middle, high) if room(middle) > 0.0 else (low, middle)
    assert proved(0.99 * low * W)
    assert not proved(1.01 * high * W)


@settings(max_examples=15, deadline=None)
@given(seed=SEEDS)
def test_of_positive_weights_its_limit_is_the_spectral_limit(seed):
    rng = np.random.default_rng(seed)
    n = int(rng.integers(2, 9))
    W = rng.exponential(size=(n, n)) * (rng.random((n, n)) < rng.choice([0.4, 1.0])) * np.exp(rng.normal(size=n))
    radius = np.abs(np.linalg.eigvals(W)).max()
    if radius < 1e-6:
        assert proved(W)
        return
    assert proved(0.995 / radius * W)
    assert not proved(1.005 / radius * W)


def test_a_reducible_network_needs_weights_far_apart():
    W = np.diag(np.full(7, 3.0), -1)  # a chain: every eigenvalue of A is -1
    found = lds(network(W, dynamics.vector_field()))
    assert found.verdict is Verdict.PROVED
    assert found.weights.max() / found.weights.min() > 10.0


def test_what_was_found_is_tried_first(monkeypatch):
    net = network(np.random.default_rng(0).normal(0.0, 0.2, (6, 6)), dynamics.vector_field())
    found = lds(net)
    monkeypatch.setattr(diagonal_lyapunov, "_searched", None)
    again = found.recheck(net.with_weights(0.95 * net.weights))
    assert again.verdict is Verdict.PROVED
    assert again.weights == pytest.approx(found.weights)


# Slopes that depend on the state.


@pytest.mark.parametrize(
    ("kind", "least", "slopes"),
    [
        (dynamics.additive("tanh"), 0.0, lambda W, d: d[:, None] * W - np.eye(4)),
        (
            Dynamics("-s + I + b", transfer="tanh(s)", box=(-1.0, 1.0)),
            1.0 - np.tanh(1.0) ** 2,
            lambda W, d: W * d - np.eye(4),
        ),
    ],
)
@settings(max_examples=15, deadline=None)
@given(seed=SEEDS)
def test_a_contraction_holds_for_every_slope(kind, least, slopes, seed):
    W = np.random.default_rng(seed).normal(0.0, 0.3, (4, 4)) * (1.0 - np.eye(4))
    found = lds(network(W, kind))
    if "contracting" not in found.claims:
        return
    w = found.weights
    for d in itertools.product((least, 1.0), repeat=4):
        B = w[:, None] * slopes(W, np.array(d)) / w
        assert np.linalg.eigvalsh(0.5 * (B + B.T))[-1] <= -found.rate + 1e-12
        dt = 0.99 * found.largest_dt
        assert np.linalg.norm(np.eye(4) + dt * B, 2) <= factor(found.rate, found.witness["K"], dt) + 1e-12


@pytest.mark.parametrize(
    ("kind", "leaks"),
    [
        (dynamics.additive("tanh"), {}),
        (HOPFIELD, {"leak": [1.0, 1.0]}),
        (HOPFIELD, {"leak": [0.5, 2.0]}),
    ],
)
def test_steep_slopes_that_no_norm_survives_still_leave_one_equilibrium(kind, leaks):
    net = network(SKEW, kind, biases=[0.3, -0.2], **leaks)
    found = lds(net, dt=0.01)
    assert found.claims == ("unique equilibrium", "exponentially stable")
    assert found.rate is None
    assert "no step is known" in found.euler
    assert lds(net).euler is None
    ends = []
    for start in np.random.default_rng(0).uniform(-4.0, 4.0, (6, 2)):
        flow = solve_ivp(lambda _, s: net.drift(np.concatenate([[0.5], s])[None])[0, 1:], (0.0, 60.0), start, rtol=1e-8)
        ends.append(flow.y[:, -1])
    assert np.ptp(ends, axis=0).max() < 1e-4


@pytest.mark.parametrize(
    ("kind", "attributes", "options"),
    [
        (Dynamics("-leak*s + tanh(I + b)", parameters={"leak": 1.0}), {"leak": [1.0, 1.01]}, {}),  # unequal leaks
        (Dynamics("-s + tanh(I + b)", box=(-1.0, 1.0)), {}, {}),  # clipping does not commute with W
        (dynamics.additive("tanh"), {}, {"phase": "nudged", "beta": 1.0}),  # only one of the neurons is nudged
        (dynamics.additive("tanh"), {}, {"phase": "transposed"}),
        (Dynamics("-s - tanh(I + b)"), {}, {}),  # falling
        (Dynamics("-s + tanh(I + b)", transfer="tanh(s)"), {}, {}),  # both slopes vary
    ],
)
def test_where_one_equilibrium_is_unproved_nothing_is_claimed(kind, attributes, options):
    assert not lds(network(SKEW, kind, **attributes), **options).claims


def test_one_leak_by_another_equation_is_one_leak():
    kind = Dynamics("-s/tau + tanh(I + b)", parameters={"tau": 3.0})
    assert proved(0.3 * SKEW, kind)
    assert not lds(network(0.3 * SKEW, kind, tau=[3.0, 3.1])).claims


def test_the_box_of_the_hopfield_form_keeps_its_equilibrium():
    kind = Dynamics("-s + I + b", transfer="tanh(s)", box=(-0.2, 0.9))
    net = network(SKEW, kind, biases=[0.3, -0.2])
    assert lds(net).claims == ("unique equilibrium", "exponentially stable")
    state = np.random.default_rng(0).uniform(-0.2, 0.9, (20, 3))
    state[:, 0] = 0.5
    for _ in range(20_000):
        state[:, 1:] = np.clip(state + 5e-3 * net.drift(state), -0.2, 0.9)[:, 1:]
    assert np.ptp(state, axis=0).max() < 1e-6


def test_a_network_beyond_the_limit_is_unknown_in_words(monkeypatch):
    monkeypatch.setattr(diagonal_lyapunov, "LARGEST_NETWORK", 1)
    assert "2 free nodes are more than 1" in lds(network(SKEW, dynamics.vector_field())).statement


def test_there_is_no_d_for_a_neuron_that_excites_itself():
    found = lds(network([[1.5]], dynamics.vector_field()))
    assert "There is no such D" in found.statement


def test_lanczos_finds_about_the_same(monkeypatch):
    rng = np.random.default_rng(5)
    net = network(rng.normal(0.0, 0.15, (40, 40)) * (rng.random((40, 40)) < 0.3), dynamics.vector_field())
    full = lds(net)
    for module in (slope_set, euclidean, diagonal_lyapunov):
        monkeypatch.setattr(module, "DENSE", 10)
    part = lds(net)
    assert not part.rigorous
    assert part.rate == pytest.approx(full.rate, rel=0.1)
    assert part.largest_dt <= 2.0 / part.rate


@pytest.mark.parametrize("turned", [False, True])
def test_the_gradient_of_the_search_is_that_of_finite_differences(turned):
    rng = np.random.default_rng(3)
    W = rng.normal(0.0, 0.4, (5, 5)) * (1.0 - np.eye(5))
    kind = Dynamics("-s + I + b", transfer="tanh(s)") if turned else dynamics.additive("tanh")
    slopes = slope_set.SlopeSet.of(lds(network(W, kind)).system)
    value = diagonal_lyapunov._smoothed(slopes, 0.1, slopes.plain_t, diagonal_lyapunov.Deadline(60.0))
    place = rng.normal(0.0, 0.3, 10)
    slope = [(value(place + step)[0] - value(place - step)[0]) / 2e-6 for step in 1e-6 * np.eye(10)]
    assert value(place)[1] == pytest.approx(np.array(slope), abs=1e-7)


@pytest.mark.parametrize("kind", [Dynamics("-s + I", transfer="tanh(2*s)"), Dynamics("-s + tanh(2*I)")])
def test_the_steepest_slopes_are_those_of_what_bends(kind):
    W = np.array([[0.0, 0.4], [-0.3, 0.0]])
    slopes = diagonal_lyapunov._upper(System(network(W, kind), None, None, 0.0, None))
    assert slopes.middle.toarray() == pytest.approx(2.0 * W)
    assert slopes.top == pytest.approx(-1.0)


@pytest.mark.parametrize("seed", range(10))
def test_the_search_begins_at_a_solution_where_weights_are_not_negative(seed):
    rng = np.random.default_rng(seed)
    n, kind = 4, Dynamics("I - leak*s", parameters={"leak": 1.0})
    leaks, W = rng.uniform(0.2, 5.0, n), rng.uniform(size=(n, n)) * (1.0 - np.eye(n))
    W *= 0.98 / np.abs(np.linalg.eigvals(W / leaks[:, None])).max()  # so that L - W is an M-matrix, hardly
    slopes = SlopeSet.of(System(network(W, kind, leak=leaks), None, None, 0.0, None))
    weights, _ = diagonal_lyapunov._start(slopes, Deadline(60.0))
    D = np.diag(weights**2)
    A = W - np.diag(leaks)
    assert np.linalg.eigvalsh(D @ A + A.T @ D).max() < 0.0
