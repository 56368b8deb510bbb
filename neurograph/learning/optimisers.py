"""Optimisers: from a rule's change of the weights and biases to the step that they take."""

from __future__ import annotations

import abc
from collections.abc import Callable, Mapping
from dataclasses import KW_ONLY, dataclass, fields
from functools import lru_cache
from numbers import Real
from typing import ClassVar

import numpy as np

from neurograph._arrays import Floats
from neurograph._checks import checked_number, finite_number, public_names
from neurograph.equations.expression import Expression
from neurograph.errors import ParameterError
from neurograph.kernels import engine
from neurograph.kernels.bindings import Call
from neurograph.kernels.program import program

__all__ = ["Adam", "Optimiser", "Rmsprop", "Sgd", "adam", "rmsprop", "sgd"]

OptimiserState = tuple[Floats, ...]


@dataclass(frozen=True)
class Optimiser(abc.ABC):
    """Base of the optimisers: how a rule's change becomes a step, and the limits of every step.

    ``W <- bound(soft(W + clip(rate direction, -max_step, max_step), rate l1))``, where soft moves a number towards 0
    by its second argument and stops there, bound projects onto `bounds`, and rate is ``learning_rate decay**epoch``.
    L1 and bounds act on weights, not on biases.

    A kind of optimiser is its equations: a class that names what it remembers ``of_each`` number and ``of_all`` of them
    together, and has ``equations`` that follow each other, of all that and ``direction``. They read ``change``, what is
    remembered, what an equation before has found, and the class's own parameters.

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

    of_each: ClassVar[tuple[str, ...]] = ()
    of_all: ClassVar[tuple[str, ...]] = ()
    equations: ClassVar[Mapping[str, str]]

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

    @classmethod
    def begin(cls, size: int) -> OptimiserState:
        """Return what is remembered before the first of the updates of `size` numbers: arrays (size,), then ()."""
        return (*(np.zeros(size) for _ in cls.of_each), *(np.zeros(()) for _ in cls.of_all))

    def rate(self, epoch: int) -> float:
        """Return the learning rate of an epoch."""
        return float(self.learning_rate * self.decay**epoch)

    def step(
        self, values: Floats, change: Floats, state: OptimiserState, weights: int, epoch: int = 0
    ) -> tuple[Floats, OptimiserState]:
        """Return the new values and the new state; the first `weights` of the values are weights, then come biases."""
        moved, kept = np.array(values, np.float64), tuple(part.copy() for part in state)
        changes = np.ascontiguousarray(change, np.float64)
        engine.run(self.calls(moved, changes, kept, weights, np.array(self.rate(epoch))))
        return moved, kept

    def calls(
        self, values: Floats, change: Floats, state: OptimiserState, weights: int, rate: Floats
    ) -> tuple[Call, ...]:
        """Return the calls of the engine that make a step, from the change that is there then, in values and state.

        All are float64, and `rate` an array of one number, so that the same calls serve every epoch.
        """
        written = _Writer(self, {"values": values, "change": change, "rate": rate})
        written.given |= dict(zip((*self.of_each, *self.of_all), state, strict=True))
        if self.max_norm is not None:
            # change <- change min(1, max_norm / |change|)
            squares, norm = np.empty_like(change), np.empty(1)
            written.write("squares", "change**2", squares)
            written.calls.append((engine.add_up, (None, squares, norm)))
            written.given["total"] = norm
            written.write("change", "change*clip(max_norm/sqrt(total), 0, 1)", np.empty_like(change))
        names = tuple(self.equations)
        for place, (name, equation) in enumerate(self.equations.items()):
            written.write(name, equation, kept=equation not in names[place + 1 :])
        move = "rate*direction" if self.max_step is None else "clip(rate*direction, -max_step, max_step)"
        written.write("values", f"values + {move}")
        written.given["values"] = values[:weights]
        if self.l1:
            written.write("values", "sign(values)*relu(abs(values) - rate*l1)")
        if self.bounds is not None:
            written.write("values", "clip(values, low, high)")
        return tuple(written.calls)


class _Writer:
    """Writes the calls that evaluate equations one after another, each over what is there by then."""

    def __init__(self, optimiser: Optimiser, given: dict[str, Floats]) -> None:
        low, high = optimiser.bounds or (0.0, 0.0)
        numbers = {each.name: getattr(optimiser, each.name) for each in fields(optimiser)} | {"low": low, "high": high}
        self.constants = {name: float(value) for name, value in numbers.items() if isinstance(value, Real)}
        self.given, self.calls = given, list[Call]()

    def write(self, name: str, text: str, to: Floats | None = None, kept: bool = False) -> None:
        """Evaluate an equation into an array, by default the one of this name, or one of the size that it needs.

        What is equal to an array as it is shares it, where that is `kept` as it is.
        """
        if kept and name not in self.given and text in self.given:
            self.given[name] = self.given[text]
            return
        equation = _equation(text, (*self.given, *self.constants), f"the {name} of an optimiser")
        names = tuple(sorted(equation.symbols & self.given.keys()))
        arrays = tuple(self.given[each] for each in names)
        if to is None:
            to = self.given[name] if name in self.given else np.empty_like(max(arrays, key=np.ndim))
        constants = tuple((each, self.constants[each]) for each in sorted(equation.symbols & self.constants.keys()))
        self.calls.append((engine.evaluate, (program(equation, names, (), constants), arrays, to)))
        self.given[name] = to


@lru_cache(maxsize=256)
def _equation(text: str, vocabulary: tuple[str, ...], what: str) -> Expression:
    """Return an equation, made once: to read its text takes longer than a small step."""
    return Expression(text, vocabulary, what)


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

    of_each: ClassVar[tuple[str, ...]] = ("velocity",)
    equations: ClassVar[Mapping[str, str]] = {"velocity": "momentum*velocity + change", "direction": "velocity"}

    learning_rate: float = 1.0
    momentum: float = 0.0

    def __post_init__(self) -> None:
        """Check the numbers."""
        super().__post_init__()
        checked_number("momentum", self.momentum, least=0.0, below=1.0)


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

    # After t updates with changes c, m and v of which begin at 0:
    #   m <- beta1 m + (1 - beta1) c,   v <- beta2 v + (1 - beta2) c^2,
    #   direction = m / (1 - beta1^t) / (sqrt(v / (1 - beta2^t)) + epsilon).
    of_each: ClassVar[tuple[str, ...]] = ("mean", "square")
    of_all: ClassVar[tuple[str, ...]] = ("updates",)
    equations: ClassVar[Mapping[str, str]] = {
        "updates": "updates + 1",
        "mean": "beta1*mean + (1 - beta1)*change",
        "square": "beta2*square + (1 - beta2)*change**2",
        "mean_share": "1 - beta1**updates",
        "square_share": "1 - beta2**updates",
        "direction": "mean/(mean_share*(sqrt(square/square_share) + epsilon))",
    }

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


@dataclass(frozen=True)
class Rmsprop(Optimiser):
    """RMSProp's steps: the rule's change over the root of the mean of its squares.

    Parameters
    ----------
    learning_rate : float
        About how far a number moves in an update.
    memory : float
        Share of the mean square that is kept.
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
    Tieleman and Hinton, lecture 6.5 of Neural networks for machine learning, Coursera, 2012.
    """

    of_each: ClassVar[tuple[str, ...]] = ("square",)
    equations: ClassVar[Mapping[str, str]] = {
        "square": "memory*square + (1 - memory)*change**2",
        "direction": "change/(sqrt(square) + epsilon)",
    }

    learning_rate: float = 0.001
    _: KW_ONLY
    memory: float = 0.9
    epsilon: float = 1e-8

    def __post_init__(self) -> None:
        """Check the numbers."""
        super().__post_init__()
        checked_number("memory", self.memory, least=0.0, below=1.0)
        checked_number("epsilon", self.epsilon, above=0.0)


sgd = Sgd
adam = Adam
rmsprop = Rmsprop

public_names(__name__, __all__)

OPTIMISERS: dict[str, Callable[..., Optimiser]] = {"sgd": sgd, "adam": adam, "rmsprop": rmsprop}
"""The constructor of each optimiser, by name; the conformance suite runs over them."""
