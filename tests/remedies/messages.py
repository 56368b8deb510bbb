"""The messages of neurograph that contain code, as its syntax trees have them."""

import ast
import re
from pathlib import Path
from typing import NamedTuple

PACKAGE = Path(__file__).parents[2] / "neurograph"

CODE = re.compile(
    r"""[A-Za-z_][\w.]*\((?!s\))                      # a call
    | \b[a-z_]+=                                      # an argument
    | \b\w+\.\w+\[                                    # an attribute of a graph
    | (?<![\w/])(?:ng|np|neurograph|numpy|networkx|scipy|topologies|rules|costs|solvers|dynamics|brian|brian2
        |certificates|pruning|optimisers|array|matrix|network|graph)\.[A-Za-z_]\w*
    | (?<!\w)--\w+ | \bpip\ install | \bgzip\ -\w | \bunset\ \w+ | \bapt-get\ \w+  # for the shell
    | (?:its|pass|expected)\ \.\w+""",
    re.VERBOSE,
)
ADVICE = re.compile(
    r"expected |\b(?:adds?|compile|divide|drops?|gives?|install|leave|learns|makes?|name|needs|pass|pip|print|puts|read"
    r"|remove|set|take[ns]?|train|try|use|write)\b"
)
HOLE = "\0"
"""What stands for a value that a message names."""


class Message(NamedTuple):
    """The text of a message, with HOLE where values go, and where it stands."""

    file: str
    line: int
    text: str

    def codes(self):
        """Yield each part of the text that is code, and what matches the whole message with that part as a group."""
        for found in CODE.finditer(self.text):
            parts = (self.text[: found.start()], found.group(), self.text[found.end() :])
            before, code, after = (re.escape(part).replace(re.escape(HOLE), ".*?") for part in parts)
            yield found.group(), re.compile(f"{before}({code}){after}", re.DOTALL)


def text_of(node):
    """Return a text with HOLE for each value in it."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(map(text_of, node.values))
    return HOLE


def docstrings(tree):
    """Return the texts that stand by themselves."""
    return {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}


def texts(tree):
    """Yield every text of a file that is no docstring, a part of another none of its own."""
    aside, rest = docstrings(tree), [tree]
    while rest:
        node = rest.pop()
        if id(node) in aside:
            continue
        if isinstance(node, ast.JoinedStr) or (isinstance(node, ast.Constant) and isinstance(node.value, str)):
            yield node.lineno, text_of(node)
            rest += [part.value for part in getattr(node, "values", ()) if isinstance(part, ast.FormattedValue)]
        else:
            rest += ast.iter_child_nodes(node)


def messages(file):
    """Return the messages of a file that contain code."""
    found = [
        Message(file.relative_to(PACKAGE).as_posix(), line, text)
        for line, text in texts(ast.parse(file.read_text()))
        if CODE.search(text) and ADVICE.search(text) and " " in text and "\n" not in text and "<" not in text[:1]
    ]
    return sorted(found)


def every_message():
    return [message for file in sorted(PACKAGE.rglob("*.py")) for message in messages(file)]
