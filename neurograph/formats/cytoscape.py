"""Cytoscape JSON, for Cytoscape and Cytoscape.js."""

from __future__ import annotations

import json
import reprlib
from collections.abc import Sequence
from typing import Any

import networkx as nx

from neurograph.errors import FormatError
from neurograph.formats.base import (
    NO_ENDS,
    VERSION,
    Ends,
    Format,
    attributes_from_json,
    check_version,
    checked_json,
    parsed_json,
    without,
)
from neurograph.formats.encoding.columns import decoded, encoded
from neurograph.formats.encoding.rows import Rows
from neurograph.formats.encoding.text_ids import VERSION_KEY, restored, with_text_ids
from neurograph.graphs.edge_table import EdgeTable
from neurograph.graphs.wiring import Wiring

NODE_KEYS = ("id", "value", "name", "parent")
EDGE_KEYS = ("id", "source", "target")
GRAPH_KEYS = (VERSION_KEY,)
"""Names that Cytoscape, networkx or this module use themselves."""

SECTIONS = (
    "elements", "data", "directed", "multigraph", "format_version", "generated_by", "target_cytoscapejs_version",
)  # fmt: skip
"""What a file says beside its nodes and edges that is read, or is about the file itself."""


class Cytoscape(Format):
    """Cytoscape JSON, with nodes and edges under ``elements``, each with its attributes under ``data``.

    Columns, labels and reserved names are as in GraphML. The attributes of the graph stand under ``data``.
    """

    name = "Cytoscape JSON"
    suffix = ".cyjs"
    purpose = "Cytoscape and Cytoscape.js"
    opener = (
        'networkx.MultiDiGraph((edge["data"]["source"], edge["data"]["target"], edge["data"]) '
        'for edge in json.load(open(path))["elements"]["edges"])'
    )

    def dump(self, table: EdgeTable) -> Sequence[bytes]:
        """Write a graph of plain values."""
        graph = table.to_graph()
        document = nx.cytoscape_data(with_text_ids(graph, NODE_KEYS, EDGE_KEYS))
        # networkx gives pairs, for which Cytoscape has no use.
        document["data"] = {**next(encoded([graph.graph], GRAPH_KEYS)), VERSION_KEY: VERSION}
        return [json.dumps(document, allow_nan=False, ensure_ascii=False).encode() + b"\n"]

    def load(self, files: Sequence[bytes], ends: Ends = NO_ENDS) -> Wiring:
        """Read a file of neurograph or of another program."""
        document = parsed_json(files[0])
        nodes, edges = _elements(document)
        attributes = attributes_from_json(document.get("data", {}), "data")
        directed = document.get("directed", True)
        if not isinstance(directed, bool):
            raise FormatError(f"directed is {directed!r}: expected true, false, or nothing of it")
        own = VERSION_KEY in attributes
        rows = Rows()
        for entry in nodes:
            data = _data(entry, "node", own)
            rows.add_node(_text(data, "id", "node"), without(data, "id"))
        for entry in edges:
            data = _data(entry, "edge", own)
            pre, post = (_text(data, key, "edge") for key in ("source", "target"))
            rows.add_edge(pre, post, without(data, "source", "target"), directed)
        if own:
            check_version(attributes.pop(VERSION_KEY), f"its {VERSION_KEY} is")
            return _own(rows, attributes).wiring(own=True)
        rows.attributes = attributes
        rows.left_out.update({f"section {key!r} of the file": 1 for key in document if key not in SECTIONS})
        if all(str(data.get("SUID")) == node for node, data in rows.nodes.items()):
            rows.call_by("name", "shared_name")
        return rows.wiring()


def _own(rows: Rows, attributes: dict[str, Any]) -> Rows:
    """Restore a graph of neurograph, which may have gone through Cytoscape, where it got numbers for ids."""
    ids = {node: data["name"] if str(data.get("SUID")) == node and "name" in data else node
           for node, data in rows.nodes.items()}  # fmt: skip
    if len(set(ids.values())) == len(ids):
        rows.renamed(ids)
    for data in rows.nodes.values():
        data.pop("value", None)
        data.pop("name", None)
    for _, _, data, _ in rows.edges:
        data.pop("id", None)
    own = restored(rows, NODE_KEYS, EDGE_KEYS)
    own.attributes = decoded(attributes, GRAPH_KEYS, "the graph")
    return own


def _elements(document: Any) -> tuple[list[Any], list[Any]]:
    """Return the nodes and the edges, which may stand in one list."""
    elements = document.get("elements") if isinstance(document, dict) else None
    if isinstance(elements, list):
        ends = [
            isinstance(one, dict) and isinstance(one.get("data"), dict) and "source" in one["data"] for one in elements
        ]
        return (
            [one for one, edge in zip(elements, ends, strict=True) if not edge],
            [one for one, edge in zip(elements, ends, strict=True) if edge],
        )
    nodes, edges = (elements.get(key, []) if isinstance(elements, dict) else None for key in ("nodes", "edges"))
    if not isinstance(nodes, list) or not isinstance(edges, list):
        raise FormatError(
            f"it is JSON, but not a graph of Cytoscape: found {reprlib.repr(document)}, "
            'expected an object with "elements": {"nodes": [...], "edges": [...]}'
        )
    return nodes, edges


def _data(entry: Any, what: str, own: bool) -> dict[str, Any]:
    """Return the data of a node or an edge, and what stands beside it, such as its position."""
    found = checked_json(
        entry.get("data") if isinstance(entry, dict) else None, dict, f"data of {what} {reprlib.repr(entry)}"
    )
    return dict(found) if own else {**without(entry, "data", "group"), **found}


def _text(data: dict[str, Any], key: str, what: str) -> str:
    """Return an id, which Cytoscape.js makes a text of where it is a number."""
    found = data.get(key)
    if not isinstance(found, (str, int)) or isinstance(found, bool):
        raise FormatError(f"{what} {reprlib.repr(data)} has {key} {reprlib.repr(found)}: expected text")
    return str(found)
