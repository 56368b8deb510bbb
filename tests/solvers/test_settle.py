import networkx as nx
import numpy as np
import pytest

import neurograph as ng
from neurograph.solvers import SOLVERS, Euler
from tests.solvers.networks import X, small

DYNAMICS = [
    ng.dynamics.deep("absolute", extra_leak=0.3),
    ng.dynamics.vector_field(),
    ng.dynamics.additive("tanh"),
    ng.dynamics.additive("sigmoid"),
    ng.dynamics.additive("clip"),
    ng.dynamics.additive("relu"),
    ng.Dynamics("(-s**3 - s + tanh(I + b))/tau", transfer="s/(1 + s**2)", parameters={"tau": 2.0}),
]


@pytest.mark.parametrize("solver", SOLVERS.values(), ids=SOLVERS)
@pytest.mark.parametrize("dynamics", DYNAMICS, ids=lambda d: d.name)
def test_every_solver_ends_where_the_drift_is_nothing(solver, dynamics):
    network = small(dynamics)
    settled = ng.settle(network, X, solver=solver(tol=1e-10))
    assert settled.converged
    drift = network.drift(settled.state)
    box = dynamics.box or (-np.inf, np.inf)
    moved = np.clip(settled.state + 1e-3 * drift, *box) - settled.state
    assert np.abs(moved).max() <= 1e-12


@pytest.mark.parametrize("solver", SOLVERS.values(), ids=SOLVERS)
@pytest.mark.parametrize("dynamics", DYNAMICS, ids=lambda d: d.name)
def test_the_nudged_phase_rests_where_drift_and_nudge_cancel(solver, dynamics):
    network, beta = small(dynamics), 0.7
    y = np.linspace(0, 1, 10).reshape(5, 2)
    free = ng.settle(network, X, solver=solver(tol=1e-10))
    nudged = ng.settle(network, X, y=y, beta=beta, start=free.state, solver=solver(tol=1e-10))
    total = network.drift(nudged.state)
    total[:, network.connectivity.outputs] += beta * (y - nudged.outputs)
    assert np.array_equal(network.drift(nudged.state, y, beta), total)
    box = dynamics.box or (-np.inf, np.inf)
    assert np.abs(np.clip(nudged.state + 1e-3 * total, *box) - nudged.state).max() <= 1e-12
    assert np.abs(nudged.outputs - free.outputs).max() > 1e-3


def test_a_samples_answer_does_not_depend_on_its_batch():
    network = small(seed=3)
    whole = ng.settle(network, X)
    for k in range(len(X)):
        alone = ng.settle(network, X[k : k + 1])
        assert np.array_equal(alone.state[0], whole.state[k])
        assert alone.steps[0] == whole.steps[k]
        assert alone.residual[0] == whole.residual[k]


def test_a_divergence_names_sample_neuron_step_and_remedy():
    graph = nx.DiGraph([("x", "a", {"weight": 1.0}), ("a", "b", {"weight": 3.0}), ("b", "a", {"weight": 3.0})])
    graph.nodes["x"]["role"], graph.nodes["b"]["role"] = "input", "output"
    network = ng.compile(graph, dynamics=ng.dynamics.additive("relu"))
    with pytest.raises(ng.DivergenceError) as caught:
        ng.settle(network, [[0.0], [1.0]])
    message = str(caught.value)
    assert "sample 1 diverged at step" in message
    assert "node 'a'" in message or "node 'b'" in message
    assert "1/max|A_jj|" in message
    calm = ng.settle(network, [[0.0], [1.0]], throw=False)
    assert calm.status.tolist() == [ng.Status.CONVERGED, ng.Status.DIVERGED]
    assert "1 diverged" in repr(calm)


def test_uniform_starts_come_from_the_seed_and_clamped_nodes_are_clamped():
    network = small()
    one = ng.settle(network, X, start="uniform", seed=7, solver=Euler(steps=1, tol=0))
    two = ng.settle(network, X, start="uniform", seed=7, solver=Euler(steps=1, tol=0))
    other = ng.settle(network, X, start="uniform", seed=8, solver=Euler(steps=1, tol=0))
    assert np.array_equal(one.state, two.state)
    assert not np.array_equal(one.state, other.state)
    assert np.array_equal(one.state[:, network.connectivity.inputs], X)
    assert np.all(one.state[:, network.connectivity.bias_nodes] == 1.0)


