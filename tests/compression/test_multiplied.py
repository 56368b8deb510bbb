"""The product with a vector is that with a matrix of one column, in every form."""

import numpy as np
import pytest
import scipy.sparse

import neurograph as ng

FORMS = [ng.HAM, ng.SHAM, ng.PackedWeights]


@pytest.mark.parametrize("form", FORMS)
def test_vectors_and_matrices_are_multiplied(form):
    rng = np.random.default_rng(0)
    dense = np.round(rng.normal(size=(6, 5)))
    coded, right = form.of(scipy.sparse.csr_array(dense)), rng.normal(size=(5, 3))
    assert coded @ right == pytest.approx(dense @ right, rel=1e-14)
    assert np.array_equal(coded @ right[:, 0], (coded @ right[:, :1])[:, 0])
    assert (coded @ np.zeros((5, 0))).shape == (6, 0)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("right", [np.ones(3), np.ones((3, 2)), 1.0, np.ones((2, 1, 1))])
def test_sizes_must_go_together(form, right):
    with pytest.raises(ng.DataError, match=r"expected \(2,\) or \(2, k\)"):
        form.of(scipy.sparse.csr_array(np.eye(2))) @ right
