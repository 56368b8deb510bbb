"""
A network from a table of edges
===============================

A table from elsewhere becomes a network: roles and signs are given, it is trained, and written for other tools. The
table is made up, but has what connectomes have: counts of synapses, a transmitter, edges into sensory cells.
"""

# %%
# Any table of edges serves, a column for each attribute. With pandas it would come from a file.

import csv

import neurograph as ng

TABLE = """\
presynaptic,postsynaptic,synapses,transmitter
touch_left,inter_2,43,acetylcholine
touch_left,inter_3,1,acetylcholine
touch_left,inter_7,6,acetylcholine
touch_left,motor,14,acetylcholine
touch_right,inter_2,8,acetylcholine
touch_right,inter_3,6,acetylcholine
touch_right,inter_5,8,acetylcholine
inter_1,inter_4,20,acetylcholine
inter_1,inter_8,11,acetylcholine
inter_2,touch_left,9,GABA
inter_2,inter_3,5,GABA
inter_2,inter_7,12,GABA
inter_3,inter_1,1,acetylcholine
inter_3,inter_7,1,acetylcholine
inter_4,inter_1,3,acetylcholine
inter_4,inter_5,2,acetylcholine
inter_4,motor,11,acetylcholine
inter_5,inter_3,18,GABA
inter_5,inter_4,10,GABA
inter_5,inter_6,19,GABA
inter_5,inter_7,12,GABA
inter_5,inter_8,1,GABA
inter_5,motor,6,GABA
inter_6,touch_left,2,acetylcholine
inter_6,inter_1,13,acetylcholine
inter_7,inter_1,12,GABA
inter_7,inter_2,3,GABA
inter_7,inter_3,30,GABA
inter_7,inter_5,2,GABA
inter_8,inter_2,7,acetylcholine
inter_8,inter_3,1,acetylcholine
inter_8,inter_4,5,acetylcholine
inter_8,inter_5,10,acetylcholine
motor,inter_5,16,acetylcholine
motor,inter_6,1,acetylcholine
"""

# %%
# :func:`neurograph.topologies.from_edges` wants columns named ``pre``, ``post`` and ``weight``; others are kept, and
# written again. Sensory neurons are inputs, which are clamped, so that edges into them are left out; GABA inhibits.

SENSORY, MOTOR = ["touch_left", "touch_right"], ["motor"]
SIGN = {"acetylcholine": 1, "GABA": -1}

rows = [row for row in csv.DictReader(TABLE.splitlines()) if row["postsynaptic"] not in SENSORY]
columns = {
    "pre": [row["presynaptic"] for row in rows],
    "post": [row["postsynaptic"] for row in rows],
    "weight": [0.05 * SIGN[row["transmitter"]] * int(row["synapses"]) for row in rows],
    "transmitter": [row["transmitter"] for row in rows],
}
graph = ng.topologies.from_edges(columns, inputs=SENSORY, outputs=MOTOR).to_graph()

# %%
# A sign at a node is one that training keeps: no excitatory neuron becomes an inhibitory one (Dale's law).

for neuron, _, transmitter in graph.edges(data="transmitter"):
    graph.nodes[neuron]["sign"] = SIGN[transmitter]
x, y = ng.tasks.logic("xor")
fit = ng.train(ng.compile(graph), x, y, seed=0)
print(f"XOR is learned after {fit.epochs} epochs")
fit

# %%
# Written as a table, the network opens in every spreadsheet. Nodes, and what is of the whole network, have a file each.

path = ng.write(fit.network, "circuit.csv")
print(*path.read_text("utf-8").splitlines()[:4], sep="\n")
print("Written to circuit.csv, circuit.nodes.csv and circuit.graph.csv")

# %%
# What is read again is the same network.

network = ng.compile(ng.read(path))
print("answers:", ng.settle(network, x).outputs.round(2).ravel())
ng.plots.network(network)
