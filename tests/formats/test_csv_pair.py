"""The pair of CSV files, and where it is as that of Parquet: as pandas reads and writes it, and what is no graph."""

import csv

import networkx as nx
import pytest

import neurograph as ng
from neurograph.errors import FormatError
from neurograph.formats.encoding.columns import header
from tests.formats.graphs import EDGES, content, refused, sample, subgraph


def foreign():
    graph = nx.DiGraph()
    graph.add_node(5)
    graph.add_node(7, role="output")
    graph.add_edge(5, 7, weight=3.0)
    return graph


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

    (tmp_path / "net.graph.csv").unlink(missing_ok=True)
    getattr(pandas.DataFrame({"node": [5, 7], "role": [None, "output"]}), save)(beside, index=False)
    getattr(pandas.DataFrame({"pre": [5], "post": [7], "weight": [3]}), save)(path, index=False)
    assert content(ng.read(path)) == content(foreign())


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


def test_csv_that_was_cut_between_two_lines_is_refused(tmp_path):
    path = ng.write(sample(".csv"), tmp_path / "graph.csv")
    lines = path.read_text().splitlines(keepends=True)
    path.write_text("".join(lines[:-1]))
    refused(path, "it has 2 edges, but neurograph says 3")


def test_what_the_graph_carries_stands_in_a_table_of_its_own(tmp_path):
    graph = subgraph()
    graph.graph.update({"neurograph": 1, "12": "12", "": "", "json:x": 2**70, "half": 0.5, "lines": "a\nb, c"})
    path = ng.write(graph, tmp_path / "net.csv")
    assert {file.name for file in tmp_path.iterdir()} == {"net.csv", "net.nodes.csv", "net.graph.csv"}
    assert content(ng.read(path)) == content(graph)
    with open(tmp_path / "net.nodes.csv", encoding="utf-8", newline="") as lines:
        assert next(csv.reader(lines)) == ["node", "role", "tags", "bias", "layer"]
    with open(tmp_path / "net.graph.csv", encoding="utf-8", newline="") as lines:
        header, first, *rows = csv.reader(lines)
    assert (header, first[0]) == (["attribute", "value"], "neurograph")
    assert ["name", "small"] in rows
    assert len(rows) == len(graph.graph)


def test_a_pair_that_was_written_with_the_graph_in_its_first_node_is_read(tmp_path):
    graph = subgraph()
    path = ng.write(graph, tmp_path / "net.csv")
    (tmp_path / "net.graph.csv").unlink()
    plain = ng.read(path)
    assert plain.graph == {}
    assert content(plain)[1:] == content(graph)[1:]
    nodes = list(csv.reader((tmp_path / "net.nodes.csv").read_text("utf-8").splitlines()))
    facts = "json:" + header(graph.graph, nodes=3, edges=3)
    with open(tmp_path / "net.nodes.csv", "w", encoding="utf-8", newline="") as file:
        cells = ["neurograph", facts, "", ""]
        csv.writer(file).writerows([*row, cell] for row, cell in zip(nodes, cells, strict=True))
    assert content(ng.read(path)) == content(graph)


@pytest.mark.parametrize(("old", "new", "message"), [
    ("name,small\n", "", "it has 2 attributes, but neurograph says 3"),
    ("name,small\n", "name,small\nname,large\n", "the attributes have 'name' twice"),
    ("neurograph,", "other,", "the row neurograph of the attributes"),
    ('""version"": 1', '""version"": 9', "has version 9: expected 1"),
    ('""nodes"": 3', '""nodes"": 4', "it has 3 nodes, but neurograph says 4"),
    ("attribute,value", "name,value", "0 columns called 'attribute'"),
])  # fmt: skip
def test_a_table_of_the_graph_that_is_damaged_is_refused(old, new, message, tmp_path):
    path = ng.write(subgraph(), tmp_path / "net.csv")
    beside = tmp_path / "net.graph.csv"
    text = beside.read_text("utf-8")
    assert old in text
    beside.write_text(text.replace(old, new, 1), "utf-8")
    refused(path, message)
