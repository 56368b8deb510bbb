"""The search for weights: it ends with some where there are some, and with a reason where there are none."""

import numpy as np
import scipy.sparse as sp
from hypothesis import given, settings

from neurograph.certificates.bounds.weights import MAX_ROUNDS, outweighed, searched
from neurograph.certificates.deadline import Deadline
from tests.certificates.networks import SEEDS


@settings(max_examples=60, deadline=None)
@given(seed=SEEDS)
def test_weights_are_found_up_to_the_spectral_radius_and_outweighed_neurons_beyond(seed):
    rng = np.random.default_rng(seed)
    n = int(rng.integers(1, 9))
    B = np.abs(rng.normal(size=(n, n))) * (rng.random((n, n)) < 0.7)
    leaks = rng.uniform(0.5, 2.0, n)
    radius = np.abs(np.linalg.eigvals(B / leaks[:, None])).max()
    if radius < 1e-6:
        return
    for share, there in ((0.98, True), (1.02, False)):
        coupling = sp.csr_array(share / radius * B)
        found, rounds = searched(leaks, coupling, np.ones(n), Deadline(60.0))
        assert bool(found.rate > 0.0) == there
        assert 1 <= rounds <= MAX_ROUNDS
        assert found.v.min() > 0.0
        none = outweighed(leaks, coupling, found)
        assert bool(none.size) != there
        if none.size:  # x > 0 on these neurons with B x >= L x: the radius of their block is at least 1
            block = (coupling.toarray() / leaks[:, None])[np.ix_(none, none)]
            assert np.abs(np.linalg.eigvals(block)).max() >= 1.0 - 1e-9
