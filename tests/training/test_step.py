"""One step by hand is the step that train takes."""

import warnings

import numpy as np
import pytest

import neurograph as ng
from neurograph.learning.rules import RULES
from tests.training.networks import XOR, labelled, network
from tests.training.test_state import bits


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"start": "uniform", "pruner": ng.pruning.boltzmann(0.05)},
        {"start": "warm", "optimiser": ng.optimisers.sgd(0.3, decay=0.9)},
        {"keep": ng.certificates.contracting(rate=0.05)},
        {"rule": RULES["stdp"](), "beta": 2.0, "solver": ng.solvers.Euler(dt=0.05, steps=1000)},
        {"cost": ng.costs.Cost("(s - y)**4/4")},
    ],
    ids=str,
)
def test_steps_by_the_same_samples_are_train_to_the_bit(options):
    state = ng.training_step(network(), *XOR, seed=1, **options)
    for _ in range(9):
        state = ng.training_step(state, *XOR, **options)
    whole = ng.train(network(), *XOR, seed=1, epochs=10, batch_size=None, target_cost=None, **options)
    assert bits(state) == bits(whole)
    assert state.removed == whole.removed
    assert state.network.edges == whole.network.edges


def test_steps_by_the_batches_of_an_epoch_are_that_epoch():
    start, x, labels = labelled()
    fit = ng.train(start, x, labels, seed=5, epochs=1, batch_size=20, target_cost=None)
    order, state = np.random.default_rng(5).permutation(60), start
    for first in range(0, 60, 20):
        batch = order[first : first + 20]
        state = ng.training_step(state, x[batch], labels[batch])
    assert np.array_equal(state.network.weights, fit.network.weights)
    assert np.array_equal(state.network.biases, fit.network.biases)
    assert all(np.array_equal(*pair) for pair in zip(state.optimiser_state, fit.optimiser_state, strict=True))
    assert state.epochs == 3
    assert state.history["cost"].mean() == pytest.approx(fit.history["cost"][0], rel=1e-12)


def test_a_step_changes_nothing_it_is_given_and_takes_more_or_fewer_samples():
    start, x, labels = labelled()
    before = start.weights.copy()
    one = ng.training_step(start, x[:7], labels[:7])
    kept = bits(one)
    two = ng.training_step(one, x[7:], labels[7:])
    assert np.array_equal(start.weights, before)
    assert bits(one) == kept
    assert two.state.shape == (53, len(start.nodes))
    assert not np.array_equal(two.network.weights, one.network.weights)
    with pytest.raises(ng.DataError, match="x has 53 samples, but the fit had 7"):
        ng.training_step(one, x[7:], labels[7:], start="warm")


def test_a_state_of_train_goes_on_by_steps_and_back():
    start, x, labels = labelled()
    options = {"batch_size": None, "target_cost": None}
    whole = ng.train(start, x, labels, seed=0, epochs=4, **options)
    fit = ng.train(start, x, labels, seed=0, epochs=1, **options)
    fit = ng.train(ng.training_step(fit, x, labels), x, labels, epochs=2, **options)
    assert bits(fit) == bits(whole)


def test_what_is_no_step_is_refused_by_name():
    state = ng.training_step(network(), *XOR)
    with pytest.raises(ng.ParameterError, match="seed is 3, but a TrainingState goes on"):
        ng.training_step(state, *XOR, seed=3)
    with pytest.raises(ng.ParameterError, match="network is of type str"):
        ng.training_step("network", *XOR)
    with pytest.raises(ng.DataError, match="x has"):
        ng.training_step(state, [[1.0]], [[1.0]])
    with pytest.raises(ng.ParameterError, match="epochs"):
        ng.training_step(state, *XOR, epochs=3)


def test_the_first_step_warns_where_it_is_called():
    y = 2 * XOR[1] - 1
    with pytest.warns(ng.TrainingWarning, match="scale y") as said:
        state = ng.training_step(network(), XOR[0], y)
    assert said[0].filename == __file__
    assert len(state.remarks) == 1
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        ng.training_step(state, XOR[0], y)
