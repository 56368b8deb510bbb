"""Eigenvalues with their errors: against numpy, against matrices nearby, and ARPACK against the dense ones."""

import numpy as np
import pytest
from hypothesis import given, settings
from scipy import sparse as sp

from neurograph.certificates.bounds import spectrum as module
from neurograph.certificates.bounds.spectrum import spectrum
from neurograph.certificates.deadline import Deadline
from tests.certificates.networks import SEEDS

LONG = Deadline(1e6)


def exact(matrix):
    return sp.csr_array(matrix.shape)


def drawn(seed, n=6, density=0.4):
    rng = np.random.default_rng(seed)
    return rng, rng.normal(size=(n, n)) * (rng.random((n, n)) < density)


@settings(max_examples=100, deadline=None)
@given(seed=SEEDS)
def test_the_eigenvalues_of_all_blocks_are_those_of_the_matrix(seed):
    _, A = drawn(seed)
    found = spectrum(sp.csr_array(A), exact(A), None, LONG)
    assert found.complete
    assert found.values.size == 6
    largest = np.linalg.eigvals(A).real.max()
    assert found.rightmost.real == pytest.approx(largest, abs=1e-7)
    assert found.bottom <= found.rightmost.real <= found.top


@settings(max_examples=50, deadline=None)
@given(seed=SEEDS)
def test_small_changes_of_the_entries_stay_within_the_errors(seed):
    rng, A = drawn(seed, density=0.8)
    off = 1e-9 * np.abs(A)
    found = spectrum(sp.csr_array(A), sp.csr_array(off), None, LONG)
    if found.conditions.max() > 1e3:  # the errors are of first order
        return
    for _ in range(5):
        moved = np.linalg.eigvals(A + off * rng.uniform(-1.0, 1.0, A.shape)).real.max()
        assert found.bottom - 1e-12 <= moved <= found.top + 1e-12


@settings(max_examples=50, deadline=None)
@given(seed=SEEDS)
def test_steps_of_euler_are_stable_up_to_the_largest(seed):
    _, A = drawn(seed)
    A = A - (1.0 + np.linalg.eigvals(A).real.max()) * np.eye(6)
    largest = spectrum(sp.csr_array(A), exact(A), None, LONG).largest_dt
    below, above = (np.abs(np.linalg.eigvals(np.eye(6) + share * largest * A)).max() for share in (0.999, 1.001))
    assert below < 1.0 < above


def test_arpack_gives_the_rightmost_of_a_large_block_and_the_one_that_steps_enlarge(monkeypatch):
    monkeypatch.setattr(module, "DENSE", 10)
    _, A = drawn(0, n=40, density=0.9)
    A = A - 10.0 * np.eye(40)
    dense, dt = np.linalg.eigvals(A), 0.15
    found = spectrum(sp.csr_array(A), exact(A), dt, LONG)
    assert not found.complete
    assert found.values[0].real == pytest.approx(dense.real.max(), abs=1e-8)
    assert abs(1.0 + dt * found.values[1]) == pytest.approx(np.abs(1.0 + dt * dense).max(), abs=1e-8)


def test_a_matrix_without_rows_has_no_eigenvalue():
    empty = sp.csr_array((0, 0))
    assert spectrum(empty, empty, None, LONG).top == -np.inf
    assert spectrum(empty, empty, None, LONG).rightmost.real == -np.inf
