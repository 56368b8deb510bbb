"""Asymmetric EP is the exact gradient: held against central differences of the cost, in plain numpy, on any graph."""

from dataclasses import dataclass
from functools import cache
from types import SimpleNamespace

import networkx as nx
import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import neurograph as ng
from neurograph.equations.costs import cross_entropy, squared_error
from neurograph.equations.dynamics import Dynamics
from neurograph.learning.phases import run_phases, weight_change
from neurograph.training.gradient_check import gradient
from tests.strategies import SEEDS, graphs_for

TIGHT = ng.solvers.Euler(tol=1e-12, steps=100_000)
EXACT, FINITE = ng.rules.asymmetric_ep(), ng.rules.asymmetric_ep(finite=True)
BUMP = 1e-6
COSTS = {"squared error": squared_error(), "cross-entropy": cross_entropy(gain=3.0)}


# The same neurons as the package's, written again in numpy. W is (..., post, pre), s is (..., samples, nodes).


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


@dataclass(frozen=True)
class Neuron:
    """A dynamics, its plain twin, and how strongly its free nodes may drive each other without losing contraction."""

    dynamics: Dynamics
    drift: object
    send: object = staticmethod(lambda s, p: s)
    row: float = 0.7
    parameters: tuple = ()


NEURONS = {
    "additive tanh": Neuron(ng.dynamics.additive("tanh"), lambda s, I, b, W, p: -s + np.tanh(I + b)),
    "vector field": Neuron(ng.dynamics.vector_field(), lambda s, I, b, W, p: -s + I + b, row=0.4),
    "deep, absolute leak": Neuron(
        ng.dynamics.deep("absolute", extra_leak=1.0),
        lambda s, I, b, W, p: I - s * (np.abs(W).sum(-2)[..., None, :] + 1.0),
    ),
    "deep, signed leak": Neuron(
        ng.dynamics.deep("signed", extra_leak=1.0),
        lambda s, I, b, W, p: I - s * (W.sum(-2)[..., None, :] + 1.0),
        row=0.3,
    ),
    "additive sigmoid": Neuron(ng.dynamics.additive("sigmoid"), lambda s, I, b, W, p: -s + sigmoid(I + b), row=2.5),
    # b enters otherwise than I, w_out under a root; the transfer is curved; each node has its own tau and gain.
    "one's own": Neuron(
        Dynamics(
            "(tanh(I) + 0.5*sin(b) - s*sqrt(1 + w_out**2))/tau",
            transfer="tanh(gain*s)",
            parameters={"tau": 1.0, "gain": 1.0},
            name="one's own",
        ),
        lambda s, I, b, W, p: (np.tanh(I) + 0.5 * np.sin(b) - s * np.sqrt(1 + W.sum(-2)[..., None, :] ** 2)) / p["tau"],
        lambda s, p: np.tanh(p["gain"] * s),
        row=0.5,
        parameters=(("tau", 0.7, 1.5), ("gain", 0.6, 1.4)),
    ),
    "smooth energy": Neuron(
        Dynamics("(1 - tanh(s)**2)*(I + b) - s", transfer="tanh(s)", symmetric=True, name="smooth energy"),
        lambda s, I, b, W, p: (1 - np.tanh(s) ** 2) * (I + b) - s,
        lambda s, p: np.tanh(s),
        row=0.4,
    ),
    "hopfield": Neuron(ng.dynamics.hopfield(), lambda s, I, b, W, p: I + b - s, row=0.4),
}
DRAWN = ("additive tanh", "one's own", "deep, absolute leak", "deep, signed leak")
"""Those that Hypothesis draws graphs for; in the box some nodes are then held."""

ENERGIES = ("hopfield", "vector field", "smooth energy")


# Graphs, without weights


def built(builder, **options):
    return builder(inputs=2, outputs=2, bias=True, seed=0, **options)


def ring():
    graph = nx.DiGraph([(k, (k + 1) % 6) for k in range(6)])
    graph.add_edges_from([("x0", 0), ("x1", 3), ("x0", 4)])
    return roles(graph, outputs=(2, 5))


def two_node_loop():
    graph = nx.DiGraph([("x0", "h"), ("x1", "h"), ("x1", "y"), ("h", "y"), ("y", "h"), ("h", "z"), ("z", "h")])
    return roles(graph, outputs=("y", "z"))


def self_loops():
    graph = built(ng.topologies.random, hidden=4, density=0.5)
    graph.add_edges_from((node, node) for node in ("h0", "h2", "y1"))
    return graph


