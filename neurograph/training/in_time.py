"""Training along sequences, of unitary networks: runs, gradients through time, steps on the manifold of W."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from neurograph._arrays import Floats
from neurograph.equations.costs import Cost, error
from neurograph.errors import DivergenceError, ParameterError
from neurograph.graphs.labelled import shown
from neurograph.learning.optimiser import OptimiserState
from neurograph.learning.rule import ThroughTime
from neurograph.network.network import Network
from neurograph.network.relay_layers import relay_layers
from neurograph.network.sequences import checked_sequence_targets, checked_sequences, checked_state
from neurograph.simulation.through_time import backward, forward
from neurograph.simulation.turning import Turning
from neurograph.solvers import Auto
from neurograph.training.config import TrainingConfig
from neurograph.training.plan import Update
from neurograph.training.problem import Problem

Array = NDArray[Any]

BUMP = 1e-5
"""How far a parameter is moved for a central difference."""


@dataclass(frozen=True, eq=False)
class Run:
    """What an update knows of its samples, as a phase is: :class:`neurograph.learning.phases.Phases`.

    Attributes
    ----------
    state : complex array (batch, neurons)
        The last states.
    settled : float
    learned : bool array (batch,)
        That all are learned from: there is nothing that could fail to settle.
    """

    state: Array
    settled: float
    learned: NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Sequences(Problem):
    """What a unitary network is to learn: x is (samples, time, inputs), y (samples, time or 1, outputs).

    Attributes
    ----------
    start : complex array (samples, neurons)
    turning : Turning
        What learns.
    answers : array (samples, time or 1, outputs)
        Working memory: the outputs of each sample before its own update.
    """

    turning: Turning = field(kw_only=True)
    answers: Array = field(kw_only=True, repr=False)

    @classmethod
    def of(cls, network: Network, x: ArrayLike, y: ArrayLike | None, config: TrainingConfig) -> Sequences:
        """Check x, y and the configuration against the network.

        Raises
        ------
        DataError
            If x or y is no sequence, or does not fit the network.
        GraphError
            If a factor that learns is not unitary.
        ParameterError
            If an argument says nothing of a unitary network, or y is missing.
        """
        _check_config(config)
        if y is None:
            raise ParameterError(
                f"y is missing: expected the targets of the outputs {shown(network.outputs)} at every step, or at the "
                "last, for each sample of x"
            )
        inputs, targets, start = _checked(network, x, y, config)
        given = None
        if isinstance(config.validation, tuple):
            if len(config.validation) != 2:
                raise ParameterError(
                    f"validation has {len(config.validation)} parts: expected a share, or a pair (x, y)"
                )
            given = _checked(network, *config.validation, _elsewhere(config))[:2]
        return cls(config, inputs, targets, start, given, turning=Turning.of(network), answers=np.empty_like(targets))

    def first_optimiser_state(self, network: Network) -> OptimiserState:
        """Return what the optimiser remembers before the first update."""
        return self.config.optimiser.begin(self.turning.size)

    def update(
        self,
        network: Network,
        optimiser_state: OptimiserState,
        states: Floats,
        batch: NDArray[np.int64],
        rng: np.random.Generator,
        epoch: int,
    ) -> Update:
        """Return what the samples of a batch lead to.

        Raises
        ------
        DivergenceError
            If a parameter is no longer finite.
        """
        found = backward(network, self.turning, self.x[batch], self.y[batch], self.config.cost, self.start[batch])
        assert found.slope is not None
        self.answers[batch] = found.outputs
        turning, optimiser = self.turning, self.config.optimiser
        values, kept = optimiser.step(turning.vector(network), -found.slope, optimiser_state, turning.weights, epoch)
        if not np.all(np.isfinite(values)):
            raise DivergenceError(
                f"a parameter is no longer finite after an update in epoch {epoch}: expected finite numbers; lower the "
                "learning rate, or give the optimiser a max_step"
            )
        run: Any = Run(found.last, 1.0, np.ones(batch.size, np.bool_))
        return Update(turning.moved(network, values), kept, run)

    def measured(
        self,
        network: Network,
        states: Floats,
        samples: NDArray[np.int64],
        held_out: NDArray[np.int64],
        rng: np.random.Generator,
    ) -> dict[str, float]:
        """Return what an epoch adds to the history."""
        values = _judged(self.config.cost, self.answers[samples], self.y[samples])
        if self.config.validation is not None:
            if self.given is None:
                x, y, start = self.x[held_out], self.y[held_out], self.start[held_out]
            else:
                x, y, start = _checked(network, *self.given, _elsewhere(self.config))
            validated = _judged(self.config.cost, forward(network, x, y, self.config.cost, start).outputs, y)
            values |= {f"validation_{name}": value for name, value in validated.items()}
        return values | {"edges": float(network.weights.size)}

    def cost_now(self, network: Network, states: Floats, samples: NDArray[np.int64], rng: np.random.Generator) -> float:
        """Return the mean cost of the samples, run once more."""
        return self.cost_of(network, samples)

    def cost_of(self, network: Network, samples: NDArray[np.int64] | slice = slice(None)) -> float:
        """Return the mean cost of some samples."""
        return forward(network, self.x[samples], self.y[samples], self.config.cost, self.start[samples]).cost

    def slope(self, network: Network) -> Array:
        """Return the gradient of the mean cost of all samples."""
        found = backward(network, self.turning, self.x, self.y, self.config.cost, self.start).slope
        assert found is not None
        return found


def _checked(network: Network, x: ArrayLike, y: ArrayLike, config: TrainingConfig) -> tuple[Array, Array, Array]:
    """Return x, y and the states that the sequences begin at."""
    inputs = checked_sequences(network, x)
    batch, time, _ = inputs.shape
    targets = checked_sequence_targets(network, y, batch, time, config.cost)
    count = relay_layers(network.connectivity).neurons.size
    return inputs, targets, checked_state(network, config.start, inputs.shape[0], count)


def _elsewhere(config: TrainingConfig) -> TrainingConfig:
    """Return the configuration for other samples than the run's own, from 0 where each of those has its own start."""
    return replace(config, start=0.0) if np.ndim(config.start) == 2 else config


