"""A sweep is train() over a grid."""

import numpy as np

import neurograph as ng
from tests.training.networks import XOR, network


def test_a_sweep_is_train_over_every_combination_and_seed():
    grid = {"optimiser": [ng.optimisers.adam(0.01), ng.optimisers.sgd(0.5)], "batch_size": [1, None]}
    trials = ng.sweep(network, *XOR, grid, seed=range(2), n_jobs=2, epochs=2)
    assert len(trials) == 8
    for trial in trials:
        alone = ng.train(network, *XOR, seed=trial.seed, epochs=2, **trial.arguments)
        assert np.array_equal(alone.network.weights, trial.fit.network.weights)
    assert [trial.seed for trial in trials[:2]] == [0, 1]
    assert trials[2].arguments == {"optimiser": ng.optimisers.adam(0.01), "batch_size": None}
