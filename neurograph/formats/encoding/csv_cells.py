"""Tables as CSV, of neurograph and of others: columns of Python values, and back."""

from __future__ import annotations

import csv
import io
import json
import math
import re
import reprlib
from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import chain, islice
from typing import Any

import numpy as np
from numpy.typing import NDArray

from neurograph.errors import FormatError
from neurograph.formats.encoding.columns import JSON_PREFIX, label
from neurograph.graphs.columns import Column

NUMBER_KEYS = ("weight", "bias")
"""Names of the columns that hold numbers alone."""

INTEGER = re.compile(r"0|-?[1-9][0-9]*")
FLOAT = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+([eE][+-]?[0-9]+)?|e[+-][0-9]{2,})")
"""As Python writes one, but for zeros at the end: 007, +1, 1E5 and 1. are rather text."""

ANY_FLOAT = re.compile(r"-?[0-9]+\.?[0-9]*([eE][+-]?[0-9]+)?")
NUMBERS = re.compile(rf"(?:{ANY_FLOAT.pattern},)*")
"""Cells of numbers alone, one behind the other."""

BOOLS = {"True": True, "False": False}

LONGEST_CELL = 131072
"""Python's csv module reads no longer ones."""

LONGEST_INTEGER = 4000
"""Python reads no integers of more than 4300 digits."""

ROWS = 1 << 12
"""Rows that are read together."""

MOST_KNOWN = 1 << 18
"""Different cells of a column that are remembered."""


def value_of(cell: str, name: str, is_label: bool = False) -> Any:
    """Return the number or bool that a cell of a column looks like, else its text."""
    if cell in BOOLS:
        return BOOLS[cell]
    if INTEGER.fullmatch(cell) and len(cell) <= LONGEST_INTEGER:
        return int(cell)
    if (ANY_FLOAT if name in NUMBER_KEYS else FLOAT).fullmatch(cell) and math.isfinite(number := float(cell)):
        return cell if is_label and repr(number) != cell else number
    return cell


def cell_of(value: Any, name: str, is_label: bool = False) -> str:
    """Return the cell of a value.

    Raises
    ------
    FormatError
        If it is longer than readers take.
    """
    if not isinstance(value, str):
        return repr(value)
    cell = value if value == value_of(value, name, is_label) else JSON_PREFIX + json.dumps(value)
    if len(cell) >= LONGEST_CELL:
        raise FormatError(
            f"attribute {name!r} takes {len(cell)} characters: CSV readers take {LONGEST_CELL} in a cell; "
            "leave it out, or write .json or .parquet"
        )
    return cell


def cells_of(column: Column, name: str) -> list[str]:
    """Return the cells of a column of plain values, empty where it is absent."""
    values: list[Any] = column.values.tolist()
    texts = list(map(repr, values)) if column.values.dtype != object else [cell_of(one, name) for one in values]
    if column.present is not None:
        for place in np.flatnonzero(~column.present).tolist():
            texts[place] = ""
    return texts


