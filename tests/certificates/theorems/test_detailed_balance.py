import networkx as nx
import numpy as np
import pytest

import neurograph as ng
from neurograph.certificates import Verdict
from tests.sampling.networks import boltzmann, every_state, machine


def directed(forth, back, parameters=None, **nodes):
    graph = nx.DiGraph([(0, 1, {"weight": forth}), (1, 0, {"weight": back})])
    nx.set_node_attributes(graph, "output", "role")
    for node, value in nodes.items():
        graph.nodes[int(node[1:])]["T"] = value
    log_odds = "(I + b)/T" if parameters else "I + b"
    return ng.compile(graph, ng.dynamics.binary(log_odds, parameters=parameters, symmetric=False))


def test_symmetric_couplings_are_reversible():
    certificate = ng.certify(machine(5, bias_node=True, seed=0))["detailed_balance"]
    assert certificate.verdict is Verdict.PROVED
    assert certificate.claims == ("reversible",)
    assert "10 pairs" in certificate.statement


def test_kolmogorovs_cycle_tells_that_others_are_not():
    network = directed(1.0, 0.4)
    certificate = ng.certify(network)["detailed_balance"]
    assert certificate.verdict is Verdict.REFUTED
    assert certificate.witness["pair"] == (0, 1) or certificate.witness["pair"] == (1, 0)
    # Products of rates around 00 -> 10 -> 11 -> 01 -> 00, and the other way.
    a = every_state(network) @ network.matrix().toarray().T
    up, down = np.exp(a / 2), np.exp(-a / 2)
    forth = up[0, 0] * up[1, 1] * down[3, 0] * down[2, 1]
    back = up[0, 1] * up[2, 0] * down[3, 1] * down[1, 0]
    assert abs(np.log(forth / back)) == pytest.approx(certificate.witness["difference"])


def test_a_temperature_of_each_neuron_may_undo_it():
    assert ng.certify(directed(1.0, 1.0, {"T": 2.0}))["detailed_balance"].verdict is Verdict.PROVED
    assert ng.certify(directed(1.0, 1.0, {"T": 2.0}, n0=1.0))["detailed_balance"].verdict is Verdict.REFUTED
    assert ng.certify(directed(1.0, 2.0, {"T": 1.0}, n0=2.0))["detailed_balance"].verdict is Verdict.UNKNOWN


def test_what_is_not_linear_in_the_summed_input_is_unknown():
    certificate = ng.certify(machine(3, log_odds="2*tanh(I) + b"))["detailed_balance"]
    assert certificate.verdict is Verdict.UNKNOWN
    assert "not linear" in certificate.statement


def test_what_is_proved_holds_of_the_probabilities():
    network = machine(4, seed=3)
    states, pi = every_state(network), boltzmann(network, every_state(network))
    a = states @ network.matrix().toarray().T + network.biases
    for j in range(4):
        flow = pi * np.exp((0.5 - states[:, j]) * a[:, j])
        assert np.abs(flow - flow[np.arange(16) ^ (1 << j)]).max() < 1e-15
