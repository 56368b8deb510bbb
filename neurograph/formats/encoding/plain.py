"""Graphs of plain values: what every format can hold."""

from __future__ import annotations

import math
import reprlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np

from neurograph.errors import FormatError
from neurograph.graphs.columns import Column, Columns
from neurograph.graphs.edge_table import EdgeTable

DEEPEST = 50
"""How deep lists, tuples and dicts may be nested; it also stops one that contains itself."""

LARGEST_INT = 10**4000
"""Python reads no more digits than 4300 from a text."""


def plain_table(table: EdgeTable) -> EdgeTable:
    """Return a graph in plain values: numpy scalars become Python's, all else must be plain.

    Raises
    ------
    FormatError
        For a label or an attribute that is not None, bool, int, finite float, text, or a list,
        tuple or dict of them.
    """
    labels = tuple(_plain(node, f"the label of node {node!r}") for node in table.nodes)
    given = np.empty(table.pre.size, np.int64)
    given[table.given] = np.arange(table.pre.size)

    def edge(place: int) -> str:
        return "edge {!r} -> {!r}".format(*table.edge(int(given[place])))

    return replace(
        table,
        nodes=labels,
        node_attributes=_plain_columns(table.of_nodes(), lambda place: f"node {table.nodes[place]!r}"),
        edge_attributes=_plain_columns(table.of_edges(), edge),
        attributes=plain_attributes(table.attributes or {}, "the graph"),
    )


def _plain_columns(columns: Columns, owner: Callable[[int], str]) -> Columns:
    return Columns(columns.count, dict(_plain_column(name, one, owner) for name, one in columns.items()))


def _plain_column(name: Any, column: Column, owner: Callable[[int], str]) -> tuple[str, Column]:
    where = column.where()
    if not where.size:
        return str(name), column
    first = f"attribute {name!r} of {owner(int(where[0]))}"
    own_name = _plain_key(name, f"the name of {first}")
    told = column.values[where]
    kind = told.dtype.kind
    if kind in "biu" or (kind == "f" and np.isfinite(told).all()):
        return own_name, column
    cells = told.tolist()
    if _all_text(cells):
        return own_name, column
    cells = [_plain(value, _At(name, owner, place)) for place, value in zip(where.tolist(), cells, strict=True)]
    values = np.empty(column.values.size, object)
    values[where] = np.fromiter(cells, object, len(cells))
    return own_name, Column(values, column.present)


def _all_text(cells: Sequence[Any]) -> bool:
    """Return whether all are texts that UTF-8 can hold; the few of many edges are looked at once."""
    if set(map(type, cells)) != {str}:
        return False
    try:
        "/".join(set(cells)).encode()
    except UnicodeEncodeError:
        return False
    return True


class _At(NamedTuple):
    """Whose attribute a value is, put into words only where it is refused."""

    name: Any
    owner: Callable[[int], str]
    place: int

    def __str__(self) -> str:
        return f"attribute {self.name!r} of {self.owner(self.place)}"


def plain_attributes(attributes: Mapping[Any, Any], owner: str) -> dict[str, Any]:
    """Return a copy of attributes in plain values, as :func:`plain_table` does.

    Raises
    ------
    FormatError
        If one is not plain.
    """
    plain = {}
    for name, value in attributes.items():
        where = f"attribute {name!r} of {owner}"
        plain[_plain_key(name, f"the name of {where}")] = _plain(value, where)
    return plain


def _plain(value: Any, where: str | _At, depth: int = 0) -> Any:
    if isinstance(value, np.generic):
        value = value.item()
    kind = type(value)
    if kind is float and not math.isfinite(value):
        raise FormatError(f"{where} is {value}: expected a finite number; leave it out, or use None")
    if kind is int and abs(value) >= LARGEST_INT:
        raise FormatError(f"{where} has more than 4000 digits: expected a smaller number; write it as text")
    if kind is str:
        return _plain_text(value, where)
    if value is None or kind in (bool, int, float):
        return value
    if kind in (list, tuple, dict) and depth == DEEPEST:
        raise FormatError(f"{where} is nested more than {DEEPEST} deep: expected it flatter")
    if kind is dict:
        return {_plain_key(key, f"a key in {where}"): _plain(item, where, depth + 1) for key, item in value.items()}
    if kind in (list, tuple):
        return kind(_plain(item, where, depth + 1) for item in value)
    raise FormatError(
        f"{where} is {reprlib.repr(value)}, of type {kind.__name__}: expected None, a bool, int, "
        "float or text, or a list, tuple or dict of them; convert it first (array.tolist(), "
        "networkx.relabel_nodes)"
    )


def _plain_key(key: Any, where: str) -> str:
    if not isinstance(key, str):
        raise FormatError(f"{where} is {key!r}, of type {type(key).__name__}: expected text")
    return _plain_text(str(key), where)


def _plain_text(text: str, where: str | _At) -> str:
    try:
        text.encode()
    except UnicodeEncodeError:
        raise FormatError(f"{where} is {text!r}, half of a character: expected text that UTF-8 can hold") from None
    return text
