"""A page's path: a path in every way, and in a notebook the page in a frame."""

import os
import pickle
import sys
from html.parser import HTMLParser
from pathlib import Path

import pytest

import neurograph as ng
from neurograph.drawing import embedded
from neurograph.drawing.embedded import Page
from tests.drawing.checked_html import read


@pytest.fixture
def page(tmp_path):
    path = Page(tmp_path / "a.html")
    path.write_text('<!doctype html><p title="b">1 < 2 & "three"</p>', "utf-8")
    return path


def test_the_frame_holds_the_page_and_may_run_scripts_alone(page):
    read(page._repr_html_())
    found = []
    parser = HTMLParser()
    parser.handle_starttag = lambda tag, attrs: found.append((tag, dict(attrs)))
    parser.feed(page._repr_html_())
    ((tag, attributes),) = found
    assert tag == "iframe"
    assert attributes["srcdoc"] == page.read_text("utf-8")
    assert attributes["sandbox"] == "allow-scripts"
    assert attributes["title"] == "Page of the graph, a.html"
    assert "height:" in attributes["style"]


def test_it_is_a_path_in_every_way(page, tmp_path):
    plain = tmp_path / "a.html"
    assert isinstance(page, Path)
    assert page == plain
    assert hash(page) == hash(plain)
    assert {plain: 1}[page] == 1
    assert os.fspath(page) == str(page) == str(plain)
    assert pickle.loads(pickle.dumps(page)) == plain
    assert page.parent == tmp_path
    assert page.with_suffix(".json") == tmp_path / "a.json"
    assert isinstance(page.parent, Page) == (sys.version_info < (3, 12))
    assert not isinstance(page.parent, Page) or page.parent._repr_html_() is None


def test_what_cannot_be_read_is_shown_as_a_path(page):
    page.unlink()
    assert page._repr_html_() is None
    page.write_bytes(b"\xff\xfe\xff")
    assert page._repr_html_() is None


def test_a_page_that_is_too_large_says_where_it_is(page, monkeypatch):
    monkeypatch.setattr(embedded, "MOST", 10)
    found = read(page._repr_html_())
    assert str(page) in found.text
    assert "too large" in found.text
    assert "iframe" not in found.tags


def test_write_page_returns_it(tmp_path):
    network = ng.compile(ng.topologies.complete(inputs=1, hidden=2, outputs=1, seed=0))
    file = ng.write_page(network, tmp_path / "net.html")
    assert 'srcdoc="&lt;!DOCTYPE html' in file._repr_html_() or 'srcdoc="&lt;!doctype html' in file._repr_html_()
