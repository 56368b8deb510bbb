"""The control: edges drawn whatever their weight."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from neurograph._arrays import Floats
from neurograph.network.network import Network
from neurograph.pruning.base import Ranking, Task


@dataclass(frozen=True)
class Random(Ranking):
    """Prune edges at random: the control for every other pruner.

    Parameters
    ----------
    fraction : float
        Share of the plastic edges that leave, from 0 to 1.

    Raises
    ------
    ParameterError
        If an argument is out of range.

    Notes
    -----
    The edges of the lowest score leave, and the score of each is drawn from U(0, 1): our own control, whatever the
    weights.

    Examples
    --------
    >>> import neurograph as ng
    >>> network = ng.compile(ng.topologies.complete(inputs=2, hidden=10, outputs=1, seed=0))
    >>> pruned = ng.prune(network, ng.pruning.random(0.5), neurons=False, seed=0)
    >>> pruned.network.weights.size == network.weights.size // 2
    True
    >>> large = max(abs(one.weight) for one in pruned.removed)  # large weights leave as small ones do
    >>> bool(large > abs(pruned.network.weights).mean())
    True
    """

    what: ClassVar[str] = "lowest of as many random numbers"

    def scores(self, network: Network, rng: np.random.Generator, task: Task | None) -> Floats:
        """Draw from U(0, 1) (edges,)."""
        return rng.random(network.weights.size)


random = Random
