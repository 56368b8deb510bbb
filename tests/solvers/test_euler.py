"""Euler's method, step for step, and the trajectory that it keeps."""

import networkx as nx
import numpy as np
import pytest

import neurograph as ng
from neurograph.errors import ParameterError
from neurograph.solvers import Euler
from neurograph.solvers.base import Phase
from tests import plain_loop
from tests.solvers.networks import X, small


def test_explicit_euler_takes_the_steps_of_the_plain_loop():
    network = small(ng.dynamics.deep("signed"), seed=1, scale=0.3)
    settled = ng.settle(network, X, start=0.2, solver=Euler(dt=0.05, steps=137, tol=0))
    state = np.full((len(X), len(network.nodes)), 0.2)
    state[:, network.connectivity.inputs] = X
    state[:, network.connectivity.bias_nodes] = 1.0
    W, b = network.matrix().toarray(), network.biases
    for _ in range(137):
        state = plain_loop.step(state, W, b, network.connectivity.free, plain_loop.deep_drift, 0.05)
    assert np.abs(settled.state - state).max() <= 1e-13
    assert np.all(settled.status == ng.Status.STEP_LIMIT)
    assert np.all(settled.steps == 137)


def test_the_semi_implicit_step_is_the_one_of_its_equation():
    network = small(seed=2)
    y = np.full((5, 2), 0.9)
    one = ng.settle(network, X, y=y, beta=2.0, start=0.4, solver=Euler(dt=0.3, steps=1, tol=0, implicit=True))
    state = np.full((5, len(network.nodes)), 0.4)
    state[:, network.connectivity.inputs] = X
    state[:, network.connectivity.bias_nodes] = 1.0
    nudge = np.zeros(len(network.nodes))
    nudge[network.connectivity.outputs] = 2.0
    source = state @ network.matrix().toarray().T + nudge * 0.9
    leak = np.abs(network.matrix().toarray()).sum(axis=0) + 0.3 + nudge
    expected = np.clip((state + 0.3 * source) / (1 + 0.3 * leak), 0, 1)
    free = network.connectivity.free
    assert np.allclose(one.state[:, free], expected[:, free], atol=1e-15)


def test_implicit_and_explicit_end_at_the_same_equilibrium():
    network = small(seed=4)
    long = ng.settle(network, X, solver=Euler(dt=5.0, implicit=True, tol=1e-11))
    short = ng.settle(network, X, solver=Euler(dt=0.05, implicit=False, tol=1e-11, steps=20000))
    assert np.abs(long.state - short.state).max() < 1e-9


def test_the_trajectory_keeps_the_steps_and_nodes_asked_for():
    network = small(seed=5)
    solver = Euler(dt=0.1, steps=40, tol=0)
    kept = ng.settle(network, X, solver=solver, record=ng.Record(every=8, nodes=("y1", "h0"))).trajectory
    assert kept.steps.tolist() == [0, 8, 16, 24, 32, 40]
    assert kept.nodes == ("y1", "h0")
    for frame, steps in enumerate(kept.steps[1:], start=1):
        there = ng.settle(network, X, solver=Euler(dt=0.1, steps=int(steps), tol=0))
        places = [network.nodes.index(node) for node in kept.nodes]
        assert np.array_equal(kept.state[:, frame], there.state[:, places])


def test_a_sample_that_stopped_keeps_its_last_state_in_the_trajectory():
    network = small(seed=5)
    settled = ng.settle(network, X, record=1)
    assert len(set(settled.steps.tolist())) > 1
    for sample, steps in enumerate(settled.steps):
        frames = settled.trajectory.state[sample]
        assert np.array_equal(frames[steps], settled.state[sample])
        assert np.all(frames[steps:] == settled.state[sample])
        assert not np.array_equal(frames[steps - 1], frames[steps])


def test_each_sample_stops_at_the_first_step_within_the_tolerance():
    network = small(seed=6)
    solver = Euler(dt=0.1, tol=1e-4)
    settled = ng.settle(network, X, solver=solver)
    assert np.all(settled.residual <= 1e-4)
    for sample, steps in enumerate(settled.steps):
        before = ng.settle(network, X[sample : sample + 1], solver=Euler(dt=0.1, steps=int(steps) - 1, tol=0))
        assert before.residual[0] > 1e-4


