"""
The vector-field rule (Scellier et al., 2018)
=============================================

Equilibrium propagation without an energy: the vector-field rule on untied weights, on the digits.

``python -m models.scellier_2018`` trains 5 networks a row and prints their test accuracies.
"""

from __future__ import annotations

from typing import Any

from matplotlib.figure import Figure

import neurograph as ng
from models import digits_table
from models.digits_table import Row
from models.expected import Mean

SOURCE = (
    'B. Scellier, A. Goyal, J. Binas, T. Mesnard, Y. Bengio, "Generalization of Equilibrium Propagation to Vector '
    'Field Dynamics", arXiv 1808.04873, 2018'
)

PAPER = (
    "The paper: MNIST; the rule does not follow the true gradient, but near enough to it to optimise the objective, "
    "the nearer the more symmetric the weights are."
)

EXPECTED = {"vector field": Mean(0.9658, 0.0038, 20)}
"""Test accuracy on the digits: mean, standard deviation and number of networks, of seeds 100 on, measured with this
file: the paper has no digits."""

DIFFERENCES = (
    "Digits for MNIST, 64 hidden neurons in one layer; one learning rate for all layers; both phases run until they "
    "are at rest (at most 100 steps); first weights are N(0, 0.05), forward and back drawn apart. As there: the rule, "
    "the box and the neuron."
)


def build(seed: int) -> ng.Network:
    """Build a layered network of leaky linear neurons in a box, forward and feedback weights drawn apart."""
    graph = ng.topologies.layered(inputs=64, hidden=(64,), outputs=10, bias="neurons", scale=0.05, seed=seed)
    return ng.compile(graph, ng.dynamics.vector_field())


def training(rule: ng.Rule) -> dict[str, Any]:
    """Return the arguments of :func:`neurograph.train`."""
    return {
        "rule": rule,
        "beta": 0.5,
        "optimiser": ng.optimisers.sgd(0.2, decay=0.95),
        "solver": ng.solvers.Euler(dt=0.5, steps=100, tol=1e-3),
        "batch_size": 20,
        "epochs": 20,
        "target_cost": None,
    }


def table() -> list[Row]:
    """Return the rows: one a rule."""
    rules = (ng.rules.vector_field(),)
    return [Row(rule.name, build, training(rule), EXPECTED[rule.name]) for rule in rules]


def main() -> Figure:
    """Print the table, and draw how the networks learn."""
    return digits_table.main(__doc__, (SOURCE, PAPER, DIFFERENCES), table())


if __name__ == "__main__":
    figure = main()
