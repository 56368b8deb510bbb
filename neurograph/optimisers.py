"""From a change to a step: what is done to the weights with what the rule says."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from neurograph.arguments import checked_number
from neurograph.network import Floats

__all__ = ["Sgd", "sgd"]


@dataclass(frozen=True)
class Sgd:
    """Steps of a fixed rate along the rule's change, with a memory, a bound and a pull towards 0.

    ``V <- momentum V + change``, ``W <- soft(W + clip(learning_rate V, -max_step, max_step), learning_rate l1)``,
    where soft moves a number towards 0 by its second argument and stops there.

    Parameters
    ----------
    learning_rate : float
        Factor of the rule's change.
    momentum : float
        Share of the last step's direction that is kept, from 0 to below 1.
    l1 : float
        Strength of the pull towards 0 (an L1 term of the cost), on weights and not on biases.
    max_step : float, optional
        Largest size of one number's step.

    Raises
    ------
    ParameterError
        If a number is out of range.
    """

    learning_rate: float = 1.0
    momentum: float = 0.0
    l1: float = 0.0
    max_step: float | None = None

    def __post_init__(self) -> None:
        """Check the numbers."""
        checked_number("learning_rate", self.learning_rate, above=0.0)
        checked_number("momentum", self.momentum, least=0.0, below=1.0)
        checked_number("l1", self.l1, least=0.0)
        if self.max_step is not None:
            checked_number("max_step", self.max_step, above=0.0, remark=", or None")

    def step(self, values: Floats, change: Floats, velocity: Floats, shrinks: bool = True) -> tuple[Floats, Floats]:
        """Give the new values and the new velocity; `shrinks` says whether the L1 term acts on them."""
        velocity = self.momentum * velocity + change
        move = self.learning_rate * velocity
        if self.max_step is not None:
            move = np.clip(move, -self.max_step, self.max_step)
        values = values + move
        if shrinks and self.l1:
            values = np.sign(values) * np.maximum(np.abs(values) - self.learning_rate * self.l1, 0.0)
        return values, velocity


def sgd(learning_rate: float = 1.0, momentum: float = 0.0, l1: float = 0.0, max_step: float | None = None) -> Sgd:
    """Give steps of a fixed rate along the rule's change.

    Parameters
    ----------
    learning_rate, momentum, l1, max_step
        See :class:`Sgd`.

    Raises
    ------
    ParameterError
        If a number is out of range.
    """
    return Sgd(learning_rate, momentum, l1, max_step)