def disconnected():
    near = built(ng.topologies.complete, hidden=2)
    far = nx.DiGraph([("a", "b"), ("b", "c"), ("c", "a"), ("x0", "d"), ("d", "e")])
    return nx.compose(near, roles(far, outputs=()))


def without_input():
    graph = built(ng.topologies.complete, hidden=4)
    graph.remove_edges_from([*graph.in_edges("h1")])
    return graph


def roles(graph, outputs):
    for node in graph:
        if str(node).startswith("x"):
            graph.nodes[node]["role"] = "input"
        elif node in outputs:
            graph.nodes[node]["role"] = "output"
    ordered = nx.DiGraph()
    ordered.add_nodes_from(sorted(graph.nodes(data=True), key=lambda item: str(item[0])))
    ordered.add_edges_from(graph.edges)
    return ordered


GRAPHS = {
    "complete": lambda: built(ng.topologies.complete, hidden=4),
    "random sparse": lambda: built(ng.topologies.random, hidden=7, density=0.3),
    "acyclic": lambda: built(ng.topologies.layered, hidden=(3, 2), feedback=False, skip=True),
    "layered with feedback": lambda: built(ng.topologies.layered, hidden=(3, 2)),
    "ring": ring,
    "two-node loop": two_node_loop,
    "self-loops": self_loops,
    "symmetric, tied": lambda: ng.topologies.symmetric(built(ng.topologies.random, hidden=4, density=0.5)),
    "biases": lambda: ng.topologies.complete(inputs=2, hidden=4, outputs=2, bias="neurons", seed=0),
    "disconnected parts": disconnected,
    "a node with no input": without_input,
}


def weighted(graph, neuron, symmetric=False, seed=0):
    """Give the graph weights with which the neuron contracts and, in a box, stays inside it."""
    kind, symmetric = neuron.dynamics, symmetric or neuron.dynamics.symmetric
    graph = nx.DiGraph(graph)
    if not kind.self_loops:
        graph.remove_edges_from([*nx.selfloop_edges(graph)])
    for _, _, data in graph.edges(data=True):
        data["weight"] = 1.0
    if symmetric:
        graph = ng.topologies.symmetric(graph)
    rng = np.random.default_rng(seed)
    free = [node for node, role in graph.nodes(data="role", default="hidden") if role in ("hidden", "output")]
    weight = {}
    for u, v, data in graph.edges(data=True):
        drawn = rng.uniform(0.3, 1.0) if kind.box else rng.choice([-1, 1]) * rng.uniform(0.3, 1.0)
        data["weight"] = weight.setdefault(data.get("tie", (u, v)), drawn)
    for node in graph:
        graph.nodes[node].pop("bias", None) if not kind.uses_bias else None
        if "bias" in graph.nodes[node]:
            graph.nodes[node]["bias"] = rng.uniform(0.05, 0.15) if kind.box else rng.normal()
        for name, low, high in neuron.parameters if node in free else ():
            graph.nodes[node][name] = rng.uniform(low, high)
    _scale(graph, free, neuron.row)
    return graph


def _scale(graph, free, most):
    """Scale all weights among free nodes so that none gets more than `most` in all, and in a box the others too."""
    inner = [(u, v) for u, v in graph.edges if u in free]
    rows = [sum(abs(graph.edges[e]["weight"]) for e in graph.in_edges(v) if e[0] in free) for v in free]
    columns = [sum(abs(graph.edges[e]["weight"]) for e in graph.out_edges(v)) for v in free]
    factor = most / max(max(rows), max(columns))
    for edge in inner:
        graph.edges[edge]["weight"] *= factor
    for v in free:
        still = [e for e in graph.in_edges(v) if e[0] not in free]
        for edge in still:
            graph.edges[edge]["weight"] *= 0.5 / len(still)


# Central differences


@dataclass(frozen=True)
class Plain:
    """A graph as dense arrays, with nothing from the package."""

    nodes: tuple
    edges: tuple
    W: np.ndarray
    b: np.ndarray
    groups: dict
    roles: tuple
    parameters: dict

    @classmethod
    def of(cls, graph, neuron):
        nodes = tuple(graph)
        place = {node: k for k, node in enumerate(nodes)}
        W, groups = np.zeros((len(nodes),) * 2), {}
        for u, v, data in graph.edges(data=True):
            W[place[v], place[u]] = data["weight"]
            tie = data.get("tie")
            groups.setdefault((u, v) if tie is None else ("tie", tie), []).append((u, v))
        b = np.array([graph.nodes[node].get("bias", 0.0) for node in nodes])
        given = {
            name: np.array([graph.nodes[node].get(name, default) for node in nodes])
            for name, default in neuron.dynamics.defaults.items()
        }
        kinds = tuple(graph.nodes[node].get("role", "hidden") for node in nodes)
        return cls(nodes, tuple(graph.edges), W, b, groups, kinds, given)

    def where(self, *names):
        return np.flatnonzero([role in names for role in self.roles])


