"""A stand-in for simulate() of rates, by the network's own equations."""

from types import SimpleNamespace
from typing import Any

import numpy as np


def simulate(network: Any, x: Any, *, dt: float, method: str, record: Any, progress: Any = None) -> Any:
    """Run Euler's method."""
    table = network.connectivity.table
    W = network.matrix()
    values = {name: one for name, one in network.constants.items()}
    free = table.free
    states = np.zeros((x.shape[0], len(network.nodes)))
    states[:, table.roles == 2] = 1.0
    index = [network.nodes.index(node) for node in record.nodes]
    frames = []
    for t in range(x.shape[1]):
        states[:, network.connectivity.inputs] = x[:, t]
        summed = (W @ states.T).T
        drift = eval(
            network.dynamics.drift,
            {
                "tanh": np.tanh,
                "relu": lambda v: np.maximum(v, 0),
                "sigmoid": lambda v: 1 / (1 + np.exp(-v)),
                "s": states,
                "I": summed,
                **values,
            },
        )
        states = np.where(free, states + dt * drift, states)
        if (t + 1) % record.every == 0:
            frames.append(states[:, index])
    return SimpleNamespace(states=np.stack(frames, axis=1), outputs=None)
