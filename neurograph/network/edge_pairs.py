"""The edges of a network as pairs of labels, and the places of edges that are named in one of several ways."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from neurograph._arrays import Rows
from neurograph._checks import check_mask
from neurograph.errors import ParameterError
from neurograph.network.connectivity import Connectivity

EXPECTED = "expected places in network.edges, a mask of bools, or pairs of labels"


@dataclass(frozen=True, eq=False, repr=False)
class EdgePairs(Rows[tuple[Hashable, Hashable]]):
    """Edges as pairs of labels (presynaptic, postsynaptic), each made when it is looked at; otherwise as a tuple.

    Attributes
    ----------
    columns : (pre, post), int32 arrays (edges,)
        Places in `nodes`.
    nodes : sequence of hashable
        The labels.
    """

    nodes: Sequence[Hashable]

    @classmethod
    def of(cls, connectivity: Connectivity) -> EdgePairs:
        """Return all edges, in the order of the weights."""
        return cls((connectivity.pre, connectivity.post), connectivity.table.nodes)

    def made(self, pre: int, post: int) -> tuple[Hashable, Hashable]:
        """Return the labels at two places."""
        return self.nodes[pre], self.nodes[post]

    def same(self, other: Rows[Any]) -> bool:
        """Return whether the other names places of the same nodes."""
        return isinstance(other, EdgePairs) and other.nodes is self.nodes


def edge_places(connectivity: Connectivity, edges: Any) -> NDArray[np.int64]:
    """Return places in ``network.edges``, of places, of a mask, or of pairs of labels.

    Raises
    ------
    ParameterError
        If they do not fit the edges.
    """
    check_mask("edges", edges)
    count = connectivity.pre.size
    try:
        given = edges if isinstance(edges, np.ndarray) else list(edges)
    except TypeError:
        raise ParameterError(f"edges is {edges!r}: {EXPECTED}, such as [('x', 'y')]") from None
    if len(given) and all(isinstance(one, (tuple, list, np.ndarray)) for one in given):
        return _named(connectivity, [tuple(one.tolist() if isinstance(one, np.ndarray) else one)[:2] for one in given])
    try:
        leaving = np.asarray(given)
    except ValueError:
        raise ParameterError(f"edges holds places and pairs of labels at once: {EXPECTED}") from None
    if leaving.dtype == np.bool_:
        if leaving.shape != (count,):
            raise ParameterError(f"the mask of edges has shape {leaving.shape}: expected ({count},)")
        return np.flatnonzero(leaving)
    if leaving.size and not np.issubdtype(leaving.dtype, np.integer):
        raise ParameterError(f"edges has type {leaving.dtype}: {EXPECTED}")
    if leaving.size and not (leaving.min() >= 0 and leaving.max() < count):
        raise ParameterError(
            f"edges names place {leaving.max() if leaving.min() >= 0 else leaving.min()}: "
            f"expected places from 0 to {count - 1}"
        )
    return leaving.astype(np.int64)


def _named(connectivity: Connectivity, pairs: list[tuple[Any, ...]]) -> NDArray[np.int64]:
    """Return the places of edges that are named by their labels."""
    index, nodes = connectivity.table.index, len(connectivity.table.nodes)
    ends = np.full((len(pairs), 2), -1)
    for place, pair in enumerate(pairs):
        if len(pair) == 2 and all(map(_hashable, pair)):
            ends[place] = [index.get(label, -1) for label in pair]
    # Edges rise by their postsynaptic, then their presynaptic node, and so does post * nodes + pre.
    there = connectivity.post.astype(np.int64) * nodes + connectivity.pre
    asked = np.where(ends.min(axis=1) < 0, -1, ends[:, 1] * nodes + ends[:, 0])
    places = np.searchsorted(there, asked)
    found = np.append(there, -2)[places] == asked
    if not found.all():
        raise ParameterError(
            f"{pairs[int(np.argmin(found))]!r} is no edge of the network: expected pairs of labels in network.edges; "
            "one edge alone is [(pre, post)]"
        )
    return places


def _hashable(value: Any) -> bool:
    try:
        hash(value)
    except TypeError:
        return False
    return True