def settled(neuron, plain, W, b, x):
    """Settle every network of a stack W (k, n, n), b (k, n) on x: (k, samples, n)."""
    s = np.zeros((len(W), len(x), len(plain.nodes)))
    s[..., plain.where("input")], s[..., plain.where("bias")] = x, 1.0
    free, box = plain.where("hidden", "output"), neuron.dynamics.box or (-np.inf, np.inf)
    back, bias = np.swapaxes(W, -1, -2), b[:, None, :]
    for _ in range(3000):
        moved = neuron.drift(s, neuron.send(s, plain.parameters) @ back, bias, W, plain.parameters)[..., free]
        new = np.clip(s[..., free] + 0.25 * moved, *box)
        size = np.abs(new - s[..., free]).max(initial=0.0)
        s[..., free] = new
        if size < 1e-15:
            break
    assert size < 1e-13
    return s


def slopes(neuron, graph, x, y):
    """Give, for each cost, the derivative of its mean with respect to each edge (tied ones together) and bias."""
    plain = Plain.of(graph, neuron)
    place = {node: k for k, node in enumerate(plain.nodes)}
    biased = [node for node in plain.nodes if "bias" in graph.nodes[node]]
    bumps = [(members, None) for members in plain.groups.values()] + [(None, node) for node in biased]
    W, b = np.tile(plain.W, (2 * len(bumps), 1, 1)), np.tile(plain.b, (2 * len(bumps), 1))
    for k, (members, node) in enumerate(bumps):
        for row, sign in ((2 * k, 1), (2 * k + 1, -1)):
            for u, v in members or ():
                W[row, place[v], place[u]] += sign * BUMP
            if members is None:
                b[row, place[node]] += sign * BUMP
    outputs = settled(neuron, plain, W, b, x)[..., plain.where("output")]
    given = {}
    for name, cost in (("squared error", half_square), ("cross-entropy", softmax_cost)):
        each = cost(outputs, y).mean(axis=1)
        slope = (each[::2] - each[1::2]) / (2 * BUMP)
        found = {edge: slope[k] for k, (members, _) in enumerate(bumps) for edge in members or ()}
        given[name] = found, np.array([slope[k] for k, (_, node) in enumerate(bumps) if node is not None])
    return given


def half_square(outputs, y):
    return 0.5 * ((outputs - y) ** 2).sum(-1)


def softmax_cost(outputs, y):
    shares = np.exp(3.0 * outputs)
    return -(y * np.log(shares / shares.sum(-1, keepdims=True))).sum(-1)


@cache
def case(neuron_name, graph_name, symmetric=False):
    """Compile a graph with a neuron, with data, and its central differences."""
    neuron = NEURONS[neuron_name]
    graph = weighted(GRAPHS[graph_name](), neuron, symmetric)
    rng = np.random.default_rng(1)
    x, y = rng.uniform(0.2, 1.0, (3, 2)), np.array([[0.6, 0.4], [0.1, 0.9], [1.0, 0.0]])
    network = ng.compile(graph, neuron.dynamics)
    return SimpleNamespace(network=network, x=x, y=y, slopes=slopes(neuron, graph, x, y))


def away(change, bias_change, network, slopes):
    """Give the relative distance of a change from minus the central differences."""
    by_edge, by_bias = slopes
    exact = -np.concatenate([[by_edge[edge] for edge in network.edges], by_bias])
    return np.linalg.norm(np.concatenate([change, bias_change]) - exact) / np.linalg.norm(exact)


every = pytest.mark.parametrize("graph", GRAPHS)
neurons = pytest.mark.parametrize("neuron", NEURONS)


@every
@neurons
def test_no_node_is_at_its_bound(neuron, graph):
    """What the other tests take for granted of the dynamics with a box."""
    this = case(neuron, graph)
    if this.network.dynamics.box is None:
        return
    driven = {*this.network.inputs, *(n for n, r in zip(this.network.nodes, this.network.roles, strict=True) if r == 1)}
    whole = this.network.to_graph()
    driven |= {node for node in whole if whole.nodes[node].get("bias")}
    reached = driven.union(*(nx.descendants(whole, node) for node in driven)) - set(this.network.inputs)
    places = [
        this.network.connectivity.table.index[node] for node in reached if whole.nodes[node].get("role") != "bias"
    ]
    state = ng.settle(this.network, this.x, solver=TIGHT).state[:, places]
    assert state.min() > 1e-3
    assert state.max() < 0.99


