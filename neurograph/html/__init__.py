"""One offline HTML page of a graph."""

from neurograph.html.page import checked_page_path, page, write_page

__all__ = ["checked_page_path", "page", "write_page"]
