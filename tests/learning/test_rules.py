import networkx as nx
import numpy as np
import pytest

import neurograph as ng
from neurograph.equations.costs import squared_error
from neurograph.learning.phases import run_phases, weight_change
from neurograph.solvers.base import Phase
from neurograph.solvers.settle import settle

TIGHT = ng.solvers.Euler(tol=1e-12, steps=100_000)
X = np.array([[0.2, 0.9], [0.7, 0.4], [1.0, 0.1]])
Y = np.array([[0.6], [0.3], [0.45]])

NAMED = [ng.rules.stdp(), ng.rules.stdp(average=False), ng.rules.vector_field(), ng.rules.deep()]


def phases(network, beta, rule):
    free = settle(network, X, solver=TIGHT)
    return run_phases(rule, free, Y, beta, squared_error(), TIGHT)


def deep_network(leak, seed=0):
    graph = ng.topologies.complete(inputs=2, hidden=4, outputs=1, bias=True, scale=0.3, seed=seed)
    graph = nx.DiGraph(graph)
    for _, data in graph.nodes(data=True):
        data["extra_leak"] = 1.0
    return ng.compile(graph, dynamics=ng.dynamics.deep(leak, extra_leak=1.0))


@pytest.mark.parametrize("leak", ["signed", "absolute"])
def test_deep_is_the_two_term_rule_written_out(leak):
    network, beta = deep_network(leak), 0.5
    ended = phases(network, beta, ng.rules.deep())
    free, nudged = ended.free, ended.nudged
    change, _ = weight_change(ng.rules.deep(), ended)
    clamped = set(network.connectivity.inputs) | set(network.connectivity.bias_nodes)
    for k, (i, j) in enumerate(zip(network.connectivity.pre, network.connectivity.post, strict=True)):
        sigma = 0.0 if i in clamped else (1.0 if leak == "signed" else np.sign(network.weights[k]))
        moved = nudged.state - free.state
        expected = np.mean(free.state[:, i] * (moved[:, j] - sigma * moved[:, i])) / beta
        assert change[k] == pytest.approx(expected, abs=1e-14)


@pytest.mark.parametrize("leak", ["signed", "absolute"])
def test_on_a_chain_the_two_term_rule_is_the_gradient(leak):
    """Without a cycle the nudge reaches only the output: its own incoming edges get their exact gradient."""
    graph = nx.DiGraph()
    for name, role in (("a", "input"), ("b", "input"), ("y", "output")):
        graph.add_node(name, role=role)
    graph.add_edge("a", "y", weight=0.4)
    graph.add_edge("b", "y", weight=0.25)
    network = ng.compile(graph, dynamics=ng.dynamics.deep(leak, extra_leak=1.0))
    change, _ = weight_change(ng.rules.deep(), phases(network, 1e-6, ng.rules.deep()))

    def cost(weights):
        outputs = settle(network.with_weights(weights), X, solver=TIGHT).outputs
        return 0.5 * np.mean((outputs - Y) ** 2)

    h = 1e-5
    for k in range(2):
        bump = h * np.eye(2)[k]
        slope = (cost(network.weights + bump) - cost(network.weights - bump)) / (2 * h)
        assert change[k] == pytest.approx(-slope, rel=1e-4)


def test_vector_field_is_its_formula_for_weights_and_biases():
    graph = ng.topologies.complete(inputs=2, hidden=4, outputs=1, bias="neurons", scale=0.2, seed=1)
    network, beta = ng.compile(graph, dynamics=ng.dynamics.vector_field()), 0.3
    ended = phases(network, beta, ng.rules.vector_field())
    free, nudged = ended.free, ended.nudged
    change, bias_change = weight_change(ng.rules.vector_field(), ended)
    moved = (nudged.state - free.state) / beta
    outer = free.state.T @ moved / len(X)
    assert np.allclose(change, outer[network.connectivity.pre, network.connectivity.post], atol=1e-15)
    assert np.allclose(bias_change, moved.mean(axis=0)[network.connectivity.biased], atol=1e-15)


def test_the_gain_of_the_postsynaptic_node_is_the_slope_of_its_drift():
    graph = ng.topologies.complete(inputs=2, hidden=3, outputs=1, bias="neurons", scale=0.5, seed=2)
    network = ng.compile(graph, dynamics=ng.dynamics.additive("tanh"))
    ended = phases(network, 0.1, ng.Rule("post_slope"))
    free = ended.free
    change, _ = weight_change(ng.Rule("post_slope"), ended)
    gain = 1 - np.tanh(network.summed_input(free.state) + network.biases) ** 2
    assert np.allclose(change, gain.mean(axis=0)[network.connectivity.post], atol=1e-14)


