"""
Your own neuron and your own rule
=================================

A neuron and a learning rule of one's own are a line each. Everything else follows from the expressions: derivatives,
compiled code, the Jacobian, and the equation as it is printed.
"""

# %%
# A neuron with a time constant, which each node may have of its own; a rule that weighs by how much the postsynaptic
# neuron gains.

import numpy as np

import neurograph as ng

neuron = ng.Dynamics("(-s + tanh(I + b))/tau", parameters={"tau": 2.0}, name="slow tanh")
rule = ng.Rule("pre_free*post_slope*(post_nudged - post_free)/beta", name="gain-weighted")
print(neuron.latex())

# %%
# A parameter of one node is a node attribute: the output is twice as fast.

graph = ng.topologies.layered(inputs=2, hidden=(8,), outputs=1, bias="neurons", scale=0.5, seed=1)
graph.nodes["y0"]["tau"] = 1.0
network = ng.compile(graph, dynamics=neuron)
network

# %%
# They are used like those that come with neurograph.

x, y = ng.tasks.logic("xor")
optimiser = ng.optimisers.sgd(0.2, momentum=0.9)
fit = ng.train(network, x, y, rule=rule, beta=0.5, optimiser=optimiser, epochs=2000, seed=0)
network = fit.network
settled = ng.settle(network, x)
print(f"XOR is learned after {fit.epochs} epochs: {settled.outputs.round(2).ravel()}")
ng.plots.cost(fit)

# %%
# The Jacobian comes from the expression, too: its eigenvalues say how the network returns to its first equilibrium.

free = network.connectivity.free
jacobian = network.jacobian(settled.state[0])[free][:, free].toarray()
print(f"rightmost eigenvalue at the first equilibrium: {np.linalg.eigvals(jacobian).real.max():.3f}")
