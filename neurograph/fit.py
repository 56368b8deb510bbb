"""What a training run leaves behind."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from neurograph.network import Floats, Network
from neurograph.pruning import Removed


@dataclass(frozen=True, eq=False)
class Memory:
    """What a training run remembers from one update to the next, besides the network."""

    velocity: Floats
    bias_velocity: Floats
    generator: dict[str, Any]


@dataclass(frozen=True, eq=False, repr=False)
class Fit:
    """What :func:`neurograph.train` gives, and goes on from: ``train(fit, x, y)``.

    Attributes
    ----------
    network : Network
        After the last update.
    history : dict of str to array (epochs,)
        For each epoch: ``cost``, the mean over samples of half the squared distance of outputs and targets in
        the free phase, and ``error``, the share that :func:`neurograph.costs.wrong` counts, both before the
        sample's own update; ``edges``, those left after the epoch; ``settled``, the share of phases that converged.
    removed : tuple of Removed
        The edges that left, in the order in which they did.
    state : array (samples, nodes)
        The last free equilibrium of each sample.
    memory : Memory
        The optimiser's memory and the state of the random numbers.
    """

    network: Network
    history: dict[str, NDArray[np.float64]]
    removed: tuple[Removed, ...]
    state: Floats
    memory: Memory

    @property
    def epochs(self) -> int:
        """How many epochs were run."""
        return int(self.history["cost"].size)

    def __repr__(self) -> str:
        """Say how it ended in a line."""
        last = {name: values[-1] for name, values in self.history.items()}
        return (
            f"Fit({self.epochs} epochs: cost {last['cost']:.3g}, error {last['error']:.3g}, {last['edges']:.0f} edges)"
        )
