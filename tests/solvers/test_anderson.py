import networkx as nx
import numpy as np
import pytest

import neurograph as ng
from neurograph.equations.costs import cross_entropy
from neurograph.solvers import Anderson, Euler, anderson
from neurograph.solvers.base import Phase

X = np.random.default_rng(0).random((9, 2))
OWN = ng.Dynamics("(-s**3 - s + tanh(I + b))/tau", transfer="s/(1 + s**2)", parameters={"tau": 2.0})


def made(dynamics, seed=0, scale=0.3):
    bias = "neurons" if dynamics.uses_bias else True
    graph = ng.topologies.complete(inputs=2, hidden=6, outputs=2, bias=bias, scale=scale, seed=seed)
    return ng.compile(graph, dynamics)


def slow(nodes=100, close=0.99):
    """Positive weights of which each node's sum to `close`: the slower, the closer to 1."""
    random = np.random.default_rng(0)
    W = random.random((nodes, nodes)) * (random.random((nodes, nodes)) < 0.1)
    np.fill_diagonal(W, 0.0)
    W *= close / W.sum(axis=1, keepdims=True)
    graph = nx.DiGraph()
    graph.add_node("x", role="input")
    graph.add_nodes_from(range(nodes))
    graph.nodes[nodes - 1]["role"] = "output"
    graph.add_weighted_edges_from((int(i), int(j), W[j, i]) for j, i in zip(*np.nonzero(W), strict=True))
    graph.add_weighted_edges_from(("x", j, 0.01 * random.random()) for j in range(nodes))
    return ng.compile(graph, ng.dynamics.additive("tanh"))


def test_it_ends_where_the_linear_system_says():
    network = made(ng.Dynamics("-s + I"), scale=0.2)
    settled = ng.settle(network, X, solver=Anderson(tol=1e-12))
    free, W = network.connectivity.free, network.matrix().toarray()
    still = settled.state.copy()
    still[:, free] = 0.0
    answer = np.linalg.solve(np.eye(free.size) - W[np.ix_(free, free)], (still @ W.T)[:, free].T).T
    assert settled.converged
    assert np.abs(settled.state[:, free] - answer).max() < 1e-11


def test_on_a_linear_system_with_memory_enough_it_ends_in_as_many_steps_as_there_are_nodes():
    """There it is GMRES, which ends with the dimension; three more steps begin it and see that it did."""
    network = made(ng.Dynamics("-s + I"), scale=0.2)
    settled = ng.settle(network, X, solver=Anderson(tol=1e-9, memory=12))
    assert settled.converged
    assert settled.steps.max() <= network.connectivity.free.size + 3


def test_it_needs_far_fewer_steps_where_the_network_is_slow():
    network = slow()
    settled = ng.settle(network, [[1.0], [0.3]], solver=Anderson(tol=1e-9))
    followed = ng.settle(network, [[1.0], [0.3]], solver=Euler(tol=1e-9))
    assert settled.converged
    assert followed.converged
    assert np.all(5 * settled.steps < followed.steps)
    assert np.abs(settled.state - followed.state).max() < 1e-6


@pytest.mark.parametrize("seed", range(4))
def test_where_mixing_does_not_serve_it_still_settles(seed):
    """Feedback that runs away from a saddle until the box holds it: small residuals lead back to the saddle."""
    graph = ng.topologies.symmetric(ng.topologies.layered(8, (12,), 3, bias="neurons", seed=seed))
    network = ng.compile(graph, ng.dynamics.vector_field())
    network = network.with_weights(network.weights / np.abs(network.weights).mean() * 0.5, network.biases)
    x = np.random.default_rng(seed).random((20, 8))
    settled = ng.settle(network, x, solver=Anderson(tol=1e-8, steps=3000))
    moved = np.clip(settled.state + network.drift(settled.state), 0.0, 1.0) - settled.state
    assert settled.converged
    assert np.abs(moved[:, network.connectivity.free]).max() < 1e-7


@pytest.mark.parametrize("dynamics", [ng.dynamics.additive("tanh"), ng.dynamics.vector_field(), OWN], ids=str)
@pytest.mark.parametrize("kind", ["free", "squared", "softmax", "clamped", "transposed"])
def test_a_samples_answer_does_not_depend_on_its_batch(dynamics, kind):
    network, random = made(dynamics), np.random.default_rng(3)
    start = random.random((9, len(network.nodes)))
    target = np.eye(2)[random.integers(0, 2, 9)]
    options = {
        "free": {},
        "squared": {"beta": np.array([0.5, -0.3, -2.0, 0.5, 0.0, 1.0, -0.3, 0.2, 0.1])},
        "softmax": {"beta": 0.7, "cost": cross_entropy(3.0)},
        "clamped": {"clamped": True},
        "transposed": {"beta": 0.1, "anchor": start},
    }[kind]
    phase, solver = Phase(start, target, **options), Anderson(tol=1e-10, steps=150)
    whole = solver.solve(network, phase)
    for some in ([4], [8, 1], [0, 2, 3, 5, 6, 7]):
        part = solver.solve(network, phase.of(np.array(some)))
        for name in ("state", "residual", "steps", "status"):
            assert np.array_equal(getattr(part, name), getattr(whole, name)[some]), name