def _judged(cost: Cost, outputs: Array, y: Array) -> dict[str, float]:
    rows = outputs.reshape(-1, y.shape[2]), y.reshape(-1, y.shape[2])
    return {"cost": cost.mean(*rows), "error": error(*rows)}


def _check_config(config: TrainingConfig) -> None:
    if not isinstance(config.rule, ThroughTime):
        raise ParameterError(
            f"rule is {config.rule.name}, which looks at the two ends of an edge alone: expected rules.through_time(), "
            "by which unitary networks learn, and which is not local"
        )
    given = {
        "solver": config.solver != Auto(),
        "pruner": config.pruner is not None,
        "grower": config.grower is not None,
        "keep": config.keep is not None,
        "start": isinstance(config.start, str),
    }
    for name, there in given.items():
        if there:
            remedy = {"pruner": "prune(fit.network, pruning.factors(...)) takes whole factors out", "keep": "W stays "
                      "unitary by itself, as certify(fit.network) proves"}.get(name, "leave it out")  # fmt: skip
            raise ParameterError(
                f"{name} is given, which says nothing of a unitary network as it learns: expected no {name}; {remedy}"
            )


def central_differences(problem: Sequences, network: Network) -> Array:
    """Return the derivative of the cost by each parameter, from runs with it a little smaller and larger."""
    values = problem.turning.vector(network)
    found = np.empty_like(values)
    for place in range(values.size):
        costs = []
        for sign in (1.0, -1.0):
            moved = values.copy()
            moved[place] += sign * BUMP
            costs.append(problem.cost_of(problem.turning.moved(network, moved)))
        found[place] = (costs[0] - costs[1]) / (2.0 * BUMP)
    return found
