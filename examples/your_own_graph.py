"""
Any graph learns
================

Zachary's karate club, 34 members and their friendships, computes an exclusive or, and is pruned to the circuit that
does it.
"""

# %%
# Of the club only the wiring is taken. The two leaders are the inputs, and a member between their factions is the
# output; inputs are clamped, so that no edge may end there.

import networkx as nx

import neurograph as ng

club = nx.DiGraph(nx.karate_club_graph().to_directed().edges)
inputs, outputs = [0, 33], [2]
club.remove_edges_from(list(club.in_edges(inputs)))
graph = ng.topologies.from_graph(club, inputs=inputs, outputs=outputs, scale=0.5, seed=0)

# %%
# Training needs nothing but data: the default rule learns on every digraph.

x, y = ng.tasks.logic("xor")
fit = ng.train(ng.compile(graph), x, y, seed=0)
print(f"XOR is learned after {fit.epochs} epochs")
fit

# %%
# Half of the edges go, those of the smallest weights, and with them what then leads nowhere.

pruning = ng.prune(fit.network, ng.pruning.magnitude(fraction=0.5))
network = pruning.network
print(f"{network.weights.size} of {fit.network.weights.size} edges stay, and still answer", end=" ")
print(ng.settle(network, x).outputs.round(2).ravel())
pruning

# %%
# What is left is certified, whatever comes in.

print(ng.certify(network).claim)

# %%
# Its picture, and a file that Gephi, igraph and yEd open.

print("Written to", ng.write(network, "club.graphml"))
ng.plots.network(network)
