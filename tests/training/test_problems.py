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
