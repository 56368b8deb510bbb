import networkx as nx
import numpy as np
import pytest
from scipy.linalg import expm

import neurograph as ng
from neurograph.certificates import Verdict
from neurograph.sampling.chains import flip_rates, probabilities
from tests.sampling.networks import boltzmann, every_state, machine


def generator(network, rates):
    """Return the generator (states, states) of flips at these rates (states, neurons)."""
    every = np.arange(len(rates))
    Q = np.zeros((len(rates), len(rates)))
    for j in range(rates.shape[1]):
        Q[every, every ^ (1 << j)] = rates[:, j]
    return Q - np.diag(Q.sum(axis=1))


@pytest.mark.parametrize("seed", range(5))
def test_the_gaps_are_those_of_the_generators_and_what_is_left_falls_at_them(seed):
    network = machine(4, scale=1.5, seed=seed)
    states = every_state(network)
    P, pi = probabilities(network, states), boltzmann(network, states)
    certificate = ng.certify(network)["spectral_gap"]
    assert certificate.verdict is Verdict.PROVED
    assert not certificate.rigorous
    for name, rates in (("draws", np.where(states == 1, 1.0 - P, P)), ("flips", flip_rates(network, states))):
        Q = generator(network, rates)
        gap = certificate.witness[name]
        assert gap == pytest.approx(-np.sort(np.linalg.eigvals(Q).real)[-2], rel=1e-8)
        for t in (0.5, 3.0):
            left = (expm(t * Q) * np.sqrt(pi)[:, None] - np.sqrt(pi)[:, None] * pi) / np.sqrt(pi)
            assert np.linalg.norm(left, 2) <= np.exp(-gap * t) + 1e-10
    assert certificate.rate <= certificate.witness["draws"]


def test_neurons_without_edges_are_drawn_by_themselves():
    certificate = ng.certify(machine(3, density=0.0))["spectral_gap"]
    assert certificate.rate == pytest.approx(1.0, rel=1e-9)


@pytest.mark.parametrize("seed", range(4))
def test_the_gap_is_never_less_than_what_dobrushin_proves(seed):
    report = ng.certify(machine(5, scale=0.5, seed=seed))
    rate, gap = report["dobrushin"].rate, report["spectral_gap"].witness
    assert rate is None or (gap["draws"] >= rate and gap["flips"] >= 2.0 * rate)


def test_what_it_cannot_say_is_unknown():
    assert "at most 10" in ng.certify(machine(11))["spectral_gap"].statement
    uneven = machine(3, log_odds="2*tanh(I) + b")
    assert "no energy" in ng.certify(uneven)["spectral_gap"].statement
    stuck = ng.certify(machine(6, scale=60.0, seed=1))["spectral_gap"]
    assert stuck.verdict is Verdict.UNKNOWN


def test_a_report_of_binary_neurons_is_of_theorems_about_them():
    report = ng.certify(machine(4, seed=0))
    assert [one.name for one in report] == ["detailed_balance", "dobrushin", "spectral_gap"]
    assert "reversible" in str(report)
    again = report["detailed_balance"].recheck(ng.compile(ng.topologies.complete(1, 2, 1, seed=0)))
    assert again.statement == "Not applicable to rate neurons."
    with pytest.raises(ng.ParameterError, match="dt is given, which says nothing of binary neurons"):
        ng.certify(machine(4), dt=0.1)


@pytest.mark.parametrize("bias", [60.0, 80.0, 120.0, 300.0])
def test_a_neuron_whose_flips_are_fast_does_not_hide_that_the_others_are_slow(bias):
    graph = nx.DiGraph([("b", "c", {"weight": 20.0}), ("c", "b", {"weight": 20.0})])
    graph.add_node("a", bias=bias)
    nx.set_node_attributes(graph, "output", "role")
    nx.set_node_attributes(graph, {"b": -10.0, "c": -10.0}, "bias")
    alone = ng.compile(graph.subgraph(["b", "c"]), ng.dynamics.binary())
    both = [ng.certify(network)["spectral_gap"] for network in (ng.compile(graph, ng.dynamics.binary()), alone)]
    assert both[0].verdict is Verdict.PROVED
    assert 0.0 < both[0].witness["flips"] <= both[1].witness["flips"]
