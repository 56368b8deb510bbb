"""Pajek, of Pajek itself, igraph and networkx."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from neurograph.errors import FormatError
from neurograph.formats.base import NO_ENDS, Ends, Reader
from neurograph.formats.encoding.rows import Rows, put
from neurograph.formats.readers.gml import decoded_text
from neurograph.graphs.wiring import Wiring

TOKEN = re.compile(r'"([^"]*)"|(\S+)')

MOST_VERTICES = 10
"""How many vertices a file may declare for each of its bytes: those that it does not name are called by numbers."""


class Pajek(Reader):
    """Pajek. Nodes are called by their labels if each has its own, else by their numbers, from 1 on."""

    name = "Pajek"
    suffix = ".net"
    purpose = "Pajek, igraph and networkx"
    opener = 'neurograph.formats.READERS[".net"].load([open(path, "rb").read()]).to_graph()'

    def load(self, files: Sequence[bytes], ends: Ends = NO_ENDS) -> Wiring:
        """Read a file."""
        reader = _Reader(len(files[0]))
        for number, line in enumerate(decoded_text(files[0]).splitlines(), 1):
            try:
                reader.line(line)
            except FormatError:
                raise
            except (ValueError, IndexError, KeyError) as error:
                raise FormatError(
                    f'line {number} is {line[:80]!r} ({error}): expected Pajek, as *Vertices 2, 1 "a", *Arcs, 1 2 0.5'
                ) from None
        return reader.finished().wiring()


class _Reader:
    """Takes lines one by one, as the section says that they stand in."""

    def __init__(self, size: int) -> None:
        self.most = 1000 + MOST_VERTICES * size
        self.rows = Rows()
        self.count = -1
        self.first_mode = 0
        self.section = ""
        self.relation: Any = None
        self.matrix_row = 0

    def line(self, line: str) -> None:
        """Read a line."""
        words = [quoted or bare for quoted, bare in TOKEN.findall(line)]
        if not words or line.lstrip().startswith("%"):
            return
        if words[0].startswith("*"):
            self._begin(words[0].lower(), words[1:], line)
        elif self.section == "*vertices":
            self._vertex(words)
        elif self.section in ("*arcs", "*edges"):
            data: dict[str, Any] = {"weight": float(words[2]) if len(words) > 2 else 1.0}
            _put_pairs(data, words[3:])
            self._edge(words[0], words[1], data)
        elif self.section in ("*arcslist", "*edgeslist"):
            for post in words[1:]:
                self._edge(words[0], post, {"weight": 1.0})
        elif self.section == "*matrix":
            self._matrix(words)
        elif self.section:
            self.rows.left_out[f"{self.section} line"] += 1
        else:
            raise ValueError("no section has begun")

    def _begin(self, section: str, words: list[str], line: str) -> None:
        self.section, self.relation, self.matrix_row = section, None, 0
        if section == "*network":
            self.rows.attributes["name"] = line.strip()[len(section) :].strip()
        elif section == "*vertices":
            if self.count >= 0:
                raise FormatError("it holds several networks: expected one; save each on its own")
            self.count = int(words[0])
            self.first_mode = int(words[1]) if len(words) > 1 else 0
            if not 0 <= self.count <= self.most:
                raise FormatError(f"it declares {self.count} vertices: expected at most {self.most} in a file so small")
            for number in range(1, self.count + 1):
                mode = {"mode": 1 if number <= self.first_mode else 2} if self.first_mode else {}
                self.rows.add_node(number, mode)
        elif words and words[0].startswith(":"):
            self.relation = words[1] if len(words) > 1 else int(words[0][1:])

    def _vertex(self, words: list[str]) -> None:
        data = self.rows.nodes[int(words[0])]
        if "label" in data:
            raise ValueError("it is there twice")
        rest = words[2:]
        if len(words) > 1:
            data["label"] = words[1]
        for name in "xyz":
            if rest and _is_number(rest[0]):
                put(data, name, float(rest.pop(0)), "pajek")
        if len(rest) % 2:
            put(data, "shape", rest.pop(0), "pajek")
        _put_pairs(data, rest)

    def _edge(self, pre: str, post: str, data: dict[str, Any]) -> None:
        if self.relation is not None:
            put(data, "relation", self.relation, "pajek")
        ends = int(pre), int(post)
        self.rows.add_edge(*ends, data, self.section.startswith("*arcs"))

    def _matrix(self, words: list[str]) -> None:
        self.matrix_row += 1
        columns = self.count - self.first_mode
        if len(words) != columns or self.matrix_row > (self.first_mode or self.count):
            raise ValueError(f"{len(words)} cells: expected {columns}")
        for place, cell in enumerate(words, self.first_mode + 1):
            if float(cell):
                self.rows.add_edge(self.matrix_row, place, {"weight": float(cell)})

    def finished(self) -> Rows:
        """Return the graph."""
        if self.count < 0:
            raise FormatError("it has no *Vertices: expected Pajek; write it again")
        self.rows.call_by("label")
        return self.rows


def _put_pairs(data: dict[str, Any], words: list[str]) -> None:
    """Put the words behind the numbers of a line, each a name with its value."""
    for name, value in _paired(words):
        put(data, name, float(value) if _is_number(value) else value, "pajek")


def _paired(words: list[str]) -> Iterator[tuple[str, str]]:
    if len(words) % 2:
        yield "further", words[-1]
    yield from zip(words[::2], words[1::2], strict=False)


def _is_number(word: str) -> bool:
    try:
        return float(word) == float(word)
    except ValueError:
        return False
