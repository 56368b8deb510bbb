"""One offline HTML page of a graph."""

from neurograph.html.page import page, write_page

__all__ = ["page", "write_page"]
