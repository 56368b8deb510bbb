"""Two Parquet files, edges and nodes, for pandas, polars and everything that reads Arrow."""

from __future__ import annotations

import reprlib
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import networkx as nx

from neurograph.errors import FormatError
from neurograph.formats.columns import (
    columns,
    decoded,
    edge_data,
    encoded,
    from_header,
    header,
    label,
    label_column,
    node_data,
    rows,
)
from neurograph.formats.format import Format, add_edge, add_node, needed
from neurograph.memory import check_memory

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
    opener = "pandas.read_parquet(path)"
    infixes = ("", ".nodes")

    def dump(self, graph: nx.DiGraph[Any]) -> Sequence[bytes]:
        """Write a graph of plain values."""
        labels = label_column(graph)
        cells = dict(zip(graph, labels, strict=True))
        ends = {"pre": [cells[pre] for pre, _ in graph.edges()], "post": [cells[post] for _, post in graph.edges()]}
        nodes, edges = node_data(graph), edge_data(graph)
        return [
            _dumped({**ends, "weight": [], **columns(encoded(edges, EDGE_KEYS), len(edges))}, {}),
            _dumped(
                {"node": labels, **columns(encoded(nodes, NODE_KEYS), len(nodes))}, {HEADER_KEY: header(graph.graph)}
            ),
        ]

    def load(self, files: Sequence[bytes]) -> nx.DiGraph[Any]:
        """Read the files of neurograph or of another program."""
        (edges, _), (nodes, written) = (
            _loaded(data, keys, what)
            for data, keys, what in zip(files, (EDGE_KEYS, NODE_KEYS), ("edges", "nodes"), strict=True)
        )
        graph: nx.DiGraph[Any] = nx.DiGraph()
        if written is not None:
            graph.graph.update(from_header(written, "neurograph in the schema of the nodes")[0])
        labels = nodes.pop("node")
        for cell, row in zip(labels, rows(nodes, len(labels)), strict=True):
            node = label(cell, "a label in the column node")
            add_node(graph, node, decoded(row, NODE_KEYS, f"node {node!r}"))
        ends = dict(zip(labels, graph, strict=True))
        pres, posts = edges.pop("pre"), edges.pop("post")
        for pre, post, row in zip(pres, posts, rows(edges, len(pres)), strict=True):
            pre, post = (ends[cell] if cell in ends else label(cell, "a label of an edge") for cell in (pre, post))
            add_edge(graph, pre, post, decoded(row, EDGE_KEYS, f"edge {pre!r} -> {post!r}"))
        return graph


def _dumped(columns: Mapping[str, Sequence[Any]], metadata: Mapping[bytes, str]) -> bytes:
    with needed(ParquetPair.name, "pyarrow"):
        import pyarrow
        import pyarrow.parquet
    table = pyarrow.table(dict(columns)).replace_schema_metadata(metadata)
    sink = pyarrow.BufferOutputStream()
    # Checksums, so that a damaged weight does not pass for another.
    pyarrow.parquet.write_table(table, sink, write_page_checksum=True)
    data: bytes = sink.getvalue().to_pybytes()
    return data


def _loaded(data: bytes, keys: Sequence[str], what: str) -> tuple[dict[str, list[Any]], str | None]:
    """Give the columns of one file, and the attributes of the graph if it holds them."""
    with needed(ParquetPair.name, "pyarrow"):
        import pyarrow
        import pyarrow.parquet
    try:
        file = pyarrow.parquet.ParquetFile(pyarrow.BufferReader(data), page_checksum_verification=True)
        schema = file.schema_arrow
        _check_schema(schema, keys, what)
        _check_size(file.metadata.num_rows, len(schema), len(data), what)
        found = {name: column.to_pylist() for name, column in zip(schema.names, file.read().columns, strict=True)}
    except (pyarrow.ArrowException, OSError, ValueError, LookupError, TypeError, OverflowError) as error:
        if isinstance(error, FormatError):
            raise
        raise FormatError(f"the {what} are not whole Parquet ({str(error)[:200]}); write them again") from error
    written = (schema.metadata or {}).get(HEADER_KEY)
    return found, None if written is None else written.decode(errors="replace")


def _check_schema(schema: pyarrow.Schema, keys: Sequence[str], what: str) -> None:
    import pyarrow.types as types

    if len(set(schema.names)) != len(schema.names) or not set(keys) <= set(schema.names):
        raise FormatError(
            f"the {what} have the columns {reprlib.repr(schema.names)}: expected {', '.join(keys)} among them, "
            "and each once"
        )
    for field in schema:
        kind = field.type.value_type if types.is_dictionary(field.type) else field.type
        plain = (
            types.is_boolean,
            types.is_integer,
            types.is_floating,
            types.is_string,
            types.is_large_string,
            types.is_null,
        )
        if not any(is_one(kind) for is_one in plain):
            raise FormatError(
                f"the column {field.name!r} of the {what} has type {field.type}: expected bools, numbers or text; "
                "convert it first"
            )


def _check_size(count: int, width: int, given: int, what: str) -> None:
    if count > DENSEST * given:
        raise FormatError(f"the {what} state {count} rows in {given} bytes: expected at most {DENSEST * given}")
    check_memory(count * width * CELL, f"reading {count} rows of {width} columns", "use a machine with more")
