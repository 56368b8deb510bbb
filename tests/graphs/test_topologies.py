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
from tests.strategies import SEEDS, free_nodes

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
    assert nx.utils.graphs_equal(topologies.complete(seed=seed), topologies.complete(2, 5, 1, bias=False, seed=seed))


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
        (lambda: topologies.from_edges(EDGE[:1], **ENDS), r"edges is of type tuple, without columns"),
        (lambda: topologies.from_edges(nx.DiGraph([(0, 1)]), **ENDS), r"of type DiGraph, without columns"),
        (lambda: topologies.from_edges({"a": [0], "b": [1]}, **ENDS), r"columns 'a', 'b': expected pre and post"),
        (lambda: topologies.from_edges({"a": [0], "post": [1]}, pre="A", **ENDS), r"pre is 'A', but edges has"),
        (lambda: topologies.from_edges(EDGE, nodes={"class": ["x"]}, **ENDS), r"nodes has the columns 'class': exp"),
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
        (lambda: topologies.from_edges(([0], [1], ["1"]), **ENDS), r"edge 0 -> 1 has weight '1': expected a finite"),
        (lambda: topologies.from_edges(([0], [1], [None]), **ENDS), r"edge 0 -> 1 has no weight"),
        (lambda: topologies.from_edges(([0], [1], [True]), **ENDS), r"edge 0 -> 1 has weight True"),
        (lambda: topologies.from_edges(([0], [1], [[1]]), **ENDS), r"edge 0 -> 1 has weight \[1\]"),
        (lambda: topologies.from_edges(([0], [1], [np.nan]), **ENDS), r"edge 0 -> 1 has no weight"),
        (lambda: topologies.from_edges(([0], [1], [np.inf]), **ENDS), r"edge 0 -> 1 has weight inf"),
        (
            lambda: topologies.from_edges({"pre": [0], "post": [1], "weight": [1.0], "plastic": ["no"]}, **ENDS),
            r"edge 0 -> 1 has plastic 'no': expected True or False",
        ),
        (lambda: topologies.from_edges(EDGE[:2], **ENDS), r"edges carry no 'weight': expected .*weight=None to draw"),
        (
            lambda: topologies.from_edges({"pre": [0], "post": [1], "count": [3]}, **ENDS),
            r"edges carry no 'weight': expected weight= with one of 'count'",
        ),
        (lambda: topologies.from_edges(([1], [0], [1.0]), **ENDS), r"1 -> 0 ends at .*'input'"),
        (lambda: topologies.from_edges(EDGE, **ENDS, biases={0: 1.0}), r"node 0 has role 'input'"),
        (lambda: topologies.from_matrix([[1.0, 0], [0, 0]], **ENDS), r"edge 0 -> 0 ends at"),
    ],
)
def test_what_could_not_be_compiled_is_refused(call, message):
    with pytest.raises(GraphError, match=message):
        call()
