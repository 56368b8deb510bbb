"""compile(): the graph comes back, and what does not go together is refused."""

from __future__ import annotations

import copy

import networkx as nx
import numpy as np
import pytest
import scipy.sparse as sp
from hypothesis import given, settings

import neurograph as ng
from neurograph import _checks
from neurograph.errors import GraphError, ParameterError
from neurograph.graphs import topologies
from neurograph.graphs.from_networkx import read_graph
from neurograph.network.compilation import check_symmetric
from tests.network.test_network import KINDS, bits, drawn
from tests.strategies import SEEDS, graphs, graphs_for


@settings(deadline=None, max_examples=100)
@given(graphs())
def test_compile_and_back_gives_the_graph(graph):
    before = copy.deepcopy(graph)
    again = ng.compile(graph).to_graph()
    assert type(again) is nx.DiGraph
    assert nx.utils.graphs_equal(again, graph)
    assert list(again) == list(graph)
    assert list(again.edges) == list(graph.edges)
    assert nx.utils.graphs_equal(graph, before)


@pytest.mark.parametrize("name", KINDS)
def test_a_graph_that_was_compiled_carries_its_dynamics(name):
    @drawn
    @given(graphs_for(KINDS[name]))
    def check(graph):
        network = ng.compile(graph, KINDS[name])
        carrying = network.to_graph()
        again = ng.compile(carrying)
        assert again.dynamics == KINDS[name]
        assert bits(again.weights) == bits(network.weights)
        assert bits(again.biases) == bits(network.biases)
        assert nx.utils.graphs_equal(again.to_graph(), carrying)
        carrying.graph.pop("dynamics", None)
        assert nx.utils.graphs_equal(carrying, graph)

    check()


@drawn
@given(graphs(self_loops=True, biases=True), SEEDS)
def test_the_order_of_weights_edges_and_matrix_is_one(graph, seed):
    network = ng.compile(graph, ng.dynamics.vector_field())
    place = {node: k for k, node in enumerate(network.nodes)}
    assert sorted(network.edges, key=lambda e: (place[e[1]], place[e[0]])) == list(network.edges)
    assert set(network.edges) == set(graph.edges)
    assert network.weights.tolist() == [graph.edges[edge]["weight"] for edge in network.edges]
    matrix = network.matrix()
    assert isinstance(matrix, sp.csr_array)
    assert matrix.data.tolist() == network.weights.tolist()
    rows, columns = np.repeat(np.arange(len(graph)), np.diff(matrix.indptr)), matrix.indices
    assert [(network.nodes[i], network.nodes[j]) for j, i in zip(rows, columns, strict=True)] == (list(network.edges))
    adjacency = nx.to_numpy_array(graph, nodelist=list(graph), weight="weight")
    assert np.array_equal(matrix.toarray(), adjacency.T)
    state = np.random.default_rng(seed).normal(size=(3, len(graph)))
    assert np.allclose(network.summed_input(state), state @ adjacency, atol=1e-12)
    assert np.allclose(network.w_out, adjacency.sum(axis=1))
    assert np.allclose(network.w_out_abs, np.abs(adjacency).sum(axis=1))


def test_float32_stays_float32():
    graph = topologies.complete(bias="neurons", seed=0)
    network = ng.compile(graph, ng.dynamics.vector_field(), dtype=np.float32)
    settled = ng.settle(network, [[0.0, 1.0]])
    for array in (
        network.weights, network.biases, network.parameters, network.w_out, network.w_out_abs,
        network.matrix(), network.drift(settled.state), network.summed_input(settled.state),
        settled.state, network.with_weights(np.zeros(network.weights.size)).weights,
    ):  # fmt: skip
        assert array.dtype == np.float32
    assert network.dtype == np.float32
    weights = dict(zip(network.edges, network.weights.tolist(), strict=True))
    for u, v, weight in graph.edges(data="weight"):
        assert weights[u, v] == np.float32(weight) == network.to_graph().edges[u, v]["weight"]
    double = ng.settle(ng.compile(graph, ng.dynamics.vector_field()), [[0.0, 1.0]])
    assert np.allclose(settled.state, double.state, atol=1e-4)


def test_two_hundred_thousand_edges_compile_from_arrays():
    rng = np.random.default_rng(0)
    n, count = 10_000, 200_000
    keys = rng.permutation(np.unique(rng.integers(0, n * (n - 1), 2 * count))[:count])
    pre, post = keys // (n - 1), 1 + keys % (n - 1)
    post = np.where(post == pre, 1 + post % (n - 1), post)
    pre, post = np.unique(np.stack([pre, post]), axis=1)
    weights = rng.normal(size=pre.size)
    table = topologies.from_edges((pre, post, weights), inputs=[0], outputs=[n - 1], nodes=range(n))
    network = ng.compile(table, ng.dynamics.vector_field())
    expected = sp.coo_array((weights, (post, pre)), shape=(n, n)).tocsr()
    assert abs(network.matrix() - expected).max() == 0.0
    assert network.nodes == tuple(range(n))


