import itertools

import networkx as nx
import numpy as np
import pytest

import neurograph as ng
from neurograph.equations.costs import cross_entropy
from neurograph.solvers import Euler, Newton
from neurograph.solvers.base import Phase
from tests.benchmarks import newton_iterations

X = np.random.default_rng(0).random((9, 2))


def dense(dynamics, seed=0, **options):
    bias = "neurons" if dynamics.uses_bias else True
    graph = ng.topologies.complete(inputs=2, hidden=5, outputs=2, bias=bias, seed=seed, **options)
    return ng.compile(graph, dynamics)


def sparse(dynamics, nodes=230):
    """Too many nodes for a dense matrix."""
    random = np.random.default_rng(0)
    pre, post = random.integers(0, nodes, 900), random.integers(2, nodes, 900)
    pairs = np.unique(np.stack([pre, post])[:, pre != post], axis=1)
    weights = random.normal(scale=0.3, size=pairs.shape[1])
    table = ng.topologies.from_edges((*pairs, weights), inputs=[0, 1], outputs=[nodes - 2, nodes - 1])
    return ng.compile(table, dynamics)


def test_it_finds_the_one_equilibrium_of_all_ways_to_hold_nodes_at_the_box():
    """By trying for every node the three ways, each a linear system."""
    for seed in range(5):
        network = dense(ng.dynamics.vector_field(), seed=seed, scale=0.2)
        network = network.with_weights(network.weights, np.where(network.biases != 0, network.biases * 5 - 0.3, 0.0))
        free, W = network.connectivity.free, network.matrix().toarray()
        start = np.zeros(len(network.nodes))
        start[network.connectivity.inputs] = X[0]
        A, c = W[np.ix_(free, free)] - np.eye(7), (W @ start + network.biases)[free]
        answers = []
        for held in itertools.product((None, 0.0, 1.0), repeat=7):
            moving = np.array([value is None for value in held])
            s = np.array([0.0 if value is None else value for value in held])
            s[moving] = np.linalg.solve(A[np.ix_(moving, moving)], -(c + A @ s)[moving])
            drift = A @ s + c
            pressed = np.where(s == 0.0, drift <= 0.0, drift >= 0.0)
            if np.all(np.where(moving, (s >= 0.0) & (s <= 1.0), pressed)):
                answers.append(s)
        settled = ng.settle(network, X[:1], solver=Newton(tol=1e-12))
        assert settled.converged
        assert len(answers) == 1
        assert np.abs(settled.state[0, free] - answers[0]).max() < 1e-13


@pytest.mark.parametrize("dynamics", [ng.dynamics.vector_field(), ng.Dynamics("-s + I", box=(-0.7, 0.3))], ids=str)
@pytest.mark.parametrize("number", [np.float64, np.float32])
def test_however_loose_the_tolerance_a_held_node_ends_on_its_bound(dynamics, number):
    x, low, high = np.random.default_rng(0).uniform(-1, 1, (300, 2)), *dynamics.box
    for seed in range(10):
        network = ng.compile(dense(dynamics, seed=seed, scale=0.6).to_graph(), dynamics, dtype=number)
        settled = ng.settle(network, x, solver=Newton(tol=0.1), throw=False)
        state, free = settled.state[settled.status == ng.Status.CONVERGED], network.connectivity.free
        ahead = (state + network.drift(state))[:, free]
        off = (state[:, free] > number(low)) & (state[:, free] < number(high))
        assert len(state) > 200
        assert not np.any(off & ((ahead < low - 1e-6) | (ahead > high + 1e-6)))


def test_a_node_whose_slope_leads_to_its_bound_exactly_ends_on_it():
    graph = nx.DiGraph([("x", "falls", {"weight": 0.0}), ("x", "rises", {"weight": 1.0})])
    graph.nodes["x"]["role"], graph.nodes["rises"]["role"] = "input", "output"
    network = ng.compile(graph, ng.Dynamics("-s + I", box=(0.0, 1.0)))
    start = np.array([[{"x": 1.0, "falls": 2.0**-30, "rises": 1.0 - 2.0**-30}[node] for node in network.nodes]])
    settled = Newton(tol=1e-8).solve(network, Phase(start))
    assert np.all(np.abs(network.drift(start)) < 1e-8)
    assert dict(zip(network.nodes, settled.state[0], strict=True)) == {"x": 1.0, "falls": 0.0, "rises": 1.0}


