"""What weights must be beside others: symmetric, equal where they are tied, of the sign of their node."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from neurograph._arrays import Floats
from neurograph.equations.neuron import Dynamics
from neurograph.errors import ParameterError
from neurograph.graphs.edge_table import first_unequal
from neurograph.graphs.signs import WORDS
from neurograph.network.connectivity import Connectivity
from neurograph.network.edge_pairs import EdgePairs


def one_way(
    pre: NDArray[np.int32], post: NDArray[np.int32], values: NDArray[Any], free: NDArray[np.bool_]
) -> int | None:
    """Find an edge between free nodes with no edge back that has the same value; edges are sorted by post, then pre."""
    within = np.flatnonzero(free[pre] & free[post])
    if not within.size:
        return None
    start, end = pre[within].astype(np.int64), post[within].astype(np.int64)
    there, back = end * free.size + start, start * free.size + end  # below 2**62, for places are int32
    found = np.minimum(np.searchsorted(there, back), within.size - 1)
    wrong = np.flatnonzero((there[found] != back) | (values[within[found]] != values[within]))
    return int(within[wrong[0]]) if wrong.size else None


def one_way_message(edge: tuple[Hashable, Hashable], dynamics: Dynamics) -> str:
    """Return what is said of an edge without an equal one back."""
    return (
        f"edge {edge[0]!r} -> {edge[1]!r} has no edge back with the same weight, but {dynamics.name} needs W_ij = W_ji "
        "between free nodes: neurograph.topologies.symmetric(graph) gives both edges one weight and one 'tie'"
    )


def check_bonds(connectivity: Connectivity, dynamics: Dynamics, weights: Floats, edges: EdgePairs) -> None:
    """Refuse a weight that has not its node's sign, or differs from one it must equal.

    Raises
    ------
    ParameterError
        If there is one.
    """
    signs = connectivity.signs
    if signs.any() and (wrong_sign := np.flatnonzero(signs[connectivity.pre] * weights < 0)).size:
        k = wrong_sign[0]
        sign = signs[connectivity.pre[k]]
        raise ParameterError(
            f"weights[{k}] of {edges[k]!r} is {weights[k]}, but node {edges[k][0]!r} is {WORDS[sign]}: "
            f"expected a weight {'>=' if sign > 0 else '<='} 0"
        )
    unequal = None if connectivity.ties is None else first_unequal(connectivity.ties, weights)
    if unequal is not None:
        k, other = unequal
        raise ParameterError(
            f"weights has {weights[k]} for {edges[k]!r} and {weights[other]} for {edges[other]!r}, "
            "which are tied: expected equal weights"
        )
    if dynamics.symmetric:
        wrong = one_way(connectivity.pre, connectivity.post, weights, connectivity.table.free)
        if wrong is not None:
            raise ParameterError(one_way_message(edges[wrong], dynamics))
