"""
Spikes beside rates
===================

A network learns XOR as rates, and runs with spikes in Brian2: what its neurons send, counted, is the equilibrium of the
rate network.
"""

# %%
# The rate network learns, and settles under one sample.

import matplotlib.pyplot as plt
import numpy as np

import neurograph as ng

x, y = ng.tasks.logic("xor")
graph = ng.topologies.complete(inputs=2, hidden=5, outputs=1, bias=True, seed=0)
network = ng.train(ng.compile(graph), x, y, seed=0, progress=False).network
sample = x[1:2]
equilibrium = ng.settle(network, sample).state[0]

# %%
# :func:`neurograph.brian.build` makes Brian2 objects of it. With ``model="spiking"`` each neuron integrates its state
# and sends a spike for each unit; after the time that it takes to settle, spikes are counted.

model = ng.brian.build(network, sample, model="spiking", target="numpy", record=1, seed=0)
rates = model.settle().state[0]
print(f"settling takes {model.times.settling}; rates and equilibrium differ by", np.abs(rates - equilibrium).max())

# %%
# The spikes of each neuron, and its rate beside its equilibrium.

names = [str(node) for node in network.nodes]
rows = np.arange(len(names))
times, neurons = (np.asarray(getattr(model.monitors["spikes"], name)) for name in ("t_", "i"))
settling = float(model.times.settling)

figure, (raster, beside) = plt.subplots(
    1, 2, sharey=True, width_ratios=(3, 1.6), figsize=(9, 3.6), layout="constrained"
)
raster.plot(times, neurons, "|", color="black", markersize=7)
raster.axvspan(0, settling, color="0.92", zorder=0)
raster.text(settling / 2, -0.9, "settles", ha="center", va="center", color="0.4")
raster.text((settling + times.max()) / 2, -0.9, "is counted", ha="center", va="center", color="0.4")
raster.set(xlabel="time (s)", title="spikes", yticks=rows, yticklabels=names, xlim=(0, times.max()))
raster.set_ylim(len(names) - 0.5, -1.4)
beside.barh(rows, equilibrium, height=0.7, color="#9ecae1", label="equilibrium")
beside.plot(rates, rows, "o", color="#08519c", markersize=5, label="counted spikes")
beside.set(xlabel="rate / rmax", title="rates", xlim=(0, 1.09))
beside.legend(frameon=False, loc="upper center", bbox_to_anchor=(0.5, -0.16), ncols=2, fontsize="small")
for axes in (raster, beside):
    axes.spines[["top", "right"]].set_visible(False)
    axes.tick_params(axis="y", length=0)
figure.savefig("spikes.png", dpi=150)
print("Written to spikes.png")
