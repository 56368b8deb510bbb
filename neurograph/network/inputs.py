"""What a user passes beside the network: x, y and the states to start from, checked."""

from __future__ import annotations

from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from neurograph._arrays import Floats
from neurograph._checks import Seed, check_mask, checked_generator
from neurograph.equations.costs import Cost
from neurograph.equations.neuron import Kind
from neurograph.errors import DataError, ParameterError
from neurograph.graphs.labelled import by_name, column_names, index_names
from neurograph.network.network import Network

UNIFORM = (0.0, 0.1)
"""The interval of the paper's random starting states."""


Start = float | ArrayLike | Literal["uniform"]


NO_EQUILIBRIUM = {
    "binary": "binary neurons, which flip at random and have no equilibrium: expected neurons of rates, or "
    "neurograph.sample(network), which draws their states",
    "unitary": "neurons whose phases turn and have no equilibrium: expected neurons of rates, or "
    "neurograph.simulate(network, x), which runs them along a sequence",
}
"""What is said of other kinds of neurons where rates are expected."""

EVERY_KIND: tuple[Kind, ...] = get_args(Kind)


def checked_network(network: Any, *kinds: Kind) -> Network:
    """Return the network, or say what else it is; its neurons are of one of these kinds, of rates where none is named.

    Raises
    ------
    ParameterError
        If it is no network, or one of other neurons.
    """
    if not isinstance(network, Network):
        held = isinstance(getattr(network, "network", None), Network)
        remedy = "pass its .network" if held else "compile the graph first, with neurograph.compile(graph)"
        raise ParameterError(f"network is of type {type(network).__name__}: expected a Network; {remedy}")
    kind = network.dynamics.kind
    if kind not in (kinds or ("rate",)):
        if "rate" not in (kinds or ("rate",)):
            raise ParameterError(
                f"network is of {network.dynamics.name} neurons, of the kind {kind!r}: expected one of the kind "
                f"{' or '.join(map(repr, kinds))}; compile the graph with neurograph.dynamics.{kinds[-1]}()"
            )
        raise ParameterError(f"network has {NO_EQUILIBRIUM[kind]}")
    return network


def checked_inputs(network: Network, x: ArrayLike) -> Floats:
    """Return x as an array (batch, inputs) of finite numbers, or raise :class:`DataError`."""
    return _checked_table(network, x, "x", network.connectivity.inputs, "input")


def checked_targets(network: Network, y: ArrayLike, batch: int, cost: Cost | None = None) -> Floats:
    """Return y as an array (batch, outputs) of finite numbers that goes with the cost, or raise.

    Raises
    ------
    DataError
        If it does not.
    ParameterError
        If the cost asks for several outputs, and there is one.
    """
    target = _checked_table(network, _spread(network, y), "y", network.connectivity.outputs, "output")
    if target.shape[0] != batch:
        raise DataError(f"y has {target.shape[0]} samples and x has {batch}: expected as many of both")
    if cost is not None and cost.shares:
        _check_shares(network, target, cost)
    return target


def _check_shares(network: Network, targets: Floats, cost: Cost) -> None:
    """Refuse targets that are no distribution over several outputs."""
    if targets.shape[1] < 2:
        raise ParameterError(
            f"cost is {cost!r}, but the network has one output, {network.outputs[0]!r}: expected one for each "
            "class, or costs.squared_error()"
        )
    wrong = np.flatnonzero((targets < 0).any(axis=1) | (np.abs(targets.sum(axis=1) - 1.0) > 1e-6))
    if wrong.size:
        raise DataError(
            f"y[{wrong[0]}] is {targets[wrong[0]].tolist()}: expected targets >= 0 that add up to 1, or class labels, "
            f"for {cost!r}"
        )


