import re
from fractions import Fraction
from functools import partial

import networkx as nx
import numpy as np
import pytest
import scipy.sparse as sp
from hypothesis import given, settings
from hypothesis import strategies as st

import neurograph as ng
from neurograph.certificates.bounds.robustness_radius import against_each_other as paired
from neurograph.certificates.bounds.robustness_radius import driving
from neurograph.certificates.system import System
from neurograph.certificates.theorems import m_matrix
from neurograph.certificates.theorems.m_matrix import MMatrix
from neurograph.solvers.contraction import weightings
from tests.strategies import SEEDS, graphs_for

certify = partial(ng.certify, level="fast")

FIELD = ng.dynamics.vector_field()


def network_of(W, dynamics=FIELD, outputs=1):
    """Compile free nodes with these weights, row = postsynaptic; the last are outputs."""
    n = len(W)
    return ng.compile(ng.topologies.from_matrix(W.T, inputs=[], outputs=range(n - outputs, n)), dynamics)


def euler(W, s, dt):
    """Take a step of the vector field in numpy."""
    return np.clip(s + dt * (W @ s - s), 0.0, 1.0)


def test_no_row_is_accepted_that_fails_in_exact_arithmetic_and_plain_sums_would_accept_some():
    rng = np.random.default_rng(0)
    false, naive, accepted = 0, 0, 0
    for _ in range(4000):
        k = int(rng.integers(2, 30))
        row, v = rng.uniform(size=k), rng.uniform(0.1, 1.0, size=k + 1)
        v /= v.max()
        own = float(np.sum(row * v[1:]) / v[0])  # L v - B v is 0 but for rounding
        own *= 1.0 + float(rng.integers(-3, 4)) * rng.choice([1.0, 40.0]) * 2.0**-53
        matrix = sp.csr_array((row, np.arange(1, k + 1), np.array([0] + (k + 1) * [k])), shape=(k + 1, k + 1))
        exact = Fraction(own) * Fraction(v[0]) - sum(
            Fraction(b) * Fraction(one) for b, one in zip(row, v[1:], strict=True)
        )
        leaks = np.full(k + 1, own)
        found = next(weightings(leaks, matrix.__matmul__, v))
        assert np.array_equal(found.v, v)
        proved = found.surpluses(leaks, np.diff(matrix.indptr))[0]
        naive += bool(own - (matrix @ v)[0] / v[0] > 0.0 and exact <= 0)
        false += bool(proved > 0.0 and exact <= 0)
        accepted += bool(proved > 0.0)
        assert Fraction(proved) * Fraction(v[0]) <= exact
    assert false == 0
    assert naive > 10
    assert accepted > 100


@pytest.mark.parametrize("n", [8, 20])
def test_with_positive_weights_it_goes_to_the_true_limit(n):
    for seed in range(20):
        rng = np.random.default_rng(seed)
        W = rng.uniform(size=(n, n)) * (rng.uniform(size=(n, n)) < 3 / n)
        radius = np.abs(np.linalg.eigvals(W)).max()
        if radius < 1e-6:
            continue
        inside, outside = (certify(network_of(share / radius * W))["m_matrix"] for share in (0.995, 1.005))
        assert inside.verdict == "PROVED"
        assert outside.verdict == "UNKNOWN"
        assert outside.statement.startswith("No weights do")
        # Beyond it, the network without its box is unstable: the limit is the true one.
        assert np.linalg.eigvals(1.005 / radius * W - np.eye(n)).real.max() > 0.0


@settings(max_examples=40)
@given(st.data())
def test_it_proves_what_gershgorin_proves_and_its_rate_is_at_most_the_majorants(data):
    network = ng.compile(data.draw(graphs_for(FIELD)), FIELD)
    network = network.with_weights(data.draw(st.floats(0.1, 1.5)) * network.weights)
    report = certify(network)
    free = network.connectivity.free
    A = network.jacobian(np.zeros(len(network.nodes))).toarray()[np.ix_(free, free)]
    metzler = np.abs(A - np.diag(np.diag(A))) + np.diag(np.diag(A))
    largest = -np.linalg.eigvals(metzler).real.max()
    if report["m_matrix"].verdict == "PROVED":
        assert report["m_matrix"].rate <= largest + 1e-7
    else:
        assert largest < 1e-3
    if report["gershgorin"].verdict == "PROVED":
        assert report["m_matrix"].rate >= 0.99 * report["gershgorin"].rate - 1e-3


