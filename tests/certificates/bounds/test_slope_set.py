"""The set of all Jacobians: its bound against the symmetric parts of Jacobians that are drawn from it."""

import numpy as np
import pytest
import scipy.sparse as sp
from hypothesis import given, settings

from neurograph.certificates.bounds import slope_set
from neurograph.certificates.bounds.slope_set import SlopeSet, absolute_norm, halved
from neurograph.certificates.deadline import Deadline
from neurograph.certificates.system import System
from neurograph.equations import dynamics
from neurograph.equations.dynamics import Dynamics
from neurograph.equations.intervals import Interval
from tests.certificates.networks import SEEDS, network

KINDS = {
    "affine": dynamics.vector_field(),
    "dg/dI varies": dynamics.additive("tanh"),
    "f' varies": Dynamics("-s + I + b", transfer="tanh(s)"),
    "both vary": Dynamics("-2*s + tanh(I + b)", transfer="sin(s)"),
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("transposed", [False, True])
@settings(max_examples=20, deadline=None)
@given(seed=SEEDS)
def test_the_bound_holds_for_every_jacobian(kind, transposed, seed):
    rng = np.random.default_rng(seed)
    W, free = rng.normal(size=(4, 4)), np.arange(1, 5)
    net = network(W, KINDS[kind])
    slopes = SlopeSet.of(System(net, None, None, 0.0, None, transposed))
    w, t = np.exp(rng.normal(0.0, 0.5, (2, 4)))
    S, error = slopes.bound(w, t)
    for _ in range(20):
        J = net.jacobian(rng.normal(0.0, 2.0, 5)).toarray()[np.ix_(free, free)]
        J = J.T if transposed and kind == "affine" else J
        A = w[:, None] * J / w
        z = rng.normal(size=4)
        assert z @ A @ z <= z @ S @ z + (error + 1e-12) * (z @ z)


def test_of_one_matrix_the_bound_is_its_symmetric_part():
    W = np.random.default_rng(3).normal(size=(5, 5))
    slopes = SlopeSet.of(System(network(W, dynamics.vector_field()), None, None, 0.0, None))
    S, error = slopes.bound(np.ones(5), slopes.plain_t)
    assert pytest.approx((W + W.T) / 2 - np.eye(5), abs=error) == S
    assert not slopes.symmetric
    W = W + W.T
    assert SlopeSet.of(System(network(W, dynamics.vector_field()), None, None, 0.0, None)).symmetric


def test_lanczos_finds_the_largest_eigenvalue_of_the_same_matrix(monkeypatch):
    rng = np.random.default_rng(4)
    W, w = rng.normal(size=(12, 12)), np.exp(rng.normal(0.0, 0.3, 12))
    system = System(network(W, dynamics.additive("tanh")), None, None, 0.0, None)
    slopes = SlopeSet.of(system)
    S, _ = slopes.bound(w, slopes.plain_t)
    monkeypatch.setattr(slope_set, "DENSE", 5)
    values, vectors = SlopeSet.of(system).largest(w, slopes.plain_t, Deadline(60.0))
    assert values[-1] == pytest.approx(np.linalg.eigvalsh(S)[-1], rel=1e-6)
    assert S @ vectors[:, -1] == pytest.approx(values[-1] * vectors[:, -1], abs=1e-4)


def test_the_middle_and_half_the_width_cover_a_range():
    low, high = np.array([-1.0, 0.1, 2.0]), np.array([0.3, 0.7, 2.0])
    middle, off = halved(Interval.across(low, high))
    assert np.all(middle - off <= low)
    assert np.all(middle + off >= high)
    assert off[2] == 0.0


@settings(max_examples=30, deadline=None)
@given(seed=SEEDS)
def test_the_absolute_norm_is_above_that_of_every_matrix_of_these_sizes(seed):
    rng = np.random.default_rng(seed)
    sizes = np.abs(rng.normal(size=(6, 6))) * (rng.random((6, 6)) < 0.6)
    bound = absolute_norm(sp.csr_array(sizes))
    assert np.linalg.norm(sizes, 2) <= bound <= 1.2 * np.linalg.norm(sizes, 2) + 1e-300
    assert np.linalg.norm(sizes * rng.choice([-1.0, 1.0], sizes.shape), 2) <= bound
