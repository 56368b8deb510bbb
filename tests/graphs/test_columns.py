"""Attributes as columns: what a list of dicts would give, in typed arrays where all are of one type."""

import copy

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from neurograph.graphs.columns import Column, Columns

VALUES = st.one_of(
    st.integers(-(2**70), 2**70), st.floats(allow_nan=False), st.booleans(), st.text(max_size=3), st.none(),
    st.tuples(st.integers(0, 3), st.integers(0, 3)), st.lists(st.integers(0, 3), max_size=2),
)  # fmt: skip
ROWS = st.lists(st.dictionaries(st.sampled_from("abc"), VALUES, max_size=3), max_size=6)


def typed(rows):
    return [{name: (type(value), value) for name, value in row.items()} for row in rows]


@given(ROWS, st.data())
def test_rows_come_back_with_their_types(rows, data):
    before = copy.deepcopy(rows)
    columns = Columns.of_rows(rows)
    assert columns.count == len(rows)
    assert typed(columns.rows()) == typed(rows)
    assert typed(columns.row(place) for place in range(len(rows))) == typed(rows)
    places = np.array(data.draw(st.lists(st.sampled_from(range(len(rows))), max_size=5) if rows else st.just([])), int)
    assert typed(columns.take(places).rows()) == typed(rows[place] for place in places)
    mask = np.array(data.draw(st.lists(st.booleans(), min_size=len(rows), max_size=len(rows))), bool)
    assert typed(columns.take(mask).rows()) == typed(row for row, stays in zip(rows, mask, strict=True) if stays)
    assert rows == before
    for name in columns:
        absent = object()
        cells = columns[name].cells(absent)
        assert [cell is absent for cell in cells] == [name not in row for row in rows]


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        ([1, 2], "i"), ([1.0, 2.0], "f"), ([True, False], "b"), ([1, 2.0], "O"), ([2**63], "O"), ([-(2**63)], "O"),
        ([np.float64(1.0)], "O"), (["a"], "O"), ([(1, 2), (3, 4)], "O"),
    ],
)  # fmt: skip
def test_a_column_of_one_plain_type_is_an_array_of_it(values, kind):
    assert Column.of(values).values.dtype.kind == kind
    there = Column.of([None, *values], np.array([False, *[True] * len(values)]))
    assert there.values.dtype.kind == kind
    assert there.where().tolist() == list(range(1, len(values) + 1))


def test_values_change_in_a_copy_alone():
    column = Column.of([1, 2, 3], np.array([True, False, True]))
    changed = column.changed(np.array([1]), np.array([0.5]))
    assert changed.cells() == [1, 0.5, 3]
    assert changed.present is None
    assert column.cells() == [1, None, 3]
    assert Column.absent(2).changed(np.array([True, False]), np.array([2.0])).cells("none") == [2.0, "none"]
    floats = Column(np.array([1.0, 2.0])).changed(np.array([0]), np.array([3.0]))
    assert floats.values.dtype == np.float64
    assert floats.cells() == [3.0, 2.0]


def test_columns_are_put_in_and_left_out():
    columns = Columns.of_rows([{"a": 1}, {"a": 2, "b": "x"}])
    assert columns.without("a").rows() == [{}, {"b": "x"}]
    assert columns.having(a=Column.of([5, 6])).rows() == [{"a": 5}, {"a": 6, "b": "x"}]
    assert repr(columns) == "Columns('a', 'b': 2 rows)"


def test_a_column_is_spread_over_more_rows():
    spread = Column.of([1, 2, 3], np.array([True, False, True])).spread(np.array([3, 0, 1]), 5)
    assert spread.cells() == [None, 3, None, 1, None]
    assert Column(np.array([2, 1])).spread(np.array([1, 0]), 2).present is None


@given(st.lists(ROWS, min_size=1, max_size=3))
def test_stacked_rows_keep_their_types(parts):
    stacked = Columns.stacked([Columns.of_rows(rows) for rows in parts])
    assert stacked.count == sum(map(len, parts))
    assert typed(stacked.rows()) == typed(row for rows in parts for row in rows)
