"""Networks and inputs that the tests of the solvers share."""

import numpy as np

import neurograph as ng

X = np.array([[0.0, 0.0], [0.3, 1.0], [1.0, 0.2], [1.0, 1.0], [0.5, 0.5]])


def small(dynamics=None, seed=0, **options):
    bias = "neurons" if dynamics is not None and dynamics.uses_bias else True
    graph = ng.topologies.complete(inputs=2, hidden=5, outputs=2, bias=bias, seed=seed, **options)
    return ng.compile(graph, dynamics=dynamics)


def transposed_residual(network, state, response, force):
    """max abs(J' d + force) / max abs(force) of each sample, for d (batch, nodes) at a free equilibrium."""
    moving = ~network.held(state)
    own, input_slope = (network.at_nodes(network.dynamics.slope(name), state) for name in ("s", "I"))
    back = (network.matrix().T @ (moving * input_slope * response).T).T
    total = own * response + network.at_nodes(network.dynamics.transfer_slope, state) * back
    total[:, network.connectivity.outputs] += force
    largest = np.max(np.abs(force), axis=1, initial=0.0)
    residual = np.max(np.abs(np.where(moving, total, 0.0)), axis=1, initial=0.0)
    return residual / np.where(largest > 0.0, largest, 1.0)
