"""What monotone() keeps: the eigenvalues of the symmetric part, whole runs, and one equilibrium."""

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse.linalg import ArpackNoConvergence

import neurograph as ng
from neurograph.certificates import Verdict, contracting, monotone
from neurograph.certificates.bounds.nearby_weights import Couplings, top_eigenvalue
from neurograph.errors import ParameterError
from tests.certificates.theorems.test_energy_of_populations import bipartite
from tests.strategies import SEEDS, graphs_for

KINDS = {
    "tanh": ng.dynamics.additive("tanh"),
    "relu": ng.dynamics.additive("relu"),
    "sigmoid": ng.dynamics.additive("sigmoid"),
    "slow": ng.Dynamics("(-s + tanh(gain*I + b))/tau", parameters={"tau": 2.0, "gain": 1.5}),
}


def largest(network):
    """Return the largest eigenvalue of sym(W) - diag(L/G), by numpy, from the equations of each kind."""
    free = network.connectivity.free
    W = network.matrix().toarray()[free][:, free].astype(np.float64)
    steepest = {"additive (sigmoid)": 4.0}.get(network.dynamics.name, 1.0)
    bound = np.full(free.size, steepest)
    if "gain" in network.dynamics.defaults:
        bound = 1.0 / network.parameters[free, list(network.dynamics.defaults).index("gain")]
    return np.linalg.eigvalsh((W + W.T) / 2.0 - np.diag(bound))[-1]


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=40, deadline=None)
@given(data=st.data(), margin=st.sampled_from([0.01, 0.2]), number=st.sampled_from([np.float64, np.float32]))
def test_what_is_projected_is_monotone_by_the_margin(kind, data, margin, number):
    graph = data.draw(graphs_for(KINDS[kind], max_free=6, ties=True, attributes=False))
    network, keep = ng.compile(graph, KINDS[kind], dtype=number), monotone(margin)
    if abs(largest(network) + margin) > 0.02 * margin:
        assert keep.holds(network) == (largest(network) < -margin)
    try:
        kept = keep.project(network)
    except ParameterError:
        assert not network.connectivity.plastic.all()
        return
    assert keep.holds(kept)
    assert largest(kept) <= -margin
    assert keep.project(kept) is kept
    assert (kept is network) == keep.holds(network)
    assert np.all(kept.weights * network.weights >= 0.0)
    ties = network.connectivity.ties
    if ties is not None:
        assert all(len({float(w) for w in kept.weights[ties == tie]}) == 1 for tie in np.unique(ties))
    found = keep.certificate(kept)
    assert found.verdict is Verdict.PROVED
    assert "unique equilibrium" in found.claims


@settings(max_examples=20, deadline=None)
@given(seed=SEEDS)
def test_tied_rates_and_linear_neurons_keep_their_singular_values_but_those_that_are_too_large(seed):
    network, W = bipartite(seed)
    kept = monotone(0.1).project(network)
    rates, others = ([k for k, node in enumerate(kept.nodes) if node[0] == kind] for kind in "pa")
    new = kept.matrix().toarray()[others][:, rates].T
    assert np.linalg.norm(new, 2) <= 0.9
    assert np.array_equal(new, kept.matrix().toarray()[rates][:, others])
    u, s, v = np.linalg.svd(W, full_matrices=False)
    nearest = u @ np.diag(np.minimum(s, 0.9 - 0.001)) @ v
    if np.all(nearest * W > 0.0):  # every edge is there, and none would change its sign
        assert np.linalg.norm(new - W) < 1.1 * np.linalg.norm(nearest - W) + 1e-9


@settings(max_examples=20, deadline=None)
@given(seed=SEEDS)
def test_a_large_network_is_scaled_by_its_spectral_norm(seed):
    network, W = bipartite(seed, norm=2.0)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("neurograph.certificates.monotone_couplings.DENSE", 0)
        kept = monotone(0.1).project(network)
        assert monotone(0.1).holds(kept)
    scaled = 0.899 / np.linalg.norm(W, 2) * network.weights
    assert kept.weights[_recurrent(kept)] == pytest.approx(scaled[_recurrent(kept)], rel=1e-9)
    assert np.array_equal(kept.weights[~_recurrent(kept)], network.weights[~_recurrent(kept)])
    assert monotone(0.1).project(kept) is kept


@pytest.mark.parametrize("converges", [True, False])
def test_lanczos_bounds_the_eigenvalue_from_above(monkeypatch, converges):
    rng, n = np.random.default_rng(0), 40
    post, pre = np.nonzero(rng.random((n, n)) < 0.3)
    couplings = Couplings(
        post, pre, rng.normal(size=post.size), np.ones(post.size), np.ones(post.size, bool), None, rng.uniform(1, 2, n)
    )
    exact = top_eigenvalue(couplings, couplings.weights)
    dense = couplings.matrix(couplings.weights).toarray()
    assert exact == pytest.approx(np.linalg.eigvalsh((dense + dense.T) / 2.0 - np.diag(couplings.surplus))[-1])
    monkeypatch.setattr("neurograph.certificates.bounds.nearby_weights.DENSE", 0)
    if not converges:
        monkeypatch.setattr("neurograph.certificates.bounds.nearby_weights.eigsh", _fails)
    bound = top_eigenvalue(couplings, couplings.weights)
    assert exact < bound < exact + (1e-4 if converges else 50.0)


def _fails(*_, **__):
    raise ArpackNoConvergence("none", np.empty(0), np.empty((0, 0)))


