"""The phases of a rule: each sample's answer is its own, and the linear response is the solution of its equation."""

from dataclasses import replace

import networkx as nx
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import neurograph as ng
from neurograph.equations.costs import cross_entropy, squared_error
from neurograph.kernels import engine
from neurograph.learning.phases import contrast_residual, run_phases, weight_change
from neurograph.solvers.base import Phase
from neurograph.solvers.result import Status
from tests.solvers.networks import transposed_residual

TIGHT = ng.solvers.Euler(tol=1e-12, steps=100_000)


def network(dynamics=None, seed=0, scale=0.3):
    dynamics = dynamics or ng.dynamics.additive("tanh")
    bias = "neurons" if dynamics.uses_bias else True
    return ng.compile(ng.topologies.complete(2, 6, 3, bias=bias, scale=scale, seed=seed), dynamics)


def data(samples, outputs=3, seed=1):
    rng = np.random.default_rng(seed)
    return 3.0 * rng.random((samples, 2)), np.eye(outputs)[rng.integers(0, outputs, samples)]


TANH, DEEP = ng.dynamics.additive("tanh"), ng.dynamics.deep(extra_leak=0.5)
CASES = [
    (TANH, ng.rules.centred_ep(), squared_error()),
    (TANH, ng.rules.coupled_learning(0.3), squared_error()),
    (TANH, ng.rules.asymmetric_ep(), cross_entropy(3.0)),
    (TANH, ng.rules.asymmetric_ep(finite=True), squared_error()),
    (TANH, ng.rules.vector_field(), cross_entropy(3.0)),
    (DEEP, ng.rules.asymmetric_ep(), squared_error()),
]


@pytest.mark.parametrize(("dynamics", "rule", "cost"), CASES, ids=lambda case: getattr(case, "name", str(case)))
def test_a_samples_phases_do_not_depend_on_its_batch(dynamics, rule, cost):
    """Seventy samples fill a block of lanes and begin another; alone, each runs in one lane, to the same bits."""
    start = network(dynamics)
    x, y = data(70)
    solver = ng.solvers.Euler(tol=1e-6)
    whole = run_phases(rule, ng.settle(start, x, solver=solver), y, 0.2, cost, solver)
    for sample in (0, 1, 63, 64, 69):
        one = slice(sample, sample + 1)
        alone = run_phases(rule, ng.settle(start, x[one], solver=solver), y[one], 0.2, cost, solver)
        for together, single in zip(whole.run, alone.run, strict=True):
            assert np.array_equal(together.state[one], single.state)
            assert together.steps[sample] == single.steps[0]
        assert whole.learned[sample] == alone.learned[0]


@given(st.integers(0, 2**32 - 1))
def test_the_response_solves_the_transposed_equation(seed):
    start = network(seed=seed, scale=0.2)
    x, y = data(3, seed=seed)
    free = ng.settle(start, x, solver=TIGHT)
    response = TIGHT.respond(free, y - free.outputs)
    inside = np.ix_(start.connectivity.free, start.connectivity.free)
    for sample in range(3):
        jacobian = start.jacobian(free.state[sample]).toarray()[inside]
        force = np.zeros(len(start.nodes))
        force[start.connectivity.outputs] = y[sample] - free.outputs[sample]
        expected = np.linalg.solve(-jacobian.T, force[start.connectivity.free])
        assert np.allclose(response.state[sample, start.connectivity.free], expected, atol=1e-10)
    assert np.all(response.state[:, start.connectivity.inputs] == 0.0)


def test_without_a_cycle_one_sweep_is_exact_and_self_loops_are_no_obstacle():
    graph = ng.topologies.layered(2, (5, 4), 3, feedback=False, skip=True, bias="neurons", scale=0.8, seed=0)
    graph.add_edge("h0", "h0", weight=0.4)
    start = ng.compile(graph, ng.dynamics.additive("tanh"))
    x, y = data(70)
    free = ng.settle(start, x, solver=TIGHT)
    response = ng.solvers.Euler(tol=0, steps=3).respond(free, y - free.outputs)
    assert np.all(response.steps == 1)
    assert np.all(response.status == Status.CONVERGED)
    assert transposed_residual(start, free.state, response.state, y - free.outputs).max() < 1e-12


