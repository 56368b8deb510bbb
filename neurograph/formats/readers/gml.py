"""GML, of igraph, Gephi, yEd, networkx and collections of networks."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Sequence
from typing import Any

from neurograph.errors import FormatError
from neurograph.formats.base import NO_ENDS, Ends, Reader, without
from neurograph.formats.encoding.plain import DEEPEST
from neurograph.formats.encoding.rows import Rows
from neurograph.graphs.wiring import Wiring

TOKEN = re.compile(
    r'(?P<space>\s+|\#[^\n]*)|(?P<word>[A-Za-z_][A-Za-z0-9_.]*)|(?P<text>"[^"]*")|(?P<open>\[)|(?P<close>\])'
    r"|(?P<number>[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?)"
)

NUMBERS = ("nan", "inf", "infinity")
"""Words that stand for a number, where a value is expected."""

Pairs = list[tuple[str, Any]]


class GML(Reader):
    """GML. Nodes are called by their ``label`` if each has its own, else by their ``id``."""

    name = "GML"
    suffix = ".gml"
    purpose = "igraph, Gephi, yEd and networkx"
    opener = 'neurograph.formats.READERS[".gml"].load([open(path, "rb").read()]).to_graph()'

    def load(self, files: Sequence[bytes], ends: Ends = NO_ENDS) -> Wiring:
        """Read a file."""
        return rows_of(files[0]).wiring()


def rows_of(data: bytes) -> Rows:
    """Read the graph of a file.

    Raises
    ------
    FormatError
        If it is no GML, or holds no graph or several.
    """
    pairs = _pairs(decoded_text(data))
    graphs = [value for key, value in pairs if key == "graph" and isinstance(value, list)]
    if len(graphs) != 1:
        raise FormatError(f"it holds {len(graphs)} graphs: expected one, as graph [ node [ id 0 ] ]; write it again")
    parts = ("node", "edge", "directed", "multigraph")
    rows = Rows()
    rows.attributes = _plain([pair for pair in (*pairs, *graphs[0]) if pair[0] not in (*parts, "graph")])
    facts = _plain([pair for pair in graphs[0] if pair[0] in parts[2:]])
    directed = facts.get("directed", 0)
    if directed not in (0, 1):
        raise FormatError(f"directed is {directed!r}: expected 0 or 1")
    for key, value in graphs[0]:
        if key == "node":
            row = _row(value, "node", "id")
            rows.add_node(row["id"], row)
        elif key == "edge":
            row = _row(value, "edge", "source", "target")
            rows.add_edge(row["source"], row["target"], without(row, "source", "target"), bool(directed))
    rows.call_by("label")
    return rows


def decoded_text(data: bytes) -> str:
    """Return a file as text: UTF-8, or else Latin-1, which these formats come from."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("latin-1")


def _row(value: Any, what: str, *needed: str) -> dict[str, Any]:
    """Return what a node or an edge carries, with the integers that it must have."""
    row = _plain(value) if isinstance(value, list) else {}
    for name in needed:
        if type(row.get(name)) is not int:
            raise FormatError(f"a {what} has {name} {str(row.get(name))[:80]!r}: expected an integer; write it again")
    return row


def _tokens(text: str) -> Iterator[tuple[str, str]]:
    place = 0
    while place < len(text):
        found = TOKEN.match(text, place)
        if found is None or found.lastgroup is None:
            line = text.count("\n", 0, place) + 1
            raise FormatError(
                f"line {line} has {text[place : place + 20]!r}: expected GML, a key and a number, a text in quotes "
                "or [ ... ]; write it again"
            )
        place = found.end()
        if found.lastgroup != "space":
            yield found.lastgroup, found.group()


def _pairs(text: str) -> Pairs:
    """Read keys with their values; a list of pairs is such a value itself."""
    stack: list[Pairs] = [[]]
    key: str | None = None
    for kind, token in _tokens(text):
        if kind == "close" and key is None and len(stack) > 1:
            stack.pop()
        elif key is None and kind == "word":
            key = token
        elif key is not None and kind == "open":
            inner: Pairs = []
            stack[-1].append((key, inner))
            stack.append(inner)
            key = None
            if len(stack) > DEEPEST:
                raise FormatError(f"its lists are nested more than {DEEPEST} deep: expected a graph; write it again")
        elif key is not None and (kind in ("text", "number") or token.lower() in NUMBERS):
            stack[-1].append((key, _value(kind, token)))
            key = None
        else:
            raise FormatError(f"it has {token[:20]!r} where a {'value' if key else 'key'} is expected; write it again")
    if len(stack) > 1 or key is not None:
        raise FormatError("it ends within a list: expected whole GML; write it again")
    return stack[0]


def _value(kind: str, token: str) -> Any:
    if kind == "text":
        return html.unescape(token[1:-1])
    try:
        return int(token)
    except ValueError:
        value = float(token)
    return None if value != value else value


def _plain(pairs: Pairs) -> dict[str, Any]:
    """Return pairs as a dict; a key that is there several times has a list of its values, and one without none."""
    found: dict[str, list[Any]] = {}
    for key, value in pairs:
        if value is not None:
            found.setdefault(key, []).append(_plain(value) if isinstance(value, list) else value)
    return {key: values[0] if len(values) == 1 else values for key, values in found.items()}
