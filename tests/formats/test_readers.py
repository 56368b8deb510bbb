"""Each format is opened by the program that it is for, which finds the graph as it was."""

import json

import networkx as nx
import numpy as np
import pytest
from scipy import sparse

import neurograph as ng
from neurograph.errors import FormatError, MissingPackageError
from neurograph.formats import FORMATS
from tests.formats.test_conformance import content, small


def subgraph():
    """Texts for labels, and a bit of everything else."""
    graph = nx.relabel_nodes(small(), {("x", 0): "in é", 1: "mid", "1": "out"})
    graph.nodes["mid"]["layer"] = 3
    for pre, post in (("mid", "out"), ("out", "mid")):
        graph.edges[pre, post]["weight"] = -2e-300  # igraph reads nothing below 2.2e-308
    graph.graph["dynamics"] = ng.Dynamics("-s + tanh(I + b)").to_dict()
    return graph


EDGES = [("in é", "mid", 1 / 3), ("mid", "out", -2e-300), ("out", "mid", -2e-300)]


def test_igraph_reads_graphml(tmp_path):
    igraph = pytest.importorskip("igraph")
    graph = igraph.Graph.Read_GraphML(str(ng.write(subgraph(), tmp_path / "net.graphml")))
    assert graph.is_directed()
    assert graph.vs["id"] == ["in é", "mid", "out"]
    assert graph.vs["role"] == ["input", "hidden", "output"]
    assert graph.vs["layer"][1] == 3
    names = graph.vs["id"]
    assert [(names[edge.source], names[edge.target], edge["weight"]) for edge in graph.es] == EDGES
    assert graph.es["plastic"] == [False, True, True]


def test_networkx_alone_reads_gexf(tmp_path):
    graph = nx.read_gexf(ng.write(subgraph(), tmp_path / "net.gexf"))
    assert dict(graph.nodes(data="role")) == {"in é": "input", "mid": None, "out": "output"}
    assert list(graph.edges(data="weight")) == EDGES


def test_networkx_alone_reads_cytoscape_json(tmp_path):
    path = ng.write(subgraph(), tmp_path / "net.cyjs")
    graph = nx.cytoscape_graph(json.loads(path.read_text("utf-8")))
    assert graph.is_directed()
    assert list(graph.edges(data="weight")) == EDGES
    elements = json.loads(path.read_text("utf-8"))["elements"]
    assert [node["data"]["id"] for node in elements["nodes"]] == ["in é", "mid", "out"]
    assert all(isinstance(edge["data"][end], str) for edge in elements["edges"] for end in ("source", "target"))


GEPHI = """<?xml version="1.0" encoding="UTF-8"?>
<gexf xmlns="http://www.gexf.net/1.3" version="1.3" xmlns:viz="http://www.gexf.net/1.3/viz">
<meta lastmodifieddate="2024-01-01"><creator>Gephi 0.10</creator></meta>
<graph defaultedgetype="directed" mode="static">
<attributes class="node" mode="static">
<attribute id="role" title="role" type="string"><default>hidden</default></attribute>
</attributes>
<nodes>
<node id="7" label="left"><attvalues><attvalue for="role" value="input"/></attvalues></node>
<node id="8" label="mid"/>
<node id="9" label="right"><attvalues><attvalue for="role" value="output"/></attvalues></node>
</nodes>
<edges><edge id="0" source="7" target="8"/><edge id="1" source="8" target="9" weight="-2.5"/></edges>
</graph>
</gexf>
"""

CYTOSCAPE = {
    "format_version": "1.0",
    "generated_by": "cytoscape-3.10.1",
    "data": {"name": "net", "SUID": 52},
    "elements": {
        "nodes": [
            {"data": {"id": "60", "name": "a", "role": "input"}, "position": {"x": 1.0, "y": 2.0}},
            {"data": {"id": "61", "name": "b", "role": "output", "bias": 0.5}},
        ],
        "edges": [{"data": {"id": "70", "source": "60", "target": "61", "weight": 2.0}}],
    },
}


def test_gexf_of_gephi_is_read_with_its_defaults(tmp_path):
    path = tmp_path / "gephi.gexf"
    path.write_text(GEPHI.replace("http://www.gexf.net/1.3", "http://gexf.net/1.3"))
    graph = ng.read(path)
    assert dict(graph.nodes(data="role")) == {"7": "input", "8": "hidden", "9": "output"}
    assert list(graph.edges(data=True)) == [("7", "8", {"weight": 1.0}), ("8", "9", {"weight": -2.5})]
    assert graph.graph == {}


def test_json_of_cytoscape_is_read(tmp_path):
    path = tmp_path / "net.cyjs"
    path.write_text(json.dumps(CYTOSCAPE))
    graph = ng.read(path)
    assert dict(graph.nodes(data=True)) == {"60": {"role": "input"}, "61": {"role": "output", "bias": 0.5}}
    assert list(graph.edges(data=True)) == [("60", "61", {"weight": 2.0})]
    assert graph.graph == {"name": "net", "SUID": 52}


