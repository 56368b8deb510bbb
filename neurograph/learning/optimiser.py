"""The base of the optimisers: from a rule's change of the weights and biases to the step that they take."""

from __future__ import annotations

import abc
from collections.abc import Mapping
from dataclasses import KW_ONLY, dataclass, fields
from functools import lru_cache
from numbers import Real
from typing import ClassVar

import numpy as np

from neurograph._arrays import Floats
from neurograph._checks import checked_number, finite_number
from neurograph.equations.expression import Expression
from neurograph.errors import ParameterError
from neurograph.kernels import engine
from neurograph.kernels.bindings import Call
from neurograph.kernels.program import program

OptimiserState = tuple[Floats, ...]


@dataclass(frozen=True)
class Optimiser(abc.ABC):
    r"""Base of the optimisers: how a rule's change becomes a step, and the limits of every step.

    A kind of optimiser is its equations: a class that names what it remembers ``of_each`` number and ``of_all`` of them
    together, and has ``equations`` that follow each other, of all that and ``direction``. They read ``change``, what is
    remembered, what an equation before has found, and the class's own parameters.

    Parameters
    ----------
    learning_rate : float
        :math:`\eta_0`, factor of the direction.
    decay : float
        :math:`\gamma`, factor of the learning rate from one epoch to the next, above 0 and at most 1.
    max_norm : float, optional
        Largest Euclidean norm of the rule's change over all weights and biases; a larger one is scaled down to it.
    max_step : float, optional
        :math:`\delta`, largest size of one number's step.
    l1 : float
        :math:`l_1`, strength of the pull towards 0, an L1 term of the cost.
    bounds : (float, float), optional
        The interval that weights stay in.

    Raises
    ------
    ParameterError
        If a number is out of range.

    Notes
    -----
    .. math::
        W \leftarrow \mathrm{bound}\bigl(\mathrm{soft}(W + \mathrm{clip}(\eta\, d, -\delta, \delta), \eta\, l_1)\bigr),
        \quad \eta = \eta_0 \gamma^{k}

    in epoch k, with W the weights and biases, d the direction that a child finds, bound the projection onto `bounds`,
    and soft what moves a number towards 0 by its second argument and stops there: the proximal step of the L1 term
    [1]_. L1 and bounds act on weights, not on biases.

    References
    ----------
    .. [1] Daubechies, Defrise, De Mol, An iterative thresholding algorithm for linear inverse problems with a sparsity
       constraint, Communications on Pure and Applied Mathematics 57, 2004.

    Examples
    --------
    One of one's own is its equations:

    >>> import numpy as np, neurograph as ng
    >>> class Sign(ng.optimisers.Optimiser):
    ...     equations = {"direction": "sign(change)"}
    >>> Sign(0.1).step(np.array([1.0, 2.0]), np.array([3.0, -0.5]), (), weights=2)[0].tolist()
    [1.1, 1.9]
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
        """Return what is remembered before the first update.

        Parameters
        ----------
        size : int
            How many numbers are updated.

        Returns
        -------
        tuple of float64 array
            Arrays (size,), then ().
        """
        return (*(np.zeros(size) for _ in cls.of_each), *(np.zeros(()) for _ in cls.of_all))

    def rate(self, epoch: int) -> float:
        """Return the learning rate of an epoch.

        Parameters
        ----------
        epoch : int
            From 0.

        Returns
        -------
        float
        """
        return float(self.learning_rate * self.decay**epoch)

    def step(
        self, values: Floats, change: Floats, state: OptimiserState, weights: int, epoch: int = 0
    ) -> tuple[Floats, OptimiserState]:
        """Return the numbers after an update, and what is remembered then; neither array that is given changes.

        Parameters
        ----------
        values : float64 array (numbers,)
            The weights, and behind them the biases.
        change : float64 array (numbers,)
            The rule's change of each: minus a gradient.
        state : tuple of float64 array
            What :meth:`begin` or the last step returned.
        weights : int
            How many of the values are weights.
        epoch : int
            From 0.

        Returns
        -------
        values : float64 array (numbers,)
        state : tuple of float64 array
        """
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
