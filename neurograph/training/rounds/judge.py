"""What a network is to do while edges leave and come in rounds: it is asked about, trained on, and judged by."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from neurograph._checks import unknown_argument
from neurograph.certificates.constraint import Constraint, checked_constraint
from neurograph.drawing.card import ROWS, Html, table
from neurograph.equations.costs import error
from neurograph.errors import ParameterError
from neurograph.growth.base import Grower
from neurograph.network.inputs import starting_state
from neurograph.network.network import Network
from neurograph.pruning.base import Task
from neurograph.solvers.base import Phase
from neurograph.training.config import RetrainingOptions, TrainingConfig
from neurograph.training.problem import Problem
from neurograph.training.train import train

ASKING = ("cost", "solver", "start")
"""Options of :func:`train` that say something without retraining too."""

LEARNING = ("rule", "beta")
"""Those that do so where a grower asks how the network learns."""


class Judge:
    """What the network is to do, checked once: to be asked about, trained on, and judged by."""

    def __init__(
        self, network: Network, x: ArrayLike, y: ArrayLike, config: TrainingConfig, rng: np.random.Generator
    ) -> None:
        self.problem = Problem.of(network, x, y, config)
        drawn = isinstance(config.start, str) and config.start == "uniform"
        start = starting_state(network, self.problem.x, "uniform", rng) if drawn else self.problem.start
        how = (config.cost, config.solver, config.rule, config.strength)
        self.judged = self.task = Task(start, self.problem.y, *how)
        if self.problem.given is not None:
            self.judged = replace(self.task, start=self.problem.given[0], y=self.problem.given[1])

    def trained(self, network: Network, epochs: int, rng: np.random.Generator, training: RetrainingOptions) -> Network:
        """Train, and return the network of the lowest validation cost, or without validation the last."""
        x, y, config = self.problem.x, self.problem.y, self.problem.config
        return train(
            network, x, y, epochs=epochs, keep=config.keep, validation=config.validation, seed=rng, progress=False,
            **training,
        ).best  # fmt: skip

    def measured(self, network: Network) -> dict[str, float]:
        """Return the cost, the error, and where there is one the accuracy."""
        settled, y = self.judged.solver.solve(network, Phase(self.judged.start)), self.judged.y
        with np.errstate(over="ignore", invalid="ignore"):
            measured = {"cost": self.judged.cost.mean(settled.outputs, y), "error": error(settled.outputs, y)}
        if np.all((y == 0) | (y == 1)):
            measured["accuracy"] = 1.0 - measured["error"]
        return measured


def measured(network: Network, judge: Judge | None) -> dict[str, float]:
    """Return a row of the curve."""
    return {"edges": float(network.weights.size), **({} if judge is None else judge.measured(network))}


def curve_table(curve: dict[str, NDArray[np.float64]]) -> Html:
    """Return the first rounds of a curve as a table."""
    edges, *others = (column[:ROWS] for column in curve.values())
    rows = zip(range(edges.size), edges.astype(np.int64), *others, strict=True)
    return table(["after round", *curve], rows, curve["edges"].size - ROWS)


def check_kept(network: Network, keep: Constraint | None, what: str) -> None:
    """Refuse a constraint that does not hold before anything does what it is about to do.

    Raises
    ------
    ParameterError
        If it does not.
    """
    if keep is None:
        return
    if not checked_constraint(keep).holds(network):
        raise ParameterError(
            f"keep is {keep!r}, which does not hold before anything {what}: expected a network of which it does; train "
            "it with the same keep first, or lower the rate"
        )


def check_training(
    function: Callable[..., Any], training: RetrainingOptions, retrain: int, grower: Grower | None
) -> None:
    """Refuse what is no argument of train() that a function passes on, or says nothing without retraining.

    Raises
    ------
    ParameterError
        If there is one.
    """
    asking = ASKING if grower is None or not grower.needs_y else (*ASKING, *LEARNING)
    for name in training:
        if name not in RetrainingOptions.__annotations__:
            own = [one for one in inspect.signature(function).parameters if one != "training"]
            raise unknown_argument(function.__name__, name, [*own, *RetrainingOptions.__annotations__])
        if name not in asking and not retrain:
            raise ParameterError(f"{name} is given, but retrain is 0: expected retrain=10, say, or no {name}")
