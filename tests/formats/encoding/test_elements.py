"""XML looked at before it is read: entities that grow, depth, roots, and what networkx passes over."""

import networkx as nx
import pytest

from neurograph.errors import FormatError
from neurograph.formats import write
from neurograph.formats.encoding.elements import fill_in, read_graph_of
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


def made(graph):
    """A reader that finds this graph, whatever the file."""
    return lambda _: graph


def test_nodes_are_counted_whatever_their_namespace():
    data = b'<g:gexf xmlns:g="x"><graph><g:node/><node/></graph></g:gexf>'
    graph = nx.DiGraph([(0, 1)])
    assert read_graph_of(data, "gexf", made(graph), "GEXF", "open it") is graph


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"<graphml><graph/></graphml>", "root <graphml>: expected <gexf>"),
        (b"<gexf><graph/><graph/></gexf>", "holds 2 graphs"),
        (b"<gexf><graph>", "not whole XML"),
    ],
)
def test_xml_of_another_kind_is_refused_before_it_is_read(data, message):
    with pytest.raises(FormatError, match=message):
        read_graph_of(data, "gexf", None, "GEXF", "open it")


@pytest.mark.parametrize(
    ("graph", "message"),
    [
        (nx.MultiDiGraph([(0, 1), (0, 1)]), "several edges between two nodes"),
        (nx.Graph([(0, 1)]), r"undirected: expected directed ones; open it\.to_directed"),
        (nx.DiGraph([(0, 1), (1, 2)]), "declares 2 nodes but names 3"),
    ],
)
def test_what_networkx_passes_over_is_refused(graph, message):
    with pytest.raises(FormatError, match=message):
        read_graph_of(b"<gexf><graph><node/><node/></graph></gexf>", "gexf", made(graph), "GEXF", "open it")


def test_what_networkx_raises_becomes_a_sentence():
    def broken(_):
        raise KeyError("viz")

    with pytest.raises(FormatError, match=r"networkx finds KeyError: 'viz'; expected GEXF 1\.2"):
        read_graph_of(b"<gexf><graph/></gexf>", "gexf", broken, "GEXF 1.2", "open it")


def test_defaults_fill_what_is_missing_alone():
    rows = [{"role": "input"}, {}]
    fill_in(rows, {"role": "hidden"})
    assert rows == [{"role": "input"}, {"role": "hidden"}]
