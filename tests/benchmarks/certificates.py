"""How long certify() thinks: one rung after the other."""

import networkx as nx
import numpy as np

import neurograph as ng

TITLE = "Certificates, seconds that theorems take (without compiling; one run each after a small one)"
NODES = 200


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