def test_an_unstable_equilibrium_is_not_learned_from():
    """Two neurons that excite each other rest at 0, and leave it at the smallest push."""
    graph = nx.DiGraph([("a", "y", {"weight": 2.0}), ("y", "a", {"weight": 2.0})])
    graph.nodes["y"]["role"] = "output"
    start = ng.compile(graph, ng.dynamics.additive("tanh"))
    free = ng.settle(start, np.empty((1, 0)), start=0.0)
    phases = run_phases(ng.rules.asymmetric_ep(), free, np.array([[1.0]]), 0.1, squared_error(), ng.solvers.Euler())
    assert phases.response.status[0] == Status.DIVERGED
    assert not phases.learned[0]
    change, _ = weight_change(ng.rules.asymmetric_ep(), phases)
    assert np.array_equal(change, np.zeros(2))


@pytest.mark.parametrize("share", [0.01, 0.3, 0.44, 0.46, 0.52, 0.9])
@pytest.mark.parametrize("leak", [1e-3, 0.2, 3.0])
def test_a_nudge_that_is_no_longer_small_beside_the_leak_is_not_learned_from(leak, share):
    """Of ds/dt = x - l s, d = (y - x/l) l / (l^2 - beta^2), where (y - x/l) / l is right.

    It is beta^2/(l^2 - beta^2) too long: a quarter at beta = l / sqrt(5), 0.447 l; at beta = 0.52 l, 37 %.
    """
    graph = nx.DiGraph([("x", "y", {"weight": 1.0})])
    graph.nodes["x"]["role"], graph.nodes["y"]["role"] = "input", "output"
    rule, beta, y = ng.rules.asymmetric_ep(finite=True), share * leak, np.array([[0.3]])
    free = ng.settle(ng.compile(graph, ng.Dynamics(f"I - {leak}*s")), [[0.5 * leak]], solver=ng.solvers.GaussSeidel())
    phases = run_phases(rule, free, y, beta, squared_error(), ng.solvers.GaussSeidel())
    assert phases.settled == 1.0
    d = (phases.nudged.outputs - phases.opposite.outputs)[0, 0] / (2 * beta)
    assert d == pytest.approx((0.3 - 0.5) / leak * (1 + beta**2 / (leak**2 - beta**2)), rel=1e-6)
    assert phases.learned[0] == (beta < leak / np.sqrt(5))
    assert bool(weight_change(rule, phases)[0].any()) == (beta < leak / np.sqrt(5))


def test_only_the_samples_that_settled_are_learned_from():
    """The change is that of the good samples alone, over the number of all."""
    start = network()
    x, y = data(10)
    rule = ng.rules.asymmetric_ep()
    phases = run_phases(rule, ng.settle(start, x, solver=TIGHT), y, 0.1, squared_error(), TIGHT)
    phases.learned[3:] = False
    few = run_phases(rule, ng.settle(start, x[:3], solver=TIGHT), y[:3], 0.1, squared_error(), TIGHT)
    for part, whole in zip(weight_change(rule, phases), weight_change(rule, few), strict=True):
        assert np.allclose(part, 0.3 * whole, atol=1e-15)


