"""Node-link JSON, the native file: what networkx and d3 read, plus a schema and its version."""

from __future__ import annotations

import json
import reprlib
from collections.abc import Mapping, Sequence
from typing import Any

import networkx as nx

from neurograph.errors import FormatError
from neurograph.formats.base import (
    NO_ENDS,
    VERSION,
    Ends,
    Format,
    check_version,
    checked_json,
    escaped,
    from_json,
    label_from_json,
    parsed_json,
    to_json,
    unescaped,
)
from neurograph.formats.encoding.node_link_rows import node_link_rows
from neurograph.formats.encoding.rows import Rows
from neurograph.graphs.edge_table import EdgeTable
from neurograph.graphs.wiring import Wiring

SCHEMA = "neurograph"

NODE_KEYS = ("id",)
EDGE_KEYS = ("source", "target")
"""What node-link JSON writes beside a node's and an edge's attributes."""


class NodeLink(Format):
    """Node-link JSON, with the keys schema, version, directed, multigraph, graph, nodes and edges.

    A label is text, a number, true or false, or an array (a tuple). A node's attributes stand
    beside its ``id``, an edge's beside ``source`` and ``target``; an attribute with one of these
    names has one more ``_`` in front. A tuple in an attribute is ``{"tuple": [...]}``, a complex weight
    ``{"complex": [real, imaginary]}``.
    """

    complex_weights = True

    name = "node-link JSON"
    suffix = ".json"
    purpose = "neurograph, networkx and d3: the native file"
    opener = 'neurograph.formats.FORMATS[".json"].load([open(path, "rb").read()]).to_graph()'

    def dump(self, table: EdgeTable) -> Sequence[bytes]:
        """Write a graph of plain values."""
        graph = table.to_graph()
        prepared: nx.DiGraph[Any] = nx.DiGraph()
        prepared.graph.update(_encoded(graph.graph, ()))
        prepared.add_nodes_from((node, _encoded(data, NODE_KEYS)) for node, data in graph.nodes(data=True))
        prepared.add_edges_from((pre, post, _encoded(data, EDGE_KEYS)) for pre, post, data in graph.edges(data=True))
        document = {"schema": SCHEMA, "version": VERSION, **nx.node_link_data(prepared, edges="edges")}
        return [json.dumps(document, allow_nan=False, ensure_ascii=False).encode() + b"\n"]

    def load(self, files: Sequence[bytes], ends: Ends = NO_ENDS) -> Wiring:
        """Read a file of neurograph or of another program."""
        # Not by networkx.node_link_graph: it takes a node or an edge that is there twice, and
        # an edge to a node that is not there, without an error.
        document = parsed_json(files[0])
        if not isinstance(document, dict) or document.get("schema") != SCHEMA:
            return node_link_rows(document).wiring()
        _check_own(document)
        rows = Rows()
        rows.attributes = _decoded(document["graph"], ())
        for entry in document["nodes"]:
            rows.add_node(label_from_json(_field(entry, "id", "node")), _decoded(entry, NODE_KEYS))
        for entry in document["edges"]:
            pre, post = (label_from_json(_field(entry, key, "edge")) for key in EDGE_KEYS)
            rows.add_edge(pre, post, _with_complex(_decoded(entry, EDGE_KEYS)))
        return rows.wiring(own=True)


def _encoded(attributes: Mapping[str, Any], reserved: Sequence[str]) -> dict[str, Any]:
    return {escaped(name, reserved): _weight_or(value) for name, value in attributes.items()}


def _weight_or(value: Any) -> Any:
    """Return a value as JSON has it; of complex numbers there are only weights."""
    return {"complex": [value.real, value.imag]} if isinstance(value, complex) else to_json(value)


def _decoded(entry: Mapping[str, Any], reserved: Sequence[str]) -> dict[str, Any]:
    return {unescaped(name, reserved): from_json(value) for name, value in entry.items() if name not in reserved}


def _with_complex(attributes: dict[str, Any]) -> dict[str, Any]:
    """Return what an edge carries, with its weight as a complex number where it is one."""
    match attributes.get("weight"):
        case {"complex": [float() | int() as real, float() | int() as imaginary]}:
            return attributes | {"weight": complex(real, imaginary)}
    return attributes


def _check_own(document: dict[str, Any]) -> None:
    check_version(document.get("version"), "its schema has version")
    for key, flag in (("directed", True), ("multigraph", False)):
        if document.get(key) is not flag:
            raise FormatError(f"{key} is {document.get(key)!r}: expected {json.dumps(flag)}")
    for key, kind in (("graph", dict), ("nodes", list), ("edges", list)):
        checked_json(document.get(key), kind, key)


def _field(entry: Any, key: str, what: str) -> Any:
    if not isinstance(entry, dict) or key not in entry:
        raise FormatError(f"{what} {reprlib.repr(entry)} has no {key}: expected an object with one")
    return entry[key]
