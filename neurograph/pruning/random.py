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
    """

    what: ClassVar[str] = "lowest of as many random numbers"

    def scores(self, network: Network, rng: np.random.Generator, task: Task | None) -> Floats:
        """Draw from U(0, 1) (edges,)."""
        return rng.random(network.weights.size)


random = Random
