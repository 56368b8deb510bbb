"""Piecewise-linear neurons: at rest, the state and what is sent are piecewise linear in the summed input, exactly."""

from __future__ import annotations

import ast
from bisect import bisect_left
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from typing import Any

from neurograph.equations.expression import Expression
from neurograph.errors import ParameterError

Line = tuple[Fraction, Fraction]
"""Slope and intercept."""

ZERO, ONE = Fraction(0), Fraction(1)


class NotPiecewiseLinearError(ParameterError):
    """An equation is not piecewise linear in the summed input, so that a proof would have to approximate it.

    Raised by :func:`neurograph.characterise` of neurons such as those of ``dynamics.additive("tanh")``, or of a drift
    without a leak. Piecewise linear are ``additive("relu")``, ``additive("clip")`` and ``vector_field()``, and
    equations of sums, multiples, relu, clip and abs of I with a linear leak: compile the graph with one of them.

    Examples
    --------
    >>> import neurograph as ng
    >>> graph = ng.topologies.complete(inputs=2, hidden=3, outputs=1, scale=0.1, seed=0)
    >>> ng.characterise(ng.compile(graph, ng.dynamics.additive("tanh")), [0.2, 0.8])
    Traceback (most recent call last):
    neurograph.regions.pieces.NotPiecewiseLinearError: ...
    >>> ng.characterise(ng.compile(graph, ng.dynamics.additive("clip")), [0.2, 0.8]).proved.kind
    'decision'
    """


@dataclass(frozen=True)
class Pieces:
    """A continuous piecewise-linear function of one number, in exact fractions.

    Attributes
    ----------
    knots : tuple of Fraction
        Where one line meets the next, ascending.
    lines : tuple of (Fraction, Fraction)
        Slope and intercept of each piece, one more than knots.

    Examples
    --------
    >>> ramp = Pieces.identity().clipped(Fraction(0), Fraction(1))
    >>> [float(ramp(Fraction(u))) for u in (-1, 0.25, 3)]
    [0.0, 0.25, 1.0]
    """

    knots: tuple[Fraction, ...]
    lines: tuple[Line, ...]

    @classmethod
    def identity(cls) -> Pieces:
        """Return u itself."""
        return cls((), ((ONE, ZERO),))

    @classmethod
    def constant(cls, value: Fraction) -> Pieces:
        """Return a number."""
        return cls((), ((ZERO, value),))

    @property
    def value(self) -> Fraction | None:
        """The number that it is everywhere; None where it varies."""
        return self.lines[0][1] if len(self.lines) == 1 and not self.lines[0][0] else None

    def __call__(self, u: Fraction) -> Fraction:
        """Return the value at u."""
        slope, intercept = self.lines[bisect_left(self.knots, u)]
        return slope * u + intercept

    def __add__(self, other: Pieces) -> Pieces:
        """Return the sum."""
        knots = tuple(sorted({*self.knots, *other.knots}))
        return _made(knots, [
            (a[0] + b[0], a[1] + b[1]) for a, b in zip(self.refined(knots), other.refined(knots), strict=True)
        ])  # fmt: skip

    def times(self, factor: Fraction) -> Pieces:
        """Return the product with a number."""
        return _made(self.knots, [(factor * slope, factor * intercept) for slope, intercept in self.lines])

    def refined(self, knots: tuple[Fraction, ...]) -> list[Line]:
        """Return the line of each piece between these knots, which include its own."""
        places = [bisect_left(self.knots, knot) for knot in knots]
        return [self.lines[place] for place in [*places, len(self.knots)]]

    def after(self, outer: Pieces) -> Pieces:
        """Return the outer function of this one."""
        ends = [None, *self.knots, None]
        knots, lines = [], []
        for (slope, intercept), low, high in zip(self.lines, ends[:-1], ends[1:], strict=True):
            inside = sorted((knot - intercept) / slope for knot in outer.knots) if slope else []
            inside = [u for u in inside if (low is None or u > low) and (high is None or u < high)]
            marks = [low, *inside, high]
            for first, last in pairwise(marks):
                middle = slope * _between(first, last) + intercept
                steep, foot = outer.lines[bisect_left(outer.knots, middle)]
                lines.append((steep * slope, steep * intercept + foot))
                knots.append(last)
        return _made(tuple(knot for knot in knots if knot is not None), lines)

    def clipped(self, low: Fraction | None, high: Fraction | None) -> Pieces:
        """Return the nearest value in an interval, whose ends may be missing."""
        knots = tuple(end for end in (low, high) if end is not None)
        lines = [(ONE, ZERO)]
        lines = [(ZERO, low), *lines] if low is not None else lines
        lines = [*lines, (ZERO, high)] if high is not None else lines
        return self.after(_made(knots, lines))

    def size(self) -> Pieces:
        """Return the absolute value."""
        return self.after(Pieces((ZERO,), ((-ONE, ZERO), (ONE, ZERO))))


def _between(low: Fraction | None, high: Fraction | None) -> Fraction:
    if low is None:
        return ZERO if high is None else high - 1
    return low + 1 if high is None else (low + high) / 2


def _made(knots: tuple[Fraction, ...], lines: list[Line]) -> Pieces:
    """Return the function without the knots at which nothing changes."""
    kept = [k for k in range(len(knots)) if lines[k] != lines[k + 1]]
    return Pieces(tuple(knots[k] for k in kept), tuple([lines[k] for k in kept] + [lines[-1]]))


@dataclass(frozen=True)
class _Part:
    """A part of an equation: piecewise linear in I, plus a number times s."""

    of_input: Pieces
    of_state: Fraction = ZERO

    @property
    def number(self) -> Fraction | None:
        return None if self.of_state else self.of_input.value


