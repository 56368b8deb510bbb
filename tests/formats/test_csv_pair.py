"""The pair of CSV files, and where it is as that of Parquet: as pandas reads and writes it, and what is no graph."""

import csv
import functools

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
    # From pandas 3 on every digit counts by itself.
    exactly = {} if pandas.__version__ >= "3" else {"float_precision": "round_trip"}
    load = functools.partial(pandas.read_csv, **exactly) if suffix == ".csv" else pandas.read_parquet
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
    with pytest.raises(FormatError, match=r"expected <name>\.nodes\.csv beside it"):
        ng.read(path)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("pre,post", "pre,pre", "two columns of one name"),
        ("in é,mid", "in é,nobody", "it has 4 nodes, but neurograph says 3"),
        ("mid,out", "in é,mid", "is there more than once"),
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
        assert next(csv.reader(lines)) == ["node", "role", "tags", "layer", "bias"]
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


def from_elsewhere(folder, nodes, edges):
    (folder / "net.nodes.csv").write_text(nodes)
    (folder / "net.csv").write_text(edges)
    return ng.read(folder / "net.csv", normalise=None)


TEXTS = ["001", "007", "00", "-0", "+1", " 1", "1 ", "1E5", "1e5", "12e4", "1.", ".5", "1_000", "0x10", "1,5", "\u0661"]
"""What other programs read as numbers, some of them, and Python writes for none."""


@pytest.mark.parametrize("text", [*TEXTS, "1.10", "1.50", "0.0100", "1e+05", "1.5E5", "1e400"])
def test_a_label_that_python_does_not_write_for_a_number_stays_text(text, tmp_path):
    cell = f'"{text}"'
    graph = from_elsewhere(tmp_path, f"node,role\n{cell},input\n2,output\n", f"pre,post,weight\n{cell},2,1\n")
    assert list(graph.edges) == [(text, 2)]


@pytest.mark.parametrize("text", TEXTS)
def test_an_attribute_that_python_does_not_write_for_a_number_stays_text(text, tmp_path):
    graph = from_elsewhere(tmp_path, f'node,role,code\n1,input,"{text}"\n2,output,\n', "pre,post,weight\n1,2,1\n")
    assert graph.nodes[1]["code"] == text


@pytest.mark.parametrize("number", [0, 1, -7, 10**30, 0.0, 1.5, -0.25, 1e-05, 1e22, 5e-324, 123456.789])
def test_what_python_writes_for_a_number_is_that_number(number, tmp_path):
    graph = from_elsewhere(
        tmp_path, f"node,role,size\n{number!r},input,{number!r}\nend,output,\n", f"pre,post,weight\n{number!r},end,1\n"
    )
    label = next(iter(graph))
    assert (label, graph.nodes[label]["size"]) == (number, number)
    assert type(label) is type(graph.nodes[label]["size"]) is type(number)


@pytest.mark.parametrize(
    ("cell", "number"),
    [("1E-05", 1e-05), ("1e5", 1e5), ("0.500", 0.5), ("007", 7.0), ("2.", 2.0), ("1E5", 1e5), ("-0", 0.0)],
)
def test_weights_and_biases_are_numbers_however_they_are_written(cell, number, tmp_path):
    graph = from_elsewhere(
        tmp_path, f"node,role,bias,size\n1,input,,\n2,output,{cell},0.500\n", f"pre,post,weight\n1,2,{cell}\n"
    )
    assert (graph.edges[1, 2]["weight"], graph.nodes[2]["bias"], graph.nodes[2]["size"]) == (number, number, 0.5)


def test_labels_that_differ_as_text_are_different_nodes(tmp_path):
    labels = ["01", "1", "001", "1E5", "100000", "+1"]
    graph = from_elsewhere(
        tmp_path,
        "node,role\n" + "".join(f"{label},input\n" for label in labels) + "y,output\n",
        "pre,post,weight\n" + "".join(f"{label},y,1\n" for label in labels),
    )
    assert list(graph) == ["01", 1, "001", "1E5", 100000, "+1", "y"]


@pytest.mark.parametrize("text", [*TEXTS, "1.10", "12", "1.5", "True", "json:1"])
def test_text_of_ones_own_comes_back_as_text_in_every_column(text, tmp_path):
    graph = nx.DiGraph()
    graph.add_node(text, role="input", code=text)
    graph.add_node("y", role="output", weight=text)
    graph.add_edge(text, "y", weight=0.5, bias=text, code=text)
    assert content(ng.read(ng.write(graph, tmp_path / "own.csv"))) == content(graph)
