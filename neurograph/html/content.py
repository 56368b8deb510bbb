"""What the page's script draws: the nodes, the edges, and those that left, as plain JSON values."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Hashable, Mapping, Sequence
from typing import Any

import numpy as np

from neurograph.drawing.crowds import weak_share
from neurograph.drawing.edge_curves import BENDS, bends
from neurograph.drawing.labels import short_names, shortened
from neurograph.drawing.layout import Drawn, Points, positions
from neurograph.equations.neuron import POPULATION, Dynamics
from neurograph.equations.populations import Populations
from neurograph.graphs.edge_table import HIDDEN, ROLES, EdgeTable
from neurograph.html.edge_times import EdgeTimes, Ends, with_late
from neurograph.pruning.base import LoggedEdge

MOST_NODES = 2000
"""Nodes up to which a graph is drawn: the time of a layout grows with the square of their number."""

MOST_LISTED = 200_000
"""Edges up to which each is looked at by itself, those that left among them."""

MOST_EDGES = 12_000
"""Edges up to which all are drawn, those that left among them: with many more a browser opens the page too slowly."""

LONGEST = 1000
"""Most characters of a label or of an attribute's value."""

INSIDE = 4
"""Most characters of a name that stands inside its node."""

CHARACTER = 0.14
"""Width of a name's character, in units of the layout."""

OWN = frozenset({"role", "bias", "weight"})
"""Attributes that stand elsewhere than among a node's or an edge's other facts."""

MOST_BENT = 1200
"""Edges up to which each keeps clear of the nodes; beyond, only those of a pair bend, and the others are straight."""

Edge = list[Any]
"""Places of its ends, weight, how far it bends, what else is known of it; then the steps at which it left or came."""


def content(table: EdgeTable, dynamics: Dynamics, times: EdgeTimes) -> dict[str, Any]:
    """Return the nodes and edges of a graph with the places where they are drawn, and when they were there.

    Parameters
    ----------
    table : EdgeTable
    dynamics : Dynamics
        Its parameters are among the facts of every node.
    times : EdgeTimes

    Returns
    -------
    dict
        ``nodes``; ``edges`` and ``left``, of each the strongest where there are too many; ``undrawn``, how many of
        the graph and of those that left are not among them; ``weak``, the percentage of the edges, the weakest, that
        are hidden when the page opens; ``steps``, of the slider over the logs: their ``count``, and the
        ``epochs`` they stand for and how many ``edges`` there were at each, or None where each edge that left is one.
    """
    edges, gone = _edges(table, times), times.left(table)
    nodes = with_late(table, gone)
    left = _left(gone, times, nodes)
    kept = _strongest(edges, MOST_EDGES)
    left = _strongest(left, MOST_EDGES - len(kept))
    undrawn = [len(edges) - len(kept), len(gone) - len(left)]
    drawn = _drawn(table, nodes, kept + left)
    names = short_names(nodes)
    places, sides = positions(drawn, None, margin(names))
    for edge, bend in zip(kept + left, bends_of(drawn, places), strict=True):
        edge.insert(3, bend)
    return {
        "nodes": _nodes(table, dynamics, nodes, names, places, sides if margin(names) else np.zeros_like(sides)),
        "edges": kept,
        "left": left,
        "undrawn": undrawn,
        "weak": min(math.ceil(100 * weak_share(len(table.nodes), len(kept))), 99),
        "steps": {
            "count": times.count,
            "edges": None if times.epochs is None else times.edges(table),
            "epochs": times.epochs,
        },
    }


def is_large(table: EdgeTable, *logs: Sequence[LoggedEdge]) -> bool:
    """Return whether a graph, with what left it and came, is too large to be drawn neuron by neuron."""
    nodes, edges = len(table.nodes), table.weights.size + sum(map(len, logs))
    if nodes > MOST_NODES or edges > MOST_LISTED:
        return True
    entries = (one for log in logs for one in log if isinstance(one, LoggedEdge))
    return nodes + len({end for one in entries for end in one.edge if end not in table.index}) > MOST_NODES


def _edges(table: EdgeTable, times: EdgeTimes) -> list[Edge]:
    """Return the edges in the graph's own order."""
    order = slice(None) if table.order is None else np.argsort(table.order)
    edges = zip(*(column[order].tolist() for column in (table.pre, table.post, table.weights)), strict=True)
    rows = [[*edge, _facts(row)] for edge, row in zip(edges, table.of_edges().rows(), strict=True)]
    for row in rows if times.entries else ():
        edge = table.nodes[row[0]], table.nodes[row[1]]
        row[3] |= times.facts(edge)
        row += [times.changes[edge]] if edge in times.changes else []
    return rows


