"""Tables of others, read into columns: data frames, Arrow tables, structured arrays, mappings of lists."""

from __future__ import annotations

import contextlib
from collections.abc import Collection, Iterable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from neurograph._checks import check_mask, plain
from neurograph.errors import ParameterError
from neurograph.graphs.columns import Column, Columns
from neurograph.graphs.numbering import Integers, object_column

PAIRS = (
    ("pre", "post"), ("source", "target"), ("presynaptic", "postsynaptic"), ("from", "to"), ("pre_id", "post_id"),
    ("pre_root_id", "post_root_id"), ("pre_pt_root_id", "post_pt_root_id"), ("bodyid_pre", "bodyid_post"),
    ("source_node_id", "target_node_id"), ("pre_name", "post_name"), ("pre_neuron", "post_neuron"), ("src", "dst"),
    ("neuron1", "neuron2"), ("sender", "receiver"),
)  # fmt: skip
"""What tables of edges call both ends, without case, spaces and underscores; the first pair that is there is meant."""

MISSING = ("NoneType", "NAType", "NaTType")
"""Types whose values say that nothing is there; NaN does too."""

LABELS = (
    "node", "root_id", "pt_root_id", "bodyid", "label", "id", "neuron", "name", "neuron_id", "cell_id", "node_id",
    "cell",
)  # fmt: skip
"""What tables of nodes call them, likewise: names of neurons alone before an id that may be that of a row."""


def names_of(table: Any) -> list[Any] | None:
    """Return the names of the columns of a table, and None of what is none."""
    names = getattr(getattr(table, "dtype", None), "names", None)
    for attribute in ("column_names", "keys", "columns"):
        if names is None and hasattr(table, attribute):
            names = getattr(table, attribute)
    return None if names is None else list(names() if callable(names) else names)


def read_sheet(table: Any, names: Iterable[Any], what: str) -> dict[Any, Any]:
    """Return the columns of a table as they are, checked to be of one length.

    Raises
    ------
    ParameterError
        If two are of one name or of different lengths.
    """
    names = list(names)
    twice = next((name for place, name in enumerate(names) if name in names[:place]), None)
    if twice is not None:
        raise ParameterError(f"{what} has two columns called {twice!r}: expected each once")
    columns = {name: table[name] for name in names}
    for name, values in columns.items():
        if not hasattr(values, "__len__") or isinstance(values, (str, bytes)):
            raise ParameterError(f"the column {name} is {values!r}: expected an array, one entry a row")
    lengths = {name: len(values) for name, values in columns.items()}
    first = next(iter(lengths), None)
    for name, length in lengths.items():
        if length != lengths[first]:
            raise ParameterError(
                f"the column {name} has {length} entries: expected {lengths[first]}, as many as {first}"
            )
    return columns


def chosen(names: Collection[Any], given: Any, known: Iterable[str], what: str, sheet: str) -> Any:
    """Return the name of the column that is meant: the one given, or the first of the known that is there.

    Raises
    ------
    ParameterError
        If there is none.
    """
    if given is not None:
        if given in names:
            return given
        raise ParameterError(f"{what} is {given!r}, but {sheet} has the columns {listed(names)}: expected one of these")
    there = {plain(str(name)).replace(" ", ""): name for name in names}
    return next((there[plain(word)] for word in known if plain(word) in there), None)


def chosen_ends(names: Collection[Any], pre: Any, post: Any) -> tuple[Any, Any]:
    """Return which columns of a table of edges are its ends.

    Raises
    ------
    ParameterError
        If it has none that are named, or known.
    """
    if pre is None and post is None:
        for pair in PAIRS:
            found = [chosen(names, None, [word], "", "edges") for word in pair]
            if None not in found:
                return found[0], found[1]
    ends = (chosen(names, pre, (), "pre", "edges"), chosen(names, post, (), "post", "edges"))
    if None in ends:
        raise ParameterError(
            f"edges has the columns {listed(names)}: expected pre and post among them, or pre= and post= with the "
            "names of those that hold where an edge starts and ends"
        )
    return ends


def listed(names: Iterable[Any], most: int = 12) -> str:
    """Return names in a row, of many the first."""
    names = list(names)
    return ", ".join(map(repr, names[:most])) + (f" and {len(names) - most} more" if len(names) > most else "")


def label_column(values: Any, name: str) -> Integers | list[Any]:
    """Return integers as an array, and any other labels as a list."""
    with contextlib.suppress(ValueError, TypeError):
        array = np.asarray(_array(values, name))
        if array.ndim == 1 and array.dtype.kind in "iu" and np.can_cast(array.dtype, np.int64):
            return array
    return object_column(_array(values, name), name)


def attribute_columns(columns: Mapping[Any, Any], count: int, shared: Any = None) -> Columns:
    """Return columns of a table as what nodes or edges carry; a cell that is missing (None, NaN, NA) is absent.

    The arrays are copied, but for that of the column called `shared`.
    """
    return Columns(count, {name: attribute_column(values, name, name != shared) for name, values in columns.items()})


def attribute_column(values: Any, name: Any, copied: bool = True) -> Column:
    """Return one column of a table.

    Raises
    ------
    ParameterError
        If it is none, or is masked somewhere.
    """
    array = _array(values, name)
    if isinstance(array, np.ndarray) and array.ndim == 1 and array.dtype.kind in "biuf":
        missing = np.isnan(array) if array.dtype.kind == "f" else np.zeros(array.size, np.bool_)
        return Column(array.copy() if copied else array, ~missing if missing.any() else None)
    cells = object_column(array, str(name))
    kinds = set(map(type, cells))
    if not any(kind.__name__ in MISSING or issubclass(kind, (float, np.floating)) for kind in kinds):
        return Column.of(cells)
    present = np.fromiter((not is_missing(cell) for cell in cells), np.bool_, len(cells))
    return Column.of(cells, None if present.all() else present)


def _array(values: Any, name: Any) -> Any:
    """Return what numpy makes of a column of pandas, polars or Arrow, and anything else as it is."""
    check_mask(f"the column {name}", values)
    if isinstance(values, np.ma.MaskedArray):
        return values.data
    if isinstance(values, (list, tuple, np.ndarray)):
        return values
    return values.to_numpy() if hasattr(values, "to_numpy") else np.asarray(values)


def is_missing(cell: Any) -> bool:
    """Return whether a cell says that nothing is there: None, NaN, or pandas' NA and NaT."""
    if type(cell).__name__ in MISSING:
        return True
    return isinstance(cell, (float, np.floating)) and bool(cell != cell)


def plain_numbers(values: Any, what: str) -> NDArray[np.floating[Any]]:
    """Return real numbers in a row, float32 as it is, anything else as float64.

    Raises
    ------
    ParameterError
        If they are none.
    """
    check_mask(what, values)
    try:
        array = np.asarray(values)
    except ValueError:
        array = np.empty(0, object)
    if array.ndim != 1 or array.dtype.kind not in "iuf":
        raise ParameterError(f"{what} has type {array.dtype} and shape {array.shape}: expected real numbers in a row")
    return array.astype(np.float32 if array.dtype == np.float32 else np.float64, copy=False)
