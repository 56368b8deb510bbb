"""Graphs in XML, looked through before networkx builds anything of them."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Callable
from typing import Any
from xml.etree.ElementTree import ParseError
from xml.parsers import expat

import networkx as nx

from neurograph.errors import FormatError

DEEPEST_ELEMENT = 100
"""How deep elements may stand in one another: readers go down by recursion."""

UNREADABLE = (
    nx.NetworkXException, ParseError, LookupError, ValueError, TypeError, AttributeError, RuntimeError,
)  # fmt: skip
"""What networkx raises for XML of another kind."""


class _Scan:
    """Counts elements by name as a parser meets them."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self.depth = 0

    def start(self, name: str, _attributes: dict[str, str]) -> None:
        self.counts[name.rpartition(" ")[2]] += 1
        self.depth += 1
        if self.depth > DEEPEST_ELEMENT:
            raise FormatError(
                f"its elements are nested more than {DEEPEST_ELEMENT} deep: expected a graph; write it again"
            )

    def end(self, _name: str) -> None:
        self.depth -= 1


def read_graph_of(
    data: bytes, root: str, reader: Callable[[io.BytesIO], Any], expected: str, opener: str
) -> nx.DiGraph[str]:
    """Read XML by networkx, and refuse what it passes over in silence.

    Raises
    ------
    FormatError
        If it is no XML, has another root, grows as it is read, or is no directed graph without parallel edges.
    """
    counts = _element_counts(data, root)
    try:
        graph = reader(io.BytesIO(data))
    except UNREADABLE as error:
        raise FormatError(f"networkx finds {type(error).__name__}: {error}; expected {expected}") from error
    if isinstance(graph, nx.Graph) and graph.is_multigraph():
        raise FormatError(
            "it has several edges between two nodes: expected one for each pair; "
            "add the weights of parallel edges up first"
        )
    if not isinstance(graph, nx.DiGraph):
        raise FormatError(
            f"its edges are undirected: expected directed ones; {opener}.to_directed() makes every edge go both ways"
        )
    if len(graph) != counts["node"]:
        raise FormatError(
            f"it declares {counts['node']} nodes but names {len(graph)}: expected every node once, and edges only "
            "between them"
        )
    return graph


def _element_counts(data: bytes, root: str) -> Counter[str]:
    """Count the elements by name, and refuse what is no XML, has another root, or grows as it is read."""
    scan = _Scan()
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartDoctypeDeclHandler = _check_doctype
    parser.StartElementHandler, parser.EndElementHandler = scan.start, scan.end
    try:
        parser.Parse(data, True)
    except FormatError:
        raise
    except (expat.ExpatError, LookupError, ValueError) as error:
        raise FormatError(f"it is not whole XML ({error}): expected a graph; write it again") from error
    found = next(iter(scan.counts))
    if found != root:
        raise FormatError(f"it is XML with the root <{found}>: expected <{root}>")
    if scan.counts["graph"] != 1:
        raise FormatError(
            f"it holds {scan.counts['graph']} graphs: expected one, and none within its nodes; "
            "export each on its own, and open groups first"
        )
    return scan.counts


def _check_doctype(_name: str, _system: str | None, _public: str | None, internal: int) -> None:
    if internal:
        raise FormatError(
            "its DOCTYPE declares entities or attributes, which may grow without bound: "
            "expected none; delete the [...] of the DOCTYPE"
        )


def fill_in(rows: list[dict[str, object]], defaults: object) -> None:
    """Fill in the defaults of a file of another program, which networkx only reports."""
    if isinstance(defaults, dict):
        for data in rows:
            for name, value in defaults.items():
                data.setdefault(name, value)
