"""Training along sequences, of unitary networks: runs, gradients through time, steps on the manifold of W."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from neurograph._arrays import Floats
from neurograph.equations.costs import error
from neurograph.errors import DataError, DivergenceError, ParameterError
from neurograph.learning import rules
from neurograph.learning.optimisers import OptimiserState
from neurograph.learning.rules import ThroughTime
from neurograph.learning.through_time import Pass, backward, forward
from neurograph.learning.turning import Turning
from neurograph.network.network import Network
from neurograph.network.relay_layers import relay_layers
from neurograph.network.sequences import checked_sequence_targets, checked_sequences, checked_state
from neurograph.pruning.base import RemovedEdges
from neurograph.solvers import Auto
from neurograph.training.config import TrainingConfig
from neurograph.training.state import TrainingState, restored_generator

Array = NDArray[np.float64]

BUMP = 1e-5
"""How far a parameter is moved for a central difference."""


@dataclass(frozen=True, eq=False)
class Sequences:
    """What a unitary network is to learn, and how.

    Attributes
    ----------
    config : TrainingConfig
    x : array (samples, time, inputs)
    y : array (samples, time or 1, outputs)
        Of every step, or of the last alone.
    start : complex array (samples, neurons)
    turning : Turning
        What learns.
    """

    config: TrainingConfig
    x: Array
    y: Array
    start: NDArray[np.complex128]
    turning: Turning

    @classmethod
    def of(cls, network: Network, x: ArrayLike, y: ArrayLike, config: TrainingConfig) -> Sequences:
        """Check x, y and the configuration against the network.

        Raises
        ------
        DataError
            If x or y is no sequence, or does not fit the network.
        GraphError
            If a factor that learns is not unitary.
        ParameterError
            If an argument says nothing of a unitary network.
        """
        _check_config(config)
        inputs = checked_sequences(network, x)
        targets = checked_sequence_targets(network, y, *inputs.shape[:2], config.cost)
        count = relay_layers(network.connectivity).neurons.size
        start = checked_state(network, config.start, inputs.shape[0], count)
        size = config.batch(inputs.shape[0])
        if size > inputs.shape[0]:
            raise DataError(
                f"batch_size is {size} but x has {inputs.shape[0]} samples: expected at most as many, or None for all "
                "at once"
            )
        return cls(config, inputs, targets, start, Turning.of(network))

    def forward(self, network: Network) -> Pass:
        """Return the cost of all samples."""
        return forward(network, self.x, self.y, self.config.cost, self.start)

    def backward(self, network: Network, batch: NDArray[np.int64] | slice = slice(None)) -> Pass:
        """Return the cost of some samples, and its gradient."""
        chosen = self.x[batch], self.y[batch]
        return backward(network, self.turning, *chosen, self.config.cost, self.start[batch])


def _check_config(config: TrainingConfig) -> None:
    if config.rule != rules.asymmetric_ep() and not isinstance(config.rule, ThroughTime):
        raise ParameterError(
            f"rule is {config.rule.name}, which learns from equilibria, and a unitary network has none: expected "
            "rules.through_time(), or no rule"
        )
    given = {
        "solver": config.solver != Auto(),
        "pruner": config.pruner is not None,
        "keep": config.keep is not None,
        "validation": config.validation is not None,
        "checkpoint": config.checkpoint is not None,
    }
    for name, there in given.items():
        if there:
            remedy = {"pruner": "prune(fit.network, pruning.factors(...)) takes whole factors out", "keep": "W stays "
                      "unitary by itself, as certify(fit.network) proves"}.get(name, "leave it out")  # fmt: skip
            raise ParameterError(
                f"{name} is given, which says nothing of a unitary network as it learns: expected no {name}; {remedy}"
            )


def begin_in_time(problem: Sequences, network: Network, rng: np.random.Generator) -> TrainingState:
    """Return the state before the first epoch."""
    return TrainingState(
        network=network,
        best=network,
        history={name: np.empty(0) for name in ("cost", "error", "edges")},
        removed=RemovedEdges.none(network),
        state=problem.start,
        optimiser_state=problem.config.optimiser.begin(problem.turning.size),
        generator=dict(rng.bit_generator.state),
        held_out=np.empty(0, np.int64),
    )


def go_on_in_time(problem: Sequences, fit: TrainingState) -> TrainingState:
    """Return the state in which a run goes on where a fit ended.

    Raises
    ------
    ParameterError
        If the optimiser is of another kind.
    """
    fresh = problem.config.optimiser.begin(problem.turning.size)
    if [np.shape(part) for part in fit.optimiser_state] != [np.shape(part) for part in fresh]:
        raise ParameterError(
            f"optimiser is {problem.config.optimiser!r}, which is of another kind than the fit's: expected the same"
        )
    return replace(fit, finished="")


def epoch_in_time(problem: Sequences, state: TrainingState) -> TrainingState:
    """Return the state after one more pass through the samples, batch by batch."""
    config, rng, samples = problem.config, restored_generator(state.generator), problem.x.shape[0]
    network, kept, size = state.network, state.optimiser_state, config.batch(samples)
    order = np.arange(samples) if size == samples else rng.permutation(samples)
    outputs = np.empty((samples, problem.y.shape[1], problem.y.shape[2]))
    states, cost = np.empty_like(problem.start), 0.0
    for first in range(0, samples, size):
        batch = order[first : first + size]
        found = problem.backward(network, batch)
        network, kept = _stepped(problem, network, kept, found, state.epochs)
        cost += found.cost * batch.size / samples
        outputs[batch], states[batch] = found.outputs, found.last
    wrong = error(outputs.reshape(-1, outputs.shape[2]), problem.y.reshape(-1, outputs.shape[2]))
    measured = {"cost": cost, "error": wrong, "edges": float(network.weights.size)}
    better = cost < state.best_cost
    best_epoch = state.epochs if better else state.best_epoch
    return TrainingState(
        network=network,
        best=network,
        history={name: np.append(values, measured[name]) for name, values in state.history.items()},
        removed=state.removed,
        state=states,
        optimiser_state=kept,
        generator=dict(rng.bit_generator.state),
        held_out=state.held_out,
        best_cost=cost if better else state.best_cost,
        best_epoch=best_epoch,
        finished=_finished(problem, network, cost, state.epochs - best_epoch),
    )


def _stepped(
    problem: Sequences, network: Network, kept: OptimiserState, found: Pass, epoch: int
) -> tuple[Network, OptimiserState]:
    """Return the network after an update, and what the optimiser remembers."""
    turning, slope = problem.turning, found.slope
    assert slope is not None
    values, kept = problem.config.optimiser.step(turning.vector(network), -slope, kept, turning.weights, epoch)
    if not np.all(np.isfinite(values)):
        raise DivergenceError(
            f"a parameter is no longer finite after an update in epoch {epoch}: expected finite numbers; lower the "
            "learning rate, or give the optimiser a max_step"
        )
    return turning.moved(network, values), kept


def _finished(problem: Sequences, network: Network, cost: float, since_best: int) -> str:
    config, why = problem.config, ""
    if config.patience is not None and since_best >= config.patience:
        why = f"stopped, no better for {config.patience} epochs"
    if config.target_cost is not None and cost <= config.target_cost and problem.forward(network).cost <= (
        config.target_cost
    ):  # fmt: skip
        why = f"stopped at cost {config.target_cost:g}"
    return why


def central_differences(problem: Sequences, network: Network) -> Floats:
    """Return the derivative of the cost by each parameter, from runs with it a little smaller and larger."""
    values = problem.turning.vector(network)
    found = np.empty_like(values)
    for place in range(values.size):
        costs = []
        for sign in (1.0, -1.0):
            moved = values.copy()
            moved[place] += sign * BUMP
            costs.append(problem.forward(problem.turning.moved(network, moved)).cost)
        found[place] = (costs[0] - costs[1]) / (2.0 * BUMP)
    return found
