import copy
import math
import pickle

import networkx as nx
import numpy as np
import pytest
import scipy.sparse as sp
from hypothesis import given, settings
from hypothesis import strategies as st

import neurograph as ng
from neurograph.equations.dynamics import Dynamics
from neurograph.errors import GraphError, ParameterError
from neurograph.graphs import topologies
from tests.strategies import NAMED, SEEDS, graphs, graphs_for

OWN = Dynamics(
    drift="(-s + gain*tanh(I + b) - 0.1*s*w_out_abs + 0.2*w_out) / tau",
    transfer="s**2 + gain*s",
    parameters={"tau": 2.0, "gain": 1.5},
    name="own",
)
KINDS = {**NAMED, "own": OWN}
ACTIVATIONS = {name: ng.dynamics.additive(name) for name in ("clip", "sigmoid", "relu")}

drawn = settings(deadline=None, max_examples=25)


def clip(x, low=0.0, high=1.0):
    return min(max(x, low), high)


# The equations of each dynamics as a person would type them: f(s), and g(s, I, b, out, |out|, node).
PLAIN = {
    "deep": (lambda s, _: s, lambda s, I, b, out, size, _: I - s * (size + 0.3)),
    "deep, signed leak": (lambda s, _: s, lambda s, I, b, out, size, _: I - s * (out + 0.3)),
    "vector field": (lambda s, _: s, lambda s, I, b, out, size, _: -s + I + b),
    "additive": (lambda s, _: s, lambda s, I, b, out, size, _: -s + math.tanh(I + b)),
    "hopfield": (lambda s, _: clip(s), lambda s, I, b, out, size, _: (1.0 if 0.0 <= s <= 1.0 else 0.0) * (I + b) - s),
    "own": (
        lambda s, node: s**2 + node.get("gain", 1.5) * s,
        lambda s, I, b, out, size, node: (
            (-s + node.get("gain", 1.5) * math.tanh(I + b) - 0.1 * s * size + 0.2 * out) / node.get("tau", 2.0)
        ),
    ),
}


def plain_drift(graph, name, state):
    """ds/dt of every node, edge by edge."""
    transfer, drift = PLAIN[name]
    place = {node: k for k, node in enumerate(graph)}
    summed, out, size = (dict.fromkeys(graph, 0.0) for _ in range(3))
    for u, v, w in graph.edges(data="weight"):
        summed[v] += w * transfer(state[place[u]], graph.nodes[u])
        out[u] += w
        size[u] += abs(w)
    return [
        0.0
        if data.get("role") in ("input", "bias")
        else drift(state[place[n]], summed[n], data.get("bias", 0.0), out[n], size[n], data)
        for n, data in graph.nodes(data=True)
    ]


def generic_state(network, seed):
    """A state off every kink: none of its numbers near 0 or 1, some outside the box."""
    rng = np.random.default_rng(seed)
    size = len(network.nodes)
    return rng.choice([-1.0, 0.0, 1.0], size, p=[0.2, 0.6, 0.2]) + rng.uniform(0.05, 0.95, size)


def bits(array):
    return array.dtype, array.shape, array.tobytes()


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


def test_a_dynamics_named_by_the_graph_is_used():
    graph = topologies.complete(bias="neurons", seed=0)
    graph.graph["dynamics"] = ng.dynamics.vector_field()
    network = ng.compile(graph)
    assert network.dynamics == ng.dynamics.vector_field()
    assert nx.utils.graphs_equal(network.to_graph(), graph)
    told = ng.compile(graph, ng.dynamics.additive())
    assert told.dynamics == ng.dynamics.additive()
    assert ng.compile(told.to_graph()).dynamics == ng.dynamics.additive()


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


@pytest.mark.parametrize("name", KINDS)
def test_drift_is_that_of_a_loop_over_edges(name):
    @drawn
    @given(graphs_for(KINDS[name]), SEEDS)
    def check(graph, seed):
        rng = np.random.default_rng(seed)
        if name == "own":
            for node in graph:
                graph.nodes[node].update(tau=rng.uniform(1, 3), gain=rng.uniform(-1, 1))
        network = ng.compile(graph, KINDS[name])
        states = rng.uniform(-0.5, 1.5, (2, len(graph)))
        expected = [plain_drift(graph, name, state.tolist()) for state in states]
        assert np.allclose(network.drift(states), expected, rtol=1e-12, atol=1e-12)
        assert np.array_equal(network.drift(states[0]), network.drift(states)[0])

    check()


