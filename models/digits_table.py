"""The table that the models of the digits print: test accuracy over seeds, beside what is expected."""

from __future__ import annotations

import sys
import textwrap
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

import neurograph as ng
from models.expected import EXPLAINED, Mean, arguments, columns
from neurograph.training.state import TrainingState


@dataclass(frozen=True)
class Row:
    """One line of the table: what is trained, how, and the test accuracy that is expected."""

    name: str
    build: Callable[[int], ng.Network]
    training: dict[str, Any]
    expected: Mean | None


def trained(row: Row, seeds: Sequence[int], n_jobs: int = 1) -> list[TrainingState]:
    """Train a network from each seed on the same split."""
    digits = ng.tasks.digits()
    return ng.train(
        row.build, digits.x_train, digits.y_train, seed=seeds, n_jobs=n_jobs, progress=False, **row.training
    )


def judged(row: Row, fits: Sequence[TrainingState]) -> NDArray[np.float64]:
    """Return the test accuracy of each network."""
    digits = ng.tasks.digits()
    settled = [ng.settle(fit.network, digits.x_test, solver=row.training["solver"]) for fit in fits]
    return np.array([np.mean(each.outputs.argmax(axis=1) == digits.y_test) for each in settled])


def accuracies(row: Row, seeds: Sequence[int], n_jobs: int = 1) -> NDArray[np.float64]:
    """Train a network from each seed, and give the test accuracy of each."""
    return judged(row, trained(row, seeds, n_jobs))


HEADER = f"{'':<28}{Mean.HEADER}"


def line(name: str, expected: Mean | None, measured: NDArray[np.float64]) -> str:
    """Write what is expected, if anything, and what was measured as a line under :data:`HEADER`."""
    return f"{name:<28}{expected.columns(measured) if expected else ' ' * 20 + columns(measured)}"


def main(description: str | None, about: Sequence[str], rows: Sequence[Row], few: int | None = None) -> Figure:
    """Read the command line, print the paragraphs `about` a model and its table, and draw how the networks learn.

    The quick form is of one network a row, with `few` epochs: where those are not all, nothing is expected of it.
    """
    left = "one network a row" + ("" if few is None else f", {few} epochs, of which nothing is expected")
    options = arguments(description, seeds=5, quick=left).parse_args()
    if options.quick and few is not None:
        rows = [replace(row, training={**row.training, "epochs": few}, expected=None) for row in rows]
    shown = f"Test accuracy on the digits in per cent, of {options.seeds} networks from seed {options.first} on."
    for paragraph in (*about, f"{shown} {EXPLAINED} {options.quick}"):
        print(textwrap.fill(paragraph, len(HEADER)) + "\n")
    print(HEADER)
    fits = {}
    for row in rows:
        fits[row.name] = trained(row, range(options.first, options.first + options.seeds), options.jobs)
        print(line(row.name, row.expected, judged(row, fits[row.name])), flush=True)
    name = f"{Path(sys.argv[0]).stem}.png"
    figure = drawn(fits)
    figure.savefig(name, dpi=150)
    print(f"\nWritten to {name}")
    return figure


def drawn(fits: dict[str, list[TrainingState]]) -> Figure:
    """Draw the share of the training samples that are wrong, after each epoch: the mean of the networks of a row."""
    figure = Figure(figsize=(7, 3.4), layout="constrained")
    ax = figure.subplots()
    for name, row in fits.items():
        wrong = 100.0 * np.mean([fit.history["error"] for fit in row], axis=0)
        ax.plot(np.arange(wrong.size) + 1, wrong, label=name)
    ax.set(xlabel="epoch", ylabel="training samples that are wrong (%)", yscale="log")
    ax.spines[["top", "right"]].set_visible(False)
    figure.legend(frameon=False, loc="outside right center", fontsize="small")
    return figure
