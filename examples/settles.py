"""
A network that provably settles
===============================

In a complete digraph every neuron hears every other, and with large weights such networks often run in circles. This
one cannot: each neuron leaks what it sends, in absolute value, and a little more, which makes it a contraction whatever
its weights are.
"""

# %%
# The weights are wild, of a standard deviation of 3. :func:`neurograph.dynamics.deep` with the absolute leak, and 0.3
# more, is the neuron; :func:`neurograph.certify` asks every theorem what it proves of the network under this input.

import numpy as np

import neurograph as ng

graph = ng.topologies.complete(inputs=2, hidden=6, outputs=1, bias=True, scale=3.0, seed=2)
network = ng.compile(graph, ng.dynamics.deep("absolute", extra_leak=0.3))
x = [[0.2, 0.9]]
report = ng.certify(network, x)
print(report.claim)
report

# %%
# What is proved can be seen: a thousand states, drawn at random in the box, end in one place.

settled = ng.settle(network, np.repeat(x, 1000, axis=0), start="uniform", seed=0)
print(f"1000 random starts end within {np.ptp(settled.state, axis=0).max():.1g} of each other")

# %%
# A proof of contraction has a Lyapunov function: the distance to the equilibrium, in the norm of the proof. It tells
# how far these states still are from it.

function = report["absolute_leak"].function()
print(f"and are at most {function.value(settled.state).max():.1g} from the equilibrium")

# %%
# In the plane of two neurons, the others at rest, that function is a valley into which every trajectory runs.

figure = ng.plots.lyapunov(network, x, nodes=("h0", "y0"))
figure.savefig("settles.png")
print("Written to settles.png")
figure