@settings(max_examples=30)
@given(SEEDS)
def test_steps_up_to_the_bound_shrink_the_norm_by_the_stated_factor(seed):
    rng = np.random.default_rng(seed)
    W = rng.normal(size=(6, 6)) * (rng.uniform(size=(6, 6)) < 0.6)
    W *= rng.uniform(0.7, 0.999) / max(np.abs(np.linalg.eigvals(np.abs(W))).max(), 0.01)
    found = certify(network_of(W), dt=0.1)["m_matrix"]
    assert found.verdict == "PROVED"
    dt = 0.99 * found.largest_dt
    s, t = rng.choice([0.0, 0.5, 1.0], size=(2, 50, 6)) + rng.normal(0.0, 0.1, size=(2, 50, 6))
    s, t = np.clip(s, 0.0, 1.0), np.clip(t, 0.0, 1.0)
    for _ in range(5):
        before = (found.weights * np.abs(s - t)).max(axis=1)
        s, t = (np.array([euler(W, one, dt) for one in many]) for many in (s, t))
        after = (found.weights * np.abs(s - t)).max(axis=1)
        assert np.all(after <= (1.0 - found.rate * dt) * before + 1e-12 * found.weights.max())


def test_a_chain_needs_weights_far_apart():
    W = np.diag(np.full(11, 9.0), -1)
    report = certify(network_of(W))
    assert report["gershgorin"].verdict == "UNKNOWN"
    found = report["m_matrix"]
    assert found.verdict == "PROVED"
    assert np.all(found.weights[:-1] / found.weights[1:] > 9.0)
    assert found.margins["delays"] == np.inf


def test_parts_that_are_not_connected_do_not_hide_each_other():
    good, bad = np.full((3, 3), 0.3), np.full((2, 2), 0.51)
    W = np.zeros((5, 5))
    W[:3, :3] = good
    assert certify(network_of(W))["m_matrix"].rate == pytest.approx(0.1, rel=1e-3)
    W[3:, 3:] = bad
    found = certify(network_of(W))["m_matrix"]
    assert found.verdict == "UNKNOWN"
    assert found.witness["outweighed"] == (3, 4)
    W[3, 0] = 50.0  # downstream of the good ones, not part of the outweighed
    assert certify(network_of(W))["m_matrix"].witness["outweighed"] == (3, 4)


def test_a_transposed_affine_phase_has_the_same_limit_and_a_nonlinear_one_on_a_hub_does_not_inherit_it():
    hub = nx.DiGraph()
    hub.add_node("x", role="input")
    hub.add_edge("x", "hub", weight=1.0)
    for leaf in range(20):
        hub.add_edge("hub", leaf, weight=0.95)
        hub.add_edge(leaf, "hub", weight=0.0475)
        hub.nodes[leaf]["role"] = "output"
    for dynamics, inherits in ((FIELD, True), (ng.dynamics.additive("tanh"), False)):
        network = ng.compile(hub, dynamics)
        free = certify(network)
        assert free["gershgorin"].norm == "l_inf"
        assert free["m_matrix"].rate == pytest.approx(0.05, rel=0.05) or free["m_matrix"].rate > 0.04
        turned = certify(network, phase="transposed")["m_matrix"]
        assert (turned.verdict == "PROVED") == inherits


def test_a_negative_nudge_up_to_the_rate_is_borne():
    W = 0.95 * np.array([[0.0, 1.0], [1.0, 0.0]])
    network = network_of(W, outputs=2)
    assert certify(network)["m_matrix"].rate == pytest.approx(0.05)
    for beta, verdict in ((-0.04, "PROVED"), (-0.2, "UNKNOWN"), (3.0, "PROVED")):
        assert certify(network, phase="nudged", beta=beta)["m_matrix"].verdict == verdict
    alone = certify(network_of(W, outputs=1), phase="nudged", beta=-0.2)["m_matrix"]
    assert alone.verdict == "UNKNOWN"


def test_a_neuron_that_does_not_leak_is_named():
    drift = ng.Dynamics("-leak*s + I", box=(0.0, 1.0), parameters={"leak": 1.0})
    graph = nx.DiGraph([("a", "b", {"weight": 0.5})])
    graph.nodes["a"]["leak"], graph.nodes["b"]["role"] = 0.0, "output"
    found = certify(ng.compile(graph, drift))["m_matrix"]
    assert found.verdict == "UNKNOWN"
    assert "'a'" in found.statement


def test_where_the_drift_exceeds_the_leak_by_most_is_said():
    drift = ng.Dynamics("I - leak*s", box=(0.0, 1.0), parameters={"leak": 1.0})
    graph = nx.DiGraph()
    for pair, leak, weight in (("ab", 1.0, 0.5), ("cd", 10.0, 10.5)):
        graph.add_nodes_from(pair, leak=leak, role="output")
        graph.add_weighted_edges_from([(*pair, weight), (*pair[::-1], weight)])
    found = certify(ng.compile(graph, drift))["m_matrix"]
    assert found.witness["outweighed"] == ("c", "d")
    assert re.search(r"the drift may exceed the leak by 0\.5 at '[cd]'\. ", found.statement)


def test_another_look_begins_with_the_weights_that_were_found():
    rng = np.random.default_rng(0)
    W = rng.uniform(size=(30, 30)) * (rng.uniform(size=(30, 30)) < 0.1)
    W *= 0.98 / np.abs(np.linalg.eigvals(W)).max()
    found = certify(network_of(W))["m_matrix"]
    again = found.recheck(network_of(0.999 * W))
    assert again.verdict == "PROVED"
    assert again.witness["products"] < found.witness["products"]
    assert found.recheck(network_of(np.zeros((3, 3)))).verdict == "PROVED"


