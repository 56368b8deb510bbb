"""The elements of GEXF 1.1 to 1.3, as Gephi and networkx write them, made rows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from xml.etree.ElementTree import Element

from neurograph.errors import FormatError
from neurograph.formats.encoding.elements import children, local, needed_attribute, only_graph, parsed_xml, typed
from neurograph.formats.encoding.rows import Rows, put
from neurograph.graphs.intake import counted

DRAWING = {
    "position": {name: (name, "double") for name in "xyz"},
    "color": {"r": ("r", "integer"), "g": ("g", "integer"), "b": ("b", "integer"), "a": ("a", "double"),
              "hex": ("color", "string")},
    "size": {"value": ("size", "double")},
    "thickness": {"value": ("thickness", "double")},
    "shape": {"value": ("shape", "string")},
}  # fmt: skip
"""How things are drawn (viz): of which element which attributes, what they are called here, and their types."""


@dataclass
class GEXFRows:
    """What a file of GEXF holds.

    Attributes
    ----------
    rows : Rows
        Its graph.
    description : str
        How the file describes itself, "" where it does not.
    defaults : dict
        What an absent attribute of a ``node`` and of an ``edge`` means.
    """

    rows: Rows = field(default_factory=Rows)
    description: str = ""
    defaults: dict[str, dict[str, Any]] = field(default_factory=lambda: {"node": {}, "edge": {}})
    _declared: dict[str, dict[str, tuple[str, str]]] = field(default_factory=lambda: {"node": {}, "edge": {}})
    _mutual: int = 0
    _later: int = 0

    @classmethod
    def of(cls, data: bytes) -> GEXFRows:
        """Read a file.

        Raises
        ------
        FormatError
            If it is no GEXF, or holds several graphs.
        """
        root = parsed_xml(data, "gexf")
        graph = only_graph(root)
        found = cls(description=root.findtext("{*}meta/{*}description") or "")
        for attributes in children(graph, "attributes"):
            for attribute in children(attributes, "attribute"):
                found._declare(attribute, attributes.get("class", ""))
        for nodes in children(graph, "nodes"):
            for element, parent in nested(nodes, None):
                found._node(element, parent)
        for element in graph.iter():
            if local(element.tag) == "edge":
                found._edge(element, graph.get("defaultedgetype", "undirected"))
        found._finish(graph)
        return found

    def _declare(self, element: Element, what: str) -> None:
        """Read what an attribute of nodes or of edges means, and its default."""
        if what not in self._declared:
            raise FormatError(f"it has attributes of the class {what!r}: expected 'node' or 'edge'")
        key, kind = needed_attribute(element, "id"), element.get("type", "string")
        name = element.get("title", key)
        if key in self._declared[what]:
            raise FormatError(f"the attribute {key!r} of a {what} is declared twice: expected every id once")
        typed(None, kind, f"the attribute {name!r}")
        self._declared[what][key] = name, kind
        for default in children(element, "default"):
            value = typed(default.text, kind, f"the default of {name!r}")
            if value is not None:
                self.defaults[what][name] = value

    def _node(self, element: Element, parent: str | None) -> None:
        node = needed_attribute(element, "id")
        data = self._data(element, "node", f"node {node!r}", ("id",))
        if parent is not None:
            put(data, "pid", parent, "gexf")
        self.rows.add_node(node, data)

    def _edge(self, element: Element, default: str) -> None:
        pre, post = (needed_attribute(element, end) for end in ("source", "target"))
        where = f"edge {pre!r} -> {post!r}"
        data = self._data(element, "edge", where, ("source", "target", "type", "weight"))
        if (weight := typed(element.get("weight"), "double", f"weight of {where}")) is not None:
            written = data.pop("weight", weight)
            put(data, "weight", weight, "")
            put(data, "weight", written, "attribute")
        kind = element.get("type", default).lower()
        if kind not in ("directed", "undirected", "mutual"):
            raise FormatError(f"{where} is of type {kind!r}: expected 'directed', 'undirected' or 'mutual'")
        self.rows.add_edge(pre, post, data, kind != "undirected")
        if kind == "mutual" and pre != post:
            self.rows.add_edge(post, pre, dict(data))
            self._mutual += 1

    def _data(self, element: Element, what: str, owner: str, structure: tuple[str, ...]) -> dict[str, Any]:
        """Return what a node or an edge carries: its values, what XML says of it, and how it is drawn."""
        found: dict[str, Any] = {}
        for values in children(element, "attvalues"):
            for value in children(values, "attvalue"):
                key = value.get("for", value.get("id"))
                if key is None or key not in self._declared[what]:
                    raise FormatError(f"{owner} has a value for {key!r}: expected an attribute that is declared")
                name, kind = self._declared[what][key]
                read = typed(value.get("value", value.text), kind, f"attribute {name!r} of {owner}")
                self._later += name in found
                if read is not None:
                    found[name] = read
        for name, text in element.attrib.items():
            if local(name) not in structure and text:
                put(found, local(name), text, "gexf")
        for child in element:
            name = local(child.tag)
            for attribute, (own, kind) in DRAWING.get(name, {}).items():
                drawn = typed(child.get(attribute), kind, f"{name} of {owner}")
                if drawn is not None:
                    put(found, own, drawn, "viz")
            if name not in (*DRAWING, "attvalues", "nodes", "edges"):
                self.rows.left_out[name.removesuffix("s")] += max(1, len(child))
        return found

    def _finish(self, graph: Element) -> None:
        """Name what of the graph is not as it was."""
        if self._mutual:
            self.rows.changes.append(f"{counted(self._mutual, 'mutual edge')} made to go both ways")
        if graph.get("mode") == "dynamic":
            self.rows.changes.append("a dynamic graph taken without its times")
        if self._later:
            self.rows.changes.append(f"{counted(self._later, 'earlier value')} of attributes left out for the last")


def nested(nodes: Element, parent: str | None) -> Iterator[tuple[Element, str | None]]:
    """Go through nodes and those within them, each with the id of the one that it is in."""
    for element in children(nodes, "node"):
        yield element, parent
        for inner in children(element, "nodes"):
            yield from nested(inner, element.get("id"))