@drawn
@given(graphs(biases=True, self_loops=True, attributes=False))
def test_a_table_compiles_as_its_graph_does(graph):
    table = topologies.from_edges(
        tuple(zip(*graph.edges(data="weight"), strict=True)) or ([], [], []),
        inputs=[n for n, role in graph.nodes(data="role") if role == "input"],
        outputs=[n for n, role in graph.nodes(data="role") if role == "output"],
        bias_nodes=[n for n, role in graph.nodes(data="role") if role == "bias"],
        biases={n: bias for n, bias in graph.nodes(data="bias") if bias is not None},
        nodes=list(graph),
    )
    a, b = (ng.compile(given, ng.dynamics.vector_field()) for given in (table, graph))
    assert a.nodes == b.nodes
    assert a.edges == b.edges
    assert bits(a.weights) == bits(b.weights)
    assert bits(a.biases) == bits(b.biases)
    assert bits(a.roles) == bits(b.roles)


def test_a_graph_that_the_machine_cannot_hold_is_refused_before_it_is_tried(tmp_path, monkeypatch):
    graph = topologies.complete(inputs=2, hidden=50, outputs=1, seed=0)
    table = read_graph(graph)
    said = tmp_path / "meminfo"
    monkeypatch.setattr(_checks, "MEMINFO", str(said))
    said.write_text("MemTotal: 64 kB\nMemAvailable: 32 kB\n")
    for call, message in (
        (lambda: ng.compile(table), r"compiling 2652 edges takes .* GiB .*compile with dtype='float32'"),
        (lambda: ng.compile(graph), r"reading 2652 edges takes .* GiB are available.*float32"),
        (lambda: topologies.from_matrix(np.ones((60, 60)), inputs=[], outputs=[0]), r"reading 3600 edges"),
    ):
        with pytest.raises(ng.GraphTooLargeError, match=message) as caught:
            call()
        assert isinstance(caught.value, MemoryError)
    for text in ("MemTotal: 64 kB\n", "MemAvailable: 3200 kB\n", "MemAvailable: ?"):
        said.write_text(text)
        ng.compile(graph)
    said.unlink()
    ng.compile(graph)


def test_what_does_not_go_with_the_dynamics_is_refused():
    graph = topologies.complete(seed=0)
    graph.add_edge("h0", "h0", weight=1.0)
    with pytest.raises(GraphError, match=r"'h0' -> 'h0' is a self-loop.*remove_edge"):
        ng.compile(graph)
    ng.compile(graph, ng.dynamics.vector_field())
    with pytest.raises(GraphError, match=r"node 'h0' has a bias, but deep.*role 'bias'"):
        ng.compile(topologies.complete(bias="neurons", seed=0))
    with pytest.raises(GraphError, match=r"no edge back with the same weight, but hopfield.*'tie'"):
        ng.compile(graph, ng.dynamics.hopfield())
    graph = topologies.complete(seed=0)
    graph.nodes["h1"]["extra_leak"] = "much"
    with pytest.raises(GraphError, match=r"node 'h1' has extra_leak 'much': .*parameter of deep"):
        ng.compile(graph)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda n: ng.compile(n.to_graph(), dtype=int), r"dtype is .*int.*: expected float64"),
        (lambda n: ng.compile(n.to_graph(), dtype="single precision"), r"dtype is 'single precision': exp"),
        (lambda n: n.drift(np.zeros(4)), r"state has shape \(4,\): expected \(3,\) or \(batch, 3\)"),
        (lambda n: n.drift(0.0), r"state has shape \(\): expected"),
        (lambda n: ng.compile(n.to_graph(), "deep"), r"dynamics is 'deep': expected a neurograph"),
        (lambda n: n.with_weights([1.0]), r"weights has shape \(1,\): expected \(4,\)"),
        (lambda n: n.with_weights([1, 2, np.nan, 4]), r"weights\[2\] of \('x0', 'y0'\) is nan"),
        (lambda n: n.with_weights(n.weights, [np.inf, 0, 0]), r"biases\[0\] of 'x0' is inf"),
        (lambda n: n.with_weights(n.weights, 0.0), r"biases has shape \(\): expected \(3,\)"),
        (lambda n: n.without_edges([True]), r"mask of edges has shape \(1,\): expected \(4,\)"),
        (lambda n: n.without_edges([0.0]), r"edges has type float64: expected places"),
        (lambda n: n.without_edges([4]), r"edges names place 4: expected places from 0 to 3"),
        (lambda n: n.without_edges([-1, 9]), r"edges names place -1: expected places from 0 to 3"),
        (lambda n: n.jacobian(np.zeros((1, 3))), r"state has shape \(1, 3\): expected \(3,\)"),
    ],
)
def test_an_argument_that_does_not_fit_is_named(call, message):
    network = ng.compile(topologies.complete(inputs=1, hidden=1, outputs=1, seed=0))
    with pytest.raises(ParameterError, match=message):
        call(network)


