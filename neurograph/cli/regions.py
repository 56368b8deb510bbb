"""The command ``characterise``: regions of inputs on which a network's answers are proved."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import neurograph as ng
from neurograph._files import write_whole
from neurograph.cli.data import input_rows
from neurograph.cli.graphs import compiled
from neurograph.errors import NeurographError, ParameterError
from neurograph.formats import checked_place
from neurograph.graphs.labelled import shown


def add_characterise(command: argparse.ArgumentParser, budget: float) -> None:
    """Add the options of the command; `budget` is that of :func:`neurograph.characterise`."""
    words = "CSV file with a column for each input node: a region for each row"
    command.add_argument("--input", type=Path, required=True, help=words)
    words = "what is proved of an output, in place of the decision, as y>=0.3 or y<=0.3"
    command.add_argument("--prove", metavar="BOUND", help=words)
    words = "ends of every input (default: 0 1)"
    command.add_argument("--domain", type=float, nargs=2, default=(0.0, 1.0), metavar=("LOW", "HIGH"), help=words)
    words = "keep the whole pattern: the exact polytope"
    command.add_argument("--whole-pattern", action="store_true", help=words)
    words = "seconds for each row (default: %(default)s)"
    command.add_argument("--budget", type=float, default=budget, metavar="N", help=words)
    command.add_argument("-o", "--output", type=Path, help=".json file of the regions")


def characterise(options: argparse.Namespace) -> None:
    """Print each region, and write all of them."""
    target = options.output and checked_place(options.output, ".json")
    network = compiled(options)
    rows = input_rows(options.input, network)
    prove = None if options.prove is None else _bound(options.prove, network)
    report = ng.certify(network, progress=False)
    found: list[Any] = []
    for k, row in enumerate(rows):
        try:
            region = ng.characterise(
                network, row, prove=prove, domain=options.domain, release=not options.whole_pattern, report=report,
                budget=options.budget,
            )  # fmt: skip
        except NeurographError as error:
            if len(rows) == 1:
                raise
            print(f"row {k + 2}: {error}")
            found.append(None)
        else:
            print(f"row {k + 2}: {region}")
            found.append(json.loads(region.to_json()))
    if target:
        write_whole([target], [json.dumps(found).encode()])
        print(f"Written to {target}")


def _bound(text: str, network: ng.Network) -> ng.regions.Property:
    for sign, name in ((">=", "least"), ("<=", "most")):
        label, found, value = text.rpartition(sign)
        if found:
            labels = {str(one): one for one in network.outputs}
            if label.strip() not in labels:
                raise ParameterError(f"prove names {label.strip()!r}: expected one of {shown(network.outputs)}")
            try:
                return ng.regions.bound(labels[label.strip()], **{name: float(value)})
            except ValueError:
                break
    raise ParameterError(f"prove is {text!r}: expected an output, >= or <=, and a number, as y>=0.3")
