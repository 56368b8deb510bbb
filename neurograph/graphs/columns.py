"""What nodes or edges carry, as columns: arrays until someone looks at a row."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from operator import itemgetter
from typing import Any

import numpy as np
from numpy.typing import NDArray

from neurograph._arrays import FrozenArrays

TYPED = {bool: np.bool_, int: np.int64, float: np.float64, complex: np.complex128}
"""Python's types of which a column is an array of that type; one of any others, or of several, is of objects."""

LARGEST = 2**63 - 1


@dataclass(frozen=True, eq=False)
class Column(FrozenArrays):
    """One attribute of all nodes or edges.

    Attributes
    ----------
    values : array (count,)
        Of one type, or of Python objects.
    present : bool array (count,), or None
        Where the attribute is carried; None: by all.
    """

    values: NDArray[Any]
    present: NDArray[np.bool_] | None = None

    @classmethod
    def of(cls, values: Sequence[Any], present: NDArray[np.bool_] | None = None) -> Column:
        """Return a column of Python objects, typed where all that are present are of one type."""
        told = values if present is None else [value for value, there in zip(values, present, strict=True) if there]
        kinds = set(map(type, told))
        kind = kinds.pop() if len(kinds) == 1 else object
        if kind in TYPED and (kind is not int or -LARGEST <= min(told) <= max(told) <= LARGEST):
            typed: NDArray[Any] = np.zeros(len(values), TYPED[kind])
            typed[slice(None) if present is None else present] = told
            return cls(typed, present)
        return cls(np.fromiter(values, object, len(values)), present)

    @classmethod
    def absent(cls, count: int) -> Column:
        """Return a column that none of so many carries."""
        return cls(np.zeros(count), np.zeros(count, np.bool_))

    def changed(self, places: NDArray[Any], values: NDArray[Any]) -> Column:
        """Return the column with other values at some places, or where a mask is True."""
        same = self.present is None or self.present.any()
        kept = self.values.astype(object if same and self.values.dtype != values.dtype else values.dtype)
        kept[places] = values.tolist() if kept.dtype == object else values
        present = np.ones(kept.size, np.bool_) if self.present is None else self.present.copy()
        present[places] = True
        return Column(kept, None if present.all() else present)

    def take(self, places: NDArray[Any]) -> Column:
        """Return the column at some places, or where a mask is True."""
        return Column(self.values[places], None if self.present is None else self.present[places])

    def spread(self, places: NDArray[Any], count: int) -> Column:
        """Return a column of `count` that has these values at some places, and is absent elsewhere."""
        values, present = np.zeros(count, self.values.dtype), np.zeros(count, np.bool_)
        values[places], present[places] = self.values, True if self.present is None else self.present
        return Column(values, None if present.all() else present)

    def where(self) -> NDArray[np.int64]:
        """Return the places that carry it."""
        return np.arange(self.values.size) if self.present is None else np.flatnonzero(self.present)

    def cells(self, absent: Any = None) -> list[Any]:
        """Return the values as Python has them, and `absent` where the attribute is not carried."""
        cells: list[Any] = self.values.tolist()
        if self.present is not None:
            for place in np.flatnonzero(~self.present).tolist():
                cells[place] = absent
        return cells


class Columns(Mapping[str, Column]):
    """The attributes of `count` nodes or edges by name, each a :class:`Column`; not changed once made."""

    def __init__(self, count: int, columns: Mapping[Any, Column] | None = None) -> None:
        self.count = count
        self._columns: dict[str, Column] = dict(columns or {})

    @classmethod
    def of_rows(cls, rows: Sequence[Mapping[Any, Any]]) -> Columns:
        """Turn a dict for each node or edge into columns."""
        found = {}
        for name in dict.fromkeys(chain.from_iterable(rows)):
            try:
                found[name] = Column.of(list(map(itemgetter(name), rows)))
            except KeyError:
                present = np.fromiter((name in row for row in rows), np.bool_, len(rows))
                found[name] = Column.of([row.get(name) for row in rows], present)
        return cls(len(rows), found)

    @classmethod
    def stacked(cls, parts: Sequence[Columns]) -> Columns:
        """Put the rows of several one below the other; a column that one lacks is absent there."""
        starts = np.cumsum([0, *(part.count for part in parts)])
        found = {}
        for name in dict.fromkeys(chain.from_iterable(parts)):
            there = [(part[name], start) for part, start in zip(parts, starts.tolist(), strict=False) if name in part]
            kept = [column.values[column.where()] for column, _ in there]
            places = np.concatenate([column.where() + start for column, start in there])
            if len({values.dtype.kind for values in kept}) > 1:  # numpy would make floats of ints, and 1 of True
                kept = [values.astype(object) for values in kept]
            found[name] = Column(np.concatenate(kept)).spread(places, int(starts[-1]))
        return cls(int(starts[-1]), found)

    def __getitem__(self, name: str) -> Column:
        """Return a column."""
        return self._columns[name]

    def __iter__(self) -> Iterator[str]:
        """Go through the names."""
        return iter(self._columns)

    def __len__(self) -> int:
        """Return how many columns there are."""
        return len(self._columns)

    def __repr__(self) -> str:
        """Return the names and the length."""
        return f"Columns({', '.join(map(repr, self._columns))}: {self.count} rows)"

    def row(self, place: int) -> dict[str, Any]:
        """Return what one node or edge carries, as a new dict."""
        there = ((name, one) for name, one in self.items() if one.present is None or one.present[place])
        return {name: one.values[place : place + 1].tolist()[0] for name, one in there}

    def rows(self) -> list[dict[str, Any]]:
        """Return what each carries, as new dicts."""
        whole = {name: column.values.tolist() for name, column in self.items() if column.present is None}
        names = tuple(whole)
        found: list[dict[str, Any]] = (
            [dict(zip(names, row, strict=True)) for row in zip(*whole.values(), strict=True)]
            if whole
            else [{} for _ in range(self.count)]
        )
        for name, column in self.items():
            if column.present is not None:
                places = column.where()
                for place, value in zip(places.tolist(), column.values[places].tolist(), strict=True):
                    found[place][name] = value
        return found

    def take(self, places: NDArray[Any]) -> Columns:
        """Return the rows at some places, or where a mask is True."""
        count = int(np.count_nonzero(places)) if places.dtype == np.bool_ else places.size
        return Columns(count, {name: column.take(places) for name, column in self.items()})

    def longer(self, more: int) -> Columns:
        """Return these columns with so many rows at the end that carry nothing."""
        count, own = self.count + more, np.arange(self.count)
        return Columns(count, {name: column.spread(own, count) for name, column in self.items()})

    def having(self, **columns: Column) -> Columns:
        """Return these columns with others among them, in place of those of the same names."""
        return Columns(self.count, {**self._columns, **columns})

    def without(self, *names: Hashable) -> Columns:
        """Return these columns but for some."""
        return Columns(self.count, {name: column for name, column in self.items() if name not in names})
