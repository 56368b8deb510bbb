"""settle(): inputs in, equilibrium out."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from dataclasses import replace
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from neurograph._checks import Seed, checked_generator, checked_number, checked_whole
from neurograph.equations.costs import Cost, SquaredError
from neurograph.errors import DataError, DivergenceError, ParameterError
from neurograph.network.network import Floats, Network
from neurograph.solvers import Auto
from neurograph.solvers.base import Equilibrium, Phase, Record, Solver, Status

DIVERGED = int(Status.DIVERGED)

UNIFORM = (0.0, 0.1)
"""The interval of the paper's random starting states."""

Start = float | ArrayLike | Literal["uniform"]


def settle(
    network: Network,
    x: ArrayLike,
    *,
    y: ArrayLike | None = None,
    beta: float = 0.0,
    cost: Cost | None = None,
    solver: Solver | None = None,
    start: Start = 0.0,
    seed: Seed = None,
    record: Record | int | None = None,
    throw: bool = True,
) -> Equilibrium:
    """Settle a network on each sample of x.

    Parameters
    ----------
    network : Network
        From :func:`neurograph.compile`.
    x : array (batch, inputs)
        What the input nodes are clamped at.
    y : array (batch, outputs), optional
        Targets of the nudged phase, in which the outputs get -beta dC/ds; or class labels (batch,).
    beta : float
        Nudging strength; needs `y` unless 0.
    cost : Cost, optional
        C; default ``costs.squared_error()``, whose nudge is ``+ beta (y - s)``.
    solver : Solver, optional
        How; default ``neurograph.solvers.Auto()``, which says in ``.method`` what it chose and why.
    start : number, array (nodes,) or (batch, nodes), or "uniform"
        State of the free nodes at the start; "uniform" draws from U(0, 0.1) with `seed`.
    seed : int or numpy.random.Generator
        For ``start="uniform"``.
    record : Record or int, optional
        Which part of the trajectory to keep; a number k keeps every k-th step of every node.
    throw : bool
        Whether a sample that diverges raises; else the result says so.

    Returns
    -------
    Equilibrium
        ``.outputs`` (batch, outputs), ``.state`` (batch, nodes), ``.status``, ``.residual``, ``.steps``.

    Raises
    ------
    DataError
        If x, y or start has the wrong shape or holds a number that is not finite.
    ParameterError
        If beta is given without y, or another argument is out of range.
    DivergenceError
        If a sample diverges and `throw` is true.
    """
    network = checked_network(network)
    inputs = checked_inputs(network, x)
    target = None if y is None else checked_targets(network, y, inputs.shape[0])
    beta = checked_number("beta", beta)
    if beta != 0.0 and target is None:
        raise ParameterError(f"beta is {beta!r} but y is missing: expected the targets of the nudged phase as y=")
    solver = Auto() if solver is None else solver
    if cost is not None and not isinstance(cost, Cost):
        raise ParameterError(f"cost is {cost!r}: expected one of neurograph.costs, such as cross_entropy()")
    if not isinstance(solver, Solver):
        raise ParameterError(f"solver is {solver!r}: expected one of neurograph.solvers, such as Euler(dt=0.05)")
    phase = Phase(
        start=starting_state(network, inputs, start, seed),
        target=target,
        beta=beta,
        cost=SquaredError() if cost is None else cost,
        record=checked_record(network, record),
    )
    equilibrium = solver.solve(network, phase)
    if throw:
        raise_divergence(equilibrium, solver, ", or pass throw=False to get the result as it is")
    return equilibrium


def raise_divergence(
    equilibrium: Equilibrium, solver: Solver, ending: str = "", samples: NDArray[np.int64] | None = None
) -> None:
    """Raise :class:`DivergenceError` for the first sample that diverged, if one did.

    `ending` is one more remedy; `samples` are the places of the batch's samples in the user's x.
    """
    if not (equilibrium.status == DIVERGED).any():
        return
    lost = np.flatnonzero(equilibrium.status == DIVERGED)
    sample = int(lost[0])
    state = equilibrium.state[sample]
    size = np.nan_to_num(np.abs(state), nan=np.inf)
    node = equilibrium.network.nodes[int(np.argmax(size))]
    place = sample if samples is None else samples[sample]
    raise DivergenceError(
        f"sample {place} diverged at step {equilibrium.steps[sample]}: node {node!r} is at "
        f"{state[int(np.argmax(size))]:.3g} ({lost.size} of {equilibrium.status.size} samples diverged); "
        f"{solver.remedy(equilibrium, sample)}; else lower the weights, or use a dynamics with a box{ending}"
    )


