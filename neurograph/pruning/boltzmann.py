"""The paper's pruner: weak edges, each drawn against its competitors into the same node."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from neurograph._arrays import Floats
from neurograph._checks import checked_number
from neurograph.network.network import Network
from neurograph.pruning.base import Pruner, Selection, Task


@dataclass(frozen=True)
class Boltzmann(Pruner):
    """Random removal of weak edges; see :func:`boltzmann`."""

    tolerance: float = 0.01
    temperature: float = 5.0

    def __post_init__(self) -> None:
        """Check the numbers."""
        super().__post_init__()
        checked_number("tolerance", self.tolerance, least=0.0)
        checked_number("temperature", self.temperature, above=0.0)

    def select(self, network: Network, rng: np.random.Generator, task: Task | None = None) -> Selection:
        """Draw which weak edges leave; the likeliest go first."""
        size = np.abs(network.weights)
        weak = (size <= self.tolerance) & network.connectivity.plastic
        if self.regrow:
            weak &= size > 0.0
        if not weak.any():
            return Selection(np.empty(0, np.int64), np.empty(0), "")
        chance = self._chances(network, size)
        edges = np.flatnonzero(weak & (rng.random(size.size) < chance))
        edges = edges[np.argsort(-chance[edges], kind="stable")]
        return Selection(
            edges,
            chance[edges],
            f"|w| <= {self.tolerance:g}, drawn by its Boltzmann factor at temperature {self.temperature:g}",
        )

    def _chances(self, network: Network, size: Floats) -> Floats:
        """exp(-|W_ij|/T) over its sum along the incoming edges of j, shifted by the row's smallest."""
        post, n = network.connectivity.post, len(network.nodes)
        least = np.full(n, np.inf)
        np.minimum.at(least, post, size)
        factor = np.exp(-(size - least[post]) / self.temperature)
        chances: Floats = factor / np.bincount(post, factor, minlength=n)[post]
        return chances


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

    Raises
    ------
    ParameterError
        If an argument is out of range.

    References
    ----------
    Farinha, Pequito, Santos, Figueiredo, ESANN 2020, arXiv 2006.08798.
    """
    return Boltzmann(tolerance, temperature, regrow=regrow)
