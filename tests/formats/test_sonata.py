"""SONATA: as libsonata reads it, and as another program writes it."""

import numpy as np
import pytest

import neurograph as ng
from neurograph.errors import FormatError
from tests.formats.graphs import EDGES, subgraph


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


def test_sonata_of_another_program_is_read(tmp_path):
    h5py = pytest.importorskip("h5py")
    path = tmp_path / "foreign.h5"
    with h5py.File(path, "w") as file:
        for what, count in (("node", 2), ("edge", 1)):
            place = file.create_group(f"{what}s/cortex")
            place[f"{what}_type_id"] = np.full(count, 100)
            place[f"{what}_group_id"] = np.zeros(count, np.int64)
            place[f"{what}_group_index"] = np.arange(count)
        file["nodes/cortex/0/role"] = ["", "output"]
        file["nodes/cortex/0/x"] = np.array([1.5, np.nan], np.float32)
        file.create_dataset("edges/cortex/0/syn_weight", data=np.array([0.25]), compression="gzip")
        for end, node in (("source", 0), ("target", 1)):
            file[f"edges/cortex/{end}_node_id"] = np.array([node])
            file[f"edges/cortex/{end}_node_id"].attrs["node_population"] = "cortex"
    graph = ng.read(path)
    assert list(graph.nodes(data=True)) == [(0, {"x": 1.5}), (1, {"role": "output"})]
    assert list(graph.edges(data=True)) == [(0, 1, {"weight": 0.25})]

    with h5py.File(path, "a") as file:
        file["edges/cortex/source_node_id"].attrs["node_population"] = "thalamus"
    with pytest.raises(FormatError, match="points into the population 'thalamus'"):
        ng.read(path)


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
