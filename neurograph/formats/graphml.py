"""GraphML, for igraph, graph-tool, Gephi and yEd.

networkx writes and reads the file; this module prepares the graph before and restores it after.
"""

from __future__ import annotations

import io
import json
import re
from collections import Counter
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from typing import Any
from xml.etree.ElementTree import ParseError
from xml.parsers import expat

import networkx as nx

from neurograph.errors import FormatError
from neurograph.formats.format import (
    VERSION,
    Format,
    escaped,
    from_json,
    label_from_json,
    parsed_json,
    to_json,
    unescaped,
)

VERSION_KEY = "neurograph_version"
"""Graph attribute that tells a file of neurograph from any other."""

LABEL_KEY = "neurograph_label"
"""Node attribute with the label as JSON, where the node's id is not the label itself."""

DEFAULTS_KEYS = ("node_default", "edge_default")
"""Graph attributes in which networkx passes what an absent attribute means."""

RESERVED = {
    "graph": ("id", VERSION_KEY, *DEFAULTS_KEYS),
    "node": ("id", LABEL_KEY),
    "edge": ("id",),
}
"""Names that networkx, igraph or this module use themselves."""

JSON_PREFIX = "json:"
"""How a cell begins that is JSON, being no number, no bool, nor text that XML keeps as it is."""

XML_TEXT = re.compile("[\t\n -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]+")
"""Text that XML keeps as it is; not the empty one, which igraph writes where there is none."""

UNREADABLE = (
    nx.NetworkXException, ParseError, LookupError, ValueError, TypeError, AttributeError,
)  # fmt: skip
"""What networkx raises for XML that is no GraphML."""

EXACT_INT = 2**53
"""Up to here a float64 holds every integer."""


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
    opener = "networkx.read_graphml(path)"

    def dump(self, graph: nx.DiGraph[Any]) -> bytes:
        """Write a graph of plain values."""
        ids = _ids(graph)
        prepared: nx.DiGraph[Any] = nx.DiGraph()
        prepared.graph.update(next(_encoded([graph.graph], "graph")))
        prepared.graph[VERSION_KEY] = VERSION
        # igraph and graph-tool would fill the gaps with "" and False.
        prepared.graph.update(node_default={"role": "hidden"}, edge_default={"plastic": True})
        node_rows = _encoded(_node_data(graph), "node")
        prepared.add_nodes_from(
            (ids[node], row if ids[node] == node else {**row, LABEL_KEY: json.dumps(node)})
            for node, row in zip(graph, node_rows, strict=True)
        )
        edge_rows = _encoded(_edge_data(graph), "edge")
        prepared.add_edges_from(
            (ids[pre], ids[post], row) for (pre, post), row in zip(graph.edges(), edge_rows, strict=True)
        )
        buffer = io.BytesIO()
        # Not write_graphml, which writes by another library where lxml is installed.
        nx.write_graphml_xml(prepared, buffer)
        return buffer.getvalue()

    def load(self, data: bytes) -> nx.DiGraph[Any]:
        """Read a file of neurograph or of another program."""
        graph = _read(data)
        node_defaults, edge_defaults = (graph.graph.pop(key) for key in DEFAULTS_KEYS)
        _drop_empty((*_node_data(graph), *_edge_data(graph)))
        version = graph.graph.pop(VERSION_KEY, None)
        if version is None:
            _fill_in(_node_data(graph), node_defaults)
            _fill_in(_edge_data(graph), edge_defaults)
            return graph
        if version != VERSION:
            raise FormatError(
                f"its {VERSION_KEY} is {version!r}: expected {VERSION}; "
                "read it with the neurograph that wrote it, or a newer one"
            )
        return _restored(graph)


def _node_data(graph: nx.DiGraph[Any]) -> list[dict[str, Any]]:
    return [data for _, data in graph.nodes(data=True)]


def _edge_data(graph: nx.DiGraph[Any]) -> list[dict[str, Any]]:
    return [data for _, _, data in graph.edges(data=True)]


def _ids(graph: nx.DiGraph[Any]) -> dict[Hashable, str]:
    """Give each node the text that other programs see: its label, else the label as JSON."""
    ids: dict[Hashable, str] = {node: node for node in graph if isinstance(node, str) and XML_TEXT.fullmatch(node)}
    taken = set(ids.values())
    for node in graph:
        if node not in ids:
            text = json.dumps(node)
            while text in taken:
                text += "'"
            taken.add(text)
            ids[node] = text
    return ids


def _encoded(rows: Sequence[Mapping[str, Any]], scope: str) -> Iterator[dict[str, Any]]:
    """Give the attributes of all nodes, or all edges, with one type a column."""
    columns: dict[str, list[Any]] = {}
    for row in rows:
        for name, value in row.items():
            columns.setdefault(name, []).append(value)
    encode = {name: _encoder(values) for name, values in columns.items()}
    names = {name: escaped(_text(name), RESERVED[scope]) for name in columns}
    return ({names[name]: encode[name](value) for name, value in row.items()} for row in rows)


