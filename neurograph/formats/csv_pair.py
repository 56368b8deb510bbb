"""CSV files of edges, nodes and the graph, for spreadsheets and everything else."""

from __future__ import annotations

import csv
import io
import json
import math
import re
import reprlib
from collections.abc import Mapping, Sequence
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
)
from neurograph.formats.encoding.columns import (
    JSON_PREFIX,
    decoded,
    edge_data,
    encoded,
    from_header,
    label,
    node_data,
    parsed,
    text,
)
from neurograph.graphs.edge_table import EdgeTable
from neurograph.graphs.from_networkx import wiring_of
from neurograph.graphs.wiring import Wiring

HEADER_KEY = "neurograph"
"""Row of the graph with the version and the counts; once a column of the nodes, with the graph in its first cell."""

NODE_KEYS = ("node", HEADER_KEY)
EDGE_KEYS = ("pre", "post")
GRAPH_KEYS = (HEADER_KEY,)
"""Names of the columns that are no attributes."""

LABEL_KEYS = ("node", *EDGE_KEYS)
"""Names of the columns that hold labels."""

NUMBER_KEYS = ("weight", "bias")
"""Names of the columns that hold numbers alone."""

INTEGER = re.compile(r"0|-?[1-9][0-9]*")
FLOAT = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+([eE][+-]?[0-9]+)?|e[+-][0-9]{2,})")
"""As Python writes one, but for zeros at the end: 007, +1, 1E5 and 1. are rather text."""

ANY_FLOAT = re.compile(r"-?[0-9]+\.?[0-9]*([eE][+-]?[0-9]+)?")
BOOLS = {"True": True, "False": False}

LONGEST_CELL = 131072
"""Python's csv module reads no longer ones."""

LONGEST_INTEGER = 4000
"""Python reads no integers of more than 4300 digits."""


class CSVPair(Format):
    """CSV of the edges, and beside it of the nodes and of the graph, with a header each.

    The edges have the columns ``pre``, ``post`` and ``weight``, the nodes ``node``, ``role`` and ``bias``, and both
    their other attributes. The graph has a row for each attribute, in the columns ``attribute`` and ``value``; without
    this file, as from another program, it has none. An empty cell is absent. A cell that is written as Python writes a
    number is one, a label only if it is digit for digit; one that begins with ``json:`` is JSON, and any other is text,
    ``007`` and ``1E5`` too. So the text ``12`` stands as ``json:"12"``. Weights and biases may be written otherwise.
    """

    name = "CSV"
    suffix = ".csv"
    purpose = (
        "spreadsheets: the edges; beside it the nodes stand in ``<name>.nodes.csv``, and what the graph itself carries "
        "in ``<name>.graph.csv``"
    )
    opener = "pandas.read_csv(path)"
    tabular = True
    infixes = ("", ".nodes", ".graph")

    def dump(self, table: EdgeTable) -> Sequence[bytes]:
        """Write a graph of plain values."""
        graph = table.to_graph()
        facts = {"version": VERSION, "nodes": len(graph), "edges": graph.number_of_edges()}
        facts["attributes"] = len(graph.graph)
        attributes = {HEADER_KEY: JSON_PREFIX + json.dumps(facts), **next(encoded([graph.graph], GRAPH_KEYS))}
        node_rows = [
            {"node": node if type(node) in (bool, int, float) else text(node), **row}
            for node, row in zip(graph, encoded(node_data(graph), NODE_KEYS), strict=True)
        ]
        labels = dict(zip(graph, (row["node"] for row in node_rows), strict=True))
        edge_rows = [
            {"pre": labels[pre], "post": labels[post], **row}
            for (pre, post), row in zip(graph.edges(), encoded(edge_data(graph), EDGE_KEYS), strict=True)
        ]
        graph_rows = [{"attribute": name, "value": value} for name, value in attributes.items()]
        return [
            _table(edge_rows, (*EDGE_KEYS, "weight")),
            _table(node_rows, ("node", "role")),
            _table(graph_rows, ("attribute", "value")),
        ]

    def load(self, files: Sequence[bytes], ends: Ends = NO_ENDS) -> Wiring:
        """Read the files of neurograph or of another program."""
        edge_rows, node_rows = _rows(files[0], EDGE_KEYS, "edges"), _rows(files[1], ("node",), "nodes")
        graph: nx.DiGraph[Any] = nx.DiGraph()
        written = [row.pop(HEADER_KEY) for row in node_rows if HEADER_KEY in row]
        for row in node_rows:
            node = label(row.pop("node"), "a label in the column node")
            add_node(graph, node, decoded(row, NODE_KEYS, f"node {node!r}"))
        for row in edge_rows:
            pre, post = (label(row.pop(key), f"a label in the column {key}") for key in EDGE_KEYS)
            add_edge(graph, pre, post, decoded(row, EDGE_KEYS, f"edge {pre!r} -> {post!r}"))
        if files[2]:
            attributes, facts = _graph_of(_rows(files[2], ("attribute",), "attributes"))
        elif written:
            attributes, facts = from_header(str(written[0]).removeprefix(JSON_PREFIX), f"the column {HEADER_KEY}")
        else:
            return wiring_of(graph)
        graph.graph.update(attributes)
        counts = {"nodes": len(graph), "edges": graph.number_of_edges(), "attributes": len(graph.graph)}
        _check_count(facts, counts)
        return replace(wiring_of(graph), own=True)


