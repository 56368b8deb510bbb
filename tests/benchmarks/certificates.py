"""How long certify() thinks: one rung after the other, a diagonal Lyapunov function, and a large network."""

import time

import networkx as nx
import numpy as np

import neurograph as ng
from neurograph.certificates import THEOREMS

TITLE = "Certificates, seconds that theorems take (without compiling; one run each after a small one)"
NODES, LARGE, DEGREE = 200, 100_000, 50


def rows():
    ng.certify(gaussian(20, seed=1))
    report = ng.certify(gaussian(NODES, seed=0))
    for certificate in report:
        wish = "asked: at most 2 s" if certificate.name == "diagonal_lyapunov" else ""
        yield (
            f"{certificate.name}, {NODES} nodes, all edges: {certificate.verdict}",
            wish,
            f"{certificate.seconds:.2f} s",
        )
    strong = ng.certify(gaussian(20, seed=0, kind=ng.dynamics.additive()), level="strong")["lure"]
    yield f"lure, 20 nodes, all edges: {strong.verdict}", "", f"{strong.seconds:.2f} s"
    network = sparse(LARGE, DEGREE)
    began = time.perf_counter()
    fast = ng.certify(network, level="fast")
    spent = time.perf_counter() - began
    asked = sum(theorem.level == "fast" for theorem in THEOREMS)
    yield (
        f'level "fast", {asked} theorems, {LARGE} nodes, degree {DEGREE}: {len(fast.proved)} PROVED',
        "asked: at most 2 s",
        f"{spent:.2f} s",
    )


def gaussian(n, seed, kind=None):
    """A network with an edge between any two nodes, mu_2 = about -0.5."""
    random = np.random.default_rng(seed)
    graph = nx.DiGraph()
    graph.add_node("x", role="input")
    graph.add_nodes_from(range(n))
    graph.nodes[0]["role"] = "output"
    W = random.normal(scale=0.35 / np.sqrt(n), size=(n, n))
    graph.add_weighted_edges_from((i, j, float(W[j, i])) for i in range(n) for j in range(n) if i != j)
    graph.add_edge("x", 0, weight=1.0)
    return ng.compile(graph, kind or ng.dynamics.vector_field())


def sparse(n, degree):
    """A network with `degree` edges into each node, weights +-0.9 / degree."""
    random = np.random.default_rng(0)
    post = np.repeat(np.arange(n), degree)
    pre = (post + random.integers(1, n, post.size)) % n
    pairs = np.unique(post * n + pre)
    weights = random.choice([-0.9, 0.9], pairs.size) / degree
    table = ng.topologies.from_edges((pairs % n, pairs // n, weights), inputs=[], outputs=[0], nodes=np.arange(n))
    return ng.compile(table, ng.dynamics.vector_field())
