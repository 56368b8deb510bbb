"""XML looked at before it is read: entities that grow, depth, roots, and what networkx passes over."""

import networkx as nx
import pytest

from neurograph.errors import FormatError
from neurograph.formats import write
from neurograph.formats.encoding.elements import check_simple, element_counts, fill_in
from tests.formats.graphs import refused, sample

LAUGHS = "".join(f'<!ENTITY a{k + 1} "{f"&a{k};" * 10}">' for k in range(9))


@pytest.mark.parametrize(("suffix", "root"), [(".graphml", "graphml"), (".gexf", "gexf")])
def test_xml_that_grows_or_goes_too_deep_is_refused(suffix, root, tmp_path):
    path = write(sample(suffix), tmp_path / f"graph{suffix}")
    text = path.read_text()
    for declared in (f'<!ENTITY a0 "ha">{LAUGHS}', '<!ENTITY a SYSTEM "file:///etc/hosts">'):
        path.write_text(text.replace(f"<{root} ", f"<!DOCTYPE {root} [{declared}]>\n<{root} ", 1))
        refused(path, "declares entities")
    path.write_text(text.replace("</graph>", "<nodes><node>" * 50_000 + "</node></nodes>" * 50_000 + "</graph>"))
    refused(path, "nested more than 100 deep")


def test_elements_are_counted_by_name_whatever_their_namespace():
    counts = element_counts(b'<g:gexf xmlns:g="x"><graph><g:node/><node/></graph></g:gexf>', "gexf")
    assert dict(counts) == {"gexf": 1, "graph": 1, "node": 2}


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"<graphml><graph/></graphml>", "root <graphml>: expected <gexf>"),
        (b"<gexf><graph/><graph/></gexf>", "holds 2 graphs"),
        (b"<gexf><graph>", "not whole XML"),
    ],
)
def test_xml_of_another_kind_is_refused(data, message):
    with pytest.raises(FormatError, match=message):
        element_counts(data, "gexf")


@pytest.mark.parametrize(
    ("graph", "nodes", "message"),
    [
        (nx.MultiDiGraph([(0, 1), (0, 1)]), 2, "several edges between two nodes"),
        (nx.Graph([(0, 1)]), 2, "undirected: expected directed ones; open it and to_directed"),
        (nx.DiGraph([(0, 1)]), 3, "declares 3 nodes but names 2"),
    ],
)
def test_what_networkx_passes_over_is_refused(graph, nodes, message):
    with pytest.raises(FormatError, match=message):
        check_simple(graph, nodes, "open it and to_directed")


def test_defaults_fill_what_is_missing_alone():
    rows = [{"role": "input"}, {}]
    fill_in(rows, {"role": "hidden"})
    assert rows == [{"role": "input"}, {"role": "hidden"}]
