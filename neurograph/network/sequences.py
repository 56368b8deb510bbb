"""Sequences, checked: x (batch, time, inputs), and y at every step or for the last one."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from neurograph._checks import check_mask
from neurograph.equations.costs import Cost
from neurograph.errors import DataError, ParameterError
from neurograph.network.inputs import checked_targets
from neurograph.network.network import Network

Array = NDArray[np.float64]


def checked_sequences(network: Network, x: ArrayLike) -> Array:
    """Return x as an array (batch, time, inputs) of finite numbers.

    Raises
    ------
    DataError
        If it is none.
    """
    count = network.connectivity.inputs.size
    wanted = f"expected (batch, time, {count}), a sequence for each sample, one number a step for each input node"
    check_mask("x", x, DataError)
    try:
        given = np.asarray(x)
        if given.dtype.kind not in "biuf":
            raise TypeError(given.dtype)
        array = np.ascontiguousarray(given, np.float64)
    except (TypeError, ValueError):
        raise DataError(f"x cannot be read as numbers: {wanted}") from None
    if array.ndim == 2:
        one = "x[None]" if array.shape[1] == count else "x[:, :, None]"
        raise DataError(f"x has shape {array.shape}: {wanted}; of one sample, or one input, write {one}")
    if array.ndim != 3 or array.shape[2] != count:
        raise DataError(f"x has shape {array.shape}: {wanted}")
    if 0 in array.shape[:2]:
        raise DataError(f"x is empty, shape {array.shape}: {wanted}, at least one sample and one step")
    if not np.all(np.isfinite(array)):
        sample, step, column = np.argwhere(~np.isfinite(array))[0].tolist()
        node = network.inputs[column]
        raise DataError(
            f"x[{sample}, {step}, {column}], for node {node!r}, is {array[sample, step, column]}: expected finite "
            "numbers"
        )
    return array


def checked_sequence_targets(network: Network, y: ArrayLike, batch: int, time: int, cost: Cost) -> Array:
    """Return y as an array (batch, time, outputs), or (batch, 1, outputs) where it is of the last step alone.

    Class labels (batch, time), whole numbers, are made one-hot.

    Raises
    ------
    DataError
        If it does not go with the network, x or the cost.
    ParameterError
        If the cost asks for several outputs, and there is one.
    """
    check_mask("y", y, DataError)
    count = network.connectivity.outputs.size
    wanted = (
        f"expected (batch, time, {count}) = {(batch, time, count)} for a cost at every step, (batch, {count}) = "
        f"{(batch, count)} for the last step alone, or whole numbers (batch, time) as class labels"
    )
    try:
        given: NDArray[Any] = np.asarray(y)
        if given.dtype.kind not in "biuf":
            raise TypeError(given.dtype)
    except (TypeError, ValueError):
        raise DataError(f"y cannot be read as numbers: {wanted}") from None
    labels = given.dtype.kind in "iu" and count > 1 and given.shape == (batch, time)
    if labels and time == count and ((given == 0) | (given == 1)).all() and (given.sum(axis=1) == 1).all():
        raise DataError(
            f"y has shape {given.shape}, and whole numbers that may be class labels of the {time} steps or one-hot "
            f"targets of the last alone: expected np.eye({count})[y] for the first, or np.asarray(y, float)"
        )
    if given.shape == (batch, time, count) or labels:
        rows: Any = given.ravel() if labels else given.reshape(batch * time, count)
        return np.asarray(checked_targets(network, rows, batch * time, cost), np.float64).reshape(batch, time, count)
    if given.shape == (batch, count) or (given.shape == (batch,) and (count == 1 or given.dtype.kind in "iu")):
        return np.asarray(checked_targets(network, given, batch, cost), np.float64)[:, None]
    raise DataError(f"y has shape {given.shape}: {wanted}")


def checked_state(network: Network, start: Any, batch: int, count: int) -> NDArray[np.complex128]:
    """Return the states (batch, neurons) that sequences begin at: of a number, or an array of that shape or (neurons,).

    Raises
    ------
    DataError
        If it has another shape, or a number that is not finite.
    ParameterError
        If it is no number.
    """
    check_mask("start", start)
    try:
        if start is None or isinstance(start, (bool, str)):
            raise TypeError(start)
        given = np.asarray(start, np.complex128)
    except (TypeError, ValueError):
        raise ParameterError(
            f"start is {start!r}: expected a number, or states (batch, neurons), such as the .last of a simulation"
        ) from None
    if given.shape not in ((), (count,), (batch, count)):
        raise DataError(
            f"start has shape {given.shape}: expected a number, (neurons,) = {(count,)} or (batch, neurons) = "
            f"{(batch, count)}"
        )
    if not np.all(np.isfinite(given)):
        raise DataError("start holds a number that is not finite: expected finite numbers")
    return np.array(np.broadcast_to(given, (batch, count)), np.complex128)
