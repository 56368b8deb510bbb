"""The table that the models of the digits print: test accuracy over seeds, beside what is expected."""

from __future__ import annotations

import argparse
import textwrap
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

import neurograph as ng


@dataclass(frozen=True)
class Row:
    """One line of the table: what is trained, how, and the mean test accuracy that is expected of seeds 0 to 4."""

    name: str
    build: Callable[[int], ng.Network]
    training: dict[str, Any]
    expected: float


def accuracies(row: Row, seeds: Sequence[int], n_jobs: int = 1) -> NDArray[np.float64]:
    """Train a network from each seed on the same split, and give the test accuracy of each."""
    digits = ng.tasks.digits()
    fits = ng.train(
        row.build, digits.x_train, digits.y_train, seed=seeds, n_jobs=n_jobs, progress=False, **row.training
    )
    settled = [ng.settle(fit.network, digits.x_test, solver=row.training["solver"]) for fit in fits]
    return np.array([np.mean(each.outputs.argmax(axis=1) == digits.y_test) for each in settled])


HEADER = f"{'':<44} {'expected':>8}   {'mean':>6} {'lowest':>6} {'highest':>7}"


def line(row: Row, measured: NDArray[np.float64]) -> str:
    """Write a row and its measured accuracies as a line under :data:`HEADER`."""
    return (
        f"{row.name:<44} {row.expected:>8.1%}   {measured.mean():>6.1%} {measured.min():>6.1%} {measured.max():>7.1%}"
    )


def main(description: str, about: Sequence[str], rows: Sequence[Row]) -> None:
    """Read the command line, and print the paragraphs `about` a model and its table."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--seeds", type=int, default=5, help="networks a row (default: %(default)s)")
    parser.add_argument("--jobs", type=int, default=2, help="processes side by side (default: %(default)s)")
    options = parser.parse_args()
    explained = f"Test accuracy on the digits, {options.seeds} seeds a row; expected: measured here with 5."
    for paragraph in (*about, explained):
        print(textwrap.fill(paragraph, len(HEADER)) + "\n")
    print(HEADER)
    for row in rows:
        print(line(row, accuracies(row, range(options.seeds), options.jobs)), flush=True)