def _recurrent(network):
    """Return which edges are among free neurons."""
    return ~np.isin(network.connectivity.pre, network.connectivity.inputs)


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("activation", ["relu", "tanh"])
def test_a_certificate_of_unequal_leaks_is_there_where_the_weights_are_symmetric(seed, activation):
    rng, n = np.random.default_rng(seed), 5
    kind = ng.Dynamics(f"{activation}(gain*I + b) - leak*s", parameters={"gain": 1.0, "leak": 1.0})
    graph = nx.DiGraph()
    for j in range(n):
        gain, leak = rng.uniform(0.3, 2.0), rng.uniform(0.5, 3.0)
        graph.add_node(j, role="output", bias=float(rng.normal()), gain=gain, leak=leak)
    for i, j in zip(*np.triu_indices(n), strict=True):
        weight = abs(rng.normal())
        graph.add_edge(int(i), int(j), weight=weight, tie=f"{i} {j}")
        graph.add_edge(int(j), int(i), weight=weight, tie=f"{i} {j}")
    kept = monotone(0.02).project(ng.compile(graph, kind))
    assert monotone(0.02).holds(kept)
    assert "unique equilibrium" in monotone(0.02).certificate(kept).claims
    one_way = kept.without_edges([(0, 1)])
    found = monotone(0.02).certificate(one_way)
    assert found.verdict is Verdict.UNKNOWN or "unique equilibrium" in found.claims


@pytest.mark.parametrize("seed", range(20))
def test_unequal_gains_are_proved_with_the_weights_of_the_couplings_at_once(seed):
    rng, n = np.random.default_rng(seed), 12
    kind = ng.Dynamics("-s + tanh(gain*I)", parameters={"gain": 1.0})
    graph = nx.DiGraph()
    graph.add_nodes_from((j, {"role": "output", "gain": float(np.exp(rng.normal()))}) for j in range(n))
    graph.add_edges_from((i, j, {"weight": float(rng.normal())}) for i in range(n) for j in range(n))
    kept = monotone(0.01).project(ng.compile(graph, kind))
    assert "unique equilibrium" in monotone(0.01).certificate(kept).claims


@pytest.mark.parametrize("seed", range(20))
def test_a_monotone_network_has_one_equilibrium(seed):
    graph = ng.topologies.complete(inputs=2, hidden=6, outputs=2, scale=2.0, bias="neurons", seed=seed)
    kept = monotone(0.05).project(ng.compile(graph, KINDS["relu"]))
    rng = np.random.default_rng(seed)
    start = rng.uniform(-3.0, 3.0, (20, len(kept.nodes)))
    solver = ng.solvers.Euler(dt=0.01, steps=200_000, tol=1e-10)
    settled = ng.settle(kept, np.tile(rng.normal(size=2), (20, 1)), start=start, solver=solver)
    assert settled.converged
    assert np.ptp(settled.state, axis=0).max() < 1e-6


def test_training_and_pruning_keep_it():
    network, _ = bipartite(3, norm=2.0)
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(12, 1)), rng.normal(size=(12, 1))
    keep = monotone(0.1)
    fit = ng.train(network, x, y, keep=keep, epochs=10, target_cost=None, seed=0, progress=False)
    assert keep.holds(fit.network)
    assert np.all(fit.history["rate"] >= 0.1)
    assert fit.history["cost"][-1] < fit.history["cost"][0]
    pruned = ng.prune(fit.network, ng.pruning.magnitude(0.3), keep=keep).network
    assert keep.holds(pruned)


def test_the_couplings_of_monotone_operator_networks_are_monotone():
    rng = np.random.default_rng(0)
    A, B = rng.normal(size=(6, 8)), rng.normal(size=(8, 8))  # so that 0 is an eigenvalue of A'A
    S = 0.7 * np.eye(8) - A.T @ A + B - B.T
    graph = nx.DiGraph()
    graph.add_nodes_from(range(8), role="output", bias=0.1)
    graph.add_edges_from((j, i, {"weight": S[i, j]}) for i in range(8) for j in range(8))
    network = ng.compile(graph, KINDS["tanh"])
    assert monotone(0.29).holds(network)
    assert not monotone(0.31).holds(network)
    assert "unique equilibrium" in monotone(0.29).certificate(network).claims
    assert not contracting(0.05).holds(network)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: monotone(0.0), "margin is 0.0"),
        (lambda: monotone("high"), "margin is 'high'"),
        (lambda: monotone(2.0).project(bipartite(0)[0]), "margin is 2, but neuron .* leaks only 1 times"),
        (
            lambda: monotone().project(ng.compile(ng.topologies.complete(1, 2, 1, seed=0))),
            "rising with I.*deep.*additive",
        ),
        (
            lambda: monotone().holds(
                ng.compile(ng.topologies.complete(1, 2, 1, seed=0), ng.Dynamics("-s + I - a", variables={"a": "s - a"}))
            ),
            "the variable 'a' beside s, which certificates.monotone",
        ),
        (lambda: monotone().holds("network"), "network is of type str"),
        (
            lambda: monotone().project(ng.compile(_fixed(), KINDS["tanh"])),
            "not plastic are not monotone with the margin 0.1",
        ),
    ],
)
def test_what_cannot_be_monotone_is_refused(make, words):
    with pytest.raises(ParameterError, match=words):
        make()


def _fixed():
    graph = nx.DiGraph([("a", "y", {"weight": 3.0, "plastic": False}), ("y", "a", {"weight": 3.0, "plastic": False})])
    nx.set_node_attributes(graph, {"a": "hidden", "y": "output"}, "role")
    return graph
