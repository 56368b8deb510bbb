import pickle

import numpy as np
import pytest

import neurograph as ng
from tests.simulation.networks import unitary


def test_a_network_and_its_graph_are_the_same():
    network = unitary()
    back = ng.compile(network.to_graph())
    assert back.dynamics == network.dynamics == ng.dynamics.unitary()
    assert back.nodes == network.nodes
    assert back.weights.tobytes() == network.weights.tobytes()
    assert back.biases.tobytes() == network.biases.tobytes()
    assert network.weights.dtype == np.complex128
    assert network.biases.dtype == np.float64


def test_real_weights_are_taken_as_complex_ones():
    graph = unitary().to_graph()
    for *_, data in graph.edges(data=True):
        data["weight"] = abs(data["weight"])
    assert ng.compile(graph, ng.dynamics.unitary()).weights.dtype == np.complex128


def test_it_is_the_same_in_another_process():
    network = unitary()
    x = np.ones((1, 3, 2))
    other = pickle.loads(pickle.dumps(network))
    assert np.array_equal(ng.simulate(other, x).states, ng.simulate(network, x).states)


def test_complex_weights_of_a_real_dynamics_are_refused_by_the_first_that_is():
    graph = ng.topologies.complete(1, 2, 1, seed=0)
    graph.edges["h1", "y0"]["weight"] = 0.5 + 2j
    with pytest.raises(ng.GraphError, match=r"'h1' -> 'y0' has weight \(0\.5\+2j\).*dynamics\.unitary\(\)"):
        ng.compile(graph)


def test_it_has_no_drift_and_no_jacobian():
    network = unitary()
    state = np.zeros(len(network.nodes))
    for call in (network.drift, network.jacobian):
        with pytest.raises(ng.ParameterError, match="has no drift"):
            call(state)


def test_real_biases_are_asked_for():
    network = unitary()
    with pytest.warns(np.exceptions.ComplexWarning):
        assert network.with_weights(network.weights, 0j * network.biases).biases.dtype == np.float64
