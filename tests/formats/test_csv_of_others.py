"""CSV as other programs write it: alone, with tabs, without a header, with a byte-order mark, in gzip."""

import gzip

import networkx as nx
import pytest

import neurograph as ng
from neurograph.errors import FormatError, NeurographError

ROLES = {"inputs": ["a"], "outputs": ["c"]}
EDGES = [("a", "b", 0.5), ("b", "c", -1.0)]

ALONE = {
    "plain": "pre,post,weight\na,b,0.5\nb,c,-1\n",
    "no end of the last line": "pre,post,weight\na,b,0.5\nb,c,-1",
    "CRLF": "pre,post,weight\r\na,b,0.5\r\nb,c,-1\r\n",
    "byte-order mark": "\ufeffpre,post,weight\na,b,0.5\nb,c,-1\n",
    "tabs": "pre\tpost\tweight\na\tb\t0.5\nb\tc\t-1\n",
    "semicolons": "pre;post;weight\na;b;0.5\nb;c;-1\n",
    "no header": "a,b,0.5\nb,c,-1\n",
    "no header, tabs": "a\tb\t0.5\nb\tc\t-1",
    "Gephi": "Source,Target,Type,Id,Label,Weight\na,b,Directed,0,,0.5\nb,c,Directed,1,,-1.0\n",
    "quoted": '"pre","post","weight"\n"a","b","0.5"\n"b","c","-1"\n',
    "empty lines": "pre,post,weight\n\na,b,0.5\n\nb,c,-1\n\n",
}


@pytest.mark.parametrize("name", ALONE)
@pytest.mark.parametrize("suffix", [".csv", ".tsv", ".csv.gz"])
def test_edges_alone_are_a_graph(name, suffix, tmp_path):
    path = tmp_path / f"edges{suffix}"
    data = ALONE[name].encode()
    path.write_bytes(gzip.compress(data) if suffix.endswith("gz") else data)
    graph = ng.read(path, **ROLES, **({"weight": "Weight"} if name == "Gephi" else {}))
    assert list(graph.edges(data="weight")) == EDGES
    assert [role for _, role in graph.nodes(data="role")] == ["input", "hidden", "output"]


def test_columns_are_named(tmp_path):
    path = tmp_path / "rows.csv"
    path.write_text("from_cell,to_cell,neuropil,syn_count\n720575940600000001,720575940600000002,ME_L,30\n")
    with pytest.raises(FormatError, match=r"rows\.csv .*columns 'from_cell', 'to_cell', .*pre= and post="):
        ng.read(path, outputs=[720575940600000002])
    graph = ng.read(
        path, pre="from_cell", post="to_cell", weight="syn_count", outputs=[720575940600000002], normalise=None
    )
    ((pre, post, data),) = graph.edges(data=True)
    assert (pre, post) == (720575940600000001, 720575940600000002)  # 64 bits, of which a float has 53
    assert data == {"weight": 30.0, "syn_count": 30, "neuropil": "ME_L"}


@pytest.mark.parametrize("label", ["root_id", "neuron_id", "Cell ID", "node_id", "cell"])
def test_nodes_stand_in_a_file_of_any_name(tmp_path, label):
    (tmp_path / "edges.csv").write_text("pre,post,weight\nb,c,1\na,b,0.5\n")
    (tmp_path / "cells.csv").write_text(f"{label},class\na,sensory\nb,\nc,motor\n")
    words = {"inputs": {"class": "sensory"}, "outputs": {"class": "motor"}}
    for graph in (
        ng.read(tmp_path / "edges.csv", nodes=tmp_path / "cells.csv", **words),
        ng.read(tmp_path / "cells.csv", edges=tmp_path / "edges.csv", **words),
    ):
        assert dict(graph.nodes(data=True)) == {
            "a": {"class": "sensory", "role": "input"},
            "b": {"role": "hidden"},
            "c": {"class": "motor", "role": "output"},
        }
    (tmp_path / "edges.csv").write_text("pre,post,weight\nb,c,1\na,b,0.5\nd,c,1\n")
    graph = ng.read(tmp_path / "edges.csv", nodes=tmp_path / "cells.csv", **words)
    assert graph.graph["changes"] == "1 node of edges alone, not in the table of nodes, added"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a\nb\n", "expected columns for pre, post and weight"),
        ("cell_a,cell_b,count\na,b,3\n", "columns 'cell_a', 'cell_b', 'count': expected pre and post among them"),
        ("pre,post,weight\na,b\n", "row 2 of the edges has 2 cells: expected 3"),
        ("a,b,1\nb,c\n", "row 2 of the edges has 2 cells: expected 3"),
        ("pre,post,weight\na,,1\n", "row 2 of the edges has nothing in the column post"),
        ("pre,post,weight\na,c,\n", "edge 'a' -> 'c' has no weight"),
        ("pre,post,weight\na,c,many\n", "edge 'a' -> 'c' has weight 'many'"),
        ("pre,post,weight\n" + "a,c,1\n" * 2, "is there more than once.*parallel="),
        ("pre,post\na,c\n", "edges carry no 'weight': expected weight= with one of what they carry, or weight=None"),
        ('pre,post,weight\na,"c,1\n', "are no CSV"),
    ],
)
def test_what_is_no_table_of_edges_is_refused_by_name(text, message, tmp_path):
    path = tmp_path / "edges.csv"
    path.write_text(text)
    with pytest.raises(NeurographError, match=message):
        ng.read(path, **ROLES)


def test_gzip_that_is_cut_or_out_of_proportion_is_refused(tmp_path):
    path = tmp_path / "edges.csv.gz"
    packed = gzip.compress(ALONE["plain"].encode())
    for data, message in (
        (packed[:-9], "cut, in several parts"),
        (packed + packed, "cut, in several parts"),
        (b"PK" + packed, "not whole gzip"),
        (gzip.compress(b"a,b,1\n" + b" " * 10**8), "unpacks to more than 100 times"),
    ):
        path.write_bytes(data)
        with pytest.raises(FormatError, match=message):
            ng.read(path, **ROLES)


def test_words_of_tables_are_refused_where_there_are_no_columns(tmp_path):
    path = ng.write(ng.topologies.complete(1, 1, 1, seed=0), tmp_path / "net.json")
    with pytest.raises(NeurographError, match=r"node-link JSON has no columns of ends"):
        ng.read(path, pre="a")
    with pytest.raises(NeurographError, match="node-link JSON is one file: expected None"):
        ng.read(path, nodes="nodes.csv")
    with pytest.raises(NeurographError, match="expected one of them"):
        ng.read(path, nodes="nodes.csv", edges="edges.csv")


def test_a_large_table_is_read_in_parts(tmp_path, monkeypatch):
    from neurograph.formats.encoding import csv_cells

    graph = ng.topologies.random(3, 20, 2, density=0.4, seed=0)
    path = ng.write(graph, tmp_path / "net.csv")
    monkeypatch.setattr(csv_cells, "ROWS", 7)
    monkeypatch.setattr(csv_cells, "MOST_KNOWN", 3)
    assert nx.utils.graphs_equal(ng.read(path), graph)
