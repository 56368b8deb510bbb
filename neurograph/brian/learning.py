"""Learning inside Brian2: of each batch one run of both phases, along which the synapses gather the rule's change."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from neurograph.brian.batches import Batches
from neurograph.brian.phases import FinalState, equilibrium
from neurograph.brian.timing import Timing
from neurograph.equations.costs import error
from neurograph.learning.phases import Phases
from neurograph.network.compilation import check_symmetric
from neurograph.network.network import Network
from neurograph.training.config import TrainingConfig
from neurograph.training.problem import checked_data
from neurograph.training.update import first_optimiser_state, updated


def learn(batches: Batches, y: ArrayLike, config: TrainingConfig, timing: Timing) -> dict[str, NDArray[np.float64]]:
    """Change the weights and biases, epoch after epoch; see :meth:`neurograph.brian.BrianModel.learn`."""
    network = batches.compiled.with_weights(batches.weights, batches.biases)
    check_symmetric(network, config.rule.name if config.rule.symmetric else None)
    _, target = checked_data(network, batches.starts[:, network.connectivity.inputs], y, config)
    optimiser_state = first_optimiser_state(network, config.optimiser)
    history: dict[str, list[float]] = {"cost": [], "error": []}
    for epoch in range(config.epochs):
        outputs = np.empty_like(target)
        for first in range(0, target.shape[0], batches.batch):
            final = batches.run_batch(first, target, config.strength, timing, learning=True)
            phases = _phases(batches, network, final, config.strength, timing)
            outputs[first : first + batches.batch] = phases.free.outputs
            network, optimiser_state = updated(network, config, optimiser_state, phases, epoch)
            batches.assign_weights(network.weights, network.biases)
        history["cost"].append(config.cost.mean(outputs, target))
        history["error"].append(error(outputs, target))
    return {name: np.array(values) for name, values in history.items()}


def _phases(batches: Batches, network: Network, final: FinalState, beta: float, timing: Timing) -> Phases:
    """Return a run as the phases that weights are changed by: the free one, and what was gathered along the other."""

    def gathered(group: object, name: str) -> NDArray[np.float64]:
        return np.asarray(batches.runner.read(group, name).reshape(batches.batch, -1).sum(axis=0))

    free = replace(equilibrium(batches.recipe, batches.compiled, [final]), network=network)
    trace = np.zeros(network.weights.size) if batches.synapses is None else gathered(batches.synapses, "trace")
    bias_trace = gathered(batches.neurons, "b_trace")[network.connectivity.biased]
    nudged = replace(free, trace=trace, bias_trace=bias_trace)
    learned = np.ones(batches.batch, np.bool_)
    return Phases(free, nudged, None, None, None, np.full(batches.batch, beta), learned, timing.nudged)
