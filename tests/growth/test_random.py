"""Growth at random: every candidate as often."""

import numpy as np

import neurograph as ng
from neurograph.growth.insertion import grow_now
from tests.growth.networks import absent, machine, places, sparse


def counts(network, grower, count, paired=False):
    seen, times = dict.fromkeys(absent(network, paired), 0), 3000
    rng = np.random.default_rng(0)
    for _ in range(times):
        for pair in places(grow_now(network, grower, rng, 0, count).added, network):
            if not paired or pair in seen:
                seen[pair] += 1
    return np.array(list(seen.values())) / times


def test_every_candidate_comes_as_often():
    """Within 5 standard deviations; also where the candidates are drawn first, and where pairs are cut at a count."""
    network = sparse(hidden=4, outputs=1)
    pairs = len(absent(network))
    for grower in (ng.growth.random(), ng.growth.random(candidates=10)):
        shares = counts(network, grower, 5)
        assert np.abs(shares - 5 / pairs).max() < 5 * np.sqrt(5 / pairs / 3000)
    tied = machine(hidden=4)
    every = absent(tied, paired=True)
    both = np.array([pair[1] in tied.connectivity.free for pair in every])
    shares = counts(tied, ng.growth.random(), 3, paired=True)
    for kind in (both, ~both):
        assert np.ptp(shares[kind]) < 10 * np.sqrt(0.25 / 3000)
        assert shares[kind].min() > 0.1


def test_the_log_says_how_likely_each_was():
    network = sparse()
    added = grow_now(network, ng.growth.random(), np.random.default_rng(0), 0, 4).added
    assert {one.score for one in added} == {1 / len(absent(network))}
