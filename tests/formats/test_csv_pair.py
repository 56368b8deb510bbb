"""The pair of CSV files, and where it is as that of Parquet: as pandas reads and writes it, and what is no graph."""

import networkx as nx
import pytest

import neurograph as ng
from neurograph.errors import FormatError
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
    refused(path, "it has 2 edges, but the column neurograph says 3")
