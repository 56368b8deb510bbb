"""Graphs from matrices and tables."""

from __future__ import annotations

import copy
import tracemalloc

import networkx as nx
import numpy as np
import pytest
import scipy.sparse as sp
from hypothesis import given
from hypothesis import strategies as st

import neurograph as ng
from neurograph.graphs import topologies
from neurograph.graphs.edge_table import EdgeTable
from neurograph.graphs.from_networkx import read_graph
from neurograph.solvers.arguments import edges_of
from tests.graphs.test_topologies import drawn
from tests.strategies import SEEDS, graphs


class Frame:
    """A table that has, like some data frames, only `columns` and access by name."""

    def __init__(self, columns):
        self._columns = columns
        self.columns = list(columns)

    def __getitem__(self, name):
        return self._columns[name]


def structured(columns):
    rows = list(zip(*(values.tolist() for values in columns.values()), strict=True))
    return np.array(rows, dtype=[(name, values.dtype) for name, values in columns.items()])


def named_roles(graph):
    return {
        name: [n for n, role in graph.nodes(data="role") if role == code]
        for name, code in {"inputs": "input", "outputs": "output", "bias_nodes": "bias"}.items()
    }


def own_biases(graph):
    return {node: bias for node, bias in graph.nodes(data="bias") if bias is not None}


def objects(values):
    array = np.empty(len(values), object)
    for place, value in enumerate(values):
        array[place] = value
    return array


def columns_of(graph):
    pre, post, weight = zip(*graph.edges(data="weight"), strict=True)
    if all(type(node) is int for node in graph):
        return {"pre": np.array(pre), "post": np.array(post), "weight": np.array(weight)}
    return {"pre": objects(pre), "post": objects(post), "weight": np.array(weight)}


def same_arrays(a, b):
    return all(
        np.array_equal(getattr(a, name), getattr(b, name), equal_nan=name == "biases")
        for name in ("roles", "indptr", "pre", "post", "weights", "biases", "plastic", "ties")
    )


@drawn
@given(graphs(biases=True, self_loops=True, attributes=False, ties=False))
def test_columns_give_the_graph_that_networkx_builds(graph):
    graph.remove_edges_from([e for e in graph.edges if not graph.edges[e].get("plastic", True)])
    for _, _, data in graph.edges(data=True):
        data.pop("plastic", None)
    for node in graph:
        graph.nodes[node].setdefault("role", "hidden")
    if not graph.edges:
        return
    roles, biases, columns = named_roles(graph), own_biases(graph), columns_of(graph)
    expected = read_graph(graph)
    for edges in (tuple(columns.values()), columns, Frame(columns), structured(columns)):
        table = topologies.from_edges(edges, **roles, biases=biases, nodes=list(graph))
        assert isinstance(table, EdgeTable)
        assert nx.utils.graphs_equal(table.to_graph(), graph)
        assert table.nodes == tuple(graph)
        assert [type(node) for node in table.nodes] == [type(node) for node in graph]
        assert same_arrays(table, expected)
    by_place = [np.nan if bias is None else bias for _, bias in graph.nodes(data="bias")]
    table = topologies.from_edges(columns, **roles, biases=by_place, nodes=list(graph))
    assert same_arrays(table, expected)


@drawn
@given(graphs(attributes=False), SEEDS)
def test_nodes_come_in_the_order_in_which_edges_name_them(graph, seed):
    graph.remove_nodes_from(list(nx.isolates(graph)))
    if not named_roles(graph)["outputs"]:
        return
    rows = [
        list(graph.edges(data="weight"))[k] for k in np.random.default_rng(seed).permutation(graph.number_of_edges())
    ]
    expected = nx.DiGraph()
    expected.add_weighted_edges_from(rows)
    pre, post, weight = zip(*rows, strict=True)
    for edges in ((pre, post, weight), (objects(pre), objects(post), weight)):
        table = topologies.from_edges(edges, **named_roles(graph))
        assert sorted(table.nodes, key=repr) == sorted(expected, key=repr)
        moved = {role for role in named_roles(graph).values() for role in role}
        assert [n for n in table.nodes if n not in moved] == [n for n in expected if n not in moved]
        order = range(len(rows)) if table.order is None else table.order
        assert {place: table.edge(k) for k, place in enumerate(order)} == dict(enumerate(zip(pre, post, strict=True)))


