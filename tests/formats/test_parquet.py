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


def test_ends_that_cannot_be_labels_of_nodes_are_refused(tmp_path):
    pyarrow = pytest.importorskip("pyarrow")
    parquet = pytest.importorskip("pyarrow.parquet")
    path = write(sample(".parquet"), tmp_path / "graph.parquet")
    nodes = next(other for other in tmp_path.iterdir() if other != path)
    parquet.write_table(pyarrow.table({"node": [1, 2]}), nodes)
    parquet.write_table(pyarrow.table({"pre": ["a"], "post": ["b"], "weight": [1.0]}), path)
    refused(path, "the columns pre and node are of types string and int64: ")
