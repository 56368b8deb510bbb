"""The Lur'e inequality against every corner of the slopes, and against a solver that fails."""

import itertools
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from neurograph.certificates import Verdict, certify
from neurograph.certificates.bounds.euclidean import factor
from neurograph.certificates.deadline import Deadline
from neurograph.certificates.system import System, in_float64
from neurograph.certificates.theorems import lure
from neurograph.equations import dynamics
from neurograph.equations.neuron import Dynamics
from tests.certificates.networks import matrix, network

cvxpy = pytest.importorskip("cvxpy")
SEEDS = st.integers(0, 2**32 - 1)
FREE = Dynamics("-s + I + b")


def asked(net, transposed=False):
    system = System(in_float64(net), None, None, 0.0, 0.01, transposed)
    return lure.Lure().examine(system, Deadline(300.0))


def grows(P, A):
    """Give the largest z' P A z over z' P z."""
    return float(np.linalg.eigvals(np.linalg.solve(P, 0.5 * (P @ A + A.T @ P))).real.max())


@pytest.mark.parametrize(
    ("kind", "slopes"),
    [
        (dynamics.additive("tanh"), lambda W, d: d[:, None] * W - np.eye(3)),
        (Dynamics("-s + I + b", transfer="tanh(s)"), lambda W, d: W * d - np.eye(3)),
        (FREE, lambda W, d: W - np.eye(3)),
    ],
)
@settings(max_examples=8, deadline=None)
@given(seed=SEEDS)
def test_the_rate_and_the_step_hold_for_every_slope(kind, slopes, seed):
    W = np.random.default_rng(seed).normal(0.0, 0.7, (3, 3))
    found = asked(network(W, kind))
    corners = [slopes(W, np.array(d)) for d in itertools.product((0.0, 1.0), repeat=3)]
    if found.verdict is not Verdict.PROVED:
        return
    P, K, dt = found.witness["P"], found.witness["K"], 0.99 * found.largest_dt
    assert np.linalg.eigvalsh(P)[0] > 0.0
    root = np.linalg.cholesky(P).T
    for A in corners:
        assert grows(P, A) <= -found.rate + 1e-9
        step = root @ (np.eye(3) + dt * A) @ np.linalg.inv(root)
        assert np.linalg.norm(step, 2) <= factor(found.rate, K, dt) + 1e-9


def test_a_full_p_certifies_what_no_diagonal_one_does_but_not_in_a_box():
    W = [[2.0, -2.0], [2.0, -1.0]]  # A = [[1, -2], [2, -2]] is Hurwitz, and clipped it has two equilibria
    found = certify(network(W, FREE), level="strong", budget=300.0)
    assert found["lure"].verdict is Verdict.PROVED
    assert found["diagonal_lyapunov"].verdict is Verdict.UNKNOWN
    boxed = asked(network(W, dynamics.vector_field()))
    assert boxed.verdict is Verdict.UNKNOWN
    assert "clipped to a box" in boxed.statement


def test_a_transposed_phase_of_an_affine_network_has_its_own_p():
    net = network([[0.0, 2.0], [-0.5, 0.0]], FREE)
    found = asked(net, transposed=True)
    assert grows(found.witness["P"], matrix(net).T) <= -found.rate + 1e-9


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        (Dynamics("-s + tanh(I)", transfer="tanh(s)"), "dg/dI and f' depend on the state"),
        (Dynamics("-s - tanh(s) + I"), "dg/ds depend"),
        (Dynamics("-s + step(I)"), "may jump"),
    ],
)
def test_it_says_where_it_does_not_apply(kind, words):
    assert words in asked(network([[0.0, 0.5], [0.1, 0.0]], kind)).statement


def test_slopes_that_vary_keep_no_p_in_a_transposed_phase():
    net = network([[0.0, 0.5], [0.1, 0.0]], dynamics.additive("tanh"))
    assert "transposed phase keeps no norm" in asked(net, transposed=True).statement


def test_a_larger_network_is_not_looked_at(monkeypatch):
    monkeypatch.setattr(lure, "LARGEST_NETWORK", 1)
    assert "2 free nodes are more than 1" in asked(network([[0.0, 0.5], [0.1, 0.0]], FREE)).statement


def test_without_the_extra_it_says_what_to_install(monkeypatch):
    monkeypatch.setattr(lure, "find_spec", lambda name: None)
    found = asked(network([[0.0]], FREE))
    assert found.verdict is Verdict.UNKNOWN
    assert "neurograph-simulator[lmi]" in found.statement


class PanicException(BaseException):
    """As pyo3 raises it: no Exception."""


@pytest.mark.parametrize("error", [PanicException("unwrap on None"), cvxpy.SolverError("failed")])
def test_a_solver_that_panics_is_unknown(monkeypatch, error):
    def solve(*_, **__):
        raise error

    monkeypatch.setattr(cvxpy.Problem, "solve", solve)
    found = asked(network([[0.0]], FREE))
    assert found.verdict is Verdict.UNKNOWN
    assert type(error).__name__ in found.statement


