"""Learning inside Brian2: epoch after epoch over the batches, each of which is one run of both phases."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike, NDArray

from neurograph._arrays import Floats
from neurograph.equations.costs import error
from neurograph.learning.phases import Phases
from neurograph.network.network import Network
from neurograph.training.config import TrainingConfig
from neurograph.training.epoch import checked_data, updated

Run = Callable[[Network, int, Floats], Phases]
"""Both phases of the batch that begins at a sample, with these weights and targets."""


def learn(
    network: Network, x: Floats, y: ArrayLike, config: TrainingConfig, run: Run
) -> tuple[Network, dict[str, NDArray[np.float64]]]:
    """Return the network that has learned, and the cost and error of each epoch; see :meth:`BrianModel.learn`."""
    _, targets = checked_data(network, x, y, config)
    batch = config.batch(targets.shape[0])
    optimiser_state = config.optimiser.begin(network.weights.size + network.connectivity.biased.size)
    history: dict[str, list[float]] = {"cost": [], "error": []}
    for epoch in range(config.epochs):
        outputs = np.empty_like(targets)
        for first in range(0, targets.shape[0], batch):
            samples = slice(first, first + batch)
            phases = run(network, first, targets[samples])
            outputs[samples] = phases.free.outputs
            network, optimiser_state = updated(network, config, optimiser_state, phases, epoch)
        history["cost"].append(config.cost.mean(outputs, targets))
        history["error"].append(error(outputs, targets))
    return network, {name: np.array(values) for name, values in history.items()}
