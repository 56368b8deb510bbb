import copy
import re
import tracemalloc
from itertools import pairwise

import networkx as nx
import numpy as np
import pytest
import scipy.sparse as sp
from hypothesis import given, settings
from hypothesis import strategies as st

import neurograph as ng
from neurograph.errors import GraphError, ParameterError
from neurograph.graphs import topologies
from neurograph.graphs.edge_table import EdgeTable
from neurograph.solvers.arguments import recurrent
from tests.strategies import SEEDS, free_nodes, graphs

drawn = settings(deadline=None, max_examples=40)

BUILDERS = {
    "complete": topologies.complete,
    "layered": topologies.layered,
    "small_world": topologies.small_world,
    "random": topologies.random,
}
COUNTS = {"inputs": st.integers(0, 3), "hidden": st.integers(0, 6), "outputs": st.integers(1, 3)}
BIAS = st.sampled_from([False, True, "neurons"])


def pairs_between(graph, kinds):
    """All pairs of distinct labels whose first letters are among `kinds`, such as 'xh'."""
    return {(u, v) for u in graph for v in graph if u != v and u[0] + v[0] in kinds}


def bias_pairs(graph, bias):
    return {("bias", node) for node in free_nodes(graph)} if bias is True else set()


def is_as_promised(graph, inputs, hidden, outputs, bias):
    """Whether labels, order, roles, biases and the order of edges are those of every builder."""
    bias_node = ["bias"] if bias is True else []
    xs, ys = [f"x{k}" for k in range(inputs)], [f"y{k}" for k in range(outputs)]
    roles = {"x": "input", "b": "bias", "y": "output"}
    place = {node: k for k, node in enumerate(graph)}
    return (
        type(graph) is nx.DiGraph
        and list(graph) == xs + bias_node + hidden + ys
        and all(graph.nodes[n].get("role", "hidden") == roles.get(n[0], "hidden") for n in graph)
        and {n for n in graph if graph.nodes[n].get("bias") == 0.0}
        == (set(hidden + ys) if bias == "neurons" else set())
        and list(graph.edges) == sorted(graph.edges, key=lambda e: (place[e[0]], place[e[1]]))
        and all(type(w) is float for _, _, w in graph.edges(data="weight"))
    )


@drawn
@given(**COUNTS, bias=BIAS, seed=SEEDS)
def test_complete_joins_everything_to_every_other_free_node(inputs, hidden, outputs, bias, seed):
    graph = topologies.complete(inputs, hidden, outputs, bias=bias, seed=seed)
    assert is_as_promised(graph, inputs, [f"h{k}" for k in range(hidden)], outputs, bias)
    expected = pairs_between(graph, {"xh", "xy", "hh", "hy", "yh", "yy"})
    assert set(graph.edges) == expected | bias_pairs(graph, bias)


@drawn
@given(
    inputs=st.integers(0, 3),
    hidden=st.lists(st.integers(1, 3), max_size=3).map(tuple),
    outputs=st.integers(1, 3),
    feedback=st.booleans(),
    skip=st.booleans(),
    bias=BIAS,
    seed=SEEDS,
)
def test_layers_send_forward_back_and_over(inputs, hidden, outputs, feedback, skip, bias, seed):
    graph = topologies.layered(inputs, hidden, outputs, feedback=feedback, skip=skip, bias=bias, seed=seed)
    layers = [
        [f"x{k}" for k in range(inputs)],
        *([f"h{layer}_{k}" for k in range(size)] for layer, size in enumerate(hidden)),
        [f"y{k}" for k in range(outputs)],
    ]
    names = [name for layer in layers[1:-1] for name in layer]
    assert is_as_promised(graph, inputs, names, outputs, bias)
    expected = bias_pairs(graph, bias)
    for near, far in pairwise(layers):
        expected |= {(u, v) for u in near for v in far}
        if feedback and near is not layers[0]:
            expected |= {(v, u) for u in near for v in far}
    if skip:
        for place, near in enumerate(layers):
            expected |= {(u, v) for far in layers[place + 1 :] for u in near for v in far}
    assert set(graph.edges) == expected


