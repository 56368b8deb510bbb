"""What an argument may be: each check returns the value in its plain form, or names it and what was expected."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from neurograph.errors import GraphTooLargeError, ParameterError

Seed = int | np.random.Generator | None


def finite_number(value: Any) -> float | None:
    """Return a real, finite number as a float, and None for anything else (a bool or a text is none)."""
    if isinstance(value, (bool, np.bool_, str, bytes)):
        return None
    try:
        number = float(value) if np.ndim(value) == 0 else math.nan
    except (TypeError, ValueError, OverflowError):
        return None
    return number if math.isfinite(number) else None


def checked_number(
    name: str,
    value: Any,
    *,
    above: float = -math.inf,
    least: float = -math.inf,
    below: float = math.inf,
    most: float = math.inf,
    remark: str = "",
) -> float:
    """Return a finite number within these bounds, or raise :class:`ParameterError`."""
    number = finite_number(value)
    if number is not None and above < number < below and least <= number <= most:
        return number
    if math.isfinite(least) and math.isfinite(most):
        raise ParameterError(f"{name} is {value!r}: expected a number from {least:g} to {most:g}{remark}")
    bounds = ((">", above), (">=", least), ("<", below), ("<=", most))
    wanted = " and ".join(f"{sign} {bound:g}" for sign, bound in bounds if math.isfinite(bound))
    raise ParameterError(f"{name} is {value!r}: expected a finite number{' ' * bool(wanted)}{wanted}{remark}")


def checked_whole(name: str, value: Any, least: int, remark: str = "") -> int:
    """Return a whole number >= `least`, or raise :class:`ParameterError`."""
    if isinstance(value, (int, np.integer)) and not isinstance(value, bool) and value >= least:
        return int(value)
    raise ParameterError(f"{name} is {value!r}: expected a whole number >= {least}{remark}")


def checked_generator(seed: Any) -> np.random.Generator:
    """Return the random numbers of a seed: None draws anew, a generator is used as it is."""
    if seed is None or isinstance(seed, np.random.Generator):
        return np.random.default_rng(seed)
    try:
        return np.random.default_rng(checked_whole("seed", seed, 0))
    except ParameterError:
        raise ParameterError(
            f"seed is {seed!r}: expected a whole number >= 0, a numpy.random.Generator, or None"
        ) from None


MEMINFO = "/proc/meminfo"
"""Where Linux says how much memory programs can still get without swapping."""


def available_memory() -> int | None:
    """Return the bytes that can still be had, and None where the machine does not say."""
    try:
        with open(MEMINFO, encoding="ascii") as lines:
            return next((1024 * int(line.split()[1]) for line in lines if line.startswith("MemAvailable:")), None)
    except (OSError, ValueError, IndexError):
        return None


def check_memory(needed: int, what: str, remedy: str) -> None:
    """Refuse to begin what needs more bytes than can be had; where that is not known, nothing is refused.

    Raises
    ------
    GraphTooLargeError
        If they are missing.
    """
    available = available_memory()
    if available is not None and needed > available:
        raise GraphTooLargeError(
            f"{what} takes about {needed / 2**30:.1f} GiB of memory, and {available / 2**30:.1f} GiB are available: "
            f"{remedy}"
        )
