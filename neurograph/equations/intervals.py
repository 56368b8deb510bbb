"""Ranges of equations: all that an Expression can give while its symbols range over intervals.

Every end is rounded outward, so a range holds each value that the equation has in exact arithmetic. A range also
says how smooth the equation is on the way, for the slope of an equation that may jump bounds nothing.
"""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from neurograph.equations.expression import ARRAY_FUNCTIONS, Expression
from neurograph.equations.neuron import POPULATION
from neurograph.equations.populations import ByPopulation

Array = NDArray[Any]

SMOOTH, KINKED, ROUGH = range(3)
"""Grades: differentiable; continuous, with a kink inside; may jump or be undefined, or its slope is not known."""

HALVES = 8
"""Half units in the last place by which numpy's functions and powers are taken to err at most."""


@dataclass(frozen=True, eq=False)
class Interval:
    """Numbers known to lie in [low, high], one interval a node.

    Attributes
    ----------
    low, high : float64 array
        The ends; infinite where no bound is known.
    varies : bool array
        Whether the number may differ from point to point; a constant known within an error does not vary.
    grade : int8 array
        SMOOTH, KINKED or ROUGH.
    """

    low: Array
    high: Array
    varies: Array
    grade: Array

    @classmethod
    def constant(cls, value: ArrayLike, error: ArrayLike = 0.0) -> Interval:
        """Return a constant, known within an error."""
        number, slack = np.broadcast_arrays(np.asarray(value, np.float64), np.asarray(error, np.float64))
        exact = slack == 0.0
        with np.errstate(invalid="ignore"):  # of a number that overflowed, known within infinity, nothing is known
            low, high = number - slack, number + slack
        return cls(
            _down(np.where(np.isnan(low), -np.inf, low), exact),
            _up(np.where(np.isnan(high), np.inf, high), exact),
            np.zeros(number.shape, np.bool_),
            np.full(number.shape, SMOOTH, np.int8),
        )

    @classmethod
    def across(cls, low: ArrayLike, high: ArrayLike) -> Interval:
        """Return a number that varies from one end to the other."""
        least, most = np.broadcast_arrays(np.asarray(low, np.float64), np.asarray(high, np.float64))
        return cls(least, most, np.asarray(least < most), np.full(least.shape, SMOOTH, np.int8))

    @property
    def size(self) -> Array:
        """Largest absolute value."""
        return np.asarray(np.maximum(np.abs(self.low), np.abs(self.high)))

    def repeated(self, count: int) -> Interval:
        """Return an interval for each of `count` nodes, where there is but one for all."""
        parts = (self.low, self.high, self.varies, self.grade)
        return Interval(*(np.broadcast_to(part, (count,)) for part in parts))

    def __neg__(self) -> Interval:
        """Return [-high, -low]."""
        return replace(self, low=-self.high, high=-self.low)

    @np.errstate(all="ignore")
    def __add__(self, other: Interval) -> Interval:
        """Return the ends' sums, rounded outward where they are not exact."""
        low, high = self.low + other.low, self.high + other.high
        low = _down(low, _exact_sum(self.low, other.low, low))
        return _made(low, _up(high, _exact_sum(self.high, other.high, high)), self, other)

    @np.errstate(all="ignore")
    def __mul__(self, other: Interval) -> Interval:
        """Return the range of the ends' four products; 0 times an infinite end is 0, for no number is infinite."""
        low, high = _corners(self, other, lambda a, b: np.where((a == 0.0) | (b == 0.0), 0.0, a * b), (-1.0, 0.0, 1.0))
        result = _made(low, high, self, other)
        return replace(result, varies=result.varies & (result.size > 0.0))

    @np.errstate(all="ignore")
    def inverse(self) -> Interval:
        """Return 1/x; without bounds, and ROUGH, where x may be 0."""
        through = (self.low <= 0.0) & (self.high >= 0.0)
        low = _down(1.0 / self.high, np.abs(np.frexp(self.high)[0]) == 0.5)  # a power of 2
        high = _up(1.0 / self.low, np.abs(np.frexp(self.low)[0]) == 0.5)
        result = _made(np.where(through, -np.inf, low), np.where(through, np.inf, high), self)
        return _graded(result, ROUGH, through)


