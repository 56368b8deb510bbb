"""What visible neurons are held at: 0, 1, a chance of 1, or nothing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from neurograph._arrays import Floats
from neurograph._checks import check_mask
from neurograph.errors import DataError
from neurograph.graphs.labelled import ABSENT, are_places, by_name, column_names, matched, nearest_name, shown
from neurograph.network.network import Network


def checked_visible(network: Network, x: ArrayLike, missing: bool = True) -> Floats:
    """Return x as an array (rows, visible) of numbers from 0 to 1 and, where `missing` is true, NaN.

    Raises
    ------
    DataError
        If it is none.
    """
    check_mask("x", x, DataError)
    count = network.connectivity.outputs.size
    wanted = f"expected (rows, {count}), a column for each visible neuron, those with the role 'output'"
    try:
        read = np.asarray(_labelled(network, x) if missing else by_name(x, network.outputs, "x", "output"))
        if read.dtype.kind == "c":
            raise TypeError(read.dtype)
        given = np.array(read, np.float64)
    except DataError:
        raise
    except (TypeError, ValueError):
        raise DataError(f"x cannot be read as numbers: {wanted}") from None
    if given.ndim != 2 or given.shape[1] != count or not given.shape[0]:
        fix = f"; write np.reshape(x, (-1, {count}))" if given.ndim == 1 and count else ""
        raise DataError(f"x has shape {given.shape}: {wanted}{fix}")
    wrong = ~((given >= 0.0) & (given <= 1.0)) & ~(np.isnan(given) & missing)
    if wrong.any():
        row, column = np.argwhere(wrong)[0]
        free = ", or NaN, which leaves the neuron free" if missing else ""
        raise DataError(
            f"x[{row}, {column}], for neuron {network.outputs[column]!r}, is {given[row, column]:g}: expected 0, 1, or "
            f"a chance of 1 in between{free}"
        )
    return given


def _labelled(network: Network, x: Any) -> Any:
    """Return a mapping of labels, or a table of some columns, as an array (rows, visible); NaN where there is none."""
    names = tuple(x) if isinstance(x, Mapping) else column_names(x)
    if names is None or (are_places(names) and not isinstance(x, Mapping)):
        return by_name(x, network.outputs, "x", "output")
    places, others = matched(names, network.outputs, "x")
    if others:
        near = nearest_name([node for node, place in zip(network.outputs, places, strict=True) if place < 0], others[0])
        raise DataError(
            f"x has {shown(others)}, which no visible neuron is called{near}: expected some of {shown(network.outputs)}"
        )
    columns = {k: np.asarray(x[names[place]], np.float64) for k, place in enumerate(places) if place != ABSENT}
    rows = np.broadcast_shapes((1,), *(column.shape for column in columns.values()))
    given = np.full((*rows, len(places)), np.nan)
    for k, column in columns.items():
        given[..., k] = column
    return given


def binary_values(x: Floats, rng: np.random.Generator) -> Floats:
    """Return x with each number strictly between 0 and 1 drawn: 1 with that chance, else 0."""
    between = (x > 0.0) & (x < 1.0)
    if not between.any():
        return x
    return np.where(between, (rng.random(x.shape) < x).astype(np.float64), x)
