"""The control: edges drawn without a look at them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from neurograph._arrays import Floats
from neurograph.network.network import Network
from neurograph.pruning.base import Ranking, Task


@dataclass(frozen=True)
class Random(Ranking):
    """Removal of a share of the edges, any; see :func:`random`."""

    what: ClassVar[str] = "lowest of as many random numbers"

    def scores(self, network: Network, rng: np.random.Generator, task: Task | None) -> Floats:
        """Draw from U(0, 1) (edges,)."""
        return rng.random(network.weights.size)


def random(fraction: float, regrow: bool = False) -> Random:
    """Prune edges at random: what any other pruner has to beat.

    Parameters
    ----------
    fraction : float
        Share of the plastic edges that leave, from 0 to 1.
    regrow : bool
        Whether the weight only becomes 0 and may grow again.

    Raises
    ------
    ParameterError
        If an argument is out of range.
    """
    return Random(fraction, regrow=regrow)
