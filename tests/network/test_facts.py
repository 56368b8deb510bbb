"""What the card of a network says, against the network."""

import networkx as nx
import numpy as np
import pytest

import neurograph as ng
from neurograph.network.facts import counted
from tests.drawing.checked_html import read


def said(network):
    page = read(network._repr_html_())
    return page, dict(page.rows)


def test_nodes_are_counted_by_role():
    network = ng.compile(ng.topologies.complete(inputs=2, hidden=5, outputs=1, bias=True, seed=0))
    assert counted(network.roles) == "9 nodes (5 hidden, 2 input, 1 bias, 1 output)"
    assert counted(network.roles) in repr(network)


def test_the_facts_are_those_of_the_network():
    graph = ng.topologies.complete(inputs=2, hidden=3, outputs=1, seed=1)
    nx.set_edge_attributes(graph, 0.5, "delay")
    graph.nodes["h0"]["tau"] = 4.0
    network = ng.compile(graph, ng.Dynamics("(-s + tanh(I + b))/tau", parameters={"tau": 2.0}))
    page, facts = said(network)
    assert facts["custom"] == str(network.dynamics) == "ds/dt = (-s + tanh(I + b))/tau"
    low, high = network.weights.min(), network.weights.max()
    assert facts["weights"] == f"{low:.4g} to {high:.4g} (float64)"
    assert (facts["tau"], facts["delays"]) == ("2 to 4", "0.5")
    assert repr(network) == f"Network({page.texts[2]})"
    assert page.tags.count("polygon") == len(network.nodes)


def test_each_population_has_its_equation_and_its_size():
    graph = ng.topologies.complete(inputs=1, hidden=4, outputs=1, seed=0)
    names = dict(zip(graph, ["slow", "slow", "fast", "fast", "fast", "fast"], strict=True))
    nx.set_node_attributes(graph, names, "population")
    each = {"fast": ng.Dynamics("-s + I"), "slow": ng.Dynamics("(-s + I)/9")}
    _, facts = said(ng.compile(graph, each))
    assert facts["fast, 4 nodes"] == "ds/dt = -s + I"
    assert facts["slow, 2 nodes"] == "ds/dt = (-s + I)/9"


def test_complex_weights_are_of_moduli():
    network = ng.compile(ng.topologies.unitary(1, 4, 1, seed=0), ng.dynamics.unitary())
    _, facts = said(network)
    assert facts["weights"].startswith("of modulus ")
    assert facts["weights"].endswith(f"{np.abs(network.weights).max():.4g} (complex128)")


@pytest.mark.parametrize(
    "label", ["<script>alert(1)</script>", "a" * 300, "\ud800", ("x", 1), "&lt;", 'q"uote', "", "\x00"]
)
def test_any_label_is_shown_as_text(label):
    graph = nx.DiGraph([(label, "y", {"weight": 1.0})])
    graph.nodes[label]["role"], graph.nodes["y"]["role"] = "input", "output"
    page, _ = said(ng.compile(graph))
    assert all(len(text) < 120 for text in page.texts)


def test_without_edges_there_is_a_picture_all_the_same():
    graph = nx.DiGraph()
    graph.add_node("y", role="output")
    page, facts = said(ng.compile(graph))
    assert facts["weights"] == "none (float64)"
    assert page.tags.count("polygon") == 1
