"""The neurons of a large graph as the page's script reads them: as base64, with the strongest edges of each."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from neurograph._arrays import rising
from neurograph.drawing.labels import shortened
from neurograph.graphs.edge_table import EdgeTable
from neurograph.html.content import OWN, labels_of
from neurograph.html.populations import Populations
from neurograph.pruning import Removed
from neurograph.pruning.base import Added

MOST_KEPT = 800_000
"""Edges that the page carries, the strongest of each neuron: 11 bytes each, and more would open too slowly."""

MOST_TEXT = 2_000_000
"""Characters of an attribute's different values up to which the page carries it."""

STRONGEST = 200
"""How many edges, the strongest of all, are listed."""

SOUGHT = 10
"""Strongest edges into and out of each neuron in which modules are looked for."""

LONGEST = 80
"""Most characters of a label or of an attribute's value."""


def large_content(table: EdgeTable, removed: Sequence[Removed], added: Sequence[Added]) -> dict[str, Any]:
    """Return what :func:`neurograph.html.content.content` does, of the populations, and the neurons beside it.

    Parameters
    ----------
    table : EdgeTable
    removed, added : sequence of Removed, of Added
        The logs: how many edges left and came between two populations is among their facts.

    Returns
    -------
    dict
        As of a small graph, and ``neurons``: the labels, the population of each, the edges that are carried, and what
        is said of them.

    Raises
    ------
    ParameterError
        If a log holds something else.
    """
    rank = _ranks(table)
    within = np.cumsum(np.bincount(rank)) if rank.size else np.zeros(1, np.int64)
    most = int(np.searchsorted(within, MOST_KEPT, side="right"))  # edges into and out of each neuron
    kept = np.flatnonzero(rank < most)
    populations = Populations.of(table, np.flatnonzero(rank < SOUGHT))
    drawn = populations.drawn(table, removed, added)
    return drawn | {"neurons": _neurons(table, populations, kept, most)}


def member_of(drawn: dict[str, Any]) -> NDArray[np.int64]:
    """Return the population (nodes,) of each node, as the content of a large graph carries it."""
    return np.frombuffer(base64.b64decode(drawn["neurons"]["population"]), "<i4").astype(np.int64)


def _ranks(table: EdgeTable) -> NDArray[np.int64]:
    """Return by how many edges each (edges,) is surpassed at that of its ends at which they are fewer."""
    order = rising(-np.abs(table.weights))
    post, nodes = table.post, len(table.nodes)
    rank = np.full(order.size, order.size)
    for ends in (table.pre, post):
        # A counting sort by one end leaves the edges of each neuron in the order in which they come.
        pairs = sparse.coo_array((order, (ends[order], np.arange(order.size) % nodes)), shape=(nodes, nodes))
        pairs.has_canonical_format = True
        rows = pairs.tocsr()
        within = np.arange(order.size) - np.repeat(rows.indptr[:-1], np.diff(rows.indptr))
        rank[rows.data] = np.minimum(rank[rows.data], within)
    return rank


def _neurons(table: EdgeTable, populations: Populations, kept: NDArray[np.int64], most: int) -> dict[str, Any]:
    post, size, nodes = table.post, np.abs(table.weights), len(table.nodes)
    ends = (post, table.pre)
    facts, left_out = _facts(table)
    strongest = np.sort(size)[-STRONGEST:].min(initial=np.inf)
    first = np.flatnonzero(size >= strongest)
    first = first[rising(-size[first])][:STRONGEST]
    return {
        "labels": [shortened(label, LONGEST) for label in labels_of(table.nodes)],
        "population": _text(populations.member, np.int32),
        "degrees": [_text(np.bincount(each, minlength=nodes), np.int32) for each in ends],
        "strengths": [_text(np.bincount(each, size, minlength=nodes), np.float32) for each in ends],
        "biases": _text(table.biases, np.float32) if np.isfinite(table.biases).any() else None,
        "pre": _text(table.pre[kept], np.int32),
        "into": _text(np.bincount(post[kept], minlength=nodes), np.int32),
        "weights": _text(table.weights[kept], np.float32),
        "largest": float(size.max(initial=0.0)),
        "strongest": [[int(table.pre[k]), int(post[k]), float(table.weights[k])] for k in first.tolist()],
        "facts": facts,
        "said": _said(table, populations, kept.size, most, left_out),
    }


def _said(table: EdgeTable, populations: Populations, kept: int, most: int, left_out: list[str]) -> list[str]:
    """Return in words what the page shows, and what it leaves out."""
    edges = table.weights.size
    lines = [f"Drawn are {len(populations.names):,} populations: {populations.words}. An edge is the sum of theirs."]
    if kept < edges:
        lines.append(
            f"Of each neuron the page has the {most:,} strongest edges in and out: {kept:,} of {edges:,} edges. "
            "Numbers of edges and strengths are of all."
        )
    if left_out:
        lines.append(f"Left out for their length: the attributes {', '.join(left_out)}.")
    return lines


def _facts(table: EdgeTable) -> tuple[dict[str, Any], list[str]]:
    """Return the attributes of the neurons, each value once, and the names of those that are too long."""
    facts, left_out = {}, []
    for name, column in table.of_nodes().without(*OWN).items():
        there = set(column.where().tolist())
        values = [shortened(str(cell), LONGEST) if k in there else "" for k, cell in enumerate(column.cells())]
        place = {value: k for k, value in enumerate(dict.fromkeys(["", *values]))}
        title = shortened(str(name), LONGEST)
        if sum(map(len, place)) > MOST_TEXT:
            left_out.append(title)
            continue
        facts[title] = {"values": list(place), "place": _text(np.array([place[one] for one in values]), np.int32)}
    return facts, left_out


def _text(numbers: NDArray[Any], kind: type[np.generic]) -> str:
    """Return numbers as base64 of little-endian ones."""
    with np.errstate(over="ignore"):
        return base64.b64encode(np.asarray(numbers).astype(np.dtype(kind).newbyteorder("<")).tobytes()).decode()
