"""What a run learns: labels, starts, and what does not fit."""

import networkx as nx
import numpy as np
import pytest

import neurograph as ng
from neurograph.equations.costs import squared_error
from neurograph.training.config import TrainingConfig
from neurograph.training.problem import checked_data
from tests.training.networks import XOR, labelled, network


def test_labels_are_one_hot_targets():
    start, x, labels = labelled()
    options = {"epochs": 3, "seed": 0, "target_cost": None}
    one = ng.train(start, x, labels, **options)
    two = ng.train(start, x, np.eye(3)[labels], **options)
    assert np.array_equal(one.network.weights, two.network.weights)


@pytest.mark.filterwarnings("ignore::neurograph.TrainingWarning")
@pytest.mark.parametrize("rows", [False, True])
def test_held_out_samples_settle_from_the_start_that_was_given(rows):
    start, x, labels = labelled()
    begin = np.random.default_rng(0).uniform(0.3, 0.9, (60, len(start.nodes)))
    begin = begin if rows else begin[0]
    short = ng.solvers.Euler(steps=2, tol=0)
    fit = ng.train(start, x, labels, validation=0.25, epochs=1, seed=1, start=begin, solver=short)
    held = fit.held_out
    outputs = ng.settle(fit.network, x[held], start=begin[held] if rows else begin, solver=short).outputs
    assert fit.history["validation_cost"][0] == squared_error().mean(outputs, np.eye(3)[labels[held]])


def test_symmetric_dynamics_are_not_trained_without_ties():
    graph = nx.DiGraph([("h", "y", {"weight": 0.3}), ("y", "h", {"weight": 0.3})])
    graph.nodes["y"]["role"] = "output"
    untied = ng.compile(graph, ng.dynamics.hopfield())
    with pytest.raises(ng.GraphError, match=r"topologies\.symmetric"):
        ng.train(untied, np.empty((1, 0)), [[1.0]])
    tied = ng.compile(ng.topologies.symmetric(graph), ng.dynamics.hopfield())
    weights = ng.train(tied, np.empty((1, 0)), [[1.0]], start=0.5, epochs=3).network.weights
    assert weights[0] == weights[1] != 0.3


@pytest.mark.parametrize("rule", [ng.rules.ep(), ng.rules.contrastive_hebbian()], ids=lambda rule: rule.name)
def test_a_rule_that_needs_symmetry_is_refused_on_an_untied_graph(rule):
    with pytest.raises(ng.GraphError, match=r"the rule .* needs W_ij = W_ji: .*topologies\.symmetric"):
        ng.train(network(), *XOR, rule=rule)
    graph = ng.topologies.symmetric(ng.topologies.complete(2, 3, 1, bias="neurons", seed=0))
    fit = ng.train(ng.compile(graph, ng.dynamics.vector_field()), *XOR, rule=rule, epochs=2, seed=0)
    matrix = fit.network.matrix().toarray()
    inside = np.ix_(fit.network.connectivity.free, fit.network.connectivity.free)
    assert np.array_equal(matrix[inside], matrix[inside].T)


def test_a_cost_of_shares_needs_several_outputs_and_targets_that_add_up_to_1():
    x, y = np.zeros((2, 2)), np.ones((2, 1))
    one, two = (ng.compile(ng.topologies.complete(2, 3, outputs, seed=0)) for outputs in (1, 2))
    config = TrainingConfig(cost=ng.costs.cross_entropy())
    with pytest.raises(ng.ParameterError, match="the network has one output, 'y0': expected one for each class"):
        checked_data(one, x, y, config)
    for wrong in ([0.5, 0.4], [1.5, -0.5]):
        with pytest.raises(ng.DataError, match="expected targets >= 0 that add up to 1"):
            checked_data(two, x, np.array([[0.5, 0.5], wrong]), config)
    assert checked_data(two, x, np.array([[0.5, 0.5], [0.0, 1.0]]), config)[1].shape == (2, 2)
    assert checked_data(one, x, y, TrainingConfig())[1].shape == (2, 1)
