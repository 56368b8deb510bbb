"""Energies: against the closed forms of Hopfield, and their slopes against finite differences along the flow."""

import numpy as np
import pytest
from hypothesis import given, settings

from neurograph.certificates import certify
from neurograph.certificates.bounds.energy_function import Energy, RateEnergy
from neurograph.equations import dynamics
from tests.certificates.networks import SEEDS, network


def symmetric(rng, n, scale):
    W = scale * rng.normal(size=(n, n))
    return np.triu(W, 1) + np.triu(W, 1).T


def energy_of(W, kind, biases):
    net = network(W, kind, biases)
    return net, certify(net, [[0.3]])["energy"].function()


@settings(max_examples=20, deadline=None)
@given(seed=SEEDS)
def test_the_energy_of_a_hopfield_network_is_that_of_its_paper(seed):
    """Scellier and Bengio 2017: E = sum s^2/2 - sum W_ij rho_i rho_j / 2 - sum b rho, the input's share in b."""
    rng = np.random.default_rng(seed)
    n = int(rng.integers(2, 5))
    W, b = symmetric(rng, n, 0.3), rng.uniform(0.1, 0.6, n)
    net, function = energy_of(W, dynamics.hopfield(), b)
    assert isinstance(function, Energy)

    def energy(s):
        return 0.5 * s @ s - 0.5 * s @ W @ s - (b + 0.3) @ s

    free = net.connectivity.free
    states = rng.uniform(0.05, 0.95, (6, len(net.nodes)))
    expected = [energy(state[free]) - energy(function.rest[free]) for state in states]
    assert function.value(states) == pytest.approx(expected, rel=1e-8, abs=1e-9)


@pytest.mark.parametrize(
    ("kind", "form"),
    [
        (dynamics.hopfield(), Energy),
        (dynamics.additive("tanh"), RateEnergy),
        (dynamics.additive("sigmoid"), RateEnergy),
    ],
    ids=["hopfield", "tanh", "sigmoid"],
)
@settings(max_examples=20, deadline=None)
@given(seed=SEEDS)
def test_the_slope_is_the_change_of_the_value_along_the_flow_and_never_positive(kind, form, seed):
    rng = np.random.default_rng(seed)
    n = int(rng.integers(2, 5))
    net, function = energy_of(symmetric(rng, n, 0.4), kind, rng.uniform(0.1, 0.6, n))
    assert isinstance(function, form)
    free, h = net.connectivity.free, 1e-6
    states = rng.uniform(0.1, 0.9, (5, len(net.nodes)))
    forward, backward = states.copy(), states.copy()
    flow = function._flow(states[:, free])
    forward[:, free] += h * flow
    backward[:, free] -= h * flow
    slope = function.slope(states)
    assert slope == pytest.approx((function.value(forward) - function.value(backward)) / (2 * h), rel=1e-4, abs=1e-6)
    assert np.all(slope <= 1e-12)


def test_the_energy_of_rates_is_infinite_where_no_input_leads():
    net, function = energy_of(np.zeros((2, 2)), dynamics.additive("tanh"), [0.1, 0.2])
    state = np.full(len(net.nodes), 0.5)
    assert np.isfinite(function.value(state))
    state[net.connectivity.free[0]] = 1.5
    assert function.value(state) == np.inf
