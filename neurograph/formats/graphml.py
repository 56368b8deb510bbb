"""GraphML, for igraph, graph-tool, Gephi and yEd.

networkx writes and reads the file; this module prepares the graph before and restores it after.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import networkx as nx

from neurograph.formats.base import NO_ENDS, VERSION, Ends, Format, check_version
from neurograph.formats.encoding.columns import decoded, edge_data, encoded, node_data
from neurograph.formats.encoding.elements import fill_in, read_graph_of
from neurograph.formats.encoding.text_ids import VERSION_KEY, restored, with_text_ids
from neurograph.graphs.edge_table import EdgeTable
from neurograph.graphs.from_networkx import wiring_of
from neurograph.graphs.wiring import Wiring

DEFAULTS_KEYS = ("node_default", "edge_default")
"""Graph attributes in which networkx passes what an absent attribute means."""

GRAPH_KEYS = ("id", VERSION_KEY, *DEFAULTS_KEYS)
NODE_KEYS = ("id",)
EDGE_KEYS = ("id",)
"""Names that networkx, igraph or this module use themselves."""


class GraphML(Format):
    """GraphML, readable by other programs.

    A column of bools, ints or floats keeps its type; one of ints and floats becomes float, for
    igraph and graph-tool want one type a column. All that GraphML has no type for (None, lists,
    dicts, text with control characters) is text that begins with ``json:``. A label that is not
    text stands as JSON in the node attribute ``neurograph_label``. An attribute with a reserved
    name, such as ``id``, has one more ``_`` in front.
    """

    name = "GraphML"
    suffix = ".graphml"
    purpose = "igraph, graph-tool and yEd"
    opener = "networkx.read_graphml(path)"

    def dump(self, table: EdgeTable) -> Sequence[bytes]:
        """Write a graph of plain values."""
        graph = table.to_graph()
        prepared = with_text_ids(graph, NODE_KEYS, EDGE_KEYS)
        prepared.graph.update(next(encoded([graph.graph], GRAPH_KEYS)))
        prepared.graph[VERSION_KEY] = VERSION
        # igraph and graph-tool would fill the gaps with "" and False.
        prepared.graph.update(node_default={"role": "hidden"}, edge_default={"plastic": True})
        buffer = io.BytesIO()
        # Not write_graphml, which writes by another library where lxml is installed.
        nx.write_graphml_xml(prepared, buffer)
        return [buffer.getvalue()]

    def load(self, files: Sequence[bytes], ends: Ends = NO_ENDS) -> Wiring:
        """Read a file of neurograph or of another program."""
        graph = read_graph_of(files[0], "graphml", nx.read_graphml, "GraphML 1.0 without hyperedges", self.opener)
        node_defaults, edge_defaults = (graph.graph.pop(key) for key in DEFAULTS_KEYS)
        _drop_empty((*node_data(graph), *edge_data(graph)))
        version = graph.graph.pop(VERSION_KEY, None)
        if version is None:
            fill_in(node_data(graph), node_defaults)
            fill_in(edge_data(graph), edge_defaults)
            return wiring_of(graph)
        check_version(version, f"its {VERSION_KEY} is")
        own = restored(graph, NODE_KEYS, EDGE_KEYS)
        own.graph.update(decoded(graph.graph, GRAPH_KEYS, "the graph"))
        return replace(wiring_of(own), own=True)


def _drop_empty(rows: Sequence[dict[str, Any]]) -> None:
    """Take an empty text for an absent one, which is what igraph means by it."""
    for data in rows:
        for name in [name for name, value in data.items() if value == ""]:
            del data[name]