def written(columns: Mapping[str, Sequence[str]]) -> bytes:
    """Return a table of cells, with a header."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(zip(*columns.values(), strict=True))
    return buffer.getvalue().encode()


class Sheet:
    """A table as it stands in a file: the names of its columns, and its rows.

    Parameters
    ----------
    data : bytes
        UTF-8, with commas, tabs or semicolons.
    what : str
        What it is of, as messages say it.
    """

    def __init__(self, data: bytes, what: str) -> None:
        self.what = what
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise self._none(error) from error
        first = text[: text.find("\n")] if "\n" in text else text
        lines = csv.reader(io.StringIO(text, newline=""), strict=True, delimiter=max(",\t;", key=first.count))
        self._lines = filter(None, lines)
        self.first = next(self._chunks(1), [[]])[0]
        self.names: list[str] = self.first
        self.header = True

    def _none(self, error: Exception) -> FormatError:
        return FormatError(f"the {self.what} are no CSV ({error}): expected UTF-8, with commas; write it again")

    def named(self, names: Sequence[str]) -> None:
        """Take the first row for a row of data, and these for the names of the columns."""
        self.header, self.names = False, [*names, *map(str, range(len(names), len(self.first)))][: len(self.first)]

    def need(self, *needed: str) -> None:
        """Refuse a table without these columns, or with two of one name."""
        for name in needed:
            if self.names.count(name) != 1:
                raise FormatError(
                    f"the {self.what} have {self.names.count(name)} columns called {name!r}: expected one; "
                    f"the header is {reprlib.repr(self.names)}"
                )
        if len(set(self.names)) != len(self.names):
            raise FormatError(
                f"the {self.what} have two columns of one name: expected each once; the header is "
                f"{reprlib.repr(self.names)}"
            )

    def columns(self, labels: Collection[str]) -> dict[str, Any]:
        """Return the values of each column, None where a cell is empty; `labels` are those that hold labels.

        Raises
        ------
        FormatError
            If a row is longer or shorter than the header, or a label is missing.
        """
        self.need(*labels)
        readers = [_Reader(name, name in labels) for name in self.names]
        row = 1 if self.header else 0
        for lines in self._chunks(ROWS) if self.header else self._with_first():
            if not set(map(len, lines)) <= {len(readers)}:
                wrong = next(place for place, line in enumerate(lines) if len(line) != len(readers))
                raise FormatError(
                    f"row {row + wrong + 1} of the {self.what} has {len(lines[wrong])} cells: expected {len(readers)}, "
                    "as many as the header"
                )
            flat = list(chain.from_iterable(lines))
            for place, reader in enumerate(readers):
                cells = flat[place :: len(readers)]
                if reader.is_label and "" in cells:
                    raise FormatError(
                        f"row {row + cells.index('') + 1} of the {self.what} has nothing in the column {reader.name}: "
                        "expected a label"
                    )
                reader.add(cells)
            row += len(lines)
        return {reader.name: reader.values() for reader in readers}

    def _with_first(self) -> Iterator[list[list[str]]]:
        yield [self.first]
        yield from self._chunks(ROWS)

    def _chunks(self, size: int) -> Iterator[list[list[str]]]:
        try:
            while lines := list(islice(self._lines, size)):
                yield lines
        except csv.Error as error:
            raise self._none(error) from error


class _Reader:
    """Reads the cells of one column, each different one once."""

    def __init__(self, name: str, is_label: bool) -> None:
        self.name, self.is_label = name, is_label
        self.known: dict[str, Any] = {"": None}
        self.parts: list[NDArray[np.float64] | list[Any]] = []

    def add(self, cells: Sequence[str]) -> None:
        """Read some more."""
        numbers = _numbers(cells) if self.name in NUMBER_KEYS else None
        if numbers is not None:
            self.parts.append(numbers)
            return
        for cell in set(cells).difference(self.known):
            value = value_of(cell, self.name, self.is_label)
            self.known[cell] = label(value, f"a label in the column {self.name}") if self.is_label else value
        self.parts.append(list(map(self.known.__getitem__, cells)))
        if len(self.known) > MOST_KNOWN:
            self.known = {"": None}

    def values(self) -> Any:
        """Return all that was read: an array where all are numbers."""
        if self.parts and all(isinstance(part, np.ndarray) for part in self.parts):
            return np.concatenate(self.parts)
        return [value for part in self.parts for value in (part.tolist() if isinstance(part, np.ndarray) else part)]


def _numbers(cells: Sequence[str]) -> NDArray[np.float64] | None:
    """Return cells that are all finite numbers, and None where one is not."""
    if "" in cells or not NUMBERS.fullmatch(",".join((*cells, ""))):
        return None
    try:
        numbers = np.array(cells, np.float64)
    except ValueError:
        return None
    return numbers if np.isfinite(numbers).all() else None
