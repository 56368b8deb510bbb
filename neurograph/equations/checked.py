"""Parameters, further variables and boxes of a dynamics, checked."""

from __future__ import annotations

import keyword
import math
import unicodedata
from typing import Any

from neurograph._checks import checked_number
from neurograph.errors import ExpressionError, ParameterError

MOST_VARIABLES = 4
"""Most further variables of a neuron."""


def checked_parameters(parameters: Any, reserved: tuple[str, ...]) -> tuple[tuple[str, float], ...]:
    """Return the parameters of an equation as sorted pairs of names and numbers.

    Raises
    ------
    ExpressionError
        If a name cannot be one of an equation, or is one of `reserved`.
    ParameterError
        If a value is not a finite number.
    """
    checked = []
    try:
        pairs = sorted((str(name), value) for name, value in dict(parameters).items())
    except (TypeError, ValueError):
        raise ParameterError(f"parameters is {parameters!r}: expected a mapping of names to numbers") from None
    for name, value in pairs:
        _check_name(f"parameter {name!r}", name, reserved)
        checked.append((name, checked_number(f"parameter {name!r}", value)))
    return tuple(checked)


def checked_variables(variables: Any, reserved: tuple[str, ...], what: str = "variable") -> tuple[tuple[str, str], ...]:
    """Return further variables, or what else moves, as pairs of names and right-hand sides, in their order.

    Raises
    ------
    ExpressionError
        If a name cannot be one of an equation, or is one of `reserved`, or an equation is no text.
    ParameterError
        If it is no mapping, or there are too many.
    """
    driver = "s" if what == "variable" else "pre"
    try:
        pairs = tuple(dict(variables).items())
    except (TypeError, ValueError):
        raise ParameterError(
            f"{what}s is {variables!r}: expected a mapping of names to equations, such as "
            f"{{'a': '({driver} - a)/tau_a'}}"
        ) from None
    if len(pairs) > MOST_VARIABLES:
        raise ParameterError(f"{what}s has {len(pairs)} names: expected at most {MOST_VARIABLES}")
    for name, text in pairs:
        _check_name(f"{what} {name!r}", name, reserved)
        if not isinstance(text, str) or not text.strip():
            raise ExpressionError(
                f"{what} {name!r} has the equation {text!r}: expected its right-hand side as text, such as "
                f"'({driver} - {name})/tau'"
            )
    return pairs


def _check_name(what: str, name: Any, reserved: tuple[str, ...]) -> None:
    """Refuse what an equation cannot read as a name, or reads as something else."""
    usable = isinstance(name, str) and name.isidentifier() and not name.startswith("__") and not keyword.iskeyword(name)
    if not usable or name in reserved or unicodedata.normalize("NFKC", name) != name:
        raise ExpressionError(f"{what} cannot be used: expected an identifier other than {', '.join(reserved)}")


def checked_box(box: tuple[float, float] | None) -> tuple[float, float] | None:
    """Return the ends of a box, or raise :class:`ParameterError` where it is none or empty."""
    if box is None:
        return None
    try:
        low, high = (float(bound) for bound in box)
    except (TypeError, ValueError):
        low, high = math.nan, math.nan
    if not low < high:
        raise ParameterError(f"box is {box!r}: expected (low, high) with low < high, or None")
    return low, high
