"""An epoch leads from one value to the next: going on, pruning, validation, stopping early."""

import numpy as np
import pytest

import neurograph as ng
from neurograph.equations.costs import squared_error, wrong
from neurograph.training.config import TrainingConfig
from neurograph.training.problem import Problem
from neurograph.training.state import begin, epoch
from tests.training.networks import XOR, labelled, network


def test_history_holds_what_each_epoch_was():
    fit = ng.train(network(), *XOR, seed=0, batch_size=None, epochs=3, target_cost=None)
    free = ng.settle(network(), XOR[0])
    assert fit.history["cost"][0] == pytest.approx(squared_error().mean(free.outputs, XOR[1]), abs=1e-12)
    assert fit.history["error"][0] == np.mean(wrong(free.outputs, XOR[1]))
    assert fit.history["edges"].tolist() == [48, 48, 48]
    assert fit.history["settled"].tolist() == [1, 1, 1]
    assert fit.epochs == 3


@pytest.mark.parametrize("start", ["warm", "uniform", 0.1])
def test_training_that_goes_on_equals_training_that_never_stopped(start):
    options = {"target_cost": None, "start": start, "pruner": ng.pruning.boltzmann(0.05)}
    whole = ng.train(network(), *XOR, epochs=12, seed=1, **options)
    first = ng.train(network(), *XOR, epochs=7, seed=1, **options)
    again = ng.train(first, *XOR, epochs=5, **options)
    assert np.array_equal(again.network.weights, whole.network.weights)
    assert np.array_equal(again.state, whole.state)
    assert again.removed == whole.removed
    assert all(np.array_equal(again.history[name], whole.history[name]) for name in whole.history)
    assert first.epochs == 7


@pytest.mark.parametrize("kind", [np.random.PCG64, np.random.MT19937, np.random.Philox])
def test_training_goes_on_with_any_generator(kind):
    options = {"target_cost": None, "start": "uniform"}
    whole = ng.train(network(), *XOR, epochs=4, seed=np.random.Generator(kind(3)), **options)
    first = ng.train(network(), *XOR, epochs=2, seed=np.random.Generator(kind(3)), **options)
    assert np.array_equal(ng.train(first, *XOR, epochs=2, **options).network.weights, whole.network.weights)


def test_pruning_while_training_leaves_the_graph_and_is_logged():
    pruner = ng.pruning.boltzmann(tolerance=0.1, temperature=5.0)
    fit = ng.train(network(), *XOR, pruner=pruner, epochs=20, target_cost=None, seed=1)
    assert fit.removed
    assert fit.network.weights.size + len(fit.removed) == 48
    assert fit.history["edges"][-1] == fit.network.weights.size
    graph = fit.network.to_graph()
    for gone in fit.removed:
        assert not graph.has_edge(*gone.edge)
        assert abs(gone.weight) <= 0.1
        assert 0.0 < gone.score <= 1.0
        assert "Boltzmann" in gone.reason
    epochs = [gone.epoch for gone in fit.removed]
    assert epochs == sorted(epochs)


def test_a_validation_split_is_held_out_and_the_best_network_kept():
    start, x, labels = labelled()
    fit = ng.train(start, x, labels, validation=0.25, epochs=12, seed=1, target_cost=None)
    held = fit.held_out
    assert held.size == 15
    same = ng.train(start, x[np.setdiff1d(np.arange(60), held)], labels[np.setdiff1d(np.arange(60), held)], epochs=1)
    assert same.state.shape[0] == 45
    outputs = ng.settle(fit.best, x[held]).outputs
    best = int(np.argmin(fit.history["validation_cost"]))
    assert squared_error().mean(outputs, np.eye(3)[labels[held]]) == pytest.approx(
        fit.history["validation_cost"][best], abs=1e-12
    )
    last = ng.settle(fit.network, x[held]).outputs
    assert np.mean(wrong(last, np.eye(3)[labels[held]])) == fit.history["validation_error"][-1]


