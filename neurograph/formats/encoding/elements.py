"""Graphs in XML: looked through before anything is built of them, and their values by type."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any
from xml.etree import ElementTree
from xml.etree.ElementTree import Element
from xml.parsers import expat

from neurograph.errors import FormatError

DEEPEST_ELEMENT = 100
"""How deep elements may stand in one another: some are gone through by recursion."""

TRUTH = {"true": True, "false": False, "1": True, "0": False}

READ: dict[str, Callable[[str], Any]] = {
    "boolean": lambda text: TRUTH[text.lower()],
    **dict.fromkeys(("int", "integer", "long", "short", "byte", "biginteger"), int),
    **dict.fromkeys(("float", "double", "bigdecimal"), float),
    **dict.fromkeys(("string", "char", "character", "anyuri", "date", "datetime", "timestamp"), str),
}
"""How GraphML and GEXF call types, and what reads them."""


class _Scan:
    """Follows how deep elements stand in one another as a parser meets them."""

    def __init__(self, root: str) -> None:
        self.root = root
        self.depth = 0

    def start(self, name: str, _attributes: dict[str, str]) -> None:
        found = name.rpartition(" ")[2]
        if self.depth == 0 and found != self.root:
            raise FormatError(f"it is XML with the root <{found}>: expected <{self.root}>")
        self.depth += 1
        if self.depth > DEEPEST_ELEMENT:
            raise FormatError(
                f"its elements are nested more than {DEEPEST_ELEMENT} deep: expected a graph; write it again"
            )

    def end(self, _name: str) -> None:
        self.depth -= 1


def parsed_xml(data: bytes, root: str) -> Element:
    """Parse XML that does not grow as it is read.

    Raises
    ------
    FormatError
        If it is no XML, has another root, declares entities, or goes too deep.
    """
    scan = _Scan(root)
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartDoctypeDeclHandler = _check_doctype
    parser.StartElementHandler, parser.EndElementHandler = scan.start, scan.end
    try:
        parser.Parse(data, True)
        return ElementTree.fromstring(data)
    except FormatError:
        raise
    except (expat.ExpatError, ElementTree.ParseError, LookupError, ValueError) as error:
        raise FormatError(f"it is not whole XML ({error}): expected a graph; write it again") from error


def _check_doctype(_name: str, _system: str | None, _public: str | None, internal: int) -> None:
    if internal:
        raise FormatError(
            "its DOCTYPE declares entities or attributes, which may grow without bound: "
            "expected none; delete the [...] of the DOCTYPE"
        )


def local(name: str) -> str:
    """Return the name of an element or an attribute without its namespace.

    Examples
    --------
    >>> local("{http://gexf.net/1.3}node"), local("node")
    ('node', 'node')
    """
    return name.rpartition("}")[2]


def children(element: Element, name: str) -> Iterator[Element]:
    """Return the elements of a name that stand in another, whatever their namespace."""
    return (child for child in element if local(child.tag) == name)


def only_graph(root: Element) -> Element:
    """Return the graph of a file.

    Raises
    ------
    FormatError
        If there is none, or several, or one within a node.
    """
    count = sum(local(element.tag) == "graph" for element in root.iter())
    found = list(children(root, "graph"))
    if count == len(found) == 1:
        return found[0]
    groups = [one.get("id") for one in root.iter() if local(one.tag) == "node" and list(children(one, "graph"))]
    named = f" (node {groups[0]!r} is a group, with a graph of its own)" if groups else ""
    raise FormatError(
        f"it holds {count} graphs{named}: expected one, and none within its nodes; "
        "export each on its own, and ungroup nodes first (in yEd: Grouping, Ungroup)"
    )


def needed_attribute(element: Element, name: str) -> str:
    """Return an attribute of an element that must be there.

    Raises
    ------
    FormatError
        If it is not.
    """
    value = element.get(name)
    if value is None:
        raise FormatError(
            f"a {local(element.tag)} {dict(element.attrib)!r} has no {name}: expected one; write it again"
        )
    return value


def typed(text: str | None, kind: str, where: str) -> Any:
    """Return a text as the value of a type; None where it is empty or NaN, as none is written.

    Raises
    ------
    FormatError
        If there is no such type, or the text is none of it.
    """
    name = kind.lower()
    read = READ.get(name, str if name.startswith("list") else None)
    if read is None:
        raise FormatError(f"{where} is of type {kind!r}: expected one of {', '.join(READ)}")
    if not text or not (read is str or text.strip()):
        return None
    try:
        value = read(text if read is str else text.strip())
    except (ValueError, LookupError):
        raise FormatError(f"{where} is {text[:80]!r}: expected a value of type {kind}; write it again") from None
    return None if value != value else value