@np.errstate(all="ignore")
def enclose(equation: Expression, symbols: Mapping[str, Interval]) -> Interval:
    """Return a range that holds every value of the equation while its symbols range over theirs.

    Where a part of the equation is undefined for some of them, the grade is ROUGH and the range holds the others.

    Examples
    --------
    >>> slope = Expression("(1 - sigmoid(I))*sigmoid(I)", ("I",))
    >>> found = enclose(slope, {"I": Interval.across(-np.inf, np.inf)})
    >>> float(found.low), float(found.high)
    (0.0, 0.25)
    """
    if isinstance(equation, ByPopulation):
        return _own([_enclose(part.tree, symbols) for part in equation.parts], symbols[POPULATION].low)
    return _enclose(equation.tree, symbols)


def of_population(symbols: Mapping[str, Interval], place: int) -> dict[str, Interval]:
    """Return what the equations of one population may see: symbols of its nodes alone."""
    own = symbols[POPULATION].low == place

    def here(part: Array) -> Array:
        return part[..., own] if part.ndim and part.shape[-1] == own.size else part

    return {
        name: Interval(here(one.low), here(one.high), here(one.varies), here(one.grade))
        for name, one in symbols.items()
    }


def _own(parts: Sequence[Interval], population: Array) -> Interval:
    """Return the range of each node's own population."""
    own = [np.asarray(population == k) for k in range(len(parts))]
    names = ("low", "high", "varies", "grade")
    return Interval(*(np.select(own, [getattr(part, name) for part in parts]) for name in names))


def _enclose(node: ast.expr, symbols: Mapping[str, Interval]) -> Interval:
    match node:
        # A constant of the text: an integer beyond 2**53 is known to within the unit in its last place.
        case ast.Constant(value=int() | float() as value):
            number = float(value)
            return Interval.constant(number, 0.0 if number == value else np.spacing(abs(number)))
        case ast.Name(id=name):
            return symbols[name]
        case ast.UnaryOp(op=op, operand=operand):
            inside = _enclose(operand, symbols)
            return -inside if isinstance(op, ast.USub) else inside
        case ast.BinOp(op=ast.Mult()):
            return _product(_factors(node), symbols)
        case ast.BinOp(left=left, op=op, right=right):
            a, b = _enclose(left, symbols), _enclose(right, symbols)
            if isinstance(op, ast.Pow):
                return _power(a, b)
            if isinstance(op, ast.Div):
                return a * b.inverse()
            return a + (-b if isinstance(op, ast.Sub) else b)
        case ast.Call(func=ast.Name(id=name), args=arguments):
            return FUNCTIONS[name](*(_enclose(argument, symbols) for argument in arguments))
    raise TypeError(f"{ast.unparse(node)!r} is not arithmetic")


def _factors(node: ast.expr) -> list[ast.expr]:
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult):
        return [*_factors(node.left), *_factors(node.right)]
    return [node]


def _product(factors: list[ast.expr], symbols: Mapping[str, Interval]) -> Interval:
    """Return the range of a product.

    A pair f(u), 1 - f(u), as in a sigmoid's slope, is enclosed as one: taken apart, its range is four times too wide.
    """
    nodes = {ast.unparse(factor): factor for factor in factors}
    texts = [ast.unparse(factor) for factor in factors]
    ranges = []
    for text in tuple(texts):
        if isinstance(nodes[text], ast.Call) and text in texts and f"1 - {text}" in texts:
            texts.remove(text)
            texts.remove(f"1 - {text}")
            ranges.append(_logistic(_enclose(nodes[text], symbols)))
    return reduce(operator.mul, [*ranges, *(_enclose(nodes[text], symbols) for text in texts)])


def _logistic(x: Interval) -> Interval:
    """Return x (1 - x): a concave parabola, so its least is at an end, and its greatest 1/4 where x may be 1/2."""
    ends = [Interval.constant(end) * (Interval.constant(1.0) + Interval.constant(-end)) for end in (x.low, x.high)]
    top = (x.low <= 0.5) & (x.high >= 0.5)
    high = np.where(top, 0.25, np.maximum(ends[0].high, ends[1].high))
    return _made(np.minimum(ends[0].low, ends[1].low), high, x)


