"""Eigenvalues block by block: against numpy's of the whole matrix, and against perturbed matrices."""

import numpy as np
import pytest
import scipy.sparse as sp

from neurograph.certificates.bounds import spectrum


def test_a_block_triangular_matrix_has_the_eigenvalues_of_numpy():
    rng = np.random.default_rng(2)
    A = np.triu(rng.normal(size=(9, 9)))  # two strongly connected blocks, and single nodes above and below
    A[1:4, 1:4], A[5:8, 5:8] = rng.normal(size=(2, 3, 3))
    order = rng.permutation(9)
    A = A[np.ix_(order, order)]
    found = spectrum.spectrum(sp.csr_array(A), 0.0 * sp.csr_array(A), None)
    assert np.sort_complex(found.values) == pytest.approx(np.sort_complex(np.linalg.eigvals(A)))
    assert found.rightmost.real == pytest.approx(np.linalg.eigvals(A).real.max())
    assert found.complete


def test_the_longest_step_is_where_an_eigenvalue_leaves_the_unit_circle():
    A = sp.csr_array([[-1.0, 3.0], [-3.0, -1.0]])
    dt = spectrum.spectrum(A, 0.0 * A, None).largest_dt
    assert dt == pytest.approx(0.2)  # |1 + dt (-1 + 3i)| = 1 at dt = 2 / 10
    assert abs(1.0 + 0.999 * dt * (-1.0 + 3.0j)) < 1.0 < abs(1.0 + 1.001 * dt * (-1.0 + 3.0j))


def test_without_eigenvalues_the_abscissa_is_minus_infinity():
    none = spectrum.Spectrum(np.zeros(0), np.zeros(0), np.zeros(0), True)
    assert (none.rightmost, none.top, none.largest_dt) == (-np.inf, -np.inf, np.inf)


@pytest.mark.parametrize("dt", [None, 0.5])
def test_arpack_agrees_with_all_eigenvalues(monkeypatch, dt):
    rng = np.random.default_rng(5)
    for _ in range(5):
        J = sp.csr_array(rng.normal(size=(60, 60)) * (rng.random((60, 60)) < 0.2) - 4.0 * np.eye(60))
        full = spectrum.spectrum(J, 0.0 * J, dt)
        with monkeypatch.context() as patch:
            patch.setattr(spectrum, "DENSE", 10)
            part = spectrum.spectrum(J, 0.0 * J, dt)
        assert full.complete
        assert not part.complete
        assert part.rightmost.real == pytest.approx(full.rightmost.real, abs=1e-8)
        assert part.top < full.top + 1e-6
        if dt is not None:
            growth = [np.abs(1.0 + dt * one.values).max() for one in (full, part)]
            assert growth[0] == pytest.approx(growth[1])


def test_the_error_of_an_eigenvalue_holds_a_perturbation_of_its_size():
    rng = np.random.default_rng(7)
    J = rng.normal(size=(12, 12))
    E = 1e-7 * np.abs(rng.normal(size=(12, 12)))
    found = spectrum.spectrum(sp.csr_array(J), sp.csr_array(E), None)
    for _ in range(20):
        moved = np.linalg.eigvals(J + E * rng.uniform(-1, 1, E.shape))
        nearest = np.abs(found.values[:, None] - moved[None]).min(axis=1)
        assert np.all(nearest <= 1.01 * found.errors)
    assert found.bottom < found.rightmost.real < found.top
