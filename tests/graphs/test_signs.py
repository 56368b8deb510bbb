"""Dale's law."""

from __future__ import annotations

import copy

import networkx as nx
import numpy as np
import pytest
from hypothesis import given

import neurograph as ng
from neurograph.errors import GraphError, ParameterError
from neurograph.graphs import topologies
from tests.graphs.test_topologies import drawn
from tests.strategies import SEEDS, graphs

SIGNED = {"excitatory": 1, "inhibitory": -1, None: 0}


@pytest.mark.parametrize("one", [1, 1.0, np.int8(1), np.float64(1.0)])
def test_a_sign_may_be_a_number(one):
    graph = ng.topologies.complete(inputs=1, hidden=2, outputs=1, seed=0)
    words, numbers = (topologies.dale(graph, inhibitory=0.5, seed=1) for _ in range(2))
    for data in numbers.nodes.values():
        data["sign"] = one * SIGNED[data["sign"]]
    signs = [ng.compile(each).connectivity.signs.tolist() for each in (words, numbers)]
    assert signs[0] == signs[1]
    assert {1, -1} <= set(signs[0])
    assert [data["sign"] for data in ng.compile(numbers).to_graph().nodes.values()] == signs[0]  # as it was given
    numbers.nodes["h0"]["sign"] = -numbers.nodes["h0"]["sign"]
    with pytest.raises(GraphError, match="node 'h0' is"):
        ng.compile(numbers)


@pytest.mark.parametrize("wrong", [0, 2, -0.5, True, np.nan, "1", "+", None, [1]])
def test_another_sign_is_refused(wrong):
    graph = ng.topologies.complete(inputs=1, hidden=2, outputs=1, seed=0)
    graph.nodes["h0"]["sign"] = wrong
    with pytest.raises(GraphError, match=r"node 'h0' has sign .*: expected 'excitatory' or 'inhibitory', 1 or -1"):
        ng.compile(graph)


def draw_signs(graph, seed):
    """Some nodes with a sign, and the share, for dale() to go on from."""
    rng = np.random.default_rng(seed)
    for node in graph:
        sign = rng.choice(["excitatory", "inhibitory", ""], p=[0.2, 0.2, 0.6])
        if sign:
            graph.nodes[node]["sign"] = str(sign)
    return rng.random()


@drawn
@given(graphs(self_loops=True, biases=True, ties=False), SEEDS)
def test_dale_gives_every_weight_the_sign_of_its_presynaptic_node(graph, seed):
    share = draw_signs(graph, seed)
    before = copy.deepcopy(graph)
    signed = topologies.dale(graph, inhibitory=share, seed=seed)
    assert nx.utils.graphs_equal(graph, before)
    assert list(signed) == list(graph)
    assert list(signed.edges) == list(graph.edges)
    undecided = 0
    for node, data in graph.nodes(data=True):
        new = dict(signed.nodes[node])
        sign, role = new.pop("sign", None), data.get("role", "hidden")
        assert new == {name: value for name, value in data.items() if name != "sign"}
        if "sign" in data:
            assert sign == data["sign"]
        elif role == "hidden":
            undecided += 1
            assert sign in ("excitatory", "inhibitory")
        else:
            assert sign == (None if role == "bias" else "excitatory")
    drawn_now = [n for n in graph if "sign" not in graph.nodes[n] and signed.nodes[n].get("sign") == "inhibitory"]
    assert abs(len(drawn_now) - share * undecided) <= 0.5 + 1e-9
    for pre, post, data in signed.edges(data=True):
        sign, weight = SIGNED[signed.nodes[pre].get("sign")], graph.edges[pre, post]["weight"]
        assert data == {**graph.edges[pre, post], "weight": abs(weight) * sign if sign else weight}
    assert nx.utils.graphs_equal(topologies.dale(signed, inhibitory=1.0, seed=0), signed)
    assert nx.utils.graphs_equal(topologies.dale(graph, inhibitory=share, seed=seed), signed)
    ng.compile(signed, ng.dynamics.vector_field())


@pytest.mark.parametrize(("share", "count"), [(0.0, 0), (0.2, 10), (0.25, 12), (1.0, 50)])
def test_the_share_of_inhibitory_neurons_is_drawn_from_the_seed(share, count):
    graph = topologies.complete(inputs=3, hidden=50, outputs=2, bias=True, seed=0)
    names = [
        {n for n, sign in topologies.dale(graph, share, seed).nodes(data="sign") if sign == "inhibitory"}
        for seed in range(4)
    ]
    assert {len(chosen) for chosen in names} == {count}
    assert all(name[0] == "h" for chosen in names for name in chosen)
    assert (len({frozenset(chosen) for chosen in names}) > 1) == (0 < count < 50)


def test_dale_takes_a_table_like_the_graph_that_it_is():
    table = topologies.from_matrix(-np.triu(np.ones((5, 5)), 1), inputs=[0], outputs=[4])
    expected = topologies.dale(table.to_graph(), 0.5, seed=0)
    assert nx.utils.graphs_equal(topologies.dale(table, 0.5, seed=0), expected)
    assert expected.edges[0, 4]["weight"] == expected.edges[1, 2]["weight"] == 1.0


def test_dale_of_tied_edges_needs_one_sign():
    graph = topologies.symmetric(topologies.complete(inputs=1, hidden=2, outputs=1, seed=0))
    calm = topologies.dale(graph, inhibitory=0.0)
    assert all(weight >= 0 for _, _, weight in calm.edges(data="weight"))
    ng.compile(calm, ng.dynamics.hopfield())
    with pytest.raises(GraphError, match=r"are tied, but node 'h0' is excitatory and node 'h1' is inhibitory: exp"):
        topologies.dale(graph, inhibitory=0.5, seed=0)
    for node in ("h0", "h1", "y0"):
        graph.nodes[node]["sign"] = "inhibitory"
    signs = dict(topologies.dale(graph).nodes(data="sign"))
    assert signs == {"x0": "excitatory", "h0": "inhibitory", "h1": "inhibitory", "y0": "inhibitory"}


@pytest.mark.parametrize("suffix", [".json", ".graphml"])
def test_signs_come_back_from_a_file(suffix, tmp_path):
    graph = topologies.dale(topologies.complete(bias=True, seed=0), seed=0)
    path = tmp_path / f"signed{suffix}"
    ng.write(graph, path)
    again = ng.read(path)
    assert nx.utils.graphs_equal(again, graph)
    assert "sign" not in again.nodes["bias"]
    ng.write(ng.compile(again).to_graph(), path)
    assert ng.read(path).nodes(data="sign") == graph.nodes(data="sign")


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"inhibitory": 1.5}, ParameterError, r"inhibitory is 1\.5: expected a number from 0 to 1, the share"),
        ({"inhibitory": "few"}, ParameterError, r"inhibitory is 'few'"),
        ({"seed": -1}, ParameterError, r"seed is -1"),
        ({"graph": nx.path_graph(2)}, GraphError, r"undirected"),
        ({"graph": nx.DiGraph([(0, 1)])}, GraphError, r"0 -> 1 has no weight"),
    ],
)
def test_dale_names_the_argument(arguments, error, message):
    with pytest.raises(error, match=message):
        topologies.dale(**{"graph": topologies.complete(seed=0), **arguments})
