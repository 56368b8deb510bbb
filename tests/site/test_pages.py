"""Every page of the site: its links and anchors lead somewhere, its pictures have words, and it asks nobody."""

import json
import re
from urllib.parse import unquote, urlsplit

import pytest

from tests.site.pages import PAGES, SITE, read


def test_it_is_built():
    assert len(PAGES) > 200


SOURCES = ("src", "srcset", "data", "poster")
"""Attributes that name what a page loads; a link loads what its href names."""

each_page = pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(SITE)))


def addresses(attributes, names):
    """Return the addresses in attributes; a srcset has several, each with a size behind it."""
    given = {name: attributes.get(name) or "" for name in names}
    several = [one.split()[0] for one in given.pop("srcset", "").split(",") if one.strip()]
    return [*filter(None, given.values()), *several]


def lost(path):
    """Return the links of a page that lead to no file, or to no anchor of it."""
    found = []
    for _, attributes in read(path).tags:
        for link in addresses(attributes, ("href", *SOURCES)):
            address = urlsplit(link)
            if address.scheme or address.netloc:
                continue
            target = (path.parent / unquote(address.path)).resolve() if address.path else path
            anchored = address.fragment and target.suffix == ".html" and target.exists()
            if not target.exists() or (anchored and unquote(address.fragment) not in read(target).anchors):
                found.append(link)
    return found


def foreign(path):
    """Return what a page loads from another server."""
    loaded = [
        one
        for tag, attributes in read(path).tags
        for one in addresses(attributes, ("href", *SOURCES) if tag == "link" else SOURCES)
    ]
    return [one for one in loaded if urlsplit(one).netloc]


def wordless(path):
    """Return the pictures of a page that have no words; those of a thumbnail stand below it."""
    pictures = [attributes for tag, attributes in read(path).tags if tag == "img"]
    return [
        one
        for one in pictures
        if not one.get("alt") and not ("alt" in one and "sphx_glr_" in one["src"] and "_thumb" in one["src"])
    ]


@each_page
def test_its_links_lead_to_files_and_anchors_that_are_there(path):
    assert lost(path) == []


@each_page
def test_its_pictures_have_words_and_what_it_loads_is_local(path):
    assert wordless(path) == []
    assert foreign(path) == []


@pytest.mark.parametrize(
    ("look", "right", "wrong"),
    [
        (lost, '<a href="#here" id="here">', '<a href="#there" id="here">'),
        (lost, '<a href="#_here" id="_here">', '<a href="#_there">'),
        (lost, '<a href="other.html#one">', '<a href="other.html#two">'),
        (lost, '<a href="https://host/gone.html">', '<a href="gone.html">'),
        (lost, '<img srcset="other.html 1x, other.html 2x">', '<img srcset="other.html, gone.png 2x">'),
        (wordless, '<img src="a.png" alt="words">', '<img src="a.png">'),
        (wordless, '<img src="sphx_glr_a_thumb.png" alt="">', '<img src="thumb.png" alt="">'),
        (foreign, '<script src="a.js"></script>', '<script src="//host/a.js"></script>'),
        (foreign, '<a href="https://host/">', '<link rel="preload" href="https://host/a.js">'),
        (foreign, '<img srcset="a.png 2x">', '<img srcset="a.png, https://host/a.png 2x">'),
        (foreign, '<object data="a.svg">', '<object data="https://host/a.svg">'),
    ],
)
def test_what_is_wrong_with_a_page_is_found(tmp_path, look, right, wrong):
    (tmp_path / "other.html").write_text('<p id="one">')
    for name, text in (("right.html", right), ("wrong.html", wrong)):
        (tmp_path / name).write_text(text)
    assert look(tmp_path / "right.html") == []
    assert len(look(tmp_path / "wrong.html")) == 1


@pytest.mark.parametrize("words", ["stdp", "gershgorin", "dead neuron", "connectom", "gpu", "torchrun"])
def test_the_search_finds(words):
    index = json.loads(re.search(r"Search\.setIndex\((.*)\)", (SITE / "searchindex.js").read_text(), re.S)[1])
    found = [index["terms"].get(word, index["titleterms"].get(word)) for word in words.split()]
    assert all(one not in (None, []) for one in found)


@pytest.mark.parametrize(
    ("page", "address"),
    [
        (
            "first_ten_minutes",
            "https://networkx.org/documentation/stable/reference/classes/digraph.html#networkx.DiGraph",
        ),
        (
            "ideas",
            "https://docs.scipy.org/doc/scipy/reference/generated/scipy.sparse.csr_array.html#scipy.sparse.csr_array",
        ),
        ("from_brian2", "brian2.groups.neurongroup.NeuronGroup.html#brian2.groups.neurongroup.NeuronGroup"),
        (
            "from_scikit_learn",
            "https://scikit-learn.org/stable/modules/generated/sklearn.neural_network.MLPClassifier.html",
        ),
    ],
)
def test_what_is_of_another_project_leads_to_its_pages(page, address):
    links = [named.get("href") or "" for _, named in read(SITE / "guide" / f"{page}.html").tags]
    assert any(address in link for link in links)
