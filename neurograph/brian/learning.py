"""Learning inside Brian2: of each batch one run of both phases, along which the synapses gather the rule's change."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from neurograph._arrays import Floats
from neurograph.brian.phases import FinalState, begin, equilibrium, finish, scheduled
from neurograph.brian.timing import Timing
from neurograph.equations.costs import error
from neurograph.errors import ParameterError
from neurograph.learning.optimisers import Optimiser
from neurograph.learning.phases import Phases
from neurograph.network.network import Network
from neurograph.training.config import TrainingConfig
from neurograph.training.run import Run

if TYPE_CHECKING:
    from neurograph.brian.model import BrianModel


def learn(
    model: BrianModel, y: ArrayLike, beta: float, optimiser: Optimiser, epochs: int, timing: Timing
) -> dict[str, NDArray[np.float64]]:
    """Change the weights and biases of a model, epoch after epoch; see :meth:`BrianModel.learn`."""
    if model.rule is None:
        raise ParameterError(
            "the model has no rule to learn by: build it with one, such as build(network, x, rule=rules.stdp())"
        )
    config = TrainingConfig(rule=model.rule, beta=beta, optimiser=optimiser, epochs=epochs, batch_size=model.batch)
    network = model.compiled.with_weights(model.weights, model.biases)
    run = Run(network, model.starts[:, network.connectivity.inputs], y, config, np.random.default_rng(0))
    history: dict[str, list[float]] = {"cost": [], "error": []}
    for epoch in range(epochs):
        outputs = np.empty_like(run.y)
        for first in range(0, run.y.shape[0], model.batch):
            samples = slice(first, first + model.batch)
            trial = _trial(model, first, run.y[samples], config.strength, timing)
            phases = _phases(model, run.network, trial, config.strength, timing)
            outputs[samples] = phases.free.outputs
            run.update(phases, epoch)
            model.assign_weights(run.network.weights, run.network.biases)
        history["cost"].append(config.cost.mean(outputs, run.y))
        history["error"].append(error(outputs, run.y))
    return {name: np.array(values) for name, values in history.items()}


def _trial(model: BrianModel, first: int, target: Floats, beta: float, timing: Timing) -> FinalState:
    """Run both phases of a batch; give how the free one has ended."""
    recipe, runner = model.recipe, model.runner
    start = model.starts[first : first + model.batch]
    values = begin(recipe, model.compiled, start, target)
    values |= scheduled(recipe, timing, beta, runner.now(), learning=True)
    runner.assign(model.neurons, values)
    if model.synapses is not None:
        runner.assign(model.synapses, {"trace": 0.0})
    runner.run(timing.free + timing.nudged)
    return finish(recipe, runner, model.batch, timing, learning=True)


def _phases(model: BrianModel, network: Network, trial: FinalState, beta: float, timing: Timing) -> Phases:
    """Return a trial as the phases that weights are changed by."""
    free = replace(equilibrium(model.recipe, model.compiled, [trial]), network=network)
    trace = np.zeros(network.weights.size)
    if model.synapses is not None:
        trace = model.runner.read(model.synapses, "trace").reshape(model.batch, -1).sum(axis=0)
    gathered = model.runner.read(model.neurons, "b_trace").reshape(model.batch, -1).sum(axis=0)
    nudged = replace(free, trace=trace, bias_trace=gathered[network.connectivity.biased])
    return Phases(
        free, nudged, None, None, None, np.full(model.batch, beta), np.ones(model.batch, np.bool_), timing.nudged
    )
