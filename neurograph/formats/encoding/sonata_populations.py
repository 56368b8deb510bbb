"""The populations of a SONATA file: what nodes and edges carry, what they are called, and where edges end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from neurograph.equations.neuron import POPULATION
from neurograph.errors import FormatError
from neurograph.graphs.columns import Column, Columns

Arrays = dict[str, NDArray[Any]]

LIBRARY = "@library/"
"""Folder in a group with the texts that a column of whole numbers stands for, by the column's name."""

NO_TYPE = (-1, 0)
"""Ids of types that say nothing."""


@dataclass(frozen=True, eq=False)
class Population:
    """One population of nodes or of edges.

    Attributes
    ----------
    path : str
        Where it stands in the file.
    columns : Columns
        What its nodes or edges carry.
    ids : int array (count,)
        What the file calls them.
    """

    path: str
    columns: Columns
    ids: NDArray[Any]

    @property
    def name(self) -> str:
        """Return what it is called."""
        return self.path.rpartition("/")[2]


def populations(arrays: Arrays, what: str, own: bool) -> list[Population]:
    """Return all populations of nodes (`what` is node) or edges; `own`: neurograph wrote them.

    Raises
    ------
    FormatError
        If there is none, or one cannot be read.
    """
    start = f"/{what}s/"
    names = dict.fromkeys(path.split("/")[2].partition("@")[0] for path in arrays if path.startswith(start))
    if not names:
        raise FormatError(
            f"it has no population of {what}s: expected nodes and edges, in one file or two; "
            'neurograph.read("nodes.h5", edges="edges.h5") reads both'
        )
    return [_population(arrays, what, start + name, own) for name in names]


def _population(arrays: Arrays, what: str, path: str, own: bool) -> Population:
    inside = [name.removeprefix(f"{path}/") for name in arrays if name.startswith(f"{path}/")]
    groups = {name.partition("/")[0] for name in inside if name.partition("/")[0].isdigit()}
    ids, index = (
        whole(arrays, f"{path}/{what}_group_{key}") if f"{what}_group_{key}" in inside else None
        for key in ("id", "index")
    )
    groups |= set() if ids is None else set(map(str, np.unique(ids).tolist()))
    if len(groups) > 1:
        raise FormatError(
            f"{path} has the groups {', '.join(sorted(groups)[:9])}: expected one; export the {what}s of each as a "
            "population of its own"
        )
    found = _columns(arrays, f"{path}/{next(iter(groups), '0')}/", own)
    types = f"{what}_type_id"
    counted = [key for key in (types, f"{what}_id", "source_node_id") if key in inside]
    if counted:
        count = len(whole(arrays, f"{path}/{counted[0]}"))
    elif found:
        count = next(iter(found.values())).values.size
    else:
        raise FormatError(f"it has no integers at {path}/{types}: expected SONATA; write it again")
    rows = _rows(index, count, found, path)
    columns = Columns(
        count, {name: column.take(rows) for name, column in found.items()} if index is not None else found
    )
    if types in inside and not own and not np.isin(arrays[f"{path}/{types}"], NO_TYPE).all():
        columns = columns.having(**{types: Column(arrays[f"{path}/{types}"])})
    named = whole(arrays, f"{path}/{what}_id") if f"{what}_id" in inside else np.arange(count)
    if len(named) != count:
        raise FormatError(f"{path}/{what}_id has {len(named)} entries: expected {count}, one for each of the {what}s")
    return Population(path, columns, named)


def _rows(index: NDArray[Any] | None, count: int, columns: dict[str, Column], path: str) -> NDArray[Any]:
    """Return the row of each node or edge in the columns of its group."""
    rows = np.arange(count) if index is None else index
    for name, column in columns.items():
        size = column.values.size
        if (
            len(rows) != count
            or (index is None and size != count)
            or (count and not 0 <= rows.min() <= rows.max() < size)
        ):
            raise FormatError(
                f"{path} has {count} entries, but its column {name} {size} and its group_index {len(rows)}: expected "
                "a place in each column for every entry"
            )
    return rows


def _columns(arrays: Arrays, start: str, own: bool) -> dict[str, Column]:
    """Return the columns of a group; what is at a data set's name behind ``@`` tells of the data set alone."""
    found = {}
    for path, array in arrays.items():
        name = path.removeprefix(start)
        if path.startswith(start) and "@" not in name:
            library = arrays.get(f"{start}{LIBRARY}{name}")
            found[name] = _column(array, path, own) if library is None else _listed(array, library, path)
    return found


