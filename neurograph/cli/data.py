"""What the command reads: graphs, tasks and tables of samples."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

import neurograph as ng
from neurograph.cli.graphs import chosen_dynamics, compiled
from neurograph.equations.costs import wrong
from neurograph.errors import DataError, ParameterError
from neurograph.formats.run_log import numbers, text_table
from neurograph.graphs.labelled import ABSENT, matched, nearest_name, shown
from neurograph.learning.rules import RULES

Data = tuple[NDArray[np.float64], NDArray[np.float64]]  # x and y


def _digits() -> Data:
    split = ng.tasks.digits()
    return split.x_train, np.eye(10)[split.y_train]


def unseen_digits() -> Data:
    """Return the digits that are not learned from."""
    split = ng.tasks.digits()
    return split.x_test, np.eye(10)[split.y_test]


TASKS: dict[str, Callable[[], Data]] = {
    **{name: partial(ng.tasks.logic, name) for name in ng.tasks.TRUTH},
    "parity": partial(ng.tasks.parity, 3),
    "moons": partial(ng.tasks.moons, seed=0),
    "circles": partial(ng.tasks.circles, seed=0),
    "digits": _digits,
}
"""The tasks of the command by name; each is the same samples in every call."""


def network_and_data(options: argparse.Namespace) -> tuple[ng.Network, Data]:
    """Return the network, compiled or built for the data, and the samples."""
    if no_data(options):
        raise ParameterError("nothing to learn: expected --task NAME or --data FILE.csv")
    if options.graph is not None:
        network = compiled(options)
        return network, given_data(options, network)
    if options.task is None:
        raise ParameterError("--data needs a graph, for its columns are named after nodes: expected GRAPH")
    x, y = TASKS[options.task]()
    dynamics = chosen_dynamics(options.dynamics or ["deep"])
    if not isinstance(dynamics, ng.Dynamics):
        raise ParameterError(
            f"dynamics is {' '.join(options.dynamics)}: expected one, or a graph whose nodes have the attribute "
            "population"
        )
    bias: Any = "neurons" if dynamics.uses_bias else True
    graph = ng.topologies.complete(x.shape[1], options.hidden, y.shape[1], bias=bias, seed=options.seed)
    tied = dynamics.symmetric or (options.rule is not None and RULES[options.rule]().symmetric)
    graph = ng.topologies.symmetric(graph) if tied else graph
    return ng.compile(graph, dynamics=dynamics), (x, y)


def no_data(options: argparse.Namespace) -> bool:
    """Return whether neither a task nor a table is named."""
    return options.task is None and options.data is None


def given_data(options: argparse.Namespace, network: ng.Network) -> Data:
    """Return the samples of the task or the table."""
    return TASKS[options.task]() if options.task else _read_table(options.data, network)


def _read_table(path: Path, network: ng.Network) -> Data:
    """Read a CSV file into x and y, by the labels in its header."""
    header, rows = text_table(path)
    nodes = network.inputs + network.outputs
    places, others = matched(header, nodes, str(path))
    if ABSENT in places:
        node = nodes[places.index(ABSENT)]
        said = f"{path} has no column {str(node)!r}, but {shown(header)}{nearest_name(others, node)}"
        raise DataError(f"{said}: expected one for each of {shown(nodes)}")
    if not rows:
        raise DataError(f"{path} has a header and no rows: expected one row a sample")
    if others and sys.stderr is not None:
        said = f"not read of {path}, for no input or output is called so: {shown(others)}"
        print(f"neurograph: {said}", file=sys.stderr)
    table = numbers(path, [[row[place] for place in places] for row in rows], len(nodes))
    return table[:, : len(network.inputs)], table[:, len(network.inputs) :]


def accuracy(network: ng.Network, x: NDArray[np.float64], y: NDArray[np.float64]) -> str:
    """Return in words how many samples are answered rightly."""
    right = ~wrong(ng.settle(network, x).outputs, y)
    return f"{right.sum()} of {right.size} samples right"


def input_rows(path: Path, network: ng.Network) -> NDArray[np.float64]:
    """Read the inputs of a CSV file (rows, inputs), by the labels in its header.

    Raises
    ------
    DataError
        If an input has no column, there is no row, or a cell is no number.
    """
    header, rows = text_table(path)
    places, others = matched(header, network.inputs, str(path))
    if ABSENT in places:
        node = network.inputs[places.index(ABSENT)]
        said = f"{path} has no column {str(node)!r}, but {shown(header)}{nearest_name(others, node)}"
        raise DataError(f"{said}: expected one for each of {shown(network.inputs)}")
    if not rows:
        raise DataError(f"{path} has a header and no rows: expected one row a sample")
    return numbers(path, [[row[place] for place in places] for row in rows], len(network.inputs))
