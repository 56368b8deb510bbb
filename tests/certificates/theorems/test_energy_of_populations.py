"""The energy of rates and linear neurons in one network: its closed form, its fall, and where there is none."""

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings

import neurograph as ng
from neurograph.certificates import Verdict, certify
from tests.strategies import SEEDS

LINEAR = ng.Dynamics("(-s + I + b)/tau", parameters={"tau": 1.0})


def bipartite(seed, norm=None, tied=True, rate="tanh", slow=False):
    """Join 2 to 6 rates and 1 to 4 linear neurons by edges W, the same both ways if they are tied."""
    rng = np.random.default_rng(seed)
    rates, others = int(rng.integers(2, 7)), int(rng.integers(1, 5))
    W = rng.normal(size=(rates, others)) * (rng.random((rates, others)) < 0.8)
    W *= (rng.uniform(0.2, 3.0) if norm is None else norm) / max(np.linalg.norm(W, 2), 1e-3)
    graph = nx.DiGraph()
    graph.add_node("x", role="input", population="rate")
    for i in range(rates):
        graph.add_node(("p", i), population="rate", bias=float(rng.normal()))
        graph.add_edge("x", ("p", i), weight=float(rng.normal()))
    for j in range(others):
        own = {"tau": float(rng.uniform(0.5, 3.0))} if slow else {}
        graph.add_node(("a", j), population="linear", role="hidden" if j else "output", bias=0.0, **own)
        for i in np.flatnonzero(W[:, j]).tolist():
            back = W[i, j] if tied else 0.7 * W[i, j]
            tie = {"tie": f"{i} {j}"} if tied else {}
            graph.add_edge(("p", i), ("a", j), weight=float(W[i, j]), **tie)
            graph.add_edge(("a", j), ("p", i), weight=float(back), **tie)
    return ng.compile(graph, {"rate": ng.dynamics.additive(rate), "linear": LINEAR}), W


def conjugate(p, rate):
    """Evaluate the convex conjugate of the integral of the activation: the integral of its inverse."""
    if rate == "tanh":
        return p * np.arctanh(p) + np.log(1.0 - p**2) / 2.0
    return p * np.log(p) + (1.0 - p) * np.log(1.0 - p)


@pytest.mark.parametrize("rate", ["tanh", "sigmoid"])
@settings(max_examples=8, deadline=None)
@given(seed=SEEDS)
def test_it_is_that_of_the_convex_problem_and_falls_along_every_trajectory(rate, seed):
    network, W = bipartite(seed, rate=rate, slow=True)
    found = certify(network, [[0.4]])["energy"]
    assert found.verdict is Verdict.PROVED
    assert found.claims == ("convergent",)
    function, rng = found.function(), np.random.default_rng(seed)
    places = {kind: [k for k, node in enumerate(network.nodes) if node[0] == kind] for kind in "pa"}
    state = np.zeros((8, len(network.nodes)))
    state[:, network.connectivity.inputs] = 0.4
    state[:, places["p"]] = rng.uniform(0.05 if rate == "sigmoid" else -0.9, 0.9, (8, len(places["p"])))
    state[:, places["a"]] = rng.normal(size=(8, len(places["a"])))

    def energy(state):
        p, a = state[:, places["p"]], state[:, places["a"]]
        c = network.summed_input(np.where(np.isin(np.arange(state.shape[1]), places["a"]), 0.0, state))[:, places["p"]]
        c = c + network.biases[places["p"]]
        return np.sum(conjugate(p, rate) - c * p, axis=1) - np.sum((p @ W) * a, axis=1) + np.sum(a**2, axis=1) / 2.0

    rest = energy(function.equilibrium[None])
    value = function.value(state)
    assert value == pytest.approx(energy(state) - rest, rel=1e-6, abs=1e-7)
    assert np.all(function.slope(state) <= 1e-12)
    for _ in range(12):
        state = state + 0.1 * network.drift(state)
        before, value = value, function.value(state)
        assert np.all(value <= before + 1e-9)


@settings(max_examples=40, deadline=None)
@given(seed=SEEDS)
def test_what_is_called_convergent_converges_by_steps_just_below_the_longest(seed):
    network, _ = bipartite(seed)
    found = certify(network)["energy"]
    assert found.verdict is Verdict.PROVED
    rng = np.random.default_rng(seed)
    solver = ng.solvers.Euler(dt=0.99 * found.largest_dt, steps=200_000, tol=1e-7, implicit=False)
    start = rng.uniform(-0.9, 0.9, (6, len(network.nodes)))
    settled = ng.settle(network, rng.normal(size=(6, 1)), start=start, solver=solver, throw=False)
    assert settled.converged


def test_weights_that_differ_one_way_have_no_energy():
    network, _ = bipartite(0, tied=False)
    found = certify(network)["energy"]
    assert found.verdict is Verdict.UNKNOWN
    assert "not symmetric" in str(found)


def test_a_composition_of_layers_has_no_energy():
    """What one layer settles at goes on to another, without a way back: a composition of proximal operators is none."""
    first, _ = bipartite(1, norm=0.8)
    graph = first.to_graph()
    graph.add_node("next", population="rate", bias=0.0)
    for j, node in enumerate([node for node in graph if node[0] == "a"]):
        graph.add_edge(node, "next", weight=0.5 + j)
    found = certify(ng.compile(graph))["energy"]
    assert found.verdict is Verdict.UNKNOWN
    assert "not symmetric" in str(found)


def test_linear_neurons_that_hear_linear_neurons_are_not_called_bounded():
    graph = nx.DiGraph([("a", "b", {"weight": 2.0}), ("b", "a", {"weight": 2.0})])
    nx.set_node_attributes(graph, {"a": "linear", "b": "linear"}, "population")
    graph.add_node("p", population="rate", role="output", bias=0.0)
    for one, other in (("a", "p"), ("p", "a")):
        graph.add_edge(one, other, weight=0.3)
    network = ng.compile(graph, {"linear": LINEAR, "rate": ng.dynamics.additive("tanh")})
    found = certify(network)["energy"]
    assert found.verdict is Verdict.UNKNOWN
    assert "No bound of the states" in str(found)
    unbounded = ng.settle(network, np.zeros((1, 0)), start=0.1, throw=False)
    assert unbounded.status[0] == ng.Status.DIVERGED


def test_linear_neurons_that_hear_bounded_ones_hand_the_bound_on():
    graph = nx.DiGraph()
    graph.add_node("p", population="rate", role="output", bias=0.0)
    graph.add_nodes_from("abc", population="linear")
    for one, other in ("pa", "ab", "bc"):
        graph.add_edge(one, other, weight=3.0)
        graph.add_edge(other, one, weight=3.0)
    network = ng.compile(graph, {"linear": LINEAR, "rate": ng.dynamics.additive("tanh")})
    assert certify(network)["energy"].verdict is Verdict.UNKNOWN  # b hears a, and a hears b
    one_way = network.without_edges([("b", "a"), ("c", "b")])
    assert "not symmetric" in str(certify(one_way)["energy"])
