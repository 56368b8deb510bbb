r"""
A network that solves a convex problem
======================================

Rates :math:`p` and linear neurons :math:`a` are joined by tied edges :math:`W`. Where :math:`\|W\| < 1`, the rates
settle where an energy is least over :math:`p \ge 0`,

.. math:: E(p) = \tfrac12 |p|^2 - b^\top p - \tfrac12 |W^\top p|^2 .
"""

# %%
# Each pair of edges, from a rate to a linear neuron and back, shares a tie, which says that both have one weight.
# :func:`neurograph.certificates.monotone` bounds the singular values of :math:`W`.

import networkx as nx
import numpy as np
from scipy.optimize import nnls

import neurograph as ng

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
ng.plots.network(network)

# %%
# That there is an energy, strictly convex, is proved: one equilibrium, and every state goes to it.

print(ng.certify(network)["energy"])

# %%
# A prior is a change of the graph: a self-loop of -1 at each rate adds :math:`\tfrac12 |p|^2`, which pulls the rates
# towards 0.

pulled = network.to_graph()
pulled.add_edges_from((f"p{i}", f"p{i}", {"weight": -1.0}) for i in range(6))

# %%
# Scipy solves the same problem, as the least squares :math:`\tfrac12 |R^\top p - R^{-1} b|^2` with a Cholesky root
# :math:`R R^\top = (1 + \mathrm{pull}) I - W W^\top`, and comes to the same rates.

found = []
for pull, one in ((0.0, network), (1.0, ng.compile(pulled, neurons))):
    settled = ng.settle(one, np.zeros((1, 0)), solver=ng.solvers.Euler(tol=1e-12, steps=100_000))
    rates = np.array([settled.state[0, one.nodes.index(f"p{i}")] for i in range(6)])
    V = network.matrix().toarray()[[network.nodes.index(f"a{j}") for j in range(3)]]
    V = V[:, [network.nodes.index(f"p{i}") for i in range(6)]].T
    root = np.linalg.cholesky((1.0 + pull) * np.eye(6) - V @ V.T)
    solution, _ = nnls(root.T, np.linalg.solve(root, b))
    print(f"pull {pull:g}: rates {rates.round(4)}, at most {np.abs(rates - solution).max():.0e} from the minimum")
    found.append((rates, solution))
