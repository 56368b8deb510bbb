"""GEXF, for Gephi.

networkx writes and reads the file; this module prepares the graph before and restores it after.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import replace
from xml.etree import ElementTree
from xml.sax.saxutils import escape

import networkx as nx

from neurograph.formats.base import NO_ENDS, Ends, Format
from neurograph.formats.encoding.columns import edge_data, from_header, header, node_data
from neurograph.formats.encoding.elements import fill_in, read_graph_of
from neurograph.formats.encoding.text_ids import restored, with_text_ids
from neurograph.graphs.edge_table import EdgeTable
from neurograph.graphs.from_networkx import wiring_of
from neurograph.graphs.wiring import Wiring

MARK = "neurograph "
"""Begins the description of the file, in its ``meta``, behind which the attributes of the graph stand."""

BOTH_KEYS = ("id", "label", "start", "end", "spells", "slices", "viz", "key", "networkx_key")
NODE_KEYS = (*BOTH_KEYS, "pid", "parents")
EDGE_KEYS = (*BOTH_KEYS, "type")
"""Names that networkx or this module use themselves."""

GRAPH_KEYS = ("mode", "node_default", "edge_default")
"""Graph attributes that networkx makes of the file itself."""

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
    opener = "networkx.read_gexf(path)"

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
        graph = read_graph_of(
            files[0], "gexf", nx.read_gexf, "GEXF 1.1, 1.2 or 1.3 with types that it knows", self.opener
        )
        _, node_defaults, edge_defaults = (graph.graph.pop(key, None) for key in GRAPH_KEYS)
        for data in edge_data(graph):
            data.pop("id", None)
        written = _description(files[0])
        if not written.startswith(MARK):
            fill_in(node_data(graph), node_defaults)
            fill_in(edge_data(graph), edge_defaults)
            fill_in(edge_data(graph), {"weight": DEFAULT_WEIGHT})
            return wiring_of(graph)
        for data in node_data(graph):
            data.pop("label", None)
        own = restored(graph, NODE_KEYS, EDGE_KEYS)
        own.graph.update(from_header(written.removeprefix(MARK), "its description")[0])
        return replace(wiring_of(own), own=True)


def _description(data: bytes) -> str:
    """Return how the file describes itself, "" where it does not."""
    found = ElementTree.fromstring(data).find("{*}meta/{*}description")
    return "" if found is None or found.text is None else found.text