def test_a_parameter_of_one_node_is_its_own():
    graph = topologies.complete(inputs=1, hidden=1, outputs=1, seed=0)
    graph.nodes["h0"]["extra_leak"] = 2.0
    network = ng.compile(graph, ng.dynamics.deep(extra_leak=0.5))
    common = ng.compile(topologies.complete(1, 1, 1, seed=0), ng.dynamics.deep(extra_leak=0.5))
    assert np.allclose(network.drift(np.ones(3)) - common.drift(np.ones(3)), [0.0, -1.5, 0.0])


@pytest.mark.parametrize("name", [*KINDS, *ACTIVATIONS])
def test_jacobian_is_that_of_finite_differences(name):
    kind = {**KINDS, **ACTIVATIONS}[name]

    @drawn
    @given(graphs_for(kind), SEEDS, st.sampled_from([0.0, 0.7]))
    def check(graph, seed, beta):
        network = ng.compile(graph, kind)
        state = generic_state(network, seed)
        outputs = network.connectivity.outputs

        def moving(s):
            ds = network.drift(s)
            ds[outputs] += beta * (0.3 - s[outputs])
            return ds

        h = 1e-6
        columns = [(moving(state + h * e) - moving(state - h * e)) / (2 * h) for e in np.eye(state.size)]
        jacobian = network.jacobian(state, beta=beta)
        assert isinstance(jacobian, sp.csr_array)
        assert np.allclose(jacobian.toarray(), np.array(columns).T, rtol=1e-6, atol=1e-7)

    check()


def leaving_edges(network, seed):
    """A mask of edges, tied ones together."""
    rng = np.random.default_rng(seed)
    leaving = rng.random(network.weights.size) < rng.random()
    ties = network.connectivity.ties
    return leaving if ties is None else np.isin(ties, ties[leaving])


@pytest.mark.parametrize(("name", "dtype"), [*((name, np.float64) for name in NAMED), ("vector field", np.float32)])
def test_a_pruned_network_is_bit_equal_to_the_masked_one(name, dtype):
    solver = ng.solvers.Euler(dt=0.05 if "signed" in name else None, steps=200)

    @drawn
    @given(graphs_for(NAMED[name]), SEEDS)
    def check(graph, seed):
        network = ng.compile(graph, NAMED[name], dtype=dtype)
        leaving = leaving_edges(network, seed)
        masked = network.with_weights(np.where(leaving, 0.0, network.weights))
        pruned = network.without_edges(leaving)
        smaller = graph.copy()
        smaller.remove_edges_from([network.edges[k] for k in np.flatnonzero(leaving)])
        compiled = ng.compile(smaller, NAMED[name], dtype=dtype)
        x = np.random.default_rng(seed).uniform(-1, 2, (5, network.connectivity.inputs.size))
        y = np.full((5, network.connectivity.outputs.size), 0.5)
        for phase in ({}, {"y": y, "beta": 0.5}):
            expected = ng.settle(masked, x, solver=solver, start=0.5, throw=False, **phase)
            for other in (pruned, compiled):
                settled = ng.settle(other, x, solver=solver, start=0.5, throw=False, **phase)
                assert bits(settled.state) == bits(expected.state)
                assert bits(settled.residual) == bits(expected.residual)
                assert bits(settled.steps) == bits(expected.steps)

    check()


@drawn
@given(graphs(), SEEDS)
def test_pruned_edges_are_out_of_the_graph(graph, seed):
    network = ng.compile(graph)
    leaving = leaving_edges(network, seed)
    smaller = graph.copy()
    smaller.remove_edges_from([network.edges[k] for k in np.flatnonzero(leaving)])
    for edges in (leaving, np.flatnonzero(leaving), np.flatnonzero(leaving).tolist()):
        pruned = network.without_edges(edges)
        assert nx.utils.graphs_equal(pruned.to_graph(), smaller)
        assert list(pruned.to_graph().edges) == list(smaller.edges)
        compiled = ng.compile(smaller)
        assert pruned.edges == compiled.edges
        assert bits(pruned.weights) == bits(compiled.weights)
        assert bits(pruned.w_out_abs) == bits(compiled.w_out_abs)
        assert bits(pruned.connectivity.plastic) == bits(compiled.connectivity.plastic)
        assert bits(pruned.connectivity.indptr) == bits(compiled.connectivity.indptr)
    assert nx.utils.graphs_equal(network.to_graph(), graph)


