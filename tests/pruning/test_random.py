"""The control, against a binomial count."""

import numpy as np

import neurograph as ng
from tests.pruning.networks import star


def test_random_pruning_takes_each_edge_as_often():
    network, draws = star([0.01, 0.1, 1.0, 10.0]), 2000
    gone = [r.edge for k in range(draws) for r in ng.prune(network, ng.pruning.random(0.5), seed=k).removed]
    counts = [gone.count(edge) for edge in network.edges]
    assert sum(counts) == 2 * draws
    assert np.all(np.abs(np.array(counts) / draws - 0.5) < 4 * np.sqrt(0.25 / draws))
