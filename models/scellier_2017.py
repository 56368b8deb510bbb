"""
Equilibrium propagation (Scellier and Bengio, 2017)
===================================================

Equilibrium propagation in layered Hopfield networks, on the digits.

``python -m models.scellier_2017`` trains 5 networks a row and prints their test accuracies.
"""

from __future__ import annotations

from functools import partial
from typing import Any

from matplotlib.figure import Figure

import neurograph as ng
from models import digits_table
from models.digits_table import Row
from models.expected import Mean

SOURCE = (
    'B. Scellier, Y. Bengio, "Equilibrium Propagation: Bridging the Gap between Energy-Based Models and '
    'Backpropagation", Frontiers in Computational Neuroscience 11:24, 2017, arXiv 1602.05179'
)

PAPER = (
    "The paper: MNIST, 784-500-10, 784-500-500-10 and 784-500-500-500-10, 50,000 samples; test error between 2 and 3 % "
    "whatever the depth, training error 0."
)

EXPECTED = {
    "64-64-10": Mean(0.972, 0.005, 10),
    "64-64-64-10": Mean(0.963, 0.010, 10),
    "64-64-64-64-10": Mean(0.909, 0.038, 10),
}
"""Mean test accuracy on the digits of seeds 100 to 109, measured with this file: the paper has no digits."""

DIFFERENCES = (
    "Digits for MNIST, 64 hidden neurons a layer for 500. One learning rate, which falls by 5 % an epoch, instead of a "
    "constant one of each layer's own: deeper networks learn less for it. The sign of beta is drawn for each sample "
    "instead of each batch, and beta is 0.5 for every depth; both phases run until they are at rest (at most 100 "
    "steps) instead of for 20 to 500 and 4 to 8 steps; first weights are N(0, 0.05) instead of Glorot's uniform ones, "
    "from which two hidden layers fall silent here. As there: the energy, the hard sigmoid, steps of 0.5, batches of "
    "20, and free phases that start where the sample's last one ended."
)


def build(seed: int, hidden: tuple[int, ...] = (64,)) -> ng.Network:
    """Build a layered Hopfield network: every pair of neighbouring layers is connected, both ways by one weight."""
    graph = ng.topologies.layered(inputs=64, hidden=hidden, outputs=10, bias="neurons", scale=0.05, seed=seed)
    return ng.compile(ng.topologies.symmetric(graph), ng.dynamics.hopfield())


def training() -> dict[str, Any]:
    """Return the arguments of :func:`neurograph.train`."""
    return {
        "rule": ng.rules.random_sign_ep(),
        "beta": 0.5,
        "cost": ng.costs.squared_error(),
        "optimiser": ng.optimisers.sgd(0.2, decay=0.95),
        "solver": ng.solvers.Euler(dt=0.5, steps=100, tol=1e-3),
        "batch_size": 20,
        "epochs": 40,
        "start": "warm",
        "target_cost": None,
    }


def table() -> list[Row]:
    """Return the rows: one, two and three hidden layers."""
    return [
        Row(name, partial(build, hidden=(64,) * (k + 1)), training(), expected)
        for k, (name, expected) in enumerate(EXPECTED.items())
    ]


def main() -> Figure:
    """Print the table, and draw how the networks learn."""
    return digits_table.main(__doc__, (SOURCE, PAPER, DIFFERENCES), table(), few=20)


if __name__ == "__main__":
    figure = main()
