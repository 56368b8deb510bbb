"""Saliency, against gradients, central differences and edges that are really removed."""

import sys

import numpy as np
import pytest

import neurograph as ng
from neurograph.training.gradient_check import gradient
from tests.pruning.networks import TIGHT, X, Y, small, task

saliency = sys.modules["neurograph.pruning.saliency"]  # the package's own name of this is the pruner


def test_saliency_of_the_error_is_the_mean_square_of_weight_times_gradient():
    network = small(outputs=2)
    y = np.hstack([Y, 1 - Y])
    pruner = ng.pruning.saliency(1.0, nudge="error")
    scores = pruner.scores(network, np.random.default_rng(0), task(network, y))
    each = [gradient(network, X[k : k + 1], y[k : k + 1])[0] for k in range(4)]
    assert scores == pytest.approx(np.mean([(network.weights * slope) ** 2 for slope in each], axis=0), rel=1e-6)


def test_saliency_of_random_nudges_is_how_far_the_outputs_move():
    """Against central differences of the outputs: exact for one output, a mean over the signs for several."""
    for outputs, tolerance in ((1, 1e-6), (3, 0.15)):
        network = small(outputs=outputs)
        moves = np.zeros(network.weights.size)
        for k, weight in enumerate(network.weights):
            step = 1e-4 * np.eye(network.weights.size)[k]
            above, below = (
                ng.settle(network.with_weights(network.weights + sign * step), X, solver=TIGHT).outputs
                for sign in (1, -1)
            )
            moves[k] = np.mean(np.sum((weight * (above - below) / 2e-4) ** 2, axis=1))
        zeros = task(network, np.zeros((4, outputs)))
        scores = ng.pruning.saliency(1.0).scores(network, np.random.default_rng(0), zeros)
        assert np.linalg.norm(scores - moves) <= tolerance * np.linalg.norm(moves)


def test_saliency_foresees_what_an_edge_is_worth_better_than_its_size_does():
    """Each edge is really removed, and the outputs really move."""
    network = ng.train(small(), X, Y, seed=0).network
    moved = [
        np.sum((ng.settle(network.without_edges([k]), X).outputs - ng.settle(network, X).outputs) ** 2)
        for k in range(network.weights.size)
    ]
    scores = ng.pruning.saliency(1.0).scores(network, np.random.default_rng(0), task(network, Y))

    def agreement(score):
        return np.corrcoef(np.argsort(np.argsort(score)), np.argsort(np.argsort(moved)))[0, 1]

    assert agreement(scores) > 0.9
    assert agreement(scores) > agreement(np.abs(network.weights))


def test_saliency_without_a_task_is_refused():
    with pytest.raises(ng.ParameterError, match="x and y are missing"):
        ng.prune(small(), ng.pruning.saliency(0.5))


def test_few_samples_are_nudged_again_and_again_but_not_in_a_large_network(monkeypatch):
    network, nudged = small(outputs=2), []
    asked = saliency.run_phases
    monkeypatch.setattr(
        saliency, "run_phases", lambda rule, free, *more: (nudged.append(len(free.state)), asked(rule, free, *more))[1]
    )

    def ask(seed=0):
        scores = ng.pruning.saliency(1.0).scores
        return scores(network, np.random.default_rng(seed), task(network, np.hstack([Y, Y])))

    many = ask()
    monkeypatch.setattr(saliency, "MOST_PROBED", 10 * network.weights.size)
    few = np.mean([ask(seed) for seed in range(60)], axis=0)
    assert nudged == [1000] + 60 * [12]
    assert np.linalg.norm(few - many) < 0.25 * np.linalg.norm(many)
    monkeypatch.setattr(saliency, "MOST_PROBED", 1)
    ask()
    assert nudged[-1] == 4


def test_random_signs_of_one_output_are_exact_at_one_nudge_a_sample(monkeypatch):
    network, nudged = small(outputs=1), []
    asked = saliency.run_phases
    monkeypatch.setattr(
        saliency, "run_phases", lambda rule, free, *more: (nudged.append(len(free.state)), asked(rule, free, *more))[1]
    )
    scores = [ng.pruning.saliency(1.0).scores(network, np.random.default_rng(k), task(network, Y)) for k in range(3)]
    assert nudged == 3 * [len(Y)]
    assert np.allclose(scores, scores[0], rtol=1e-9)
