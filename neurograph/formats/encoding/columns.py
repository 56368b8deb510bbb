"""Attributes as columns of one type each: what formats that are tables at heart build on."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Hashable, Iterator, Mapping, Sequence
from typing import Any

import networkx as nx

from neurograph.errors import FormatError
from neurograph.formats.base import (
    VERSION,
    check_version,
    checked_json,
    escaped,
    from_json,
    label_from_json,
    parsed_json,
    to_json,
    unescaped,
)

JSON_PREFIX = "json:"
"""Begins a cell of JSON, for what is no number, no bool, nor text that XML keeps as it is."""

XML_TEXT = re.compile("[\t\n -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]+")
"""Text that XML keeps as it is; not the empty one, which many programs write where there is none."""

EXACT_INT = 2**53
"""Up to here a float64 holds every integer."""


def node_data(graph: nx.DiGraph[Any]) -> list[dict[str, Any]]:
    """Return the attributes of each node."""
    return [data for _, data in graph.nodes(data=True)]


def edge_data(graph: nx.DiGraph[Any]) -> list[dict[str, Any]]:
    """Return the attributes of each edge."""
    return [data for _, _, data in graph.edges(data=True)]


def encoded(rows: Sequence[Mapping[str, Any]], reserved: Collection[str]) -> Iterator[dict[str, Any]]:
    """Return the attributes of all nodes, or all edges, with one type a column: bool, int, float or text.

    A column of ints and floats becomes float. What is none of the four is text that begins with ``json:``.

    Examples
    --------
    >>> list(encoded([{"x": 1, "id": None}, {"x": 0.5}], reserved=["id"]))
    [{'x': 1.0, '_id': 'json:null'}, {'x': 0.5}]
    """
    columns: dict[str, list[Any]] = {}
    for row in rows:
        for name, value in row.items():
            columns.setdefault(name, []).append(value)
    encode = {name: encoder(values) for name, values in columns.items()}
    names = {name: escaped(text(name), reserved) for name in columns}
    return ({names[name]: encode[name](value) for name, value in row.items()} for row in rows)


def encoder(values: Sequence[Any]) -> Callable[[Any], Any]:
    """Return what makes the narrowest of the four types of each of these values."""
    types = {type(value) for value in values}
    if types == {bool}:
        return bool
    if types == {int} and all(-(2**63) <= value < 2**63 for value in values):
        return int
    exact = types <= {int, float} and all(type(value) is float or abs(value) <= EXACT_INT for value in values)
    return float if exact else text


def text(value: Any) -> str:
    """Return a value as text: text that XML keeps as it is, all else as JSON behind ``json:``.

    Examples
    --------
    >>> text("as it is"), text(""), text(("x", 0))
    ('as it is', 'json:""', 'json:{"tuple": ["x", 0]}')
    """
    if isinstance(value, str) and XML_TEXT.fullmatch(value) and not value.startswith(JSON_PREFIX):
        return value
    return JSON_PREFIX + json.dumps(to_json(value), allow_nan=False)


def decoded(row: Mapping[str, Any], reserved: Collection[str], owner: str) -> dict[str, Any]:
    """Read a row that :func:`encoded` gave.

    Raises
    ------
    FormatError
        If a cell or a name is damaged.
    """
    attributes = {}
    for name, cell in row.items():
        where = f"attribute {name!r} of {owner}"
        own_name = from_text(unescaped(name, reserved), where)
        if not isinstance(own_name, str):
            raise FormatError(f"{where} is called {own_name!r}: expected text; write it again")
        attributes[own_name] = from_text(cell, where)
    return attributes


def from_text(cell: Any, where: str) -> Any:
    """Read a cell that :func:`text` gave, and leave any other as it is.

    Raises
    ------
    FormatError
        If it is damaged.
    """
    if isinstance(cell, str) and cell.startswith(JSON_PREFIX):
        return from_json(parsed(cell.removeprefix(JSON_PREFIX), where))
    return cell


def parsed(text: Any, where: str) -> Any:
    """Parse JSON that stands in a cell.

    Raises
    ------
    FormatError
        If it is damaged; the message says where.
    """
    try:
        return parsed_json(str(text))
    except FormatError as error:
        raise FormatError(f"{where} is {text!r}: {error}") from error


def label_column(labels: Collection[Hashable]) -> list[int] | list[str]:
    """Return labels as a column of one type: integers if all are, else texts.

    Examples
    --------
    >>> label_column([3, 5]), label_column(["a", 5])
    ([3, 5], ['a', 'json:5'])
    """
    whole = [node for node in labels if type(node) is int and -(2**63) <= node < 2**63]
    return whole if len(whole) == len(labels) else [text(node) for node in labels]


def label(cell: Any, where: str) -> Hashable:
    """Read a cell that is a label: as :func:`from_text`, but lists are tuples.

    Raises
    ------
    FormatError
        If it cannot be a label.
    """
    if type(cell) is int:
        return cell
    value = from_text(cell, where)
    return label_from_json(list(value) if isinstance(value, tuple) else value)


def header(attributes: Mapping[str, Any], **facts: Any) -> str:
    """Return the attributes of a graph as JSON, for a format with a place for one text alone."""
    return json.dumps({"version": VERSION, **facts, "graph": to_json(attributes)}, allow_nan=False)


def from_header(text: Any, where: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Read the attributes of a graph that :func:`header` gave, and its facts.

    Raises
    ------
    FormatError
        If it is damaged.
    """
    facts: dict[str, Any] = checked_json(parsed(text, where), dict, where)
    check_version(facts.get("version"), f"{where} has version")
    return checked_json(from_json(facts.get("graph")), dict, f"graph of {where}"), facts
