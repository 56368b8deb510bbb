"""Rows made a graph: labels, defaults, undirected edges among directed ones, and what is said of what is lost."""

import pytest

from neurograph.errors import FormatError
from neurograph.formats.encoding.rows import Rows, put


def rows(*edges, **nodes):
    made = Rows()
    for node, data in nodes.items():
        made.add_node(node, data)
    for edge in edges:
        made.add_edge(*edge)
    return made


def pairs(wiring):
    return [(*wiring.edge(k), weight) for k, weight in enumerate(wiring.of_edges["weight"].cells())]


def test_undirected_edges_alone_make_an_undirected_graph():
    edges = [("a", "b", {"weight": 1.0}, False), ("b", "b", {"weight": 2.0}, False)]
    wiring = rows(*edges, a={}, b={}).wiring()
    assert (wiring.directed, pairs(wiring)) == (False, [("a", "b", 1.0), ("b", "b", 2.0)])
    assert wiring.attributes == {}


def test_undirected_edges_among_directed_ones_go_both_ways():
    edges = [("a", "b", {"weight": 1.0}, False), ("b", "a", {"weight": 3.0}), ("b", "b", {"weight": 2.0}, False)]
    wiring = rows(*edges, a={}, b={}).wiring()
    assert wiring.directed
    assert pairs(wiring) == [("a", "b", 1.0), ("b", "a", 1.0), ("b", "a", 3.0), ("b", "b", 2.0)]
    assert wiring.attributes == {"changes": "2 undirected edges among directed ones made to go both ways"}


def test_nodes_are_called_by_the_first_attribute_that_tells_them_apart():
    made = rows(("a", "b", {}), a={"x": "same", "y": "one", "z": 1}, b={"x": "same", "y": "two", "z": 2})
    made.call_by("w", "x", "y", "z")
    assert list(made.nodes) == ["one", "two"]
    assert made.edges == [("one", "two", {}, True)]
    assert made.nodes["one"] == {"x": "same", "y": "one", "z": 1}
    assert made.changes == ["nodes called by their attribute 'y' in place of their ids"]
    for data in ({"y": 0.5}, {"y": None}, {"y": True}, {}):
        other = rows(a={"y": "one"}, b=data)
        other.call_by("y")
        assert list(other.nodes) == ["a", "b"]


def test_defaults_fill_what_is_missing_alone():
    made = rows(("a", "b", {}), a={"role": "input"}, b={})
    made.fill({"role": "hidden"}, {"weight": 1.0})
    assert made.nodes == {"a": {"role": "input"}, "b": {"role": "hidden"}}
    assert made.edges[0][2] == {"weight": 1.0}


def test_what_is_left_out_is_counted_behind_what_the_file_says_itself():
    made = rows(a={})
    made.attributes, made.changes = {"changes": "before"}, ["first"]
    made.left_out.update({"port": 2, "spell": 1})
    assert made.wiring().attributes == {"changes": "before; first; left out: 2 ports, 1 spell"}
    assert made.attributes == {"changes": "before"}


def test_a_node_that_is_there_twice_and_an_end_that_is_none_are_named():
    with pytest.raises(FormatError, match="node 'a' is there twice"):
        rows(a={}).add_node("a", {})
    with pytest.raises(FormatError, match="edge 'a' -> 'c' ends at 'c', which is no node"):
        rows(("a", "c", {}), a={}).wiring()


def test_an_attribute_takes_no_others_name():
    data = {"x": 1}
    for value in (1, 2, 3, 2):
        put(data, "x", value, "viz")
    assert data == {"x": 1, "viz_x": 2, "viz_viz_x": 3}
