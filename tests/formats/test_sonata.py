"""SONATA: as libsonata reads it, and as another program writes it."""

import pytest

import neurograph as ng
from neurograph.errors import FormatError
from tests.formats.graphs import EDGES, content, small, subgraph


def test_libsonata_reads_the_populations(tmp_path):
    libsonata = pytest.importorskip("libsonata")
    path = str(ng.write(subgraph(), tmp_path / "net.h5"))
    nodes = libsonata.NodeStorage(path).open_population("neurograph")
    everyone = nodes.select_all()
    assert list(nodes.get_attribute("label", everyone)) == ["in é", "mid", "out"]
    assert list(nodes.get_attribute("role", everyone)) == ["input", "hidden", "output"]
    edges = libsonata.EdgeStorage(path).open_population("neurograph")
    every = edges.select_all()
    ends = zip(edges.source_nodes(every), edges.target_nodes(every), strict=True)
    assert list(ends) == [(0, 1), (1, 2), (2, 1)]
    assert edges.get_attribute("syn_weight", every).tolist() == [weight for _, _, weight in EDGES]
    assert (edges.source, edges.target) == ("neurograph", "neurograph")


@pytest.mark.parametrize(("place", "fits"), [(2, True), (3, False), (2**40, False)])
def test_an_edge_to_a_node_that_is_not_there_is_refused(tmp_path, place, fits):
    h5py = pytest.importorskip("h5py")
    path = ng.write(subgraph(), tmp_path / "net.h5")
    with h5py.File(path, "a") as file:
        file["edges/neurograph/target_node_id"][0] = place
    if fits:
        assert ng.read(path).has_edge("in é", "out")
        return
    with pytest.raises(FormatError, match="target_node_id has 3 places of nodes: expected 3, each from 0 to 2"):
        ng.read(path)


def test_names_with_the_signs_of_the_reader_come_back(tmp_path):
    pytest.importorskip("h5py")
    graph = small()
    for data in (graph.nodes[1], graph.edges[1, "1"]):
        data.update({"e@mail": 1, "@library/x": "y", "a/b": 2.5, "@": True})
    assert content(ng.read(ng.write(graph, tmp_path / "net.h5"))) == content(graph)
