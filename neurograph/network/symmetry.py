"""Whether weights between free nodes are symmetric."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from neurograph.equations.neuron import Dynamics


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
