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


def test_growers_are_swept_over_side_by_side():
    grid = {"grower": [None, ng.growth.random(), ng.growth.returned()]}
    trials = ng.sweep(network, *XOR, grid, n_jobs=2, pruner=ng.pruning.magnitude(0.2), epochs=3, target_cost=None)
    assert [trial.fit.history["edges"].tolist() for trial in trials] == [[38, 30, 24], [48] * 3, [48] * 3]
    for trial in trials:
        on = {"pruner": ng.pruning.magnitude(0.2), "target_cost": None, **trial.arguments}
        alone = ng.train(network, *XOR, seed=0, epochs=5, **on)
        further = ng.train(trial.fit, *XOR, epochs=2, **on)  # which came from another process
        assert np.array_equal(further.network.weights, alone.network.weights)
        assert further.added == alone.added
        assert [further.graph_after(k).pre.size for k in range(6)] == [48, *alone.history["edges"]]
