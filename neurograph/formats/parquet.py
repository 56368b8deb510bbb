"""Two Parquet files, edges and nodes, for pandas, polars and everything that reads Arrow."""

from __future__ import annotations

import reprlib
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from neurograph._checks import check_memory
from neurograph.errors import FormatError, ParameterError
from neurograph.formats.base import NO_ENDS, Ends, Format, distinct_nodes, needed
from neurograph.formats.encoding.columns import from_header, header, label, label_column
from neurograph.formats.encoding.typed import typed, untyped
from neurograph.graphs.columns import Column, Columns
from neurograph.graphs.edge_table import EdgeTable
from neurograph.graphs.sheets import LABELS, chosen, chosen_ends, listed
from neurograph.graphs.wiring import Wiring

if TYPE_CHECKING:
    import pyarrow

HEADER_KEY = b"neurograph"
"""Key in the schema of the nodes under which the attributes of the graph stand as JSON."""

NODE_KEYS = ("node",)
EDGE_KEYS = ("pre", "post")
"""Names of the columns that are no attributes."""

CELL = 200
"""About how many bytes a cell takes as it is read, first as Arrow's, then as Python's."""

DENSEST = 20
"""Most rows a byte of the file: pairs of nodes that all differ do not come to more, whatever their weights."""


class ParquetPair(Format):
    """Parquet of the edges, and of the nodes beside it in ``<name>.nodes.parquet``.

    The edges have the columns ``pre``, ``post`` and ``weight``, the nodes ``node``, ``role`` and ``bias``, and both
    their other attributes; a cell is null where an attribute is absent. Labels are integers if all are, else texts. A
    column of ints and floats becomes float. What is neither bool, number nor text, in a column of all the same, is
    text that begins with ``json:``.

    Of another program the edges alone are taken too: nodes that edges name and no table has come behind the others.
    """

    name = "Parquet"
    suffix = ".parquet"
    purpose = "pandas, polars and Arrow: the edges; the nodes stand in ``<name>.nodes.parquet`` beside it"
    opener = "pandas.read_parquet(path)"
    tabular = True
    infixes = ("", ".nodes")

    def dump(self, table: EdgeTable) -> Sequence[bytes]:
        """Write a graph of plain values."""
        with needed(self.name, "pyarrow"):
            import pyarrow
        graph = Wiring.of(table)
        labels = pyarrow.array(label_column(graph.nodes))
        ends = {
            key: labels.take(pyarrow.array(places))
            for key, places in zip(EDGE_KEYS, (graph.pre, graph.post), strict=True)
        }
        return [
            _dumped({**ends, "weight": pyarrow.array([], "f8"), **_arrow(typed(graph.of_edges, EDGE_KEYS))}, {}),
            _dumped(
                {"node": labels, **_arrow(typed(graph.of_nodes, NODE_KEYS))},
                {HEADER_KEY: header(graph.attributes)},
            ),
        ]

    def load(self, files: Sequence[bytes], ends: Ends = NO_ENDS) -> Wiring:
        """Read the files of neurograph or of another program, which may be the edges alone."""
        edges = _loaded(files[0], "edges")
        nodes = _loaded(files[1], "nodes") if files[1] else None
        try:
            keys = chosen_ends(edges.column_names, *ends)
        except ParameterError as error:
            raise FormatError(str(error)) from error
        attributes, known, of_nodes, own = {}, edges[keys[0]][:0], Columns(0), False
        if nodes is not None:
            name = chosen(nodes.column_names, None, LABELS, "nodes", "nodes")
            if name is None:
                raise FormatError(
                    f"the nodes have the columns {listed(nodes.column_names)}: expected {', '.join(LABELS)} among "
                    "them, with the labels that edges name; rename the one that has them"
                )
            known, written = nodes[name], (nodes.schema.metadata or {}).get(HEADER_KEY)
            own = written is not None
            if written is not None:
                attributes = from_header(written.decode(errors="replace"), "neurograph in the schema of the nodes")[0]
            of_nodes = untyped(_columns(nodes, (name,)), NODE_KEYS, "node", len(nodes))
        cells, pre, post = _places([edges[key] for key in keys], known, keys, own)
        return Wiring(
            distinct_nodes([label(cell, "a label of a node") for cell in cells.to_pylist()]),
            pre,
            post,
            Columns.stacked([of_nodes, Columns(len(cells) - len(known))]),
            untyped(_columns(edges, keys), EDGE_KEYS, "edge", len(edges)),
            attributes,
            own=own,
        )


def _arrow(columns: Mapping[str, Column]) -> dict[str, pyarrow.Array]:
    """Return columns as Arrow's, null where an attribute is absent."""
    import pyarrow

    return {
        name: pyarrow.array(one.values, mask=None if one.present is None else ~one.present, from_pandas=False)
        for name, one in columns.items()
    }


def _columns(table: pyarrow.Table, keys: Sequence[str]) -> dict[str, Column]:
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


def _places(
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


def _dumped(columns: Mapping[str, Any], metadata: Mapping[bytes, str]) -> bytes:
    import pyarrow
    import pyarrow.parquet

    table = pyarrow.table(dict(columns)).replace_schema_metadata(metadata)
    sink = pyarrow.BufferOutputStream()
    # Checksums, so that a damaged weight does not pass for another.
    pyarrow.parquet.write_table(table, sink, write_page_checksum=True)
    return bytes(sink.getvalue())


def _loaded(data: bytes, what: str) -> pyarrow.Table:
    """Return the columns of one file."""
    with needed(ParquetPair.name, "pyarrow"):
        import pyarrow
        import pyarrow.parquet
    try:
        file = pyarrow.parquet.ParquetFile(pyarrow.BufferReader(data), page_checksum_verification=True)
        _check_schema(file.schema_arrow, what)
        _check_size(file.metadata.num_rows, len(file.schema_arrow), len(data), what)
        table = file.read()
        table.validate(full=True)
        table = table.cast(_without_dictionaries(table.schema))
    except (pyarrow.ArrowException, OSError, ValueError, LookupError, TypeError, OverflowError) as error:
        if isinstance(error, FormatError):
            raise
        raise FormatError(f"the {what} are not whole Parquet ({str(error)[:200]}); write them again") from error
    return table


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


def _check_size(count: int, width: int, given: int, what: str) -> None:
    if count > DENSEST * given:
        raise FormatError(f"the {what} state {count} rows in {given} bytes: expected at most {DENSEST * given}")
    check_memory(count * width * CELL, f"reading {count} rows of {width} columns", "use a machine with more")
