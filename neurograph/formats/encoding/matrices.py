"""Matrices in files, made graphs: matrix[pre, post] is the weight of the edge from pre to post."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from neurograph.graphs.columns import Column, Columns
from neurograph.graphs.wiring import Wiring


def wiring_of_entries(
    nodes: Sequence[Hashable],
    pre: NDArray[Any],
    post: NDArray[Any],
    weights: NDArray[Any],
    of_nodes: Mapping[str, Column] | None = None,
    attributes: Mapping[str, Any] | None = None,
) -> Wiring:
    """Return the graph of the entries of a matrix, in the order of its rows; truth values are 1."""
    order = np.lexsort((post, pre))
    weights = weights[order].astype(np.float32 if weights.dtype == np.float32 else np.float64)
    return Wiring(
        nodes=nodes,
        pre=pre[order].astype(np.int32),
        post=post[order].astype(np.int32),
        of_nodes=Columns(len(nodes), of_nodes),
        of_edges=Columns(order.size, {"weight": Column(weights)}),
        attributes=dict(attributes or {}),
    )
