"""The L1 pruner, against a minimiser of the penalised distance."""

import numpy as np
import pytest
from scipy.optimize import minimize_scalar

import neurograph as ng
from tests.pruning.networks import star


@pytest.mark.parametrize("strength", [0.05, 0.4])
def test_the_proximal_step_minimises_the_penalty_and_the_distance(strength):
    weights = np.array([0.3, -0.1, 2.0, -0.7])
    pruned = ng.prune(star(weights), ng.pruning.proximal(strength))
    left = dict(zip(pruned.network.edges, pruned.network.weights, strict=True))
    for k, weight in enumerate(weights):
        best = minimize_scalar(lambda v, w=weight: (v - w) ** 2 / 2 + strength * abs(v), bounds=(-3, 3))
        assert left.get((f"x{k}", "y"), 0.0) == pytest.approx(best.x, abs=1e-4)
    assert {gone.weight for gone in pruned.removed} == {w for w in weights if abs(w) <= strength}
