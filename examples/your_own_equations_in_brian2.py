"""
Your own equations in Brian2
============================

A trained network becomes Brian2 objects, and its neurons get an equation of one's own: they tire. How much fatigue can
a network bear that was trained without any?
"""

# %%
# The network learns XOR as it is.

import brian2
import matplotlib.pyplot as plt
import numpy as np

import neurograph as ng

x, y = ng.tasks.logic("xor")
graph = ng.topologies.complete(inputs=2, hidden=5, outputs=1, bias=True, seed=0)
network = ng.train(ng.compile(graph), x, y, seed=0, progress=False).network
network

# %%
# In Brian2's own words: fatigue follows the state of a neuron within 100 ms, and is taken from what it receives.

FATIGUE = """
dfatigue/dt = (s - fatigue)/tau_fatigue : 1
I_ext = -strength*fatigue : 1
"""

# %%
# A little fatigue is borne; much is not. The objects are Brian2's, and every variable can be read.

outputs = {}
for strength in (0.0, 0.1, 0.5):
    constants = {"tau_fatigue": 100 * brian2.ms, "strength": strength}
    model = ng.brian.build(network, x, target="numpy", extra_equations=FATIGUE, namespace=constants)
    outputs[strength] = model.settle(1 * brian2.second).outputs.ravel()
    tired = model.neurons.fatigue[model.node_indices["y0"]]
    print(f"strength {strength}: outputs {outputs[strength].round(2)}, fatigue of the output {tired.round(2)}")

# %%
# These are all equations of a neuron, the added ones among them.

print(model.equations)

# %%
# The outputs under the four patterns, as fatigue grows; right is on the side of the line that the pattern's answer is.

figure, ax = plt.subplots(figsize=(6, 3), layout="constrained")
for k, (strength, answers) in enumerate(outputs.items()):
    ax.bar(np.arange(4) + 0.25 * (k - 1), answers, width=0.22, label=f"strength {strength}")
ax.axhline(0.5, color="0.4", linewidth=0.8)
ax.set(xlabel="pattern", ylabel="output", xticks=range(4), xticklabels=[f"{a:g}, {b:g}" for a, b in x])
ax.legend(frameon=False)
figure.savefig("fatigue.png", dpi=150)
print("Written to fatigue.png")