def _graph_of(table: Sequence[Mapping[str, Any]]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the attributes of the graph that stand in the rows of its table, and its facts, if they are there."""
    cells: dict[str, Any] = {}
    for row in table:
        name = str(row["attribute"])
        if name in cells:
            raise FormatError(f"the attributes have {name!r} twice: expected each once")
        cells[name] = row.get("value")
    where = f"the row {HEADER_KEY} of the attributes"
    written = str(cells.pop(HEADER_KEY, None)).removeprefix(JSON_PREFIX)
    facts: dict[str, Any] = checked_json(parsed(written, where), dict, where)
    check_version(facts.get("version"), f"{where} has version")
    present = {name: cell for name, cell in cells.items() if cell is not None}
    return decoded(present, GRAPH_KEYS, "the graph"), facts


def _table(rows: Sequence[Mapping[str, Any]], first: Sequence[str]) -> bytes:
    names = list(dict.fromkeys([*first, *(name for row in rows for name in row)]))
    buffer = io.StringIO()
    writer = csv.DictWriter(buffer, names, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows({name: _cell(value, name) for name, value in row.items()} for row in rows)
    return buffer.getvalue().encode()


def _cell(value: Any, name: str) -> str:
    if not isinstance(value, str):
        return repr(value)
    cell = value if value == _value(value, name) else JSON_PREFIX + json.dumps(value)
    if len(cell) >= LONGEST_CELL:
        raise FormatError(
            f"attribute {name!r} takes {len(cell)} characters: CSV readers take {LONGEST_CELL} in a cell; "
            "leave it out, or write .json or .parquet"
        )
    return cell


def _rows(data: bytes, needed: Sequence[str], what: str) -> list[dict[str, Any]]:
    """Return the rows of a table, without their empty cells."""
    if not data.endswith(b"\n"):
        raise FormatError(f"the last line of the {what} has no end: expected a whole file; write it again")
    try:
        lines = list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""), strict=True))
    except (csv.Error, UnicodeDecodeError) as error:
        raise FormatError(f"the {what} are no CSV ({error}): expected UTF-8, with commas; write it again") from error
    names, *lines = [line for line in lines if line] or [[]]
    for name in needed:
        if names.count(name) != 1:
            raise FormatError(
                f"the {what} have {names.count(name)} columns called {name!r}: expected one; "
                f"the header is {reprlib.repr(names)}"
            )
    if len(set(names)) != len(names):
        raise FormatError(
            f"the {what} have two columns of one name: expected each once; the header is {reprlib.repr(names)}"
        )
    return [_row(line, names, needed, f"row {place} of the {what}") for place, line in enumerate(lines, 2)]


def _row(line: Sequence[str], names: Sequence[str], needed: Sequence[str], where: str) -> dict[str, Any]:
    if len(line) != len(names):
        raise FormatError(f"{where} has {len(line)} cells: expected {len(names)}, as many as the header")
    row = {name: _value(cell, name) for name, cell in zip(names, line, strict=True) if cell}
    for name in needed:
        if name not in row:
            raise FormatError(f"{where} has nothing in the column {name}: expected a label")
    return row


def _value(cell: str, name: str) -> Any:
    """Return the number or bool that a cell of a column looks like, else its text."""
    if cell in BOOLS:
        return BOOLS[cell]
    if INTEGER.fullmatch(cell) and len(cell) <= LONGEST_INTEGER:
        return int(cell)
    if (ANY_FLOAT if name in NUMBER_KEYS else FLOAT).fullmatch(cell) and math.isfinite(number := float(cell)):
        return cell if name in LABEL_KEYS and repr(number) != cell else number
    return cell


def _check_count(facts: Mapping[str, Any], found: Mapping[str, int]) -> None:
    for what, count in found.items():
        if what in facts and facts[what] != count:
            raise FormatError(
                f"it has {count} {what}, but {HEADER_KEY} says {facts[what]!r}: expected whole files of one graph; "
                f"write it again or, if you took {what} in or out yourself, write the number there"
            )
