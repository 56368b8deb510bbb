r"""
Excitation and inhibition in balance
====================================

Two populations send large inputs of both signs, which cancel to what a neuron can bear. With :math:`K` edges of weight
:math:`j/\sqrt K` from each population into every neuron, the mean rates follow from two linear equations (van
Vreeswijk and Sompolinsky, Science 274, 1996),

.. math:: r_E = \sqrt K (j_{EE} r_E - j_{EI} r_I + e_E), \qquad r_I = \sqrt K (j_{IE} r_E - j_{II} r_I + e_I).
"""

# %%
# The same number of edges, drawn at random, goes into every neuron from each population. A node names its population,
# and the sign that its outgoing weights have; the drive is one input.

import matplotlib.pyplot as plt
import networkx as nx
import numpy as np

import neurograph as ng

SIZES = {"excitatory": 400, "inhibitory": 100}
EDGES = 50  # from each population into every neuron
STRENGTHS = {"excitatory": (0.4, -0.8), "inhibitory": (0.6, -0.7)}  # from excitatory, from inhibitory neurons
DRIVES = {"excitatory": 0.3, "inhibitory": 0.2}

rng, graph = np.random.default_rng(0), nx.DiGraph()
graph.add_node("drive", role="input")
for name, count in SIZES.items():
    graph.add_nodes_from(((name, k) for k in range(count)), population=name, sign=name, role="output")
for name, k in [node for node in graph if node != "drive"]:
    graph.add_edge("drive", (name, k), weight=np.sqrt(EDGES) * DRIVES[name])
    for (other, count), strength in zip(SIZES.items(), STRENGTHS[name], strict=True):
        chosen = rng.choice(np.setdiff1d(np.arange(count), [k] if other == name else []), EDGES, replace=False)
        edges = (((other, int(j)), (name, k)) for j in chosen)
        graph.add_edges_from(edges, weight=strength / np.sqrt(EDGES))

# %%
# Each population has an equation of its own: excitatory neurons are twice as slow.

slow = ng.Dynamics("(-s + relu(I))/tau", parameters={"tau": 2.0}, name="slow relu")
network = ng.compile(graph, dynamics={"excitatory": slow, "inhibitory": ng.dynamics.additive("relu")})
network

# %%
# The mean rates of the settled network are those of the two equations, though single neurons differ widely.

state = ng.settle(network, [[1.0]]).state[0]
rates = np.array([state[[node[0] == name for node in network.nodes]].mean() for name in SIZES])

coupling, drive = np.array(list(STRENGTHS.values())), np.array(list(DRIVES.values()))
expected = np.linalg.solve(np.eye(2) / np.sqrt(EDGES) - coupling, drive)
for name, rate, known in zip(SIZES, rates, expected, strict=True):
    print(f"{name:<11} rate {rate:.3f}, by the two equations {known:.3f}")

# %%
# What goes into an excitatory neuron is ten times what is left of it.

into = np.sqrt(EDGES) * np.array([coupling[0, 0] * rates[0] + drive[0], coupling[0, 1] * rates[1]])
print(f"into an excitatory neuron: {into[0]:.2f} and {into[1]:.2f}, which leaves {into.sum():.2f}")

# %%
# The rates of single neurons differ, for the edges are drawn; the lines are the means that the two equations give.

figure, ax = plt.subplots(figsize=(6, 3), layout="constrained")
for name, known, color in zip(SIZES, expected, ("#0072B2", "#D55E00"), strict=True):
    own = state[[node[0] == name for node in network.nodes]]
    ax.hist(own, bins=np.linspace(0, state.max(), 30), density=True, alpha=0.6, color=color, label=name)
    ax.axvline(known, color=color)
ax.set(xlabel="rate", ylabel="density of neurons")
ax.legend(frameon=False)
figure.savefig("balance.png", dpi=150)
print("Written to balance.png")
