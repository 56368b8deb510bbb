"""What a network is, in words and in a small picture."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from neurograph._arrays import Floats
from neurograph.drawing.card import Html, code, facts
from neurograph.drawing.layout import Drawn
from neurograph.drawing.sketch import sketch
from neurograph.equations.neuron import Dynamics
from neurograph.equations.populations import each_population
from neurograph.graphs.edge_table import ROLES
from neurograph.network.connectivity import Connectivity


def counted(roles: NDArray[np.int8]) -> str:
    """Return how many nodes there are, and of each role.

    Examples
    --------
    >>> counted(np.array([0, 0, 1], np.int8))
    '3 nodes (2 hidden, 1 input)'
    """
    counts = np.bincount(roles, minlength=len(ROLES)).tolist()
    return f"{roles.size} nodes ({', '.join(f'{k} {role}' for k, role in zip(counts, ROLES, strict=True) if k)})"


def parts(
    connectivity: Connectivity, dynamics: Dynamics, weights: Floats, parameters: Floats, population: NDArray[np.int64]
) -> Iterator[Html]:
    """Return the parts of a network's card: its equations and numbers, and a picture where it is small."""
    each, sizes = each_population(dynamics), np.bincount(population, minlength=1)
    values: dict[str, object] = {
        name if len(each) == 1 else f"{name}, {sizes[k]:,} nodes": code(str(one)) for k, (name, one) in enumerate(each)
    }
    values |= {"weights": code(f"{_range(weights)} ({weights.dtype})")}
    values |= {name: code(_range(column)) for name, column in zip(dynamics.defaults, parameters.T, strict=True)}
    values |= {"delays": "" if connectivity.delays is None else code(_range(connectivity.delays))}
    yield facts(values)
    table = connectivity.table
    yield sketch(Drawn(table.nodes, table.roles, connectivity.pre, connectivity.post, weights))


def _range(numbers: NDArray[Any]) -> str:
    if not numbers.size:
        return "none"
    modulus = numbers.dtype.kind == "c"
    sizes = np.abs(numbers) if modulus else numbers
    low, high = sizes.min(), sizes.max()
    return f"{'of modulus ' * modulus}{low:.4g}{f' to {high:.4g}' * bool(low < high)}"
