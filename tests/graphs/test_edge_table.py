import copy
from dataclasses import replace

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings

from neurograph._checks import finite_number
from neurograph.errors import GraphError
from neurograph.graphs.from_networkx import read_graph
from neurograph.graphs.topologies import from_edges
from tests.graphs.networks import small
from tests.strategies import graphs

drawn = settings(deadline=None, max_examples=50)


@drawn
@given(graphs(biases=True, self_loops=True))
def test_a_table_gives_the_graph_back(graph):
    before = copy.deepcopy(graph)
    again = read_graph(graph).to_graph()
    assert type(again) is nx.DiGraph
    assert nx.utils.graphs_equal(again, graph)
    assert list(again) == list(graph)
    assert list(again.edges) == list(graph.edges)
    assert nx.utils.graphs_equal(graph, before)


def test_a_line_stands_for_a_table_of_any_size():
    count = 2000
    ring = from_edges((range(count), [(k + 1) % count for k in range(count)], [0.5] * count), inputs=[], outputs=[7])
    assert repr(ring) == f"EdgeTable({count} nodes ({count - 1} hidden, 1 output), {count} edges)"


def test_a_table_without_attributes_gives_roles_flags_and_ties():
    columns = {
        "pre": ["x", "x", "h"],
        "post": ["h", "y", "y"],
        "weight": [1.0, 1.0, 2.0],
        "plastic": [True, True, False],
        "tie": ["a", "a", None],
    }
    table = from_edges(columns, inputs=["x"], outputs=["y"], biases={"h": 0.5})
    bare = type(table)(
        **{name: getattr(table, name) for name in ("nodes", "roles", "indptr", "pre", "weights", "order")},
        biases=table.biases,
        plastic=table.plastic,
        ties=table.ties,
    ).to_graph()
    assert dict(bare.nodes(data=True)) == {
        "x": {"role": "input"},
        "h": {"role": "hidden", "bias": 0.5},
        "y": {"role": "output"},
    }
    assert list(bare.edges(data=True)) == [
        ("x", "h", {"tie": 0, "weight": 1.0}),
        ("x", "y", {"tie": 0, "weight": 1.0}),
        ("h", "y", {"plastic": False, "weight": 2.0}),
    ]


def test_parallel_edges_of_a_table_are_refused():
    with pytest.raises(GraphError, match=r'edge 7 -> 9 is there more than once: .*parallel="sum"'):
        from_edges(([7, 8, 7], [9, 9, 9], [1.0, 2.0, 3.0]), inputs=[7], outputs=[9])


def test_edges_of_a_table_that_are_out_of_order_are_refused():
    table = read_graph(small())
    assert table.pre.tolist() == [0, 1, 2]
    with pytest.raises(GraphError, match=r"edges 'b' -> 'h' and 'x' -> 'h' are in the wrong order.*from_edges"):
        replace(table, pre=np.array([1, 0, 2], np.int32))


def test_a_table_cannot_be_written_and_leaves_its_arrays_alone():
    table = read_graph(small())
    weights, ties = np.array([1.0, 2.0, 3.0]), np.array([-1, 0, -1])
    other = replace(table, weights=weights, plastic=np.ones(3, np.bool_), ties=ties)
    weights[0] = 4.0
    for name in ("roles", "indptr", "pre", "weights", "biases", "plastic", "ties"):
        with pytest.raises(ValueError, match="read-only"):
            getattr(other, name)[0] = 0


def test_a_bias_of_a_table_is_finite_or_not_there():
    with pytest.raises(GraphError, match="node 'h' has bias inf"):
        replace(read_graph(small()), biases=np.array([np.nan, np.nan, np.inf, np.nan]))


@pytest.mark.parametrize("value", [1, 1.5, np.float32(1.5), np.int64(-3), -0.0])
def test_numbers_are_numbers(value):
    assert finite_number(value) == float(value)


@pytest.mark.parametrize("value", [True, np.True_, "1", b"1", None, float("nan"), float("-inf"), 10**400, [1.0], 1j])
def test_anything_else_is_none(value):
    assert finite_number(value) is None
