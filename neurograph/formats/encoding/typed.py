"""Attributes as columns of one type each, whole columns at a time: for tables of many rows."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from neurograph.errors import FormatError
from neurograph.formats.base import checked_json, escaped, from_json, to_json, unescaped
from neurograph.formats.encoding.columns import JSON_PREFIX, encoder, from_text, text
from neurograph.graphs.columns import LARGEST, TYPED, Column, Columns


def typed(columns: Columns, reserved: Collection[str]) -> dict[str, Column]:
    """Return columns of plain values as :func:`encoded` writes their rows: of bools, int64, float64 or texts each.

    A column that none carries is left out.
    """
    return {escaped(text(name), reserved): _typed(one) for name, one in columns.items() if one.where().size}


def _typed(column: Column) -> Column:
    where = column.where()
    told = column.values[where]
    kind = told.dtype.kind
    if kind == "b":
        return column
    if kind == "f":
        return Column(column.values.astype(np.float64, copy=False), column.present)
    if kind in "iu" and told.max() <= LARGEST:
        return Column(column.values.astype(np.int64, copy=False), column.present)
    cells = told.tolist()
    cells = list(map(encoder(cells), cells))
    return Column(np.array(cells, TYPED.get(type(cells[0]), object))).spread(where, column.values.size)


def untyped(columns: Mapping[str, Column], reserved: Collection[str], what: str, count: int) -> Columns:
    """Read columns that :func:`typed` gave; `what` is what carries them.

    Raises
    ------
    FormatError
        If a cell or a name is damaged.
    """
    found = {}
    for name, column in columns.items():
        own_name = from_text(unescaped(name, reserved), f"a column of the {what}s")
        if not isinstance(own_name, str):
            raise FormatError(f"a column of the {what}s is called {own_name!r}: expected text; write it again")
        found[own_name] = _untyped(column, f"attribute {name!r} of {what}")
    return Columns(count, found)


def _untyped(column: Column, owner: str) -> Column:
    if column.values.dtype != object:
        return column
    where = column.where()
    told = column.values[where].tolist()
    if not any(isinstance(cell, str) and cell.startswith(JSON_PREFIX) for cell in told):
        return column
    read = [from_text(cell, f"{owner} {place}") for place, cell in zip(where.tolist(), told, strict=True)]
    return Column.of(read).spread(where, column.values.size)


def columns_to_json(columns: Columns) -> dict[str, Any]:
    """Return columns of plain values as JSON: of each the values and, where some carry none, at which places.

    A column that none carries is left out.

    Examples
    --------
    >>> tag = Column.of(["a"]).spread(np.array([1]), 3)
    >>> columns_to_json(Columns(3, {"count": Column(np.array([2, 1, 2])), "tag": tag}))
    {'count': {'values': [2, 1, 2], 'at': None}, 'tag': {'values': ['a'], 'at': [1]}}
    """
    found = {}
    for name, column in columns.items():
        where = column.where()
        if not where.size:
            continue
        values = column.values[where].tolist()
        if column.values.dtype == object:
            values = [to_json(value) for value in values]
        found[name] = {"values": values, "at": None if where.size == columns.count else where.tolist()}
    return found


def columns_from_json(found: Any, count: int, owner: str) -> Columns:
    """Read columns that :func:`columns_to_json` gave.

    Raises
    ------
    FormatError
        If they are damaged.
    """
    columns = {}
    for name, parts in checked_json(found, dict, f"the attributes of the {owner}").items():
        where = f"attribute {name!r} of the {owner}"
        one = checked_json(parts, dict, where)
        values: list[Any] = checked_json(one.get("values"), list, where)
        at = one.get("at")
        places = np.arange(count) if at is None else whole_numbers(at, 0, count - 1, f"at of {where}")
        if places.size != len(values) or np.any(places[1:] <= places[:-1]):
            raise FormatError(f"{where} has {len(values)} values at {places.size} places: expected one for each place")
        if not {list, dict}.isdisjoint(map(type, values)):
            values = [from_json(value) for value in values]
        columns[name] = Column.of(values).spread(places, count)
    return Columns(count, columns)


def whole_numbers(values: Any, least: int, most: int, where: str) -> NDArray[np.int64]:
    """Return a JSON array of whole numbers.

    Raises
    ------
    FormatError
        If it is none, or one is out of range.
    """
    given: Sequence[Any] = checked_json(values, list, where)
    if not set(map(type, given)) <= {int} or (given and not (least <= min(given) and max(given) <= most)):
        raise FormatError(f"{where} is no array of whole numbers from {least} to {most}: write it again")
    return np.array(given, np.int64)