def test_growth_is_said_to_diverge_and_a_step_limit_to_be_one():
    graph = nx.DiGraph([("x", "a", {"weight": 1.0}), ("a", "b", {"weight": 3.0}), ("b", "a", {"weight": 3.0})])
    graph.nodes["x"]["role"], graph.nodes["b"]["role"] = "input", "output"
    network = ng.compile(graph, dynamics=ng.dynamics.additive("relu"))
    settled = ng.settle(network, [[0.0], [1.0]], throw=False, solver=Anderson())
    assert settled.status.tolist() == [ng.Status.CONVERGED, ng.Status.DIVERGED]
    few = ng.settle(slow(), [[1.0]], solver=Anderson(steps=3))
    assert few.status.tolist() == [ng.Status.STEP_LIMIT]
    assert few.steps.tolist() == [3]


def test_single_precision_settles_to_the_same_answer():
    double = made(ng.dynamics.additive("tanh"))
    single = ng.compile(double.to_graph(), double.dynamics, dtype=np.float32)
    settled = ng.settle(single, X, solver=Anderson(tol=1e-5))
    assert settled.converged
    assert settled.state.dtype == np.float32
    assert np.abs(settled.state - ng.settle(double, X, solver=Anderson()).state).max() < 1e-4


def test_plain_steps_double_after_a_mix_that_failed_and_halve_after_one_that_served():
    network = made(ng.dynamics.additive("tanh"))
    search = anderson._Search(network, Phase(np.zeros((4, len(network.nodes)))), Anderson())
    search.pause[:], search.plain[:], search.mixed[:] = [6, 6, 1, 6], [0, 0, 0, 3], [True, True, True, False]
    search._schedule(np.array([True, False, False, False]))
    assert search.pause.tolist() == [12, 3, 1, 6]
    assert search.plain.tolist() == [12, 0, 0, 2]
    search._schedule(np.zeros(4, bool))
    assert search.plain.tolist() == [11, 0, 0, 1]


def test_a_sample_whose_mix_failed_forgets_all_and_the_others_nothing():
    network, random = made(ng.dynamics.additive("tanh")), np.random.default_rng(0)
    search = anderson._Search(network, Phase(random.random((2, len(network.nodes)))), Anderson())
    never, failed = np.zeros(2, bool), np.array([True, False])
    for step in range(1, 8):
        search._remember(random.normal(size=search.f.shape), never, step)
    before = [part.copy() for part in (search.past_g, search.past_f)]
    search._remember(random.normal(size=search.f.shape), failed, 8)
    slot = 8 % len(search.past_f)
    for part, past in zip((search.past_g, search.past_f), before, strict=True):
        assert not part[:, 0].any()
        assert np.array_equal(np.delete(part, slot, 0)[:, 1], np.delete(past, slot, 0)[:, 1])
        assert not np.array_equal(part[slot, 1], past[slot, 1])
    assert not search.products[0].any()
    assert np.allclose(search.products[1], search.past_f[:, 1] @ search.past_f[:, 1].T)


def test_eulers_method_in_its_stead_takes_five_times_the_steps():
    assert Anderson(dt=0.1, steps=30, tol=1e-7, implicit=True).euler == Euler(0.1, 150, 1e-7, True)


def test_a_mix_that_failed_is_no_answer_however_small_its_residual():
    """At the equilibrium itself, taken for a mix whose step is longer than the least that was seen."""
    network = made(ng.dynamics.additive("tanh"))
    settled = ng.settle(network, X, solver=Anderson(tol=1e-12))
    search = anderson._Search(network, Phase(settled.state), Anderson(tol=1e-6))
    search.mixed[:], search.least[:] = [True] * 4 + [False] * 5, 0.0
    search.g[:] = settled.state[:, search.moving]
    search.advance(1)
    assert search.status.tolist() == [ng.Status.STEP_LIMIT] * 4 + [ng.Status.CONVERGED] * 5
    assert np.all(np.isinf(search.residual[:4]))
    search.advance(2)  # a plain step from there is one
    assert np.all(search.finish().status == ng.Status.CONVERGED)
