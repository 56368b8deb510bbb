"""Pruning by size, against a sorted list."""

import numpy as np
import pytest

import neurograph as ng
from tests.pruning.networks import star


@pytest.mark.parametrize("fraction", [0.0, 0.25, 0.5, 1.0])
def test_magnitude_takes_the_smallest_fraction(fraction):
    weights = np.array([0.3, -0.1, 2.0, -0.7])
    pruned = ng.prune(star(weights), ng.pruning.magnitude(fraction=fraction))
    left = sorted(np.abs(pruned.network.weights))
    assert left == sorted(np.abs(weights))[round(4 * fraction) :]


def test_magnitude_takes_all_up_to_the_threshold():
    pruned = ng.prune(star([0.3, -0.1, 2.0, -0.7]), ng.pruning.magnitude(threshold=0.3))
    assert sorted(pruned.network.weights) == [-0.7, 2.0]
    assert {r.edge for r in pruned.removed} == {("x0", "y"), ("x1", "y")}
    assert repr(pruned) == "Pruning(2 of 4 edges left the graph, 2 stay)"
