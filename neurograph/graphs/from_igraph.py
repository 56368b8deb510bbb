"""An igraph graph read into columns, without importing igraph."""

from __future__ import annotations

from typing import Any

import numpy as np

from neurograph.graphs.columns import Column, Columns
from neurograph.graphs.numbering import distinct_labels
from neurograph.graphs.wiring import Wiring

NAME = "name"
"""What igraph calls its vertices by."""


def is_igraph(graph: Any) -> bool:
    """Return whether it is a graph of igraph."""
    return any(kind.__module__.partition(".")[0] == "igraph" for kind in type(graph).__mro__)


def wiring_of_igraph(graph: Any) -> Wiring:
    """Return what an igraph graph carries; its labels are the attribute ``name``, or else the places.

    Raises
    ------
    ParameterError
        If two vertices have one name.
    """
    count = graph.vcount()
    names = graph.vs[NAME] if NAME in graph.vs.attributes() else range(count)
    ends = np.array(graph.get_edgelist(), np.int32).reshape(-1, 2)
    return Wiring(
        distinct_labels(names, "the attribute name"),
        ends[:, 0],
        ends[:, 1],
        _columns(graph.vs, count).without(NAME),
        _columns(graph.es, len(ends)),
        {name: graph[name] for name in graph.attributes()},
        directed=graph.is_directed(),
    )


def _columns(sequence: Any, count: int) -> Columns:
    """Return the attributes of vertices or edges; where one is None it is absent, as igraph fills gaps."""
    found = {}
    for name in sequence.attributes():
        cells = sequence[name]
        present = np.array([cell is not None for cell in cells], np.bool_)
        found[name] = Column.of(cells, None if present.all() else present)
    return Columns(count, found)
