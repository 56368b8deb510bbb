"""The synaptic elements of homeostasis: how many a neuron grows, or retracts, by how active it is."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from neurograph._arrays import Floats
from neurograph.errors import ParameterError
from neurograph.network.network import Network
from neurograph.pruning.base import Task
from neurograph.solvers.base import Phase
from neurograph.solvers.settle import raise_divergence


def mean_rates(network: Network, task: Task) -> Floats:
    """Return the mean over samples of what each node sends when it has settled freely (nodes,).

    Raises
    ------
    DivergenceError
        If activity leaves every bound.
    """
    free = task.solver.solve(network, Phase(task.start))
    raise_divergence(free, task.solver)
    return np.asarray(network.sent(free.state).mean(axis=0), np.float64)


def growth(rates: Floats, target: float, least: float) -> Floats:
    """Return the growth curve 2 exp(-((c - xi)/zeta)^2) - 1 of some mean rates c: from 1 at the best down to -1.

    It is 0 at `least` and `target`, above 0 between them: xi = (least + target)/2, zeta = (target - least)/(2 sqrt(ln
    2)).
    """
    best, width = (least + target) / 2.0, (target - least) / (2.0 * math.sqrt(math.log(2.0)))
    return np.asarray(2.0 * np.exp(-(((rates - best) / width) ** 2)) - 1.0)


def drawn_whole(numbers: Floats, rng: np.random.Generator) -> NDArray[np.int64]:
    """Draw whole numbers (nodes,) whose means are some numbers >= 0: each is rounded down or up.

    None is larger than the number of nodes, for a neuron has no more edges of one direction than that.
    """
    return np.asarray(np.minimum(np.floor(numbers + rng.random(numbers.size)), numbers.size), np.int64)


def checked_target(target: float, least: float | None) -> float:
    """Return `least`, or its default -target.

    Raises
    ------
    ParameterError
        If it is not below the target.
    """
    if least is None:
        return -target
    if least >= target:
        raise ParameterError(f"least is {least!r} and target is {target!r}: expected least below target")
    return float(least)
