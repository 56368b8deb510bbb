"""Arrays that do not change, in this process and in others, and sequences of rows that stay arrays."""

from __future__ import annotations

import abc
import operator
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any, Self, TypeVar

import numpy as np
from numpy.typing import NDArray


class FrozenArrays:
    """Base of the dataclasses that go to other processes: what was computed stays behind, arrays stay read-only."""

    def __getstate__(self) -> dict[str, Any]:
        """Return the fields alone."""
        return {field.name: getattr(self, field.name) for field in fields(self)}  # type: ignore[arg-type]

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Take the fields, their arrays read-only."""
        for value in state.values():
            if isinstance(value, np.ndarray):
                value.flags.writeable = False
        self.__dict__.update(state)


Floats = NDArray[np.floating[Any]]


def rising(values: NDArray[Any]) -> NDArray[np.int64]:
    """Return the order in which numbers rise, equal ones as they come: a stable argsort, several times as fast."""
    # The bits of a float64, read as a whole number, rise with it once those of negative ones are turned over. Their
    # lowest give way to the place, and what comes out is sorted, not argsorted. Numbers that differ in the lost bits
    # alone then stand together, and are put in order among themselves.
    numbers = np.asarray(values, np.float64) + 0.0  # a copy, in which -0.0 is 0.0
    bits = numbers.view(np.int64).copy()
    bits ^= (bits >> 63) & np.iinfo(np.int64).max
    if numbers.size and np.isnan(numbers.max()):
        bits[np.isnan(numbers)] = np.iinfo(np.int64).max
    width = max(numbers.size - 1, 1).bit_length()
    bits >>= width
    bits <<= width
    bits |= np.arange(numbers.size)
    bits.sort()
    order = bits & ((1 << width) - 1)
    bits >>= width
    alike = bits[1:] == bits[:-1]
    if alike.any():
        mixed = np.flatnonzero(np.append(alike, False) | np.append(False, alike))
        order[mixed] = order[mixed][np.argsort(numbers[order[mixed]], kind="stable")]
    return order


def frozen(array: NDArray[Any]) -> NDArray[Any]:
    """Make an array of one's own read-only."""
    array.flags.writeable = False
    return array


T = TypeVar("T", covariant=True)

READ = 2**14
"""Rows that are made together while one goes through them."""

LISTED = 1000
"""Most rows that are printed."""


@dataclass(frozen=True, eq=False, repr=False)
class Rows(Sequence[T]):
    """Base of sequences that are kept as columns: a row is made when it is looked at.

    It compares, adds, slices and hashes as the tuple of its rows.

    Attributes
    ----------
    columns : tuple of arrays (rows,)
    """

    columns: tuple[NDArray[Any], ...]

    def __post_init__(self) -> None:
        """Keep the columns as they are."""
        for column in self.columns:
            column.flags.writeable = False

    @abc.abstractmethod
    def made(self, *values: Any) -> T:
        """Return the row of these values, one of each column, as Python's own numbers."""

    def __len__(self) -> int:
        """Return how many rows there are."""
        return int(self.columns[0].size)

    def at(self, places: slice | NDArray[Any]) -> Self:
        """Return the rows at some places, as columns again."""
        return replace(self, columns=tuple(column[places] for column in self.columns))

    def __getitem__(self, place: Any) -> Any:
        """Return a row, or of a slice the rows."""
        if isinstance(place, slice):
            return self.at(place)
        place = operator.index(place)
        return self.made(*(column[place].item() for column in self.columns))

    def __iter__(self) -> Iterator[T]:
        """Make one row after the other."""
        for first in range(0, len(self), READ):
            yield from map(self.made, *(column[first : first + READ].tolist() for column in self.columns))

    def same(self, other: Rows[Any]) -> bool:
        """Return whether equal columns are equal rows, for the other's are made in the same way."""
        return False

    def joined(self, other: Self) -> Self:
        """Return these rows and then the other's, which are made in the same way."""
        pairs = zip(self.columns, other.columns, strict=True)
        return replace(self, columns=tuple(np.concatenate(pair) for pair in pairs))

    def __eq__(self, other: object) -> bool:
        """Compare as tuples do."""
        if not isinstance(other, (Rows, tuple)):
            return NotImplemented
        if len(self) != len(other):
            return False
        if isinstance(other, Rows) and self.same(other):
            return all(map(np.array_equal, self.columns, other.columns))
        return all(one == two for one, two in zip(self, other, strict=True))

    def __hash__(self) -> int:
        """Hash as the tuple does."""
        return hash(tuple(self))

    def __repr__(self) -> str:
        """Return what the tuple would, with the middle of a long one left out."""
        if len(self) <= LISTED:
            return repr(tuple(self))
        ends = [", ".join(map(repr, self[part])) for part in (slice(3), slice(-3, None))]
        return f"({ends[0]}, ... {len(self) - 6:,} more ..., {ends[1]})"

    def __add__(self, other: Sequence[Any]) -> Any:
        """Return these rows and then others: as columns where they are made in the same way."""
        if not isinstance(other, (Rows, tuple)):
            return NotImplemented
        if isinstance(other, Rows) and self.same(other):
            return self.joined(other)
        return tuple(self) + tuple(other)

    def __radd__(self, other: tuple[Any, ...]) -> Any:
        """Return a tuple and then these rows."""
        return other + tuple(self) if isinstance(other, tuple) else NotImplemented