def test_time_that_is_spent_ends_the_search():
    assert certify(network_of(np.eye(3, k=1)), budget=1e-9)["m_matrix"].statement.startswith("Out of time")


def test_its_search_is_that_of_a_large_sparse_solver():
    rng = np.random.default_rng(3)
    W = sp.random_array((400, 400), density=0.02, rng=rng)
    W = W.toarray() * (1.0 - np.eye(400)) * rng.choice([-1.0, 1.0], size=(400, 400))
    W *= 0.9 / np.abs(np.linalg.eigvals(np.abs(W))).max()
    found = certify(network_of(W))["m_matrix"]
    assert found.rate == pytest.approx(0.1, rel=1e-2)
    assert isinstance(found.theorem, MMatrix)


def test_ten_percent_beyond_the_limit_a_second_equilibrium_is_found_at_once():
    found = 0
    for seed in range(40):
        rng = np.random.default_rng(seed)
        W = rng.uniform(size=(8, 8)) * (rng.uniform(size=(8, 8)) < 0.4)
        W *= 1.1 / np.abs(np.linalg.eigvals(W)).max()
        assert "unique equilibrium" not in certify(network_of(W))["m_matrix"].claims
        s = np.ones(8)
        for _ in range(2000):
            s = np.clip(W @ s, 0.0, 1.0)
        found += s.max() > 0.1  # the other one is s = 0
    assert found >= 20


@settings(max_examples=20)
@given(SEEDS, st.sampled_from([0.0, -0.05]))
def test_a_transposed_phase_of_curved_neurons_contracts_about_any_equilibrium(seed, beta):
    rng = np.random.default_rng(seed)
    W = rng.normal(size=(5, 5)) * (rng.uniform(size=(5, 5)) < 0.7)
    network = network_of(W, ng.dynamics.additive("tanh"))
    low, high = 0.0, 2.0
    for _ in range(10):
        middle = 0.5 * (low + high)
        found = certify(network.with_weights(middle * network.weights), phase="transposed", beta=beta)
        low, high = (middle, high) if found["m_matrix"].verdict == "PROVED" else (low, middle)
    network = network.with_weights(low * network.weights)
    found = certify(network, phase="transposed", beta=beta)["m_matrix"]
    centre = rng.normal(size=5)
    J = network.jacobian(centre).toarray()
    s = rng.normal(size=(40, 5)) * rng.choice([0.1, 1.0, 5.0])
    dt = 0.99 * found.largest_dt

    def stepped(s):
        nudge = beta * np.isin(np.arange(5), network.connectivity.outputs)
        return s + dt * (network.drift(s) + (s - centre) @ (J.T - J).T - nudge * s)

    for _ in range(5):
        before = (found.weights * np.abs(s - s[::-1])).max(axis=1)
        s = stepped(s)
        after = (found.weights * np.abs(s - s[::-1])).max(axis=1)
        assert np.all(after <= (1.0 - found.rate * dt) * before + 1e-12 * found.weights.max())


def test_a_leak_that_grows_without_bound_leaves_no_step_short_enough():
    found = certify(network_of(0.5 * np.eye(2)[::-1], ng.Dynamics("-s - s**3 + I")), dt=0.1)["m_matrix"]
    assert found.verdict == "PROVED"
    assert found.largest_dt is None
    assert "no step is known" in found.euler


def test_how_far_neurons_may_move_is_bounded_in_exact_arithmetic(monkeypatch):
    seen = []
    monkeypatch.setattr(m_matrix, "against_each_other", lambda sizes, how: seen.append(sizes) or paired(sizes, how))
    rng, theorem = np.random.default_rng(0), MMatrix()
    for _ in range(30):
        n = int(rng.integers(3, 12))
        W = rng.uniform(size=(n, n)) * (rng.random((n, n)) < 0.7)
        np.fill_diagonal(W, 0.0)
        W[0] = 0.0  # the input
        W *= 0.5 / np.abs(np.linalg.eigvals(W)).max(initial=1e-3)
        network = ng.compile(ng.topologies.from_matrix(W.T, inputs=[0], outputs=range(1, n)), FIELD)
        x = np.full((1, 1), 0.5)
        system = System(network, x, None, 0.0, None)
        theorem.radius(system, theorem.answer(system, 60.0), x)
        K, drive = ([Fraction(one) for one in part.tolist()] for part in (seen[-1], driving(system)))
        leaks, coupling = -system.diagonal.high, system.coupling.toarray()
        for j, row in enumerate(coupling.tolist()):
            heard = sum(Fraction(b) * one for b, one in zip(row, K, strict=True))
            assert Fraction(float(leaks[j])) * K[j] >= heard + drive[j]
