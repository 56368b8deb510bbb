"""What a user is shown: text within the width of the terminal, and warnings at the user's own line."""

from __future__ import annotations

import shutil
import sys
import textwrap
import warnings

NARROWEST, WIDEST = 80, 98
"""Columns between which text is as wide as the terminal."""


def width() -> int:
    """Return the columns that text may take."""
    return max(NARROWEST, min(WIDEST, shutil.get_terminal_size((NARROWEST, 24)).columns))


def wrapped(text: str, hanging: int = 0, first: int = 0) -> list[str]:
    """Return the lines of a text, the first indented by `first` columns and the others by `hanging`."""
    return textwrap.wrap(
        text, width(), initial_indent=" " * first, subsequent_indent=" " * hanging, break_on_hyphens=False
    )


class Printed:
    """Base of values that :func:`print` shows as their repr, within the width of the terminal."""

    def __str__(self) -> str:
        """Return the repr, broken into lines."""
        return "\n".join(wrapped(repr(self), 4))


def warn(message: str, kind: type[Warning]) -> None:
    """Warn at the line outside of neurograph from which it was called, however deep inside this is."""
    frame, level = sys._getframe(), 1
    while frame.f_back is not None and frame.f_globals.get("__name__", "").partition(".")[0] == "neurograph":
        frame, level = frame.f_back, level + 1
    warnings.warn(message, kind, stacklevel=level)
