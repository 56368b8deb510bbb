"""The energy of rates and linear neurons in one network: its closed form, its fall, and where there is none."""

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import neurograph as ng
from neurograph.certificates import Verdict, certify
from tests.strategies import SEEDS

LINEAR = ng.Dynamics("(-s + I + b)/tau", parameters={"tau": 1.0})
EXACT = ng.solvers.Euler(tol=1e-12, steps=100_000)


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
    if rate == "relu":
        return p**2 / 2.0
    if rate == "clip":
        return np.where((p < 0.0) | (p > 1.0), np.inf, p**2 / 2.0)
    return p * np.log(p) + (1.0 - p) * np.log(1.0 - p)


@pytest.mark.parametrize("rate", ["tanh", "sigmoid", "relu", "clip"])
@settings(max_examples=8, deadline=None)
@given(seed=SEEDS)
def test_it_is_that_of_the_convex_problem_and_falls_along_every_trajectory(rate, seed):
    network, W = bipartite(seed, 0.9 if rate in ("relu", "clip") else None, rate=rate, slow=True)
    found = certify(network, [[0.4]])["energy"]
    assert found.verdict is Verdict.PROVED
    assert "convergent" in found.claims
    function, rng = found.function(), np.random.default_rng(seed)
    places = {kind: [k for k, node in enumerate(network.nodes) if node[0] == kind] for kind in "pa"}
    state = np.zeros((8, len(network.nodes)))
    state[:, network.connectivity.inputs] = 0.4
    state[:, places["p"]] = rng.uniform(-0.9 if rate == "tanh" else 0.05, 0.9, (8, len(places["p"])))
    state[::2, places["p"][0]] *= rate not in ("relu", "clip")  # at the end of its range
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
    assert function.slope(state) == pytest.approx(differences(network, state, energy), rel=1e-3, abs=1e-4)
    for _ in range(12):
        state = state + 0.1 * network.drift(state)
        before, value = value, function.value(state)
        assert np.all(value <= before + 1e-9)


def differences(network, state, energy):
    """Return the change of the energy along a tiny step of the drift, over its length."""
    return (energy(state + 1e-6 * network.drift(state)) - energy(state)) / 1e-6


@pytest.mark.parametrize("rate", ["relu", "clip", "tanh"])
@settings(max_examples=15, deadline=None)
@given(seed=SEEDS)
def test_a_strictly_convex_energy_has_one_equilibrium_that_draws_every_state(rate, seed):
    network, _ = bipartite(seed, 0.95, rate=rate, slow=True)
    found = certify(network)["energy"]
    assert found.claims == ("unique equilibrium", "asymptotically stable", "convergent")
    rng = np.random.default_rng(seed)
    solver = ng.solvers.Euler(dt=0.99 * found.largest_dt, steps=200_000, tol=1e-11, implicit=False)
    x, start = np.tile(rng.normal(size=(1, 1)), (8, 1)), rng.uniform(-4.0, 4.0, (8, len(network.nodes)))
    settled = ng.settle(network, x, start=start, solver=solver)
    assert np.ptp(settled.state, axis=0).max() < 1e-8


@settings(max_examples=15, deadline=None)
@given(seed=SEEDS, n=st.integers(1, 6))
def test_unequal_leaks_may_have_a_strictly_convex_energy_and_the_bound_is_its_curvature(seed, n):
    """Convex is diag(L/G) - W; states are bounded where |M| < 1, and also where a bounded rho bounds them."""
    rng = np.random.default_rng(seed)
    W = rng.normal(size=(n, n)) + rng.choice([-2.0, 0.0, 1.0]) * np.eye(n)
    W = (W + W.T) / rng.choice([2.0, 6.0])
    leak, gain = rng.uniform(0.5, 3.0, n), rng.uniform(0.3, 2.0, n)
    convex = np.linalg.eigvalsh(np.diag(leak / gain) - W)[0]
    norm = np.linalg.norm(np.sqrt(gain / leak)[:, None] * W * np.sqrt(gain / leak), 2)
    for activation in ("relu(gain*I + b)", "clip(gain*I + b, 0, 1)"):
        kind = ng.Dynamics(f"{activation} - leak*s", parameters={"gain": 1.0, "leak": 1.0})
        graph = nx.DiGraph()
        for j in range(n):
            graph.add_node(j, role="output", bias=float(rng.normal()), gain=gain[j], leak=leak[j])
        graph.add_edges_from((i, j, {"weight": float(W[j, i])}) for i in range(n) for j in range(n))
        found = certify(ng.compile(graph, kind))["energy"]
        wanted = convex > 1e-9 and ("clip" in activation or norm < 1.0 - 1e-9)
        assert (found.verdict is Verdict.PROVED) == wanted
        assert ("unique equilibrium" in found.claims) == wanted