@drawn
@given(
    inputs=st.integers(0, 3),
    hidden=st.integers(4, 9),
    outputs=st.integers(1, 3),
    neighbours=st.sampled_from([0, 2, 4]),
    rewire=st.sampled_from([0.0, 0.3, 1.0]),
    bias=BIAS,
    seed=SEEDS,
)
def test_a_small_world_is_a_rewired_ring(inputs, hidden, outputs, neighbours, rewire, bias, seed):
    graph = topologies.small_world(inputs, hidden, outputs, neighbours=neighbours, rewire=rewire, bias=bias, seed=seed)
    assert is_as_promised(graph, inputs, [f"h{k}" for k in range(hidden)], outputs, bias)
    free = free_nodes(graph)
    fixed = pairs_between(graph, {"xh"}) | bias_pairs(graph, bias)
    assert fixed <= set(graph.edges)
    ring = set(graph.edges) - fixed
    assert len(ring) == len(free) * neighbours
    assert all(u in free and v in free and (v, u) in ring for u, v in ring)
    if rewire == 0.0:
        near = {d % len(free) for k in range(1, neighbours // 2 + 1) for d in (k, -k)}
        place = {node: k for k, node in enumerate(free)}
        assert ring == {(u, v) for u in free for v in free if (place[v] - place[u]) % len(free) in near}


def test_rewiring_moves_about_that_share_of_the_ring():
    def shortcuts(rewire):
        graph = topologies.small_world(0, 500, 1, neighbours=4, rewire=rewire, seed=0)
        place = {node: k for k, node in enumerate(graph)}
        apart = [abs(place[u] - place[v]) for u, v in graph.edges]
        return np.mean([min(d, len(graph) - d) > 2 for d in apart])

    assert abs(shortcuts(0.1) - 0.1) < 0.03
    assert shortcuts(1.0) > 0.95


@drawn
@given(**COUNTS, bias=BIAS, seed=SEEDS, density=st.sampled_from([0.0, 0.3, 1.0]))
def test_random_draws_among_the_edges_of_complete(inputs, hidden, outputs, bias, seed, density):
    graph = topologies.random(inputs, hidden, outputs, density=density, bias=bias, seed=seed)
    assert is_as_promised(graph, inputs, [f"h{k}" for k in range(hidden)], outputs, bias)
    always = bias_pairs(graph, bias)
    permitted = set(topologies.complete(inputs, hidden, outputs, bias=bias).edges)
    assert always <= set(graph.edges) <= permitted
    if density in (0.0, 1.0):
        assert set(graph.edges) == (permitted if density else always)


def test_every_permitted_pair_is_drawn_alone_with_the_density():
    rng, runs, density = np.random.default_rng(0), 4000, 0.3
    permitted = sorted(topologies.complete(1, 2, 1).edges)
    drawn_edges = np.array(
        [
            [pair in edges for pair in permitted]
            for edges in (set(topologies.random(1, 2, 1, density=density, seed=rng).edges) for _ in range(runs))
        ]
    )
    sigma = np.sqrt(density * (1 - density) / runs)
    assert np.all(np.abs(drawn_edges.mean(axis=0) - density) < 4 * sigma)
    assert np.all(np.abs(np.corrcoef(drawn_edges.T) - np.eye(len(permitted))) < 4 / np.sqrt(runs))


@pytest.mark.parametrize("build", BUILDERS.values(), ids=BUILDERS)
def test_a_seed_fixes_the_graph(build):
    graph = build(bias=True, seed=3)
    assert nx.utils.graphs_equal(graph, build(bias=True, seed=3))
    assert nx.utils.graphs_equal(graph, build(bias=True, seed=np.random.default_rng(3)))
    assert not nx.utils.graphs_equal(graph, build(bias=True, seed=4))
    assert not nx.utils.graphs_equal(build(), build())
    if build in (topologies.small_world, topologies.random):
        assert set(build(seed=3).edges) != set(build(seed=4).edges)
    rng = np.random.default_rng(3)
    assert not nx.utils.graphs_equal(build(seed=rng), build(seed=rng))


@pytest.mark.parametrize("build", BUILDERS.values(), ids=BUILDERS)
def test_weights_are_normal_with_the_scale(build):
    size = {"hidden": (60, 60)} if build is topologies.layered else {"hidden": 120}
    extra = {"neighbours": 40} if build is topologies.small_world else {}
    for scale in (topologies.SCALE, 3.0):
        graph = build(10, **size, outputs=5, scale=scale, seed=1, **extra)
        weights = np.array([w for _, _, w in graph.edges(data="weight")]) / scale
        assert abs(weights.mean()) < 4 / np.sqrt(weights.size)
        assert abs(weights.std() - 1) < 4 / np.sqrt(2 * weights.size)
        assert abs(np.mean(np.abs(weights) < 1) - 0.6827) < 4 * 0.466 / np.sqrt(weights.size)
    default, half = build(seed=5), build(seed=5, scale=topologies.SCALE / 2)
    for u, v, weight in default.edges(data="weight"):
        assert half.edges[u, v]["weight"] == pytest.approx(weight / 2)


@pytest.mark.parametrize("build", BUILDERS.values(), ids=BUILDERS)
def test_what_is_built_settles(build):
    for bias in (False, True):
        network = ng.compile(build(bias=bias, seed=0))
        assert ng.settle(network, [[0.0, 1.0]]).converged
    network = ng.compile(build(bias="neurons", seed=0), ng.dynamics.additive())
    assert network.connectivity.biased.size == network.connectivity.free.size


@drawn
@given(graphs(biases=True, self_loops=True), SEEDS)
def test_from_graph_draws_what_is_missing_and_leaves_the_rest(graph, seed):
    rng = np.random.default_rng(seed)
    bare = graph.copy()
    for node in bare:
        bare.nodes[node]["role"] = rng.choice(["junk", "input", "output"])
    for edge in bare.edges:
        if rng.random() < 0.5:
            del bare.edges[edge]["weight"]
    before = copy.deepcopy(bare)
    roles = {
        name: [n for n, role in graph.nodes(data="role") if role == code]
        for name, code in {"inputs": "input", "outputs": "output", "bias_nodes": "bias"}.items()
    }
    built = topologies.from_graph(bare, **roles, seed=seed)
    assert nx.utils.graphs_equal(bare, before)
    assert nx.utils.graphs_equal(built, topologies.from_graph(bare, **roles, seed=seed))
    assert list(built) == list(graph)
    assert list(built.edges) == list(graph.edges)
    assert built.graph == graph.graph
    for node, data in built.nodes(data=True):
        ours = {key: value for key, value in graph.nodes[node].items() if value != "hidden"}
        assert data == ours
    for u, v, data in built.edges(data=True):
        assert {**data, "weight": 0} == {**graph.edges[u, v], "weight": 0}
        if "weight" in bare.edges[u, v]:
            assert data["weight"] == bare.edges[u, v]["weight"]
    ng.compile(built, ng.dynamics.vector_field())


def test_from_graph_draws_from_the_normal_law():
    bare = nx.gnp_random_graph(60, 0.5, seed=0, directed=True)
    bare.remove_edges_from(list(bare.in_edges([0])))
    weights = np.array(
        [w for _, _, w in topologies.from_graph(bare, inputs=[0], outputs=[1], scale=2.0, seed=0).edges(data="weight")]
    )
    assert len(set(weights)) == weights.size == bare.number_of_edges()
    assert abs(weights.std() / 2 - 1) < 4 / np.sqrt(2 * weights.size)


def test_from_graph_refuses_an_edge_into_an_input():
    ring = nx.cycle_graph(3, create_using=nx.DiGraph)
    with pytest.raises(GraphError, match=r"edge 2 -> 0 ends at a node with role 'input'"):
        topologies.from_graph(ring, inputs=[0], outputs=[1])


@pytest.mark.parametrize("named", ["inputs", "bias_nodes"])
def test_the_remedy_for_edges_into_clamped_nodes_is_code_that_cures_them(named):
    graph = nx.complete_graph(5, create_using=nx.DiGraph)
    roles = {"inputs": [], "outputs": [4], named: [0, 2]}
    with pytest.raises(GraphError) as refusal:
        topologies.from_graph(graph, **roles)
    (code,) = re.findall(r"graph\.remove_edges_from\(.*\)\)", str(refusal.value))
    exec(code, {"graph": graph, **roles})
    assert topologies.from_graph(graph, **roles, seed=0).number_of_edges() == 12


@pytest.mark.parametrize("order", [["a", "b"], ["b", "a"]])
def test_columns_of_x_follow_the_nodes_whatever_the_order_of_inputs(order):
    weights = [[0.0, 0.0, 1.0], [0.0, 0.0, 0.25], [0.0, 0.0, 0.0]]
    named, nodes = {"inputs": order, "outputs": ["y"]}, ["a", "b", "y"]
    graph = nx.relabel_nodes(nx.DiGraph(np.array(weights)), dict(enumerate(nodes)))
    made = [
        topologies.from_graph(graph, **named),
        topologies.from_matrix(weights, **named, labels=nodes),
        topologies.from_edges((["a", "b"], ["y", "y"], [1.0, 0.25]), **named, nodes=nodes),
    ]
    for each in made:
        network = ng.compile(each, ng.Dynamics("-s + I"))
        assert np.allclose(ng.settle(network, [[1.0, 0.0], [0.0, 1.0]]).outputs, [[1.0], [0.25]], atol=1e-4)
    for build in (topologies.from_graph, topologies.from_matrix, topologies.from_edges):
        assert "columns of x and y follow the order of the nodes" in " ".join(build.__doc__.split())


@pytest.mark.parametrize("graph", [nx.path_graph(3), nx.MultiDiGraph([(0, 1)]), "graph"])
def test_from_graph_takes_only_digraphs(graph):
    with pytest.raises(GraphError, match=rf"graph is of type {type(graph).__name__}: expected a networkx\.DiGraph"):
        topologies.from_graph(graph, inputs=[0], outputs=[1])


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
        if graph.nodes[node].get("role") == "hidden":
            del graph.nodes[node]["role"]
    if not graph.edges:
        return
    roles, biases, columns = named_roles(graph), own_biases(graph), columns_of(graph)
    expected = ng.graph.read_graph(graph)
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
        assert table.nodes == tuple(expected)
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
        data.setdefault("colour", "red")
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
    expected = ng.graph.read_graph(graph)
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
    tables = [
        topologies.from_edges((pre, post, weight), **roles, biases=bias, nodes=np.arange(3)),
        topologies.from_matrix(dense, **roles, biases=bias),
        topologies.from_matrix(stored, **roles, biases=bias),
    ]
    before = [copy.deepcopy(table) for table in tables]
    for array in (pre, post, weight, bias, dense, stored.data, stored.indices, stored.indptr):
        array[:] = 1
    for table, old in zip(tables, before, strict=True):
        assert same_arrays(table, old)


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
    inner = recurrent(network)
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
        if graph.nodes[node].get("role") == "hidden":
            del graph.nodes[node]["role"]
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


@pytest.mark.parametrize("build", BUILDERS.values(), ids=BUILDERS)
@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"inputs": -1}, r"inputs is -1: expected a whole number >= 0"),
        ({"inputs": 2.0}, r"inputs is 2\.0: expected a whole number"),
        ({"outputs": 0}, r"outputs is 0: expected a whole number >= 1"),
        ({"outputs": True}, r"outputs is True: expected a whole number"),
        ({"bias": "nodes"}, r"bias is 'nodes': expected False, True .* or 'neurons'"),
        ({"bias": 1}, r"bias is 1: expected False, True"),
        ({"scale": -0.1}, r"scale is -0\.1: .*>= 0"),
        ({"scale": np.nan}, r"scale is nan: .*>= 0"),
        ({"seed": -1}, r"seed is -1: expected a whole number >= 0"),
        ({"seed": "a"}, r"seed is 'a': expected a whole number"),
        ({"hidden": "many"}, r"hidden is 'many': expected"),
        ({"hidden": None}, r"hidden is None: expected"),
    ],
)
def test_builders_name_the_argument(build, arguments, message):
    with pytest.raises(ParameterError, match=message):
        build(**arguments)


