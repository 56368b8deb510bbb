import pickle

import numpy as np
import pytest

import neurograph as ng
from neurograph.equations.binary import Binary
from neurograph.equations.populations import dynamics_from_dict
from neurograph.errors import ExpressionError, ParameterError

WARM = ng.dynamics.binary("(I + b)/T", parameters={"T": 2.0}, symmetric=False)


@pytest.mark.parametrize("dynamics", [ng.dynamics.binary(), WARM])
def test_plain_values_and_back(dynamics):
    assert dynamics_from_dict(dynamics.to_dict()) == dynamics
    assert pickle.loads(pickle.dumps(dynamics)) == dynamics


def test_the_mean_drifts_towards_the_probability_of_1():
    I, b = np.linspace(-3.0, 3.0, 7), 0.4
    drift = WARM.drift_equation(s=0.3, I=I, b=b, T=2.0)
    assert np.allclose(drift, 1.0 / (1.0 + np.exp(-(I + b) / 2.0)) - 0.3, rtol=1e-14)
    assert np.allclose(WARM.log_odds_equation(I=I, b=b, T=2.0), (I + b) / 2.0)


def test_the_equation_is_shown_as_text_and_in_latex():
    assert str(ng.dynamics.binary()) == "P(s = 1) = sigmoid(I + b)"
    assert ng.dynamics.binary().latex() == r"P(s_j = 1) = \sigma\left(\sum_i W_{ij} s_i + b_j\right)"


@pytest.mark.parametrize(
    ("arguments", "error", "culprit"),
    [
        ({"log_odds": "I + s"}, ExpressionError, "'s'"),
        ({"log_odds": "I +"}, ExpressionError, "log_odds"),
        ({"parameters": {"T": np.inf}}, ParameterError, "'T'"),
        ({"symmetric": "yes"}, ParameterError, "'yes'"),
    ],
)
def test_a_wrong_neuron_is_refused_by_name(arguments, error, culprit):
    with pytest.raises(error, match=culprit):
        ng.dynamics.binary(**arguments)


def test_plain_values_that_are_no_binary_neuron_are_refused():
    with pytest.raises(ParameterError, match="symmetric"):
        Binary.from_dict({"log_odds": "I"})


def test_it_is_not_one_of_several_populations():
    with pytest.raises(ParameterError, match="one of several populations"):
        ng.compile(ng.topologies.layered(1, (2,), 1, seed=0), {"all": ng.dynamics.binary()})
