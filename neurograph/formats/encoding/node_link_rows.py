"""Node-link JSON of other programs, such as networkx and d3, made rows."""

from __future__ import annotations

import reprlib
from collections.abc import Hashable
from typing import Any

from neurograph.errors import FormatError
from neurograph.formats.base import attributes_from_json, checked_json, label_from_json, without
from neurograph.formats.encoding.rows import Rows

ENDS = (("source", "target"), ("from", "to"))
"""What the ends of an edge are called: by networkx and d3, and by vis.js."""

OTHERS = {
    "elements": 'it is JSON of Cytoscape: expected a file with "nodes" and "links"; call it .cyjs',
    "adjacency": (
        'it is JSON of networkx.adjacency_data: expected a file with "nodes" and "links"; '
        "neurograph.topologies.from_graph(networkx.adjacency_graph(json.load(open(path))), ...) takes it"
    ),
}
"""Keys of other kinds of JSON, and what to do with them."""

FACTS = ("directed", "multigraph", "graph", "nodes", "links", "edges")


def node_link_rows(document: Any) -> Rows:
    """Read a document with ``nodes`` and ``links`` or ``edges``.

    The ends of edges are the ids of nodes, or, where nodes have none or no end is one, their places. Nodes without
    ids are called by their ``name``, if each has its own.

    Raises
    ------
    FormatError
        If it is none.
    """
    nodes, edges = _lists(document)
    rows = Rows()
    rows.attributes = _attributes(document)
    directed = _flag(document, "directed")
    for place, entry in enumerate(nodes):
        data = dict(checked_json(entry, dict, f"node {place}"))
        rows.add_node(label_from_json(data.pop("id", place)), data)
    named = [_ends(entry) for entry in edges]
    of_places = _of_places(rows, named)
    for (pre, post), entry in zip(named, edges, strict=True):
        data = without(entry, *(ENDS[0] if "source" in entry else ENDS[1]))
        rows.add_edge(of_places.get(pre, pre), of_places.get(post, post), data, directed)
    if not any("id" in entry for entry in nodes):
        rows.call_by("name")
    if "directed" not in document:
        rows.changes.append('edges taken as from source to target, for the file has no "directed"')
    return rows


def _lists(document: Any) -> tuple[list[Any], list[Any]]:
    """Return the nodes and the edges of a document."""
    if isinstance(document, dict):
        for key, message in OTHERS.items():
            if key in document:
                raise FormatError(message)
        found = [key for key in ("links", "edges") if isinstance(document.get(key), list)]
        if isinstance(document.get("nodes"), list) and len(found) == 1:
            return document["nodes"], document[found[0]]
        if len(found) == 2:
            raise FormatError('it has both "links" and "edges": expected one of them; delete the other')
    raise FormatError(
        f"it is JSON, but not a graph: found {reprlib.repr(document)}, "
        'expected an object with "nodes": [...] and "links": [...] or "edges": [...], as networkx.node_link_data gives'
    )


def _attributes(document: dict[str, Any]) -> dict[str, Any]:
    """Return what the graph carries, there and beside its nodes and edges."""
    return {**without(document, *FACTS), **attributes_from_json(document.get("graph", {}), "graph")}


def _flag(document: dict[str, Any], key: str) -> bool:
    found = document.get(key, True)
    if not isinstance(found, bool):
        raise FormatError(f"{key} is {reprlib.repr(found)}: expected true or false")
    return found


def _ends(entry: Any) -> tuple[Hashable, Hashable]:
    """Return what an edge calls its ends; a simulation of d3 puts the nodes themselves there."""
    found = checked_json(entry, dict, "an edge")
    for names in ENDS:
        if all(name in found for name in names):
            pre, post = (found[name] for name in names)
            return _end(pre), _end(post)
    raise FormatError(f"edge {reprlib.repr(found)} has no source or no target: expected both")


def _end(value: Any) -> Hashable:
    if isinstance(value, dict):
        value = value.get("id", value.get("index", value.get("name")))
    return label_from_json(value)


def _of_places(rows: Rows, ends: list[tuple[Hashable, Hashable]]) -> dict[Hashable, Hashable]:
    """Return the labels by place, if the ends of edges are places of nodes, else nothing."""
    labels = list(rows.nodes)
    told = {end for pair in ends for end in pair}
    if told & rows.nodes.keys() or not all(type(end) is int and 0 <= end < len(labels) for end in told):
        return {}
    return dict(enumerate(labels))