def _left(gone: Sequence[Ends], times: EdgeTimes, nodes: Sequence[Hashable]) -> list[Edge]:
    """Return the edges that are not in the graph, with the weight that they had last."""
    index = {node: place for place, node in enumerate(nodes)}
    return [
        [*(index[end] for end in edge), times.last_weight(edge), times.facts(edge), times.changes[edge]]
        for edge in gone
    ]


def _strongest(edges: list[Edge], most: int) -> list[Edge]:
    """Return the edges of the largest weights, in the order they were in."""
    if len(edges) <= most:
        return edges
    strongest = np.argsort([-abs(edge[2]) for edge in edges], kind="stable")[:most]
    return [edges[k] for k in np.sort(strongest)]


def _drawn(table: EdgeTable, nodes: list[Hashable], edges: Sequence[Edge]) -> Drawn:
    """Return what is drawn: the graph and, as hidden nodes, those that left it."""
    roles = np.append(table.roles, np.full(len(nodes) - len(table.nodes), HIDDEN, np.int8))
    pre, post = np.array([edge[:2] for edge in edges], np.int64).reshape(-1, 2).T
    return Drawn(nodes, roles, pre, post, np.array([edge[2] for edge in edges], np.float64))


def node_entry(label: str, name: str, role: int, place: Points, side: Points) -> dict[str, Any]:
    """Return what the script draws a node by; its numbers and facts are added to it."""
    return {
        "label": label,
        "name": name,
        "role": ROLES[role],
        "x": round(float(place[0]), 3),
        "y": round(float(place[1]), 3),
        "side": [int(np.sign(part)) * (abs(part) > 0.35) for part in side.tolist()],
        "bias": None,
        "late": False,
    }


def margin(names: Sequence[str]) -> float:
    """Return the width that names take beside their nodes: 0 where all stand inside."""
    longest = max(map(len, names))
    return CHARACTER * longest if longest > INSIDE else 0.0


def bends_of(drawn: Drawn, places: Points) -> list[float]:
    """Return how far each edge bends; of many, those of a pair bend and the others are straight."""
    if drawn.pre.size <= MOST_BENT:
        bent: list[float] = bends(drawn, places).tolist()
        return bent
    ends = list(zip(drawn.pre.tolist(), drawn.post.tolist(), strict=True))
    there = set(ends)
    return [BENDS[0] if (post, pre) in there else 0.0 for pre, post in ends]


def _nodes(
    table: EdgeTable, dynamics: Dynamics, nodes: list[Hashable], names: list[str], places: Points, sides: Points
) -> list[dict[str, Any]]:
    late = len(nodes) - len(table.nodes)
    attributes = [*table.of_nodes().rows(), *[{}] * late]
    biases = [None if math.isnan(bias) else bias for bias in [*table.biases.tolist(), *[math.nan] * late]]
    into, out = _sums(table, len(nodes))
    own = [dynamics.defaults] * len(nodes)
    if isinstance(dynamics, Populations):  # of which an input may be of none
        each: dict[Any, dict[str, float]] = {name: one.defaults for name, one in dynamics.each}
        own = [each.get(row.get(POPULATION), {}) for row in attributes]
    return [
        node_entry(label, names[k], table.roles[k] if k < len(table.nodes) else HIDDEN, places[k], sides[k])
        | {
            "in": into[k],
            "out": out[k],
            "bias": biases[k],
            "facts": _facts({**own[k], **attributes[k]}),
            "late": k >= len(table.nodes),
        }
        for k, label in enumerate(labels_of(nodes))
    ]


def _sums(table: EdgeTable, count: int) -> list[list[tuple[int, str]]]:
    """Return the number of edges into and out of each node, and their summed size in words."""
    size = np.abs(table.weights)
    return [
        [
            (degree, f"{strength:.4g}")
            for degree, strength in zip(
                np.bincount(ends, minlength=count).tolist(), np.bincount(ends, size, minlength=count), strict=True
            )
        ]
        for ends in (table.post, table.pre)
    ]


def labels_of(nodes: Sequence[Hashable]) -> list[str]:
    """Return each label as text: of two that read the same, how Python writes them."""
    count = Counter(map(str, nodes))
    return [shortened(str(node) if count[str(node)] == 1 else repr(node), LONGEST) for node in nodes]


def _facts(attributes: Mapping[str, Any]) -> dict[str, str]:
    return {
        shortened(str(name), LONGEST): shortened(str(value), LONGEST)
        for name, value in attributes.items()
        if name not in OWN
    }
