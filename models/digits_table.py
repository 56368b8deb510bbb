"""The table that the models of the digits print: test accuracy over seeds, beside what is expected."""

from __future__ import annotations

import argparse
import textwrap
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import t as student

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


EXPECTED_SEEDS = 5
"""Seeds whose mean is the accuracy that is expected."""


def tolerance(measured: NDArray[np.float64]) -> float | None:
    """Return how far the mean over these networks may be from that over EXPECTED_SEEDS others like them.

    In 19 of 20 such pairs they are nearer, by Student's distribution, but for half a unit of the last digit that is
    written of either. One network alone shows no spread: None.
    """
    if measured.size < 2:
        return None
    spread = measured.std(ddof=1) * np.sqrt(1.0 / measured.size + 1.0 / EXPECTED_SEEDS)
    return float(student.ppf(0.975, measured.size - 1) * spread) + 0.001


def verdict(measured: NDArray[np.float64], expected: float) -> str:
    """Return "inside" or "OUTSIDE": whether the mean is within its tolerance of what is expected."""
    allowed = tolerance(measured)
    return "-" if allowed is None else "inside" if abs(measured.mean() - expected) <= allowed else "OUTSIDE"


HEADER = f"{'':<34} {'expected':>8}   {'mean':>6} {'lowest':>6} {'highest':>7}   {'tolerance':>9} {'':>7}"


def line(row: Row, measured: NDArray[np.float64]) -> str:
    """Write a row and its measured accuracies as a line under :data:`HEADER`."""
    allowed = tolerance(measured)
    within = "" if allowed is None else f"{allowed:.1%}"
    found = f"{measured.mean():>6.1%} {measured.min():>6.1%} {measured.max():>7.1%}"
    return f"{row.name:<34} {row.expected:>8.1%}   {found}   {within:>9} {verdict(measured, row.expected):>7}"


def main(description: str, about: Sequence[str], rows: Sequence[Row]) -> None:
    """Read the command line, and print the paragraphs `about` a model and its table."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--seeds", type=int, default=5, help="networks a row (default: %(default)s)")
    parser.add_argument("--jobs", type=int, default=2, help="processes side by side (default: %(default)s)")
    options = parser.parse_args()
    explained = f"Test accuracy on the digits, {options.seeds} seeds a row; expected: measured here with "
    explained += f"{EXPECTED_SEEDS}. Tolerance: how far the two means may be apart, 19 times in 20."
    for paragraph in (*about, explained):
        print(textwrap.fill(paragraph, len(HEADER)) + "\n")
    print(HEADER)
    for row in rows:
        print(line(row, accuracies(row, range(options.seeds), options.jobs)), flush=True)
