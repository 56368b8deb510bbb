"""What a training run leaves behind."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from neurograph._arrays import Floats
from neurograph.network.network import Network
from neurograph.pruning import Removed


@dataclass(frozen=True, eq=False)
class Memory:
    """What a training run remembers from one epoch to the next, besides the network.

    Attributes
    ----------
    optimiser : tuple of arrays
        The optimiser's own: one number for each weight and bias, or one in all.
    generator : dict
        The state of the random numbers.
    held_out : int array
        Places of the samples of x that only validate.
    best_cost, best_epoch : float, int
        The lowest cost that early stopping has seen, and when.
    finished : str
        Why the run stopped before its last epoch; empty if it did not.
    """

    optimiser: tuple[Floats, ...]
    generator: dict[str, Any]
    held_out: NDArray[np.int64]
    best_cost: float
    best_epoch: int
    finished: str


@dataclass(frozen=True, eq=False, repr=False)
class Fit:
    """What :func:`neurograph.train` gives, and goes on from: ``train(fit, x, y)``.

    Attributes
    ----------
    network : Network
        After the last update.
    best : Network
        With validation, after the epoch of the lowest validation cost; else `network`.
    history : dict of str to array (epochs,)
        For each epoch: ``cost``, the mean over samples in the free phase, and ``error``, see
        :func:`neurograph.costs.error`, both before the sample's own update; ``edges``, those left after the epoch;
        ``settled``, the share of phases that converged; ``learned``, the share of samples that were learned from; with
        validation also ``validation_cost`` and ``validation_error``, after the epoch.
    removed : tuple of Removed
        The edges that left, in the order in which they did.
    state : array (samples, nodes)
        The last free equilibrium of each sample.
    memory : Memory
        What else the run needs to go on.
    """

    network: Network
    best: Network
    history: dict[str, NDArray[np.float64]]
    removed: tuple[Removed, ...]
    state: Floats
    memory: Memory

    @property
    def epochs(self) -> int:
        """How many epochs were run."""
        return int(self.history["cost"].size)

    def __repr__(self) -> str:
        """Return how it ended in a line."""
        last = {name: values[-1] for name, values in self.history.items()}
        validated = f", validation error {last['validation_error']:.3g}" if "validation_error" in last else ""
        why = f"; {self.memory.finished}" if self.memory.finished else ""
        return (
            f"Fit({self.epochs} epochs: cost {last['cost']:.3g}, error {last['error']:.3g}{validated}, "
            f"{last['edges']:.0f} edges{why})"
        )