def test_held_out_samples_teach_nothing():
    start, x, labels = labelled()
    fit = ng.train(start, x, labels, validation=0.25, epochs=3, seed=1, target_cost=None)
    changed = labels.copy()
    changed[fit.held_out] = (labels[fit.held_out] + 1) % 3
    other = ng.train(start, x, changed, validation=0.25, epochs=3, seed=1, target_cost=None)
    assert np.array_equal(fit.network.weights, other.network.weights)
    assert not np.array_equal(fit.history["validation_cost"], other.history["validation_cost"])


def test_patience_ends_a_run_that_gets_no_better():
    start, x, labels = labelled()
    fit = ng.train(start, x, labels, validation=(x, labels), patience=4, epochs=500, seed=1, target_cost=None)
    watched = fit.history["validation_cost"]
    assert fit.epochs < 500
    assert fit.epochs - 1 - int(np.argmin(watched)) == 4
    assert fit.finished == "stopped, no better for 4 epochs"


def bits(state):
    """Every number of a state."""
    parts = [state.network.weights, state.network.biases, state.state, *state.optimiser_state, *state.history.values()]
    return [part.tobytes() for part in parts] + [str(state.generator)]


def test_training_is_one_epoch_after_another_and_no_epoch_changes_the_state_before():
    options = {"target_cost": None, "start": "uniform", "pruner": ng.pruning.boltzmann(0.05), "epochs": 6}
    problem = Problem.of(network(), *XOR, TrainingConfig(**options))
    states = [begin(problem, network(), np.random.default_rng(1))]
    before = bits(states[0])
    for _ in range(6):
        states.append(epoch(problem, states[-1]))
    assert bits(states[0]) == before
    assert bits(epoch(problem, states[3])) == bits(states[4])
    fit = ng.train(network(), *XOR, seed=1, **options)
    assert bits(states[-1]) == bits(fit)
    assert states[-1].removed == fit.removed


def test_a_generator_that_was_passed_goes_on_after_what_was_drawn():
    one, two = np.random.default_rng(5), np.random.default_rng(5)
    fits = [ng.train(network(), *XOR, seed=rng, epochs=2, start="uniform", target_cost=None) for rng in (one, two)]
    assert bits(fits[0]) == bits(fits[1])
    assert one.bit_generator.state == two.bit_generator.state == fits[0].generator
    assert one.bit_generator.state != np.random.default_rng(5).bit_generator.state


def test_a_fit_of_another_problem_does_not_go_on():
    fit = ng.train(network(), *XOR, epochs=2, seed=0)
    with pytest.raises(ng.DataError, match="x has 2 samples, but the fit had 4"):
        ng.train(fit, XOR[0][:2], XOR[1][:2])
    with pytest.raises(ng.ParameterError, match=r"optimiser is .*of another kind than the fit's"):
        ng.train(fit, *XOR, optimiser=ng.optimisers.sgd(0.1))
    with pytest.raises(ng.ParameterError, match="both with validation and keep, or both without"):
        ng.train(fit, *XOR, validation=0.25)
    held = ng.train(network(), *XOR, epochs=2, seed=0, validation=0.25)
    with pytest.raises(ng.ParameterError, match="validation holds 2 samples of x out, but the fit held out 1"):
        ng.train(held, *XOR, validation=0.5)


class Sfc(np.random.SFC64):
    """A bit generator that numpy does not know by name."""


def test_a_generator_that_could_not_go_on_is_named():
    with pytest.raises(ng.ParameterError, match="seed draws from Sfc, which is not of numpy"):
        ng.train(network(), *XOR, seed=np.random.Generator(Sfc(1)), epochs=1)


@pytest.mark.parametrize("start", ["warm", "uniform", 0.1])
def test_going_on_leaves_the_fit_as_it_was(start):
    options = {"target_cost": None, "start": start, "pruner": ng.pruning.boltzmann(0.05), "epochs": 3}
    fit = ng.train(network(), *XOR, seed=1, **options)
    before = bits(fit)
    again = ng.train(fit, *XOR, **options)
    assert bits(fit) == before != bits(again)
