"""Rules of binary neurons against finite differences of what they descend, and against the equations."""

import math

import networkx as nx
import numpy as np
import pytest

import neurograph as ng
from neurograph.learning.drawn_phases import DrawnPhases, at_data, drawn_change, drawn_phases
from neurograph.learning.rules import SAMPLED_RULES
from neurograph.sampling.chains import drawn_states, generators
from tests.sampling.networks import boltzmann, every_state, machine


def flow(network, states):
    """Return K, the mean over states of the summed rates of flips."""
    W, b = network.matrix().toarray(), network.biases
    return np.exp((0.5 - states) * (states @ W.T + b)).sum(axis=1).mean()


def test_probability_flow_is_the_descent_of_the_flow_out_of_the_data():
    network = machine(6, scale=0.7, density=0.6, seed=3)
    states = np.random.default_rng(0).integers(0, 2, (40, 6)).astype(float)
    for rule in (ng.rules.variational_probability_flow(), ng.rules.minimum_probability_flow()):
        change = drawn_change(rule, DrawnPhases(network, states, None))
        edges, h = network.weights.size, 1e-5
        for k in range(edges):
            tie = network.connectivity.ties == network.connectivity.ties[k]
            ends = [flow(network.with_weights(network.weights + sign * h * tie), states) for sign in (1, -1)]
            assert change[k] == pytest.approx((ends[1] - ends[0]) / (2 * h), abs=1e-7)
        for j in range(6):
            step = h * (np.arange(6) == j)
            ends = [
                flow(network.with_weights(network.weights, network.biases + sign * step), states) for sign in (1, -1)
            ]
            assert change[edges + j] == pytest.approx((ends[1] - ends[0]) / (2 * h), abs=1e-7)


def test_flips_of_hidden_neurons_count_in_the_variational_flow_alone():
    network = machine(visible=3, hidden=2, seed=1)
    s = np.random.default_rng(0).integers(0, 2, (30, 5)).astype(float)
    a = s @ network.matrix().toarray().T + network.biases
    own = (s - 0.5) * np.exp(np.minimum((0.5 - s) * a, 8.0))
    for rule, seen in (
        ("variational_probability_flow", [1, 1, 1, 1, 1]),
        ("minimum_probability_flow", [0, 0, 1, 1, 1]),
    ):
        change = drawn_change(SAMPLED_RULES[rule](), DrawnPhases(network, s, None))
        g = own * seen
        for k, (i, j) in enumerate(network.edges):
            assert change[k] == pytest.approx(np.mean(g[:, i] * s[:, j] + g[:, j] * s[:, i]), rel=1e-12)
        assert np.allclose(change[network.weights.size :], g.mean(axis=0))


def test_the_exponent_is_at_most_8():
    network = machine(2, scale=100.0, seed=0)
    s = np.array([[0.0, 0.0], [1.0, 1.0], [0.0, 1.0]])
    change = drawn_change(ng.rules.variational_probability_flow(), DrawnPhases(network, s, None))
    assert np.abs(change).max() <= math.exp(8.0)


def test_contrastive_divergence_is_the_difference_of_both_phases_correlations():
    network = machine(visible=3, hidden=2, seed=2)
    rng = np.random.default_rng(0)
    data, model = (rng.integers(0, 2, (50, 5)).astype(float) for _ in range(2))
    change = drawn_change(ng.rules.contrastive_divergence(), DrawnPhases(network, data, model))
    wanted = (data.T @ data - model.T @ model) / 50
    assert np.allclose(change[: network.weights.size], [wanted[i, j] for i, j in network.edges], rtol=1e-12)
    assert np.allclose(change[network.weights.size :], (data - model).mean(axis=0))


def test_an_edge_of_its_own_has_the_half_of_its_postsynaptic_neuron():
    tied = machine(4, seed=5)
    graph = tied.to_graph()
    for _, _, data in graph.edges(data=True):
        del data["tie"]
    free = ng.compile(graph, ng.dynamics.binary(symmetric=False))
    s = np.random.default_rng(0).integers(0, 2, (20, 4)).astype(float)
    for rule in SAMPLED_RULES.values():
        phases = [DrawnPhases(network, s, 1.0 - s) for network in (tied, free)]
        both, own = (drawn_change(rule(), one) for one in phases)
        back = [free.edges.index((j, i)) for i, j in free.edges]
        assert np.allclose(both[:12], own[:12] + own[:12][back])


def test_a_rule_of_the_weight_alone_is_a_decay():
    network = machine(3, seed=0)
    change = drawn_change(ng.Rule("-0.5*w", kind="sampled"), DrawnPhases(network, np.zeros((2, 3)), None))
    assert np.allclose(change, np.concatenate([-network.weights, -0.5 * network.biases]))  # a tie adds both its edges


def test_hidden_neurons_are_drawn_given_the_data_and_the_model_phase_from_there():
    network = machine(visible=2, hidden=2, seed=6)
    start = np.zeros((40_000, 4))
    start[:, 2:] = [1.0, 0.0]
    phases = drawn_phases(ng.rules.contrastive_divergence(20), network, start, np.random.default_rng(0))
    assert np.array_equal(phases.data[:, 2:], start[:, 2:])
    states = every_state(network)
    pi = boltzmann(network, states)
    fits = (states[:, 2] == 1) & (states[:, 3] == 0)
    assert np.abs(phases.data.mean(axis=0) - pi[fits] @ states[fits] / pi[fits].sum()).max() < 0.01
    assert np.abs(phases.model.mean(axis=0) - pi @ states).max() < 0.01
    assert phases.settled == 1.0
    assert phases.learned.all()


def test_without_hidden_neurons_the_data_are_the_states():
    start = np.ones((3, 4))
    assert at_data(machine(4), start, np.random.default_rng(0), 1) is start


@pytest.mark.parametrize("sweeps", [1, 2, 5])
def test_a_phase_is_as_many_sweeps_as_the_rule_says(sweeps):
    network = machine(visible=4, hidden=5, seed=2)
    start, held = np.zeros((30, 9)), np.zeros((30, 9), np.bool_)
    held[:, network.connectivity.outputs] = True
    found = at_data(network, start, np.random.default_rng(7), sweeps)
    words = generators(np.random.default_rng(7), 30)
    assert np.array_equal(found, drawn_states(network, start, held, words, "gibbs", 0, 1, sweeps)[:, -1])


def test_a_rate_counts_up_to_the_exponent_8():
    graph = nx.DiGraph()
    graph.add_node("low", role="output", bias=14.0)  # the exponents are 7 and 20
    graph.add_node("high", role="output", bias=40.0)
    network = ng.compile(graph, ng.dynamics.binary())
    change = drawn_change(ng.rules.variational_probability_flow(), DrawnPhases(network, np.zeros((1, 2)), None))
    assert np.abs(change) == pytest.approx([0.5 * math.exp(7.0), 0.5 * math.exp(8.0)], rel=1e-12)
