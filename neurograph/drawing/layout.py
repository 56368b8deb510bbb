"""The places of the nodes of a drawn network; one unit is about a node and the space around it."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import networkx as nx
import numpy as np
import scipy.sparse as sp
from numpy.typing import ArrayLike, NDArray
from scipy.sparse.csgraph import dijkstra

from neurograph.errors import ParameterError
from neurograph.graphs.edge_table import BIAS, HIDDEN, INPUT, OUTPUT

Points = NDArray[np.float64]

RADIUS = 0.3
"""Radius of a node."""

MOST_COLUMNS = 30
"""Levels up to which nodes stand in columns."""

MOST_ON_CIRCLE = 40
"""Hidden nodes up to which they stand on a circle, whatever joins them."""

MOST_FORCED = 2000
"""Hidden nodes up to which forces place them: the time grows with the square of their number."""


@dataclass(frozen=True, eq=False)
class Drawn:
    """A network to be drawn: labels, roles (places in ``edge_table.ROLES``), the ends of each edge and its weight."""

    nodes: Sequence[Hashable]
    roles: NDArray[np.int8]
    pre: NDArray[Any]
    post: NDArray[Any]
    weights: NDArray[Any]


def positions(drawn: Drawn, layout: str | Mapping[Any, ArrayLike] | None, margin: float) -> tuple[Points, Points]:
    """Place the nodes (nodes, 2): clamped ones left, hidden in the middle, outputs right; alone, these as hidden ones.

    The second array is the direction from each node in which there is space for a label; `margin` is the width to
    leave between the columns for labels.
    """
    if isinstance(layout, Mapping):
        return _given(drawn, layout), np.tile([0.0, -1.0], (len(drawn.nodes), 1))
    if (drawn.roles == OUTPUT).all():  # a column of all would hide the edges within it
        drawn = replace(drawn, roles=np.full_like(drawn.roles, HIDDEN))
    levels = _levels(drawn)
    if layout is None:
        layout = _chosen(drawn, levels)
    if layout == "circle":
        return _circle(drawn.roles, margin)
    if layout == "layers":
        return _layers(drawn.roles, levels, margin)
    if layout == "force":
        return _force(drawn, margin)
    raise ParameterError(
        f"layout is {layout!r}: expected 'circle', 'layers', 'force', a mapping of each node to (x, y), or None to "
        "choose"
    )


def _chosen(drawn: Drawn, levels: NDArray[np.int64]) -> str:
    """Choose columns where no edge joins two nodes of one; a circle for few nodes, or a dense graph; else forces."""
    hidden, inner = drawn.roles == HIDDEN, _within(drawn)
    if all(levels[pre] != levels[post] for pre, post in inner) and np.unique(levels[hidden]).size <= MOST_COLUMNS:
        return "layers"
    count = int(hidden.sum())
    dense = 2 * len(inner) > count * (count - 1)
    return "circle" if count <= MOST_ON_CIRCLE or dense or count > MOST_FORCED else "force"


def _levels(drawn: Drawn) -> NDArray[np.int64]:
    """Return the level of each hidden node: the column in which it stands.

    Among hidden nodes without cycles, 1 more than the number of edges on the longest path that ends there. With cycles,
    the number of edges on the shortest path from an input; 1 where there is none.
    """
    n = len(drawn.nodes)
    hidden: nx.DiGraph[int] = nx.DiGraph(_within(drawn))
    levels = np.ones(n, np.int64)
    if nx.is_directed_acyclic_graph(hidden):
        for level, nodes in enumerate(nx.topological_generations(hidden)):
            levels[nodes] = level + 1
        return levels
    inputs = np.flatnonzero(drawn.roles == INPUT)
    if not inputs.size:
        return levels
    onward = drawn.roles[drawn.pre] != OUTPUT
    pre, post = drawn.pre[onward], drawn.post[onward]
    edges = sp.csr_array((np.ones(pre.size), (pre, post)), shape=(n, n))
    steps = dijkstra(edges, indices=inputs, unweighted=True, min_only=True)
    return np.asarray(np.where(np.isfinite(steps), steps, 1.0), np.int64)


def _within(drawn: Drawn) -> list[tuple[int, int]]:
    """Return the ends of the edges that join two different hidden nodes."""
    inner = (drawn.roles[drawn.pre] == HIDDEN) & (drawn.roles[drawn.post] == HIDDEN) & (drawn.pre != drawn.post)
    return list(zip(drawn.pre[inner].tolist(), drawn.post[inner].tolist(), strict=True))


def _circle(roles: NDArray[np.int8], margin: float) -> tuple[Points, Points]:
    """Place the hidden nodes on a circle, clockwise from the top, at least 1.3 (or the margin) apart."""
    hidden = np.flatnonzero(roles == HIDDEN)
    height = _height(int(np.sum(roles != HIDDEN)))
    radius = 0.0 if hidden.size < 2 else max(1.7, max(1.3, margin) * hidden.size / (2 * np.pi), height / 4)
    side = 1.15 * radius + 1.9 + margin
    places, away = _sides(roles, -side, side, max(2 * radius, height))
    # Half a step further where a node would stand level with the middle of the columns, at angle 0.
    offset = 0.5 if hidden.size % 4 == 0 else 0.0
    angle = np.pi / 2 - 2 * np.pi * (np.arange(hidden.size) + offset) / max(hidden.size, 1)
    away[hidden] = np.column_stack([np.cos(angle), np.sin(angle)])
    places[hidden] = radius * away[hidden]
    return places, away


def _force(drawn: Drawn, margin: float) -> tuple[Points, Points]:
    """Place hidden nodes by forces (Fruchterman and Reingold, 1991), rotated so that activity flows to the right."""
    hidden = np.flatnonzero(drawn.roles == HIDDEN)
    free = _rotated(_attracted(drawn, hidden), drawn, hidden)
    radius = float(np.max(np.linalg.norm(free, axis=1), initial=0.0))
    height = max(2 * radius + 1.3, _height(int(np.sum(drawn.roles != HIDDEN))))
    places, away = _sides(drawn.roles, -radius - 2.2 - margin, radius + 2.2 + margin, height)
    places[hidden] = free
    return places, away


def _attracted(drawn: Drawn, hidden: NDArray[np.int64]) -> Points:
    """Return the places of hidden nodes that repel each other, and attract along edges; the median gap is 1."""
    joined: nx.Graph[int] = nx.Graph()
    joined.add_nodes_from(hidden.tolist())
    joined.add_edges_from(_within(drawn))
    found = nx.spring_layout(joined, weight=None, seed=0)
    free = np.array([found[node] for node in hidden.tolist()]).reshape(-1, 2)
    nearest = float(np.median(_nearest(free))) if hidden.size > 1 else 0.0
    return free * (1.0 / nearest if nearest > 0.0 else 1.0)


def _rotated(free: Points, drawn: Drawn, hidden: NDArray[np.int64]) -> Points:
    """Rotate the hidden nodes about their mean: those that inputs reach to the left of those that reach outputs."""
    # As complex numbers: `flow` leads from the mean of the nodes with an edge from an input to that of the nodes with
    # one to an output, and the factor conj(flow)/|flow| rotates it onto the positive real axis.
    free = free - free.mean(axis=0) if hidden.size else free
    means = np.zeros((2, 2))
    for row, (ends, other, side) in enumerate(((drawn.post, drawn.pre, INPUT), (drawn.pre, drawn.post, OUTPUT))):
        at = np.searchsorted(hidden, ends[(drawn.roles[ends] == HIDDEN) & (drawn.roles[other] == side)])
        means[row] = free[at].mean(axis=0) if at.size else 0.0
    flow = complex(*(means[1] - means[0]))
    rotated = (free[:, 0] + 1j * free[:, 1]) * ((flow / abs(flow)).conjugate() if abs(flow) > 0.0 else 1.0)
    return np.column_stack([rotated.real, rotated.imag])


def _layers(roles: NDArray[np.int8], levels: NDArray[np.int64], margin: float) -> tuple[Points, Points]:
    """Place the hidden nodes of each level in a column, between that of the clamped nodes and that of the outputs."""
    hidden = roles == HIDDEN
    steps = np.unique(levels[hidden])
    counts = [np.sum((roles == INPUT) | (roles == BIAS)), np.sum(roles == OUTPUT)]
    counts += [np.sum(hidden & (levels == step)) for step in steps]
    height = _height(max(counts))
    gap = max(2.2, 1.2 * height / (steps.size + 1)) + margin
    places, away = _sides(roles, 0.0, gap * (steps.size + 1), height)
    for column, step in enumerate(steps):
        _stack(places, np.flatnonzero(hidden & (levels == step)), gap * (column + 1), height)
    return places, away


def _height(count: int) -> float:
    """Return the height of a column of so many nodes: many stand closer."""
    return (1.3 if count <= 16 else 0.9) * count


def _sides(roles: NDArray[np.int8], left: float, right: float, height: float) -> tuple[Points, Points]:
    """Place inputs and bias nodes in the left column and outputs in the right one; hidden nodes are at 0 yet."""
    places, away = np.zeros((roles.size, 2)), np.tile([0.0, -1.0], (roles.size, 1))
    clamped = np.concatenate([np.flatnonzero(roles == INPUT), np.flatnonzero(roles == BIAS)])
    _stack(places, clamped, left, height)
    _stack(places, np.flatnonzero(roles == OUTPUT), right, height)
    away[clamped] = -1.0, 0.0
    away[roles == OUTPUT] = 1.0, 0.0
    return places, away


def _stack(places: Points, nodes: NDArray[np.int64], x: float, height: float) -> None:
    """Write a column into `places`, the first node on top, nodes at most 2.2 apart."""
    spacing = min(height / max(nodes.size, 1), 2.2)
    places[nodes, 0] = x
    places[nodes, 1] = spacing * ((nodes.size - 1) / 2 - np.arange(nodes.size))


def _given(drawn: Drawn, layout: Mapping[Any, ArrayLike]) -> Points:
    """Return the places of a user's layout, scaled."""
    places = np.empty((len(drawn.nodes), 2))
    for row, node in enumerate(drawn.nodes):
        if node not in layout:
            raise ParameterError(f"layout has no place for node {node!r}: expected (x, y) for every node")
        place = _point(layout[node])
        if place is None:
            raise ParameterError(f"layout has {layout[node]!r} for node {node!r}: expected two finite numbers (x, y)")
        places[row] = place
    return _spread(places)


def _spread(places: Points) -> Points:
    """Scale places so that the smallest gap, or a quarter of the median one if that is larger, becomes 1.2."""
    if len(places) < 2:
        return places
    nearest = _nearest(places)
    closest = float(max(nearest.min(), np.median(nearest) / 4))
    return places * (1.2 / closest if closest > 0.0 else 1.0)


def _nearest(places: Points) -> NDArray[np.float64]:
    """Return the distance from each place to the nearest other (nodes,)."""
    from scipy.spatial import KDTree  # only who draws waits for it

    distances, _ = KDTree(places).query(places, k=2)
    return np.asarray(distances)[:, 1]


def _point(value: ArrayLike) -> Points | None:
    """Return two finite numbers as an array (2,), and None for anything else."""
    try:
        point = np.asarray(value, np.float64)
    except (TypeError, ValueError):
        return None
    return point if point.shape == (2,) and np.all(np.isfinite(point)) else None
