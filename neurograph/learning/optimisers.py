"""Optimisers: from a rule's change of the weights and biases to the step that they take."""

from __future__ import annotations

import abc
from collections.abc import Callable
from dataclasses import KW_ONLY, dataclass

import numpy as np

from neurograph._arrays import Floats
from neurograph._checks import checked_number, finite_number
from neurograph.errors import ParameterError

__all__ = ["Adam", "Optimiser", "Sgd", "adam", "sgd"]

OptimiserState = tuple[Floats, ...]


@dataclass(frozen=True)
class Optimiser(abc.ABC):
    """Base of the optimisers: how a rule's change becomes a step, and the limits of every step.

    ``W <- bound(soft(W + clip(rate direction, -max_step, max_step), rate l1))``, where soft moves a number towards 0
    by its second argument and stops there, bound projects onto `bounds`, and rate is ``learning_rate decay**epoch``.
    L1 and bounds act on weights, not on biases.

    Parameters
    ----------
    learning_rate : float
        Factor of the direction.
    decay : float
        Factor of the learning rate from one epoch to the next, above 0 and at most 1.
    max_norm : float, optional
        Largest Euclidean norm of the rule's change over all weights and biases; a larger one is scaled down to it.
    max_step : float, optional
        Largest size of one number's step.
    l1 : float
        Strength of the pull towards 0, an L1 term of the cost.
    bounds : (float, float), optional
        The interval that weights stay in.

    Raises
    ------
    ParameterError
        If a number is out of range.
    """

    learning_rate: float
    _: KW_ONLY
    decay: float = 1.0
    max_norm: float | None = None
    max_step: float | None = None
    l1: float = 0.0
    bounds: tuple[float, float] | None = None

    def __post_init__(self) -> None:
        """Check the numbers."""
        checked_number("learning_rate", self.learning_rate, above=0.0)
        checked_number("decay", self.decay, above=0.0, most=1.0)
        checked_number("l1", self.l1, least=0.0)
        for name in ("max_norm", "max_step"):
            if getattr(self, name) is not None:
                checked_number(name, getattr(self, name), above=0.0, remark=", or None")
        if self.bounds is not None:
            object.__setattr__(self, "bounds", _checked_bounds(self.bounds))

    @abc.abstractmethod
    def begin(self, size: int) -> OptimiserState:
        """Return what is remembered before the first of the updates of `size` numbers: arrays (size,) or scalars ()."""

    @abc.abstractmethod
    def direction(self, change: Floats, state: OptimiserState) -> tuple[Floats, OptimiserState]:
        """Return the direction to move in, and what is remembered for the next update."""

    def step(
        self, values: Floats, change: Floats, state: OptimiserState, weights: int, epoch: int = 0
    ) -> tuple[Floats, OptimiserState]:
        """Return the new values and the new state; the first `weights` of the values are weights, then come biases."""
        if self.max_norm is not None:
            norm = float(np.sqrt(np.sum(change**2)))
            change = change * (self.max_norm / norm) if norm > self.max_norm else change
        direction, state = self.direction(change, state)
        rate = self.learning_rate * self.decay**epoch
        move = rate * direction
        if self.max_step is not None:
            move = np.clip(move, -self.max_step, self.max_step)
        values = values + move
        if self.l1:
            shrunk = np.maximum(np.abs(values[:weights]) - rate * self.l1, 0.0)
            values[:weights] = np.sign(values[:weights]) * shrunk
        if self.bounds is not None:
            values[:weights] = np.clip(values[:weights], *self.bounds)
        return values, state


def _checked_bounds(bounds: tuple[float, float]) -> tuple[float, float]:
    pair = tuple(bounds) if isinstance(bounds, (tuple, list)) else ()
    numbers = [finite_number(bound) for bound in pair]
    if len(numbers) != 2 or numbers[0] is None or numbers[1] is None or numbers[0] >= numbers[1]:
        raise ParameterError(f"bounds is {bounds!r}: expected (low, high) with low < high, or None")
    return numbers[0], numbers[1]


@dataclass(frozen=True)
class Sgd(Optimiser):
    """Steps along the rule's change, ``V <- momentum V + change``.

    Parameters
    ----------
    learning_rate : float
        Factor of V.
    momentum : float
        Share of the last direction that is kept, from 0 to below 1.
    decay, max_norm, max_step, l1, bounds
        The limits of every step: see :class:`Optimiser`.

    Raises
    ------
    ParameterError
        If a number is out of range.
    """

    learning_rate: float = 1.0
    momentum: float = 0.0

    def __post_init__(self) -> None:
        """Check the numbers."""
        super().__post_init__()
        checked_number("momentum", self.momentum, least=0.0, below=1.0)

    def begin(self, size: int) -> OptimiserState:
        """Return a velocity of 0."""
        return (np.zeros(size),)

    def direction(self, change: Floats, state: OptimiserState) -> tuple[Floats, OptimiserState]:
        """Return ``V <- momentum V + change``."""
        velocity = self.momentum * state[0] + change
        return velocity, (velocity,)


@dataclass(frozen=True)
class Adam(Optimiser):
    """Adam's steps: the mean of the rule's changes over the root of the mean of their squares.

    Parameters
    ----------
    learning_rate : float
        About how far a number moves in an update.
    beta1, beta2 : float
        Share of the mean, and of the mean square, that is kept.
    epsilon : float
        Added to the root, so that changes much smaller than this count for less.
    decay, max_norm, max_step, l1, bounds
        The limits of every step: see :class:`Optimiser`.

    Raises
    ------
    ParameterError
        If a number is out of range.

    References
    ----------
    Kingma and Ba, Adam: a method for stochastic optimization, ICLR 2015, arXiv 1412.6980.
    """

    learning_rate: float = 0.01
    _: KW_ONLY
    beta1: float = 0.9
    beta2: float = 0.999
    epsilon: float = 1e-8

    def __post_init__(self) -> None:
        """Check the numbers."""
        super().__post_init__()
        checked_number("beta1", self.beta1, least=0.0, below=1.0)
        checked_number("beta2", self.beta2, least=0.0, below=1.0)
        checked_number("epsilon", self.epsilon, above=0.0)

    def begin(self, size: int) -> OptimiserState:
        """Return moments of 0, and how many updates there were."""
        return np.zeros(size), np.zeros(size), np.zeros(())

    def direction(self, change: Floats, state: OptimiserState) -> tuple[Floats, OptimiserState]:
        """Return the first moment over the root of the second, both without the bias of their start at 0."""
        # After t updates with changes c:
        #   m <- beta1 m + (1 - beta1) c,   v <- beta2 v + (1 - beta2) c^2,
        #   direction = m / (1 - beta1^t) / (sqrt(v / (1 - beta2^t)) + epsilon).
        updates = state[2] + 1.0
        mean = self.beta1 * state[0] + (1.0 - self.beta1) * change
        square = self.beta2 * state[1] + (1.0 - self.beta2) * change**2
        root = np.sqrt(square / (1.0 - self.beta2**updates)) + self.epsilon
        return mean / ((1.0 - self.beta1**updates) * root), (mean, square, updates)


sgd = Sgd
adam = Adam

OPTIMISERS: dict[str, Callable[..., Optimiser]] = {"sgd": sgd, "adam": adam}
"""The constructor of each optimiser, by name; the conformance suite runs over them."""
