"""A network whose equilibrium solves a convex problem: rates p and linear neurons a, joined by tied edges W.

Run from the root of the source: ``.venv/bin/python examples/minimises_an_energy.py``

Where norm(W) < 1, the rates settle at the p >= 0 with the least |p|^2/2 - b'p - |W'p|^2/2. A self-loop of -1 at each
rate adds |p|^2/2 to that, which pulls the rates towards 0.
"""

import networkx as nx
import numpy as np
from scipy.optimize import nnls

import neurograph as ng


def main() -> list[tuple[np.ndarray, np.ndarray]]:
    """Settle the network without and with the pull; give the rates, and scipy's solution of the same problem."""
    rng = np.random.default_rng(0)
    W, b = rng.normal(size=(6, 3)), rng.normal(size=6)
    graph = nx.DiGraph()
    graph.add_nodes_from((f"p{i}", {"population": "rate", "bias": b[i]}) for i in range(6))
    graph.add_nodes_from((f"a{j}", {"population": "auxiliary", "role": "output"}) for j in range(3))
    for i, j in np.ndindex(W.shape):
        graph.add_edge(f"p{i}", f"a{j}", weight=W[i, j], tie=f"{i}-{j}")
        graph.add_edge(f"a{j}", f"p{i}", weight=W[i, j], tie=f"{i}-{j}")
    neurons = {"rate": ng.dynamics.additive("relu"), "auxiliary": ng.Dynamics("-s + I + b")}
    network = ng.certificates.monotone(margin=0.1).project(ng.compile(graph, neurons))
    print(ng.certify(network)["energy"])

    pulled = network.to_graph()
    pulled.add_edges_from((f"p{i}", f"p{i}", {"weight": -1.0}) for i in range(6))
    found = []
    for pull, one in ((0.0, network), (1.0, ng.compile(pulled, neurons))):
        settled = ng.settle(one, np.zeros((1, 0)), solver=ng.solvers.Euler(tol=1e-12, steps=100_000))
        rates = np.array([settled.state[0, one.nodes.index(f"p{i}")] for i in range(6)])
        V = network.matrix().toarray()[[network.nodes.index(f"a{j}") for j in range(3)]]
        V = V[:, [network.nodes.index(f"p{i}") for i in range(6)]].T
        root = np.linalg.cholesky((1.0 + pull) * np.eye(6) - V @ V.T)  # the problem is |root' p - root^-1 b|^2 / 2
        solution, _ = nnls(root.T, np.linalg.solve(root, b))
        print(f"pull {pull:g}: rates {rates.round(4)}, at most {np.abs(rates - solution).max():.0e} from the minimum")
        found.append((rates, solution))
    return found


if __name__ == "__main__":
    main()
