"""Cards: what a notebook shows of a result, as HTML without script or style sheet, on a light page or a dark one."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Mapping, Sequence
from numbers import Number
from typing import Any

from neurograph._checks import Printed
from neurograph.drawing.labels import shortened

ROWS = 10
"""Rows of a long table that a card shows."""

COLUMNS = 8
"""Columns of a wide one."""

LONGEST = 60
"""Most characters of a label or another text that a user gave."""

RULE = "1px solid rgba(128,128,128,.4)"
"""A line that is seen on light and on dark."""

MONO = "font-family:ui-monospace,Menlo,Consolas,monospace"

CARD = (
    f"display:inline-block;box-sizing:border-box;max-width:100%;overflow-x:auto;padding:.6em .9em;border:{RULE};"
    "border-radius:6px;color:inherit;background:transparent;font-size:13px;line-height:1.5;text-align:left"
)
TABLE = "border-collapse:collapse;table-layout:auto;border:0;margin:0;color:inherit;font-size:12px"
ROW = 'style="background:transparent"'
CELL = "padding:1px .8em 1px 0;border:0;vertical-align:top;"

NUMBER = re.compile(r"[-+]?(X)([-+](X)j)?".replace("X", r"\d[\d,.]*(e[-+]\d+)?|inf|nan"))
"""How a number is written, a complex one too."""


class Html(str):
    """Text that is HTML already, and is not escaped again."""

    __slots__ = ()


def escaped(value: object, most: int = LONGEST) -> Html:
    """Return any value as HTML of one line; text is escaped, and cut to so many characters.

    Examples
    --------
    >>> escaped("<b>"), escaped(0.123456), escaped(12000), escaped(None), escaped("a long label", 6)
    ('&lt;b&gt;', '0.1235', '12,000', '-', 'a lon…')
    """
    if isinstance(value, Html):
        return value
    if isinstance(value, Number) and not isinstance(value, bool):
        numeric: Any = value
        whole = isinstance(value, int) or getattr(getattr(value, "dtype", None), "kind", "") in ("i", "u")
        return Html(f"{numeric:,}" if whole else f"{numeric:.4g}")
    text = "-" if value is None else shortened(str(value), most)
    return Html(html.escape(text.encode("utf-8", "replace").decode()))  # half a surrogate pair is in no page


def card(name: str, line: str, parts: Iterable[Html] = ()) -> Html:
    """Return the card of a result: its name, what it is in a line, and below it the parts."""
    head = f'<div><strong>{escaped(name)}</strong> <span style="{MONO}">{escaped(line, len(line))}</span></div>'
    below = "".join(f'<div style="margin-top:.5em">{part}</div>' for part in parts if part)
    return Html(f'<div style="{CARD}">{head}{below}</div>')


def paragraph(text: str) -> Html:
    """Return a text, whole."""
    return Html(f'<div style="max-width:52em">{escaped(text, len(text))}</div>') if text else Html()


def folded(summary: str, inner: Html) -> Html:
    """Return what is read after a click on its summary."""
    return Html(f'<details><summary style="cursor:pointer">{escaped(summary)}</summary>{inner}</details>')


def marked(text: str, colour: str) -> Html:
    """Return a word behind a bar of a colour; the word itself has the colour of the page's text."""
    return Html(f'<span style="border-left:.6em solid {colour};padding-left:.4em">{escaped(text)}</span>')


def code(text: str) -> Html:
    """Return a text as it is, its lines too, in letters of one width."""
    return Html(f'<span style="{MONO}">{"<br>".join(escaped(line, len(line)) for line in text.splitlines())}</span>')


def facts(values: Mapping[str, object]) -> Html:
    """Return names and values, each a row; a text is given whole, and an empty one is left out."""
    rows = "".join(
        f'<tr {ROW}><th scope="row" style="{CELL}text-align:left;font-weight:normal;opacity:.75">{escaped(name)}</th>'
        f'<td style="{CELL}text-align:left;max-width:52em">{escaped(value, 10_000)}</td></tr>'
        for name, value in values.items()
        if value != ""
    )
    return Html(f'<table style="{TABLE}"><tbody>{rows}</tbody></table>') if rows else Html()


def table(head: Sequence[str], rows: Iterable[Sequence[object]], more: int = 0, caption: str = "") -> Html:
    """Return a table, columns of numbers to the right; `more` is how many rows are left out, as its last row says."""
    given = list(rows)
    styles = [f"{CELL}text-align:{'right' if _numeric(row[k] for row in given) else 'left'}" for k in range(len(head))]
    top = "".join(
        f'<th scope="col" style="{style};border-bottom:{RULE}">{escaped(name)}</th>'
        for name, style in zip(head, styles, strict=True)
    )
    lines = [
        "".join(f'<td style="{style}">{escaped(cell)}</td>' for cell, style in zip(row, styles, strict=True))
        for row in given
    ]
    lines += [f'<td colspan="{len(head)}" style="{CELL}text-align:left">... and {more:,} more</td>'] * (more > 0)
    body = "".join(f"<tr {ROW}>{line}</tr>" for line in lines)
    title = f'<caption style="text-align:left;color:inherit;opacity:.75;padding:0">{escaped(caption, 200)}</caption>'
    return Html(
        f'<table style="{TABLE};{MONO}">{title if caption else ""}<thead><tr {ROW}>{top}</tr></thead>'
        f"<tbody>{body}</tbody></table>"
    )


def _numeric(cells: Iterable[object]) -> bool:
    """Return whether a column holds numbers, or their texts, and nothing else but gaps."""
    filled = [text for cell in cells if (text := escaped(cell)) not in ("", "-")]
    return bool(filled) and all(NUMBER.fullmatch(text) for text in filled)


class Carded(Printed):
    """Base of results that a notebook shows as a card: what their repr says, and below it what :meth:`_parts` has."""

    def _parts(self) -> Iterable[Html]:
        return ()

    def _repr_html_(self) -> str:
        """Return the card, as IPython asks for it."""
        name, _, line = repr(self).partition("(")
        return card(name, line.removesuffix(")"), self._parts())
