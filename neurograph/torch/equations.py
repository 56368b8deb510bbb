"""Equations as torch evaluates them: the same text, with torch's functions, on the device of the tensors."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import torch
from torch import Tensor

from neurograph.equations.expression import Expression
from neurograph.equations.populations import by_population


def _of_tensor(function: Callable[[Tensor], Tensor]) -> Callable[[Any], Tensor]:
    """Return a function that takes plain numbers too; double, they take on the type of the tensors that they meet."""
    return lambda x: function(x if isinstance(x, Tensor) else torch.tensor(float(x), dtype=torch.float64, device="cpu"))


def _between(x: Any, low: Any, high: Any) -> Tensor:
    inside = torch.as_tensor(x >= low) & torch.as_tensor(x <= high)
    return inside.to(x.dtype if isinstance(x, Tensor) else torch.float64)


def _clip(x: Any, low: Any, high: Any) -> Tensor:
    # numpy's: the upper end decides where the ends are the wrong way round.
    tensor = next((one for one in (x, low, high) if isinstance(one, Tensor)), torch.tensor(0.0, dtype=torch.float64))
    x, low, high = (torch.as_tensor(one, dtype=tensor.dtype, device=tensor.device) for one in (x, low, high))
    return torch.minimum(torch.maximum(x, low), high)


FUNCTIONS: dict[str, Callable[..., Tensor]] = {
    "exp": _of_tensor(torch.exp),
    "log": _of_tensor(torch.log),
    "sqrt": _of_tensor(torch.sqrt),
    "tanh": _of_tensor(torch.tanh),
    "sin": _of_tensor(torch.sin),
    "cos": _of_tensor(torch.cos),
    "abs": _of_tensor(torch.abs),
    "sigmoid": _of_tensor(torch.sigmoid),
    "relu": _of_tensor(torch.relu),
    "step": _of_tensor(lambda x: (x > 0).to(x.dtype)),
    "sign": _of_tensor(torch.sign),
    "clip": _clip,
    "between": _between,
}
"""Every function an equation may call, on tensors."""


def evaluated(
    equation: Expression, values: Mapping[str, Tensor], like: Tensor, population: Tensor | None = None
) -> Tensor:
    """Return an equation's value at rows x samples, of the shape, type and device of `like`.

    Parameters
    ----------
    equation : Expression
    values : mapping of str to tensor (rows, samples), (rows, 1) or ()
        What it reads, by name.
    like : tensor (rows, samples)
    population : tensor (rows,), optional
        Place of each row's population, where each has an equation of its own.
    """
    parts = by_population(equation)
    if len(set(parts)) == 1 or population is None:
        value = torch.as_tensor(parts[0](**FUNCTIONS, **values), dtype=like.dtype, device=like.device)
        return value.expand_as(like) if value.shape != like.shape else value
    result = torch.zeros_like(like)
    for k, part in enumerate(parts):
        # Each equation at its own rows alone: at others it may have no value.
        rows = torch.nonzero(population == k).ravel()
        own = {name: one[rows] if one.dim() else one for name, one in values.items() if name in part.symbols}
        result[rows] = evaluated(part, own, like[rows])
    return result
