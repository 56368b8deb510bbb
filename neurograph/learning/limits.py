"""What every change of the weights leaves as it is: the signs of nodes, and edges that are not plastic."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from neurograph._arrays import Floats
from neurograph.equations.expression import Expression
from neurograph.kernels import engine
from neurograph.kernels.bindings import Call
from neurograph.kernels.program import program
from neurograph.network.network import Network

ONE_SIGN = program(
    Expression("sign*relu(sign*w) + (1 - abs(sign))*w", ("sign", "w"), "a weight of one sign"), ("sign", "w")
)
"""A weight, or 0 where it has not the sign of its node, if that has one."""


def still(network: Network) -> NDArray[np.int64]:
    """Return the places of the edges that do not learn."""
    return np.flatnonzero(~network.connectivity.plastic)


def without_change(fixed: NDArray[np.int64], changes: NDArray[np.float64]) -> list[Call]:
    """Return the calls that take a rule's change from the edges that do not learn."""
    return [(engine.put, (np.zeros(fixed.size), fixed, changes))] if fixed.size else []


def within_limits(network: Network, weights: Floats, fixed: NDArray[np.int64], held: Floats) -> list[Call]:
    """Return the calls that give each weight the sign of its node, and the edges that do not learn what they held."""
    calls = list[Call]()
    if network.connectivity.signs.any():
        signs = network.connectivity.signs[network.connectivity.pre].astype(weights.dtype)
        calls.append((engine.evaluate, (ONE_SIGN, (signs, weights), weights)))
    if fixed.size:
        calls.append((engine.put, (held, fixed, weights)))
    return calls