MATRIX = [[0.0, 1.0], [0.0, 0.0]]
ENDS = {"inputs": [0], "outputs": [1]}
EDGE = ([0], [1], [1.0])


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: topologies.layered(hidden=5), r"hidden is 5: expected the sizes of the layers"),
        (lambda: topologies.layered(hidden=(5, 0)), r"hidden\[1\] is 0: .*>= 1"),
        (lambda: topologies.complete(hidden=-1), r"hidden is -1: .*>= 0"),
        (lambda: topologies.small_world(neighbours=3), r"neighbours is 3: .*even number below 21"),
        (lambda: topologies.small_world(hidden=3), r"neighbours is 4: .*below 4.*add hidden"),
        (lambda: topologies.small_world(rewire=1.5), r"rewire is 1\.5: .*from 0 to 1, a probability"),
        (lambda: topologies.random(density=-0.5), r"density is -0\.5: .*from 0 to 1, a probability"),
        (lambda: topologies.random(density="0.5"), r"density is '0\.5': .*from 0 to 1, a probability"),
        (
            lambda: topologies.from_graph(nx.DiGraph([(0, 1)]), inputs=[0], outputs=[2]),
            r"outputs names 2, which is not a node",
        ),
        (
            lambda: topologies.from_graph(nx.DiGraph([(0, 1)]), inputs=[0], outputs=[0]),
            r"outputs names 0, which already has role 'input'",
        ),
        (
            lambda: topologies.from_graph(nx.DiGraph([(0, 1)]), inputs=[0], outputs=[]),
            r"outputs is \[\]: expected at least one label",
        ),
        (
            lambda: topologies.from_graph(nx.DiGraph([("x", "y")]), inputs="x", outputs=["y"]),
            r"inputs is 'x': expected a list of labels, such as \['x'\]",
        ),
        (
            lambda: topologies.from_graph(nx.DiGraph([(0, 1)]), inputs=0, outputs=[1]),
            r"inputs is 0: expected a list of labels, such as \[0\]",
        ),
        (
            lambda: topologies.from_graph(nx.DiGraph([(0, 1)]), inputs=[[0]], outputs=[1]),
            r"inputs has a label that cannot be one: unhashable",
        ),
        (lambda: topologies.from_graph(nx.DiGraph([(0, 1)]), **ENDS, scale=None), r"scale is None"),
        (lambda: topologies.from_matrix([1.0], **ENDS), r"matrix has shape \(1,\): expected"),
        (lambda: topologies.from_matrix(np.ones((2, 3)), **ENDS), r"matrix has shape \(2, 3\)"),
        (lambda: topologies.from_matrix(sp.csr_array((2, 3)), **ENDS), r"matrix has shape \(2, 3\)"),
        (lambda: topologies.from_matrix([[0, 1], [0]], **ENDS), r"matrix has rows of different lengths: expected"),
        (lambda: topologies.from_matrix([[1j]], **ENDS), r"matrix has type complex128: expected"),
        (lambda: topologies.from_matrix([[True]], **ENDS), r"matrix has type bool: .*astype"),
        (lambda: topologies.from_matrix(MATRIX, **ENDS, labels=[0]), r"labels has 1 labels: .* 2"),
        (lambda: topologies.from_matrix(MATRIX, **ENDS, labels=[1, 1]), r"labels has 1 more than"),
        (lambda: topologies.from_matrix(MATRIX, **ENDS, labels="ab"), r"labels is 'ab': expected"),
        (lambda: topologies.from_matrix(MATRIX, **ENDS, biases=[1.0]), r"biases has shape \(1,\)"),
        (lambda: topologies.from_matrix(MATRIX, **ENDS, biases=[np.nan, np.inf]), r"an infinity"),
        (lambda: topologies.from_matrix(MATRIX, **ENDS, biases=0.0), r"biases has type float64"),
        (lambda: topologies.from_matrix(MATRIX, **ENDS, biases={2: 0.0}), r"biases has 0\.0 for 2"),
        (lambda: topologies.from_matrix(MATRIX, **ENDS, biases={1: None}), r"has None for 1"),
        (lambda: topologies.from_edges([(0, 1, 1.0)], **ENDS), r"edges is of type list, .*zip\(\*rows\)"),
        (lambda: topologies.from_edges(EDGE[:2], **ENDS), r"edges is of type tuple, without the columns"),
        (lambda: topologies.from_edges({"pre": [0], "post": [1]}, **ENDS), r"of type dict, without the"),
        (lambda: topologies.from_edges(nx.DiGraph([(0, 1)]), **ENDS), r"of type DiGraph, without the"),
        (lambda: topologies.from_edges(([0], [1, 2], [1.0]), **ENDS), r"column post has 2 entries"),
        (lambda: topologies.from_edges(([0], [1], [1.0, 2.0]), **ENDS), r"column weight has 2 "),
        (
            lambda: topologies.from_edges({"pre": [0], "post": [1], "weight": [1.0], "when": []}, **ENDS),
            r"the column when has 0 entries: expected 1",
        ),
        (lambda: topologies.from_edges((0, [1], [1.0]), **ENDS), r"the column pre is 0: expected"),
        (lambda: topologies.from_edges(([[0]], [1], [1.0]), **ENDS), r"edges has a label that"),
        (lambda: topologies.from_edges(([0], [None], [1.0]), **ENDS), r"edges has None for a label"),
        (lambda: topologies.from_edges(([0], [np.nan], [1.0]), **ENDS), r"edges has nan for a label"),
        (lambda: topologies.from_edges(([0], [1], ["1"]), **ENDS), r"column weight has type <U1"),
        (lambda: topologies.from_edges(([0], [1], [None]), **ENDS), r"column weight has type obj"),
        (lambda: topologies.from_edges(([0], [1], [True]), **ENDS), r"column weight has type bool"),
        (lambda: topologies.from_edges(([0], [1], [[1], []]), **ENDS), r"weight has type object"),
        (
            lambda: topologies.from_edges({"pre": [0], "post": [1], "weight": [1.0], "plastic": ["no"]}, **ENDS),
            r"the column plastic has 'no' at place 0: expected True or False",
        ),
        (lambda: topologies.from_edges(EDGE, **ENDS, nodes=[0]), r"edges name 1, which is not in"),
        (lambda: topologies.from_edges(EDGE, **ENDS, nodes=[0, 1, 0]), r"nodes has 0 more than on"),
        (
            lambda: topologies.from_edges(EDGE, inputs=[0, 5], outputs=[1]),
            r"inputs names 5, which is not a node: .*nodes=",
        ),
    ],
)
def test_an_argument_that_does_not_fit_is_named(call, message):
    with pytest.raises(ParameterError, match=message):
        call()


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: topologies.from_edges(([0], [1], [np.nan]), **ENDS), r"edge 0 -> 1 has weight nan"),
        (lambda: topologies.from_edges(([1], [0], [1.0]), **ENDS), r"1 -> 0 ends at .*'input'"),
        (lambda: topologies.from_edges(EDGE, **ENDS, biases={0: 1.0}), r"node 0 has role 'input'"),
        (lambda: topologies.from_matrix([[1.0, 0], [0, 0]], **ENDS), r"edge 0 -> 0 ends at"),
    ],
)
def test_what_could_not_be_compiled_is_refused(call, message):
    with pytest.raises(GraphError, match=message):
        call()


