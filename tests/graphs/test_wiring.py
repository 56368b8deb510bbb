"""A graph as it comes, and the faults that are named when it is to be compiled."""

import numpy as np
import pytest

from neurograph.errors import GraphError
from neurograph.graphs.columns import Column, Columns
from neurograph.graphs.wiring import Wiring, groups, numbers


def wiring(**changed):
    given = {
        "nodes": ("x", "h", "y"),
        "pre": np.array([0, 1], np.int32),
        "post": np.array([1, 2], np.int32),
        "of_nodes": Columns.of_rows([{"role": "input"}, {"bias": 0.5}, {"role": "output"}]),
        "of_edges": Columns.of_rows([{"weight": 1.0}, {"weight": 2, "plastic": False}]),
    }
    return Wiring(**{**given, **changed})


def test_a_table_has_all_that_it_carries():
    table = wiring(attributes={"name": "small"}).table()
    assert table.weights.tolist() == [1.0, 2.0]
    assert table.plastic.tolist() == [True, False]
    assert table.biases.tolist()[1] == 0.5
    assert table.of_edges().rows() == [{}, {"plastic": False}]
    assert table.attributes == {"name": "small"}
    assert wiring().keeping(np.array([False, True])).edge(0) == ("h", "y")


def test_a_table_is_given_back_in_the_order_it_came_in():
    given = wiring(
        pre=np.array([2, 0, 1, 0], np.int32),
        post=np.array([1, 2, 2, 1], np.int32),
        of_edges=Columns.of_rows([{"weight": 1.0}, {"weight": 2.0, "tie": "a"}, {"weight": 3.0}, {"weight": 4.0}]),
        attributes={"name": "small"},
    )
    back = Wiring.of(given.table())
    assert (back.pre.tolist(), back.post.tolist()) == ([2, 0, 1, 0], [1, 2, 2, 1])
    assert back.of_edges.rows() == given.of_edges.rows()
    assert back.of_nodes.rows() == given.of_nodes.rows()
    assert back.attributes == {"name": "small"}
    sorted_by_pre = back.by_pre()
    assert (sorted_by_pre.pre.tolist(), sorted_by_pre.post.tolist()) == ([0, 0, 1, 2], [2, 1, 2, 1])
    assert sorted_by_pre.of_edges["weight"].values.tolist() == [2.0, 4.0, 3.0, 1.0]
    assert sorted_by_pre.by_pre() is sorted_by_pre


@pytest.mark.parametrize("directed", [True, False])
def test_a_graph_to_look_at_has_every_edge(directed):
    rows = [{"weight": 1.0, "key": "mine"}, {"weight": 2.0}, {}]
    ends = [np.array(places, np.int32) for places in ([0, 0, 2], [1, 1, 2])]
    given = wiring(pre=ends[0], post=ends[1], of_edges=Columns.of_rows(rows), directed=directed, attributes={"a": 1})
    graph = given.to_graph()
    assert graph.is_directed() == directed
    assert graph.is_multigraph()
    assert list(graph.nodes(data=True)) == [("x", {"role": "input"}), ("h", {"bias": 0.5}), ("y", {"role": "output"})]
    assert list(graph.edges(data=True)) == [("x", "h", rows[0]), ("x", "h", rows[1]), ("y", "y", {})]
    assert graph.graph == {"a": 1}


def test_an_undirected_graph_is_refused():
    with pytest.raises(GraphError, match='undirected="both"'):
        wiring(directed=False).table()


@pytest.mark.parametrize("bad", [np.nan, np.inf, "1", None, True, 10**400])
def test_numbers_are_checked_one_by_one(bad):
    column = Column(np.array([1.0, bad], object if not isinstance(bad, float) else float))
    with pytest.raises(GraphError, match=r"thing 1 has size .*: expected a finite number"):
        numbers(column, lambda place: f"thing {place}", "size")


def test_numbers_keep_single_precision():
    assert numbers(Column(np.ones(2, np.float32)), str, "size").dtype == np.float32
    assert numbers(Column(np.array([1, 2])), str, "size").dtype == np.float64
    assert numbers(Column(np.array([1, np.float64(2.5)], object)), str, "size").tolist() == [1.0, 2.5]


def test_ties_are_groups():
    assert groups(["a", None, 3, "a"], lambda k: (k, k)).tolist() == [0, -1, 1, 0]
    with pytest.raises(GraphError, match=r"edge 1 -> 1 has tie \[3\]"):
        groups(["a", [3]], lambda k: (k, k))
