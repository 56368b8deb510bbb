import numpy as np
import pytest

import neurograph as ng
from neurograph.training.config import TrainingConfig
from neurograph.training.problem import Problem
from neurograph.training.problems import problem_of
from tests.training.networks import XOR, network


def test_rates_learn_the_targets_of_their_outputs():
    assert type(problem_of(network(), *XOR, TrainingConfig())) is Problem


def test_rates_without_targets_are_refused():
    with pytest.raises(ng.ParameterError, match="y is missing: expected the targets of the outputs"):
        ng.train(network(), XOR[0])


def test_a_function_of_a_seed_has_the_rule_of_the_neurons_it_gives():
    graph = ng.topologies.complete(inputs=0, hidden=2, outputs=2, bias="neurons", seed=0)
    machine = ng.compile(ng.topologies.symmetric(graph), ng.dynamics.binary())
    one = ng.train(machine, [[1, 0]], epochs=2, seed=3)
    (other,) = ng.train(lambda seed: machine, [[1, 0]], epochs=2, seed=[3])
    assert np.array_equal(one.network.weights, other.network.weights)
