"""CSV files, of edges and nodes, for spreadsheets and everything else."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from neurograph._checks import plain
from neurograph.errors import FormatError, ParameterError
from neurograph.formats.base import NO_ENDS, VERSION, Ends, Format, check_version, checked_json
from neurograph.formats.encoding.columns import JSON_PREFIX, decoded, encoded, from_header, parsed, text
from neurograph.formats.encoding.csv_cells import FLOAT, INTEGER, Sheet, cell_of, cells_of, written
from neurograph.formats.encoding.typed import typed, untyped
from neurograph.graphs.edge_table import EdgeTable
from neurograph.graphs.sheets import LABELS, PAIRS, chosen, chosen_ends, listed
from neurograph.graphs.tables import wiring_of_columns
from neurograph.graphs.wiring import Wiring

HEADER_KEY = "neurograph"
"""Row of the graph with the version and the counts; once a column of the nodes, with the graph in its first cell."""

NODE_KEYS = ("node", HEADER_KEY)
EDGE_KEYS = ("pre", "post")
GRAPH_KEYS = (HEADER_KEY,)
"""Names of the columns that are no attributes."""


class CSVPair(Format):
    """CSV of the edges, and beside it of the nodes and of the graph, with a header each.

    The edges have the columns ``pre``, ``post`` and ``weight``, the nodes ``node``, ``role`` and ``bias``, and both
    their other attributes. The graph has a row for each attribute, in the columns ``attribute`` and ``value``; without
    this file, as from another program, it has none. An empty cell is absent. A cell that is written as Python writes a
    number is one, a label only if it is digit for digit; one that begins with ``json:`` is JSON, and any other is text,
    ``007`` and ``1E5`` too. So the text ``12`` stands as ``json:"12"``. Weights and biases may be written otherwise.

    Of other programs the edges may come alone, with tabs or semicolons, without a header (then pre, post and weight),
    without an end of the last line, and in gzip (``.csv.gz``).
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
        graph = Wiring.of(table).by_pre()
        facts = {"version": VERSION, "nodes": len(graph.nodes), "edges": graph.pre.size}
        facts["attributes"] = len(graph.attributes)
        attributes = {HEADER_KEY: JSON_PREFIX + json.dumps(facts), **next(encoded([graph.attributes], GRAPH_KEYS))}
        labels = [
            cell_of(node if type(node) in (bool, int, float) else text(node), "node", is_label=True)
            for node in graph.nodes
        ]
        edges = {"pre": [labels[k] for k in graph.pre.tolist()], "post": [labels[k] for k in graph.post.tolist()]}
        nodes = {"node": labels, "role": []}
        edges |= {name: cells_of(one, name) for name, one in typed(graph.of_edges, EDGE_KEYS).items()}
        nodes |= {name: cells_of(one, name) for name, one in typed(graph.of_nodes, NODE_KEYS).items()}
        edges = {"pre": edges.pop("pre"), "post": edges.pop("post"), "weight": edges.pop("weight", []), **edges}
        rows = {
            "attribute": [cell_of(name, "attribute") for name in attributes],
            "value": [cell_of(one, "value") for one in attributes.values()],
        }
        return [written(edges), written(nodes), written(rows)]

    def load(self, files: Sequence[bytes], ends: Ends = NO_ENDS) -> Wiring:
        """Read the files of neurograph or of another program."""
        facts: dict[str, Any] | None = None
        attributes: dict[str, Any] = {}
        if files[2]:
            sheet = Sheet(files[2], "attributes")
            sheet.need("attribute")
            attributes, facts = _graph_of(sheet.columns(()))
            if not files[1]:
                raise FormatError("the table of its nodes is not there: expected <name>.nodes.csv beside it as well")
        edges, named = _edges(files[0], ends)
        nodes, label = _nodes(files[1])
        if nodes is not None and HEADER_KEY in nodes:
            carried = [cell for cell in nodes.pop(HEADER_KEY) if cell is not None]
            if facts is None and carried:
                where = f"the column {HEADER_KEY}"
                attributes, facts = from_header(str(carried[0]).removeprefix(JSON_PREFIX), where)
        wiring = wiring_of_columns(edges, nodes, *named, label=label)
        of_edges = untyped(wiring.of_edges, EDGE_KEYS, "edge", wiring.pre.size)
        of_nodes = untyped(wiring.of_nodes, NODE_KEYS, "node", len(wiring.nodes))
        wiring = replace(wiring, of_edges=of_edges, of_nodes=of_nodes)
        if facts is None:
            return wiring
        if not all(data.endswith(b"\n") for data in files if data):  # of ours, a number may have been cut
            raise FormatError("a last line has no end: expected whole files; write it again")
        _check_count(facts, {"nodes": len(wiring.nodes), "edges": wiring.pre.size, "attributes": len(attributes)})
        return replace(wiring, attributes=attributes, own=True)


def _edges(data: bytes, ends: Ends) -> tuple[dict[str, Any], tuple[Any, Any]]:
    """Return the columns of the edges, and which are the ends."""
    sheet = Sheet(data, "edges")
    known = {plain(word) for pair in PAIRS for word in pair}
    third = sheet.first[2] if len(sheet.first) > 2 else ""
    numbers = INTEGER.fullmatch(third) or FLOAT.fullmatch(third)
    if ends == NO_ENDS and not known & {plain(name).replace(" ", "") for name in sheet.first}:
        if len(sheet.first) == 2 or numbers:
            sheet.named(["pre", "post", "weight"])
        elif len(sheet.first) < 2:
            raise FormatError(f"its first row is {sheet.first}: expected columns for pre, post and weight")
    sheet.need()
    try:
        named = chosen_ends(sheet.names, *ends)
    except ParameterError as error:
        raise FormatError(str(error)) from error
    return sheet.columns(named), named


def _nodes(data: bytes) -> tuple[dict[str, Any] | None, Any]:
    """Return the columns of the nodes, and which holds their labels."""
    if not data:
        return None, None
    sheet = Sheet(data, "nodes")
    sheet.need()
    label = chosen(sheet.names, None, LABELS, "", "")
    if label is None:
        raise FormatError(
            f"the nodes have the columns {listed(sheet.names)}: expected one called {', '.join(LABELS)}, with the "
            "labels that edges name; rename the one that has them"
        )
    return sheet.columns([label]), label


def _graph_of(table: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the attributes of the graph that stand in the rows of its table, and its facts, if they are there."""
    cells: dict[str, Any] = {}
    for name, value in zip(map(str, table["attribute"]), table.get("value", []), strict=True):
        if name in cells:
            raise FormatError(f"the attributes have {name!r} twice: expected each once")
        cells[name] = value
    where = f"the row {HEADER_KEY} of the attributes"
    carried = str(cells.pop(HEADER_KEY, None)).removeprefix(JSON_PREFIX)
    facts: dict[str, Any] = checked_json(parsed(carried, where), dict, where)
    check_version(facts.get("version"), f"{where} has version")
    present = {name: cell for name, cell in cells.items() if cell is not None}
    return decoded(present, GRAPH_KEYS, "the graph"), facts


def _check_count(facts: Mapping[str, Any], found: Mapping[str, int]) -> None:
    for what, count in found.items():
        if what in facts and facts[what] != count:
            raise FormatError(
                f"it has {count} {what}, but {HEADER_KEY} says {facts[what]!r}: expected whole files of one graph; "
                f"write it again or, if you took {what} in or out yourself, write the number there"
            )
