"""Labels of nodes, of any kind, as places in an array."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Sequence
from itertools import chain
from typing import Any

import numpy as np
from numpy.typing import NDArray

from neurograph.errors import ParameterError
from neurograph.graphs.edge_table import CHUNK

Labels = Collection[Hashable] | NDArray[Any]


Places = NDArray[np.int64]


Integers = NDArray[np.integer[Any]]


def label_codes(
    pre: Integers | list[Hashable],
    post: Integers | list[Hashable],
    nodes: tuple[Hashable, ...] | None,
    open_ended: bool = False,
) -> tuple[tuple[Hashable, ...], list[NDArray[np.int32]]]:
    """Return the nodes, and the place of both ends of each edge among them.

    Without `nodes` they are the labels in the order in which the edges name them; if `open_ended`, those that it does
    not have come behind it, in that order.
    """
    given, low, known = _coded(pre, post)
    named = _as_named(given, low, len(known))
    labels = tuple(known[code] for code in named.tolist())
    if nodes is not None and open_ended:
        there = set(nodes)
        nodes = (*nodes, *(label for label in labels if label not in there))
    nodes, numbers = (labels, np.arange(len(labels))) if nodes is None else (nodes, renumbered(labels, nodes))
    rank = np.empty(len(known), np.int32)
    rank[named] = numbers
    # One after the other, so that each leaves the memory before the next comes.
    return nodes, [looked_up(given.pop(0), lambda part: rank[part.astype(np.int64) - low]) for _ in range(2)]


def _coded(
    pre: Integers | list[Hashable], post: Integers | list[Hashable]
) -> tuple[list[Integers], int, Sequence[Hashable]]:
    """Return the ends as integers from `low` on, `low`, and the labels that they stand for, from `low` on."""
    if not (isinstance(pre, np.ndarray) and isinstance(post, np.ndarray)):
        columns = [object_column(values, "ends") for values in (pre, post)]
        known = hashable_labels(chain.from_iterable(zip(*columns, strict=True)), "edges")
        index = {label: code for code, label in enumerate(known)}
        return [np.fromiter(map(index.__getitem__, column), np.int32, len(column)) for column in columns], 0, known
    if not pre.size:
        return [pre, post], 0, ()
    low, high = int(min(pre.min(), post.min())), int(max(pre.max(), post.max()))
    if high - low < 4 * pre.size:
        return [pre, post], low, range(low, high + 1)
    # Labels far apart, such as the keys of a data base.
    found = _distinct_integers((pre, post))
    return [looked_up(column, lambda part: np.searchsorted(found, part)) for column in (pre, post)], 0, found.tolist()


def _distinct_integers(columns: Sequence[Integers]) -> Places:
    """Return the numbers that occur, rising."""
    found = np.empty(0, np.int64)
    for part in parts(columns[0].size, 16 * CHUNK):
        for column in columns:
            found = np.union1d(found, column[part])
    return found


def _as_named(columns: Sequence[Integers], low: int, count: int) -> Places:
    """Return the codes from 0 to `count` that occur, in the order in which the edges name them."""
    seen, named = np.zeros(count, np.bool_), [np.empty(0, np.int64)]
    for part in parts(columns[0].size):
        ends = np.stack([column[part].astype(np.int64) for column in columns], axis=1).ravel() - low
        codes, first = np.unique(ends[~seen[ends]], return_index=True)
        seen[codes] = True
        named.append(codes[np.argsort(first)])
        if seen.all():
            break
    return np.concatenate(named)


def looked_up(column: Integers, find: Callable[[Integers], Integers]) -> NDArray[np.int32]:
    """Look up a column in parts, so that no copy of it as wide as its own type is made."""
    found = np.empty(column.size, np.int32)
    for part in parts(column.size):
        found[part] = find(column[part])
    return found


def parts(count: int, size: int = CHUNK) -> Iterator[slice]:
    """Return slices of `size` that cover `count` places."""
    return (slice(first, first + size) for first in range(0, count, size))


def renumbered(old: Sequence[Hashable], new: Sequence[Hashable]) -> Places:
    """Return the place in `new` of each of the `old` labels."""
    index = {label: place for place, label in enumerate(new)}
    unknown = [label for label in old if label not in index]
    if unknown:
        raise ParameterError(
            f"edges name {unknown[0]!r}, which is not in nodes: expected both ends of every edge; add it"
        )
    return np.array([index[label] for label in old], np.int64)


def distinct_labels(labels: Labels, what: str) -> tuple[Hashable, ...]:
    """Return labels as a tuple, or say that they are none, or not distinct."""
    given = labels.tolist() if isinstance(labels, np.ndarray) else labels
    if isinstance(given, (str, bytes)) or not isinstance(given, Iterable):
        raise ParameterError(f"{what} is {given!r}: expected a list of labels, such as [{given!r}]")
    given = list(given)
    distinct = hashable_labels(given, what)
    if len(distinct) != len(given):
        twice = Counter(given).most_common(1)[0][0]
        raise ParameterError(f"{what} has {twice!r} more than once: expected distinct labels")
    return distinct


def hashable_labels(labels: Iterable[Any], what: str) -> tuple[Hashable, ...]:
    """Return the distinct labels in the order in which they first come."""
    try:
        distinct = tuple(dict.fromkeys(labels))
    except TypeError as error:
        raise ParameterError(f"{what} has a label that cannot be one: {error}; expected hashables") from None
    missing = [label for label in distinct if label is None or label != label]
    if missing:
        raise ParameterError(f"{what} has {missing[0]!r} for a label, as if one were missing: expected a label there")
    return distinct


def object_column(values: Any, name: str) -> list[Any]:
    """Return a column as a list of Python objects."""
    if not isinstance(values, (list, tuple)):
        values = (values if hasattr(values, "tolist") else np.asarray(values)).tolist()
    if not isinstance(values, (list, tuple)):
        raise ParameterError(f"the column {name} is {values!r}: expected an array, one entry an edge")
    return list(values)
