"""
Learning while certified
========================

Networks that stay certified while they learn the digits, beside those that are left free.

``python -m models.certified`` trains 5 networks a row and prints their test accuracies.
"""

from __future__ import annotations

from functools import partial
from typing import Any

from matplotlib.figure import Figure

import neurograph as ng
from models import digits_table
from models.digits_table import Row
from models.expected import Mean

ABOUT = (
    "Complete digraphs with 64 hidden neurons, of dynamics.vector_field() (linear) or tanh; the exact rule. Certified: "
    "certificates.contracting(0.05) holds after every update. Routed: the inputs reach 16 hidden neurons only, and the "
    "outputs hear the other 48, so that all must go through the recurrent part."
)

EXPECTED = {
    "linear, free": Mean(0.978, 0.003, 10),
    "linear, certified": Mean(0.978, 0.003, 10),
    "tanh, free": Mean(0.972, 0.007, 10),
    "tanh, certified": Mean(0.978, 0.004, 10),
    "routed, linear, free": Mean(0.964, 0.005, 10),
    "routed, linear, certified": Mean(0.974, 0.005, 10),
    "routed, tanh, free": Mean(0.963, 0.010, 10),
    "routed, tanh, certified": Mean(0.951, 0.008, 10),
}
"""Mean test accuracy of seeds 100 to 109, measured with this file."""

ENTRANCE = 16
"""Hidden neurons that the inputs reach in a routed network."""


def build(seed: int, activation: str = "linear", routed: bool = False) -> ng.Network:
    """Build a complete digraph of N(0, 0.05) weights; routed, without the ways round its middle."""
    graph = ng.topologies.complete(64, 64, 10, bias="neurons", scale=0.05, seed=seed)
    if routed:
        roles = {role: [] for role in ("input", "hidden", "output")}
        for node, attributes in graph.nodes(data=True):
            roles[attributes.get("role", "hidden")].append(node)
        entrance, middle = roles["hidden"][:ENTRANCE], roles["hidden"][ENTRANCE:]
        graph.remove_edges_from([(i, j) for i in roles["input"] for j in [*middle, *roles["output"]]])
        graph.remove_edges_from([(i, j) for i in entrance for j in roles["output"]])
        graph.remove_edges_from([(j, i) for i in entrance for j in roles["output"]])
    dynamics = ng.dynamics.vector_field() if activation == "linear" else ng.dynamics.additive("tanh")
    return ng.compile(graph, dynamics)


def training(certified: bool) -> dict[str, Any]:
    """Return the arguments of :func:`neurograph.train`."""
    return {
        "cost": ng.costs.cross_entropy(5.0),
        "optimiser": ng.optimisers.adam(0.01, decay=0.9),
        "solver": ng.solvers.Euler(tol=1e-3),
        "keep": ng.certificates.contracting(0.05) if certified else None,
        "batch_size": 50,
        "epochs": 30,
        "target_cost": None,
    }


def table() -> list[Row]:
    """Return the rows."""
    cases = [
        (partial(build, activation=activation, routed=routed), training(certified))
        for routed in (False, True)
        for activation in ("linear", "tanh")
        for certified in (False, True)
    ]
    names = zip(EXPECTED.items(), cases, strict=True)
    return [Row(name, make, how, expected) for (name, expected), (make, how) in names]


def main() -> Figure:
    """Print the table, and draw how the networks learn."""
    return digits_table.main(__doc__, (ABOUT,), table(), few=2)


if __name__ == "__main__":
    figure = main()
