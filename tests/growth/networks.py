"""The networks that the tests of growers share, and their absent pairs as a plain n x n array."""

import numpy as np

import neurograph as ng
from neurograph.growth.base import Asked
from neurograph.network.inputs import starting_state
from neurograph.pruning.base import RemovedEdges, Task

TIGHT = ng.solvers.Euler(steps=1_000_000, tol=1e-15)
X, Y = ng.tasks.logic("xor")


def sparse(dynamics=None, density=0.3, hidden=6, outputs=2, seed=0, scale=0.4, **more):
    """A random sparse digraph in which nothing saturates, with a place for each node."""
    graph = ng.topologies.random(inputs=2, hidden=hidden, outputs=outputs, density=density, scale=scale, seed=seed)
    rng = np.random.default_rng(seed)
    for node in graph:
        graph.nodes[node]["position"] = tuple(rng.uniform(size=2).tolist())
        graph.nodes[node].update(more)
    return ng.compile(graph, dynamics or ng.dynamics.additive("tanh"))


def machine(hidden=5, seed=0):
    """A sparse network of symmetric, tied edges between free neurons."""
    graph = ng.topologies.symmetric(ng.topologies.random(2, hidden, 1, density=0.3, seed=seed))
    return ng.compile(graph, ng.dynamics.hopfield())


def task(network, y=None, rule=None, beta=0.5, x=X):
    targets = np.linspace(0.1, 0.9, len(x) * len(network.outputs)).reshape(len(x), -1) if y is None else y
    return Task(starting_state(network, x, 0.0, None), targets, ng.costs.squared_error(), TIGHT, rule, beta)


def asked(network, count=3, seed=0, paired=False, of=None, lost=None):
    lost = RemovedEdges.none(network) if lost is None else lost
    return Asked(network, np.random.default_rng(seed), count, paired, of, lost)


def dense(network):
    """The weights as W[post, pre], and which edges are there."""
    n = len(network.nodes)
    W, there = np.zeros((n, n)), np.zeros((n, n), bool)
    for (pre, post), w in zip(network.edges, network.weights, strict=True):
        place = network.nodes.index(post), network.nodes.index(pre)
        W[place], there[place] = w, True
    return W, there


def absent(network, paired=False):
    """The pairs (post, pre) that may become edges, rising, by two plain loops."""
    n, (_, there) = len(network.nodes), dense(network)
    free = set(network.connectivity.free.tolist())
    return [
        (j, i)
        for j in range(n)
        for i in range(n)
        if j in free and i != j and not there[j, i] and (not paired or i not in free or i < j)
    ]


def free_states(network):
    return ng.settle(network, X, solver=TIGHT).state


def best(scores, count):
    """The `count` pairs of the largest scores, {(post, pre): score}, of equal ones the first."""
    order = sorted(scores, key=lambda pair: (-scores[pair], pair))
    return order[:count]


def places(log, network):
    """The pairs (post, pre) of a log of edges."""
    return [tuple(network.nodes.index(end) for end in reversed(one.edge)) for one in log]
