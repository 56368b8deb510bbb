"""A written HTML page as a path that a notebook shows as the page."""

from __future__ import annotations

import html
import os
from pathlib import Path
from typing import TYPE_CHECKING

from neurograph.drawing.card import Html, card, escaped

MOST = 4_000_000
"""Bytes up to which a page is embedded; what a notebook shows is saved with it."""

HEIGHT = 640
"""Pixels of the frame."""

if TYPE_CHECKING:
    PathOfSystem = Path
else:  # before Python 3.12 the class of paths of the system alone has what a path needs
    PathOfSystem = type(Path())


class Page(PathOfSystem):
    """The path of an HTML file: a :class:`pathlib.Path` that a notebook shows as the page, in a frame."""

    def with_segments(self, *segments: str | os.PathLike[str]) -> Path:
        """Return what is derived from the path, such as its parent, as a plain path; Python 3.11 does not call it."""
        return Path(*segments)

    def _repr_html_(self) -> Html | None:
        """Return a frame that holds the page as it is now, as IPython asks for it; None where it cannot be read.

        In the frame scripts run, and reach nothing of the notebook.
        """
        try:
            size = self.stat().st_size
            if size > MOST:
                line = f"{self}, {size / 1e6:.1f} MB: too large to stand here, above {MOST / 1e6:.0f} MB; open the file"
                return card("Page", line)
            text = self.read_text("utf-8")
        except (OSError, ValueError):
            return None
        return Html(
            f'<iframe title="{escaped(f"Page of the graph, {self.name}", 200)}" sandbox="allow-scripts" '
            f'srcdoc="{html.escape(text)}" style="width:100%;height:{HEIGHT}px;border:0"></iframe>'
        )
