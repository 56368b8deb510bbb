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
from neurograph.equations.neuron import Dynamics
from neurograph.errors import ParameterError
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


def test_repr_says_the_size():
    network = ng.compile(topologies.complete(inputs=2, hidden=5, outputs=1, bias=True, seed=0))
    assert repr(network) == ("Network(deep (absolute leak): 9 nodes (5 hidden, 2 input, 1 bias, 1 output), 48 edges)")


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
