"""Newton on random networks in a box that contract: three kinds, sparse and dense, mild and at the edge."""

import networkx as nx
import numpy as np

import neurograph as ng

TITLE = "Newton's iterations to a residual of 1e-8, random clipped networks that contract (5 to 60 nodes)"
NETWORKS, MOST = 1000, 15
CLOSENESS = (0.5, 0.9, 0.99)
KINDS = {
    "vector field, M-matrix": ng.dynamics.vector_field(),
    "vector field, row sums": ng.dynamics.vector_field(),
    "deep, absolute leak + 0.3": ng.dynamics.deep("absolute", extra_leak=0.3),
    "additive clip, M-matrix": ng.dynamics.additive("clip"),
}


def rows():
    counts = {kind: [] for kind in KINDS}
    for kind, network, x in networks(NETWORKS, seed=0):
        counts[kind].append(iterations(network, x))
    for kind, steps in counts.items():
        yield f"{kind}: median, 99 %, most", "", "{:.0f}, {:.0f}, {:.0f}".format(*np.percentile(steps, (50, 99, 100)))
    every = np.concatenate(list(counts.values()))
    share = np.mean(every <= MOST)
    yield f"share of {every.size} within {MOST} iterations", "asked: at least 99 %", f"{100 * share:.1f} %"


def iterations(network, x):
    """Systems solved and stretches of the trajectory; infinite where it did not converge."""
    settled = ng.settle(network, x, solver=ng.solvers.Newton(tol=1e-8))
    return int(settled.steps[0]) if settled.converged else np.inf


def networks(count, seed):
    """Kind, network and one sample; the couplings are scaled to a share of what the leaks can outweigh."""
    random = np.random.default_rng(seed)
    for k in range(count):
        kind = list(KINDS)[k % len(KINDS)]
        n, inputs = int(random.integers(5, 60)), 3
        W = random.normal(size=(n, n)) * (random.random((n, n)) < random.uniform(0.1, 1.0))
        np.fill_diagonal(W, 0.0)
        W[:inputs] = 0.0
        inner, close = np.abs(W[inputs:, inputs:]), random.choice(CLOSENESS)
        if "M-matrix" in kind:
            W[inputs:, inputs:] *= close / max(np.abs(np.linalg.eigvals(inner)).max(), 1e-9)
        elif "row sums" in kind:
            W[inputs:, inputs:] *= close / max(inner.sum(axis=1).max(), 1e-9)
        yield kind, made(W, inputs, KINDS[kind], random), random.random((1, inputs))


def made(W, inputs, dynamics, random):
    """The network with weights W[post, pre], and random biases where the dynamics has them."""
    graph = nx.DiGraph()
    for node in range(W.shape[0]):
        role = "input" if node < inputs else "output" if node == W.shape[0] - 1 else "hidden"
        graph.add_node(node, role=role)
        if dynamics.uses_bias and role != "input":
            graph.nodes[node]["bias"] = random.normal(scale=0.7)
    graph.add_weighted_edges_from((int(i), int(j), float(W[j, i])) for j, i in zip(*np.nonzero(W), strict=True))
    return ng.compile(graph, dynamics)