@drawn
@given(graphs(ties=False), SEEDS)
def test_compile_takes_the_weights_that_dales_law_permits_and_no_others(graph, seed):
    rng = np.random.default_rng(seed)
    for node in graph:
        sign = rng.choice(["excitatory", "inhibitory", ""])
        if sign:
            graph.nodes[node]["sign"] = str(sign)
    lawful = all(
        not (graph.nodes[pre].get("sign") == "excitatory" and weight < 0)
        and not (graph.nodes[pre].get("sign") == "inhibitory" and weight > 0)
        for pre, _, weight in graph.edges(data="weight")
    )
    if not lawful:
        with pytest.raises(GraphError, match="expected a weight"):
            ng.compile(graph)
        graph = topologies.dale(graph, seed=seed)
    network = ng.compile(graph)
    numbers = {"excitatory": 1, "inhibitory": -1, None: 0}
    assert network.connectivity.signs.tolist() == [numbers[sign] for _, sign in graph.nodes(data="sign")]
    assert network.connectivity.signs.dtype == np.int8
    assert nx.utils.graphs_equal(network.to_graph(), graph)
    weights = rng.normal(size=network.weights.size)
    sent = [numbers[graph.nodes[pre].get("sign")] for pre, _ in network.edges]
    if all(sign * weight >= 0 for sign, weight in zip(sent, weights, strict=True)):
        network.with_weights(weights)
    else:
        with pytest.raises(ParameterError, match=r"weights\[\d+\] of .* is (excitatory|inhibitory): expected a weight"):
            network.with_weights(weights)
    network.with_weights(np.zeros(weights.size))
    network.with_weights([sign * abs(w) if sign else w for sign, w in zip(sent, weights, strict=True)])


def test_a_network_without_signs_takes_any_weight():
    table = topologies.from_matrix([[0.0, -1.0], [0.0, 0.0]], inputs=[0], outputs=[1])
    network = ng.compile(table)
    assert network.connectivity.signs.tolist() == [0, 0]
    assert network.with_weights([1.0]).weights.tolist() == [1.0]


def test_tied_edges_leave_nodes_of_one_sign():
    graph = nx.DiGraph()
    graph.add_node("y", role="output")
    graph.add_edges_from([("a", "y"), ("b", "y")], weight=0.0, tie="same")
    ng.compile(graph)
    for first, second in (("excitatory", "inhibitory"), ("inhibitory", None)):
        signed = graph.copy()
        signed.nodes["a"]["sign"] = first
        if second:
            signed.nodes["b"]["sign"] = second
        with pytest.raises(GraphError, match=rf"'b' -> 'y' and 'a' -> 'y' are tied.*node 'a' is {first}: expected one"):
            ng.compile(signed)
        signed.nodes["b"]["sign"] = first
        assert ng.compile(signed).without_edges([0, 1]).to_graph().nodes["b"]["sign"] == first


@pytest.mark.parametrize(
    ("dynamics", "rule", "who"),
    [("hopfield", None, "hopfield"), ("hopfield", "contrastive", "the rule contrastive"),
     ("vector_field", "contrastive", "the rule contrastive")],
)  # fmt: skip
def test_what_needs_edges_to_be_tied_for_learning_is_named(dynamics, rule, who):
    graph = nx.DiGraph([("a", "b", {"weight": 0.5}), ("b", "a", {"weight": 0.5})])
    graph.nodes["b"]["role"] = "output"
    network = ng.compile(graph, getattr(ng.dynamics, dynamics)())
    with pytest.raises(GraphError, match=rf"'[ab]' -> '[ab]' and back are not tied, .* but {who} needs") as error:
        check_symmetric(network, rule)
    assert ("asymmetric_ep() learns on any graph" in str(error.value)) == (rule is not None)
    check_symmetric(ng.compile(topologies.symmetric(graph), network.dynamics), rule)
    if rule is None:
        check_symmetric(ng.compile(graph, ng.dynamics.vector_field()))
