import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import neurograph as ng
from tests.simulation.networks import plain_steps, some, unitary


@given(st.integers(1, 3), st.sampled_from([2, 8]), st.integers(0, 99))
@settings(max_examples=10, deadline=None)
def test_a_simulation_is_the_plain_loop_over_the_edges(inputs, units, seed):
    network = unitary(inputs, units, 2, seed)
    x = np.random.default_rng(seed).normal(size=(2, 5, inputs))
    found = ng.simulate(network, x, start=0.3)
    for sample in range(2):
        states, outputs = plain_steps(network.to_graph(), x[sample], 0.3)
        assert np.allclose(found.states[sample], states, atol=1e-12)
        assert np.allclose(found.outputs[sample], outputs, atol=1e-12)
    assert found.time.tolist() == [1.0, 2.0, 3.0, 4.0, 5.0]


def test_it_goes_on_to_the_same_bits():
    network, x = unitary(), np.random.default_rng(0).normal(size=(3, 9, 2))
    whole = ng.simulate(network, x)
    first = ng.simulate(network, x[:, :4])
    rest = ng.simulate(network, x[:, 4:], start=first.last)
    assert np.array_equal(np.concatenate([first.states, rest.states], axis=1), whole.states)
    assert np.array_equal(rest.last, whole.last)


def test_a_sample_does_not_depend_on_the_others():
    network, x = unitary(), np.random.default_rng(0).normal(size=(4, 6, 2))
    assert np.allclose(ng.simulate(network, x[2:3]).states[0], ng.simulate(network, x).states[2], atol=1e-13)


def test_without_biases_and_inputs_the_norm_does_not_drift_over_10_000_steps():
    network = unitary(units=16)
    plain = network.with_weights(network.weights, np.zeros(len(network.nodes)))
    start = some((2, 16))
    last = ng.simulate(plain, np.zeros((2, 10_000, 2)), start=start).last
    assert np.allclose(np.linalg.norm(last, axis=1), np.linalg.norm(start, axis=1), rtol=1e-11)


def test_a_neuron_at_0_stays_where_it_is_without_input():
    assert not ng.simulate(unitary(), np.zeros((1, 4, 2))).states.any()


def test_a_simulation_is_read_only_and_says_its_size():
    found = ng.simulate(unitary(), np.ones((2, 3, 2)))
    assert repr(found) == "Simulation(2 sequences, 3 steps, 8 neurons)"
    with pytest.raises(ValueError, match="read-only"):
        found.states[0, 0, 0] = 0.0


def test_a_state_that_leaves_every_bound_is_refused():
    network = unitary()
    large = network.with_weights(np.where(np.abs(network.weights) == 1.0, 1e200, network.weights))
    with pytest.raises(ng.DivergenceError, match="no longer finite"):
        ng.simulate(large, np.ones((1, 5, 2)))


def test_what_belongs_to_rates_is_refused_by_name():
    with pytest.raises(ng.ParameterError, match="dt is given, but a unitary network"):
        ng.simulate(unitary(), np.ones((1, 3, 2)), dt=0.1)


def test_what_is_0_anyway_may_be_given_of_a_unitary_network():
    x = np.ones((1, 3, 2))
    given = ng.simulate(unitary(), x, noise=0, l1=0)
    assert np.array_equal(given.states, ng.simulate(unitary(), x).states)
