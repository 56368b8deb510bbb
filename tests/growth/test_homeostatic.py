"""Growth towards a target rate: who grows elements, how they are matched, and that rates rise to the target."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import neurograph as ng
from neurograph.growth.candidates import Pool
from neurograph.growth.homeostatic import matched
from neurograph.growth.insertion import grow_now
from tests.growth.networks import X, absent, places, sparse, task

SIGMOID = ng.dynamics.additive("sigmoid")


def rates(network):
    return ng.settle(network, X).state.mean(axis=0)


@given(st.integers(0, 1000), st.lists(st.integers(0, 4), min_size=16, max_size=16))
def test_elements_are_matched_to_candidates_one_to_one(seed, elements):
    network = sparse(hidden=5, outputs=1)
    axons, dendrites = np.array(elements).reshape(2, 8)
    dendrites[:2] = 0  # inputs have none
    pool = Pool(network, False)
    codes = matched(pool, axons, dendrites, np.random.default_rng(seed))
    post, pre = np.divmod(codes, 8)
    assert (np.bincount(pre, minlength=8) <= axons).all()
    assert (np.bincount(post, minlength=8) <= dendrites).all()
    assert len(set(codes.tolist())) == codes.size
    assert set(zip(post.tolist(), pre.tolist(), strict=True)) <= set(absent(network))


def test_elements_are_matched_as_long_as_a_match_may_join():
    """As many as there are, where every pair is a candidate."""
    network = sparse(hidden=40, outputs=1, density=0.0)
    one = np.concatenate([np.zeros(2, int), np.ones(41, int)])
    sizes = [matched(Pool(network, False), one, one, np.random.default_rng(seed)).size for seed in range(20)]
    assert np.mean(sizes) > 40


def test_only_neurons_below_the_target_grow():
    graph = sparse(SIGMOID, hidden=20).to_graph()
    rng = np.random.default_rng(0)
    for node in list(graph)[2:]:
        graph.nodes[node]["bias"] = float(rng.normal(0.0, 2.0))
    network = ng.compile(graph, SIGMOID)
    low = rates(network) < 0.5
    low[:2] = False
    grower = ng.growth.homeostatic(0.5, elements=3.0)
    step = grow_now(network, grower, np.random.default_rng(0), 0, 10**9, task(network))
    assert len(step.added) > 10
    ends = np.array(places(step.added, network))
    assert low[ends].all()
    # z of a neuron at its mean: the growth curve times 3, rounded up or down.
    curve = 2.0 * np.exp(-((rates(network) / (0.5 / np.sqrt(np.log(2)))) ** 2)) - 1.0
    for end in ends.T:
        assert (np.bincount(end, minlength=low.size) <= np.maximum(np.ceil(3.0 * curve), 0) + 1e-9).all()
    np.testing.assert_allclose([one.score for one in step.added], curve[ends[:, 0]], atol=1e-5)  # of the postsynaptic


def test_the_number_follows_the_schedule():
    network = sparse(SIGMOID, hidden=60, outputs=1, density=0.02)
    grower = ng.growth.homeostatic(0.9, elements=2.0, until=10, decay="cosine")
    counts = [
        len(grow_now(network, grower, np.random.default_rng(0), e, 10**9, task(network)).added) for e in (0, 5, 9)
    ]
    assert counts[1] == pytest.approx(counts[0] / 2, rel=0.25)
    assert counts[2] < counts[0] / 10


def test_inhibitory_neurons_grow_no_axons():
    graph = sparse(SIGMOID, hidden=20).to_graph()
    for node in list(graph)[2:10]:
        graph.nodes[node]["sign"] = "inhibitory"
        for _, _, data in graph.out_edges(node, data=True):
            data["weight"] = -abs(data["weight"])
    network = ng.compile(graph, SIGMOID)
    step = grow_now(network, ng.growth.homeostatic(0.9), np.random.default_rng(0), 0, 10**9, task(network))
    assert step.added
    assert all(one.weight == 0.1 for one in step.added)
    assert {one.edge[0] for one in step.added}.isdisjoint(list(graph)[2:10])
    assert not {one.edge[1] for one in step.added}.isdisjoint(list(graph)[2:10])


def test_rates_rise_to_the_target_and_growth_ends_there():
    network = sparse(SIGMOID, hidden=30, outputs=1, density=0.05)
    errors, sizes = [], []
    for seed in range(50):
        errors.append(np.abs(rates(network)[2:] - 0.8).mean())
        sizes.append(network.weights.size)
        grower = ng.growth.homeostatic(0.8, elements=2.0)
        network = ng.grow(network, grower, X, seed=seed).network
    assert errors[-1] < errors[0] / 4
    assert rates(network)[2:].max() < 0.85
    assert sizes[-1] - sizes[-4] < (sizes[4] - sizes[1]) / 2


def test_where_elements_abound_every_pair_below_the_target_comes():
    network = sparse(ng.dynamics.additive("sigmoid"))
    grown = ng.grow(network, ng.growth.homeostatic(100.0, elements=1e300), X, seed=0)
    assert len(grown.added) > len(network.connectivity.free)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [({"target": 0.0}, "target"), ({"target": 0.3, "least": 0.4}, "least"),
     ({"target": 0.3, "elements": 0}, "elements"), ({"target": 0.3, "weight": 0.0}, "weight")],
)  # fmt: skip
def test_arguments_out_of_range_are_refused(arguments, said):
    with pytest.raises(ng.ParameterError, match=said):
        ng.growth.homeostatic(**arguments)
