"""At neurons that the box holds the exact rule is the gradient whatever the solver: against central differences.

Every state is drawn, and the inputs made that lead there, so that neurons stand as near to the points at which they
come off their bounds as the differences allow. ``SATURATED=2000`` draws so many samples instead of 200.
"""

import os

import networkx as nx
import numpy as np
import pytest

import neurograph as ng
from neurograph.equations.neuron import Dynamics
from neurograph.solvers import SOLVERS
from tests.training.central_differences import NEURONS, Neuron, slopes

SAMPLES = int(os.environ.get("SATURATED", "200"))
AT_ONCE = 4
"""Samples of each network."""

FREE = range(5)
NEARBY = (1e-4, 1e-2)
"""How far a neuron's rest is from its bound, on either side: farther than the differences move it."""

ODD_BOX = Neuron(
    Dynamics("-s + I", box=(-0.7, 0.3), name="odd box"), lambda s, I, b, W, p: -s + I
)  # its ends are no round numbers, so that a step to them is rounded
KINDS = {
    "vector field": (NEURONS["vector field"], "rows"),
    "deep, absolute leak": (NEURONS["deep, absolute leak"], "rows"),
    "deep, signed leak": (NEURONS["deep, signed leak"], "rows"),
    "hopfield": (NEURONS["hopfield"], "symmetric"),
    "vector field, antisymmetric": (NEURONS["vector field"], "antisymmetric"),
    "odd box, antisymmetric": (ODD_BOX, "antisymmetric"),
}
"""Each has one equilibrium; the antisymmetric ones have weights above 1, whose pivots are off the diagonal."""

ADJUSTED = {
    "euler": {"tol": 1e-12, "steps": 100_000},
    "gauss_seidel": {"tol": 1e-12},
    "anderson": {"tol": 1e-12, "steps": 20_000},
    "newton": {},
    "auto": {"tol": 1e-12, "steps": 100_000},
}


def drawn(kind, seed):
    """Return a graph, and x with which the drawn rests of the neurons are those of the network."""
    neuron, pattern = KINDS[kind]
    rng, n = np.random.default_rng(seed), len(FREE)
    W = rng.normal(size=(n, n)) * (1 - np.eye(n))
    if pattern == "antisymmetric":
        W = W - W.T
        W *= rng.uniform(1.0, 2.0) / np.linalg.norm(W, 2)  # -1 + W has the symmetric part -1: one equilibrium
    else:
        W = W + W.T if pattern == "symmetric" else W
        W *= neuron.row / max(np.abs(W).sum(0).max(), np.abs(W).sum(1).max())
    low, high = neuron.dynamics.box
    rest = rng.uniform(low, high, (AT_ONCE, n))
    distance = np.exp(rng.uniform(*np.log(NEARBY), rest.shape)) * rng.choice([-1, 1], rest.shape)
    near = np.where(rng.random(rest.shape) < 0.5, low, high) + distance
    beyond = np.where(rng.random(rest.shape) < 0.5, low - rng.random(rest.shape), high + rng.random(rest.shape))
    which = rng.integers(0, 3, rest.shape)
    rest = np.choose(which, [rest, near, beyond])
    s = np.clip(rest, low, high)
    leak = {"deep, absolute leak": 1.0 + np.abs(W).sum(0), "deep, signed leak": 1.0 + W.sum(0)}.get(kind, 1.0)
    # Hopfield's inputs send clip(x, 0, 1): a bias and a large weight reach every rest with x in between.
    weight, bias = (8.0, -4.0) if pattern == "symmetric" else (1.0, 0.0)
    graph = nx.DiGraph()
    for k in FREE:
        graph.add_node(f"x{k}", role="input")
        graph.add_node(k, role="output" if k < 2 else "hidden", **({"bias": bias} if bias else {}))
    for k in FREE:
        graph.add_edge(f"x{k}", k, weight=weight)
        graph.add_edges_from((i, k, {"weight": W[k, i]}) for i in FREE if i != k)
    if pattern == "symmetric":
        graph = ng.topologies.symmetric(graph)
    return graph, (leak * rest - s @ W.T - bias) / weight, s


@pytest.fixture(scope="module")
def cases():
    """The networks, their data, the states drawn, and the central differences."""
    found = []
    for seed in range(-(-SAMPLES // AT_ONCE)):
        kind = list(KINDS)[seed % len(KINDS)]
        graph, x, s = drawn(kind, seed)
        y = np.random.default_rng(seed).uniform(-1, 2, (AT_ONCE, 2))
        network = ng.compile(graph, KINDS[kind][0].dynamics)
        found.append((kind, network, x, y, s, slopes(KINDS[kind][0], graph, x, y)["squared error"]))
    return found


@pytest.mark.parametrize("name", [*SOLVERS, "auto, by other methods"])
def test_the_exact_rule_is_the_gradient_of_saturated_networks(name, cases, monkeypatch):
    """And the check's cosine that to the central differences. Gauss-Seidel alone may not settle, and says so."""
    method, _, other = name.partition(", ")
    if other:
        monkeypatch.setattr("neurograph.solvers.auto.TINY", 0)
    solver, unsettled, furthest = SOLVERS[method](**ADJUSTED[method]), 0, 1.0
    for kind, network, x, y, s, exact in cases:
        if method == "gauss_seidel" and kind.endswith("antisymmetric"):
            free = ng.settle(network, x, solver=solver, throw=False)
            if not free.converged:
                unsettled += 1
                continue
        state = ng.settle(network, x, solver=solver).state[:, network.connectivity.free]
        bound = np.isin(s, network.dynamics.box)
        assert np.array_equal(state[bound], s[bound]), f"{kind}: a held neuron is not on its bound"
        own, ties = np.arange(network.weights.size), network.connectivity.ties
        own = own if ties is None else np.unique(ties, return_index=True)[1]
        true = np.concatenate([[exact[0][network.edges[k]] for k in own], exact[1]])
        check = ng.gradient_check(network, x, y, ng.rules.asymmetric_ep(lift=0), solver=solver)
        gradient = np.concatenate([check.gradient[own], check.bias_gradient])
        change = np.concatenate([check.change[own], check.bias_change])
        close = 1e-5 * np.linalg.norm(true) + 1e-9
        assert np.linalg.norm(gradient - true) < close, kind
        if check.learned == check.settled == 1.0:
            assert np.linalg.norm(change + true) < close, kind
        else:
            assert method == "gauss_seidel"
            unsettled += 1
        if true.any():
            lifted = ng.gradient_check(network, x, y, ng.rules.asymmetric_ep(lift=0.5), solver=solver)
            change = np.concatenate([lifted.change[own], lifted.bias_change])
            cosine = -(change @ true) / np.linalg.norm(change) / np.linalg.norm(true)
            assert lifted.cosine == pytest.approx(cosine, abs=1e-6), kind
            furthest = min(furthest, cosine)
    assert unsettled < len(cases) / 2
    assert furthest < 0.9, "no rule that differs from the gradient was told from it"
