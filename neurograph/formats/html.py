"""An HTML page to look at; it is not read back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NoReturn

import networkx as nx

from neurograph.errors import FormatError
from neurograph.formats.base import Format
from neurograph.html import page


class Html(Format):
    """The page of a graph alone; :func:`neurograph.write_page` says more on it."""

    name = "HTML page"
    suffix = ".html"
    opener = "a browser"

    def dump(self, graph: nx.DiGraph[Any]) -> list[bytes]:
        """Write the page of a graph of plain values."""
        return [page(graph).encode("utf-8", "xmlcharrefreplace")]

    def load(self, files: Sequence[bytes]) -> NoReturn:
        """Refuse to read it."""
        raise FormatError("a page is for people: expected the .json or .graphml file of the graph; write one, too")
