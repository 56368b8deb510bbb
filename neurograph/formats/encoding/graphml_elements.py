"""The elements of GraphML, as igraph, Gephi, yEd and networkx write them, made rows."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from xml.etree.ElementTree import Element

from neurograph.errors import FormatError
from neurograph.formats.encoding.elements import TRUTH, children, local, needed_attribute, only_graph, parsed_xml, typed
from neurograph.formats.encoding.rows import Rows, put
from neurograph.graphs.intake import counted

DRAWN = "yfiles.type"
"""Attribute of a key whose data are how yEd draws things."""

GRAPHICS = {
    "Geometry": {name: (name, "double") for name in ("x", "y", "width", "height")},
    "Fill": {"color": ("color", "string")},
    "Shape": {"type": ("shape", "string")},
}
"""What is kept of a node's drawing in yEd: of which element which attributes, what they are called, and their types."""


@dataclass(frozen=True)
class _Key:
    name: str
    kind: str
    drawn: bool


@dataclass
class GraphMLRows:
    """What a file of GraphML holds.

    Attributes
    ----------
    rows : Rows
        Its graph.
    defaults : dict
        What an absent attribute of a ``node`` and of an ``edge`` means.
    """

    rows: Rows = field(default_factory=Rows)
    defaults: dict[str, dict[str, Any]] = field(default_factory=lambda: {"graph": {}, "node": {}, "edge": {}})
    _keys: dict[str, _Key] = field(default_factory=dict)
    _turned: int = 0

    @classmethod
    def of(cls, data: bytes) -> GraphMLRows:
        """Read a file.

        Raises
        ------
        FormatError
            If it is no GraphML, or holds hyperedges or several graphs.
        """
        root = parsed_xml(data, "graphml")
        graph = only_graph(root)
        found = cls()
        for key in children(root, "key"):
            found._declare(key)
        found.rows.attributes = found._data(root, "the file") | found._data(graph, "the graph")
        directed = {"directed": True, "undirected": False}.get(needed_attribute(graph, "edgedefault"))
        if directed is None:
            raise FormatError(f"edgedefault is {graph.get('edgedefault')!r}: expected 'directed' or 'undirected'")
        for element in graph:
            if local(element.tag) == "node":
                node = needed_attribute(element, "id")
                found.rows.add_node(node, found._data(element, f"node {node!r}"))
            elif local(element.tag) == "edge":
                found._edge(element, directed)
        if found._turned:
            said = "with arrowheads of yEd other than one at the target taken from source to target"
            found.rows.changes.append(f"{counted(found._turned, 'edge')} {said}")
        return found

    def _declare(self, element: Element) -> None:
        """Read what a key means, and its default."""
        key, kind = needed_attribute(element, "id"), element.get("attr.type", "string")
        if key in self._keys:
            raise FormatError(f"the key {key!r} is declared twice: expected every id once")
        self._keys[key] = one = _Key(element.get("attr.name", key), kind, DRAWN in element.attrib)
        typed(None, kind, f"the key {one.name!r}")
        for default in children(element, "default"):
            value = typed(default.text, kind, f"the default of {one.name!r}")
            for what, known in self.defaults.items():
                if value is not None and element.get("for", "all") in (what, "all"):
                    known[one.name] = value

    def _edge(self, element: Element, directed: bool) -> None:
        pre, post = (needed_attribute(element, end) for end in ("source", "target"))
        data = self._data(element, f"edge {pre!r} -> {post!r}")
        for name in ("id", "sourceport", "targetport"):
            if name in element.attrib:
                put(data, name, element.attrib[name], "graphml")
        told = element.get("directed", str(directed))
        if told.lower() not in TRUTH:
            raise FormatError(f"directed of edge {pre!r} -> {post!r} is {told!r}: expected 'true' or 'false'")
        self.rows.add_edge(pre, post, data, TRUTH[told.lower()])

    def _data(self, element: Element, owner: str) -> dict[str, Any]:
        """Return what an element carries."""
        found: dict[str, Any] = {}
        for child in element:
            name = local(child.tag)
            if name == "desc":
                put(found, "desc", child.text or "", "graphml")
            elif name == "hyperedge":
                raise FormatError("it has a hyperedge: expected edges between two nodes; export it without")
            elif name not in ("data", "key", "graph", "node", "edge"):
                self.rows.left_out[name] += 1
            elif name == "data":
                key = self._keys.get(needed_attribute(child, "key"))
                if key is None:
                    raise FormatError(
                        f"{owner} has data of the key {child.get('key')!r}: expected one that is declared"
                    )
                if key.drawn:
                    self._drawing(child, found)
                elif (value := typed(child.text, key.kind, f"attribute {key.name!r} of {owner}")) is not None:
                    put(found, key.name, value, child.get("key", ""))
        return found

    def _drawing(self, element: Element, found: dict[str, Any]) -> None:
        """Keep of a drawing of yEd the label, the place, the size, the colour and the shape, and count the rest."""
        for child in element.iter():
            name, text = local(child.tag), (child.text or "").strip()
            if name in ("NodeLabel", "EdgeLabel") and text:
                put(found, "label", text, "further")
            elif name == "Arrows":
                self._turned += child.get("source") != "none" or child.get("target") == "none"
            elif name.endswith("Style"):
                self.rows.left_out["yEd style"] += 1
            for attribute, (own, kind) in GRAPHICS.get(name, {}).items():
                value = typed(child.get(attribute), kind, f"{attribute} of a drawing")
                if value is not None:
                    put(found, own, value, "drawing")
