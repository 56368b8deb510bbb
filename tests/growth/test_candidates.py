"""Candidates: which pairs there are, drawn and walked in blocks, against all n x n of them."""

import itertools

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import neurograph as ng
from neurograph.growth import candidates
from neurograph.growth.candidates import Named, Pool, distinct, edge_codes, found
from tests.growth.networks import absent, machine, sparse
from tests.strategies import NAMED, SEEDS, graphs_for


def pairs(codes, network):
    return [divmod(code, len(network.nodes)) for code in codes.tolist()]


@st.composite
def pools(draw):
    """Draw a network, and whether edges come in pairs."""
    kind = draw(st.sampled_from(["deep", "hopfield", "additive"]))
    return Pool(ng.compile(draw(graphs_for(NAMED[kind])), NAMED[kind]), NAMED[kind].symmetric)


@given(pools(), SEEDS, st.sampled_from([1, 7, 2**20]), st.data())
@settings(max_examples=150)
def test_candidates_are_the_absent_pairs(pool, seed, block, data):
    """In blocks of any size, counted, drawn, and asked about one by one; `candidates.BLOCK` is set by hand."""
    every, before = absent(pool.network, pool.paired), candidates.BLOCK
    candidates.BLOCK = block
    try:
        walked = [pair for codes in pool.blocks() for pair in pairs(codes, pool.network)]
    finally:
        candidates.BLOCK = before
    assert walked == every
    assert pool.size == len(every)
    count = data.draw(st.integers(0, len(every)))
    drawn = pairs(pool.drawn(count, np.random.default_rng(seed)), pool.network)
    assert drawn == sorted(set(drawn))
    assert len(drawn) == count
    assert set(drawn) <= set(every)
    n, free = len(pool.network.nodes), pool.network.connectivity.free.tolist()
    post, pre = np.array(list(itertools.product(free, range(n)))).T
    asked = pool.codes(pre, post)
    assert set(pairs(asked[pool.has(asked)], pool.network)) == set(every)


@given(pools(), SEEDS, st.integers(1, 12))
def test_the_best_of_all_blocks_are_the_best(pool, seed, count):
    every, n = absent(pool.network, pool.paired), len(pool.network.nodes)
    keys = np.random.default_rng(seed).integers(0, 4, (n, n)).astype(float)  # few values: many are equal
    before, candidates.BLOCK = candidates.BLOCK, 5
    try:
        codes, own = pool.best(count, lambda pre, post: keys[post, pre])
    finally:
        candidates.BLOCK = before
    wanted = sorted(every, key=lambda pair: (-keys[pair], pair))[:count]
    assert pairs(codes, pool.network) == wanted
    assert own.tolist() == [keys[pair] for pair in wanted]


def test_each_candidate_is_drawn_as_often():
    """By rejection, where few are drawn of many, and from all of them; within 5 standard deviations."""
    network = sparse(hidden=4, outputs=1)
    pool, times = Pool(network, False), 4000
    for count in (pool.size // 4, pool.size - 3):
        rng, seen = np.random.default_rng(0), dict.fromkeys(absent(network), 0)
        for _ in range(times):
            for pair in pairs(pool.drawn(count, rng), network):
                seen[pair] += 1
        share = count / pool.size
        spread = np.sqrt(times * share * (1 - share))
        assert max(abs(n - times * share) for n in seen.values()) < 5 * spread


def test_named_candidates_are_those_that_are_absent():
    network = sparse()
    graph = nx.DiGraph([(pre, post) for pre in network.nodes for post in network.nodes[2:] if pre != post])
    table = ng.topologies.from_graph(graph, inputs=network.inputs, outputs=network.outputs, seed=0)
    rng = np.random.default_rng(0)
    for given_ in (graph, ng.compile(table).to_table(), list(graph.edges), tuple(graph.edges) * 2):
        pool = Pool.of(network, Named.of(given_), False, rng)
        assert pairs(pool.named, network) == absent(network)
    drawn = Pool.of(network, 5, False, rng)
    assert drawn.size == 5
    assert set(pairs(drawn.named, network)) <= set(absent(network))
    assert Pool.of(network, 10**6, False, rng).size == len(absent(network))


def test_of_a_pair_that_comes_in_both_directions_either_may_be_named():
    network = machine()
    (j, i) = next(pair for pair in absent(network, paired=True) if pair[1] in network.connectivity.free)
    for pair in ((i, j), (j, i)):
        named = Named.of([(network.nodes[pair[0]], network.nodes[pair[1]])])
        assert pairs(Pool.of(network, named, True, np.random.default_rng(0)).named, network) == [(j, i)]


def test_self_loops_come_only_where_they_are_named():
    network = sparse()
    node = network.nodes[3]
    pool = Pool.of(network, Named.of([(node, node)]), False, np.random.default_rng(0))
    assert pairs(pool.named, network) == [(3, 3)]
    assert (3, 3) not in absent(network)


def test_later_changes_of_a_graph_do_not_reach_its_candidates():
    graph = nx.DiGraph([("a", "b")])
    named = Named.of(graph)
    graph.add_edge("b", "c")
    assert named.labels == ("a", "b")
    assert repr(named) == repr(Named.of([("a", "b")])) != repr(Named.of([("b", "a")]))


def test_what_names_no_candidates_is_refused():
    network = sparse()
    (x,), (h, g) = network.inputs[:1], network.nodes[2:4]
    for given_, said in (
        ("ab", "candidates is 'ab'"), ([1, 2], "candidates is"), ([("a",)], "candidates is"),
        (nx.Graph([("a", "b")]), "graph.to_directed()"),
    ):  # fmt: skip
        with pytest.raises(ng.ParameterError, match="candidates") as error:
            Named.of(given_)
        assert said in str(error.value)
    for pair, said in (((h, "nobody"), "'nobody'"), ((h, x), f"{h!r} -> {x!r}.*'input'")):
        with pytest.raises(ng.ParameterError, match=said):
            Named.of([pair]).codes(network)
    deep = sparse(ng.dynamics.deep())
    with pytest.raises(ng.ParameterError, match="self-loop"):
        Named.of([(g, g)]).codes(deep)


def test_codes_rise_with_the_edges():
    network = sparse()
    codes = edge_codes(network)
    assert codes.tolist() == sorted({network.nodes.index(v) * 10 + network.nodes.index(u) for u, v in network.edges})
    assert distinct(np.array([3, 1, 3, 2, 1])).tolist() == [1, 2, 3]
    assert distinct(np.empty(0, np.int64)).size == 0
    assert found(codes, np.array([codes[0], codes[-1] + 1, -5])).tolist() == [True, False, False]