def test_single_precision_settles_to_the_same_answer():
    graph = ng.topologies.complete(inputs=2, hidden=5, outputs=2, bias=True, seed=0)
    single = ng.settle(ng.compile(graph, dtype=np.float32), X, solver=Euler(tol=1e-5))
    double = ng.settle(ng.compile(graph), X)
    assert single.state.dtype == np.float32
    assert np.abs(single.state - double.state).max() < 1e-4


def test_a_network_without_edges_settles_at_once():
    graph = nx.DiGraph()
    graph.add_node("y", role="output")
    settled = ng.settle(ng.compile(graph), np.empty((3, 0)), start=0.5, solver=Euler(tol=1e-9))
    assert settled.converged
    assert np.abs(settled.outputs).max() < 1e-7


@pytest.mark.parametrize(
    "drift",
    ["I - s + 0.5*step(s - 0.3)", "-s + I + sign(s)", "-s + between(s, -2, 2)*(I + b)", "I - s + clip(I, 0, 2*s)"],
)
def test_a_jump_in_the_drift_is_no_linear_leak(drift):
    """Its derivative is 0 almost everywhere, so the slope alone would not show it."""
    graph = nx.DiGraph([("x", "y", {"weight": 1.0})])
    graph.nodes["x"]["role"], graph.nodes["y"]["role"] = "input", "output"
    network = ng.compile(graph, ng.Dynamics(drift))
    assert network.dynamics.leak is None
    settled = ng.settle(network, [[1.5]], start=0.2)
    assert settled.converged
    assert np.abs(network.drift(settled.state)).max() <= 1e-6


def test_a_number_that_is_none_is_a_divergence_whatever_comes_after_it():
    graph = nx.DiGraph([("x", "h", {"weight": -1.0}), ("x", "y", {"weight": 0.5})])
    graph.nodes["x"]["role"], graph.nodes["y"]["role"] = "input", "output"
    network = ng.compile(graph, ng.Dynamics("-s + log(I + b) + 0*s", box=(-1.0, 1.0)))
    assert np.all(ng.settle(network, [[1.0], [2.0]], throw=False).status == ng.Status.DIVERGED)


@pytest.mark.parametrize("dynamics", [ng.dynamics.deep(extra_leak=0.3), ng.dynamics.additive("tanh")], ids=str)
@pytest.mark.parametrize("beta", [-10.0, -0.2])
def test_a_negative_nudge_is_followed_or_said_to_diverge(dynamics, beta):
    network, y = small(dynamics), np.full((5, 2), 0.3)
    nudged = ng.settle(network, X, y=y, beta=beta, start=0.1, throw=False)
    total = network.drift(nudged.state, y, beta)
    box = dynamics.box or (-np.inf, np.inf)
    rests = np.abs(np.clip(nudged.state + 1e-3 * total, *box) - nudged.state).max(axis=1) <= 1e-8
    assert np.array_equal(rests, nudged.status == ng.Status.CONVERGED)


def test_parameters_may_be_called_anything_that_is_free():
    graph = nx.DiGraph([("x", "y", {"weight": 1.0})])
    graph.nodes["x"]["role"], graph.nodes["y"]["role"] = "input", "output"
    names = {"j": 2.0, "params": 3.0, "total": 0.5, "self": 1.0}
    network = ng.compile(graph, ng.Dynamics("-s*j + I*params + total - self", parameters=names))
    assert ng.settle(network, [[1.0]]).outputs[0, 0] == pytest.approx((3.0 - 0.5) / 2.0, abs=1e-6)


@pytest.mark.parametrize(("solver", "step"), [(None, "the step"), (Euler(dt=0.5), "dt = 0.5")])
def test_where_the_network_grows_the_message_says_that_the_step_is_short_enough(solver, step):
    graph = nx.DiGraph([("x", "y", {"weight": 1.0}), ("y", "y", {"weight": 2.0})])
    graph.nodes["x"]["role"], graph.nodes["y"]["role"] = "input", "output"
    network = ng.compile(graph, ng.dynamics.additive("relu"))
    with pytest.raises(ng.DivergenceError, match=rf"; {step} is within 1/max\|A_jj\| = 1 there, so it is the network"):
        ng.settle(network, [[1.0]], solver=solver)
