"""Attributes as columns of one type: the type that is chosen, texts and JSON, and damaged cells."""

import networkx as nx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from neurograph.errors import FormatError
from neurograph.formats.encoding.columns import (
    decoded,
    edge_data,
    encoded,
    from_header,
    from_text,
    header,
    label,
    label_column,
    node_data,
    text,
)
from tests.formats.graphs import exact, loose

SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text()
VALUES = st.recursive(SCALARS, lambda inner: st.lists(inner) | st.lists(inner).map(tuple), max_leaves=4)
ROWS = st.lists(st.dictionaries(st.sampled_from(["x", "id", "_id", "json:", ""]), VALUES), max_size=4)


@given(ROWS)
def test_rows_come_back_whatever_their_names_and_values(given_rows):
    cells = list(encoded(given_rows, ["id"]))
    assert not any("id" in row for row in cells)
    back = [decoded(row, ["id"], "a node") for row in cells]
    assert [{k: loose(v) for k, v in row.items()} for row in back] == [
        {k: loose(v) for k, v in row.items()} for row in given_rows
    ]


@given(ROWS)
def test_every_column_has_one_type(given_rows):
    cells = list(encoded(given_rows, []))
    for name in {name for row in cells for name in row}:
        assert len({type(row[name]) for row in cells if name in row}) == 1


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        ([True, False], bool),
        ([1, -(2**63)], int),
        ([1, 2**63], str),
        ([1, 0.5], float),
        ([2**53 + 1, 0.5], str),
        ([True, 1], str),
        (["a", 1], str),
        ([None], str),
    ],
)
def test_the_type_of_a_column_is_the_narrowest_that_holds_it(values, kind):
    assert {type(row["x"]) for row in encoded([{"x": value} for value in values], [])} == {kind}


@given(VALUES)
def test_text_comes_back(value):
    assert exact(from_text(text(value), "here")) == exact(value)


@pytest.mark.parametrize("value", [float("nan"), [float("inf")], (1, -float("inf")), {"a": float("nan")}])
def test_what_could_not_be_read_again_is_not_written(value):
    with pytest.raises(ValueError, match="not JSON compliant"):
        text(value)


def test_labels_are_integers_where_all_are():
    assert label_column([3, 2**62]) == [3, 2**62]
    assert label_column([3, 2**63]) == ["json:3", f"json:{2**63}"]
    assert label_column([True]) == ["json:true"]
    for node in (3, "a", ("x", (0, 1.5)), "json:"):
        assert exact(label(label_column([node, "text"])[0], "here")) == exact(node)


def test_the_header_keeps_attributes_and_facts():
    attributes, facts = from_header(header({"name": ("a", 1)}, nodes=3), "the header")
    assert exact(attributes) == exact({"name": ("a", 1)})
    assert facts["nodes"] == 3


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ("{", "the header is '{': it is not whole JSON"),
        ("[]", "expected a JSON object"),
        ('{"version": 99, "graph": {}}', "the header has version 99: expected 1"),
        ('{"version": 1, "graph": []}', "expected a JSON object"),
    ],
)
def test_a_damaged_header_is_refused(written, message):
    with pytest.raises(FormatError, match=message):
        from_header(written, "the header")


def test_a_damaged_cell_is_named():
    with pytest.raises(FormatError, match=r"attribute 'x' of node 3 is .{.: it is not whole JSON"):
        decoded({"x": "json:{"}, [], "node 3")
    with pytest.raises(FormatError, match="is called 1: expected text"):
        decoded({"json:1": "a"}, [], "node 3")
    with pytest.raises(FormatError, match="a node is called"):
        label('json:{"a": 1}', "here")


def test_the_data_stand_in_the_order_of_the_graph():
    graph = nx.DiGraph([(1, 0, {"w": 2})])
    graph.nodes[0]["x"] = 1
    assert node_data(graph) == [{}, {"x": 1}]
    assert edge_data(graph) == [{"w": 2}]
