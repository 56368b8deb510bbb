"""What a grower is given, and what it returns."""

from __future__ import annotations

import abc
import math
from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any, ClassVar, Literal

import networkx as nx
import numpy as np

from neurograph._arrays import Floats
from neurograph._checks import checked_number, checked_whole
from neurograph.errors import ParameterError
from neurograph.graphs.edge_table import EdgeTable
from neurograph.growth.candidates import Codes, Named, Pool
from neurograph.learning.rule import Rule
from neurograph.network.network import Network
from neurograph.pruning.base import RemovedEdges, Task


@dataclass(frozen=True, eq=False)
class Asked:
    """What a grower may look at.

    Attributes
    ----------
    network : Network
    rng : numpy.random.Generator
    count : int
        Most edges that may come.
    paired : bool
        Whether edges between free nodes come in both directions, tied.
    task : Task or None
    lost : RemovedEdges
        What the pruner has just removed.
    epoch : int
        Of training, or the round, from 0.
    """

    network: Network
    rng: np.random.Generator
    count: int
    paired: bool
    task: Task | None
    lost: RemovedEdges
    epoch: int = 0


@dataclass(frozen=True, eq=False)
class Choice:
    """The edges that a grower chose.

    Attributes
    ----------
    codes : int64 array (chosen,)
        post * nodes + pre of each, in the order in which they come; of a pair that comes in both directions the one.
    scores : array (chosen,)
    reason : str
    again : bool
        Whether they are edges that the network has just lost, with all that they carried.
    """

    codes: Codes
    scores: Floats
    reason: str
    again: bool = False


@dataclass(frozen=True, kw_only=True)
class Grower(abc.ABC):
    r"""Base of the growers: one frozen dataclass a method, whose :meth:`choose` chooses which edges come.

    Given to :func:`neurograph.grow`, or as ``grower=`` to :func:`neurograph.train` or :func:`neurograph.prune`.

    Parameters
    ----------
    every : int
        Epochs of training between two times at which edges come, at least 1; so for what a pruner beside it removes.
    until : int, optional
        Number of epochs after which none comes; at least `every`.
    decay : {"cosine"}, optional
        The share of the edges that come, and of a pruner's beside it that leave, falls with the epoch; needs `until`.

    Attributes
    ----------
    needs_x, needs_y : bool
        Whether it cannot choose without samples, and their targets.
    kinds : tuple of str
        Of which kinds the neurons may be that it joins.

    Raises
    ------
    ParameterError
        If an argument is out of range.

    Notes
    -----
    The share, with ``decay="cosine"``, t the epoch, counted from 0, and T `until`, is [1]_

    .. math:: \tfrac12 \left( 1 + \cos \frac{\pi t}{T} \right)

    References
    ----------
    .. [1] Evci, Gale, Menick, Castro, Elsen, Rigging the lottery: making all tickets winners, ICML 2020, arXiv
       1911.11134, after Dettmers, Zettlemoyer, Sparse networks from scratch, arXiv 1907.04840.

    Examples
    --------
    >>> import neurograph as ng
    >>> grower = ng.growth.random(every=10, until=100, decay="cosine")
    >>> [epoch for epoch in range(200) if grower.due(epoch)][:3]  # after the 10th, the 20th, ...
    [9, 19, 29]
    >>> round(grower.share(0), 3), round(grower.share(50), 3), round(grower.share(100), 3)
    (1.0, 0.5, 0.0)
    """

    every: int = 1
    until: int | None = None
    decay: Literal["cosine"] | None = None

    needs_x: ClassVar[bool] = False
    """Whether it cannot choose without a :class:`Task`."""

    needs_y: ClassVar[bool] = False
    """Whether it asks for the targets in it too."""

    kinds: ClassVar[tuple[str, ...]] = ("rate", "binary")
    """Of which kinds the neurons may be that it joins."""

    def __post_init__(self) -> None:
        """Check what every grower has."""
        checked_whole("every", self.every, 1, " epochs")
        if self.until is not None:
            checked_whole("until", self.until, 1, " epochs, or None")
            if self.until < self.every:
                raise ParameterError(
                    f"until is {self.until} and every is {self.every}, so that no edge would ever come: expected until "
                    ">= every"
                )
        if self.decay not in (None, "cosine"):
            raise ParameterError(f"decay is {self.decay!r}: expected 'cosine' or None")
        if self.decay and self.until is None:
            raise ParameterError("decay is 'cosine' and until is None: expected until=100, say, by when the share is 0")

    def due(self, epoch: int) -> bool:
        """Return whether edges come after an epoch.

        Parameters
        ----------
        epoch : int
            Counted from 0.
        """
        return (epoch + 1) % self.every == 0 and (self.until is None or epoch < self.until)

    def share(self, epoch: int) -> float:
        """Return the share of the edges that come, and leave, after an epoch.

        Parameters
        ----------
        epoch : int
            Counted from 0.

        Returns
        -------
        float
            From 0 to 1.
        """
        if self.decay is None or self.until is None:
            return 1.0
        return (1.0 + math.cos(math.pi * min(epoch / self.until, 1.0))) / 2.0

    def number(self, edges: int, lost: int, epoch: int) -> int:
        """Return how many edges are to come after an epoch.

        Parameters
        ----------
        edges : int
            How many the network has.
        lost : int
            How many it has just lost.
        epoch : int
            Counted from 0.

        Returns
        -------
        int
            Here as many as were lost.
        """
        return lost

    @property
    def counted(self) -> bool:
        """Whether it has a number of its own, and needs no pruner beside it."""
        return False

    def held(self, network: Network, count: int) -> int:
        """Return how many pairs are held together at most, where `count` edges are to come."""
        return count

    def check(  # noqa: B027  # some have nothing to refuse
        self, network: Network, alone: bool, paired: bool = False, rule: Rule | None = None
    ) -> None:
        """Refuse, before a network is trained, one to which it could bring nothing, or a rule that it cannot ask.

        Parameters
        ----------
        network : Network
        alone : bool
            Whether there is no pruner beside it.
        paired : bool
            Whether edges between free nodes come in both directions, tied.
        rule : Rule, optional
            By which the network learns.
        """

    @abc.abstractmethod
    def choose(self, asked: Asked) -> Choice:
        """Choose which edges come now.

        Parameters
        ----------
        asked : Asked
            The network, the samples, and how many edges may come.

        Returns
        -------
        Choice
            At most ``asked.count`` edges, the two directions of a pair counted once.
        """

    def first_weights(self, count: int, rng: np.random.Generator) -> Floats:
        """Return the weights of so many edges, without regard to the signs that their neurons ask for."""
        return np.zeros(count)


