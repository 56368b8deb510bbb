"""Two Parquet files, edges and nodes, for pandas, polars and everything that reads Arrow."""

from __future__ import annotations

import reprlib
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import networkx as nx
import numpy as np
from numpy.typing import NDArray

from neurograph._checks import check_memory
from neurograph.errors import FormatError
from neurograph.formats.base import NO_ENDS, Ends, Format, needed, plain_attributes, unescaped
from neurograph.formats.encoding.columns import (
    columns,
    decoded,
    encoded,
    from_header,
    from_text,
    header,
    label,
    label_column,
    node_data,
    rows,
)
from neurograph.graphs.columns import Column, Columns
from neurograph.graphs.edge_table import EdgeTable, build_graph
from neurograph.graphs.from_networkx import wiring_of
from neurograph.graphs.sheets import attribute_column
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
        graph = build_graph(table, np.empty(0, np.int64), np.empty(0), table.biases)
        nodes = node_data(graph)
        labels = label_column(graph)
        as_given = np.arange(table.pre.size)
        if table.order is not None:
            as_given[table.order] = np.arange(table.pre.size)
        cells = pyarrow.array(labels)
        pre, post = (cells.take(pyarrow.array(ends[as_given])) for ends in (table.pre, table.post))
        weights = table.weights[as_given].astype(np.float64)
        return [
            _dumped({"pre": pre, "post": post, "weight": weights, **_further(table, as_given)}, {}),
            _dumped(
                {"node": cells, **columns(enumerate(encoded(nodes, NODE_KEYS)), len(nodes))},
                {HEADER_KEY: header(graph.graph)},
            ),
        ]

    def load(self, files: Sequence[bytes], ends: Ends = NO_ENDS) -> Wiring:
        """Read the files of neurograph or of another program."""
        edges, nodes = (
            _loaded(data, keys, what)
            for data, keys, what in zip(files, (EDGE_KEYS, NODE_KEYS), ("edges", "nodes"), strict=True)
        )
        graph = _nodes(nodes)
        ends_of = [_places(edges[key], nodes["node"], key) for key in EDGE_KEYS]
        cells = {name: edges[name] for name in edges.column_names if name not in EDGE_KEYS}
        alone = wiring_of(graph)
        pre, post = (places.astype(np.int32) for places in ends_of)
        columns = Columns(len(edges), _attributes(cells))
        own = HEADER_KEY in (nodes.schema.metadata or {})
        return Wiring(alone.nodes, pre, post, alone.of_nodes, columns, alone.attributes, own=own)


def _attributes(cells: Mapping[str, Any]) -> dict[str, Column]:
    """Return the columns of edges as :func:`decoded` reads their rows."""
    found = {}
    for name, values in cells.items():
        column = attribute_column(values, name)
        if column.values.dtype == object:
            read = [None if cell is None else from_text(cell, f"the column {name}") for cell in column.cells()]
            column = Column.of(read, column.present)
        found[str(from_text(unescaped(name, EDGE_KEYS), f"the column {name!r}"))] = column
    return found


def _further(table: EdgeTable, as_given: NDArray[np.int64]) -> dict[str, list[Any]]:
    """Return the columns of all that edges carry beside their weights."""
    places, found = [], []
    for place, others in enumerate(table.of_edges().rows()):
        if others:
            pre, post = table.edge(int(as_given[place]))
            places.append(place)
            found.append(plain_attributes(others, f"edge {pre!r} -> {post!r}"))
    return columns(zip(places, encoded(found, EDGE_KEYS), strict=True), table.pre.size)


def _nodes(table: pyarrow.Table) -> nx.DiGraph[Any]:
    """Return the graph without its edges."""
    graph: nx.DiGraph[Any] = nx.DiGraph()
    written = (table.schema.metadata or {}).get(HEADER_KEY)
    if written is not None:
        text = written.decode(errors="replace")
        graph.graph.update(from_header(text, "neurograph in the schema of the nodes")[0])
    cells = {name: table[name].to_pylist() for name in table.column_names}
    labels = cells.pop("node")
    own = [label(cell, "a label in the column node") for cell in labels]
    found = zip(own, rows(cells, len(own)), strict=True)
    graph.add_nodes_from((node, decoded(row, NODE_KEYS, f"node {node!r}")) for node, row in found)
    if len(graph) != len(own):
        raise FormatError("the column node has a label twice: expected every label once")
    return graph


def _places(ends: pyarrow.ChunkedArray, nodes: pyarrow.ChunkedArray, key: str) -> NDArray[np.int64]:
    """Return where the ends of edges stand among the nodes."""
    import pyarrow
    import pyarrow.compute

    try:
        found = pyarrow.compute.index_in(ends.cast(nodes.type), nodes)
    except pyarrow.ArrowException as error:
        raise FormatError(f"the columns {key} and node are of types {ends.type} and {nodes.type}: {error}") from error
    if found.null_count:
        odd = ends[found.is_null().to_pylist().index(True)].as_py()
        raise FormatError(f"the column {key} has {odd!r}, which is no node: expected it in the column node")
    return np.asarray(found.to_numpy(), np.int64)


def _dumped(columns: Mapping[str, Any], metadata: Mapping[bytes, str]) -> bytes:
    import pyarrow
    import pyarrow.parquet

    table = pyarrow.table(dict(columns)).replace_schema_metadata(metadata)
    sink = pyarrow.BufferOutputStream()
    # Checksums, so that a damaged weight does not pass for another.
    pyarrow.parquet.write_table(table, sink, write_page_checksum=True)
    return bytes(sink.getvalue())


def _loaded(data: bytes, keys: Sequence[str], what: str) -> pyarrow.Table:
    """Return the columns of one file."""
    with needed(ParquetPair.name, "pyarrow"):
        import pyarrow
        import pyarrow.parquet
    try:
        file = pyarrow.parquet.ParquetFile(pyarrow.BufferReader(data), page_checksum_verification=True)
        _check_schema(file.schema_arrow, keys, what)
        _check_size(file.metadata.num_rows, len(file.schema_arrow), len(data), what)
        table = file.read()
        table.validate(full=True)
    except (pyarrow.ArrowException, OSError, ValueError, LookupError, TypeError, OverflowError) as error:
        if isinstance(error, FormatError):
            raise
        raise FormatError(f"the {what} are not whole Parquet ({str(error)[:200]}); write them again") from error
    return table


def _check_schema(schema: pyarrow.Schema, keys: Sequence[str], what: str) -> None:
    import pyarrow.types as types

    if len(set(schema.names)) != len(schema.names) or not set(keys) <= set(schema.names):
        raise FormatError(
            f"the {what} have the columns {reprlib.repr(schema.names)}: expected {', '.join(keys)} among them, "
            "and each once"
        )
    for field in schema:
        kind = field.type.value_type if types.is_dictionary(field.type) else field.type
        texts = types.is_string(kind) or types.is_large_string(kind)
        numbers = types.is_boolean(kind) or types.is_integer(kind) or types.is_floating(kind)
        if not (texts or numbers or types.is_null(kind)):
            raise FormatError(
                f"the column {field.name!r} of the {what} has type {field.type}: expected bools, numbers or text; "
                "convert it first"
            )


def _check_size(count: int, width: int, given: int, what: str) -> None:
    if count > DENSEST * given:
        raise FormatError(f"the {what} state {count} rows in {given} bytes: expected at most {DENSEST * given}")
    check_memory(count * width * CELL, f"reading {count} rows of {width} columns", "use a machine with more")