def _spread(network: Network, y: ArrayLike) -> ArrayLike:
    """Return labels (batch,) as one-hot rows, and the numbers (batch,) of a single output as a column."""
    check_mask("y", y, DataError)
    try:
        labels = np.asarray(y)
    except ValueError:  # ragged: refused below
        return y
    count = network.connectivity.outputs.size
    if labels.shape[1:] == (1,) and count > 1 and labels.dtype.kind in "biu":
        raise DataError(
            f"y has shape {labels.shape}: expected (batch, {count}), one column for each output node, or class labels "
            "(batch,); write np.ravel(y)"
        )
    if labels.ndim == 1 and labels.size and isinstance(labels[0], str):
        raise DataError(
            f"y[0] is {str(labels[0])!r}: expected numbers, or class labels from 0 to {count - 1}; write "
            "np.unique(y, return_inverse=True)[1], or use GraphClassifier, which takes labels of any type"
        )
    if labels.ndim != 1 or labels.dtype.kind not in "biuf":
        return y
    if count == 1:
        return labels[:, None]
    if labels.dtype.kind == "f":
        raise DataError(
            f"y has shape {labels.shape} and type {labels.dtype}, but the network has {count} outputs: expected "
            f"class labels as whole numbers, or targets (batch, {count}); write np.asarray(y).astype(int)"
        )
    outside = np.flatnonzero((labels < 0) | (labels >= count))
    if outside.size:
        raise DataError(
            f"y[{outside[0]}] is the label {labels[outside[0]]}, but the network has {count} outputs: expected labels "
            f"from 0 to {count - 1}"
        )
    return np.eye(count)[labels.astype(np.int64)]


def _checked_table(network: Network, values: ArrayLike, what: str, places: NDArray[np.int64], role: str) -> Floats:
    check_mask(what, values, DataError)
    if column_names(values) is not None:
        values = by_name(values, [network.nodes[place] for place in places], what, role)
    try:
        given = np.asarray(values)
        if given.dtype.kind not in "biuf":
            raise TypeError(given.dtype)
        with np.errstate(over="ignore"):  # said below, with the sample and the node
            array = np.ascontiguousarray(given, dtype=network.biases.dtype)
    except (TypeError, ValueError):
        raise DataError(f"{what} cannot be read as numbers: expected an array (batch, {places.size})") from None
    wanted = f"expected (batch, {places.size}), one column for each {role} node"
    if given.ndim != 2:
        fix = f"; write np.reshape({what}, (-1, {places.size}))" if given.ndim == 1 and places.size else ""
        fix = f"; write {what}.to_frame().T" if index_names(values) and given.size == places.size > 1 else fix
        raise DataError(f"{what} has shape {given.shape}: {wanted}{fix}")
    if array.shape[1] != places.size:
        raise DataError(f"{what} has shape {array.shape}: {wanted}, in the graph's order")
    if array.shape[0] == 0:
        raise DataError(f"{what} is empty, shape {array.shape}: {wanted} and at least one sample")
    if not np.all(np.isfinite(array)):
        sample, column = np.argwhere(~np.isfinite(array))[0]
        raise DataError(
            f"{what}[{sample}, {column}], for node {network.nodes[places[column]]!r}, is {array[sample, column]}: "
            "expected finite numbers"
        )
    return array


def starting_state(network: Network, inputs: Floats, start: Start, seed: Seed) -> Floats:
    """Return the full state (batch, state_size) at the start of a phase, clamped nodes at their values.

    A start of s alone leaves the further variables at 0.
    """
    connectivity = network.connectivity
    shape = (inputs.shape[0], len(network.nodes))
    full = np.zeros((inputs.shape[0], network.state_size), network.dtype)
    state = full[:, : shape[1]]
    if isinstance(start, str):
        if start != "uniform":
            raise ParameterError(
                f"start is {start!r}: expected a number, an array (nodes,) or (batch, nodes), or 'uniform' (in train "
                "also 'warm')"
            )
        state[...] = checked_generator(seed).uniform(*UNIFORM, shape)
    else:
        start = by_name(start, network.nodes, "start")
        try:
            if start is None or isinstance(start, bool):
                raise TypeError(start)
            given = np.asarray(start, network.dtype)
            (full if given.shape[-1:] == full.shape[1:] else state)[...] = given
        except (TypeError, ValueError):
            raise DataError(
                f"start has shape {np.shape(start)}, type {type(start).__name__}: expected a number, (nodes,) = "
                f"{shape[1:]} or (batch, nodes) = "
                f"{shape}"
            ) from None
        if not np.all(np.isfinite(given)):
            raise DataError("start holds a number that is not finite: expected finite numbers")
    state[:, connectivity.bias_nodes] = 1.0
    state[:, connectivity.inputs] = inputs
    return full
