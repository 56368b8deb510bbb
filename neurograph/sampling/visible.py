"""What visible neurons are held at: 0, 1, a chance of 1, or nothing."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from neurograph._arrays import Floats
from neurograph._checks import check_mask
from neurograph.errors import DataError
from neurograph.graphs.labelled import by_name
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
        given = np.array(by_name(x, network.outputs, "x", "output"), np.float64)
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


def binary_values(x: Floats, rng: np.random.Generator) -> Floats:
    """Return x with each number strictly between 0 and 1 drawn: 1 with that chance, else 0."""
    between = (x > 0.0) & (x < 1.0)
    if not between.any():
        return x
    return np.where(between, (rng.random(x.shape) < x).astype(np.float64), x)