Ends = tuple[Fraction | None, Fraction | None]


def at_rest(drift: Expression, constants: Mapping[str, float], box: Ends) -> Pieces:
    """Return the state at which a neuron rests, as a function of its summed input I; the box clips it.

    Raises
    ------
    NotPiecewiseLinearError
        If the drift is not a piecewise-linear function of I less a positive number times s.
    """
    found = _read(drift.tree, _named(drift, constants), drift, box)
    if found.of_state >= 0:
        raise NotPiecewiseLinearError(
            f"the drift {drift.text!r} has the slope {float(found.of_state):g} in s: expected a negative one, a leak, "
            "so that each summed input has one state of rest"
        )
    return found.of_input.times(-1 / found.of_state).clipped(*box)


def sent(transfer: Expression, constants: Mapping[str, float], ends: Ends) -> Pieces:
    """Return what is sent as a function of the state, which stays between these ends.

    Raises
    ------
    NotPiecewiseLinearError
        If it is not piecewise linear.
    """
    symbols = _named(transfer, constants) | {"s": _Part(Pieces.identity())}
    return _read(transfer.tree, symbols, transfer, ends).of_input


def _named(equation: Expression, constants: Mapping[str, float]) -> dict[str, _Part]:
    known = {name: _Part(Pieces.constant(Fraction(float(constants[name])))) for name in equation.symbols - {"s", "I"}}
    return known | {"s": _Part(Pieces.constant(ZERO), ONE), "I": _Part(Pieces.identity())}


def _refuse(node: ast.expr, equation: Expression) -> NotPiecewiseLinearError:
    return NotPiecewiseLinearError(
        f"the {equation.what} {equation.text!r} is not piecewise linear in its {ast.unparse(node)!r}: expected sums, "
        "multiples, relu, clip and abs of I and a linear leak, as of neurograph.dynamics.additive('relu'); a smooth "
        "neuron would be approximated, not proved"
    )


def _read(node: ast.expr, symbols: Mapping[str, _Part], equation: Expression, box: Ends) -> _Part:
    def inside(one: ast.expr) -> _Part:
        return _read(one, symbols, equation, box)

    match node:
        case ast.Constant(value=int() | float() as value):
            return _Part(Pieces.constant(Fraction(value)))
        case ast.Name(id=name):
            return symbols[name]
        case ast.UnaryOp(op=op, operand=operand):
            return _times(inside(operand), -ONE) if isinstance(op, ast.USub) else inside(operand)
        case ast.BinOp(left=left, op=ast.Add() | ast.Sub() as op, right=right):
            a, b = inside(left), inside(right)
            b = _times(b, -ONE) if isinstance(op, ast.Sub) else b
            return _Part(a.of_input + b.of_input, a.of_state + b.of_state)
        case ast.BinOp(left=left, op=ast.Mult(), right=right):
            a, b = inside(left), inside(right)
            if b.number is not None:
                return _times(a, b.number)
            if a.number is not None:
                return _times(b, a.number)
        case ast.BinOp(left=left, op=ast.Div(), right=right):
            a, b = inside(left), inside(right)
            if b.number:
                return _times(a, 1 / b.number)
        case ast.BinOp(left=left, op=ast.Pow(), right=ast.Constant(value=int(power))) if 0 <= power <= 64:
            a = inside(left)
            if power == 1:
                return a
            if a.number is not None:
                return _Part(Pieces.constant(a.number**power))
        case ast.Call(func=ast.Name(id=name), args=arguments) if name in FUNCTIONS:
            found: _Part | None = FUNCTIONS[name]([inside(one) for one in arguments], box)
            if found is not None:
                return found
    raise _refuse(node, equation)


def _times(part: _Part, factor: Fraction) -> _Part:
    return _Part(part.of_input.times(factor), part.of_state * factor)


def _clip(part: _Part, low: Fraction | None, high: Fraction | None, box: Ends) -> _Part | None:
    """Return a part clipped; of s alone where the box already keeps it inside, for else it is no leak."""
    if not part.of_state:
        return _Part(part.of_input.clipped(low, high))
    return part if _inside(part, low, high, box) else None


def _inside(part: _Part, low: Fraction | None, high: Fraction | None, box: Ends) -> bool:
    """Return whether a part that is linear in s alone stays between two ends for each s in the box."""
    foot = part.of_input.value
    if foot is None:
        return False
    ends = [None if end is None else part.of_state * end + foot for end in box]
    least, most = ends if part.of_state > 0 else ends[::-1]
    return (low is None or (least is not None and least >= low)) and (
        high is None or (most is not None and most <= high)
    )


def _clip_call(given: list[_Part], box: Ends) -> _Part | None:
    low, high = given[1].number, given[2].number
    return None if low is None or high is None or low > high else _clip(given[0], low, high, box)


def _between_call(given: list[_Part], box: Ends) -> _Part | None:
    low, high = given[1].number, given[2].number
    always = low is not None and high is not None and given[0].of_state and _inside(given[0], low, high, box)
    return _Part(Pieces.constant(ONE)) if always else None


def _abs_call(given: list[_Part], box: Ends) -> _Part | None:
    return _Part(given[0].of_input.size()) if not given[0].of_state else _clip(given[0], ZERO, None, box)


FUNCTIONS: dict[str, Callable[[list[Any], Any], Any]] = {
    "relu": lambda given, box: _clip(given[0], ZERO, None, box),
    "clip": _clip_call,
    "between": _between_call,
    "abs": _abs_call,
}
"""The functions that leave an equation piecewise linear."""
