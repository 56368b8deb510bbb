"""Growth between neurons that are active together, against plain products of all states."""

import numpy as np
import pytest

import neurograph as ng
from neurograph.growth.insertion import grow_now
from tests.growth.networks import X, absent, best, free_states, machine, places, sparse, task


@pytest.mark.parametrize("seed", range(3))
def test_the_largest_mean_products_come(seed):
    network = sparse(seed=seed)
    s = free_states(network)
    products = np.einsum("bj,bi->ji", s, s) / len(s)
    scores = {pair: products[pair] for pair in absent(network)}
    step = grow_now(network, ng.growth.activity(), np.random.default_rng(0), 0, 8, task(network))
    assert places(step.added, network) == best(scores, 8)
    np.testing.assert_allclose([one.score for one in step.added], [scores[p] for p in best(scores, 8)], atol=1e-12)


def test_of_a_pair_that_comes_in_both_directions_it_is_twice_the_product():
    network = machine()
    s = free_states(network)
    products = np.einsum("bj,bi->ji", s, s) / len(s)
    free = network.connectivity.table.free
    scores = {(j, i): products[j, i] * (1 + free[i]) for j, i in absent(network, paired=True)}
    step = grow_now(network, ng.growth.activity(), np.random.default_rng(0), 0, 1000, task(network))
    firsts = list(dict.fromkeys(tuple(sorted(pair)) for pair in places(step.added, network)))
    assert firsts == [tuple(sorted(pair)) for pair in best(scores, 1000)]


def test_it_asks_for_x_alone():
    network = sparse()
    one, two = (ng.grow(network, ng.growth.activity(count=4), X, *y, seed=0) for y in ((), (np.zeros((4, 2)),)))
    assert one.added == two.added