def test_what_the_solver_says_is_not_trusted(monkeypatch):
    net = network([[0.0, 1.0], [1.0, 0.0]], FREE)  # an eigenvalue of 0
    lies = [np.eye(2), np.array([[1.0, 2.0], [2.0, 1.0]]), -np.eye(2), np.full((2, 2), np.nan)]
    for P in lies:
        monkeypatch.setattr(lure, "_solved", lambda loop, deadline, P=P: (P, np.ones(2)))
        assert asked(net).verdict is Verdict.UNKNOWN


def test_what_was_found_is_tried_first(monkeypatch):
    net = network([[0.0, 0.5], [-2.0, 0.0]], dynamics.additive("tanh"))
    found = asked(net)
    monkeypatch.setattr(lure, "_solved", None)
    again = found.recheck(net.with_weights(0.99 * net.weights))
    assert again.verdict is Verdict.PROVED
    assert np.array_equal(again.witness["P"], found.witness["P"])


@settings(max_examples=200, deadline=None)
@given(seed=SEEDS)
def test_the_rounding_of_the_inequality_is_part_of_the_rate(seed):
    """One neuron whose terms cancel to a hundred-millionth of their size, against fractions."""
    rng = np.random.default_rng(seed)
    e, h, theta = rng.uniform(1e4, 2e4, 3)
    P = rng.uniform(1.0, 2.0)
    a = -0.5 * (theta * h * h + (P * e) ** 2 / theta) / P - 1e-3
    loop = lure._Loop(*(np.array([[entry]]) for entry in (a, e, h)), 0.0)
    found = lure._rate(loop, np.array([[P]]), np.array([theta]))
    P, a, e, h, theta = (Fraction(float(part)) for part in (P, a, e, h, theta))
    rate = -(2 * P * a + theta * h * h + (P * e) ** 2 / theta) / (2 * P)
    assert Fraction(found) <= rate


def test_what_rounding_left_out_of_a_is_part_of_the_rate_and_of_the_speed():
    """A = -2 + v + delta with abs(v) <= 1 and abs(delta) <= error decays at 1 - error, and is as fast as 3 + error."""
    one = np.eye(1)
    for error in (0.0, 0.25):
        loop = lure._Loop(-2.0 * one, one, one, error)
        assert 0.99 - 2.2 * error <= lure._rate(loop, one, np.ones(1)) <= 1.0 - error
        assert 3.0 + error <= lure._speed(loop, one) <= 1.01 * (3.0 + error)


def test_the_error_of_a_counts_in_the_norm_of_p():
    """A = -1 + delta, with P = diag(1, 100): an error that turns the second neuron's move into the first one's."""
    P, zero = np.diag([1.0, 100.0]), np.zeros((2, 2))
    loop = lure._Loop(-np.eye(2), zero, zero, 0.01)
    delta = np.array([[0.0, 0.0], [0.01, 0.0]])
    root = np.sqrt(P)
    assert np.linalg.norm(root @ (delta - np.eye(2)) @ np.linalg.inv(root), 2) <= lure._speed(loop, P)
    assert lure._rate(loop, P, np.ones(2)) <= -grows(P, delta - np.eye(2))


@settings(max_examples=30, deadline=None)
@given(seed=SEEDS)
def test_no_matrix_of_the_loop_is_faster_than_its_speed_or_decays_slower_than_its_rate(seed):
    rng = np.random.default_rng(seed)
    n = 3
    A, E, H = (scale * rng.normal(size=(n, n)) for scale in (1.0, *rng.choice([0.1, 1.0, 10.0], 2)))
    root = np.eye(n) * rng.choice([0.3, 3.0], n) + 0.1 * rng.normal(size=(n, n))
    loop, P = lure._Loop(A, E, H, 0.0), root.T @ root
    speed, rate = lure._speed(loop, P), lure._rate(loop, P, rng.uniform(0.1, 3.0, n))
    for v in itertools.product((-1.0, 1.0), repeat=n):
        corner = A + E @ np.diag(v) @ H
        assert np.linalg.norm(root @ corner @ np.linalg.inv(root), 2) <= speed
        assert grows(P, corner) <= -rate + 1e-9 * (1.0 + abs(rate))


def test_of_one_neuron_the_speed_is_that_of_its_steepest_slope():
    one = np.eye(1)
    assert lure._speed(lure._Loop(-2.0 * one, 5.0 * one, 0.3 * one, 0.0), 7.0 * one) == pytest.approx(3.5)
    # 2 a + e^2 p / theta + h^2 theta / p, over 2
    rate = lure._rate(lure._Loop(-2.0 * one, 5.0 * one, 0.3 * one, 0.0), 7.0 * one, np.full(1, 30.0))
    assert rate == pytest.approx(2.0 - 0.5 * (25.0 * 7.0 / 30.0 + 0.09 * 30.0 / 7.0))
