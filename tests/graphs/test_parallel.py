"""Several edges between two nodes, against a loop over them."""

import networkx as nx
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from neurograph.graphs import topologies

EDGES = st.lists(
    st.tuples(st.integers(0, 2), st.integers(0, 2), st.integers(1, 9), st.sampled_from(["x", "y"])), min_size=1
)
REDUCE = {"sum": sum, "mean": lambda given: sum(given) / len(given), "max": max, "first": lambda given: given[0]}


@given(EDGES, st.sampled_from(sorted(REDUCE)))
def test_edges_between_two_nodes_become_one(edges, parallel):
    graph = nx.MultiDiGraph()
    graph.add_nodes_from(range(3))
    for pre, post, weight, kind in edges:
        graph.add_edge(pre, post, weight=float(weight), kind=kind)
    made = topologies.from_graph(graph, outputs=[0], parallel=parallel, normalise=None)
    pairs = {}
    for pre, post, weight, kind in edges:
        pairs.setdefault((pre, post), []).append((float(weight), kind))
    assert set(made.edges) == set(pairs)
    for pair, given_ in pairs.items():
        assert made.edges[pair]["weight"] == pytest.approx(REDUCE[parallel]([weight for weight, _ in given_]))
        kinds = {kind for _, kind in given_}
        assert made.edges[pair].get("kind") == (kinds.pop() if len(kinds) == 1 else None)
    said = made.graph.get("changes", "")
    assert (f"{len(edges)} edges between {len(pairs)} pairs" in said) == (len(edges) > len(pairs))
    differ = any(len({kind for _, kind in given_}) > 1 for given_ in pairs.values())
    assert ("kind differed" in said) == differ


def test_the_first_of_a_pair_keeps_its_place():
    columns = {"pre": [2, 0, 2, 1], "post": [0, 1, 0, 2], "weight": [1.0, 2.0, 3.0, 4.0]}
    table = topologies.from_edges(columns, outputs=[0], parallel="sum")
    given_order = np.argsort(table.given)
    assert [table.edge(k) for k in given_order] == [(2, 0), (0, 1), (1, 2)]
    assert table.weights[given_order].tolist() == [4.0, 2.0, 4.0]


def test_a_count_that_becomes_the_weight_is_added_up_with_it():
    columns = {"pre": ["a", "a"], "post": ["b", "b"], "n": [2, 3], "id": [7, 8]}
    table = topologies.from_edges(columns, inputs=["a"], outputs=["b"], weight="n", parallel="sum")
    assert table.weights.tolist() == [5.0]
    assert table.of_edges().rows() == [{"n": 5}]


@pytest.mark.parametrize(
    ("first", "second", "same"),
    [
        ([1], [1], True), (None, None, True), ("a", "a", True), (0.5, 0.5, True), (np.nan, np.nan, True),
        (1, True, False), (1, 1.0, False), ("1", 1, False), ((1,), [1], False), (0.5, 0.25, False),
    ],
)  # fmt: skip
@pytest.mark.parametrize("others", [[], ["text"], [{}]])
def test_what_edges_carry_is_the_same_by_value_and_type_whatever_others_carry(first, second, same, others):
    graph = nx.MultiDiGraph()
    for value in (first, second):
        graph.add_edge(0, 1, weight=1.0, what=value)
    for value in others:
        graph.add_edge(1, 2, weight=1.0, what=value)
    made = topologies.from_graph(graph, outputs=[1], parallel="sum", normalise=None)
    expected = {"weight": 2.0, "what": first} if same else {"weight": 2.0}
    assert sorted(map(repr, made.edges[0, 1].items())) == sorted(map(repr, expected.items()))
    assert ("what differed" in made.graph["changes"]) == (not same)