@given(graphs(self_loops=False, ties=False))
def test_symmetric_gives_both_ways_one_weight_and_leaves_the_rest(graph):
    both = topologies.symmetric(graph)
    free = {node for node, role in graph.nodes(data="role") if role not in ("input", "bias")}
    for pre, post in graph.edges:
        assert both.has_edge(pre, post)
        if pre in free:
            assert both.edges[pre, post]["weight"] == both.edges[post, pre]["weight"]
            assert both.edges[pre, post]["tie"] == both.edges[post, pre]["tie"]
            assert both.edges[pre, post]["weight"] in {
                graph.edges[edge]["weight"] for edge in ((pre, post), (post, pre)) if graph.has_edge(*edge)
            }
        else:
            assert both.edges[pre, post] == graph.edges[pre, post]
    assert {frozenset(edge) for edge in both.edges} == {frozenset(edge) for edge in graph.edges}
    if nx.get_node_attributes(both, "role") and not nx.number_of_selfloops(both):
        ng.compile(both, ng.dynamics.hopfield())


@drawn
@given(graphs(self_loops=False, ties=False, attributes=False))
def test_symmetric_takes_a_table_like_the_graph_that_it_is(graph):
    table = ng.graph.read_graph(graph)
    assert nx.utils.graphs_equal(topologies.symmetric(table), topologies.symmetric(graph))