def test_a_few_iterations_are_enough_in_a_box():
    counts = [newton_iterations.iterations(net, x) for _, net, x in newton_iterations.networks(80, seed=1)]
    assert max(counts) <= newton_iterations.MOST
    assert min(counts) >= 2


def test_a_step_follows_the_one_before_it_as_long_as_they_get_on():
    """Seven neurons that excite each other to 0.99 of their leak: one slow mode, which Newton's steps do not see."""
    graph = nx.complete_graph(7, nx.DiGraph)
    nx.set_edge_attributes(graph, 0.99 / 6, "weight")
    graph.add_edges_from((("x", j) for j in range(7)), weight=1.0)
    graph.nodes["x"]["role"], graph.nodes[6]["role"] = "input", "output"
    network = ng.compile(graph, ng.dynamics.additive("tanh"))
    x = [[1e-3], [1e-2], [0.1], [1.0]]
    settled = ng.settle(network, x, solver=Newton(tol=1e-12))
    followed = ng.settle(network, x, solver=Euler(tol=1e-12, steps=10_000))
    assert np.abs(settled.state - followed.state).max() < 1e-9
    assert settled.steps.max() <= 10
    assert followed.steps.max() > 5000


@pytest.mark.parametrize("network", [dense(ng.dynamics.additive("tanh")), sparse(ng.dynamics.vector_field())], ids=str)
@pytest.mark.parametrize("kind", ["free", "squared", "softmax", "clamped", "transposed"])
def test_a_samples_answer_does_not_depend_on_its_batch(network, kind):
    random = np.random.default_rng(3)
    start = random.random((9, len(network.nodes)))
    target = np.eye(2)[random.integers(0, 2, 9)]
    options = {
        "free": {},
        "squared": {"beta": random.uniform(-0.3, 2.0, 9)},
        "softmax": {"beta": 0.7, "cost": cross_entropy(3.0)},
        "clamped": {"clamped": True},
        "transposed": {"beta": 0.1, "anchor": ng.settle(network, start[:, network.connectivity.inputs]).state},
    }[kind]
    if kind == "transposed":
        start = options["anchor"].copy()
    phase, solver = Phase(start, target, **options), Newton(tol=1e-10)
    whole = solver.solve(network, phase)
    assert np.mean(whole.status == ng.Status.CONVERGED) > 0.5
    for some in ([4], [8, 1], [0, 2, 3, 5, 6, 7]):
        part = solver.solve(network, phase.of(np.array(some)))
        for name in ("state", "residual", "steps", "status"):
            assert np.array_equal(getattr(part, name), getattr(whole, name)[some]), name
    if kind == "free":
        force = random.normal(size=(9, 2))
        answer = solver.respond(whole, force, 0.1)
        alone = solver.respond(solver.solve(network, phase.of(np.array([5]))), force[5:6], 0.1)
        assert np.array_equal(answer.state[5], alone.state[0])


@pytest.mark.parametrize("network", [dense(ng.dynamics.deep(extra_leak=0.3)), sparse(ng.dynamics.vector_field())])
@pytest.mark.parametrize("lift", [0.0, 0.1, 1.0])
def test_the_response_is_the_one_that_eulers_steps_end_at(network, lift):
    free = ng.settle(network, X, solver=Euler(tol=1e-12, steps=50_000))
    assert np.any(network.held(free.state)[:, network.connectivity.free])
    force = np.random.default_rng(1).normal(size=(9, 2))
    followed = Euler(tol=1e-12, steps=50_000).respond(free, force, lift)
    solved = Newton().respond(free, force, lift)
    assert np.all(solved.status == ng.Status.CONVERGED)
    assert np.abs(solved.state - followed.state).max() < 1e-8
    assert np.abs(solved.input_slope - followed.input_slope).max() < 1e-12
    assert solved.steps.max() <= 10