@drawn
@given(graphs(), SEEDS)
def test_other_weights_come_back_in_the_graph(graph, seed):
    network = ng.compile(graph)
    weights = np.random.default_rng(seed).normal(size=network.weights.size)
    if network.connectivity.ties is not None:
        weights = weights[network.connectivity.ties]
    changed = network.with_weights(weights)
    weights[:] = np.nan
    for (u, v), weight in zip(changed.edges, changed.weights, strict=True):
        assert changed.to_graph().edges[u, v] == {**graph.edges[u, v], "weight": weight}
    assert nx.utils.graphs_equal(network.to_graph(), graph)


def test_other_biases_come_back_where_there_are_biases():
    graph = topologies.complete(inputs=1, hidden=2, outputs=1, seed=0)
    graph.nodes["h1"]["bias"] = 0.5
    network = ng.compile(graph, ng.dynamics.vector_field())
    changed = network.with_weights(network.weights, biases=[0.0, 0.0, 2.0, 0.0]).to_graph()
    assert dict(changed.nodes(data="bias")) == {"x0": None, "h0": None, "h1": 2.0, "y0": None}
    with pytest.raises(ParameterError, match=r"biases\[1\] of 'h0' is 1.0, but the node has no bias of its own"):
        network.with_weights(network.weights, biases=[0.0, 1.0, 2.0, 0.0])


@drawn
@given(graphs())
def test_ties_group_the_edges_of_one_tie(graph):
    network = ng.compile(graph)
    tie = [graph.edges[edge].get("tie") for edge in network.edges]
    groups = network.connectivity.ties
    if groups is None:
        assert not any(t is not None for t in tie)
        return
    for k in range(len(tie)):
        together = [j for j in range(len(tie)) if j == k or (tie[k] is not None and tie[j] == tie[k])]
        assert np.flatnonzero(groups == groups[k]).tolist() == together


def test_tied_weights_stay_equal():
    graph = nx.DiGraph()
    graph.add_node("y", role="output")
    graph.add_edges_from([("x", "h"), ("x", "y"), ("h", "y")], weight=1.0)
    graph.edges["x", "h"]["tie"] = graph.edges["x", "y"]["tie"] = "same"
    network = ng.compile(graph)
    assert network.edges == (("x", "y"), ("h", "y"), ("x", "h"))
    assert network.with_weights([2.0, 3.0, 2.0]).weights.tolist() == [2.0, 3.0, 2.0]
    with pytest.raises(ParameterError, match=r"1\.0 for \('x', 'h'\) and 2\.0 for \('x', 'y'\), which are tied"):
        network.with_weights([2.0, 3.0, 1.0])
    assert network.without_edges([0]).with_weights([3.0, 1.0]).weights.tolist() == [3.0, 1.0]


def test_a_symmetric_network_stays_symmetric():
    graph = topologies.complete(inputs=1, hidden=1, outputs=1, scale=0.0)
    network = ng.compile(graph, ng.dynamics.hopfield())
    ways = [k for k, (u, v) in enumerate(network.edges) if "x0" not in (u, v)]
    weights = network.weights.copy()
    weights[ways] = 2.0
    assert network.with_weights(weights).without_edges(ways).weights.tolist() == [0.0, 0.0]
    weights[ways[0]] = 1.0
    with pytest.raises(ParameterError, match="no edge back with the same weight"):
        network.with_weights(weights)
    with pytest.raises(ParameterError, match="no edge back with the same weight"):
        network.without_edges(ways[:1])


def test_neither_graph_nor_network_reaches_into_the_other():
    graph = topologies.complete(bias=True, seed=0)
    before = copy.deepcopy(graph)
    network = ng.compile(graph)
    ng.settle(network, [[0.0, 1.0]])
    assert nx.utils.graphs_equal(graph, before)
    graph.edges["x0", "h0"].update(weight=99.0, colour="red")
    graph.nodes["h0"]["role"] = "output"
    graph.graph["name"] = "changed"
    graph.remove_node("h1")
    assert nx.utils.graphs_equal(network.to_graph(), before)
    network.to_graph().edges["x0", "h0"]["weight"] = 99.0
    assert nx.utils.graphs_equal(network.to_graph(), before)


