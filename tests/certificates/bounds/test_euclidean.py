"""Contraction in l_2: rates against eigenvalues, and steps of Euler against the norms of their matrices."""

import numpy as np
import pytest
from hypothesis import given, settings

from neurograph.certificates.bounds.euclidean import contraction, factor, growth, proved_norm, steps
from neurograph.certificates.bounds.slope_set import SlopeSet
from neurograph.certificates.deadline import Deadline
from neurograph.certificates.system import System
from neurograph.equations import dynamics
from tests.certificates.networks import SEEDS, matrix, network


@settings(max_examples=30, deadline=None)
@given(seed=SEEDS)
def test_a_step_shrinks_distances_by_the_factor_and_no_longer_step_does(seed):
    rng = np.random.default_rng(seed)
    W, w = rng.normal(0.0, 0.25, (4, 4)), np.exp(rng.normal(0.0, 0.2, 4))
    net = network(W, dynamics.vector_field())
    system, A = System(net, None, None, 0.0, None), w[:, None] * matrix(net) / w
    slopes = SlopeSet.of(system)
    mu, proved = growth(slopes, w, slopes.plain_t, Deadline(60.0))
    assert proved
    assert mu == pytest.approx(np.linalg.eigvalsh((A + A.T) / 2)[-1], abs=1e-12)
    assert mu >= np.linalg.eigvalsh((A + A.T) / 2)[-1]
    if mu >= 0.0:
        return
    found = contraction(system, slopes, w, -mu, proved)
    K = found["witness"]["K"]
    assert found["largest_dt"] < 2.0 / K
    for share in (0.1, 0.5, 0.99):
        dt = share * 2.0 / K
        assert np.linalg.norm(np.eye(4) + dt * A, 2) <= factor(-mu, K, dt) + 1e-12


def test_of_a_symmetric_matrix_the_longest_step_is_that_of_its_largest_eigenvalue():
    S = np.array([[0.1, 0.3], [0.3, -0.5]])
    system = System(network(S, dynamics.vector_field()), None, None, 0.0, 0.1)
    slopes = SlopeSet.of(system)
    mu, proved = growth(slopes, np.ones(2), slopes.plain_t, Deadline(60.0))
    found = contraction(system, slopes, np.ones(2), -mu, proved)
    assert found["largest_dt"] == pytest.approx(2.0 / np.linalg.eigvalsh(np.eye(2) - S)[-1])
    assert found["weights"] is None
    assert "inherits it" in found["euler"]


def test_without_a_bound_of_the_speed_no_step_is_known():
    system = System(network(np.zeros((1, 1)), dynamics.vector_field()), None, None, 0.0, 0.1)
    assert steps(system, 1.0, np.inf)["largest_dt"] is None
    assert "no step is known" in steps(system, 1.0, np.inf)["euler"]


@settings(max_examples=30, deadline=None)
@given(seed=SEEDS)
def test_the_proved_norm_is_just_above_that_of_numpy(seed):
    A = np.random.default_rng(seed).normal(size=(5, 5))
    assert np.linalg.norm(A, 2) <= proved_norm(A) <= (1.0 + 1e-9) * np.linalg.norm(A, 2)
