"""What is asked of a graph of complex weights, and of a unitary network, when it is compiled."""

from __future__ import annotations

from typing import Any

import numpy as np

from neurograph._arrays import frozen
from neurograph.equations.neuron import Dynamics
from neurograph.errors import GraphError, ParameterError
from neurograph.graphs.edge_table import EdgeTable
from neurograph.graphs.signs import read_signs
from neurograph.network.connectivity import Connectivity
from neurograph.network.delays import check_no_delays
from neurograph.network.network import Network
from neurograph.network.relay_layers import relay_layers


def check_real(table: EdgeTable, dynamics: Dynamics) -> None:
    """Refuse complex weights for real neurons.

    Raises
    ------
    GraphError
        If there is one, even if its imaginary part is 0.
    """
    if table.weights.dtype.kind != "c":
        return
    turned = np.flatnonzero(table.weights.imag)
    place = int(turned[0]) if turned.size else 0
    pre, post = table.edge(place)
    raise GraphError(
        f"edge {pre!r} -> {post!r} has weight {table.weights[place]}: expected a real, finite number, for "
        f"{dynamics.name} has real states; compile(graph, neurograph.dynamics.unitary()) takes complex weights"
    )


def unitary_network(table: EdgeTable, dynamics: Dynamics, number: np.dtype[Any]) -> Network:
    """Compile the graph of a unitary network: the weights are complex128, the biases float64.

    Raises
    ------
    GraphError
        If nodes or edges are of a kind that it has not: see :meth:`RelayLayers.of`; or edges are tied, or have a
        delay, or a node has a sign.
    ParameterError
        For another type of numbers than float64.
    """
    if number != np.float64:
        raise ParameterError(
            f"dtype is {number}: expected float64 for a unitary network, whose weights are complex128, or no dtype"
        )
    if table.ties is not None:
        pre, post = table.edge(int(np.argmax(table.ties >= 0)))
        raise GraphError(
            f"edge {pre!r} -> {post!r} is tied: expected no ties in a unitary network, whose factors are what shares "
            "numbers; remove the attribute 'tie'"
        )
    for place in np.flatnonzero(read_signs(table)).tolist():
        raise GraphError(
            f"node {table.nodes[place]!r} has a sign: expected none in a unitary network, for complex weights have "
            "none; remove the attribute 'sign'"
        )
    check_no_delays(table, dynamics.kind)
    connectivity = Connectivity.of(table)
    relay_layers(connectivity)
    return Network(
        connectivity=connectivity,
        dynamics=dynamics,
        weights=frozen(table.weights.astype(np.complex128)),
        biases=frozen(np.nan_to_num(table.biases, nan=0.0)),
        parameters=frozen(np.empty((len(table.nodes), 0))),
    )
