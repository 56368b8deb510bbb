import itertools

import numpy as np
import pytest
from scipy import sparse

from neurograph.simulation.operations import MOST_RANK, Fourier, Sparse, Step, fused
from tests.simulation.networks import some

N = 6


def step(seed, scaled=True, moved=True, hubs=1):
    rng = np.random.default_rng(seed)
    ends = [np.asfortranarray(some((N, hubs), seed + 10 * k)) for k in (1, 2)]
    return Step(some(N, seed) if scaled else None, rng.permutation(N) if moved else None, *ends)


def dense(operation, count=N):
    return operation.apply(np.eye(count, dtype=complex)).T


def written_out(one):
    S = np.eye(N) if one.source is None else np.eye(N)[one.source]
    return (S if one.scale is None else np.diag(one.scale) @ S) + one.sent @ one.heard.T


EVERY = [step(k, *how, hubs) for k, (*how, hubs) in enumerate(itertools.product([0, 1], [0, 1], [0, 1, 2]))]


@pytest.mark.parametrize("one", EVERY)
def test_a_step_is_its_equation(one):
    assert np.allclose(dense(one), written_out(one), atol=1e-13)


@pytest.mark.parametrize("one", [*EVERY, Fourier(False), Fourier(True), Sparse(sparse.csr_array(some((N, N))))])
def test_the_adjoint_is_the_conjugate_transpose(one):
    assert np.allclose(dense(one.adjoint()), dense(one).conj().T, atol=1e-13)


@pytest.mark.parametrize(("one", "other"), list(itertools.product(EVERY, EVERY)))
def test_two_steps_in_one_are_their_product(one, other):
    both = other.after(one)
    if both is None:
        assert one.heard.shape[1] + other.heard.shape[1] > MOST_RANK
    else:
        assert np.allclose(written_out(both), written_out(other) @ written_out(one), atol=1e-12)


def test_neighbouring_steps_are_made_one_and_transforms_stay_between():
    operations = [step(0), step(1), Fourier(False), step(2), step(3), step(4), step(5), step(6), Fourier(True)]
    found = fused(operations)
    assert [type(one).__name__ for one in found] == ["Step", "Fourier", "Step", "Step", "Fourier"]
    rows = some((3, N))
    one, other = rows.copy(), rows.copy()
    for operation in operations:
        one = operation.apply(one)
    for operation in found:
        other = operation.apply(other)
    assert np.allclose(one, other, atol=1e-10)
