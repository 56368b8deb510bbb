"""Energies: closed forms, scipy's quadrature, and slopes against differences."""

import numpy as np
import pytest
from scipy.integrate import quad

from neurograph.certificates.bounds.energy_function import Energy, RateEnergy
from neurograph.certificates.system import System
from neurograph.equations import dynamics
from neurograph.equations.neuron import Dynamics
from neurograph.network.inputs import starting_state
from neurograph.solvers import Euler
from neurograph.solvers.base import Phase
from neurograph.solvers.settle import settle
from tests.certificates.networks import network

W = np.array([[0.0, 0.4, -0.2], [0.4, 0.1, 0.3], [-0.2, 0.3, 0.0]])
X = np.array([[0.5]])


def energy(kind, form):
    net = network(W, kind)
    phase = Phase(starting_state(net, X, 0.0, None))
    rest = settle(net, X, solver=Euler(tol=1e-12, steps=100_000)).state[0]
    return form(System(net, X, None, 0.0, None), phase, rest)


def states(function, count=6):
    state = np.tile(function.equilibrium, (count, 1))
    state[:, 1:] += np.random.default_rng(0).uniform(-0.2, 0.2, (count, 3))
    return state


def test_a_linear_network_has_a_quadratic_energy():
    function = energy(Dynamics("-s + I"), Energy)
    state = states(function)
    away = state[:, 1:] - function.equilibrium[1:]
    assert function.value(state) == pytest.approx(0.5 * np.einsum("bi,ij,bj->b", away, np.eye(3) - W, away))


def test_the_energy_of_a_transfer_is_hopfields():
    function = energy(Dynamics("-s + I", transfer="tanh(s)"), Energy)

    def hopfield(s):
        f = np.tanh(s)
        own = sum(quad(lambda z: z / np.cosh(z) ** 2, 0.0, one)[0] for one in s)
        return -0.5 * f @ W @ f - np.tanh(0.5) * np.sum(f) + own  # the input sends tanh(0.5) to every node

    for state in states(function):
        assert function.value(state) == pytest.approx(
            hopfield(state[1:]) - hopfield(function.equilibrium[1:]), abs=1e-10
        )


def test_the_energy_of_a_rate_is_the_integral_of_the_inverse_activation():
    function = energy(dynamics.additive("tanh"), RateEnergy)

    def rate(s):
        own = sum(quad(np.arctanh, 0.0, one)[0] for one in s)
        return -0.5 * s @ W @ s - 0.5 * np.sum(s) + own

    for state in states(function):
        assert function.value(state) == pytest.approx(rate(state[1:]) - rate(function.equilibrium[1:]), abs=1e-9)
    outside = function.equilibrium.copy()
    outside[1] = 1.5
    assert function.value(outside) == np.inf


@pytest.mark.parametrize(
    ("kind", "form"),
    [(Dynamics("-s + I", transfer="tanh(s)"), Energy), (dynamics.additive("tanh"), RateEnergy)],
)
def test_the_slope_is_the_change_along_the_drift(kind, form):
    function = energy(kind, form)
    state = states(function)
    step = np.zeros_like(state)
    step[:, 1:] = 1e-5 * function.system.network.drift(state)[:, 1:]
    difference = (function.value(state + step) - function.value(state - step)) / 2e-5
    assert function.slope(state) == pytest.approx(difference, rel=1e-5, abs=1e-9)
    assert np.all(function.slope(state) < 0.0)
