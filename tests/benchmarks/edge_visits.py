"""How many edges Sweep visits until the residual is 1e-8, against Jacobi: every node at once from the old state."""

import statistics

import numpy as np

import neurograph as ng
from neurograph.solvers import GaussSeidel

TITLE = "Edge visits to a residual of 1e-8 as a share of Jacobi's, 20 graphs of each kind: median, worst"
ASKED = "asked: at most 0.5"
TOL = 1e-8
KINDS = {
    "layered with feedback, 16-32-32-16": lambda seed: ng.topologies.layered(
        inputs=16, hidden=(32, 32), outputs=16, seed=seed
    ),
    "layered with feedback, 8-12-12-12-12-4": lambda seed: ng.topologies.layered(
        inputs=8, hidden=(12,) * 4, outputs=4, seed=seed
    ),
    "random digraph, 104 nodes, 5 edges a node": lambda seed: ng.topologies.random(
        inputs=8, hidden=100, outputs=4, density=0.05, seed=seed
    ),
    "random digraph, 304 nodes, 3 edges a node": lambda seed: ng.topologies.random(
        inputs=8, hidden=300, outputs=4, density=0.01, seed=seed
    ),
    "complete digraph, 44 nodes": lambda seed: ng.topologies.complete(inputs=8, hidden=40, outputs=4, seed=seed),
}
STRENGTHS = {"weak": 0.5, "strong": 0.9}
"""Spectral radius of the weights among nodes that move."""


def rows():
    for kind, build in KINDS.items():
        for name, radius in STRENGTHS.items():
            shares = [share(drawn(build(seed), radius, seed), seed) for seed in range(20)]
            yield f"{kind}, {name}", ASKED, f"{statistics.median(shares):.2f}, {max(shares):.2f}"


def drawn(graph, radius, seed):
    """Compile a graph as a tanh network with random weights of this spectral radius among the nodes that move."""
    network = ng.compile(graph, ng.dynamics.additive("tanh"))
    weights = np.random.default_rng(seed).normal(size=network.weights.size)
    free = network.connectivity.free
    inner = np.isin(network.connectivity.pre, free)
    matrix = network.with_weights(weights).matrix().toarray()[np.ix_(free, free)]
    weights[inner] *= radius / np.abs(np.linalg.eigvals(matrix)).max()
    return network.with_weights(weights)


def share(network, seed):
    """Give what Sweep's visits are of Jacobi's, for one input."""
    x = np.random.default_rng(seed).uniform(-1, 1, (1, network.connectivity.inputs.size))
    settled = ng.settle(network, x, solver=GaussSeidel(tol=TOL))
    return visits(settled) / jacobi_visits(network, x) if settled.converged else np.inf


def visits(settled):
    """Count the visits of edges among nodes that move: where there is no cycle one each, else one a sweep.

    Those that go back in the order are visited once more, before the first sweep. Of several components, each is
    counted with the sweeps of the slowest.
    """
    subgraph, steps = settled.network.connectivity.subgraph, int(settled.steps.max())
    schedule = subgraph.schedule
    cyclic = np.zeros(schedule.order.size, bool)
    cyclic[schedule.order] = np.repeat(schedule.cyclic, np.diff(schedule.blocks))
    heard = np.diff(subgraph.recurrent.indptr)
    return heard[~cyclic].sum() + steps * heard[cyclic].sum() + subgraph.visited.feedback[0].ids.size


def jacobi_visits(network, x):
    """Count the visits of Jacobi, s <- tanh(I + b), until the residual of s that a sweep finds is small."""
    weights, free = network.matrix().toarray(), network.connectivity.free
    s = np.zeros(len(network.nodes))
    s[network.connectivity.inputs] = x[0]
    for sweep in range(1, 10_000):
        new = np.tanh(weights @ s + network.biases)
        rest = np.abs(new - s)[free].max()
        s[free] = new[free]
        if rest <= TOL:
            return sweep * network.connectivity.subgraph.recurrent.ids.size
    return np.inf
