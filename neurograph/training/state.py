"""What a training run has come to: a value from which it goes on as if it had never stopped."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from neurograph._arrays import Floats
from neurograph.network.network import Network
from neurograph.pruning import Removed


@dataclass(frozen=True, eq=False, repr=False)
class TrainingState:
    """What :func:`neurograph.train` returns, and goes on from: ``train(fit, x, y)``.

    Attributes
    ----------
    network : Network
        After the last update.
    best : Network
        With validation, after the epoch of the lowest validation cost; else `network`.
    records : tuple of mappings of str to float
        One an epoch, see `history`.
    removed : tuple of Removed
        The edges that left, in the order in which they did.
    state : array (samples, nodes)
        The last free equilibrium of each sample.
    optimiser_state : tuple of arrays
        What the optimiser keeps: one number for each weight and bias, or one in all.
    generator : dict
        The state of the random numbers.
    held_out : int array
        Places of the samples of x that only validate.
    best_cost, best_epoch : float, int
        The lowest cost that early stopping has seen, and when.
    finished : str
        Why the run stopped before its last epoch; empty if it did not.
    """

    network: Network
    best: Network
    records: tuple[Mapping[str, float], ...]
    removed: tuple[Removed, ...]
    state: Floats
    optimiser_state: tuple[Floats, ...]
    generator: dict[str, Any]
    held_out: NDArray[np.int64]
    best_cost: float = np.inf
    best_epoch: int = -1
    finished: str = ""

    @property
    def epochs(self) -> int:
        """How many epochs were run."""
        return len(self.records)

    @cached_property
    def history(self) -> dict[str, NDArray[np.float64]]:
        """For each epoch (epochs,), by name.

        ``cost``, the mean over samples in the free phase, and ``error``, see :func:`neurograph.costs.error`, both
        before the sample's own update; ``edges``, those left after the epoch; ``settled``, the share of phases that
        converged; ``learned``, the share of samples that were learned from; with validation also ``validation_cost``
        and ``validation_error``, after the epoch; with `keep` the ``rate`` that is certified after it.
        """
        names = self.records[0] if self.records else ()
        return {name: np.array([record[name] for record in self.records]) for name in names}

    def __repr__(self) -> str:
        """Return in a line how it went."""
        if not self.records:
            return "TrainingState(0 epochs)"
        last = self.records[-1]
        validated = f", validation error {last['validation_error']:.3g}" if "validation_error" in last else ""
        why = f"; {self.finished}" if self.finished else ""
        return (
            f"TrainingState({self.epochs} epochs: cost {last['cost']:.3g}, error {last['error']:.3g}{validated}, "
            f"{last['edges']:.0f} edges{why})"
        )


def restored_generator(state: Mapping[str, Any]) -> np.random.Generator:
    """Return the random numbers that go on from a state of a bit generator."""
    rng = np.random.Generator(getattr(np.random, state["bit_generator"])())
    rng.bit_generator.state = state
    return rng
