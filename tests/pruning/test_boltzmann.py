"""The paper's pruner, against its probabilities written out."""

import numpy as np
import pytest

import neurograph as ng
from tests.pruning.networks import star


def test_boltzmann_removes_weak_edges_with_the_papers_probability():
    weights, temperature = np.array([0.05, -0.2, 0.4, 2.0]), 0.5
    network = star(weights)
    factors = np.exp(-np.abs(weights) / temperature)
    expected = factors / factors.sum()
    pruner, draws = ng.pruning.boltzmann(tolerance=0.4, temperature=temperature), 4000
    gone = np.zeros(4)
    for seed in range(draws):
        for removed in ng.prune(network, pruner, seed=seed).removed:
            k = int(removed.edge[0][1:])
            gone[k] += 1
            assert removed.score == pytest.approx(expected[k])
    assert gone[3] == 0
    spread = 4 * np.sqrt(expected * (1 - expected) / draws)
    assert np.all(np.abs(gone / draws - expected)[:3] < spread[:3])


def test_boltzmann_survives_weights_of_any_size():
    chances = [
        r.score for r in ng.prune(star([6000.0, 6000.1, 6000.2]), ng.pruning.boltzmann(1e9, 1e-3), seed=0).removed
    ]
    assert chances
    assert np.all(np.isfinite(chances))