SIGNED = {"excitatory": 1, "inhibitory": -1, None: 0}


def draw_signs(graph, seed):
    """Some nodes with a sign, and the share, for dale() to go on from."""
    rng = np.random.default_rng(seed)
    for node in graph:
        sign = rng.choice(["excitatory", "inhibitory", ""], p=[0.2, 0.2, 0.6])
        if sign:
            graph.nodes[node]["sign"] = str(sign)
    return rng.random()


@drawn
@given(graphs(self_loops=True, biases=True, ties=False), SEEDS)
def test_dale_gives_every_weight_the_sign_of_its_presynaptic_node(graph, seed):
    share = draw_signs(graph, seed)
    before = copy.deepcopy(graph)
    signed = topologies.dale(graph, inhibitory=share, seed=seed)
    assert nx.utils.graphs_equal(graph, before)
    assert list(signed) == list(graph)
    assert list(signed.edges) == list(graph.edges)
    undecided = 0
    for node, data in graph.nodes(data=True):
        new = dict(signed.nodes[node])
        sign, role = new.pop("sign", None), data.get("role", "hidden")
        assert new == {name: value for name, value in data.items() if name != "sign"}
        if "sign" in data:
            assert sign == data["sign"]
        elif role == "hidden":
            undecided += 1
            assert sign in ("excitatory", "inhibitory")
        else:
            assert sign == (None if role == "bias" else "excitatory")
    drawn_now = [n for n in graph if "sign" not in graph.nodes[n] and signed.nodes[n].get("sign") == "inhibitory"]
    assert abs(len(drawn_now) - share * undecided) <= 0.5 + 1e-9
    for pre, post, data in signed.edges(data=True):
        sign, weight = SIGNED[signed.nodes[pre].get("sign")], graph.edges[pre, post]["weight"]
        assert data == {**graph.edges[pre, post], "weight": abs(weight) * sign if sign else weight}
    assert nx.utils.graphs_equal(topologies.dale(signed, inhibitory=1.0, seed=0), signed)
    assert nx.utils.graphs_equal(topologies.dale(graph, inhibitory=share, seed=seed), signed)
    ng.compile(signed, ng.dynamics.vector_field())


