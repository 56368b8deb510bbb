"""Which edges leave a network, and the log of those that left."""

from __future__ import annotations

import abc
from collections.abc import Hashable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from neurograph.arguments import checked_generator, checked_number
from neurograph.errors import ParameterError
from neurograph.network import Floats, Network
from neurograph.settling import checked_network

__all__ = ["Pruner", "Pruning", "Removed", "boltzmann", "magnitude", "prune"]


@dataclass(frozen=True)
class Removed:
    """One edge that left: its labels, weight and score at the time, the epoch, and why."""

    edge: tuple[Hashable, Hashable]
    epoch: int
    weight: float
    score: float
    reason: str


@dataclass(frozen=True)
class Selection:
    """What a pruner chose: places of the edges that leave, the score of each, and why."""

    edges: NDArray[np.int64]
    scores: Floats
    reason: str


@dataclass(frozen=True, eq=False, repr=False)
class Pruning:
    """What :func:`prune` gives.

    Attributes
    ----------
    network : Network
        Without the edges that left.
    removed : tuple of Removed
        The edges that left.
    """

    network: Network
    removed: tuple[Removed, ...]

    def __repr__(self) -> str:
        """Say how many left in a line."""
        left = self.network.weights.size
        return f"Pruning({len(self.removed)} of {left + len(self.removed)} edges left the graph, {left} stay)"


class Pruner(abc.ABC):
    """Base of the pruners: one frozen dataclass a method."""

    regrow: bool = False

    @abc.abstractmethod
    def select(self, network: Network, rng: np.random.Generator) -> Selection:
        """Choose which edges leave now; edges that are not plastic never do."""


@dataclass(frozen=True)
class Boltzmann(Pruner):
    """Random removal of weak edges, each against its competitors into the same node; see :func:`boltzmann`."""

    tolerance: float = 0.01
    temperature: float = 5.0
    regrow: bool = False

    def __post_init__(self) -> None:
        """Check the numbers."""
        checked_number("tolerance", self.tolerance, least=0.0)
        checked_number("temperature", self.temperature, above=0.0)

    def select(self, network: Network, rng: np.random.Generator) -> Selection:
        """Draw which weak edges leave."""
        size = np.abs(network.weights)
        weak = (size <= self.tolerance) & network.wiring.plastic
        if self.regrow:
            weak &= size > 0.0
        if not weak.any():
            return Selection(np.empty(0, np.int64), np.empty(0), "")
        chance = self._chances(network, size)
        drawn = rng.random(size.size) < chance
        edges = np.flatnonzero(weak & drawn)
        return Selection(
            edges,
            chance[edges],
            f"|w| <= {self.tolerance:g}, drawn by its Boltzmann factor at temperature {self.temperature:g}",
        )

    def _chances(self, network: Network, size: Floats) -> Floats:
        """exp(-|W_ij|/T) over its sum along the incoming edges of j, shifted by the row's smallest."""
        post, n = network.wiring.post, len(network.nodes)
        least = np.full(n, np.inf)
        np.minimum.at(least, post, size)
        factor = np.exp(-(size - least[post]) / self.temperature)
        chances: Floats = factor / np.bincount(post, factor, minlength=n)[post]
        return chances


@dataclass(frozen=True)
class Magnitude(Pruner):
    """Removal of the smallest weights; see :func:`magnitude`."""

    fraction: float | None = None
    threshold: float | None = None

    def __post_init__(self) -> None:
        """Check the numbers."""
        if (self.fraction is None) == (self.threshold is None):
            raise ParameterError(
                f"fraction is {self.fraction!r} and threshold is {self.threshold!r}: expected exactly one of the two"
            )
        if self.fraction is not None:
            checked_number("fraction", self.fraction, least=0.0, most=1.0)
        if self.threshold is not None:
            checked_number("threshold", self.threshold, least=0.0)

    def select(self, network: Network, rng: np.random.Generator) -> Selection:
        """Choose the smallest."""
        size = np.abs(network.weights)
        plastic = np.flatnonzero(network.wiring.plastic)
        if self.threshold is not None:
            edges = plastic[size[plastic] <= self.threshold]
            return Selection(edges, size[edges], f"|w| <= {self.threshold:g}")
        share = float(self.fraction or 0.0)
        order = plastic[np.argsort(size[plastic], kind="stable")]
        edges = np.sort(order[: round(share * plastic.size)])
        return Selection(edges, size[edges], f"among the {share:.0%} of smallest |w|")