def test_stdp_summed_is_the_integral_of_presynaptic_activity_over_postsynaptic_change():
    network = deep_network("absolute")
    x, y = X, Y
    free = settle(network, x, solver=TIGHT)
    solver = ng.solvers.Euler(dt=0.02, steps=400, tol=0)
    nudged = settle(network, x, y=y, beta=2.0, start=free.state, solver=solver, record=1)
    s = nudged.trajectory.state
    expected = np.einsum("bti,btj->ij", s[:, 1:], np.diff(s, axis=1))
    phase = Phase(free.state, y, 2.0, rule=ng.rules.stdp().expression)
    trace = solver.solve(network, phase).trace
    assert np.allclose(trace, expected[network.connectivity.pre, network.connectivity.post], atol=1e-13)


@pytest.mark.parametrize("steps", [500, 1000])
def test_averaged_stdp_is_the_summed_one_over_the_steps(steps):
    network = deep_network("absolute")
    solver = ng.solvers.Euler(dt=0.05, steps=steps, tol=1e-9)
    options = {"beta": 1.0, "solver": solver, "epochs": 1, "batch_size": None, "target_cost": None}
    averaged = ng.train(network, X, Y, rule=ng.rules.stdp(), optimiser=ng.optimisers.sgd(float(steps)), **options)
    summed = ng.train(network, X, Y, rule=ng.rules.stdp(average=False), optimiser=ng.optimisers.sgd(1.0), **options)
    assert np.allclose(averaged.network.weights, summed.network.weights, atol=1e-15)


@pytest.mark.parametrize(
    "expression",
    ["pre_free*sum_post", "pre_free*cost", "s", "W", "post_free*I", "pre", "dpost", "neighbour"],
)
def test_a_readout_rule_that_looks_further_is_not_local(expression):
    with pytest.raises(ng.LocalityError, match="not at either end of its edge"):
        ng.Rule(expression, kind="readout")


@pytest.mark.parametrize("expression", ["pre_free*dpost", "post_nudged", "w_out*pre", "beta*pre"])
def test_an_online_rule_that_looks_further_is_not_local(expression):
    with pytest.raises(ng.LocalityError):
        ng.Rule(expression, kind="online")


@pytest.mark.parametrize("rule", NAMED, ids=lambda r: r.name)
def test_every_rule_changes_nothing_where_nothing_moves(rule):
    """At the target the nudge is nothing, so no rule may see an error."""
    network = deep_network("absolute")
    target = settle(network, X, solver=TIGHT)
    options = {"epochs": 1, "batch_size": None, "target_cost": None, "solver": TIGHT}
    fit = ng.train(network, X, target.outputs, rule=rule, optimiser=ng.optimisers.sgd(1.0), **options)
    assert np.abs(fit.network.weights - network.weights).max() < 1e-9


@pytest.mark.parametrize("rule", NAMED, ids=lambda r: r.name)
def test_every_rule_sees_only_its_own_edge(rule):
    """Cut a far part of the graph off: what is left of it learns the same."""

    def fit(graph):
        network = ng.compile(graph, dynamics=ng.dynamics.deep("absolute", extra_leak=0.5))
        solver = ng.solvers.Euler(dt=0.1, steps=300, tol=0)
        options = {"epochs": 3, "batch_size": None, "target_cost": None, "solver": solver}
        optimiser = ng.optimisers.sgd(0.5)
        trained = ng.train(network, x, y, rule=rule, optimiser=optimiser, **options).network
        return dict(zip(trained.edges, trained.weights, strict=True))

    near = ng.topologies.complete(inputs=1, hidden=2, outputs=1, bias=True, seed=0)
    far = nx.relabel_nodes(ng.topologies.complete(inputs=1, hidden=2, outputs=1, seed=1), lambda n: ("far", n))
    both = nx.compose(near, far)
    x, y = np.array([[0.0], [1.0]]), np.array([[0.7], [0.2]])
    alone = fit(near)
    x, y = np.column_stack([x, 1 - x]), np.column_stack([y, y])
    together = fit(both)
    assert all(together[edge] == pytest.approx(weight, abs=1e-12) for edge, weight in alone.items())
