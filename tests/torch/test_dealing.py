"""Nodes dealt to processes: even, whole, and near where that saves traffic."""

from __future__ import annotations

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given

from neurograph.torch.dealing import NODE, by_edges, by_locality, dealt, held, sampled, traffic

SEEDS = st.integers(0, 2**32 - 1)


def clusters(count, size, inside, between, seed):
    """Edges of groups of nodes, most of them inside, whose places are mixed."""
    rng = np.random.default_rng(seed)
    nodes = count * size
    post = np.repeat(np.arange(nodes), inside + between)
    near = np.tile(np.arange(inside + between) < inside, nodes)
    pre = np.where(near, post // size * size + rng.integers(0, size, post.size), rng.integers(0, nodes, post.size))
    mixed = rng.permutation(nodes)
    return mixed[pre], mixed[post], np.bincount(mixed[post], minlength=nodes)


@given(nodes=st.integers(1, 40), processes=st.integers(1, 8), seed=SEEDS)
def test_every_process_has_a_run_of_nodes_with_about_as_many_edges(nodes, processes, seed):
    processes = min(processes, nodes)
    incoming = np.random.default_rng(seed).integers(0, 100, nodes)
    owner = by_edges(incoming, processes)
    assert np.unique(owner).tolist() == list(range(processes))
    assert np.all(np.diff(owner) >= 0)
    fair, largest = held(owner, incoming, processes).sum() / processes, incoming.max() + NODE
    if nodes > 4 * processes:
        assert np.abs(held(owner, incoming, processes) - fair).max() <= largest


def test_a_node_with_most_of_the_edges_leaves_none_without_a_node():
    for place in range(5):
        incoming = np.zeros(5, np.int64)
        incoming[place] = 10**6
        assert np.unique(by_edges(incoming, 4)).size == 4


@given(seed=SEEDS)
def test_traffic_is_that_of_counting_one_by_one(seed):
    rng = np.random.default_rng(seed)
    pre, post, owner = rng.integers(0, 9, 30), rng.integers(0, 9, 30), rng.integers(0, 3, 9).astype(np.int32)
    pairs = {(i, owner[j]) for i, j in zip(pre.tolist(), post.tolist(), strict=True) if owner[i] != owner[j]}

    def halves():
        return ((pre[part], post[part]) for part in (slice(0, 11), slice(11, 30)))

    assert traffic(halves, owner, 3) == len(pairs)


def test_a_sample_is_the_same_each_time_and_not_larger_than_asked():
    pre, post, incoming = clusters(4, 50, 60, 4, 0)

    def pieces():
        return ((pre[part], post[part]) for part in (slice(0, 5000), slice(5000, None)))

    one, other = sampled(pieces, incoming), sampled(pieces, incoming)
    assert np.array_equal(one, other)
    assert one[0].size == pytest.approx(8 * incoming.size, rel=0.1)
    few = sampled(lambda: [(pre[:300], post[:300])], np.bincount(post[:300], minlength=200))
    assert few[0].size == 300


def test_locality_is_taken_where_it_saves_traffic():
    pytest.importorskip("pymetis")
    pre, post, incoming = clusters(4, 60, 30, 1, 1)

    def edges():
        return [(pre, post)]

    for processes in (2, 4):
        even, owner = by_edges(incoming, processes), dealt(edges, incoming, processes)
        assert traffic(edges, owner, processes) < traffic(edges, even, processes) / 2
        assert held(owner, incoming, processes).max() <= 1.05 * held(even, incoming, processes).max()
        assert owner.tolist() == dealt(edges, incoming, processes).tolist()


def test_edges_decide_where_locality_saves_nothing():
    pytest.importorskip("pymetis")
    chain = np.arange(99), np.arange(1, 100)
    incoming = np.bincount(chain[1], minlength=100)
    assert dealt(lambda: [chain], incoming, 3).tolist() == by_edges(incoming, 3).tolist()
    every = np.divmod(np.arange(900), 30)
    assert dealt(lambda: [every], np.full(30, 30), 2).tolist() == by_edges(np.full(30, 30), 2).tolist()
    near = by_locality(*every, np.full(30, 2**40), 2)  # more than METIS counts
    assert np.bincount(near).min() >= 13


def test_a_graph_without_edges_is_dealt_by_nodes():
    assert dealt(list, np.zeros(4, np.int64), 2).tolist() == [0, 0, 1, 1]
