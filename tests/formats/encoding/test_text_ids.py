"""Graphs called by texts alone: every label comes back, and no two have one text."""

import networkx as nx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from neurograph.errors import FormatError
from neurograph.formats.encoding.rows import Rows
from neurograph.formats.encoding.text_ids import LABEL_KEY, restored, with_text_ids
from tests.formats.graphs import content, loose

LABELS = st.integers(-3, 3) | st.sampled_from(["1", "[1, 2]", (1, 2), "", "a", '"a"', "1'", True, 0.5])


def rows_of(graph):
    rows = Rows()
    for node, data in graph.nodes(data=True):
        rows.add_node(node, data)
    for pre, post, data in graph.edges(data=True):
        rows.add_edge(pre, post, data)
    return rows


@given(st.lists(LABELS, unique_by=lambda label: (type(label), label), min_size=1), st.data())
def test_every_label_comes_back(labels, data):
    graph = nx.DiGraph()
    graph.add_nodes_from((label, {"id": 1, LABEL_KEY: "mine"}) for label in dict.fromkeys(labels))
    nodes = list(graph)
    for pre in nodes:
        graph.add_edge(pre, data.draw(st.sampled_from(nodes)), source="x", weight=0.5)
    prepared = with_text_ids(graph, ["id"], ["source"])
    assert all(type(node) is str for node in prepared)
    assert not any("id" in row for _, row in prepared.nodes(data=True))
    assert not any("source" in row for *_, row in prepared.edges(data=True))
    back = restored(rows_of(prepared), ["id"], ["source"])
    assert content(nx.DiGraph(back.wiring().to_graph()), loose) == content(graph, loose)


def test_a_text_stands_as_it_is_and_another_label_as_json():
    prepared = with_text_ids(nx.DiGraph([("a", 1), (1, "1")]), [], [])
    assert list(prepared) == ["a", "1'", "1"]
    assert prepared.nodes["1'"] == {LABEL_KEY: "1"}


def test_two_nodes_of_one_label_are_refused():
    raw = Rows()
    for node in "ab":
        raw.add_node(node, {LABEL_KEY: "1"})
    with pytest.raises(FormatError, match="two nodes have the same"):
        restored(raw, [], [])


def test_a_damaged_label_is_named():
    raw = Rows()
    raw.add_node("a", {LABEL_KEY: "{"})
    with pytest.raises(FormatError, match="neurograph_label of node 'a'"):
        restored(raw, [], [])