def _power(x: Interval, y: Interval) -> Interval:
    """Return x**y: any x for a whole constant y, else x > 0, or x >= 0 and y > 0."""
    if np.all(y.high < 0.0):
        return _power(x, -y).inverse()
    whole = (y.low == y.high) & (np.rint(y.low) == y.low) & (y.low >= 0.0) & ~y.varies
    # x**y is monotone in x and in y where x > 0, so its range is that of the corners; an even power has its least, 0,
    # inside where x goes through 0.
    low, high = _corners(x, y, operator.pow, (0.0, 1.0), HALVES)
    even = whole & (np.mod(y.low, 2.0) == 0.0) & (x.low <= 0.0) & (x.high >= 0.0) & (y.low > 0.0)
    low = np.where(even, 0.0, low)
    lost = ~whole & ~((x.low > 0.0) | ((x.low >= 0.0) & (y.low > 0.0)))
    result = _made(np.where(lost, -np.inf, low), np.where(lost, np.inf, high), x, y)
    return _graded(result, ROUGH, lost)


def _rising(function: Callable[[Array], Array], least: float, most: float) -> Callable[[Interval], Interval]:
    """Return the enclosure of an increasing function with values in [least, most]: its values at the ends."""
    # A bounded function is flat far out, where its error is of the size of its largest value, not of its own.
    slack = 2.0**-50 if np.isfinite(most) else 0.0

    def enclosure(x: Interval) -> Interval:
        low, high = function(x.low), function(x.high)
        low, high = _down(low, low == least, HALVES) - slack, _up(high, high == most, HALVES) + slack
        return _made(np.maximum(low, least), np.minimum(high, most), x)

    return enclosure


def _rooted(function: Callable[[Array], Array], closed: bool) -> Callable[[Interval], Interval]:
    """Return the enclosure of log or sqrt; ROUGH, with no lower bound, where x may leave the domain."""

    def enclosure(x: Interval) -> Interval:
        outside = (x.low < 0.0) if closed else (x.low <= 0.0)
        low = _down(function(np.maximum(x.low, 0.0)), False, HALVES)
        result = _made(np.where(outside, -np.inf, low), _up(function(x.high), False, HALVES), x)
        return _graded(result, ROUGH, outside)

    return enclosure


def _wave(function: Callable[[Array], Array]) -> Callable[[Interval], Interval]:
    """Return the enclosure of sin or cos, whose slope is at most 1: the value at the middle +- half the width."""

    def enclosure(x: Interval) -> Interval:
        bounded = np.isfinite(x.low) & np.isfinite(x.high)
        middle = np.where(bounded, 0.5 * (x.low + x.high), 0.0)
        reach = np.where(bounded, 0.5 * (x.high - x.low) + 2.0**-50 * (1.0 + np.abs(middle)), 2.0)
        centre = function(middle)
        return _made(np.maximum(centre - reach, -1.0), np.minimum(centre + reach, 1.0), x)

    return enclosure


def _levels(low: Array, high: Array, *sources: Interval) -> Interval:
    """Return the range of a function that is constant but for its jumps."""
    result = _made(np.asarray(low, np.float64), np.asarray(high, np.float64), *sources)
    jumps = result.varies & (result.low != result.high)
    return _graded(replace(result, varies=jumps), ROUGH, jumps)


def _between(x: Interval, least: Interval, most: Interval) -> Interval:
    inside = (least.high <= x.low) & (x.high <= most.low)
    touching = (least.low <= x.high) & (x.low <= most.high)
    return _levels(inside, touching, x, least, most)


def _abs(x: Interval) -> Interval:
    around = (x.low < 0.0) & (x.high > 0.0)
    low = np.where(around, 0.0, np.minimum(np.abs(x.low), np.abs(x.high)))
    return _graded(_made(low, x.size, x), KINKED, around & x.varies)


def _relu(x: Interval) -> Interval:
    result = _made(np.maximum(x.low, 0.0), np.maximum(x.high, 0.0), x)
    result = replace(result, varies=result.varies & (x.high > 0.0))
    return _graded(result, KINKED, result.varies & (x.low < 0.0))


