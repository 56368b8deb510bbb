"""
Your own equations in Brian2
============================

A trained network becomes Brian2 objects, and its neurons get an equation of one's own: they tire. How much fatigue can
a network bear that was trained without any?
"""

# %%
# The network learns XOR as it is.

import brian2

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
