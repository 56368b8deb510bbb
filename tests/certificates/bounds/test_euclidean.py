"""Rates in weighted l_2 norms: steps of Euler against random differences, norms against numpy."""

import numpy as np
import pytest
from hypothesis import given, settings
from scipy.linalg import eigh

from neurograph.certificates.bounds import euclidean, slope_set
from neurograph.certificates.bounds.euclidean import contraction, factor, growth, proved_norm
from neurograph.certificates.bounds.slope_set import LANCZOS_TOLERANCE, SlopeSet
from neurograph.certificates.deadline import Deadline
from neurograph.certificates.system import System
from neurograph.equations import dynamics
from neurograph.equations.neuron import Dynamics
from tests.certificates.networks import SEEDS, matrix, network, random_weights


def drawn(seed):
    rng = np.random.default_rng(seed)
    n = int(rng.integers(2, 6))
    net = network(0.3 * random_weights(rng, n), dynamics.vector_field(), np.zeros(n))
    return rng, net, rng.uniform(0.5, 2.0, n)


@settings(max_examples=50, deadline=None)
@given(seed=SEEDS)
def test_growth_is_the_largest_eigenvalue_of_the_symmetric_part(seed):
    _, net, w = drawn(seed)
    slopes = SlopeSet.of(System(net, None, None, 0.0, None))
    bound, proved = growth(slopes, w, slopes.plain_t, Deadline(60.0))
    A = w[:, None] * matrix(net) / w
    largest = np.linalg.eigvalsh((A + A.T) / 2)[-1]
    assert proved
    assert largest <= bound <= largest + 1e-6 * (1.0 + abs(largest))


@settings(max_examples=50, deadline=None)
@given(seed=SEEDS)
def test_a_step_of_euler_shrinks_every_difference_by_the_factor(seed):
    rng, net, w = drawn(seed)
    system = System(net, None, None, 0.0, None)
    slopes = SlopeSet.of(system)
    rate = -growth(slopes, w, slopes.plain_t, Deadline(60.0))[0]
    if rate <= 0.0:
        return
    found = contraction(system, slopes, w, rate, True)
    A, K, differences = matrix(net), found["witness"]["K"], rng.normal(size=(50, len(w)))
    for dt in (0.5 * found["largest_dt"], 0.99 * found["largest_dt"]):
        after = differences @ (np.eye(len(w)) + dt * A).T
        ratios = np.linalg.norm(w * after, axis=1) / np.linalg.norm(w * differences, axis=1)
        assert ratios.max() <= factor(rate, K, dt) + 1e-12 < 1.0 + 1e-9


@given(seed=SEEDS)
def test_a_proved_norm_is_a_little_above_the_norm(seed):
    A = np.random.default_rng(seed).normal(size=(4, 4))
    norm = np.linalg.norm(A, 2)
    assert norm <= proved_norm(A) <= norm * (1.0 + 1e-6)


@pytest.mark.parametrize("proved", [True, False])
def test_k_is_the_least_of_one_matrix_where_it_is_proved_and_one_of_sizes_where_it_is_not(proved):
    _, net, w = drawn(3)
    system = System(net, None, None, 0.0, None)
    A = w[:, None] * matrix(net) / w
    K = contraction(system, SlopeSet.of(system), w, 0.1, proved)["witness"]["K"]
    least = eigh(A.T @ A, -(A + A.T) / 2, eigvals_only=True)[-1]
    assert pytest.approx(least if proved else np.linalg.norm(np.abs(A), 2) ** 2 / 0.1, rel=1e-3) == K


@pytest.mark.parametrize("scale", [0.02, 1.0, 50.0])
def test_what_the_entries_of_a_matrix_may_be_off_is_part_of_k(scale):
    """K z'(-S) z >= |(A + D) z|^2 for every D, entry for entry within the remainder."""
    rng = np.random.default_rng(1)
    leak = Dynamics("scale*(I - s)", parameters={"scale": scale}, box=(0.0, 1.0))
    net = network(0.3 * random_weights(rng, 4), leak, np.zeros(4))
    system, w = System(net, None, None, 0.0, None), rng.uniform(0.5, 2.0, 4)
    slopes = SlopeSet.of(system)
    middle, _, _ = slopes.scaled(w)
    bound, _ = slopes.bound(w, slopes.plain_t)
    off = 0.02 * scale * rng.random((4, 4))
    K = euclidean._tight(system, slopes, w, middle, off)
    A, worst = middle + np.diag(slopes.top), 0.0
    for _ in range(300):
        D = off * rng.choice([-1.0, 1.0], size=(4, 4))
        worst = max(worst, eigh((A + D).T @ (A + D), -bound, eigvals_only=True)[-1])
    assert worst <= K <= 1.3 * worst


def test_a_step_too_long_for_the_theorem_is_said_not_to_inherit():
    _, net, w = drawn(1)
    slopes = SlopeSet.of(System(net, None, None, 0.0, None))
    for dt, said in ((1e-3, "inherits it"), (50.0, "need not inherit")):
        found = contraction(System(net, None, None, 0.0, dt), slopes, np.ones_like(w), 0.1, True)
        assert said in found["euler"]
    assert contraction(System(net, None, None, 0.0, None), slopes, w, 0.1, True)["euler"] is None


def test_equal_weights_are_the_plain_norm():
    _, net, w = drawn(1)
    system = System(net, None, None, 0.0, None)
    assert contraction(system, SlopeSet.of(system), np.ones_like(w), 0.1, True)["weights"] is None
    assert contraction(system, SlopeSet.of(system), w, 0.1, True)["weights"] is w


@pytest.mark.parametrize("proved", [True, False])
@pytest.mark.parametrize(
    ("W", "w"),
    [
        ([[0.0, 2.0], [-2.0, 0.0]], [1.0, 1.0]),  # not symmetric, in the plain norm
        ([[0.0, 0.3], [0.3, 0.0]], [6.0, 1.0]),  # symmetric, but not in these weights
        ([[0.0, 0.3], [0.3, 0.0]], [1.0, 1.0]),
    ],
)
def test_the_largest_step_shrinks_every_difference_also_where_nothing_is_proved(W, w, proved):
    net, w = network(W, dynamics.vector_field(), np.zeros(2)), np.array(w)
    system = System(net, None, None, 0.0, None)
    slopes = SlopeSet.of(system)
    rate = -growth(slopes, w, slopes.plain_t, Deadline(60.0))[0]
    assert rate > 0.0
    found = contraction(system, slopes, w, rate, proved)
    A, dt = w[:, None] * matrix(net) / w, found["largest_dt"]
    assert np.linalg.norm(np.eye(2) + dt * A, 2) <= factor(rate, found["witness"]["K"], dt) + 1e-12


def test_what_lanczos_gives_is_taken_with_more_than_its_tolerance(monkeypatch):
    """A chain, whose largest eigenvalues lie close together: 2 a cos(k pi / (n + 1)) - 1, for k = 1, 2, ..."""
    n, a = 400, 0.45
    net = network(a * (np.eye(n, k=1) + np.eye(n, k=-1)), dynamics.vector_field(), np.zeros(n))
    exact = 2.0 * a * np.cos(np.pi / (n + 1)) - 1.0
    for module in (slope_set, euclidean):
        monkeypatch.setattr(module, "DENSE", 10)
    slopes = SlopeSet.of(System(net, None, None, 0.0, None))
    bound, proved = growth(slopes, np.ones(n), slopes.plain_t, Deadline(60.0))
    assert not proved
    assert exact + LANCZOS_TOLERANCE * (1.0 + 2.0 * a) < bound < exact + 1e-5
