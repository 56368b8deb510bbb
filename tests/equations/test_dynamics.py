import pickle

import pytest

import neurograph as ng
from neurograph.equations.neuron import Dynamics

NAMED = [
    ng.dynamics.deep("absolute", extra_leak=0.3),
    ng.dynamics.deep("signed"),
    ng.dynamics.vector_field(),
    *(ng.dynamics.additive(kind) for kind in ("clip", "sigmoid", "tanh", "relu")),
    ng.dynamics.hopfield(),
]


@pytest.mark.parametrize("dynamics", NAMED, ids=lambda d: d.name)
def test_plain_values_and_back(dynamics):
    assert Dynamics.from_dict(dynamics.to_dict()) == dynamics
    assert pickle.loads(pickle.dumps(dynamics)) == dynamics
    assert hash(pickle.loads(pickle.dumps(dynamics))) == hash(dynamics)


@pytest.mark.parametrize("dynamics", NAMED, ids=lambda d: d.name)
def test_latex_is_the_same_equation(dynamics):
    text = dynamics.latex()
    assert text.startswith(r"\dot s_j = ")
    assert r"\sum_i W_{ij}" in text
