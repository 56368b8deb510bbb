"""The paper's pruner: weak edges, each drawn against its competitors into the same node."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from neurograph._arrays import Floats
from neurograph._checks import checked_number
from neurograph.network.network import Network
from neurograph.pruning.base import NOTHING, Pruner, Selection, Task, weak


@dataclass(frozen=True)
class Boltzmann(Pruner):
    r"""Prune weak edges, each drawn against its competitors into the same node: its Boltzmann factor among theirs.

    Parameters
    ----------
    tolerance : float
        Largest size of a weak weight, at least 0.
    temperature : float
        T, above 0; large values make p_ij one over the number of incoming edges, whatever the weight.

    Raises
    ------
    ParameterError
        If an argument is out of range.

    Notes
    -----
    Each weak edge, with a size of W_ij up to the tolerance, leaves with the probability [1]_

    .. math:: p_{ij} = e^{-|W_{ij}|/T} / \sum_{i'} e^{-|W_{i'j}|/T}

    with W_ij the weight of the edge from i to j, and the sum over all of j's incoming edges.

    References
    ----------
    .. [1] Farinha, Pequito, Santos, Figueiredo, Equilibrium propagation for complete directed neural networks, ESANN
       2020, arXiv 2006.08798.

    Examples
    --------
    >>> import neurograph as ng
    >>> network = ng.compile(ng.topologies.complete(inputs=2, hidden=10, outputs=1, seed=0))
    >>> pruned = ng.prune(network, ng.pruning.boltzmann(tolerance=0.2), seed=0)
    >>> weak = abs(network.weights) <= 0.2
    >>> bool(0 < len(pruned.removed) < weak.sum()), max(abs(one.weight) for one in pruned.removed) <= 0.2
    (True, True)
    """

    tolerance: float = 0.01
    temperature: float = 5.0

    def __post_init__(self) -> None:
        """Check the numbers."""
        checked_number("tolerance", self.tolerance, least=0.0)
        checked_number("temperature", self.temperature, above=0.0)

    def select(self, network: Network, rng: np.random.Generator, task: Task | None = None) -> Selection:
        """Draw which weak edges leave; the likeliest go first."""
        edges = weak(network, self.tolerance)
        if not edges.size:
            return NOTHING
        chance = self._chances(network)
        edges = edges[(rng.random(chance.size) < chance)[edges]]
        edges = edges[np.argsort(-chance[edges], kind="stable")]
        return Selection(
            edges,
            chance[edges],
            f"|w| <= {self.tolerance:g}, drawn by its Boltzmann factor at temperature {self.temperature:g}",
        )

    def _chances(self, network: Network) -> Floats:
        """Return p_ij of each edge (edges,)."""
        # With m_j = min_i |W_ij|, both sides of the fraction times exp(m_j/T): the largest factor at every node j is 1,
        # so that no sum is 0 however large the weights.
        size, post, n = np.abs(network.weights), network.connectivity.post, len(network.nodes)
        least = np.full(n, np.inf)
        np.minimum.at(least, post, size)
        factor = np.exp(-(size - least[post]) / self.temperature)
        return np.asarray(factor / np.bincount(post, factor, minlength=n)[post])


boltzmann = Boltzmann
