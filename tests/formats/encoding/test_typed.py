"""Whole columns of one type: what rows, one by one, give, and damaged ones."""

import json

import numpy as np
import pytest
from hypothesis import given

from neurograph.errors import FormatError
from neurograph.formats.encoding.columns import encoded
from neurograph.formats.encoding.typed import columns_from_json, columns_to_json, typed, untyped, whole_numbers
from neurograph.graphs.columns import Column, Columns
from tests.formats.encoding.test_columns import ROWS
from tests.formats.graphs import exact, loose


@given(ROWS)
def test_whole_columns_are_those_that_rows_give(given_rows):
    found = typed(Columns.of_rows(given_rows), ["id"])
    assert exact(Columns(len(given_rows), found).rows()) == exact(list(encoded(given_rows, ["id"])))
    back = untyped(found, ["id"], "node", len(given_rows)).rows()
    assert [{k: loose(v) for k, v in row.items()} for row in back] == [
        {k: loose(v) for k, v in row.items()} for row in given_rows
    ]


@given(ROWS)
def test_columns_come_back_from_json_with_their_types(given_rows):
    text = json.dumps(columns_to_json(Columns.of_rows(given_rows)), allow_nan=False)
    assert exact(columns_from_json(json.loads(text), len(given_rows), "nodes").rows()) == exact(given_rows)


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        (np.array([1, 2], np.uint8), "int64"), (np.array([1, 2**63 - 1], np.uint64), "int64"),
        (np.array([1, 2**63], np.uint64), "object"), (np.array([0.1], np.float32), "float64"),
        (np.array([True]), "bool"), (np.array([1, 0.5], object), "float64"), (np.array([-(2**63)], object), "int64"),
    ],
)  # fmt: skip
def test_arrays_of_any_type_become_one_of_the_four(values, kind):
    (column,) = typed(Columns(values.size, {"x": Column(values)}), []).values()
    assert column.values.dtype == kind
    told = column.cells() if kind != "object" else [int(cell.removeprefix("json:")) for cell in column.cells()]
    assert told == values.tolist()


def test_a_column_that_none_carries_is_left_out():
    assert typed(Columns(2, {"x": Column.absent(2)}), []) == columns_to_json(Columns(2, {"x": Column.absent(2)})) == {}


def test_a_damaged_cell_or_name_is_named():
    bad = Column(np.array(["a", "json:{"], object))
    with pytest.raises(FormatError, match=r"attribute 'x' of edge 1 is .{.: it is not whole JSON"):
        untyped({"x": bad}, [], "edge", 2)
    with pytest.raises(FormatError, match="a column of the edges is called 1: expected text"):
        untyped({"json:1": Column(np.ones(2))}, [], "edge", 2)


@pytest.mark.parametrize("values", [None, {}, [1.0], [True], ["1"], [-1], [3], [10**30]])
def test_what_is_no_array_of_places_is_refused(values):
    assert whole_numbers([0, 2], 0, 2, "here").tolist() == [0, 2]
    with pytest.raises(FormatError, match="here is"):
        whole_numbers(values, 0, 2, "here")
