"""Two Parquet files, edges and nodes, for pandas, polars and everything that reads Arrow."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from neurograph.errors import FormatError, ParameterError
from neurograph.formats.base import NO_ENDS, Ends, Format, distinct_nodes, needed
from neurograph.formats.encoding.arrow import EDGE_KEYS, HEADER_KEY, NAME, NODE_KEYS, columns, end_places, loaded
from neurograph.formats.encoding.columns import from_header, header, label, label_column
from neurograph.formats.encoding.typed import typed, untyped
from neurograph.graphs.columns import Column, Columns
from neurograph.graphs.edge_table import EdgeTable
from neurograph.graphs.sheets import LABELS, chosen, chosen_ends, listed
from neurograph.graphs.wiring import Wiring

if TYPE_CHECKING:
    import pyarrow


class ParquetPair(Format):
    """Parquet of the edges, and of the nodes beside it in ``<name>.nodes.parquet``.

    The edges have the columns ``pre``, ``post`` and ``weight``, the nodes ``node``, ``role`` and ``bias``, and both
    their other attributes; a cell is null where an attribute is absent. Labels are integers if all are, else texts. A
    column of ints and floats becomes float. What is neither bool, number nor text, in a column of all the same, is
    text that begins with ``json:``.

    Of another program the edges alone are taken too: nodes that edges name and no table has come behind the others.
    """

    name = NAME
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
        edges = loaded(files[0], "edges")
        nodes = loaded(files[1], "nodes") if files[1] else None
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
            of_nodes = untyped(columns(nodes, (name,)), NODE_KEYS, "node", len(nodes))
        cells, pre, post = end_places([edges[key] for key in keys], known, keys, own)
        return Wiring(
            distinct_nodes([label(cell, "a label of a node") for cell in cells.to_pylist()]),
            pre,
            post,
            Columns.stacked([of_nodes, Columns(len(cells) - len(known))]),
            untyped(columns(edges, keys), EDGE_KEYS, "edge", len(edges)),
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


def _dumped(columns: Mapping[str, Any], metadata: Mapping[bytes, str]) -> bytes:
    import pyarrow
    import pyarrow.parquet

    table = pyarrow.table(dict(columns)).replace_schema_metadata(metadata)
    sink = pyarrow.BufferOutputStream()
    # Checksums, so that a damaged weight does not pass for another.
    pyarrow.parquet.write_table(table, sink, write_page_checksum=True)
    return bytes(sink.getvalue())