@drawn
@given(graphs(ties=True), st.booleans())
def test_other_columns_become_edge_attributes(graph, as_arrays):
    rows = list(graph.edges(data=True))
    if not rows:
        return
    for _, _, data in rows:
        data.setdefault("plastic", True)
        data["colour"] = data.get("colour") or "red"
        for name in ("since", "name"):
            data.pop(name, None)
    columns = {
        "pre": [u for u, _, _ in rows],
        "post": [v for _, v, _ in rows],
        **{name: [d[name] for _, _, d in rows] for name in ("weight", "plastic", "colour")},
        "tie": [d.get("tie") for _, _, d in rows],
    }
    if as_arrays:
        columns = {
            name: np.array(values) if name in ("weight", "plastic") else objects(values)
            for name, values in columns.items()
        }
    table = topologies.from_edges(columns, **named_roles(graph), nodes=list(graph))
    assert list(table.to_graph().edges(data=True)) == rows
    expected = read_graph(graph)
    assert same_arrays(table, expected)


def test_ties_of_a_column_of_floats_may_be_missing():
    columns = {"pre": [0, 0], "post": [1, 2], "weight": [0.5, 0.5], "tie": [np.nan, 3.0]}
    table = topologies.from_edges(columns, inputs=[0], outputs=[1])
    assert table.ties.tolist() == [-1, 0]
    assert [data for _, _, data in table.to_graph().edges(data=True)] == [{"weight": 0.5}, {"weight": 0.5, "tie": 3.0}]


def test_arrays_are_copied():
    pre, post, weight = np.array([0, 1]), np.array([1, 2]), np.array([0.5, 0.25])
    bias, dense = np.array([np.nan, 1.0, 2.0]), np.array([[0, 1.0, 0], [0, 0, 2.0], [0, 0, 0]])
    stored = sp.csr_array(dense)
    roles = {"inputs": [0], "outputs": [2]}
    delay, own_weight = np.array([1.0, 2.0]), np.array([5.0, 6.0, 7.0])
    edges = {"pre": pre, "post": post, "weight": weight, "delay": delay}
    tables = [
        topologies.from_edges((pre, post, weight), **roles, biases=bias, nodes=np.arange(3)),
        topologies.from_edges(edges, **roles, nodes={"node": np.arange(3), "weight": own_weight}),
        topologies.from_matrix(dense, **roles, biases=bias),
        topologies.from_matrix(stored, **roles, biases=bias),
    ]
    before = [copy.deepcopy(table) for table in tables]
    for array in (pre, post, weight, delay, own_weight, bias, dense, stored.data, stored.indices, stored.indptr):
        array[:] = 1
    for table, old in zip(tables, before, strict=True):
        assert same_arrays(table, old)
    assert tables[1].of_nodes()["weight"].cells() == [5.0, 6.0, 7.0]
    assert tables[1].of_edges()["delay"].cells() == [1.0, 2.0]


@pytest.mark.parametrize("dtype", [np.int32, np.uint8, np.int64])
def test_integer_labels_stay_python_ints(dtype):
    ends = np.array([7, 3], dtype), np.array([3, 5], dtype)
    table = topologies.from_edges((*ends, [1.0, 2.0]), inputs=[7], outputs=np.array([5]))
    assert table.nodes == (7, 3, 5)
    assert {type(node) for node in table.nodes} == {int}
    assert ng.compile(table).edges == ((7, 3), (3, 5))


