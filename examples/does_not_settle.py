"""
A stable matrix, and two equilibria
===================================

Without its box this network of two neurons would go to one equilibrium from everywhere, for its matrix is stable. With
the box it has two, and :func:`neurograph.certify` refutes what one might have hoped for.
"""

# %%
# Neuron ``a`` excites itself, and each neuron drives the other. The spectral abscissa, the largest real part of the
# eigenvalues of the Jacobian, is negative.

import matplotlib.pyplot as plt
import networkx as nx
import numpy as np

import neurograph as ng

graph = nx.DiGraph()
graph.add_node("a", role="output", bias=-0.1)
graph.add_node("b", bias=-1.2)
graph.add_weighted_edges_from([("a", "a", 2.0), ("b", "a", -2.0), ("a", "b", 2.0), ("b", "b", -1.0)])
network = ng.compile(graph, ng.dynamics.vector_field())
abscissa = np.linalg.eigvals(network.jacobian([0.5, 0.5]).toarray()).real.max()
print(f"without the box every state would go to one equilibrium: the spectral abscissa is {abscissa:g}")

# %%
# In a box there is one equilibrium for every bias only if minus the Jacobian is a P-matrix, all of whose principal
# minors are positive. This one is not, which is a refutation, not a failure to prove.

report = ng.certify(network)
print(report["p_matrix"].statement)
report

# %%
# Sixty-four states, spread over the box, say the same: they end in two places. There are no inputs.

side = np.linspace(0.03, 0.97, 8)
starts = np.stack(np.meshgrid(side, side), axis=-1).reshape(-1, 2)
nothing = np.zeros((len(starts), 0))
settled = ng.settle(network, nothing, start=starts, solver=ng.solvers.Euler(dt=0.02), record=1)
ends = np.unique(settled.state.round(4), axis=0)
print("equilibria:", ends.tolist())

# %%
# Each path has the colour of where it ends.

figure, ax = plt.subplots(figsize=(4.2, 4.0), layout="constrained", dpi=150)
for path in settled.trajectory.state:
    right = path[-1, 0] > 0.5
    label = f"to the {'right' if right else 'left'} equilibrium"
    ax.plot(*path.T, color="#0072B2" if right else "#D55E00", linewidth=1.0, label=label)
ax.plot(*ends.T, "o", color="#262626", markersize=8, clip_on=False, label="equilibrium")
ax.set(xlabel="state of a", ylabel="state of b", xlim=(0, 1), ylim=(0, 1), aspect="equal")
handles, labels = ax.get_legend_handles_labels()
one_each = dict(zip(labels, handles, strict=True))
figure.legend(one_each.values(), one_each, loc="outside lower center", ncols=2, fontsize="small", frameon=False)
figure.savefig("does_not_settle.png")
print("Written to does_not_settle.png")