@pytest.mark.parametrize(("share", "count"), [(0.0, 0), (0.2, 10), (0.25, 12), (1.0, 50)])
def test_the_share_of_inhibitory_neurons_is_drawn_from_the_seed(share, count):
    graph = topologies.complete(inputs=3, hidden=50, outputs=2, bias=True, seed=0)
    names = [
        {n for n, sign in topologies.dale(graph, share, seed).nodes(data="sign") if sign == "inhibitory"}
        for seed in range(4)
    ]
    assert {len(chosen) for chosen in names} == {count}
    assert all(name[0] == "h" for chosen in names for name in chosen)
    assert (len({frozenset(chosen) for chosen in names}) > 1) == (0 < count < 50)


def test_dale_takes_a_table_like_the_graph_that_it_is():
    table = topologies.from_matrix(-np.triu(np.ones((5, 5)), 1), inputs=[0], outputs=[4])
    expected = topologies.dale(table.to_graph(), 0.5, seed=0)
    assert nx.utils.graphs_equal(topologies.dale(table, 0.5, seed=0), expected)
    assert expected.edges[0, 4]["weight"] == expected.edges[1, 2]["weight"] == 1.0


def test_dale_of_tied_edges_needs_one_sign():
    graph = topologies.symmetric(topologies.complete(inputs=1, hidden=2, outputs=1, seed=0))
    calm = topologies.dale(graph, inhibitory=0.0)
    assert all(weight >= 0 for _, _, weight in calm.edges(data="weight"))
    ng.compile(calm, ng.dynamics.hopfield())
    with pytest.raises(GraphError, match=r"are tied, but node 'h0' is excitatory and node 'h1' is inhibitory: exp"):
        topologies.dale(graph, inhibitory=0.5, seed=0)
    for node in ("h0", "h1", "y0"):
        graph.nodes[node]["sign"] = "inhibitory"
    signs = dict(topologies.dale(graph).nodes(data="sign"))
    assert signs == {"x0": "excitatory", "h0": "inhibitory", "h1": "inhibitory", "y0": "inhibitory"}


@pytest.mark.parametrize("suffix", [".json", ".graphml"])
def test_signs_come_back_from_a_file(suffix, tmp_path):
    graph = topologies.dale(topologies.complete(bias=True, seed=0), seed=0)
    path = tmp_path / f"signed{suffix}"
    ng.write(graph, path)
    again = ng.read(path)
    assert nx.utils.graphs_equal(again, graph)
    assert "sign" not in again.nodes["bias"]
    ng.write(ng.compile(again).to_graph(), path)
    assert ng.read(path).nodes(data="sign") == graph.nodes(data="sign")


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"inhibitory": 1.5}, ParameterError, r"inhibitory is 1\.5: expected a number from 0 to 1, the share"),
        ({"inhibitory": "few"}, ParameterError, r"inhibitory is 'few'"),
        ({"seed": -1}, ParameterError, r"seed is -1"),
        ({"graph": nx.path_graph(2)}, GraphError, r"undirected"),
        ({"graph": nx.DiGraph([(0, 1)])}, GraphError, r"0 -> 1 has no weight"),
    ],
)
def test_dale_names_the_argument(arguments, error, message):
    with pytest.raises(error, match=message):
        topologies.dale(**{"graph": topologies.complete(seed=0), **arguments})
