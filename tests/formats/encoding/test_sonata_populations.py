"""SONATA of other programs: two files, no group ids, libraries, ids of nodes, several populations."""

import networkx as nx
import numpy as np
import pytest

import neurograph as ng
from neurograph.errors import FormatError
from tests.formats.graphs import content


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
    assert list(graph.nodes(data=True)) == [
        (0, {"x": 1.5, "node_type_id": 100}),
        (1, {"role": "output", "node_type_id": 100}),
    ]
    assert list(graph.edges(data=True)) == [(0, 1, {"weight": 0.25, "edge_type_id": 100})]
    assert "not the CSV" in graph.graph["changes"]

    with h5py.File(path, "a") as file:
        file["edges/cortex/source_node_id"].attrs["node_population"] = "thalamus"
    with pytest.raises(FormatError, match="points into the population 'thalamus'"):
        ng.read(path)


def population(file, path, count, **columns):
    """One population as another program writes it: without group ids, and only what is given."""
    what = path[:4]
    file[f"{path}/{what}_type_id"] = np.full(count, -1)
    for name, values in columns.items():
        file[f"{path}/0/{name}"] = values


def ends(file, path, pairs, source="A", target="A"):
    for end, name, places in zip(("source", "target"), (source, target), zip(*pairs, strict=True), strict=True):
        file[f"{path}/{end}_node_id"] = np.array(places, np.uint64)
        file[f"{path}/{end}_node_id"].attrs["node_population"] = name


def chain(file):
    """Three nodes in a row."""
    population(file, "nodes/A", 3, role=["input", "hidden", "output"])
    population(file, "edges/A__A", 2, syn_weight=np.array([0.5, -0.25]))
    ends(file, "edges/A__A", [(0, 1), (1, 2)])


def written(path, *builders):
    h5py = pytest.importorskip("h5py")
    with h5py.File(path, "a") as file:
        for build in builders:
            build(file)
    return path


def weights(graph):
    return {(pre, post): weight for pre, post, weight in graph.edges(data="weight")}


def test_two_files_are_read_as_one_whichever_is_named_first(tmp_path):
    whole = written(tmp_path / "whole.h5", chain)
    nodes, edges = written(tmp_path / "nodes.h5", chain), written(tmp_path / "edges.h5", chain)
    written(nodes, lambda file: file.__delitem__("edges"))
    written(edges, lambda file: file.__delitem__("nodes"))
    expected = content(ng.read(whole))
    assert content(ng.read(nodes, edges=edges)) == content(ng.read(edges, nodes=nodes)) == expected
    for alone, missing in ((nodes, "edge"), (edges, "node")):
        with pytest.raises(FormatError, match=rf"no population of {missing}s.*edges=.edges.h5.\)"):
            ng.read(alone)


def test_a_library_gives_the_texts_of_nodes_and_of_edges(tmp_path):
    def library(file):
        file["nodes/A/0/synapse_class"] = np.array([1, 0, 1], np.uint32)
        file["nodes/A/0/@library/synapse_class"] = ["EXC", "INH"]
        file["edges/A__A/0/kind"] = np.array([1, 0], np.uint8)
        file["edges/A__A/0/@library/kind"] = ["", "fast"]

    path = written(tmp_path / "net.h5", chain, library)
    graph = ng.read(path)
    assert [kind for _, kind in graph.nodes(data="synapse_class")] == ["INH", "EXC", "INH"]
    assert [kind for _, _, kind in graph.edges(data="kind")] == ["fast", None]
    written(path, lambda file: file["nodes/A/0/synapse_class"].__setitem__(0, 2))
    with pytest.raises(FormatError, match="synapse_class has a library of 2 texts"):
        ng.read(path)


def test_rows_of_the_group_are_found_by_their_index_and_several_groups_are_refused(tmp_path):
    def index(file):
        file["edges/A__A/edge_group_id"] = np.zeros(2, np.uint32)
        file["edges/A__A/edge_group_index"] = np.array([1, 0], np.uint64)

    path = written(tmp_path / "net.h5", chain, index)
    assert weights(ng.read(path)) == {(0, 1): -0.25, (1, 2): 0.5}
    written(path, lambda file: file["edges/A__A/edge_group_index"].__setitem__(0, 2))
    with pytest.raises(FormatError, match="expected a place in each column for every entry"):
        ng.read(path)
    written(path, lambda file: file["edges/A__A/edge_group_id"].__setitem__(0, 1))
    with pytest.raises(FormatError, match="/edges/A__A has the groups 0, 1: expected one"):
        ng.read(path)


