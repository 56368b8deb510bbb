"""The table that the models of the digits print: test accuracy over seeds, beside what is expected."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

import neurograph as ng
from models.expected import EXPLAINED, Mean, arguments, columns


@dataclass(frozen=True)
class Row:
    """One line of the table: what is trained, how, and the test accuracy that is expected."""

    name: str
    build: Callable[[int], ng.Network]
    training: dict[str, Any]
    expected: Mean


def accuracies(row: Row, seeds: Sequence[int], n_jobs: int = 1) -> NDArray[np.float64]:
    """Train a network from each seed on the same split, and give the test accuracy of each."""
    digits = ng.tasks.digits()
    fits = ng.train(
        row.build, digits.x_train, digits.y_train, seed=seeds, n_jobs=n_jobs, progress=False, **row.training
    )
    settled = [ng.settle(fit.network, digits.x_test, solver=row.training["solver"]) for fit in fits]
    return np.array([np.mean(each.outputs.argmax(axis=1) == digits.y_test) for each in settled])


HEADER = f"{'':<28}{Mean.HEADER}"


def line(name: str, expected: Mean | None, measured: NDArray[np.float64]) -> str:
    """Write what is expected, if anything, and what was measured as a line under :data:`HEADER`."""
    return f"{name:<28}{expected.columns(measured) if expected else ' ' * 20 + columns(measured)}"


def main(description: str, about: Sequence[str], rows: Sequence[Row]) -> None:
    """Read the command line, and print the paragraphs `about` a model and its table."""
    options = arguments(description, seeds=5).parse_args()
    shown = f"Test accuracy on the digits in per cent, of {options.seeds} networks from seed {options.first} on."
    for paragraph in (*about, f"{shown} {EXPLAINED}"):
        print(textwrap.fill(paragraph, len(HEADER)) + "\n")
    print(HEADER)
    for row in rows:
        measured = accuracies(row, range(options.first, options.first + options.seeds), options.jobs)
        print(line(row.name, row.expected, measured), flush=True)
