"""A neuron and a learning rule of one's own, a line each; everything else follows from the expressions.

Run from the root of the source: ``.venv/bin/python examples/your_own_neuron.py``
"""

import numpy as np

import neurograph as ng


def main() -> ng.Network:
    """Train a network of adapting neurons with a rule that weighs by the postsynaptic gain; give it."""
    neuron = ng.Dynamics("(-s + tanh(I + b))/tau", parameters={"tau": 2.0}, name="slow tanh")
    rule = ng.Rule("pre_free*post_slope*(post_nudged - post_free)/beta", name="gain-weighted")
    print(neuron.latex())

    graph = ng.topologies.layered(inputs=2, hidden=(8,), outputs=1, bias="neurons", scale=0.5, seed=1)
    graph.nodes["y0"]["tau"] = 1.0  # a parameter of one node, as a node attribute
    network = ng.compile(graph, dynamics=neuron)

    x, y = ng.tasks.logic("xor")
    fit = ng.train(
        network, x, y, rule=rule, beta=0.5, optimiser=ng.optimisers.sgd(0.2, momentum=0.9), epochs=2000, seed=0
    )
    print(fit)
    settled = ng.settle(fit.network, x)
    print(settled.outputs.round(2).ravel())
    free = fit.network.connectivity.free
    jacobian = fit.network.jacobian(settled.state[0])[free][:, free].toarray()
    print(f"rightmost eigenvalue at the first equilibrium: {np.linalg.eigvals(jacobian).real.max():.3f}")
    return fit.network


if __name__ == "__main__":
    main()
