"""Tables of Arrow, read from Parquet: checked, whole or in pieces, and the ends of edges as places."""

from __future__ import annotations

import reprlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from neurograph._checks import check_memory
from neurograph.errors import FormatError, NeurographError
from neurograph.formats.base import needed
from neurograph.graphs.columns import Column

if TYPE_CHECKING:
    import pyarrow
    import pyarrow.parquet

NAME = "Parquet"

HEADER_KEY = b"neurograph"
"""Key in the schema of the nodes under which the attributes of the graph stand as JSON."""

NODE_KEYS = ("node",)
EDGE_KEYS = ("pre", "post")
"""Names of the columns that are no attributes."""

PIECE = 2**17
"""Rows that are read together, where a table comes in pieces."""

BUFFER = 2**20
"""Bytes of a column that are read together."""

CELL = 200
"""About how many bytes a cell takes as it is read, first as Arrow's, then as Python's."""

DENSEST = 20
"""Most rows a byte of the file: pairs of nodes that all differ do not come to more, whatever their weights."""


def columns(table: pyarrow.Table, keys: Sequence[str]) -> dict[str, Column]:
    """Return the columns of a table that are attributes; one is absent where it is null or NaN."""
    return {name: _column(table[name]) for name in table.column_names if name not in keys}


def _column(cells: pyarrow.ChunkedArray) -> Column:
    import pyarrow.types as types

    there = ~cells.is_null(nan_is_null=True).to_numpy()
    if types.is_null(cells.type):
        return Column.absent(len(cells))
    if not (types.is_string(cells.type) or types.is_large_string(cells.type)):
        cells = cells.fill_null(False if types.is_boolean(cells.type) else 0)
    return Column(cells.to_numpy(), None if there.all() else there)


def end_places(
    ends: Sequence[pyarrow.ChunkedArray], nodes: pyarrow.ChunkedArray, keys: Sequence[str], own: bool
) -> tuple[pyarrow.ChunkedArray, NDArray[np.int32], NDArray[np.int32]]:
    """Return the labels of all nodes, and where the ends of edges stand among them."""
    import pyarrow
    import pyarrow.compute

    try:
        pre, post = (one.cast(nodes.type) for one in ends)
    except pyarrow.ArrowException as error:
        types = ", ".join(map(str, (ends[0].type, ends[1].type, nodes.type)))
        raise FormatError(f"{keys[0]}, {keys[1]} and the labels of nodes are of the types {types}: {error}") from error
    if pre.null_count or post.null_count:
        key = keys[0] if pre.null_count else keys[1]
        raise FormatError(f"the column {key} has nothing in a row: expected a label; take such rows out")
    both = pyarrow.chunked_array([*pre.chunks, *post.chunks], nodes.type)
    found = pyarrow.compute.index_in(both, nodes)
    if found.null_count:
        # Nodes that no table has, in the order in which the edges name them: pre and post of the first, then the next.
        odd = np.flatnonzero(found.is_null().to_numpy())
        odd = odd[np.argsort(odd % len(pre), kind="stable")]
        new = both.take(pyarrow.array(odd)).unique()
        if own:
            raise FormatError(f"an edge ends at {new[0].as_py()!r}, which is no node: expected it in the column node")
        nodes = pyarrow.chunked_array([*nodes.chunks, new], nodes.type)
        found = pyarrow.compute.index_in(both, nodes)
    numbers = found.to_numpy().astype(np.int32)
    return nodes, numbers[: len(pre)], numbers[len(pre) :]


def loaded(data: bytes, what: str) -> pyarrow.Table:
    """Return the columns of one file."""
    with needed(NAME, "pyarrow"):
        import pyarrow
    with _whole(what):
        file = _opened(pyarrow.BufferReader(data), what, len(data))
        check_memory(
            file.metadata.num_rows * len(file.schema_arrow) * CELL,
            f"reading {file.metadata.num_rows} rows of {len(file.schema_arrow)} columns",
            "use a machine with more",
        )
        return _checked(file.read())


def loaded_in_pieces(path: Path, size: int, what: str, names: Sequence[str]) -> Iterator[pyarrow.Table]:
    """Return those of some columns that a file of so many bytes has, some rows at a time, as they are asked for."""
    import pyarrow

    with _whole(what), pyarrow.OSFile(str(path)) as source:
        file = _opened(source, what, size, buffer_size=BUFFER, pre_buffer=False)
        for batch in file.iter_batches(PIECE, columns=names):
            yield _checked(pyarrow.Table.from_batches([batch]))


@contextmanager
def _whole(what: str) -> Iterator[None]:
    """Name the file that Arrow cannot read."""
    import pyarrow

    try:
        yield
    except (pyarrow.ArrowException, OSError, ValueError, LookupError, TypeError, OverflowError) as error:
        if isinstance(error, NeurographError):
            raise
        raise FormatError(f"the {what} are not whole Parquet ({str(error)[:200]}); write them again") from error


def _opened(source: Any, what: str, size: int, **reading: Any) -> pyarrow.parquet.ParquetFile:
    """Open a file of so many bytes, whose columns can be attributes."""
    import pyarrow.parquet

    file = pyarrow.parquet.ParquetFile(source, page_checksum_verification=True, **reading)
    _check_schema(file.schema_arrow, what)
    count, most = file.metadata.num_rows, DENSEST * size
    if count > most:
        raise FormatError(f"the {what} state {count} rows in {size} bytes: expected at most {most}")
    return file


def _checked(table: pyarrow.Table) -> pyarrow.Table:
    table.validate(full=True)
    return table.cast(_without_dictionaries(table.schema))


def _check_schema(schema: pyarrow.Schema, what: str) -> None:
    import pyarrow.types as types

    if len(set(schema.names)) != len(schema.names):
        raise FormatError(f"the {what} have the columns {reprlib.repr(schema.names)}: expected each name once")
    for field in schema:
        kind = field.type.value_type if types.is_dictionary(field.type) else field.type
        texts = types.is_string(kind) or types.is_large_string(kind)
        numbers = types.is_boolean(kind) or types.is_integer(kind) or types.is_floating(kind)
        if not (texts or numbers or types.is_null(kind)):
            raise FormatError(
                f"the column {field.name!r} of the {what} has type {field.type}: expected bools, numbers or text; "
                "convert it first"
            )


def _without_dictionaries(schema: pyarrow.Schema) -> pyarrow.Schema:
    """Return a schema in which what pandas calls categories are the values themselves."""
    import pyarrow

    kinds = [field.type.value_type if pyarrow.types.is_dictionary(field.type) else field.type for field in schema]
    return pyarrow.schema(list(zip(schema.names, kinds, strict=True)), schema.metadata)