@pytest.mark.parametrize("name", ["weights", "biases", "parameters", "roles"])
def test_numbers_of_a_network_cannot_be_written(name):
    network = ng.compile(topologies.complete(seed=0))
    for same in (network, network.with_weights(network.weights), network.without_edges([0])):
        with pytest.raises(ValueError, match="read-only"):
            getattr(same, name)[:] = 1.0


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
    table = ng.graph.read_graph(graph)
    said = tmp_path / "meminfo"
    monkeypatch.setattr(ng.memory, "MEMINFO", str(said))
    said.write_text("MemTotal: 64 kB\nMemAvailable: 32 kB\n")
    for call, message in (
        (lambda: ng.compile(table), r"compiling 2652 edges takes .* GiB .*compile with dtype=float32"),
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


@drawn
@given(graphs(biases=True, self_loops=True), SEEDS)
def test_incidences_list_each_edge_once(graph, seed):
    compiled = ng.compile(graph, ng.dynamics.vector_field())
    for network in (compiled, compiled.without_edges(leaving_edges(compiled, seed))):
        connectivity = network.connectivity
        for subgraph in (connectivity.subgraph, connectivity.clamped_subgraph):
            moving = set(subgraph.moving.tolist())
            ends = list(
                zip(connectivity.pre.tolist(), connectivity.post.tolist(), network.weights.tolist(), strict=True)
            )
            inner = [(i, j, w) for i, j, w in ends if i in moving and j in moving]
            for incidence, expected, backward in (
                (subgraph.recurrent, inner, False),
                (subgraph.clamped, [(i, j, w) for i, j, w in ends if i not in moving and j in moving], False),
                (subgraph.transposed, sorted(inner), True),
            ):
                indptr, other, weights = incidence.weighted(network.weights)
                own = np.repeat(subgraph.moving, np.diff(indptr)).tolist()
                pairs = zip(own, other.tolist(), strict=True) if backward else zip(other.tolist(), own, strict=True)
                assert [(*pair, w) for pair, w in zip(pairs, weights.tolist(), strict=True)] == expected
                assert [ends[k][2] for k in incidence.ids] == weights.tolist()
                assert (indptr.dtype, other.dtype) == (np.int64, np.int32)
                assert indptr.size == subgraph.moving.size + 1


def test_repr_says_the_size():
    network = ng.compile(topologies.complete(inputs=2, hidden=5, outputs=1, bias=True, seed=0))
    assert repr(network) == ("Network(deep (absolute leak): 9 nodes (5 hidden, 2 input, 1 bias, 1 output), 48 edges)")


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


def test_a_missing_mirror_edge_is_refused():
    graph = topologies.complete(inputs=1, hidden=1, outputs=1, scale=0.0, seed=0)
    ng.compile(graph, ng.dynamics.hopfield())
    graph.remove_edge("y0", "h0")
    with pytest.raises(GraphError, match=r"edge 'h0' -> 'y0' has no edge back"):
        ng.compile(graph, ng.dynamics.hopfield())


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


def test_a_network_that_travels_keeps_its_arrays_read_only_and_leaves_behind_what_was_computed():
    network = ng.compile(ng.topologies.complete(2, 3, 1, bias=True, seed=0))
    ng.settle(network, [[0.0, 1.0]])
    for other in (pickle.loads(pickle.dumps(network)), copy.deepcopy(network)):
        assert np.array_equal(other.weights, network.weights)
        assert other.edges == network.edges
        for part in (other.weights, other.biases, other.connectivity.pre, other.connectivity.table.weights):
            assert not part.flags.writeable
        assert "inner" not in other.__getstate__()
        assert np.array_equal(ng.settle(other, [[0.0, 1.0]]).state, ng.settle(network, [[0.0, 1.0]]).state)


def test_edges_leave_by_their_pairs_of_labels():
    """Tuples are labels too, and a sequence of pairs of ints names edges, not places."""
    graph = nx.DiGraph([(("a", 1), ("b", 2), {"weight": 1.0}), (("b", 2), ("c", 3), {"weight": 0.5})])
    graph.nodes[("c", 3)]["role"] = "output"
    network = ng.compile(graph)
    assert network.without_edges([(("a", 1), ("b", 2))]).edges == ((("b", 2), ("c", 3)),)
    assert network.without_edges(network.edges).edges == ()
    with pytest.raises(ng.ParameterError, match=r"\(\('a', 1\), \('c', 3\)\) is no edge of the network"):
        network.without_edges([(("a", 1), ("c", 3))])
    numbered = ng.compile(nx.convert_node_labels_to_integers(graph))
    assert numbered.without_edges([(0, 1)]).edges == numbered.without_edges(np.array([[0, 1]])).edges == ((1, 2),)
    assert numbered.without_edges([0]).edges == ((1, 2),)
