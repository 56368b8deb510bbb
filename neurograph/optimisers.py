"""From a change to a step: what is done to the weights with what the rule says."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from neurograph.errors import ParameterError
from neurograph.network import Floats


@dataclass(frozen=True)
class Sgd:
    """``W <- W + clip(learning_rate (change - l1 sign(W)), -max_step, max_step)``.

    Parameters
    ----------
    learning_rate : float
        Factor of the rule's change.
    l1 : float
        Strength of the pull towards 0, on weights and not on biases.
    max_step : float, optional
        Largest size of one number's step.

    Raises
    ------
    ParameterError
        If a number is out of range.
    """

    learning_rate: float = 1.0
    l1: float = 0.0
    max_step: float | None = None

    def __post_init__(self) -> None:
        """Check the numbers."""
        if not 0.0 < self.learning_rate < np.inf:
            raise ParameterError(f"learning_rate is {self.learning_rate!r}: expected a number > 0")
        if not 0.0 <= self.l1 < np.inf:
            raise ParameterError(f"l1 is {self.l1!r}: expected a number >= 0")
        if self.max_step is not None and not self.max_step > 0.0:
            raise ParameterError(f"max_step is {self.max_step!r}: expected a number > 0, or None")

    def step(self, values: Floats, change: Floats, plastic: NDArray[np.bool_], decays: bool = True) -> Floats:
        """Give the new values; those that are not plastic stay."""
        pull = self.l1 * np.sign(values) if decays and self.l1 else 0.0
        size = self.learning_rate * (change - pull)
        if self.max_step is not None:
            size = np.clip(size, -self.max_step, self.max_step)
        return np.asarray(np.where(plastic, values + size, values), values.dtype)


def sgd(learning_rate: float = 1.0, l1: float = 0.0, max_step: float | None = None) -> Sgd:
    """Gradient steps of a fixed rate; see :class:`Sgd`."""
    return Sgd(learning_rate, l1, max_step)