def test_where_the_jacobian_is_singular_the_trajectory_goes_on():
    """Two nodes that only copy each other: pushed alike they drift along a line, up to the box."""
    graph = nx.DiGraph([("x", "a", {"weight": 0.5}), ("a", "b", {"weight": 1.0}), ("b", "a", {"weight": 1.0})])
    graph.nodes["x"]["role"], graph.nodes["b"]["role"] = "input", "output"
    network = ng.compile(graph, ng.dynamics.vector_field())
    settled = ng.settle(network, [[0.1], [-0.1], [0.2]], start=0.5, solver=Newton())
    assert settled.converged
    assert settled.outputs[:, 0].tolist() == [1.0, 0.0, 1.0]
    inside = ng.settle(network, [[0.0]], start=0.5, solver=Newton())
    answer = Newton().respond(inside, np.ones((1, 1)))
    assert answer.status[0] == ng.Status.DIVERGED
    assert answer.residual[0] == np.inf
    assert np.all(answer.state == 0.0)


def test_growth_is_said_to_diverge():
    graph = nx.DiGraph([("x", "a", {"weight": 1.0}), ("a", "b", {"weight": 3.0}), ("b", "a", {"weight": 3.0})])
    graph.nodes["x"]["role"], graph.nodes["b"]["role"] = "input", "output"
    network = ng.compile(graph, dynamics=ng.dynamics.additive("relu"))
    settled = ng.settle(network, [[0.0], [1.0]], throw=False, solver=Newton())
    assert settled.status.tolist() == [ng.Status.CONVERGED, ng.Status.DIVERGED]
    with pytest.raises(ng.DivergenceError, match="no equilibrium is near its trajectory"):
        ng.settle(network, [[1.0]], solver=Newton())


def test_too_few_steps_end_on_the_trajectory():
    network = dense(ng.dynamics.vector_field(), scale=0.5)
    settled = ng.settle(network, X, solver=Newton(steps=1, tol=1e-12))
    there = ng.settle(network, X, solver=Euler(steps=10, tol=1e-12))
    assert np.all(settled.status == ng.Status.STEP_LIMIT)
    assert np.array_equal(settled.state, there.state)
    assert "9 step limit" in repr(settled)


def test_single_precision_settles_to_the_same_answer():
    double = dense(ng.dynamics.additive("tanh"))
    single = ng.compile(double.to_graph(), double.dynamics, dtype=np.float32)
    settled = ng.settle(single, X, solver=Newton(tol=1e-5))
    assert settled.converged
    assert settled.state.dtype == np.float32
    assert np.abs(settled.state - ng.settle(double, X, solver=Newton()).state).max() < 1e-6


@pytest.mark.parametrize("solver", [Newton(), ng.solvers.Anderson()], ids=lambda s: type(s).__name__)
def test_what_needs_the_trajectory_is_refused_with_the_remedy(solver):
    network = dense(ng.dynamics.deep(extra_leak=0.3))
    with pytest.raises(ng.ParameterError, match=r"a record needs: use solvers\.Euler"):
        ng.settle(network, X, record=1, solver=solver)
    y = np.zeros((9, 2))
    with pytest.raises(ng.ParameterError, match=r"an online rule needs: use solvers\.Euler"):
        ng.train(network, X, y, rule=ng.rules.stdp(), solver=solver, epochs=1, progress=False)


@pytest.mark.parametrize(("options", "word"), [({"steps": 0}, "steps"), ({"tol": 0.0}, "tol"), ({"tol": -1}, "tol")])
def test_arguments_are_checked(options, word):
    for solver in (Newton, ng.solvers.Anderson, ng.solvers.Auto):
        with pytest.raises(ng.ParameterError, match=f"{word} is"):
            solver(**options)
