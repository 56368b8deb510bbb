"""Numbers with Brian2's units, and as text that is read back as they are."""

from __future__ import annotations

from typing import Any

import numpy as np

from neurograph.brian.importing import load_brian2


def with_unit(values: Any, dimensions: Any) -> Any:
    """Return numbers as a quantity of these dimensions, if they have any."""
    b2 = load_brian2()
    return values if isinstance(values, b2.Quantity) else b2.Quantity(values, dim=dimensions)


def written(value: Any, once: bool = True) -> str:
    """Write a number, a quantity or an array so that it is read back as it is; if `once`, equal numbers as one."""
    b2 = load_brian2()
    numbers = np.asarray(value)
    unit = ""
    if isinstance(value, b2.Quantity) and not value.is_dimensionless:
        unit = f"*{b2.get_unit(value.dim)!r}"
    if once and numbers.ndim and numbers.size and (numbers == numbers.flat[0]).all():
        numbers = numbers.flat[0]
    if numbers.ndim == 0:
        number = numbers.item()
        text = repr(number) if np.isfinite(number) else f"float({str(number)!r})"
        return text + unit
    text = repr(numbers.tolist()).replace("inf", "np.inf").replace("nan", "np.nan")
    return f"np.array({text}){unit}"
