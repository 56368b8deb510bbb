"""Cells of CSV: what numpy reads at once is what is read cell by cell."""

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from neurograph.errors import FormatError
from neurograph.formats.encoding import csv_cells
from neurograph.formats.encoding.csv_cells import Sheet, _numbers, cell_of, cells_of, value_of, written
from neurograph.graphs.columns import Column

CELLS = st.one_of(
    st.floats(allow_nan=False, allow_infinity=False).map(repr),
    st.integers(-(10**20), 10**20).map(str),
    st.text("0123456789.eE+-, x\u0661", max_size=4),
)


@given(st.lists(CELLS, min_size=1))
@example(["1,5"])
@example(["1_000"])
@example([" 1", "inf", "nan"])
def test_numbers_at_once_are_those_one_by_one(cells):
    one_by_one = [value_of(cell, "weight") for cell in cells]
    plain = all(type(value) in (int, float) for value in one_by_one)
    found = _numbers(cells)
    assert (found is not None) <= plain
    if found is not None:
        assert found.tolist() == [float(value) for value in one_by_one]


@given(st.lists(st.one_of(st.integers(), st.floats(allow_nan=False, allow_infinity=False), st.booleans(), st.text())))
def test_values_come_back_from_their_cells(values):
    for value in values:
        if isinstance(value, str) and ("\0" in value or "\r" in value or not value):
            continue
        cell = cell_of(value, "code")
        if not cell.startswith("json:"):
            assert (type(value_of(cell, "code")), value_of(cell, "code")) == (type(value), value)


def test_cells_are_empty_where_nothing_is():
    assert cells_of(Column(np.array([0.1, 0.0]), np.array([True, False])), "c") == ["0.1", ""]
    assert cells_of(Column.of(["a", "12"]), "c") == ["a", 'json:"12"']


def test_a_sheet_is_what_was_written():
    data = written({"pre": ["a", "b"], "note": ["x, y", ""], "weight": ["0.5", "2"]})
    columns = Sheet(data, "edges").columns(["pre"])
    assert columns["pre"] == ["a", "b"]
    assert columns["note"] == ["x, y", None]
    assert columns["weight"].tolist() == [0.5, 2.0]


def test_each_different_cell_is_read_once_until_too_many_are_remembered(monkeypatch):
    read = []
    monkeypatch.setattr(csv_cells, "value_of", lambda cell, *_: (read.append(cell), cell.upper())[1])
    monkeypatch.setattr(csv_cells, "MOST_KNOWN", 4)
    reader = csv_cells._Reader("note", is_label=False)
    for cells in ("ab", "ba", "bc", "cdb", "ab"):
        reader.add([*cells])
    assert reader.values() == [*"ABBABCCDBAB"]
    assert sorted(read) == [*"aabbcd"]  # with "" there were five after "cdb"


@pytest.mark.parametrize("data", [b"\xff\xfe", b'a,"b\n'])
def test_what_is_no_csv_is_refused(data):
    with pytest.raises(FormatError, match="the edges are no CSV"):
        Sheet(data, "edges").columns([])
