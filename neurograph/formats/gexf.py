"""GEXF, for Gephi.

networkx writes the file; this module prepares the graph before and restores it after.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from xml.sax.saxutils import escape

import networkx as nx

from neurograph.formats.base import NO_ENDS, Ends, Format
from neurograph.formats.encoding.columns import from_header, header
from neurograph.formats.encoding.gexf_elements import GEXFRows
from neurograph.formats.encoding.text_ids import restored, with_text_ids
from neurograph.graphs.edge_table import EdgeTable
from neurograph.graphs.wiring import Wiring

MARK = "neurograph "
"""Begins the description of the file, in its ``meta``, behind which the attributes of the graph stand."""

BOTH_KEYS = ("id", "label", "start", "end", "spells", "slices", "viz", "key", "networkx_key")
NODE_KEYS = (*BOTH_KEYS, "pid", "parents")
EDGE_KEYS = (*BOTH_KEYS, "type")
"""Names that networkx or this module use themselves."""

DEFAULT_WEIGHT = 1.0
"""What an edge weighs in GEXF that says nothing of it."""


class GEXF(Format):
    """GEXF 1.2, readable by Gephi.

    Columns, labels and reserved names are as in GraphML. The attributes of the graph are JSON in the
    description of the file, behind the word ``neurograph``, for GEXF has no other place for them.
    """

    name = "GEXF"
    suffix = ".gexf"
    purpose = "Gephi"
    opener = 'neurograph.formats.FORMATS[".gexf"].load([open(path, "rb").read()]).to_graph()'

    def dump(self, table: EdgeTable) -> Sequence[bytes]:
        """Write a graph of plain values."""
        graph = table.to_graph()
        prepared = with_text_ids(graph, NODE_KEYS, EDGE_KEYS)
        buffer = io.BytesIO()
        nx.write_gexf(prepared, buffer)
        description = f"<description>{escape(MARK + header(graph.graph))}</description></meta>"
        return [buffer.getvalue().replace(b"</meta>", description.encode(), 1)]

    def load(self, files: Sequence[bytes], ends: Ends = NO_ENDS) -> Wiring:
        """Read a file of neurograph or of another program."""
        file = GEXFRows.of(files[0])
        rows = file.rows
        if not file.description.startswith(MARK):
            rows.fill(file.defaults["node"], {**file.defaults["edge"], "weight": DEFAULT_WEIGHT})
            return rows.wiring()
        for data in rows.nodes.values():
            data.pop("label", None)
        for _, _, data, _ in rows.edges:
            data.pop("id", None)
        own = restored(rows, NODE_KEYS, EDGE_KEYS)
        own.attributes = from_header(file.description.removeprefix(MARK), "its description")[0]
        return own.wiring(own=True)
