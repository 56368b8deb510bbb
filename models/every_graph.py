"""
Every kind of graph
===================

The exact rule on every kind of directed graph, on the digits.

``python -m models.every_graph`` trains 5 networks a row and prints their test accuracies.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import networkx as nx
from matplotlib.figure import Figure

import neurograph as ng
from models import digits_table
from models.digits_table import Row
from models.expected import Mean

ABOUT = (
    "Asymmetric equilibrium propagation (the linear response) on digraphs with 64 hidden neurons and no ties; deep has "
    "the absolute leak plus 0.3. Of tanh and relu: half of the hidden neurons are of each. Adapting: a second variable "
    "inhibits a neuron by what it has sent."
)

EXPECTED = {
    "layered with feedback, tanh": Mean(0.979, 0.003, 10),
    "complete, tanh": Mean(0.975, 0.005, 10),
    "random, 20 % of edges, tanh": Mean(0.975, 0.005, 10),
    "layered with feedback, deep": Mean(0.977, 0.004, 10),
    "complete, deep": Mean(0.977, 0.004, 10),
    "layered, tanh and relu": Mean(0.980, 0.004, 10),
    "layered, adapting tanh": Mean(0.976, 0.004, 10),
}
"""Mean test accuracy of seeds 100 to 109, measured with this file."""

GRAPHS: dict[str, Callable[..., Any]] = {
    "layered": partial(ng.topologies.layered, 64, (64,), 10),
    "complete": partial(ng.topologies.complete, 64, 64, 10),
    "random": partial(ng.topologies.random, 64, 64, 10, density=0.2),
}


ADAPTING = ng.Dynamics(
    "-s + tanh(I + b - g*a)",
    variables={"a": "(s - a)/tau_a"},
    parameters={"g": 0.5, "tau_a": 4.0},
    name="adapting tanh",
)


def build(seed: int, graph: str = "layered", dynamics: str = "tanh") -> ng.Network:
    """Build a digraph of N(0, 0.05) weights, whose hidden neurons are of two populations if `dynamics` is "mixed"."""
    made = GRAPHS[graph](bias=True if dynamics == "deep" else "neurons", scale=0.05, seed=seed)
    tanh, relu = ng.dynamics.additive("tanh"), ng.dynamics.additive("relu")
    if dynamics == "mixed":
        hidden = [node for node, role in made.nodes(data="role", default="hidden") if role == "hidden"]
        nx.set_node_attributes(made, "tanh", "population")
        nx.set_node_attributes(made, dict.fromkeys(hidden[::2], "relu"), "population")
        return ng.compile(made, {"tanh": tanh, "relu": relu})
    return ng.compile(made, {"tanh": tanh, "deep": ng.dynamics.deep(extra_leak=0.3), "adapting": ADAPTING}[dynamics])


def training(deep: bool = False, learning_rate: float = 0.01, decay: float = 0.9) -> dict[str, Any]:
    """Return the arguments of :func:`neurograph.train`."""
    return {
        "cost": ng.costs.cross_entropy(10.0 if deep else 5.0),
        "optimiser": ng.optimisers.adam(learning_rate, decay=decay),
        "solver": ng.solvers.Euler(tol=1e-3),
        "batch_size": 50,
        "epochs": 30,
        "target_cost": None,
    }


def table() -> list[Row]:
    """Return the rows."""
    names = iter(EXPECTED)
    cases = [
        (build, training()),
        (partial(build, graph="complete"), training(decay=0.85)),
        (partial(build, graph="random"), training(learning_rate=0.02)),
        (partial(build, dynamics="deep"), training(deep=True)),
        (partial(build, graph="complete", dynamics="deep"), training(deep=True)),
        (partial(build, dynamics="mixed"), training()),
        (partial(build, dynamics="adapting"), training()),
    ]
    return [Row(name, make, how, EXPECTED[name]) for name, (make, how) in zip(names, cases, strict=True)]


def main() -> Figure:
    """Print the table, and draw how the networks learn."""
    return digits_table.main(__doc__, (ABOUT,), table(), few=10)


if __name__ == "__main__":
    figure = main()