def _column(array: NDArray[Any], path: str, own: bool) -> Column:
    """Read a column: NaN and an empty text stand where there is nothing."""
    if array.ndim != 1:
        raise FormatError(f"{path} has shape {array.shape}: expected one entry each")
    if array.dtype.kind == "S":
        return _told(np.array(texts(array, path), object))
    if array.dtype.kind == "f":
        missing = np.isnan(array)
        return Column(array, ~missing if missing.any() else None)
    return Column(array.astype(np.bool_) if own and array.dtype == np.uint8 else array)


def _listed(codes: NDArray[Any], library: NDArray[Any], path: str) -> Column:
    """Read a column of places in a library of texts."""
    if library.ndim != 1 or library.dtype.kind != "S":
        raise FormatError(f"the library of {path} is no row of texts: expected them; write it again")
    if (
        codes.ndim != 1
        or codes.dtype.kind not in "iu"
        or (codes.size and not 0 <= codes.min() <= codes.max() < len(library))
    ):
        raise FormatError(f"{path} has a library of {len(library)} texts: expected places in it; write it again")
    return _told(np.array(texts(library, path), object)[codes])


def _told(values: NDArray[Any]) -> Column:
    present = np.asarray(values != "", np.bool_)
    return Column(values, None if present.all() else present)


def stacked(parts: Sequence[Population]) -> Columns:
    """Return what the nodes or edges of all populations carry.

    Of several, each says in ``population`` of which it is, unless it has a column of that name.
    """
    if len(parts) == 1:
        return parts[0].columns
    return Columns.stacked([part.columns if POPULATION in part.columns else _telling(part) for part in parts])


def _telling(part: Population) -> Columns:
    return part.columns.having(**{POPULATION: Column(np.full(len(part.ids), part.name, object))})


def places(arrays: Arrays, edges: Population, end: str, nodes: Sequence[Population]) -> NDArray[np.int32]:
    """Return where the edges of a population start or end, as places among the nodes of all populations.

    Raises
    ------
    FormatError
        If a node is not there.
    """
    path = f"{edges.path}/{end}_node_id"
    ends = whole(arrays, path).astype(np.int64)
    population = arrays.get(f"{path}@node_population")
    given = None if population is None or population.dtype.kind != "S" else np.ravel(texts(population, path)).tolist()
    names = [part.name for part in nodes]
    if given is None or len(given) != 1 or given[0] not in names:
        raise FormatError(
            f"{path} points into the population {given[0] if given else None!r}: expected one whose nodes are there, "
            f"{', '.join(map(repr, names))}; put the nodes of both into one file"
        )
    at = names.index(given[0])
    ids, count = nodes[at].ids.astype(np.int64), len(edges.ids)
    order = np.argsort(ids, kind="stable")
    found = np.searchsorted(ids[order], ends) if ids.size else np.zeros(len(ends), np.int64)
    there = len(ends) == count and bool(np.all(found < ids.size)) and np.array_equal(ids[order][found], ends)
    if not there:
        known = f"from {ids.min()} to {ids.max()}" if ids.size else "of no node"
        raise FormatError(f"{path} has {len(ends)} places of nodes: expected {count}, each {known}")
    return (order[found] + sum(len(part.ids) for part in nodes[:at])).astype(np.int32)


def whole(arrays: Arrays, path: str) -> NDArray[Any]:
    """Return a row of whole numbers.

    Raises
    ------
    FormatError
        If there is none.
    """
    if path not in arrays or arrays[path].ndim != 1 or arrays[path].dtype.kind not in "iu":
        raise FormatError(f"it has no integers at {path}: expected SONATA; write it again")
    return arrays[path]


def within(numbers: NDArray[Any], count: int) -> bool:
    """Return whether all numbers are places among so many."""
    return not numbers.size or bool(0 <= numbers.min() <= numbers.max() < count)


def texts(array: NDArray[Any], path: str) -> Any:
    """Return a text, or a row of texts.

    Raises
    ------
    FormatError
        If it is none.
    """
    try:
        return np.strings.decode(array, "utf-8").tolist()
    except (UnicodeDecodeError, TypeError) as error:
        raise FormatError(f"{path} is no text ({error}): expected UTF-8; write it again") from error
