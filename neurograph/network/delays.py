"""How long what is sent along an edge takes, which the edge carries in the attribute ``delay``."""

from __future__ import annotations

from collections.abc import Hashable

import numpy as np
from numpy.typing import NDArray

from neurograph._arrays import frozen
from neurograph.errors import GraphError
from neurograph.graphs.edge_table import EdgeTable
from neurograph.graphs.wiring import numbers

EXPECTED = " >= 0, in the network's units of time, or no delay attribute at all"
"""What a message says of a delay behind "expected a finite number"."""


def read_delays(table: EdgeTable, kept: NDArray[np.int64] | None = None) -> NDArray[np.float64] | None:
    """Return the delay of each edge, or of those `kept`, in the order of the weights; None where none is above 0.

    Raises
    ------
    GraphError
        If one is negative or not a finite number.
    """
    if table.edge_attributes is None or "delay" not in table.edge_attributes:
        return None
    column = table.edge_attributes["delay"]
    where = column.where()

    def owner(place: int) -> str:
        return "edge {!r} -> {!r}".format(*_given_edge(table, int(where[place])))

    found = numbers(column.take(where), owner, "delay", EXPECTED).astype(np.float64)
    if np.any(found < 0.0):
        place = int(np.argmax(found < 0.0))
        raise GraphError(f"{owner(place)} has delay {found[place]}: expected a finite number{EXPECTED}")
    delays = np.zeros(table.pre.size)
    delays[where] = np.abs(found)  # -0.0 is 0
    delays = delays if table.order is None else delays[table.order]
    delays = delays if kept is None else delays[kept]
    return frozen(delays) if delays.any() else None


def check_no_delays(table: EdgeTable, kind: str) -> None:
    """Refuse delays among neurons that have no time of their own.

    Raises
    ------
    GraphError
        If an edge has one above 0, or one that is none.
    """
    delays = read_delays(table)
    if delays is not None:
        place = int(np.argmax(delays > 0.0))
        pre, post = table.edge(place)
        raise GraphError(
            f"edge {pre!r} -> {post!r} has delay {delays[place]}: expected none in a network of {kind} neurons, whose "
            "steps take no time; remove the attribute 'delay', or choose a dynamics of rates"
        )


def _given_edge(table: EdgeTable, place: int) -> tuple[Hashable, Hashable]:
    """Labels of the edge at a place in the order in which edges were given."""
    return table.edge(int(np.flatnonzero(table.given == place)[0]))