def _encoder(values: Sequence[Any]) -> Callable[[Any], Any]:
    types = {type(value) for value in values}
    if types == {bool}:
        return bool
    if types == {int} and all(-(2**63) <= value < 2**63 for value in values):
        return int
    exact = types <= {int, float} and all(type(value) is float or abs(value) <= EXACT_INT for value in values)
    return float if exact else _text


def _text(value: Any) -> str:
    if isinstance(value, str) and XML_TEXT.fullmatch(value) and not value.startswith(JSON_PREFIX):
        return value
    return JSON_PREFIX + json.dumps(to_json(value), allow_nan=False)


def _read(data: bytes) -> nx.DiGraph[Any]:
    """Read by networkx, and refuse what it passes over in silence."""
    counts = _scanned(data)
    try:
        graph = nx.read_graphml(io.BytesIO(data))
    except UNREADABLE as error:
        raise FormatError(
            f"networkx finds {type(error).__name__}: {error}; expected GraphML 1.0 without hyperedges"
        ) from error
    if graph.is_multigraph():
        raise FormatError(
            "it has several edges between two nodes: expected one for each pair; "
            "add the weights of parallel edges up first"
        )
    if not isinstance(graph, nx.DiGraph):
        raise FormatError(
            'its edges are undirected: expected edgedefault="directed"; '
            f"{GraphML.opener}.to_directed() makes every edge go both ways"
        )
    if len(graph) != counts["node"]:
        raise FormatError(
            f"it declares {counts['node']} nodes but names {len(graph)}: "
            "expected every node once, and edges only between them"
        )
    return graph


def _scanned(data: bytes) -> Counter[str]:
    """Count the elements by name, and refuse what is no XML, no GraphML, or grows as it is read."""
    counts: Counter[str] = Counter()
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartDoctypeDeclHandler = _check_doctype
    parser.StartElementHandler = lambda name, _: counts.update([name.rpartition(" ")[2]])
    try:
        parser.Parse(data, True)
    except FormatError:
        raise
    except (expat.ExpatError, LookupError, ValueError) as error:
        raise FormatError(f"it is not whole XML ({error}): expected GraphML; write it again") from error
    root = next(iter(counts))
    if root != "graphml":
        raise FormatError(f"it is XML with the root <{root}>: expected <graphml>")
    if counts["graph"] != 1:
        raise FormatError(
            f"it holds {counts['graph']} graphs: expected one, and none within its nodes; "
            "export each on its own, and open groups first"
        )
    return counts


def _check_doctype(_name: str, _system: str | None, _public: str | None, internal: int) -> None:
    if internal:
        raise FormatError(
            "its DOCTYPE declares entities or attributes, which may grow without bound: "
            "expected none; delete the [...] of the DOCTYPE"
        )


def _drop_empty(rows: Sequence[dict[str, Any]]) -> None:
    """Take an empty text for an absent one, which is what igraph means by it."""
    for data in rows:
        for name in [name for name, value in data.items() if value == ""]:
            del data[name]


def _fill_in(rows: Sequence[dict[str, Any]], defaults: Any) -> None:
    """Fill in the defaults of a foreign file, which networkx only reports."""
    if isinstance(defaults, dict):
        for data in rows:
            for name, value in defaults.items():
                data.setdefault(name, value)


def _restored(raw: nx.DiGraph[Any]) -> nx.DiGraph[Any]:
    """Undo what :meth:`GraphML.dump` prepared."""
    graph: nx.DiGraph[Any] = nx.DiGraph()
    graph.graph.update(_decoded(raw.graph, "graph", "the graph"))
    labels = {node: _label(node, data) for node, data in raw.nodes(data=True)}
    graph.add_nodes_from(
        (labels[node], _decoded(data, "node", f"node {node!r}")) for node, data in raw.nodes(data=True)
    )
    if len(graph) != len(raw):
        raise FormatError(f"two nodes have the same {LABEL_KEY}: expected every label once")
    graph.add_edges_from(
        (labels[pre], labels[post], _decoded(data, "edge", f"edge {pre!r} -> {post!r}"))
        for pre, post, data in raw.edges(data=True)
    )
    return graph


def _label(node: str, data: dict[str, Any]) -> Hashable:
    # igraph renumbers the nodes and keeps their ids in this attribute, which dump() never writes.
    original: str = data.pop("id", node)
    written = data.pop(LABEL_KEY, None)
    if written is None:
        return original
    return label_from_json(_parsed(written, f"{LABEL_KEY} of node {node!r}"))


def _decoded(row: Mapping[str, Any], scope: str, owner: str) -> dict[str, Any]:
    decoded = {}
    for name, value in row.items():
        where = f"attribute {name!r} of {owner}"
        own_name = _value(unescaped(name, RESERVED[scope]), where)
        if not isinstance(own_name, str):
            raise FormatError(f"{where} is called {own_name!r}: expected text; write it again")
        decoded[own_name] = _value(value, where)
    return decoded


def _value(cell: Any, where: str) -> Any:
    if isinstance(cell, str) and cell.startswith(JSON_PREFIX):
        return from_json(_parsed(cell.removeprefix(JSON_PREFIX), where))
    return cell


def _parsed(text: Any, where: str) -> Any:
    try:
        return parsed_json(str(text))
    except FormatError as error:
        raise FormatError(f"{where} is {text!r}: {error}") from error
