"""What the page draws: labels, the log of a pruning, and the strongest of too many edges."""

from itertools import pairwise

import networkx as nx
import numpy as np
from hypothesis import given, settings

import neurograph as ng
from neurograph.graphs.from_networkx import read_graph
from neurograph.html import content as module
from neurograph.html.content import content, is_large
from neurograph.html.edge_times import EdgeTimes
from neurograph.pruning import Removed
from tests.strategies import graphs


def of(graph, removed=(), added=(), dynamics=None):
    table = read_graph(graph)
    return content(table, dynamics or ng.dynamics.deep(), EdgeTimes.of(table, removed, added))


def chain(*nodes):
    graph = nx.DiGraph([(pre, post, {"weight": 0.5}) for pre, post in pairwise(nodes)])
    graph.nodes[nodes[0]]["role"], graph.nodes[nodes[-1]]["role"] = "input", "output"
    return graph


def test_nodes_carry_their_role_bias_and_sums():
    graph = chain("x", "h", "y")
    graph.nodes["h"].update(bias=0.25, layer=3)
    graph.add_edge("y", "h", weight=-2.0)
    x, h, y = of(graph)["nodes"]
    assert [node["role"] for node in (x, h, y)] == ["input", "hidden", "output"]
    assert (h["bias"], h["in"], h["out"]) == (0.25, (2, "2.5"), (1, "0.5"))
    assert h["facts"]["layer"] == "3"
    assert "bias" not in h["facts"]
    assert all(np.isfinite([node["x"], node["y"]]).all() for node in (x, h, y))


def test_an_edge_that_grew_again_is_drawn_once_and_a_node_that_left_is_drawn():
    removed = [Removed(("x", "y"), 1, 0.1, 0.1, "weak"), Removed(("x", "h"), 2, 0.1, 0.1, "weak")]
    told = of(chain("x", "y"), removed)
    assert [edge[:3] for edge in told["left"]] == [[0, 2, 0.1]]
    assert [(node["label"], node["late"]) for node in told["nodes"]] == [("x", False), ("y", False), ("h", True)]


def test_steps_are_epochs_or_where_all_left_in_one_the_rank_of_the_score():
    nodes = [f"h{k}" for k in range(4)]
    one = [Removed((node, "y"), 3, 1.0, score, "") for node, score in zip(nodes, [0.3, np.nan, 0.1, 0.2], strict=True)]
    told = of(chain("x", "y"), one)
    assert told["steps"] == {"count": 4, "edges": None, "epochs": None}
    assert [edge[-1] for edge in told["left"]] == [[3], [4], [1], [2]]
    several = [Removed((node, "y"), epoch, 1.0, 0.0, "") for node, epoch in zip(nodes, [5, 2, 5, 9], strict=True)]
    told = of(chain("x", "y"), several)
    assert told["steps"] == {"count": 3, "edges": [5, 4, 2, 1], "epochs": [3, 6, 10]}
    steps = {told["nodes"][edge[0]]["label"]: edge[-1] for edge in told["left"]}
    assert steps == {"h0": [2], "h1": [1], "h2": [2], "h3": [3]}


def test_of_too_many_edges_the_strongest_stay_in_their_order(monkeypatch):
    monkeypatch.setattr(module, "MOST_EDGES", 2)
    graph = chain("a", "b", "c", "d")
    for k, (pre, post) in enumerate(graph.edges):
        graph.edges[pre, post]["weight"] = [3.0, -1.0, -2.0][k]
    told = of(graph, [Removed(("a", "d"), 1, 9.0, 0.0, "")])
    assert [edge[2] for edge in told["edges"]] == [3.0, -2.0]
    assert told["left"] == []
    assert told["undrawn"] == [1, 1]


def test_labels_that_read_the_same_are_told_apart_and_long_ones_cut():
    labels = [node["label"] for node in of(chain("1", 1, "x" * 5000))["nodes"]]
    assert labels[:2] == ["'1'", "1"]
    assert len(labels[2]) == 1000


def test_a_graph_is_large_by_its_nodes_its_edges_or_what_left_it(monkeypatch):
    table = read_graph(chain("a", "b", "c"))
    gone = [Removed(("a", f"h{k}"), 1, 1.0, 0.0, "") for k in range(3)]
    assert not is_large(table, gone)
    for name, most in (("MOST_NODES", 5), ("MOST_LISTED", 4)):
        with monkeypatch.context() as changed:
            changed.setattr(module, name, most)
            assert is_large(table, gone)
            assert not is_large(table, gone[:2])


@settings(max_examples=30, deadline=None)
@given(graph=graphs(biases=True, self_loops=True))
def test_each_edge_has_its_own_facts_whatever_the_order_of_the_graph(graph):
    edges = of(graph, dynamics=ng.dynamics.additive("tanh"))["edges"]
    nodes = list(graph)
    found = [(nodes[pre], nodes[post], facts) for pre, post, _, _, facts in edges]
    assert found == [
        (pre, post, {name: " ".join(str(value).split()) for name, value in data.items() if name != "weight"})
        for pre, post, data in graph.edges(data=True)
    ]


def test_a_neuron_shows_the_parameters_of_its_own_population():
    graph = chain("x", "h", "y")
    graph.nodes["h"]["population"], graph.nodes["y"]["population"] = "slow", "fast"
    slow = ng.Dynamics("(-s + I)/tau", parameters={"tau": 2.0})
    network = ng.compile(graph, {"slow": slow, "fast": ng.Dynamics("-s + gain*I", parameters={"gain": 3.0})})
    facts = [node["facts"] for node in of(network.to_graph(), dynamics=network.dynamics)["nodes"]]
    assert facts[1]["tau"] == "2.0"
    assert "gain" not in facts[1]
    assert facts[2]["gain"] == "3.0"
    assert not {"tau", "gain"} & set(facts[0])