def test_a_samples_own_step_does_not_depend_on_its_batch():
    graph = nx.DiGraph([("h", "y", {"weight": 0.5}), ("y", "h", {"weight": 0.5})])
    graph.nodes["y"]["role"] = "output"
    network = ng.compile(graph, ng.Dynamics("-s + I - 0.3*s**3"))
    starts = np.array([[0.1, 0.2], [20.0, 20.0]])
    both = ng.settle(network, np.empty((2, 0)), start=starts)
    alone = ng.settle(network, np.empty((1, 0)), start=starts[:1])
    assert both.dt[0] != both.dt[1]
    assert np.array_equal(both.state[0], alone.state[0])
    assert both.steps[0] == alone.steps[0]


def test_a_nudge_that_undoes_one_samples_leak_leaves_the_steps_of_the_others_as_they_are():
    network, y = small(), np.full((5, 2), 0.3)
    beta = np.array([0.5, -0.1, -2.0, 0.0, -3.0])
    starts = ng.settle(network, X).state
    phase = Phase(starts, y, beta, record=ng.Record(every=3))
    both = Euler(steps=200).solve(network, phase)
    assert set(both.dt.tolist()) != {both.dt[0]}
    for k in range(5):
        alone = Euler(steps=200).solve(network, phase.of(np.array([k])))
        assert np.array_equal(alone.state[0], both.state[k])
        assert alone.steps[0] == both.steps[k]
        frames = alone.trajectory.state.shape[1]
        assert np.array_equal(alone.trajectory.state[0], both.trajectory.state[k, :frames])
        assert np.all(both.trajectory.state[k, frames:] == alone.state[0])


def decaying(drift="-3*s + I"):
    """One output that hears nothing."""
    graph = nx.DiGraph()
    graph.add_node("y", role="output")
    return ng.compile(graph, ng.Dynamics(drift))


@pytest.mark.parametrize(("implicit", "factor"), [(False, 1.0 - 0.1 * 3.0), (True, 1.0 / (1.0 + 0.1 * 3.0))])
def test_a_step_of_a_decay_multiplies_the_state_by_its_closed_form(implicit, factor):
    solver = Euler(dt=0.1, steps=7, tol=0, implicit=implicit)
    settled = ng.settle(decaying(), np.empty((1, 0)), start=2.0, solver=solver)
    assert settled.outputs[0, 0] == pytest.approx(2.0 * factor**7, rel=1e-14)


@pytest.mark.parametrize(
    ("drift", "dt", "step", "factor"),
    [
        ("-3*s + I", 0.1, 0.1, 1.0 - 0.1 * 3.0),  # explicit where a step is given
        ("-3*s + I", None, 0.25, 1.0 / (1.0 + 0.25 * 3.0)),
        ("0.5*s + I", None, 0.5, 1.0 + 0.5 * 0.5),  # a leak below 0: explicit
    ],
)
def test_which_steps_are_taken_where_nothing_is_said(drift, dt, step, factor):
    settled = ng.settle(decaying(drift), np.empty((1, 0)), start=2.0, solver=Euler(dt=dt, steps=7, tol=0))
    assert settled.dt.tolist() == [step]
    assert settled.outputs[0, 0] == pytest.approx(2.0 * factor**7, rel=1e-14)


def test_the_explicit_step_is_half_the_largest_stable_one():
    network = decaying("-s**3")
    settled = ng.settle(network, np.empty((2, 0)), start=[[2.0], [0.1]], solver=Euler(implicit=False, steps=1))
    assert settled.dt.tolist() == [0.5 / 12.0, 0.5]


def test_what_no_semi_implicit_step_can_do_is_refused():
    with pytest.raises(ParameterError, match=r"a leak of custom depends on s or I: .*Euler\(implicit=False\)"):
        ng.settle(decaying("-s**3"), np.empty((1, 0)), solver=Euler(implicit=True))
    with pytest.raises(ParameterError, match=r"node 'y' has the leak -5, so that 1 \+ dt \* leak is not positive"):
        ng.settle(decaying("5*s"), np.empty((1, 0)), solver=Euler(implicit=True))


def test_the_remedy_is_a_step_within_the_inverse_of_the_largest_slope():
    network, solver = decaying("-3*s"), Euler(dt=1.0, steps=3, tol=0)
    settled = solver.solve(network, Phase(np.ones((1, 1))))
    assert solver.remedy(settled, 0) == "lower dt from 1 to at most 1/max|A_jj| = 0.3333"
    assert "it is the network that grows" in solver.remedy(Euler(dt=0.1).solve(network, Phase(np.ones((1, 1)))), 0)
