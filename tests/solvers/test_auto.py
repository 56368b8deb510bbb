import networkx as nx
import numpy as np
import pytest

import neurograph as ng
from neurograph.solvers import Auto, Euler, auto
from neurograph.solvers.base import Phase

X = np.random.default_rng(0).random((6, 3))


def made(dynamics=None, hidden=50, scale=0.05, bias=True):
    graph = ng.topologies.complete(inputs=3, hidden=hidden, outputs=2, bias=bias, scale=scale, seed=0)
    return ng.compile(graph, dynamics)


def ring(nodes, close):
    """Positive weights of which each node's sum to `close`: the slower, the closer to 1."""
    graph = nx.DiGraph([("x", 0, {"weight": 0.01})])
    for k in range(nodes):
        for back in range(1, 41):
            graph.add_edge((k - back) % nodes, k, weight=close / 40)
    graph.nodes["x"]["role"], graph.nodes[nodes - 1]["role"] = "input", "output"
    return ng.compile(graph, ng.dynamics.vector_field())


def test_a_tiny_network_gets_eulers_own_answer_and_says_so():
    network = made(hidden=5)
    settled, plain = ng.settle(network, X, solver=Auto()), ng.settle(network, X, solver=Euler())
    assert settled.method == "euler: with 42 edges among the nodes that move, nothing costs less"
    assert settled.method in repr(settled)
    assert np.array_equal(settled.state, plain.state)
    assert np.array_equal(settled.steps, plain.steps)


def test_its_documentation_says_the_sizes_at_which_it_chooses():
    said = " ".join(Auto.__doc__.split())
    assert f"of at most {auto.TINY} edges among free nodes" in said
    assert f"more than {auto.MOST} sweeps" in said
    assert f"(at most {auto.FEW} free nodes)" in said


def test_a_network_that_contracts_is_swept():
    network = made()
    settled, plain = ng.settle(network, X, solver=Auto(tol=1e-10)), ng.settle(network, X, solver=Euler(tol=1e-12))
    assert settled.method == "gauss-seidel: the network contracts, so it has one equilibrium, wherever it starts"
    assert settled.converged
    assert settled.steps.max() < plain.steps.max()
    assert np.abs(settled.state - plain.state).max() < 1e-9


def test_a_graph_without_a_cycle_is_solved_in_one_pass():
    graph = ng.topologies.layered(inputs=3, hidden=(4, 4), outputs=2, feedback=False, bias="neurons", seed=0)
    settled = ng.settle(ng.compile(graph, ng.dynamics.additive("tanh")), X)
    assert settled.method == "gauss-seidel: the graph has no cycle, so one pass is exact"
    assert np.all(settled.steps == 1)
    assert settled.converged


@pytest.mark.parametrize(("nodes", "second"), [(100, "newton"), (300, "anderson")])
def test_a_slow_one_goes_to_a_method_of_fewer_steps(nodes, second):
    settled = ng.settle(ring(nodes, 0.999), [[1.0], [0.0]], solver=Auto(tol=1e-9))
    assert settled.converged
    assert settled.method.startswith(f"gauss-seidel, then {second} (1 of 2 samples): ")
    alone = ng.settle(ring(nodes, 0.999), [[1.0]], solver=Auto(tol=1e-9))
    assert np.array_equal(settled.state[0], alone.state[0])


def test_where_there_may_be_several_equilibria_it_follows_the_trajectory():
    network = made(ng.dynamics.additive("tanh"), bias="neurons", scale=0.5)
    settled, plain = ng.settle(network, X, solver=Auto()), ng.settle(network, X, solver=Euler())
    assert settled.method == "euler: there may be several equilibria, and the trajectory says which"
    assert np.array_equal(settled.state, plain.state)
    assert np.array_equal(settled.status, plain.status)


def test_what_the_chosen_methods_do_not_settle_is_settled_from_the_start(monkeypatch):
    network = made()
    whole = ng.settle(network, X, solver=Auto(tol=1e-9))
    monkeypatch.setattr(auto, "MOST", 1)
    monkeypatch.setattr(auto, "Newton", lambda tol: Euler(dt=1e-3, implicit=True, steps=1, tol=tol))
    settled = ng.settle(network, X, solver=Auto(tol=1e-9))
    assert settled.converged
    assert settled.method.startswith("gauss-seidel, then newton, then euler: ")
    assert np.array_equal(settled.state, ng.settle(network, X, solver=Euler(tol=1e-9)).state)
    assert np.abs(settled.state - whole.state).max() < 1e-8


def test_a_sample_whose_nudge_may_undo_the_contraction_is_followed_alone():
    network = made()
    state = ng.settle(network, X, solver=Auto()).state
    beta = np.array([1.0, -0.1, -0.5, 0.5, -0.5, 0.0])
    phase = Phase(state, np.full((6, 2), 0.4), beta)
    settled = Auto(tol=1e-9).solve(network, phase)
    assert settled.method.startswith("gauss-seidel (4 of 6 samples), then euler (2 of 6 samples): ")
    for k in range(6):
        alone = Auto(tol=1e-9).solve(network, phase.of(np.array([k])))
        assert np.array_equal(alone.state[0], settled.state[k])
        assert alone.status[0] == settled.status[k]


def test_an_online_rule_and_a_record_get_the_trajectory():
    network = made()
    kept = ng.settle(network, X, record=5, solver=Auto())
    assert np.array_equal(kept.trajectory.state, ng.settle(network, X, record=5).trajectory.state)
    fit, plain = (
        ng.train(
            network, X, np.full((6, 2), 0.5), rule=ng.rules.stdp(), solver=solver, epochs=2, progress=False, seed=0
        )
        for solver in (Auto(), Euler())
    )
    assert fit.history["cost"][-1] == pytest.approx(plain.history["cost"][-1], abs=1e-6)


def test_the_response_is_eulers_and_each_sample_its_own():
    network = made()
    free = ng.settle(network, X, solver=Auto(tol=1e-12))
    force = np.random.default_rng(0).normal(size=(6, 2))
    found, plain = Auto(tol=1e-11).respond(free, force, 0.1), Euler(tol=1e-11).respond(free, force, 0.1)
    assert np.all(found.status == ng.Status.CONVERGED)
    assert np.abs(found.state - plain.state).max() < 1e-9
    assert found.steps.max() < plain.steps.max()
    slowly = ng.settle(ring(100, 0.9999), [[1.0], [0.0]], solver=Auto(tol=1e-11))
    pulls = np.array([[1.0], [0.0]])
    both = Auto(tol=1e-9, steps=100_000).respond(slowly, pulls)
    assert both.steps[0] > auto.MOST
    assert both.steps[1] < auto.MOST
    assert np.all(both.status == ng.Status.CONVERGED)
