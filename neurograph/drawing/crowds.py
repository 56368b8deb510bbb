"""Which edges of a large graph are drawn at first: with all of them, nothing is seen."""

from __future__ import annotations

CROWD = 300
"""Nodes from which weak edges are left out at first."""

EDGES_A_NODE = 2
"""How many edges a node are drawn then, on average."""


def weak_share(nodes: int, edges: int) -> float:
    """Return the share of the edges, the weakest, that a drawing leaves out at first: 0 of a small or sparse graph.

    Examples
    --------
    >>> weak_share(299, 100_000), weak_share(300, 500), weak_share(300, 2400)
    (0.0, 0.0, 0.75)
    """
    return max(0.0, 1.0 - EDGES_A_NODE * nodes / edges) if nodes >= CROWD and edges else 0.0
