"""A first look at XML, before a reader builds anything of it."""

from __future__ import annotations

from collections import Counter
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


def element_counts(data: bytes, root: str) -> Counter[str]:
    """Count the elements by name, and refuse what is no XML, has another root, or grows as it is read.

    Raises
    ------
    FormatError
        In each of these cases.
    """
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


def check_simple(graph: object, nodes: int, remedy: str) -> nx.DiGraph[str]:
    """Return the graph that networkx made of the elements, and refuse what it passed over in silence.

    Raises
    ------
    FormatError
        If it is undirected, has parallel edges, or has not as many nodes as elements of that name.
    """
    if isinstance(graph, nx.Graph) and graph.is_multigraph():
        raise FormatError(
            "it has several edges between two nodes: expected one for each pair; "
            "add the weights of parallel edges up first"
        )
    if not isinstance(graph, nx.DiGraph):
        raise FormatError(f"its edges are undirected: expected directed ones; {remedy} makes every edge go both ways")
    if len(graph) != nodes:
        raise FormatError(
            f"it declares {nodes} nodes but names {len(graph)}: expected every node once, and edges only between them"
        )
    return graph


def fill_in(rows: list[dict[str, object]], defaults: object) -> None:
    """Fill in the defaults of a file of another program, which networkx only reports."""
    if isinstance(defaults, dict):
        for data in rows:
            for name, value in defaults.items():
                data.setdefault(name, value)
