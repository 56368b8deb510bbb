"""Delays of edges: read in the order of the weights, kept by every change of a network, refused by name."""

import pickle

import networkx as nx
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import neurograph as ng
from tests.strategies import graphs

RATE = ng.dynamics.additive("tanh")


def delayed(graph, seed):
    """Set a delay at about half of the edges, and return what each edge has."""
    rng = np.random.default_rng(seed)
    for edge in graph.edges:
        if rng.random() < 0.5:
            graph.edges[edge]["delay"] = float(rng.choice([0.0, 0.25, 3.0]))
    return {(pre, post): data.get("delay", 0.0) for pre, post, data in graph.edges(data=True)}


def by_edge(network):
    delays = np.zeros(len(network.edges)) if network.delays is None else network.delays
    assert delays.dtype == np.float64
    return dict(zip(network.edges, delays.tolist(), strict=True))


@given(graph=graphs(biases=True, self_loops=True), seed=st.integers(0, 99))
def test_delays_stand_at_their_edges_and_stay_there(graph, seed):
    expected = delayed(graph, seed)
    network = ng.compile(graph, RATE)
    assert by_edge(network) == expected
    assert (network.delays is None) == (not any(expected.values()))
    single = ng.compile(graph, RATE, np.float32)
    copies = [network.with_weights(2 * network.weights), single, ng.compile(network), ng.compile(network.to_table())]
    copies += [ng.compile(network.to_graph()), pickle.loads(pickle.dumps(network))]
    for copy in copies:
        assert by_edge(copy) == expected
    assert list(network.to_graph().edges(data="delay")) == list(graph.edges(data="delay"))
    leaving = np.random.default_rng(seed).random(len(network.edges)) < 0.5
    left = network.without_edges(leaving)
    kept = {edge: expected[edge] for edge, leaves in zip(network.edges, leaving, strict=True) if not leaves}
    assert by_edge(left) == kept
    assert by_edge(ng.compile(left.to_graph())) == kept
    fewer = left.without_edges([0] if kept else [])
    assert by_edge(fewer) == dict(list(kept.items())[1:])


def test_a_graph_without_the_attribute_has_none_and_is_not_looked_at(monkeypatch):
    monkeypatch.setattr("neurograph.network.delays.numbers", None)  # whoever reads a column calls it
    network = ng.compile(ng.topologies.complete(2, 3, 1, seed=0))
    assert network.delays is None
    columns = ["x", "x"], ["h", "y"], [0.1, 0.2]
    assert ng.compile(ng.topologies.from_edges(columns, inputs=["x"], outputs=["y"])).delays is None


def test_columns_of_a_table_of_edges_are_delays_in_any_order():
    edges = {"pre": ["h", "x", "h"], "post": ["y", "h", "h"], "weight": [0.3, 0.1, 0.2], "delay": [3.0, 1.0, np.nan]}
    network = ng.compile(ng.topologies.from_edges(edges, inputs=["x"], outputs=["y"]), RATE)
    assert by_edge(network) == {("x", "h"): 1.0, ("h", "h"): 0.0, ("h", "y"): 3.0}
    bare = {name: edges[name] for name in ("pre", "post", "delay")}
    drawn = ng.topologies.from_edges(bare, inputs=["x"], outputs=["y"], weight=None, seed=0)
    assert by_edge(ng.compile(drawn, RATE)) == by_edge(network)


@pytest.mark.parametrize("value", [-1, -1e-300, np.nan, np.inf, "2 ms", None, True, 1j, [1.0]])
def test_what_is_no_delay_is_refused_by_its_edge(value):
    graph = nx.DiGraph([("x", "y", {"weight": 0.5}), ("x", "z", {"weight": 0.5}), ("z", "y", {"weight": 0.1})])
    graph.nodes["x"]["role"], graph.nodes["y"]["role"] = "input", "output"
    graph.edges["x", "y"]["delay"] = 1
    graph.edges["x", "z"]["delay"] = value
    shown = str(float(value) if type(value) in (int, float) else value)
    with pytest.raises(
        ng.GraphError, match=r"edge 'x' -> 'z' has delay .*: expected a finite number >= 0, in"
    ) as caught:
        ng.compile(graph, RATE)
    assert shown in str(caught.value)


@pytest.mark.parametrize("dynamics", [ng.dynamics.unitary(), ng.dynamics.binary()])
def test_neurons_without_time_have_no_delays(dynamics):
    if dynamics.kind == "unitary":
        graph = ng.topologies.unitary(1, 4, 1, seed=0)
    else:
        graph = nx.DiGraph([("a", "b", {"weight": 0.5}), ("b", "a", {"weight": 0.5})])
        nx.set_node_attributes(graph, "output", "role")
    nx.set_edge_attributes(graph, 0.0, "delay")
    assert ng.compile(graph, dynamics).delays is None
    pre, post = list(graph.edges)[1]
    graph.edges[pre, post]["delay"] = 0.5
    with pytest.raises(ng.GraphError) as caught:
        ng.compile(graph, dynamics)
    for part in (f"edge {pre!r} -> {post!r} has delay 0.5", f"{dynamics.kind} neurons", "remove the attribute 'delay'"):
        assert part in str(caught.value)


def test_settling_leaves_delays_out_and_says_so():
    graph = ng.topologies.complete(2, 3, 1, seed=0)
    plain = ng.settle(ng.compile(graph, RATE), [[0.2, 0.4]])
    nx.set_edge_attributes(graph, 0.7, "delay")
    found = ng.settle(ng.compile(graph, RATE), [[0.2, 0.4]])
    assert found.state.tobytes() == plain.state.tobytes()
    assert "delays are left out" in repr(found)
    assert "delays" not in repr(plain)
    euler = ng.settle(ng.compile(graph, RATE), [[0.2, 0.4]], solver=ng.solvers.Euler())
    assert "delays are left out" in euler.method
