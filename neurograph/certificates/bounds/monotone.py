"""Whether an equation rises with a symbol, read off its form: a range of its slope only says that it never falls."""

from __future__ import annotations

import ast
from collections.abc import Mapping

import numpy as np

from neurograph.equations.expression import Expression
from neurograph.equations.intervals import Interval, enclose, of_population
from neurograph.equations.populations import ByPopulation

RISING = ("exp", "tanh", "sigmoid")
"""Functions with a positive slope everywhere."""


def rises(equation: Expression, name: str, symbols: Mapping[str, Interval]) -> bool:
    """Return whether the slope by `name` is known to be positive, however large the symbol.

    Sums, multiples and the functions in :data:`RISING` are looked through.

    Examples
    --------
    >>> rate = Expression("(-s + tanh(I))/tau", ("s", "I", "tau"))
    >>> everywhere = Interval.across(-np.inf, np.inf)
    >>> rises(rate, "I", {"s": everywhere, "I": everywhere, "tau": Interval.constant(2.0)})
    True
    """
    if isinstance(equation, ByPopulation):
        parts = enumerate(equation.parts)
        return all(rises(part, name, of_population(symbols, place)) for place, part in parts)

    def sign(node: ast.expr) -> int:
        """Return the sign of a factor; 0 where it may have either."""
        found = enclose(Expression(ast.unparse(node), equation.vocabulary), symbols)
        return 1 if np.all(found.low > 0.0) else -1 if np.all(found.high < 0.0) else 0

    def trend(node: ast.expr) -> int | None:
        """Return the sign of the slope, 0 where the part is free of the symbol, None where nothing is known."""
        if not any(isinstance(part, ast.Name) and part.id == name for part in ast.walk(node)):
            return 0
        match node:
            case ast.Name():
                return 1
            case ast.UnaryOp(op=op, operand=operand):
                return _times(trend(operand), -1 if isinstance(op, ast.USub) else 1)
            case ast.BinOp(left=left, op=ast.Add() | ast.Sub() as op, right=right):
                one, other = trend(left), _times(trend(right), -1 if isinstance(op, ast.Sub) else 1)
                return None if one is None or other is None or one * other < 0 else one or other
            case ast.BinOp(left=left, op=ast.Mult(), right=right):
                if trend(left) == 0:
                    left, right = right, left
                return _times(trend(left), sign(right)) if trend(right) == 0 else None
            case ast.BinOp(left=left, op=ast.Div(), right=right):
                return _times(trend(left), sign(right)) if trend(right) == 0 else None
            case ast.Call(func=ast.Name(id=function), args=[argument]) if function in RISING:
                return trend(argument)
        return None

    return trend(equation.tree) == 1


def _times(trend: int | None, sign: int) -> int | None:
    return trend * sign if trend is not None and sign else None