def _clip(x: Interval, least: Interval, most: Interval) -> Interval:
    """Return the range of clip(x, least, most); ROUGH where a limit varies, or least > most is possible.

    A limit that varies has its own slope, a step, which a grade of clip's slope by x does not cover.
    """
    ends = [np.minimum(np.maximum(getattr(x, end), getattr(least, end)), getattr(most, end)) for end in ("low", "high")]
    result = _made(ends[0], ends[1], x, least, most)
    kinks = [(x.low < limit.high) & (limit.low < x.high) for limit in (least, most)]
    outside = (x.high <= least.low) | (x.low >= most.high)
    result = replace(result, varies=result.varies & ~outside)
    result = _graded(result, KINKED, result.varies & (kinks[0] | kinks[1]))
    return _graded(result, ROUGH, least.varies | most.varies | (least.high > most.low))


FUNCTIONS: dict[str, Callable[..., Interval]] = {
    "exp": _rising(np.exp, 0.0, np.inf),
    "log": _rooted(np.log, closed=False),
    "sqrt": _rooted(np.sqrt, closed=True),
    "tanh": _rising(np.tanh, -1.0, 1.0),
    "sin": _wave(np.sin),
    "cos": _wave(np.cos),
    "abs": _abs,
    "sign": lambda x: _levels(np.sign(x.low), np.sign(x.high), x),
    "sigmoid": _rising(ARRAY_FUNCTIONS["sigmoid"], 0.0, 1.0),
    "relu": _relu,
    "step": lambda x: _levels(x.low > 0.0, x.high > 0.0, x),
    "clip": _clip,
    "between": _between,
}
"""Every function an equation may call, on intervals."""


def _corners(
    x: Interval, y: Interval, operation: Callable[[Array, Array], Array], units: tuple[float, ...], halves: int = 1
) -> tuple[Array, Array]:
    """Return the least and the greatest of x op y over the four corners of the box, rounded outward.

    No rounding error is assumed where x is -1, 0 or 1, or y is one of the `units`.
    """
    lows, highs = [], []
    for a in (x.low, x.high):
        for b in (y.low, y.high):
            exact = reduce(operator.or_, [a == unit for unit in (-1.0, 0.0, 1.0)] + [b == unit for unit in units])
            value = operation(a, b)
            lows.append(_down(value, exact, halves))
            highs.append(_up(value, exact, halves))
    return np.asarray(np.min(lows, axis=0)), np.asarray(np.max(highs, axis=0))


@np.errstate(under="ignore")
def _down(value: Array, exact: ArrayLike, halves: int = 1) -> Array:
    """Return a lower bound of a value that errs by at most so many half units in the last place, a rounded one by 1."""
    lowered = np.nextafter(value - halves * 2.0**-53 * np.abs(value), -np.inf)
    return np.where(exact | np.isinf(value), value, lowered)


@np.errstate(under="ignore")
def _up(value: Array, exact: ArrayLike, halves: int = 1) -> Array:
    return -_down(-value, exact, halves)


def _exact_sum(a: Array, b: Array, total: Array) -> Array:
    """Return where a + b has no rounding error (Knuth's two-sum)."""
    # b' = total - a is b but for the error; the two terms are what a and b lost in the sum.
    part = total - a
    return np.asarray((a - (total - part)) + (b - part) == 0.0)


def _made(low: Array, high: Array, *sources: Interval) -> Interval:
    """Return [low, high], which varies and is graded as its `sources`.

    A NaN end bounds nothing, and becomes infinite; an overflow of the wrong side bounds by the largest float.
    """
    huge = np.finfo(np.float64).max
    low = np.where(np.isnan(low), -np.inf, np.minimum(low, huge))
    high = np.where(np.isnan(high), np.inf, np.maximum(high, -huge))
    varies = reduce(np.logical_or, [source.varies for source in sources])
    grade = reduce(np.maximum, [source.grade for source in sources])
    return Interval(low, high, np.broadcast_to(varies, low.shape), np.broadcast_to(grade, low.shape))


def _graded(x: Interval, grade: int, where: Array) -> Interval:
    return replace(x, grade=np.where(where, np.maximum(x.grade, grade), x.grade))
