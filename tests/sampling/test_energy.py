import networkx as nx
import numpy as np
import pytest

import neurograph as ng
from neurograph.sampling.energy import couplings
from tests.sampling.networks import boltzmann, every_state, machine


def test_the_distribution_is_that_of_the_energy():
    network = machine(visible=3, hidden=2, bias_node=True)
    exact, states = ng.exact_distribution(network), every_state(network)
    assert np.array_equal(exact.states, states)
    pi = boltzmann(network, states)
    assert np.abs(exact.probabilities - pi).max() < 1e-14
    assert np.abs(exact.marginals - pi @ states).max() < 1e-14
    assert exact.free == (0, 1, 2, 3, 4)
    assert repr(exact).startswith("Distribution(32 states of 5 neurons")


def test_held_neurons_condition_it():
    network = machine(visible=4, hidden=1, seed=2)
    x = np.array([[1.0, np.nan, 0.0, np.nan]])
    exact, states = ng.exact_distribution(network, x), every_state(network)
    fits = (states[:, 1] == 1) & (states[:, 3] == 0)
    pi = boltzmann(network, states)[fits]
    assert exact.free == (0, 2, 4)
    assert np.allclose(exact.marginals, pi / pi.sum() @ states[fits], rtol=1e-13)


def test_the_log_likelihood_sums_over_hidden_states():
    network = machine(visible=3, hidden=2, seed=3)
    states, pi = every_state(network), boltzmann(network, every_state(network))
    v = np.array([[0, 1, 1], [1, 1, 1]])
    wanted = [np.log(pi[(states[:, 2:] == row).all(axis=1)].sum()) for row in v]
    assert np.allclose(ng.log_likelihood(network, v), wanted, rtol=1e-13)
    assert np.isclose(np.exp(ng.log_likelihood(network, every_state(machine(3)))).sum(), 1.0)


def test_a_temperature_divides_the_energy():
    cold, warm = machine(seed=1), machine(seed=1, log_odds="(I + b)/T", parameters={"T": 3.0})
    states = every_state(cold)
    p = boltzmann(cold, states) ** (1 / 3)
    assert np.allclose(ng.exact_distribution(warm).probabilities, p / p.sum(), rtol=1e-12)


def test_what_has_no_energy_is_refused_by_name():
    curved = machine(log_odds="2*tanh(I) + b")
    assert couplings(curved) is None
    with pytest.raises(ng.ParameterError, match=r"log_odds is .* not linear in I"):
        ng.exact_distribution(curved)
    graph = machine(2, symmetric=False).to_graph()
    graph.edges[0, 1]["weight"] = 5.0
    del graph.edges[0, 1]["tie"]
    with pytest.raises(ng.ParameterError, match=r"neurons 0 and 1 act on each other differently.*symmetric"):
        ng.exact_distribution(ng.compile(graph))
    uneven = machine(2, log_odds="(I + b)/T", parameters={"T": 1.0}).to_graph()
    uneven.nodes[0]["T"] = 2.0
    with pytest.raises(ng.ParameterError, match="one weight for both ways, but log odds of different slopes"):
        ng.exact_distribution(ng.compile(uneven))
    with pytest.raises(ng.ParameterError, match=r"21 neurons are free.*at most 20; neurograph\.sample"):
        ng.exact_distribution(machine(21))
    with pytest.raises(ng.ParameterError, match="x has 2 rows"):
        ng.exact_distribution(machine(2), [[0, 1], [1, 1]])
    with pytest.raises(ng.ParameterError, match="whole visible states"):
        ng.log_likelihood(machine(2), [[0, np.nan]])


def test_a_likelihood_below_the_range_of_floats_has_its_logarithm():
    graph = nx.DiGraph([("a", "b", {"weight": 2000.0}), ("b", "a", {"weight": 2000.0})])
    nx.set_node_attributes(graph, "output", "role")
    found = ng.log_likelihood(ng.compile(graph, ng.dynamics.binary()), [[0, 0], [1, 0], [1, 1]])
    assert found.tolist() == [-2000.0, -2000.0, 0.0]
