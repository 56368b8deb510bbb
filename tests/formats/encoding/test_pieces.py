"""Edges in pieces: those that reading the file as a whole finds, and files that have none."""

from __future__ import annotations

from unittest.mock import patch

import numpy as np
import pytest
from hypothesis import given, settings

import neurograph as ng
from neurograph.errors import FormatError
from neurograph.formats import read_table, write
from neurograph.formats.encoding import arrow
from neurograph.formats.encoding.pieces import Pieces
from neurograph.graphs.wiring import Wiring
from tests.strategies import graphs

pyarrow = pytest.importorskip("pyarrow")
parquet = pytest.importorskip("pyarrow.parquet")


@settings(max_examples=40)
@given(graph=graphs(biases=True, self_loops=True))
def test_pieces_have_what_the_whole_file_has(tmp_path_factory, graph):
    path = write(graph, tmp_path_factory.getbasetemp() / "pieces.parquet")
    whole = Wiring.of(read_table(path))
    with patch.object(arrow, "PIECE", 3):
        pieces = Pieces.of(path)
        first, again = list(pieces), list(pieces)
    assert pieces.nodes.nodes == tuple(whole.nodes)
    assert pieces.nodes.of_nodes.rows() == whole.of_nodes.rows()
    assert pieces.nodes.attributes == whole.attributes
    edges = [(*one.edge(k), one.of_edges.row(k)) for one in first for k in range(one.pre.size)]
    assert edges == [(*one.edge(k), one.of_edges.row(k)) for one in again for k in range(one.pre.size)]
    read = ("weight", "plastic", "tie")
    rows = [{name: row[name] for name in read if name in row} for row in whole.of_edges.rows()]
    assert edges == [(*whole.edge(k), row) for k, row in enumerate(rows)]


def network():
    return ng.compile(ng.topologies.complete(inputs=1, hidden=2, outputs=1, seed=0))


def test_what_is_not_of_neurograph_is_refused(tmp_path):
    path = write(network(), tmp_path / "graph.parquet")
    beside = tmp_path / "graph.nodes.parquet"
    with pytest.raises(FormatError, match=r"suffix '.json': expected .parquet"):
        Pieces.of(tmp_path / "graph.json")
    with pytest.raises(FormatError, match=r"other.parquet cannot be read"):
        Pieces.of(tmp_path / "other.parquet")
    parquet.write_table(pyarrow.table({"pre": ["x0"], "weight": [0.5]}), path)
    with pytest.raises(FormatError, match=r"the edges have no column 'post'"):
        list(Pieces.of(path))
    parquet.write_table(parquet.read_table(beside).replace_schema_metadata({}), beside)
    with pytest.raises(FormatError, match=r"graph.nodes.parquet does not say that neurograph wrote it"):
        Pieces.of(path)
    beside.unlink()
    with pytest.raises(FormatError, match=r"graph.nodes.parquet cannot be read"):
        Pieces.of(path)


def test_weights_of_few_digits_stay_as_they_are(tmp_path):
    path = write(network(), tmp_path / "graph.parquet")
    table = parquet.read_table(path)
    halves = table.set_column(2, "weight", table["weight"].cast("f4"))
    parquet.write_table(halves, path)
    (piece,) = Pieces.of(path)
    assert piece.weights().dtype == np.float32
