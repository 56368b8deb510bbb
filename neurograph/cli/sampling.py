"""The command ``sample``: states of binary neurons into a file, and what they say of each neuron."""

from __future__ import annotations

import argparse
import io
import sys
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

import neurograph as ng
from neurograph._files import write_whole
from neurograph.cli.graphs import compiled
from neurograph.errors import DataError, NeurographError
from neurograph.formats import checked_place
from neurograph.formats.run_log import text_table
from neurograph.graphs.labelled import ABSENT, matched, shown
from neurograph.sampling.chains import METHODS

LISTED = 20
"""Most neurons that the table names."""

NUMBERS: tuple[tuple[str, type, str], ...] = (
    ("samples", int, "how many are kept of each chain"),
    ("burn-in", float, "sweeps (of flips, a span of time) that are dropped first"),
    ("thin", float, "sweeps (of flips, a span of time) from each sample to the next"),
    ("chains", int, "chains, of each row of the table"),
)


def add_sampling(command: argparse.ArgumentParser, defaults: dict[str, Any]) -> None:
    """Add the options of the command; `defaults` are those of :func:`neurograph.sample`."""
    words = "CSV file whose header names visible neurons: each row holds them at 0, 1 or a chance of 1; empty is free"
    command.add_argument("--data", type=Path, help=words)
    for name, kind, words in NUMBERS:
        default = defaults[name.replace("-", "_")]
        command.add_argument(f"--{name}", type=kind, default=default, metavar="N", help=f"{words} (default: {default})")
    command.add_argument("--method", choices=METHODS, default="gibbs", help="sweeps, or flips in continuous time")
    command.add_argument("--seed", type=int, default=0, help="of all that is drawn (default: %(default)s)")
    command.add_argument("-o", "--output", type=Path, required=True, help=".npz file of the samples")


def sample(options: argparse.Namespace) -> None:
    """Draw the samples, write them, and print a line for each neuron."""
    target = checked_place(options.output, ".npz")
    network = compiled(options)
    x = None if options.data is None else _rows(options.data, network)
    samples = ng.sample(
        network, x, samples=options.samples, burn_in=_span(options, "burn_in"), thin=_span(options, "thin"),
        chains=options.chains, method=options.method, seed=options.seed,
    )  # fmt: skip
    content = io.BytesIO()
    nodes = np.array([str(node) for node in network.nodes])
    np.savez_compressed(content, states=samples.states, held=samples.held, nodes=nodes)
    write_whole([target], [content.getvalue()])
    print(samples, *_table(samples, x), f"Written to {target}: states (chains, samples, nodes), held, nodes", sep="\n")


def _span(options: argparse.Namespace, name: str) -> float:
    """Return a number of sweeps as an int, where it is one; of flips, a span of time."""
    given: float = getattr(options, name)
    return int(given) if options.method == "gibbs" and float(given).is_integer() else given


def _rows(path: Path, network: ng.Network) -> NDArray[np.float64]:
    """Read what visible neurons are held at; a column that is not there, and an empty cell, leaves one free."""
    header, rows = text_table(path)
    places, others = matched(header, network.outputs, str(path))
    if all(place == ABSENT for place in places):
        raise DataError(f"{path} names no visible neuron: expected some of {shown(network.outputs)} in its header")
    if others and sys.stderr is not None:
        print(f"neurograph: not read of {path}, for no visible neuron is called so: {shown(others)}", file=sys.stderr)
    x = np.full((len(rows), len(places)), np.nan)
    for column, place in enumerate(places):
        for k, row in enumerate(rows if place != ABSENT else ()):
            try:
                x[k, column] = float(row[place]) if row[place].strip() else np.nan
            except ValueError:
                raise DataError(
                    f"{path} has {row[place]!r} in row {k + 2}, column {header[place]!r}: expected 0, 1, a chance of "
                    "1, or nothing"
                ) from None
    return x


def _table(samples: ng.Samples, x: NDArray[np.float64] | None) -> list[str]:
    """Return a line for each free neuron: how often it was 1, and, where they are few, how often it is."""
    if x is not None and len(x) > 1:
        return [f"{len(x)} rows, each with marginals of its own: the means of its chains' states"]
    free = np.flatnonzero(~samples.held.all(axis=0))
    try:
        exact = ng.exact_distribution(samples.network, x).marginals
    except NeurographError:  # too many, without an energy, or held at chances
        exact = None
    marginals, errors = samples.marginals, samples.standard_errors
    lines = [f"{'neuron':<14}{'P(s = 1)':>10}{'±':>9}" + ("" if exact is None else f"{'exact':>9}")]
    for place in free[:LISTED].tolist():
        beside = "" if exact is None else f"{exact[place]:>9.4f}"
        lines.append(f"{samples.network.nodes[place]!s:<14}{marginals[place]:>10.4f}{errors[place]:>9.4f}{beside}")
    more = free.size - LISTED
    return [*lines, f"and {more} more"] if more > 0 else lines