@every
@neurons
@pytest.mark.parametrize("cost", COSTS)
def test_the_linear_response_is_the_gradient(neuron, graph, cost):
    this = case(neuron, graph)
    check = ng.gradient_check(this.network, this.x, this.y, EXACT, cost=COSTS[cost], solver=TIGHT)
    assert away(check.change, check.bias_change, this.network, this.slopes[cost]) < 1e-6
    assert away(-check.gradient, -check.bias_gradient, this.network, this.slopes[cost]) < 1e-6
    assert check.relative_error < 1e-8
    assert check.cosine == pytest.approx(1.0)
    assert check.learned == check.settled == 1.0


@every
@neurons
def test_the_transposed_phases_are_the_gradient(neuron, graph):
    this = case(neuron, graph)
    check = ng.gradient_check(this.network, this.x, this.y, FINITE, beta=1e-3, solver=TIGHT)
    assert away(check.change, check.bias_change, this.network, this.slopes["squared error"]) < 1e-5
    assert check.learned == check.settled == 1.0


def test_the_transposed_phases_are_the_gradient_of_the_cross_entropy():
    this = case("additive tanh", "complete")
    cost = COSTS["cross-entropy"]
    check = ng.gradient_check(this.network, this.x, this.y, FINITE, beta=1e-3, cost=cost, solver=TIGHT)
    assert away(check.change, check.bias_change, this.network, this.slopes["cross-entropy"]) < 1e-5


@every
@pytest.mark.parametrize("neuron", ENERGIES)
def test_on_symmetric_graphs_equilibrium_propagation_is_the_gradient(neuron, graph):
    this = case(neuron, graph, symmetric=True)
    exact = this.slopes["squared error"]
    pointed = ng.solvers.Euler(tol=1e-13, steps=100_000)
    for rule, beta in ((ng.rules.centred_ep(), 1e-3), (ng.rules.ep(), 1e-6), (ng.rules.random_sign_ep(), 1e-6)):
        check = ng.gradient_check(this.network, this.x, this.y, rule, beta=beta, solver=pointed, seed=0)
        assert away(check.change, check.bias_change, this.network, exact) < 1e-5, rule.name
    response = ng.gradient_check(this.network, this.x, this.y, EXACT, solver=TIGHT)
    assert away(response.change, response.bias_change, this.network, exact) < 1e-6


@given(data=st.data(), name=st.sampled_from(DRAWN), seed=SEEDS)
@settings(max_examples=80)
def test_it_is_the_gradient_on_any_graph(data, name, seed):
    neuron = NEURONS[name]
    graph = contracted(data.draw(graphs_for(neuron.dynamics, max_free=5, attributes=False)), neuron)
    network = ng.compile(graph, neuron.dynamics)
    rng = np.random.default_rng(seed)
    x, y = (
        rng.uniform(-1, 1, (3, network.connectivity.inputs.size)),
        rng.uniform(size=(3, network.connectivity.outputs.size)),
    )
    free = ng.settle(network, x, solver=TIGHT)
    assume(not near_a_kink(network, free.state))
    weights, biases = gradient(network, x, y, solver=TIGHT)
    by_edge, by_bias = slopes(neuron, graph, x, y)["squared error"]
    exact = np.concatenate([[by_edge[edge] for edge in network.edges], by_bias])
    assert np.allclose(np.concatenate([weights, biases]), exact, rtol=1e-5, atol=1e-8)
    unlifted = ng.rules.asymmetric_ep(lift=0.0)
    check = ng.gradient_check(network, x, y, unlifted, solver=TIGHT)
    plastic = network.connectivity.plastic
    assert np.allclose(check.change[plastic], -weights[plastic], rtol=1e-8, atol=1e-10)
    assert np.allclose(check.bias_change, -biases, rtol=1e-8, atol=1e-10)


def contracted(graph, neuron):
    """Scale all weights of a drawn graph by one factor, so that ties hold; none is nearer to a kink than a bump."""
    free = {node for node, role in graph.nodes(data="role", default="hidden") if role in ("hidden", "output")}
    sums = [sum(abs(graph.edges[e]["weight"]) for e in graph.in_edges(v) if e[0] in free) for v in free]
    sums += [sum(abs(w) for _, _, w in graph.out_edges(v, "weight")) for v in free]
    factor = min(1.0, neuron.row / max([*sums, 1e-9]))
    for _, _, data in graph.edges(data=True):
        data["weight"] *= factor if abs(factor * data["weight"]) > 10 * BUMP else 0.0
    return graph