@pytest.mark.parametrize("lift", [0.0, 0.1, 1.0])
def test_a_node_that_the_box_holds_answers_a_pull_back_in_by_the_lift(lift):
    graph = nx.DiGraph([("x", "y", {"weight": -1.0}), ("x", "z", {"weight": -1.0})])
    for node, role in (("x", "input"), ("y", "output"), ("z", "output")):
        graph.nodes[node]["role"] = role
    start = ng.compile(graph, ng.dynamics.vector_field())
    free = ng.settle(start, [[1.0]])
    assert np.array_equal(free.outputs, [[0.0, 0.0]])
    response = ng.solvers.Euler().respond(free, np.array([[0.8, -0.8]]), lift)
    assert np.allclose(response.state[0, start.connectivity.outputs], [0.8 * lift, 0.0], atol=1e-12)


def test_the_clamped_phase_holds_the_outputs_part_of_the_way():
    graph = ng.topologies.symmetric(ng.topologies.complete(2, 4, 2, bias="neurons", scale=0.2, seed=0))
    start = ng.compile(graph, ng.dynamics.vector_field())
    x, y = data(5, outputs=2)
    free = ng.settle(start, x, solver=TIGHT)
    clamped = run_phases(ng.rules.coupled_learning(0.25), free, y, 0.1, squared_error(), TIGHT).clamped
    assert np.allclose(clamped.outputs, free.outputs + 0.25 * (y - free.outputs), atol=1e-15)
    hidden = np.setdiff1d(start.connectivity.free, start.connectivity.outputs)
    drift = start.drift(clamped.state)[:, hidden]
    inside = (clamped.state[:, hidden] > 0) & (clamped.state[:, hidden] < 1)
    assert inside.any()
    assert np.abs(drift[inside]).max() < 1e-11


def test_the_softmax_nudge_is_beta_times_the_force_at_the_nudged_state():
    start = network()
    x, y = data(9)
    cost = cross_entropy(4.0)
    nudged = TIGHT.solve(start, Phase(ng.settle(start, x).state, y, 0.3, cost))
    push = start.drift(nudged.state)
    push[:, start.connectivity.outputs] += 0.3 * cost.force_at(nudged.outputs, y)
    assert np.abs(push[:, start.connectivity.free]).max() < 1e-11


def test_an_averaged_change_is_the_summed_one_over_the_most_steps():
    x, y = data(5)
    solver, free = ng.solvers.Euler(dt=0.1, steps=30, tol=0.0), ng.settle(network(), x, solver=TIGHT)
    summed, averaged = (
        weight_change(rule, run_phases(rule, free, y, 0.4, squared_error(), solver))
        for rule in (ng.rules.stdp(average=False), ng.rules.stdp())
    )
    assert np.abs(summed[0]).max() > 1e-4
    for whole, mean in zip(summed, averaged, strict=True):
        assert np.allclose(whole / 30, mean, rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize("sides", ["nudged", "opposite", "both"])
def test_the_residual_of_a_contrast_is_that_of_its_equation_also_where_nodes_are_held(sides):
    """A contrast may move a node that the box holds at the free equilibrium; it then sends nothing back."""
    start = ng.compile(ng.topologies.complete(2, 6, 3, bias="neurons", scale=1.5, seed=3), ng.dynamics.vector_field())
    rng = np.random.default_rng(0)
    free = ng.settle(start, rng.random((8, 2)), solver=TIGHT, throw=False)
    held = start.held(free.state)[:, start.connectivity.free]
    assert 0 < held.sum() < held.size
    ends = [replace(free, full=rng.random(free.state.shape)) for _ in range(2)]
    nudged, opposite = (
        end if sides in (name, "both") else None for name, end in zip(("nudged", "opposite"), ends, strict=True)
    )
    beta, force = rng.uniform(0.1, 1.0, 8), rng.normal(size=(8, 3))
    residual, call = contrast_residual(free, nudged, opposite, beta, force)
    engine.run((call,))
    after, before = (free if end is None else end for end in (nudged, opposite))
    width = 2.0 * beta if sides == "both" else beta
    contrast = (after.state - before.state) / width[:, None]
    assert residual == pytest.approx(transposed_residual(start, free.state, contrast, force), rel=1e-9)
