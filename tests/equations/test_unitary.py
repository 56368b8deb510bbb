import pickle

import numpy as np
import pytest

import neurograph as ng
from neurograph.equations.populations import dynamics_from_dict
from neurograph.equations.unitary import Unitary, modrelu


def test_modrelu_keeps_the_phase_and_moves_the_size():
    z = np.array([3.0, 2j, -1.0, 0.3 + 0.4j, 0.0])
    assert np.allclose(modrelu(z, [-1.0, 0.5, -2.0, 1.0, 5.0]), [2.0, 2.5j, 0.0, 0.9 + 1.2j, 0.0], atol=1e-15)
    assert np.array_equal(modrelu(z, 0.0), z)


def test_plain_values_and_back():
    dynamics = ng.dynamics.unitary()
    assert dynamics.kind == "unitary"
    assert dynamics_from_dict(dynamics.to_dict()) == dynamics
    assert pickle.loads(pickle.dumps(dynamics)) == dynamics
    with pytest.raises(ng.ParameterError, match="unitary"):
        Unitary.from_dict({"unitary": "tanh"})


def test_the_step_is_shown_as_text_and_in_latex():
    assert "modReLU(W h(t-1) + V x(t))" in str(ng.dynamics.unitary())
    assert r"h_j(t) = \max(|z_j| + b_j, 0)" in ng.dynamics.unitary().latex()


def test_the_drift_is_that_of_a_real_neuron_of_the_same_nonlinearity():
    I, b = np.array([-2.0, 0.5, 1.5]), -0.7
    drift = ng.dynamics.unitary().drift_equation(s=0.25, I=I, b=b)
    assert np.allclose(drift + 0.25, modrelu(I, b).real)


def test_it_is_not_one_of_several_populations():
    with pytest.raises(ng.ParameterError, match="one of several populations"):
        ng.compile(ng.topologies.unitary(1, 4, 1, seed=0), {"neuron": ng.dynamics.unitary()})
