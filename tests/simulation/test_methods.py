"""Methods as numbers: their stability functions, and which one is chosen."""

import numpy as np
import pytest

import neurograph as ng
from neurograph.simulation.methods import METHODS, check_step, chosen_method


def growth(method, z):
    """Return s' / s of ds/dt = -z s in a step of length 1."""
    stage, total = 1.0, 1.0
    for weight, ahead in zip(method.weight, method.ahead, strict=True):
        total += weight * -z * stage
        stage = 1.0 + ahead * -z * stage
    return total


@pytest.mark.parametrize("name", ["euler", "heun", "rk4"])
def test_a_method_agrees_with_the_exponential_up_to_its_order(name):
    method = METHODS[name]
    errors = [abs(growth(method, z) - np.exp(-z)) for z in (0.02, 0.01)]
    assert np.log2(errors[0] / errors[1]) == pytest.approx(method.order + 1, abs=0.05)


@pytest.mark.parametrize("name", ["euler", "heun", "rk4"])
def test_a_method_reaches_as_far_as_it_says(name):
    method = METHODS[name]
    assert abs(growth(method, method.reach)) == pytest.approx(1.0, abs=1e-9)
    assert abs(growth(method, 1.001 * method.reach)) > 1.0
    assert all(abs(growth(method, z)) <= 1.0 + 1e-12 for z in np.linspace(0.0, method.reach, 100))


def network(dynamics):
    return ng.compile(ng.topologies.complete(1, 2, 1, seed=0), dynamics)


@pytest.mark.parametrize(
    ("drift", "noisy", "delayed", "name"),
    [
        ("-s + tanh(I + b)", True, True, "exponential"),
        ("s + tanh(I + b)", False, False, "rk4"),
        ("-s**3 + I", False, False, "rk4"),
        ("-s**3 + I", True, False, "heun"),
        ("-s**3 + I", False, True, "heun"),
    ],
)
def test_the_method_that_fits_is_chosen_and_said(drift, noisy, delayed, name):
    method, why = chosen_method(network(ng.Dynamics(drift)), "auto", noisy, delayed)
    assert method.name == name
    assert why.startswith(f"{name}, for the leak is ")


def test_a_step_may_be_as_long_as_the_bound_that_is_said():
    leaky = network(ng.Dynamics("-4*s + I"))
    check_step(leaky, METHODS["euler"], 0.5)
    check_step(leaky, METHODS["exponential"], 50.0)
    with pytest.raises(ng.ParameterError, match=r"dt <= 0\.5, or method='exponential'"):
        check_step(leaky, METHODS["euler"], 0.51)
