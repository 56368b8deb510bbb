"""
Connections that skip layers (Gammell et al., 2021)
===================================================

Deep Hopfield networks with and without connections that skip layers, on the digits.

``python -m models.gammell_2021`` trains 5 networks a row and prints their test accuracies.
"""

from __future__ import annotations

from functools import partial
from typing import Any

import networkx as nx
import numpy as np
from matplotlib.figure import Figure

import neurograph as ng
from models import digits_table
from models.digits_table import Row
from models.expected import Mean

SOURCE = (
    'J. Gammell, S. Buckley, S. W. Nam, A. McCaughan, "Layer-Skipping Connections Improve the Effectiveness of '
    'Equilibrium Propagation on Layered Networks", Frontiers in Computational Neuroscience 15, 2021'
)

PAPER = (
    "The paper's runs: MNIST, 784-100-100-100-100-100-10, one learning rate, 100 epochs: test error 13.2 % layered, "
    "5.2 % with 10 % of the connections replaced by random ones that skip layers (the logs its authors published)."
)

EXPECTED = {"layered": Mean(0.473, 0.202, 10), "10 % replaced": Mean(0.952, 0.013, 10)}
"""Mean test accuracy on the digits of seeds 100 to 109, measured with this file: the paper has no digits."""

DIFFERENCES = (
    "Digits for MNIST, layers of 32 neurons for 100, 40 epochs for 100, and the learning rate falls by 5 % in each."
    " The sign of beta is drawn for each sample instead of each batch, and beta is 0.5 for 1; both phases run until"
    " they are at rest (at most 100 steps) instead of for 1000 and 12 steps; free phases start at 0 instead of "
    "where the sample's last one ended; first weights are N(0, 0.08) instead of Glorot's uniform ones. As there: "
    "five hidden layers, the energy, the hard sigmoid, steps of 0.5, batches of 20, one learning rate for all "
    "layers, and a connection that is replaced goes to a random pair of neurons in layers that are not neighbours."
)


def build(seed: int, share: float = 0.0) -> ng.Network:
    """Build a Hopfield network of five hidden layers, with a share of its connections skipping layers."""
    graph = ng.topologies.layered(
        inputs=64, hidden=(32,) * 5, outputs=10, feedback=False, bias="neurons", scale=0.08, seed=seed
    )
    return ng.compile(ng.topologies.symmetric(skipping(graph, share, seed)), ng.dynamics.hopfield())


def skipping(graph: nx.DiGraph[Any], share: float, seed: int) -> nx.DiGraph[Any]:
    """Move each edge of a layered graph, with the probability `share`, to a random pair that skips a layer or more."""
    rng = np.random.default_rng(seed)
    layers = list(nx.topological_generations(graph))
    pairs = [
        (pre, post) for k, layer in enumerate(layers) for later in layers[k + 2 :] for pre in layer for post in later
    ]
    leaving = [edge for edge in graph.edges if rng.random() < share]
    arriving = rng.choice(len(pairs), len(leaving), replace=False)
    moved = graph.copy()
    for edge, place in zip(leaving, arriving.tolist(), strict=True):
        moved.remove_edge(*edge)
        moved.add_edge(*pairs[place], **graph.edges[edge])
    return moved


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
        "target_cost": None,
    }


def table() -> list[Row]:
    """Return the rows: layered, and with a tenth of the connections replaced."""
    return [
        Row("layered", build, training(), EXPECTED["layered"]),
        Row("10 % replaced", partial(build, share=0.1), training(), EXPECTED["10 % replaced"]),
    ]


def main() -> Figure:
    """Print the table, and draw how the networks learn."""
    return digits_table.main(__doc__, (SOURCE, PAPER, DIFFERENCES), table(), few=20)


if __name__ == "__main__":
    figure = main()