@pytest.mark.parametrize("norm", [1.0, 1.0 + 1e-9, 3.0])
def test_with_kinks_nothing_is_proved_where_the_energy_may_not_be_strictly_convex(norm):
    for seed in range(5):
        found = certify(bipartite(seed, norm, rate="relu")[0])["energy"]
        assert found.verdict is Verdict.UNKNOWN
        assert "may have a kink" in found.statement
        assert "strictly convex" in found.statement
    smooth = certify(bipartite(0, norm)[0])["energy"]
    assert smooth.claims == ("convergent",)


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


def layers(seed, ring):
    """Chain two unit layers of rates and linear neurons, norm(W) = 0.8; in a ring, the first hears the second too."""
    rng, graph = np.random.default_rng(seed), nx.DiGraph()
    for k in range(2):
        W = rng.normal(size=(4, 4))
        W *= 0.8 / np.linalg.norm(W, 2)
        for i in range(4):
            graph.add_node(("p", k, i), population="rate", bias=float(rng.normal()))
            graph.add_node(("a", k, i), population="linear", role="output" if k else "hidden", bias=0.0)
        for i, j in np.ndindex(4, 4):
            graph.add_edge(("p", k, i), ("a", k, j), weight=W[i, j])
            if ring or not k:
                graph.add_edge(("a", k, j), ("p", 1 - k, i), weight=W[i, j])
    return ng.compile(graph, {"rate": ng.dynamics.additive("tanh"), "linear": LINEAR})


def response(network, x):
    """Return how the equilibrium moves with what is added to the summed inputs: the inverse curvature of an energy."""
    state, free = ng.settle(network, x, solver=EXACT).state[0], network.connectivity.free
    by_input = network.at_nodes(network.dynamics.slope("I"), state)[free]
    return np.linalg.solve(-network.jacobian(state)[free][:, free].toarray(), np.diag(by_input))


@pytest.mark.parametrize("ring", [False, True])
def test_a_composition_of_layers_has_no_energy(ring):
    """A proximal operator has a symmetric Jacobian, and a composition of two has not: so none is to be proved."""
    network = layers(1, ring)
    found = certify(network)["energy"]
    assert found.verdict is Verdict.UNKNOWN
    assert "not symmetric" in found.statement
    moved = response(network, np.zeros((1, 0)))
    assert np.abs(moved - moved.T).max() > 0.05
    one_layer = response(bipartite(1, norm=0.8)[0], [[0.4]])
    assert one_layer == pytest.approx(one_layer.T, abs=1e-9)


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


@pytest.mark.parametrize("rate", ["tanh", "relu"])
def test_states_far_away_have_an_energy_and_those_no_activation_gives_have_not(rate):
    network, _ = bipartite(2, 0.9, rate=rate)
    function = certify(network, [[0.4]])["energy"].function()
    state = function.equilibrium.copy()
    place = next(k for k, node in enumerate(network.nodes) if node == ("a", 0))
    away = 1e5
    state[place] += away  # E is |a|^2 / 2 less what is linear in a, and least at the equilibrium
    assert function.value(state) == pytest.approx(away**2 / 2.0, rel=1e-6)
    outside = function.equilibrium.copy()
    outside[next(k for k, node in enumerate(network.nodes) if node == ("p", 0))] = -1.5
    assert function.value(outside) == np.inf


def test_beyond_dense_networks_sums_of_rows_show_convexity(monkeypatch):
    small, large = (bipartite(4, norm, rate="relu")[0] for norm in (0.2, 0.95))
    monkeypatch.setattr("neurograph.certificates.theorems.energy.DENSE", 0)
    assert "unique equilibrium" in certify(small)["energy"].claims
    assert certify(large)["energy"].verdict is Verdict.UNKNOWN
