"""What a pruner is given, and what it returns."""

from __future__ import annotations

import abc
from collections.abc import Hashable
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Self, cast

import numpy as np
from numpy.typing import NDArray

from neurograph._arrays import Floats
from neurograph._checks import Printed, checked_number
from neurograph.equations.costs import Cost
from neurograph.errors import ParameterError
from neurograph.network.network import Network
from neurograph.solvers.base import Solver


@dataclass(frozen=True)
class Removed(Printed):
    """One edge that left.

    Attributes
    ----------
    edge : (label, label)
    epoch : int
        Of training, after which it left; in :func:`neurograph.prune`, the round, from 0.
    weight, score : float
        What it had when it left.
    reason : str
    """

    edge: tuple[Hashable, Hashable]
    epoch: int
    weight: float
    score: float
    reason: str


@dataclass(frozen=True, eq=False)
class Task:
    """What the network is to do, for pruners whose scores depend on it.

    Attributes
    ----------
    start : array (samples, nodes)
        The states to settle from, with the inputs in them.
    y : array (samples, outputs)
    cost : Cost
    solver : Solver
    """

    start: Floats
    y: Floats
    cost: Cost
    solver: Solver


@dataclass(frozen=True, eq=False)
class Selection:
    """The edges that a pruner chose.

    Attributes
    ----------
    edges : int array (chosen,)
        Places of the edges that leave, in the order in which they leave.
    scores : array (chosen,)
    reason : str
    weights : array (edges,), optional
        The weights from now on, of a pruner that changes those of the other edges too.
    """

    edges: NDArray[np.int64]
    scores: Floats
    reason: str
    weights: Floats | None = None


NOTHING = Selection(np.empty(0, np.int64), np.empty(0), "")
"""No edge."""


@dataclass(frozen=True)
class Pruner(abc.ABC):
    """Base of the pruners: one frozen dataclass a method, which has `regrow` as its last field."""

    regrow = False
    """Whether a weight only becomes 0 and may grow again; else the edge leaves the graph."""

    needs_task: ClassVar[bool] = False
    """Whether it cannot choose without a :class:`Task`."""

    def __post_init__(self) -> None:
        """Check what every pruner has."""
        if not isinstance(self.regrow, (bool, np.bool_)):
            raise ParameterError(f"regrow is {self.regrow!r}: expected True or False")

    @abc.abstractmethod
    def select(self, network: Network, rng: np.random.Generator, task: Task | None = None) -> Selection:
        """Choose which edges leave now; edges that are not plastic never do."""

    def in_round(self, done: float, first: int, now: int) -> Self:
        """Return the pruner of one of several rounds.

        Parameters
        ----------
        done : float
            Share of the rounds that are done after this one.
        first, now : int
            How many plastic edges there were before the first round, and are now.
        """
        return self

    def without_regrow(self) -> Self:
        """Return the pruner whose edges leave the graph."""
        return replace(cast(Any, self), regrow=False) if self.regrow else self

    def weak(self, network: Network, bound: float) -> NDArray[np.int64]:
        """Return the plastic edges with |w| <= `bound`; with `regrow`, not those at 0 already."""
        size = np.abs(network.weights)
        return np.flatnonzero(network.connectivity.plastic & (size <= bound) & ((size > 0.0) | (not self.regrow)))


def lowest(
    edges: NDArray[np.int64], scores: Floats, reason: str, weights: Floats | None = None, count: int | None = None
) -> Selection:
    """Select of `edges` the `count` with the lowest of the scores (edges of the network,), in rising order."""
    edges = edges[np.argsort(scores[edges], kind="stable")[:count]]
    return Selection(edges, scores[edges], reason, weights)


@dataclass(frozen=True)
class Ranking(Pruner):
    """Base of the pruners that remove a share of the plastic edges, those of the lowest score."""

    fraction: float

    what: ClassVar[str]
    """How the log calls the score."""

    def __post_init__(self) -> None:
        """Check the numbers."""
        super().__post_init__()
        checked_number("fraction", self.fraction, least=0.0, most=1.0)

    @abc.abstractmethod
    def scores(self, network: Network, rng: np.random.Generator, task: Task | None) -> Floats:
        """Return the score of each edge (edges,)."""

    def select(self, network: Network, rng: np.random.Generator, task: Task | None = None) -> Selection:
        """Choose the share `fraction` of the plastic edges that has the lowest scores."""
        plastic = np.flatnonzero(network.connectivity.plastic)
        count = round(self.fraction * plastic.size)
        if not count:
            return NOTHING
        reason = f"among the {count / plastic.size:.1%} of {self.what}"
        return lowest(plastic, self.scores(network, rng, task), reason, count=count)

    def in_round(self, done: float, first: int, now: int) -> Self:
        """Remove the same share of those left in each round, so that `fraction` is gone after the last."""
        # After the share t of the rounds, (1 - fraction)^t of the edges stay.
        if done == 1.0 and now == first:
            return self
        stay = first * (1.0 - self.fraction) ** done
        return replace(self, fraction=1.0 - min(stay / now, 1.0) if now else 0.0)


def checked_pruner(pruner: Any) -> Pruner:
    """Return the pruner, or raise :class:`ParameterError` for anything else."""
    if not isinstance(pruner, Pruner):
        raise ParameterError(
            f"pruner is {pruner!r}: expected one of neurograph.pruning, such as magnitude(fraction=0.5)"
        )
    return pruner
