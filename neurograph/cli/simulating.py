"""The command ``simulate``: a network in time, driven by a table, into a file."""

from __future__ import annotations

import argparse
import io
from pathlib import Path
from typing import Any

import numpy as np

import neurograph as ng
from neurograph._files import write_whole
from neurograph.cli.data import input_rows
from neurograph.cli.graphs import compiled
from neurograph.cli.learning import add_learning, learning
from neurograph.errors import ParameterError
from neurograph.formats import checked_path, checked_place
from neurograph.graphs.labelled import shown
from neurograph.simulation.methods import METHODS

LISTED = 20
"""Most outputs that the table names."""

STEP = 0.1
"""Length of a step where none is given."""

NUMBERS = (
    ("dt", f"length of a step (default: {STEP})"),
    ("hold", "how long each row is in force, a whole multiple of --dt (default: one step)"),
    ("duration", "for how long (default: until the table ends)"),
    ("noise", "standard deviation of a neuron that leaks at rate 1 and does nothing else (default: 0)"),
)


def add_simulating(command: argparse.ArgumentParser) -> None:
    """Add the options of the command."""
    words = "CSV file with a column for each input node: its rows, one after the other, are what they are held at"
    command.add_argument("--input", type=Path, help=words)
    for name, words in NUMBERS:
        command.add_argument(f"--{name}", type=float, metavar="N", help=words)
    command.add_argument("--method", choices=("auto", *METHODS), help="how a step is taken (default: auto)")
    command.add_argument("--seed", type=int, help="of the noise")
    add_learning(command)
    command.add_argument("-o", "--output", type=Path, required=True, help=".npz file of the states")


def simulate(options: argparse.Namespace) -> None:
    """Simulate, write the states, and print a line for each output."""
    target = checked_place(options.output, ".npz")
    learned = options.learned and checked_path(options.learned)
    if learned and learned.resolve() == target.resolve():
        raise ParameterError(f"learned is {learned}, where the states go: expected another file")
    network = compiled(options)
    if options.input is None and network.inputs:
        raise ParameterError(f"nothing drives {shown(network.inputs)}: expected --input FILE.csv, a column for each")
    x = None if options.input is None else input_rows(options.input, network)[None]
    names = (*(name for name, _ in NUMBERS), "method", "seed")
    given: dict[str, Any] = {name: value for name in names if (value := getattr(options, name)) is not None}
    given |= learning(options)
    if network.dynamics.kind != "unitary":  # whose steps have no length
        given.setdefault("dt", STEP)
    simulation = ng.simulate(network, x, **given)
    tables, content = _tables(simulation), io.BytesIO()
    np.savez_compressed(content, **tables)
    write_whole([target], [content.getvalue()])
    print(simulation, *_table(simulation), sep="\n")
    print(f"Written to {target}: {', '.join(tables)}")
    if learned and simulation.learned is not None:
        print(f"Learned network written to {ng.write(simulation.learned, learned)}")


def _tables(simulation: ng.Simulation) -> dict[str, Any]:
    """Return what is written, of the one sample."""
    tables = {
        "time": simulation.time, "states": simulation.states[0], "outputs": simulation.outputs[0],
        "inputs": simulation.inputs[0], "nodes": np.array([str(node) for node in simulation.nodes]),
    }  # fmt: skip
    if simulation.weights is not None and simulation.weights.size:
        edges = [[str(node) for node in edge] for edge in simulation.network.edges]
        tables |= {"weight_time": simulation.weight_time, "weights": simulation.weights, "edges": np.array(edges)}
    return tables


def _table(simulation: ng.Simulation) -> list[str]:
    """Return a line for each output: between what it moved, and where it ended."""
    outputs = simulation.outputs[0]
    lines = [f"{'output':<14}{'least':>11}{'largest':>11}{'at the end':>12}"]
    for place, node in enumerate(simulation.network.outputs[:LISTED]):
        one = outputs[:, place]
        lines.append(f"{node!s:<14}{one.min():>11.4f}{one.max():>11.4f}{one[-1]:>12.4f}")
    more = outputs.shape[1] - LISTED
    return [*lines, f"and {more} more"] if more > 0 else lines