def test_ids_of_nodes_are_their_names_and_what_edges_name(tmp_path):
    path = written(tmp_path / "net.h5", chain, lambda file: file.__setitem__("nodes/A/node_id", [2, 0, 1]))
    graph = ng.read(path, into_inputs="drop")
    assert list(graph.nodes(data="role")) == [(2, "input"), (0, "hidden"), (1, "output")]
    assert weights(graph) == {(0, 1): 0.5}
    written(path, lambda file: file["nodes/A/node_id"].__setitem__(0, 0))
    with pytest.raises(FormatError, match="target_node_id has 2 places of nodes: expected 2, each from 0 to 1"):
        ng.read(path)
    written(path, lambda file: file["edges/A__A/target_node_id"].__setitem__(1, 0))
    with pytest.raises(FormatError, match="node 0 is there twice"):
        ng.read(path)


def test_populations_that_send_to_others_are_all_taken(tmp_path):
    def thalamus(file):
        population(file, "nodes/B", 2, x=np.array([1.5, np.nan]), role=["input", "input"])
        population(file, "edges/B__A", 2, syn_weight=np.array([2.0, 3.0]), delay=np.array([1, 2]))
        ends(file, "edges/B__A", [(1, 1), (0, 2)], "B", "A")

    path = written(tmp_path / "net.h5", chain, thalamus)
    graph = ng.read(path)
    assert list(graph.nodes) == [("A", 0), ("A", 1), ("A", 2), ("B", 0), ("B", 1)]
    assert graph.nodes["B", 0] == {"role": "input", "x": 1.5, "population": "B"}
    assert graph.edges[("B", 1), ("A", 1)] == {"weight": 2.0, "delay": 1, "population": "B__A"}
    assert graph.edges[("A", 0), ("A", 1)] == {"weight": 0.5, "population": "A__A"}
    assert len(graph.edges) == 4
    own = written(tmp_path / "own.h5", chain, thalamus, lambda f: f.__setitem__("nodes/A/0/population", [7, 8, 7]))
    told = nx.get_node_attributes(ng.read(own), "population")
    assert told == {("A", 0): 7, ("A", 1): 8, ("A", 2): 7, ("B", 0): "B", ("B", 1): "B"}
    taken = ng.read(path, inputs={"population": "B"}, outputs=[("A", 2)], into_inputs="drop")
    assert [node for node, role in taken.nodes(data="role") if role == "input"] == [("B", 0), ("B", 1)]
    written(path, lambda file: file.__delitem__("nodes/B"))
    with pytest.raises(FormatError, match=r"points into the population 'B': expected one .* 'A'; put the nodes"):
        ng.read(path)


def test_the_weight_is_that_of_sonata_or_the_column_that_is_named(tmp_path):
    path = written(tmp_path / "net.h5", chain, lambda file: file.__setitem__("edges/A__A/0/nsyns", [3, 7]))
    assert weights(ng.read(path)) == {(0, 1): 0.5, (1, 2): -0.25}
    assert weights(ng.read(path, weight="nsyns")) == {(0, 1): 3.0, (1, 2): 7.0}
    written(path, lambda file: file.__setitem__("edges/A__A/0/weight", [1.0, 2.0]))
    graph = ng.read(path)
    assert graph.edges[0, 1] == {"syn_weight": 0.5, "nsyns": 3, "weight": 1.0}


def test_what_a_file_of_others_carries_stays_as_it_is(tmp_path):
    def more(file):
        file["nodes/A/0/layer"] = np.array([4, 0, 1], np.uint8)
        file["nodes/A/0/_label"] = ["a", "b", "c"]
        file["nodes/A/0/dynamics_params/tau"] = np.array([1.0, 2.0, 3.0])
        file["nodes/A"].attrs["made_by"] = "another"
        file["edges/A__A/indices/source_to_target/range"] = np.zeros((2, 2))

    graph = ng.read(written(tmp_path / "net.h5", chain, more))
    assert graph.nodes[0] == {"role": "input", "layer": 4, "_label": "a", "dynamics_params/tau": 1.0}


def test_parallel_edges_are_taken_as_the_words_say(tmp_path):
    path = written(tmp_path / "net.h5", chain, lambda file: file["edges/A__A/source_node_id"].__setitem__(1, 0))
    written(path, lambda file: file["edges/A__A/target_node_id"].__setitem__(1, 1))
    assert weights(ng.read(path, parallel="sum")) == {(0, 1): 0.25}
    with pytest.raises(FormatError, match="there more than once"):
        ng.read(path)