@pytest.mark.parametrize(
    ("dtype", "low", "apart"),
    [(np.int64, 0, 1), (np.int8, -120, 1), (np.uint32, 2**32 - 100, 1), (np.int64, -(2**62), 2**50 + 1)],
    ids=["dense", "negative", "high", "far apart"],
)
def test_integers_are_numbered_as_any_other_labels(dtype, low, apart):
    rng = np.random.default_rng(0)
    keys = rng.permutation(100 * 99)[:600]
    pre, post = (low + apart * each for each in (keys // 99, (keys // 99 + 1 + keys % 99) % 100))
    weights = rng.normal(size=keys.size)
    roles = {"inputs": [], "outputs": [int(pre[0])]}
    for given_nodes in ({}, {"nodes": [low + apart * k for k in range(100)]}):
        table = topologies.from_edges((pre.astype(dtype), post.astype(dtype), weights), **roles, **given_nodes)
        expected = topologies.from_edges(
            (objects(pre.tolist()), objects(post.tolist()), weights), **roles, **given_nodes
        )
        assert table.nodes == expected.nodes
        assert same_arrays(table, expected)
        assert np.array_equal(table.order, expected.order)


def test_weights_in_single_precision_stay_so_and_take_no_more_memory():
    rng = np.random.default_rng(0)
    n, count = 500, 100_000
    pre, post = np.divmod(rng.permutation(n * n)[:count], n)
    columns = (pre.astype(np.int32), post.astype(np.int32), rng.normal(size=count).astype(np.float32))
    tracemalloc.start()
    table = topologies.from_edges(columns, inputs=[], outputs=[0])
    network = ng.compile(table, ng.dynamics.vector_field(), dtype=np.float32)
    inner = edges_of(network, "recurrent")
    kept, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert np.shares_memory(network.weights, table.weights)
    assert np.shares_memory(inner[1], network.connectivity.pre)
    assert np.shares_memory(inner[2], network.weights)
    assert kept < 14 * count


def test_labels_of_every_kind_come_back():
    labels = [("a", 1), "a", 3, frozenset([2]), 2.5, True]
    edges = (labels[:-1], labels[1:], np.arange(1.0, len(labels)))
    table = topologies.from_edges(edges, inputs=[labels[0]], outputs=[labels[-1]])
    assert all(a is b for a, b in zip(table.nodes, labels, strict=True))


@drawn
@given(graphs(biases=True, self_loops=True, attributes=False, ties=False), st.booleans())
def test_a_matrix_gives_the_graph_that_networkx_reads(graph, numbered):
    for _, _, data in graph.edges(data=True):
        data.pop("plastic", None)
    for node in graph:
        graph.nodes[node].setdefault("role", "hidden")
    if numbered:
        graph = nx.convert_node_labels_to_integers(graph)
    given_labels = {} if numbered else {"labels": list(graph)}
    roles, biases = named_roles(graph), own_biases(graph)
    stored = nx.to_scipy_sparse_array(graph, nodelist=list(graph), weight="weight", dtype=float)
    for form in ("csr", "csc", "coo"):
        table = topologies.from_matrix(stored.asformat(form), **roles, biases=biases, **given_labels)
        assert nx.utils.graphs_equal(table.to_graph(), graph)
        assert table.nodes == tuple(graph)
    dense = nx.to_numpy_array(graph, nodelist=list(graph), weight="weight")
    graph.remove_edges_from([e for e in graph.edges if graph.edges[e]["weight"] == 0.0])
    for matrix in (dense, dense.tolist(), sp.csr_array(dense)):
        table = topologies.from_matrix(matrix, **roles, biases=biases, **given_labels)
        assert nx.utils.graphs_equal(table.to_graph(), graph)
        assert list(zip(table.post, table.pre, strict=True)) == list(zip(*dense.T.nonzero(), strict=True))
        rows = zip(*dense.nonzero(), strict=True)
        assert list(table.to_graph().edges) == [(table.nodes[i], table.nodes[j]) for i, j in rows]


@pytest.mark.parametrize(
    "matrix",
    [
        sp.coo_array(([1.0, 2.0, 0.0], ([0, 0, 0], [1, 1, 2])), shape=(3, 3)),
        sp.csr_array(([1.0, 0.0, 2.0], [1, 2, 1], [0, 3, 3, 3]), shape=(3, 3)),
    ],
    ids=["coo", "csr"],
)
def test_entries_of_a_sparse_matrix_for_one_edge_are_added(matrix):
    table = topologies.from_matrix(matrix, inputs=[0], outputs=[1, 2])
    assert [table.edge(k) for k in range(2)] == [(0, 1), (0, 2)]
    assert table.weights.tolist() == [3.0, 0.0]
    assert matrix.nnz == 3