@dataclass(frozen=True, kw_only=True)
class NewEdges(Grower):
    """Base of the growers that join pairs of nodes that may never have been joined.

    Parameters
    ----------
    every, until, decay
        When, in training: see :class:`Grower`.
    candidates : networkx.DiGraph, EdgeTable, sequence of (label, label), or int, optional
        Which pairs may become edges; those that are edges are skipped. A number: so many, drawn anew each time. None:
        every pair of two nodes that ends at a hidden or an output node.
    weight : float
        What the weight of a new edge is, or its mean; its sign is that of its presynaptic node, where that has one.
    deviation : float
        Standard deviation of the weights of new edges, at least 0, which are drawn from a normal distribution.

    Raises
    ------
    ParameterError
        If an argument is out of range.

    Examples
    --------
    >>> import neurograph as ng
    >>> network = ng.compile(ng.topologies.layered(inputs=2, hidden=(3,), outputs=1, seed=0))
    >>> past = [(pre, post) for pre in network.inputs for post in network.outputs]  # past the hidden layer
    >>> grown = ng.grow(network, ng.growth.random(count=2, candidates=past, weight=0.3), seed=0)
    >>> [(one.edge in past, one.weight) for one in grown.added]
    [(True, 0.3), (True, 0.3)]
    """

    candidates: nx.DiGraph[Any] | EdgeTable | Sequence[Any] | Named | int | None = None
    weight: float = 0.0
    deviation: float = 0.0

    def __post_init__(self) -> None:
        """Check the arguments, and read the candidates."""
        super().__post_init__()
        checked_number("weight", self.weight)
        checked_number("deviation", self.deviation, least=0.0)
        given = self.candidates
        if isinstance(given, (int, np.integer)) and not isinstance(given, bool):
            object.__setattr__(self, "candidates", checked_whole("candidates", given, 1, " pairs"))
        elif given is not None:
            object.__setattr__(self, "candidates", Named.of(given))

    def held(self, network: Network, count: int) -> int:
        """Return how many pairs are held together at most, where `count` edges are to come."""
        return max(count, self.candidates if isinstance(self.candidates, int) else 0)

    def first_weights(self, count: int, rng: np.random.Generator) -> Floats:
        """Draw the weights."""
        return rng.normal(self.weight, self.deviation, count) if self.deviation else np.full(count, float(self.weight))

    def check(self, network: Network, alone: bool, paired: bool = False, rule: Rule | None = None) -> None:
        """Refuse candidates that are none of this network, or that all are edges where no pruner takes any."""
        named = self.candidates if isinstance(self.candidates, Named) else None
        if not Pool.of(network, named, paired, np.random.default_rng(0)).size and alone:
            which = "of its candidates" if self.candidates is not None else "of two nodes"
            raise ParameterError(
                f"grower is {self!r}, but every pair {which} is an edge already: expected a sparser network, or other "
                "candidates"
            )

    def pool(self, asked: Asked) -> Pool:
        """Return the candidates; once there are none, none comes.

        Parameters
        ----------
        asked : Asked
            The network, and how edges between free nodes come.

        Returns
        -------
        Pool
        """
        given = self.candidates
        return Pool.of(asked.network, given if isinstance(given, (Named, int)) else None, asked.paired, asked.rng)


