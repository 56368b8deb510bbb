"""Data that carry names: the columns of a table and the entries of a series, put in the order of the nodes.

A table is a data frame of pandas or polars, or a table of pyarrow; a series is one of pandas. They are known by their
``columns``, ``column_names`` and ``index``. Names that are but the numbers 0, 1, ..., as a data frame has that was
given none, say a place.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from neurograph._checks import check_mask, nearest
from neurograph.errors import DataError, ParameterError
from neurograph.graphs.numbering import Labels, distinct_labels

Names = tuple[Hashable, ...]

ABSENT = -1
"""The place of a node that has none."""

MOST_SHOWN = 6
"""Names in a message."""


def column_names(values: Any) -> Names | None:
    """Return what the columns of a table are called, and None for what is no table."""
    names = getattr(values, "column_names", None)  # of pyarrow, whose columns are arrays
    return _listed(getattr(values, "columns", None) if names is None else names)


def index_names(values: Any) -> Names | None:
    """Return what the entries of a series, or the rows of a data frame, are called; None where they have no names."""
    return _listed(getattr(values, "index", None))


def _listed(names: Any) -> Names | None:
    if names is None or callable(names):  # such as list.index
        return None
    return tuple(names.tolist() if hasattr(names, "tolist") else names)


def are_places(names: Names) -> bool:
    """Return whether names say but the place: 0, 1, ..., or column_0, column_1, ... as in polars."""
    return names in (tuple(range(len(names))), tuple(f"column_{k}" for k in range(len(names))))


def matched(names: Sequence[Hashable], nodes: Sequence[Hashable], what: str) -> tuple[list[int], list[Hashable]]:
    """Return the place of each node among the names, ABSENT where it has none, and the names that are of no node.

    A name is that of an equal node; where a node is not found so, names and nodes are compared as text, by which "1"
    is the node 1.

    Raises
    ------
    DataError
        If two names are equal, or two nodes read the same as a name that is compared as text.
    """
    twice = [name for name, count in Counter(names).items() if count > 1]
    if twice:
        raise DataError(f"{what} has the name {twice[0]!r} more than once: expected each once; rename one of them")
    index: dict[Hashable, int] = {name: place for place, name in enumerate(names)}
    found = [index.get(node, ABSENT) for node in nodes]
    texts = {str(name): place for place, name in enumerate(names)}
    if ABSENT in found and len(texts) == len(names):
        read: dict[str, Hashable] = {}
        for node in nodes:
            other = read.setdefault(str(node), node)
            if other is not node and str(node) in texts:
                raise DataError(
                    f"{what} has one name, {str(node)!r}, for the nodes {other!r} and {node!r}, which read the same: "
                    "expected labels that differ as text; networkx.relabel_nodes(graph, ...) gives a node another"
                )
        found = [texts.get(str(node), ABSENT) for node in nodes]
    taken = set(found)
    return found, [name for place, name in enumerate(names) if place not in taken]


def shown(names: Sequence[Hashable]) -> str:
    """Return names as a message shows them, the first few of many."""
    more = f", ... ({len(names)})" if len(names) > MOST_SHOWN else ""
    return ", ".join(map(repr, names[:MOST_SHOWN])) + more


def nearest_name(names: Sequence[Hashable], node: Hashable) -> str:
    """Return in words which of the names comes nearest to that of a node, if one does."""
    near = nearest(str(node), [str(name) for name in names])
    return f", the nearest is {near!r}" if near else ""


def by_name(values: Any, nodes: Sequence[Hashable], what: str, role: str = "") -> Any:
    """Return values whose last axis are nodes, of a role, in the order of the nodes.

    The columns of a table and the entries of a series are taken by their names, and anything else as it is.

    Raises
    ------
    DataError
        If the names are not those of the nodes, or an entry is masked.
    """
    check_mask(what, values, DataError)
    names = column_names(values)
    names = index_names(values) if names is None else names
    if names is None:
        return values
    kind = f"{role} nodes".lstrip()
    wanted = f"expected the {kind}, {shown(nodes)}"
    by_place = f"np.asarray({what}) is taken by place"
    if are_places(names):
        if names != tuple(nodes) and set(names) == set(nodes):
            raise DataError(f"{what} has the names {shown(names)}, which may be places: {wanted}; {by_place}")
        return _array(values)
    found, others = matched(names, nodes, what)
    if ABSENT in found:
        node = nodes[found.index(ABSENT)]
        near = nearest_name(others, node)
        raise DataError(f"{what} has nothing called {node!r}, but {shown(names)}{near}: {wanted}; {by_place}")
    if others:
        kept = [names[place] for place in found]
        chosen = f"list(network.{role or 'node'}s)" if kept == list(nodes) else f"[{', '.join(map(repr, kept))}]"
        chosen = f".select({chosen})" if hasattr(values, "column_names") else f"[{chosen}]"
        raise DataError(f"{what} has {shown(others)} beside the {kind}: {wanted}; {what}{chosen} leaves out the others")
    array = _array(values)
    return array[..., found] if array.ndim else values  # a table that is still to be computed is no array


def _array(values: Any) -> NDArray[Any]:
    """Return a table or a series as one array, truth values among numbers as numbers."""
    array = np.asarray(values)
    if array.dtype.kind == "O" and array.ndim == 2:  # as pandas has columns of several types
        return np.column_stack([np.asarray(column.tolist()) for column in array.T])
    return array


def estimator_order(names: Names | None, nodes: Sequence[Hashable], what: str) -> list[int]:
    """Return the place among the names of each node, in their own order where they name no node at all.

    Raises
    ------
    DataError
        If they name some of the nodes.
    """
    found = [ABSENT] if names is None or are_places(names) else matched(names, nodes, what)[0]
    if set(found) == {ABSENT}:
        return list(range(len(nodes)))
    if ABSENT in found:
        node = nodes[found.index(ABSENT)]
        raise DataError(
            f"{what} has nothing called {node!r}, but {shown(names or ())}: expected all of {shown(nodes)} or none; "
            "networkx.relabel_nodes(graph, ...) gives nodes other names"
        )
    return found


def own_values(series: Any, what: str) -> Any:
    """Return a series with names as a dict, without what is missing, and anything else as it is.

    Raises
    ------
    ParameterError
        If two names are equal.
    """
    names = None if column_names(series) is not None else index_names(series)
    if names is None or are_places(names):
        return series
    if len(set(names)) < len(names):
        twice = Counter(names).most_common(1)[0][0]
        raise ParameterError(f"{what} has the name {twice!r} more than once: expected each once; leave one out")
    return {name: value for name, value in zip(names, series.tolist(), strict=True) if value == value}


def labelled_matrix(matrix: Any, labels: Labels | None) -> tuple[Labels | None, Any]:
    """Return the labels of a matrix, as its rows and columns are called, and the matrix with both in one order.

    Labels are those of the index of a data frame. Where either rows or columns have none, they are in the order of the
    other. Without names, `labels` and the matrix are returned as they are.

    Raises
    ------
    ParameterError
        If rows and columns are of different names, `labels` of others, or an entry is masked.
    """
    check_mask("matrix", matrix)
    columns = column_names(matrix)
    if columns is None:
        return labels, matrix
    rows, array = index_names(matrix) or columns, np.asarray(matrix)
    if array.ndim != 2 or array.shape[0] != array.shape[1]:
        return labels, array
    distinct_labels(rows, "the index of matrix")
    try:
        found, others = matched(columns, rows, "matrix")
    except DataError as error:
        raise ParameterError(str(error)) from None
    if not others:
        array = array[:, found]
    elif are_places(rows):
        rows = columns
    elif not are_places(columns):
        missing = rows[found.index(ABSENT)]
        near = nearest_name(others, missing)
        raise ParameterError(
            f"matrix has a row {missing!r} and no such column{near}: expected one name for each node, in its index and "
            f"its columns, which are {shown(columns)}; np.asarray(matrix) is taken by place"
        )
    if are_places(rows):
        return labels, array
    if labels is not None and distinct_labels(labels, "labels") != rows:
        raise ParameterError(
            f"labels is {shown(tuple(labels))}, but matrix has rows called {shown(rows)}: expected the same; leave "
            "labels out, or np.asarray(matrix) is taken by place"
        )
    return rows, array
