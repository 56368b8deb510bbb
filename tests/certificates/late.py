"""Networks with delays, stepped in numpy: what certificates about delays are held against."""

import numpy as np

from neurograph.network.compilation import compile


def with_delays(network, delays):
    """Return the network with a delay for each of its edges."""
    graph = network.to_graph()
    for edge, delay in zip(network.edges, delays, strict=True):
        graph.edges[edge]["delay"] = float(delay)
    return compile(graph, network.dynamics)


def stepped(network, start, dt, steps):
    """Take Euler steps from states (batch, nodes) that were so for ever; give all (steps + 1, batch, nodes)."""
    lags = np.zeros(len(network.edges), int) if network.delays is None else np.round(network.delays / dt).astype(int)
    assert network.delays is None or np.allclose(lags * dt, network.delays)
    matrices = {}
    for lag in np.unique(lags).tolist():
        matrix = network.matrix().toarray()
        matrix[network.connectivity.post[lags != lag], network.connectivity.pre[lags != lag]] = 0.0
        matrices[lag] = matrix
    free, (low, high) = network.connectivity.free, network.box
    states = [np.array(start, float)]
    for n in range(steps):
        total = sum(network.sent(states[max(n - lag, 0)]) @ matrix.T for lag, matrix in matrices.items())
        drift = network.dynamics.drift_equation(**network.constants, s=states[n], I=total)
        new = states[n].copy()
        new[:, free] = np.clip(states[n] + dt * drift, low, high)[:, free]
        states.append(new)
    return np.array(states)


def starts(network, x, count, seed, wide=3.0):
    """Draw states (count, nodes) under one input (inputs,)."""
    low, high = network.box
    state = np.random.default_rng(seed).uniform(
        np.maximum(low, -wide), np.minimum(high, wide), (count, len(network.nodes))
    )
    state[:, network.connectivity.bias_nodes] = 1.0
    state[:, network.connectivity.inputs] = x
    return state
