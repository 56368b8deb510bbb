"""The growth curve of synaptic elements, and what is rounded at random."""

import numpy as np
import pytest

import neurograph as ng
from neurograph.pruning.elements import checked_target, drawn_whole, growth, mean_rates
from tests.growth.networks import X, sparse, task


def test_the_curve_is_1_at_the_best_and_0_at_both_ends():
    found = growth(np.array([0.2, 0.5, 0.8, 0.35, 10.0]), 0.8, 0.2)
    np.testing.assert_allclose(found[:3], [0.0, 1.0, 0.0], atol=1e-12)
    assert found[3] == pytest.approx(2 * 2**-0.25 - 1)  # half of the way: a quarter of ln 2
    assert found[4] == pytest.approx(-1.0)


def test_rounding_keeps_the_mean():
    rng, number = np.random.default_rng(0), np.repeat([0.0, 0.25, 3.0, 7.9], 10_000)
    drawn = drawn_whole(number, rng).reshape(4, -1)
    assert set(drawn[0]) == {0}
    assert set(drawn[1]) == {0, 1}
    assert set(drawn[2]) == {3}
    assert set(drawn[3]) == {7, 8}
    np.testing.assert_allclose(drawn.mean(axis=1), [0.0, 0.25, 3.0, 7.9], atol=0.02)


def test_a_neuron_has_no_more_elements_than_there_are_nodes():
    assert drawn_whole(np.array([1e9, 1e300, 2.0]), np.random.default_rng(0)).tolist() == [3, 3, 2]


def test_rates_are_means_of_what_is_sent():
    network = sparse(ng.Dynamics("-s + tanh(I + 0.3)", transfer="s**2"))
    state = ng.settle(network, X).state
    np.testing.assert_allclose(mean_rates(network, task(network)), (state**2).mean(axis=0), atol=1e-6)


def test_the_least_rate_is_below_the_target():
    assert checked_target(0.3, None) == -0.3
    assert checked_target(0.3, 0.1) == 0.1
    with pytest.raises(ng.ParameterError, match="expected least below target"):
        checked_target(0.3, 0.3)