def boltzmann(tolerance: float = 0.01, temperature: float = 5.0, regrow: bool = False) -> Boltzmann:
    r"""Prune as the paper does: each weak edge, |W_ij| <= tolerance, leaves with the probability p_ij.

    .. math:: p_{ij} = e^{-|W_{ij}|/T} / \sum_{i'} e^{-|W_{i'j}|/T}

    the sum over j's incoming edges.

    Parameters
    ----------
    tolerance : float
        Largest size of a weak weight.
    temperature : float
        T; large values make p_ij one over the number of incoming edges, whatever the weight.
    regrow : bool
        Whether the weight only becomes 0 and may grow again, as in the authors' code; else the edge leaves
        the graph for good, as in the paper.

    References
    ----------
    Farinha, Pequito, Santos, Figueiredo, ESANN 2020, arXiv 2006.08798.
    """
    return Boltzmann(tolerance, temperature, regrow)


def magnitude(fraction: float | None = None, threshold: float | None = None) -> Magnitude:
    """Prune the smallest weights; in :func:`neurograph.train` after every epoch, of the edges that are left.

    Parameters
    ----------
    fraction : float, optional
        Share of the plastic edges that leave, from 0 to 1.
    threshold : float, optional
        Largest size of a weight that leaves. Exactly one of the two is given.

    Raises
    ------
    ParameterError
        If both or none are given, or one is out of range.
    """
    return Magnitude(fraction, threshold)


def prune(network: Network, pruner: Pruner, *, seed: int | np.random.Generator | None = None) -> Pruning:
    """Remove edges from a network, once.

    Parameters
    ----------
    network : Network
        It is not changed.
    pruner : Pruner
        Such as ``neurograph.pruning.magnitude(fraction=0.5)``.
    seed : int or numpy.random.Generator
        For pruners that draw.

    Returns
    -------
    Pruning
        ``.network``, and ``.removed``, the log.

    Raises
    ------
    ParameterError
        If `network` is not a Network or `pruner` not a pruner.
    """
    network = checked_network(network)
    pruned, removed = prune_now(network, checked_pruner(pruner), checked_generator(seed), 0)
    return Pruning(pruned, removed)


def checked_pruner(pruner: Pruner) -> Pruner:
    """Give the pruner back, or say what else it is."""
    if not isinstance(pruner, Pruner):
        raise ParameterError(
            f"pruner is {pruner!r}: expected one of neurograph.pruning, such as magnitude(fraction=0.5)"
        )
    return pruner


def prune_now(
    network: Network, pruner: Pruner, rng: np.random.Generator, epoch: int
) -> tuple[Network, tuple[Removed, ...]]:
    """Remove what the pruner chooses, tied edges together; with ``regrow`` the weight becomes 0 and the edge stays."""
    chosen = pruner.select(network, rng)
    if not chosen.edges.size:
        return network, ()
    leaving = np.zeros(network.weights.size, np.bool_)
    leaving[chosen.edges] = True
    ties = network.wiring.ties
    if ties is not None:
        leaving = np.isin(ties, ties[leaving])
    scores = np.full(leaving.size, np.nan)
    scores[chosen.edges] = chosen.scores
    partners = leaving & np.isnan(scores)
    if ties is not None:
        shared = np.full(ties.max() + 1, np.nan)
        shared[ties[chosen.edges]] = chosen.scores
        scores = np.where(partners, shared[ties], scores)
    labels = network.edges
    removed = tuple(
        Removed(
            labels[k],
            epoch,
            float(network.weights[k]),
            float(scores[k]),
            "tied to an edge that left" if partners[k] else chosen.reason,
        )
        for k in np.flatnonzero(leaving)
    )
    if pruner.regrow:
        return network.with_weights(np.where(leaving, 0.0, network.weights)), removed
    return network.without_edges(leaving), removed
