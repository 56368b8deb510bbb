"""Parquet of bare weights."""

from __future__ import annotations

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given, settings

import neurograph as ng
from neurograph.formats import read, read_table, write
from tests.formats.graphs import content, refused, sample
from tests.formats.test_conformance import ADDITIVE, MISSING
from tests.strategies import graphs


@pytest.mark.skipif(".parquet" in MISSING, reason="needs pyarrow, of the extra 'files'")
@settings(max_examples=40)
@given(graph=graphs(biases=True, self_loops=True, ties=False, attributes=False), seed=st.integers(0, 99))
def test_parquet_of_bare_weights_goes_the_way_of_arrays(tmp_path_factory, graph, seed):
    for _, _, data in graph.edges(data=True):
        data.pop("plastic", None)
    path = tmp_path_factory.getbasetemp() / "bare.parquet"
    network = ng.compile(graph, ADDITIVE)
    left = network.without_edges(np.random.default_rng(seed).random(network.weights.size) < 0.5)
    for one in (network, left):
        assert content(read(write(one, path))) == content(one.to_graph())
        assert ng.compile(read_table(path)).weights.tobytes() == one.weights.tobytes()


def test_parquet_that_states_too_much_is_refused(tmp_path):
    pyarrow = pytest.importorskip("pyarrow")
    parquet = pytest.importorskip("pyarrow.parquet")
    path = write(sample(".parquet"), tmp_path / "graph.parquet")
    ones = pyarrow.array(np.ones(20_000_000, np.int8))
    parquet.write_table(pyarrow.table({"pre": ones, "post": ones, "weight": ones}), path)
    assert path.stat().st_size < 300_000
    refused(path, "state 20000000 rows")
    days = pyarrow.table({"pre": [1], "post": [1], "weight": pyarrow.array([0], pyarrow.date32())})
    parquet.write_table(days, path)
    refused(path, "'weight' of the edges has type date32")


def foreign(path, **columns):
    """A table as another program writes it."""
    pyarrow = pytest.importorskip("pyarrow")
    parquet = pytest.importorskip("pyarrow.parquet")
    parquet.write_table(pyarrow.table(columns), path)
    return path


def test_a_table_of_edges_alone_is_taken_with_the_nodes_that_they_name(tmp_path):
    path = foreign(tmp_path / "edges.parquet", source=["b", "a"], target=["a", "c"], syn_count=[3, 7])
    graph = read(path, weight="syn_count", inputs=["b"], outputs=["c"], normalise=None)
    assert list(graph.nodes(data="role")) == [("b", "input"), ("a", "hidden"), ("c", "output")]
    assert list(graph.edges(data="weight")) == [("b", "a", 3.0), ("a", "c", 7.0)]
    refused(path, "carry no 'weight'")


def test_the_columns_of_the_ends_are_those_that_are_named(tmp_path):
    path = foreign(tmp_path / "edges.parquet", pre=[1, 2], post=[2, 3], a=[9, 8], b=[8, 7], weight=[0.5, 1.0])
    assert list(read(path, outputs=[3]).edges) == [(1, 2), (2, 3)]
    graph = read(path, pre="a", post="b", outputs=[7])
    assert list(graph.edges(data=True)) == [
        (9, 8, {"pre": 1, "post": 2, "weight": 0.5}),
        (8, 7, {"pre": 2, "post": 3, "weight": 1.0}),
    ]
    with pytest.raises(ng.errors.FormatError, match="pre is 'c', but edges has the columns"):
        read(path, pre="c", post="b")
    refused(foreign(tmp_path / "none.parquet", x=[1], y=[2]), "edges has the columns 'x', 'y': expected pre and post")


def test_a_table_of_nodes_of_others_is_found_by_its_column_and_lacks_no_node(tmp_path):
    pyarrow = pytest.importorskip("pyarrow")
    edges = foreign(tmp_path / "edges.parquet", pre_root_id=[5, 7], post_root_id=[7, 6], weight=[1.0, 2.0])
    types = pyarrow.array(["ORN", None, "PN"]).dictionary_encode()
    nodes = foreign(tmp_path / "n.parquet", root_id=[7, 4, 5], cell_type=types, layer=[1, None, 3])
    graph = read(edges, nodes=nodes, outputs=[6])
    assert list(graph) == [7, 4, 5, 6]
    assert graph.nodes[7] == {"cell_type": "ORN", "layer": 1, "role": "hidden"}
    assert graph.nodes[4] == graph.nodes[6] | {"role": "hidden"} == {"role": "hidden"}
    foreign(nodes, x=[1])
    with pytest.raises(ng.errors.FormatError, match="the nodes have the columns 'x': expected node, root_id"):
        read(edges, nodes=nodes)


def test_a_column_of_integers_with_gaps_stays_one(tmp_path):
    graph = sample(".parquet")
    graph.edges[1, "1"]["count"] = 2**53 + 1
    graph.edges["1", 1]["on"] = True
    assert content(read(write(graph, tmp_path / "graph.parquet"))) == content(graph)


def test_an_edge_of_ours_to_no_node_or_from_nothing_is_refused(tmp_path):
    pyarrow = pytest.importorskip("pyarrow")
    path = write(sample(".parquet"), tmp_path / "graph.parquet")
    foreign(path, pre=["1", "9"], post=["1", "1"], weight=[1.0, 2.0])
    refused(path, "an edge ends at '9', which is no node")
    foreign(path, pre=pyarrow.array([None, "1"]), post=["1", "1"], weight=[1.0, 2.0])
    refused(path, "the column pre has nothing in a row")
