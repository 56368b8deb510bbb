"""Synapses that learn in the command ``simulate``: the rule and its options, the third factor, the learned network."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from neurograph.cli.pruner import Family, listed, named
from neurograph.errors import DataError, ParameterError
from neurograph.formats.run_log import numbers, text_table
from neurograph.learning.rule import MODULATOR
from neurograph.learning.rules import ONLINE_RULES

RULE = Family("rule", ONLINE_RULES, "rule-")

NUMBERS = (
    ("learning-rate", float, "change of a weight in a unit of time, where the rule says 1"),
    ("l1", float, "strength of the pull of weights towards 0"),
    ("incoming", float, "what the sizes of the weights into each neuron are scaled to add up to"),
    ("record-weights", int, "steps from one record of the weights in the file to the next (default: none)"),
)


def add_learning(command: argparse.ArgumentParser) -> None:
    """Add the options of a rule."""
    words = f"by which synapses learn as it runs: {listed(ONLINE_RULES)} (default: none)"
    command.add_argument("--rule", help=words, **named(ONLINE_RULES))
    RULE.add(command)
    for name, kind, words in NUMBERS:
        command.add_argument(f"--{name}", type=kind, metavar="N", help=words)
    words = "the interval that weights stay in"
    command.add_argument("--bounds", type=float, nargs=2, metavar=("LOW", "HIGH"), help=words)
    words = "CSV file of one column, the third factor of a rule that asks for one: a row for each of --input"
    command.add_argument("--modulator", type=Path, help=words)
    command.add_argument("--learned", type=Path, help="file of the network with its new weights")


def learning(options: argparse.Namespace) -> dict[str, Any]:
    """Return the arguments of simulate() that say how synapses learn.

    Raises
    ------
    ParameterError
        If an option is missing, or of no use.
    DataError
        If the file of the third factor is not of one column of numbers.
    """
    rule, others = RULE.chosen(options), ("bounds", "modulator", "learned", *(name for name, _, _ in NUMBERS))
    for name in others if rule is None else ():
        if getattr(options, name.replace("-", "_")) is not None:
            raise ParameterError(f"--{name} is given, but no --rule NAME: expected one of {listed(ONLINE_RULES)}")
    if rule is not None and options.learning_rate is None:
        raise ParameterError(f"--rule is {options.rule}, but --learning-rate is missing: expected a number above 0")
    if rule is not None and MODULATOR in rule.symbols and options.modulator is None:
        raise ParameterError(f"--rule is {options.rule}, which asks for a third factor: expected --modulator FILE.csv")
    given = {"rule": rule, "bounds": options.bounds and tuple(options.bounds), "modulator": options.modulator}
    given |= {name: getattr(options, name) for name in (one.replace("-", "_") for one, _, _ in NUMBERS)}
    found = {name: value for name, value in given.items() if value is not None}
    if options.modulator is not None:
        found["modulator"] = _third_factor(options.modulator)
    return found


def _third_factor(path: Path) -> NDArray[np.float64]:
    """Read a column of a CSV file (rows,)."""
    header, rows = text_table(path)
    if len(header) != 1 or not rows:
        raise DataError(
            f"{path} has {len(header)} columns and {len(rows)} rows: expected one column, and a row or more"
        )
    return numbers(path, rows, 1)[:, 0]
