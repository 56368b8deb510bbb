"""The command ``compress``: few levels, float32 if asked, a packed file, and what every form would take."""

from __future__ import annotations

import argparse
from pathlib import Path

import neurograph as ng
from neurograph.cli.data import accuracy, given_data, no_data
from neurograph.cli.graphs import compiled
from neurograph.compression.quantise import METHODS
from neurograph.formats import checked_place


def add_compressing(command: argparse.ArgumentParser) -> None:
    """Add the options of the command."""
    words = "most different weights; without it, they stay as they are"
    command.add_argument("--levels", type=int, metavar="N", help=words)
    words = "nearest levels, or levels to which weights are rounded at random (default: %(default)s)"
    command.add_argument("--method", choices=METHODS, default="sharing", help=words)
    command.add_argument("--float32", action="store_true", help="round weights and biases to float32")
    command.add_argument("--seed", type=int, default=0, help="of all that is drawn (default: %(default)s)")
    command.add_argument("-o", "--output", type=Path, required=True, help=".packed file of the compressed graph")


def compress(options: argparse.Namespace) -> None:
    """Compress the graph, write it, and print what it takes in each form."""
    target = checked_place(options.output, ".packed")
    network = compiled(options)
    data = None if no_data(options) else given_data(options, network)
    small = ng.compile(network, network.dynamics, dtype="float32") if options.float32 else network
    if options.levels is not None:
        few = ng.quantise(small, options.levels, options.method, seed=options.seed)
        print(few)
        small = few.network
    print(ng.compression_report(small))
    if data is not None:
        print(f"before: {accuracy(network, *data)}", f"after:  {accuracy(small, *data)}", sep="\n")
    written = ng.write(small, target)
    print(f"Written to {written}: {written.stat().st_size} bytes, with nodes, biases and attributes")