def checked_network(network: Any) -> Network:
    """Return the network, or say what else it is."""
    if not isinstance(network, Network):
        held = isinstance(getattr(network, "network", None), Network)
        remedy = "pass its .network" if held else "compile the graph first, with neurograph.compile(graph)"
        raise ParameterError(f"network is of type {type(network).__name__}: expected a Network; {remedy}")
    return network


def checked_inputs(network: Network, x: ArrayLike) -> Floats:
    """Return x as an array (batch, inputs) of finite numbers, or raise :class:`DataError`."""
    return _checked_table(network, x, "x", network.connectivity.inputs, "input")


def checked_targets(network: Network, y: ArrayLike, batch: int) -> Floats:
    """Return y as an array (batch, outputs) of finite numbers, or raise :class:`DataError`."""
    target = _checked_table(network, _spread(network, y), "y", network.connectivity.outputs, "output")
    if target.shape[0] != batch:
        raise DataError(f"y has {target.shape[0]} samples and x has {batch}: expected as many of both")
    return target


def _spread(network: Network, y: ArrayLike) -> ArrayLike:
    """Return labels (batch,) as one-hot rows, and the numbers (batch,) of a single output as a column."""
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
            f"targets (batch, {count}), or class labels as whole numbers; write np.reshape(y, (-1, {count})) or "
            "np.asarray(y).astype(int)"
        )
    outside = np.flatnonzero((labels < 0) | (labels >= count))
    if outside.size:
        raise DataError(
            f"y[{outside[0]}] is the label {labels[outside[0]]}, but the network has {count} outputs: expected labels "
            f"from 0 to {count - 1}"
        )
    return np.eye(count)[labels.astype(np.int64)]


def _checked_table(network: Network, values: ArrayLike, what: str, places: NDArray[np.int64], role: str) -> Floats:
    try:
        given = np.asarray(values)
        if given.dtype.kind not in "biuf":
            raise TypeError(given.dtype)
        with np.errstate(over="ignore"):  # said below, with the sample and the node
            array = np.ascontiguousarray(given, dtype=network.dtype)
    except (TypeError, ValueError):
        raise DataError(f"{what} cannot be read as numbers: expected an array (batch, {places.size})") from None
    wanted = f"expected (batch, {places.size}), one column for each {role} node"
    if given.ndim != 2:
        fix = f"; write np.reshape({what}, (-1, {places.size}))" if given.ndim == 1 and places.size else ""
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
    """Return the state (batch, nodes) at the start of a phase, clamped nodes at their values."""
    connectivity = network.connectivity
    shape = (inputs.shape[0], len(network.nodes))
    state = np.empty(shape, network.dtype)
    if isinstance(start, str):
        if start != "uniform":
            raise ParameterError(
                f"start is {start!r}: expected a number, an array (nodes,) or (batch, nodes), or 'uniform' (in train "
                "also 'warm')"
            )
        state[...] = checked_generator(seed).uniform(*UNIFORM, shape)
    else:
        try:
            if start is None or isinstance(start, bool):
                raise TypeError(start)
            given = np.asarray(start, network.dtype)
            state[...] = given
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
    return state


def checked_record(network: Network, record: Record | int | None) -> Record | None:
    """Return what is to be recorded, checked, or raise :class:`ParameterError`."""
    if record is None:
        return None
    kept = record if isinstance(record, Record) else Record(every=record)
    every = checked_whole("record, the number of steps from one frame to the next,", kept.every, 1)
    if kept.nodes is None:
        return replace(kept, every=every)
    if isinstance(kept.nodes, str) or not isinstance(kept.nodes, Iterable):
        raise ParameterError(f"record has nodes {kept.nodes!r}: expected a tuple of labels, such as ({kept.nodes!r},)")
    nodes = tuple(kept.nodes)
    for node in nodes:
        if not isinstance(node, Hashable) or node not in network.connectivity.table.index:
            raise ParameterError(f"record asks for node {node!r}: expected labels of the network's nodes")
    return replace(kept, every=every, nodes=nodes)