@pytest.mark.parametrize("suffix", [".csv", ".parquet"])
def test_pandas_reads_the_pair_and_what_it_writes_is_read(suffix, tmp_path):
    pandas = pytest.importorskip("pandas")
    if suffix == ".parquet":
        pytest.importorskip("pyarrow")
    load = pandas.read_csv if suffix == ".csv" else pandas.read_parquet
    path = ng.write(subgraph(), tmp_path / f"net{suffix}")
    beside = tmp_path / f"net.nodes{suffix}"
    edges, nodes = load(path), load(beside)
    assert list(edges[["pre", "post", "weight"]].itertuples(index=False, name=None)) == EDGES
    assert nodes["node"].tolist() == ["in é", "mid", "out"]
    assert nodes["bias"].tolist()[1] == 0.1 + 0.2
    assert nodes["bias"].isna().tolist() == [True, False, True]

    edges["weight"] *= 2
    save = "to_csv" if suffix == ".csv" else "to_parquet"
    getattr(edges, save)(path, index=False)
    doubled = ng.read(path)
    assert list(doubled.edges(data="weight")) == [(pre, post, 2 * weight) for pre, post, weight in EDGES]
    assert doubled.graph == subgraph().graph

    getattr(pandas.DataFrame({"node": [5, 7], "role": [None, "output"]}), save)(beside, index=False)
    getattr(pandas.DataFrame({"pre": [5], "post": [7], "weight": [3]}), save)(path, index=False)
    assert content(ng.read(path)) == content(foreign())


def foreign():
    graph = nx.DiGraph()
    graph.add_node(5)
    graph.add_node(7, role="output")
    graph.add_edge(5, 7, weight=3.0)
    return graph


def test_integer_labels_are_integer_columns(tmp_path):
    parquet = pytest.importorskip("pyarrow.parquet")
    path = ng.write(foreign(), tmp_path / "net.parquet")
    assert str(parquet.read_schema(path).field("pre").type) == "int64"
    assert parquet.read_table(tmp_path / "net.nodes.parquet")["node"].to_pylist() == [5, 7]


def test_a_pair_without_its_nodes_is_refused_by_the_name_of_the_file(tmp_path):
    path = ng.write(subgraph(), tmp_path / "net.csv")
    (tmp_path / "net.nodes.csv").unlink()
    with pytest.raises(FormatError, match=r"net\.nodes\.csv cannot be read"):
        ng.read(path)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("pre,post", "pre,pre", "2 columns called 'pre'"),
        ("in é,mid", "in é,nobody", "ends at 'nobody', which is no node"),
        ("mid,out", "in é,mid", "is there twice"),
        ("in é,mid", ",mid", "row 2 of the edges has nothing in the column pre"),
        ("in é,mid", "in é,mid,", "row 2 of the edges has 6 cells: expected 5"),
        ("in é,mid", '"in é,mid', "are no CSV"),
    ],
)
def test_csv_that_is_no_graph_is_refused(old, new, message, tmp_path):
    path = ng.write(subgraph(), tmp_path / "net.csv")
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")
    with pytest.raises(FormatError, match=message):
        ng.read(path)


def test_a_cell_that_csv_readers_cannot_take_is_refused_by_name(tmp_path):
    graph = subgraph()
    graph.nodes["mid"]["story"] = "x" * 200_000
    with pytest.raises(FormatError, match="attribute 'story' takes 200000 characters"):
        ng.write(graph, tmp_path / "net.csv")


def test_scipy_reads_the_matrix_and_numpy_what_goes_with_it(tmp_path):
    path = ng.write(subgraph(), tmp_path / "net.npz")
    matrix = sparse.load_npz(path)
    expected = nx.to_numpy_array(subgraph())
    assert (matrix.toarray() == expected).all()
    arrays = np.load(path)
    assert arrays["labels"].tolist() == ["in é", "mid", "out"]
    assert arrays["roles"].tolist() == ["input", "", "output"]
    assert arrays["biases"].tolist()[1] == 0.1 + 0.2
    sparse.save_npz(path, matrix)
    with pytest.raises(FormatError, match=r"its array labels is none.*from_matrix"):
        ng.read(path)


def test_libsonata_reads_the_populations(tmp_path):
    libsonata = pytest.importorskip("libsonata")
    path = str(ng.write(subgraph(), tmp_path / "net.h5"))
    nodes = libsonata.NodeStorage(path).open_population("neurograph")
    everyone = nodes.select_all()
    assert list(nodes.get_attribute("label", everyone)) == ["in é", "mid", "out"]
    assert list(nodes.get_attribute("role", everyone)) == ["input", "", "output"]
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


def test_a_missing_package_is_named_with_its_remedy(tmp_path, monkeypatch):
    packages = {".parquet": "pyarrow", ".h5": "h5py", ".nir": "nir"}
    graph = subgraph()
    for suffix, package in packages.items():
        monkeypatch.setitem(__import__("sys").modules, package, None)
        with pytest.raises(MissingPackageError, match=rf"need {package}, .*\[files\]"):
            ng.write(graph, tmp_path / f"net{suffix}")
        for format in FORMATS.values():
            if format.suffix == suffix:
                with pytest.raises(MissingPackageError, match=package):
                    format.load([b"x", b"x"])
