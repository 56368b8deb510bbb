"""Every page of the site: its links and anchors lead somewhere, its pictures have words, and it asks nobody."""

import json
import re
from urllib.parse import unquote, urlsplit

import pytest

from tests.site.pages import PAGES, SITE, read


def test_it_is_built():
    assert len(PAGES) > 200


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(SITE)))
def test_its_links_lead_to_files_and_anchors_that_are_there(path):
    lost = []
    for _, attributes in read(path).tags:
        for link in (attributes.get("href"), attributes.get("src")):
            address = urlsplit(link or "")
            if address.scheme or address.netloc or not link or link.startswith("#_"):
                continue
            target = (path.parent / unquote(address.path)).resolve() if address.path else path
            anchored = address.fragment and target.suffix == ".html" and target.exists()
            if not target.exists() or (anchored and unquote(address.fragment) not in read(target).anchors):
                lost.append(link)
    assert not lost


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(SITE)))
def test_its_pictures_have_words_and_what_it_loads_is_local(path):
    for tag, attributes in read(path).tags:
        if tag == "img":
            thumbnail = "thumb" in (attributes.get("src") or "")  # whose words stand below it
            assert attributes.get("alt") or (thumbnail and "alt" in attributes), attributes
        loaded = attributes.get("src") if tag != "a" else None
        if tag == "link" and "stylesheet" in (attributes.get("rel") or ""):
            loaded = attributes.get("href")
        assert not urlsplit(loaded or "").netloc, attributes


@pytest.mark.parametrize("words", ["stdp", "gershgorin", "dead neuron", "connectom"])
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
