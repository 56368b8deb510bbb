"""Tables of Arrow out of Parquet: whole or in pieces the same, and what is none is refused."""

from __future__ import annotations

from unittest.mock import patch

import numpy as np
import pytest

from neurograph.errors import FormatError, GraphTooLargeError
from neurograph.formats.encoding import arrow

pyarrow = pytest.importorskip("pyarrow")
parquet = pytest.importorskip("pyarrow.parquet")


@pytest.fixture
def table():
    kinds = pyarrow.array(["a", None, "b", "a", "b"]).dictionary_encode()
    weights = pyarrow.array([0.5, None, np.nan, -1.0, 2.0])
    return pyarrow.table({"post": [3, 1, 1, 2, 0], "weight": weights, "kind": kinds, "pre": [0, 1, 2, 3, 0]})


def test_pieces_put_together_are_the_whole(table, tmp_path):
    path = tmp_path / "edges.parquet"
    parquet.write_table(table, path, row_group_size=4)
    whole = arrow.loaded(path.read_bytes(), "edges")
    with patch.object(arrow, "PIECE", 2):
        names = ("pre", "post", "kind", "plastic")
        pieces = list(arrow.loaded_in_pieces(path, path.stat().st_size, "edges", names))
    assert max(map(len, pieces)) <= 2
    assert pyarrow.concat_tables(pieces).to_pydict() == whole.select(["pre", "post", "kind"]).to_pydict()


def test_a_column_is_absent_where_it_says_nothing(table):
    found = arrow.columns(table, ("pre", "post", "kind"))
    assert list(found) == ["weight"]
    assert found["weight"].cells() == [0.5, None, None, -1.0, 2.0]


def test_ends_are_the_places_of_their_labels(table):
    labels = pyarrow.chunked_array([[3, 2], [1, 0]])
    nodes, pre, post = arrow.end_places([table["pre"], table["post"]], labels, ("pre", "post"), own=True)
    assert nodes.to_pylist() == [3, 2, 1, 0]
    assert [pre.tolist(), post.tolist()] == [[3, 2, 1, 0, 3], [0, 2, 2, 1, 3]]
    with pytest.raises(FormatError, match=r"an edge ends at 0, which is no node"):
        arrow.end_places([table["pre"], table["post"]], labels[:3], ("pre", "post"), own=True)
    nodes, pre, _ = arrow.end_places([table["pre"], table["post"]], labels[:3], ("pre", "post"), own=False)
    assert nodes.to_pylist() == [3, 2, 1, 0]
    assert pre.tolist() == [3, 2, 1, 0, 3]


def test_damage_is_refused_piece_by_piece(table, tmp_path):
    path = tmp_path / "edges.parquet"
    parquet.write_table(table, path)
    data, size = path.read_bytes(), path.stat().st_size
    path.write_bytes(data[:-9])
    for read in (
        lambda: arrow.loaded(data[:-9], "edges"),
        lambda: list(arrow.loaded_in_pieces(path, size - 9, "edges", ["pre"])),
    ):
        with pytest.raises(FormatError, match=r"the edges are not whole Parquet"):
            read()
    path.write_bytes(data)
    with pytest.raises(FormatError, match=r"state 5 rows in 0 bytes"):
        list(arrow.loaded_in_pieces(path, 0, "edges", ["pre"]))
    with (
        patch("neurograph._checks.available_memory", return_value=1000),
        pytest.raises(GraphTooLargeError, match=r"reading 5 rows of 4 columns"),
    ):
        arrow.loaded(data, "edges")
