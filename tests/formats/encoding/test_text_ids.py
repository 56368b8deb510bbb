"""Graphs called by texts alone: every label comes back, and no two have one text."""

import networkx as nx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from neurograph.errors import FormatError
from neurograph.formats.encoding.text_ids import LABEL_KEY, restored, with_text_ids
from tests.formats.graphs import content, loose

LABELS = st.integers(-3, 3) | st.sampled_from(["1", "[1, 2]", (1, 2), "", "a", '"a"', "1'", True, 0.5])


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
    assert content(restored(prepared, ["id"], ["source"]), loose) == content(graph, loose)


def test_a_text_stands_as_it_is_and_another_label_as_json():
    prepared = with_text_ids(nx.DiGraph([("a", 1), (1, "1")]), [], [])
    assert list(prepared) == ["a", "1'", "1"]
    assert prepared.nodes["1'"] == {LABEL_KEY: "1"}


def test_two_nodes_of_one_label_are_refused():
    raw = nx.DiGraph()
    raw.add_nodes_from(["a", "b"], **{LABEL_KEY: "1"})
    with pytest.raises(FormatError, match="two nodes have the same"):
        restored(raw, [], [])


def test_a_damaged_label_is_named():
    raw = nx.DiGraph()
    raw.add_node("a", **{LABEL_KEY: "{"})
    with pytest.raises(FormatError, match="neurograph_label of node 'a'"):
        restored(raw, [], [])