@dataclass(frozen=True, kw_only=True)
class Numbered(NewEdges):
    """Base of the growers that bring as many new edges as they are told, or as a pruner beside them removes.

    Parameters
    ----------
    every, until, decay
        When, in training: see :class:`Grower`.
    candidates, weight, deviation
        From where, and with which weights: see :class:`NewEdges`.
    fraction : float, optional
        How many edges come, as a share of those that are there; above 0.
    count : int, optional
        The same as a number. At most one of the two is given; without both as many come as the pruner beside it has
        just removed, so that the number of edges is held.

    Raises
    ------
    ParameterError
        If an argument is out of range, or both fraction and count are given.

    Examples
    --------
    >>> import neurograph as ng
    >>> network = ng.compile(ng.topologies.random(inputs=2, hidden=18, outputs=1, density=0.2, seed=0))
    >>> half = ng.grow(network, ng.growth.random(fraction=0.5), seed=0)
    >>> len(half.added) == round(0.5 * network.weights.size)
    True
    >>> rewired = ng.prune(network, ng.pruning.magnitude(0.1), grower=ng.growth.random(), neurons=False, seed=0)
    >>> len(rewired.removed) == len(rewired.added), rewired.network.weights.size == network.weights.size
    (True, True)
    """

    fraction: float | None = None
    count: int | None = None

    def __post_init__(self) -> None:
        """Check the arguments."""
        super().__post_init__()
        if self.fraction is not None and self.count is not None:
            raise ParameterError(
                f"fraction is {self.fraction!r} and count is {self.count!r}: expected at most one of the two"
            )
        if self.fraction is not None:
            checked_number("fraction", self.fraction, above=0.0, remark=", or None")
        if self.count is not None:
            checked_whole("count", self.count, 1, " edges, or None")

    @property
    def counted(self) -> bool:
        """Whether it has a number of its own."""
        return self.fraction is not None or self.count is not None

    def number(self, edges: int, lost: int, epoch: int) -> int:
        """Return its own number, or as many as were lost."""
        if not self.counted:
            return lost
        return round((self.count or edges * (self.fraction or 0.0)) * self.share(epoch))


def checked_grower(grower: Any) -> Grower:
    """Return a grower, or raise :class:`ParameterError` for anything else."""
    if not isinstance(grower, Grower):
        raise ParameterError(
            f"grower is {grower!r}: expected one of neurograph.growth, such as growth.random(fraction=0.1)"
        )
    return grower


def check_unscheduled(grower: Grower, call: str) -> None:
    """Refuse a schedule, which is one of epochs of training, in the rounds of prune() and grow()."""
    for field in fields(Grower):
        if getattr(grower, field.name) != field.default:
            raise ParameterError(
                f"grower has {field.name}={getattr(grower, field.name)!r}, which says after which epochs of training "
                f"edges come: expected none in {call}, whose rounds each bring some"
            )
