"""Cytoscape JSON, for Cytoscape and Cytoscape.js."""

from __future__ import annotations

import json
import reprlib
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import networkx as nx

from neurograph.errors import FormatError
from neurograph.formats.base import (
    NO_ENDS,
    VERSION,
    Ends,
    Format,
    add_edge,
    add_node,
    check_version,
    checked_json,
    parsed_json,
    without,
)
from neurograph.formats.encoding.columns import decoded, encoded
from neurograph.formats.encoding.text_ids import VERSION_KEY, restored, with_text_ids
from neurograph.graphs.edge_table import EdgeTable
from neurograph.graphs.from_networkx import wiring_of
from neurograph.graphs.wiring import Wiring

NODE_KEYS = ("id", "value", "name", "parent")
EDGE_KEYS = ("id", "source", "target")
GRAPH_KEYS = (VERSION_KEY,)
"""Names that Cytoscape, networkx or this module use themselves."""


class Cytoscape(Format):
    """Cytoscape JSON, with nodes and edges under ``elements``, each with its attributes under ``data``.

    Columns, labels and reserved names are as in GraphML. The attributes of the graph stand under ``data``.
    """

    name = "Cytoscape JSON"
    suffix = ".cyjs"
    purpose = "Cytoscape and Cytoscape.js"
    opener = "networkx.cytoscape_graph(json.load(open(path)))"

    def dump(self, table: EdgeTable) -> Sequence[bytes]:
        """Write a graph of plain values."""
        graph = table.to_graph()
        document = nx.cytoscape_data(with_text_ids(graph, NODE_KEYS, EDGE_KEYS))
        # networkx gives pairs, for which Cytoscape has no use.
        document["data"] = {**next(encoded([graph.graph], GRAPH_KEYS)), VERSION_KEY: VERSION}
        return [json.dumps(document, allow_nan=False, ensure_ascii=False).encode() + b"\n"]

    def load(self, files: Sequence[bytes], ends: Ends = NO_ENDS) -> Wiring:
        """Read a file of neurograph or of another program."""
        attributes, nodes, edges = _checked_document(parsed_json(files[0]))
        graph: nx.DiGraph[Any] = nx.DiGraph()
        for entry in nodes:
            data = _data(entry, "node")
            add_node(graph, _text(data, "id", "node"), without(data, "id", "value", "name"))
        for entry in edges:
            data = _data(entry, "edge")
            pre, post = (_text(data, key, "edge") for key in ("source", "target"))
            add_edge(graph, pre, post, without(data, *EDGE_KEYS))
        version = attributes.pop(VERSION_KEY, None)
        if version is None:
            graph.graph.update(attributes)
            return wiring_of(graph)
        check_version(version, f"its {VERSION_KEY} is")
        own = restored(graph, NODE_KEYS, EDGE_KEYS)
        own.graph.update(decoded(attributes, GRAPH_KEYS, "the graph"))
        return replace(wiring_of(own), own=True)


def _checked_document(document: Any) -> tuple[dict[str, Any], list[Any], list[Any]]:
    """Return the attributes of the graph, its nodes and its edges."""
    elements = document.get("elements") if isinstance(document, dict) else None
    nodes, edges = (elements.get(key) if isinstance(elements, dict) else None for key in ("nodes", "edges"))
    if not isinstance(nodes, list) or not isinstance(edges, list):
        raise FormatError(
            f"it is JSON, but not a graph of Cytoscape: found {reprlib.repr(document)}, "
            'expected an object with "elements": {"nodes": [...], "edges": [...]}'
        )
    if document.get("directed", True) is not True:
        raise FormatError(f"directed is {document['directed']!r}: expected true, or nothing of it")
    return checked_json(document.get("data", {}), dict, "data"), nodes, edges


def _data(entry: Any, what: str) -> dict[str, Any]:
    return checked_json(
        entry.get("data") if isinstance(entry, dict) else None, dict, f"data of {what} {reprlib.repr(entry)}"
    )


def _text(data: dict[str, Any], key: str, what: str) -> str:
    if not isinstance(data.get(key), str):
        raise FormatError(f"{what} {reprlib.repr(data)} has {key} {data.get(key)!r}: expected text")
    return str(data[key])
