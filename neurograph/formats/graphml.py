"""GraphML, for igraph, graph-tool, Gephi and yEd.

networkx writes the file; this module prepares the graph before and restores it after.
"""

from __future__ import annotations

import io
import re
from collections.abc import Sequence

import networkx as nx

from neurograph.formats.base import NO_ENDS, VERSION, Ends, Format, check_version
from neurograph.formats.encoding.columns import decoded, encoded
from neurograph.formats.encoding.graphml_elements import GraphMLRows
from neurograph.formats.encoding.text_ids import VERSION_KEY, restored, with_text_ids
from neurograph.graphs.edge_table import EdgeTable
from neurograph.graphs.wiring import Wiring

DEFAULTS_KEYS = ("node_default", "edge_default")
"""Graph attributes in which networkx is told what an absent attribute means."""

NUMBERED = re.compile(r"n\d+")
"""An id of a node that igraph or yEd has made up; Cytoscape's are those in its column SUID."""

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
    opener = 'neurograph.formats.FORMATS[".graphml"].load([open(path, "rb").read()]).to_graph()'

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
        file = GraphMLRows.of(files[0])
        rows = file.rows
        version = rows.attributes.pop(VERSION_KEY, None)
        if version is None:
            rows.fill(file.defaults["node"], file.defaults["edge"])
            rows.attributes = file.defaults["graph"] | rows.attributes
            if all(NUMBERED.fullmatch(str(node)) or node == str(data.get("SUID")) for node, data in rows.nodes.items()):
                rows.call_by("name", "label", "id")
            return rows.wiring()
        check_version(version, f"its {VERSION_KEY} is")
        own = restored(rows, NODE_KEYS, EDGE_KEYS)
        own.attributes = decoded(rows.attributes, GRAPH_KEYS, "the graph")
        return own.wiring(own=True)
