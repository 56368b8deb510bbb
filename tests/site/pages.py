"""The pages of the site that `make docs` has built, read as a browser would."""

from functools import cache
from html.parser import HTMLParser
from pathlib import Path

SITE = Path(__file__).parents[2] / "build" / "site"
PAGES = sorted(path for path in SITE.rglob("*.html") if path.relative_to(SITE).parts[0] != "_static")


class Page(HTMLParser):
    """The tags of a page, each with its attributes, and the anchors it has."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.anchors: set[str] = set()
        self.feed(path.read_text("utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = dict(attrs)
        self.tags.append((tag, named))
        self.anchors |= {value for key in ("id", "name") if (value := named.get(key))}


@cache
def read(path: Path) -> Page:
    return Page(path)
