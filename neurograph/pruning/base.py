"""What a pruner is given, and what it returns."""

from __future__ import annotations

import abc
from collections.abc import Hashable, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Self, TypeVar, cast

import numpy as np
from numpy.typing import NDArray

from neurograph._arrays import Floats, Rows, rising
from neurograph._checks import Printed, checked_number
from neurograph.drawing.card import ROWS, Html, card, table
from neurograph.equations.costs import Cost
from neurograph.errors import ParameterError
from neurograph.learning.rule import Rule
from neurograph.network.network import Network
from neurograph.solvers.base import Solver


@dataclass(frozen=True)
class LoggedEdge(Printed):
    """One edge that left or came.

    Attributes
    ----------
    edge : (label, label)
    epoch : int
        Of training, after which it did; in :func:`neurograph.prune` and :func:`neurograph.grow`, the round, from 0.
    weight, score : float
        What it had then; the weight of a unitary network is complex.
    reason : str
    """

    edge: tuple[Hashable, Hashable]
    epoch: int
    weight: float
    score: float
    reason: str


class Removed(LoggedEdge):
    """One edge that left; see :class:`LoggedEdge`."""


class Added(LoggedEdge):
    """One edge that came; see :class:`LoggedEdge`."""


Entry = TypeVar("Entry", bound=LoggedEdge, covariant=True)


@dataclass(frozen=True, eq=False, repr=False)
class EdgeLog(Rows[Entry]):
    """A log of edges, each a :class:`LoggedEdge` once it is looked at; otherwise as a tuple of them.

    Attributes
    ----------
    columns : (pre, post, epoch, weight, score, reason), arrays (edges,)
        The ends as places in `nodes`, the reason as its place in `reasons`.
    nodes : sequence of hashable
        The labels.
    reasons : tuple of str
    """

    nodes: Sequence[Hashable]
    reasons: tuple[str, ...] = ()

    entry: ClassVar[type[LoggedEdge]]
    """What an entry is."""

    @classmethod
    def none(cls, network: Network) -> Self:
        """Return the log of a network none of whose edges left or came."""
        whole, number, score = np.empty(0, np.int32), np.empty(0, network.dtype), np.empty(0, network.biases.dtype)
        return cls((whole, whole, whole, number, score, whole), network.connectivity.table.nodes)

    def made(self, pre: int, post: int, epoch: int, weight: float, score: float, reason: int) -> Entry:
        """Return one entry."""
        one = self.entry((self.nodes[pre], self.nodes[post]), epoch, weight, score, self.reasons[reason])
        return cast(Entry, one)

    def same(self, other: Rows[Any]) -> bool:
        """Return whether the other is a log of the same kind and the same nodes."""
        return isinstance(other, EdgeLog) and other.entry is self.entry and other.nodes is self.nodes

    def __eq__(self, other: object) -> bool:
        """Compare as tuples do."""
        if isinstance(other, EdgeLog) and other.reasons != self.reasons:
            return tuple(self) == tuple(other)
        return super().__eq__(other)

    __hash__ = Rows.__hash__

    def _repr_html_(self) -> str:
        """Return the first rows as a card, as IPython asks for it."""
        return card(type(self).__name__, f"{len(self):,} edges", [self.table()])

    def table(self, caption: str = "") -> Html:
        """Return the first rows as a table; nothing of an empty log."""
        rows = [(*map(str, one.edge), one.weight, one.score, one.epoch, one.reason) for one in self[:ROWS]]
        head = ["from", "to", "weight", "score", "epoch", "reason"]
        return table(head, rows, len(self) - len(rows), caption) if rows else Html()

    def joined(self, other: Self) -> Self:
        """Return this log and then the other, with each reason once."""
        reasons = tuple(dict.fromkeys(self.reasons + other.reasons))
        code = np.array([reasons.index(one) for one in other.reasons], np.int32)
        *columns, reason = other.columns
        both = super().joined(replace(other, columns=(*columns, code[reason] if code.size else reason)))
        return replace(both, reasons=reasons)


class RemovedEdges(EdgeLog[Removed]):
    """The log of the edges that left, each a :class:`Removed`; see :class:`EdgeLog`."""

    entry = Removed


class AddedEdges(EdgeLog[Added]):
    """The log of the edges that came, each an :class:`Added`; see :class:`EdgeLog`."""

    entry = Added


@dataclass(frozen=True, eq=False)
class Task:
    """What the network is to do, for pruners whose scores depend on it.

    Attributes
    ----------
    start : array (samples, nodes)
        The states to settle from, with the inputs in them.
    y : array (samples, outputs)
        NaN where only the states are asked about.
    cost : Cost
    solver : Solver
    rule : Rule or None
        By which it learns, and
    beta : float
        its nudging strength.
    """

    start: Floats
    y: Floats
    cost: Cost
    solver: Solver
    rule: Rule | None = None
    beta: float = 0.5


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
    network : Network, optional
        What is left, of a pruner that also joins nodes anew; tied edges and what must be kept are then its own matter.
    """

    edges: NDArray[np.int64]
    scores: Floats
    reason: str
    weights: Floats | None = None
    network: Network | None = None

    def first(self, count: int) -> Selection:
        """Return the selection with so many of its edges alone, those that leave first."""
        return replace(self, edges=self.edges[:count], scores=self.scores[:count])


NOTHING = Selection(np.empty(0, np.int64), np.empty(0), "")
"""No edge."""


@dataclass(frozen=True)
class Pruner(abc.ABC):
    """Base of the pruners: one frozen dataclass a method."""

    needs_task: ClassVar[bool] = False
    """Whether it cannot choose without a :class:`Task`."""

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


def weak(network: Network, bound: float) -> NDArray[np.int64]:
    """Return the plastic edges with |w| <= `bound`."""
    return np.flatnonzero(network.connectivity.plastic & (np.abs(network.weights) <= bound))


def lowest(
    edges: NDArray[np.int64], scores: Floats, reason: str, weights: Floats | None = None, count: int | None = None
) -> Selection:
    """Select of `edges` the `count` with the lowest of the scores (edges of the network,), in rising order."""
    edges = edges[rising(scores[edges])[:count]]
    return Selection(edges, scores[edges], reason, weights)


@dataclass(frozen=True)
class Ranking(Pruner):
    """Base of the pruners that remove a share of the plastic edges, those of the lowest score."""

    fraction: float

    what: ClassVar[str]
    """How the log calls the score."""

    def __post_init__(self) -> None:
        """Check the numbers."""
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
            f"pruner is {pruner!r}: expected one of neurograph.pruning, such as pruning.magnitude(fraction=0.5)"
        )
    return pruner
