import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import neurograph as ng
from neurograph.certificates import Verdict
from neurograph.sampling.chains import probabilities
from tests.sampling.networks import boltzmann, every_state, machine


def sweep(network):
    """Return the transitions (states, states) of a sweep."""
    states, T = every_state(network), np.eye(1 << len(network.nodes))
    P = probabilities(network, states)
    every = np.arange(len(states))
    for j in range(len(network.nodes)):
        one = np.zeros_like(T)
        np.add.at(one, (every, every | 1 << j), P[:, j])
        np.add.at(one, (every, every & ~(1 << j)), 1.0 - P[:, j])
        T = T @ one
    return T


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10_000), scale=st.sampled_from([0.2, 0.5, 0.8, 1.5]))
def test_sweeps_come_to_one_distribution_at_least_as_fast(seed, scale):
    network = machine(4, scale=scale, seed=seed)
    certificate = ng.certify(network)["dobrushin"]
    if certificate.verdict is not Verdict.PROVED:
        assert certificate.margin <= 0.0
        return
    alpha = certificate.witness["alpha"]
    T, pi = sweep(network), boltzmann(network, every_state(network))
    assert np.sort(np.abs(np.linalg.eigvals(T)))[-2] <= alpha + 1e-12
    # The distribution after k sweeps from any start: apart from pi by at most what alpha says of all neurons together.
    v = 1.0 if certificate.weights is None else 1.0 / certificate.weights
    for k in (1, 3):
        apart = 0.5 * np.abs(np.linalg.matrix_power(T, k) - pi).sum(axis=1).max()
        assert apart <= alpha**k * np.sum(np.ones(4) * v) / np.min(v) + 1e-12


def test_the_influence_of_a_coupling_is_the_most_that_a_flip_changes():
    graph = nx.DiGraph([(0, 1, {"weight": 3.0})])
    nx.set_node_attributes(graph, "output", "role")
    network = ng.compile(graph, ng.dynamics.binary(symmetric=False))
    a = np.linspace(-9.0, 9.0, 10_001)
    most = np.max(1.0 / (1.0 + np.exp(-a - 3.0)) - 1.0 / (1.0 + np.exp(-a)))
    assert np.tanh(3.0 / 4.0) == pytest.approx(most, rel=1e-6)
    # Neuron 0 hears nothing: weights of the neurons prove more than rows, where the sum is tanh(3/4) all the same.
    assert ng.certify(network)["dobrushin"].witness["alpha"] < np.tanh(3.0 / 4.0)


def test_weights_prove_what_rows_do_not():
    graph = nx.DiGraph()
    for leaf in range(1, 6):
        graph.add_edge(0, leaf, weight=1.2)
        graph.add_edge(leaf, 0, weight=1.2)
    nx.set_node_attributes(graph, "output", "role")
    certificate = ng.certify(ng.compile(graph, ng.dynamics.binary()))["dobrushin"]
    rho = np.tanh(0.3)
    assert 5 * rho > 1.0
    assert certificate.verdict is Verdict.PROVED
    assert certificate.witness["alpha"] == pytest.approx(np.sqrt(5) * rho, rel=1e-3)


def test_strong_couplings_are_unknown():
    certificate = ng.certify(machine(5, scale=5.0))["dobrushin"]
    assert certificate.verdict is Verdict.UNKNOWN
    assert "not below 1" in certificate.statement
    assert ng.certify(machine(3, log_odds="2*tanh(I) + b"))["dobrushin"].verdict is Verdict.UNKNOWN


def test_it_takes_any_number_of_neurons():
    rng = np.random.default_rng(0)
    graph = ng.topologies.symmetric(ng.topologies.layered(1, (2000,), 1, seed=0))
    graph = nx.DiGraph([(i, int(j), {"weight": 0.1}) for i in range(2000) for j in rng.integers(0, 2000, 5) if i != j])
    nx.set_node_attributes(graph, "output", "role")
    report = ng.certify(ng.compile(graph, ng.dynamics.binary(symmetric=False)))
    assert report["dobrushin"].verdict is Verdict.PROVED
    assert report["spectral_gap"].verdict is Verdict.UNKNOWN
    assert "Proved for all inputs: one stationary distribution" in report.claim
