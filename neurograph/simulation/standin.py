"""A stand-in for simulate() of rates, by the network's own equations."""

from types import SimpleNamespace
from typing import Any

import numpy as np

from neurograph.errors import DivergenceError


def simulate(network: Any, x: Any, *, dt: float, method: str, record: Any, progress: Any = None) -> Any:
    """Run Euler's method."""
    with np.errstate(all="ignore"):
        return _run(network, x, dt, record)


def _run(network: Any, x: Any, dt: float, record: Any) -> Any:
    table = network.connectivity.table
    W = network.matrix()
    values = dict(network.constants)
    free = table.free
    states = np.zeros((x.shape[0], len(network.nodes)))
    states[:, table.roles == 2] = 1.0
    index = [network.nodes.index(node) for node in record.nodes]
    frames = []
    for t in range(x.shape[1]):
        states[:, network.connectivity.inputs] = x[:, t]
        summed = (W @ states.T).T
        if not np.isfinite(states).all():
            raise DivergenceError("diverged")
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
    return SimpleNamespace(states=np.stack(frames, axis=1), outputs=None, interrupted=False)
