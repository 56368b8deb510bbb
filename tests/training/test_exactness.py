"""Asymmetric EP is the exact gradient: held against central differences of the cost, in plain numpy, on any graph."""

import networkx as nx
import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import neurograph as ng
from neurograph.equations.costs import cross_entropy, squared_error
from neurograph.learning.phases import run_phases, weight_change
from neurograph.training.gradient_check import gradient
from tests.strategies import SEEDS, graphs_for
from tests.training.central_differences import BUMP, GRAPHS, NEURONS, away, case, slopes

TIGHT = ng.solvers.Euler(tol=1e-12, steps=100_000)
EXACT, FINITE = ng.rules.asymmetric_ep(), ng.rules.asymmetric_ep(finite=True)
COSTS = {"squared error": squared_error(), "cross-entropy": cross_entropy(gain=3.0)}
DRAWN = ("additive tanh", "one's own", "deep, absolute leak", "deep, signed leak")
"""Those that Hypothesis draws graphs for; in the box some nodes are then held."""

ENERGIES = ("hopfield", "vector field", "smooth energy")


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
    """Return whether a node that something reaches is at its bound, and hardly pressed against it."""
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
    with pytest.warns(ng.TrainingWarning, match="0% of the samples were learned from: take a smaller beta"):
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
