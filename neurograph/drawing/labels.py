"""Labels of nodes as short texts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Sequence

LONGEST = 16
"""Most characters of a short name, divided among the parts of a tuple."""


def short_names(nodes: Sequence[Hashable]) -> list[str]:
    """Return the label of each node as a short text, followed by its place where two would be the same.

    Examples
    --------
    >>> short_names(["x", ("h", 3), "a very long name indeed", 1, "1"])
    ['x', 'h,3', 'a very long nam…', '1 #3', '1 #4']
    """
    texts = [_short(node) for node in nodes]
    count = Counter(texts)
    return [text if count[text] == 1 else f"{text} #{place}" for place, text in enumerate(texts)]


def shortened(text: str, most: int) -> str:
    """Return a text on one line, cut to so many characters.

    Examples
    --------
    >>> shortened("two words", 5)
    'two …'
    """
    line = " ".join(text.split())
    return line if len(line) <= most else line[: max(most - 1, 1)] + "…"


def _short(node: Hashable) -> str:
    if isinstance(node, tuple) and node:
        return ",".join(shortened(str(part), LONGEST // len(node)) for part in node)
    return shortened(str(node), LONGEST)