def near_a_kink(network, state):
    """Say whether a node that something reaches is at its bound, and hardly pressed against it."""
    if network.dynamics.box is None:
        return False
    wired = np.zeros((state.shape[1],) * 2)
    wired[network.connectivity.pre, network.connectivity.post] = 1.0
    reached = np.abs(state) @ wired > 0
    at = (np.abs(state[:, network.connectivity.free][..., None] - network.dynamics.box) < 1e-3).any(-1)
    weak = np.abs(network.drift(state)[:, network.connectivity.free]) < 1e-3
    return bool(np.any(at & weak & reached[:, network.connectivity.free]))


# Where an answer is no gradient


def hub(leaves):
    """A hub that drives every leaf, and is driven by all of them: each row sums up to .95."""
    graph = nx.DiGraph([("x", "hub", {"weight": 0.1})])
    graph.nodes["x"]["role"] = "input"
    for leaf in range(leaves):
        graph.add_node(leaf, role="output")
        graph.add_edge("hub", leaf, weight=0.95)
        graph.add_edge(leaf, "hub", weight=0.95 / leaves)
    return graph


def test_finite_phases_that_run_away_are_not_learned_from_and_the_linear_response_is_exact():
    neuron, graph, beta = NEURONS["additive tanh"], hub(20), 1e-3
    network, x, y = ng.compile(graph, neuron.dynamics), np.array([[0.3], [1.0]]), np.ones((2, 20))
    free = ng.settle(network, x, solver=TIGHT)
    ended = run_phases(FINITE, free, y, beta, squared_error(), TIGHT)
    small = run_phases(EXACT, free, y, beta, squared_error(), TIGHT).response.state
    assert free.converged
    assert ended.opposite.converged
    assert np.all(np.abs(ended.opposite.state - free.state).max(axis=1) > 0.5)
    assert beta * np.abs(small).max() < 0.1
    assert not ended.learned.any()
    assert all(not change.any() for change in weight_change(FINITE, ended))
    options = {"epochs": 1, "target_cost": None, "batch_size": None, "progress": False}
    fit = ng.train(network, x, y, rule=FINITE, beta=beta, solver=TIGHT, **options)
    assert np.array_equal(fit.network.weights, network.weights)
    assert fit.history["learned"].tolist() == [0.0]
    check = ng.gradient_check(network, x, y, EXACT, solver=TIGHT)
    assert check.learned == 1.0
    assert away(check.change, check.bias_change, network, slopes(neuron, graph, x, y)["squared error"]) < 1e-6


@pytest.mark.parametrize("loop", [["y"], ["h", "y"]])
def test_nothing_is_learned_where_the_free_equilibrium_is_not_stable(loop):
    graph = nx.DiGraph([(u, v, {"weight": 2.0}) for u, v in zip(loop, loop[1:] + loop[:1], strict=True)])
    graph.nodes["y"]["role"] = "output"
    network = ng.compile(graph, ng.dynamics.additive("tanh"))
    x, y = np.empty((1, 0)), np.ones((1, 1))
    free = ng.settle(network, x, start=0.0, solver=TIGHT)
    ended = run_phases(EXACT, free, y, 0.0, squared_error(), TIGHT)
    assert not free.state.any()
    assert ended.response.status.tolist() == [ng.Status.DIVERGED]
    assert ended.learned.tolist() == [False]
    assert not weight_change(EXACT, ended)[0].any()


@neurons
def test_without_a_cycle_one_sweep_is_the_response(neuron):
    this = case(neuron, "acyclic")
    ended = run_phases(EXACT, ng.settle(this.network, this.x, solver=TIGHT), this.y, 0.0, squared_error(), TIGHT)
    cyclic = this.network.dynamics.symmetric
    assert np.all(ended.response.steps > 1) if cyclic else np.all(ended.response.steps == 1)


@pytest.mark.parametrize("count", [7, 40])
def test_a_samples_response_does_not_depend_on_its_batch(count):
    network = case("additive tanh", "complete").network
    x, y = np.random.default_rng(0).uniform(-2, 2, (2, count, 2))
    free = ng.settle(network, x, solver=TIGHT)
    assert np.unique(free.steps).size > 1
    for rule, phase in ((EXACT, "response"), (FINITE, "nudged"), (FINITE, "opposite")):
        together = getattr(run_phases(rule, free, y, 0.1, squared_error(), TIGHT), phase)
        for k in range(0, count, 3):
            one = slice(k, k + 1)
            alone = ng.settle(network, x[one], solver=TIGHT)
            apart = getattr(run_phases(rule, alone, y[one], 0.1, squared_error(), TIGHT), phase)
            assert np.allclose(apart.state, together.state[one], rtol=0, atol=1e-11)
