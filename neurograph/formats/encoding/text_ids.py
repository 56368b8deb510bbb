"""Graphs whose nodes are called by texts alone, as most programs want them."""

from __future__ import annotations

import json
from collections.abc import Collection, Hashable
from typing import Any

import networkx as nx

from neurograph.errors import FormatError
from neurograph.formats.base import label_from_json
from neurograph.formats.encoding.columns import XML_TEXT, decoded, edge_data, encoded, node_data, parsed
from neurograph.formats.encoding.rows import Rows

VERSION_KEY = "neurograph_version"
"""Graph attribute that tells a file of neurograph from any other."""

LABEL_KEY = "neurograph_label"
"""Node attribute with the label as JSON, where the node's id is not the label itself."""


def with_text_ids(
    graph: nx.DiGraph[Any], node_reserved: Collection[str], edge_reserved: Collection[str]
) -> nx.DiGraph[Any]:
    """Return a graph of plain values with texts for labels and one type a column, without graph attributes.

    A label that is not text stands as JSON in the node attribute ``neurograph_label``. An attribute with a
    reserved name has one more ``_`` in front.
    """
    ids = _ids(graph)
    prepared: nx.DiGraph[Any] = nx.DiGraph()
    node_rows = encoded(node_data(graph), (*node_reserved, LABEL_KEY))
    prepared.add_nodes_from(
        (ids[node], row if ids[node] == node else {**row, LABEL_KEY: json.dumps(node)})
        for node, row in zip(graph, node_rows, strict=True)
    )
    edge_rows = encoded(edge_data(graph), edge_reserved)
    prepared.add_edges_from(
        (ids[pre], ids[post], row) for (pre, post), row in zip(graph.edges(), edge_rows, strict=True)
    )
    return prepared


def _ids(graph: nx.DiGraph[Any]) -> dict[Hashable, str]:
    """Return for each node the text that other programs see: its label, else the label as JSON."""
    ids: dict[Hashable, str] = {node: node for node in graph if isinstance(node, str) and XML_TEXT.fullmatch(node)}
    used = set(ids.values())
    for node in graph:
        if node not in ids:
            text = json.dumps(node)
            while text in used:
                text += "'"
            used.add(text)
            ids[node] = text
    return ids


def restored(rows: Rows, node_reserved: Collection[str], edge_reserved: Collection[str]) -> Rows:
    """Undo what :func:`with_text_ids` did.

    Raises
    ------
    FormatError
        If a label or an attribute is damaged.
    """
    own = Rows()
    labels = {node: _label(node, data) for node, data in rows.nodes.items()}
    if len(set(labels.values())) != len(labels):
        raise FormatError(f"two nodes have the same {LABEL_KEY}: expected every label once")
    reserved = (*node_reserved, LABEL_KEY)
    for node, data in rows.nodes.items():
        own.add_node(labels[node], decoded(data, reserved, f"node {node!r}"))
    for pre, post, data, directed in rows.edges:
        row = decoded(data, edge_reserved, f"edge {pre!r} -> {post!r}")
        own.add_edge(labels.get(pre, pre), labels.get(post, post), row, directed)
    own.changes, own.left_out = rows.changes, rows.left_out
    return own


def _label(node: Hashable, data: dict[str, Any]) -> Hashable:
    # igraph renumbers the nodes and keeps their ids in this attribute, which no format here writes.
    original: Hashable = data.pop("id", node)
    written = data.pop(LABEL_KEY, None)
    if written is None:
        return original
    return label_from_json(parsed(written, f"{LABEL_KEY} of node {node!r}"))
