"""Growth of short edges, against the probabilities of a draw without putting back."""

import numpy as np
import pytest

import neurograph as ng
from neurograph.growth.distance import node_positions
from neurograph.growth.insertion import grow_now
from tests.growth.networks import absent, places, sparse

LENGTH = 0.3


def likely(network):
    at = [network.to_graph().nodes[node]["position"] for node in network.nodes]
    return {(j, i): np.exp(-np.hypot(*np.subtract(at[i], at[j])) / LENGTH) for j, i in absent(network)}


def test_the_first_and_the_second_edge_come_with_their_probabilities():
    """p_a for the first, then p_b/(1 - p_a) for the second: within 5 standard deviations for each pair of pairs."""
    network, times = sparse(hidden=3, outputs=1, density=0.5), 6000
    p = likely(network)
    total = sum(p.values())
    rng, first, second = np.random.default_rng(0), dict.fromkeys(p, 0), dict.fromkeys(p, 0)
    for _ in range(times):
        one, two = places(grow_now(network, ng.growth.distance(LENGTH), rng, 0, 2).added, network)
        first[one] += 1
        second[two] += 1
    for pair, weight in p.items():
        then = sum(other / total * weight / (total - other) for each, other in p.items() if each != pair)
        for count, wanted in ((first[pair], weight / total), (second[pair], then)):
            assert abs(count / times - wanted) < 5 * np.sqrt(wanted / times)


def test_the_log_says_what_each_was_drawn_by():
    network = sparse()
    p = likely(network)
    added = grow_now(network, ng.growth.distance(LENGTH), np.random.default_rng(0), 0, 5).added
    np.testing.assert_allclose([one.score for one in added], [p[pair] for pair in places(added, network)], rtol=1e-12)


@pytest.mark.parametrize("length", [1e-6, 1e-310])
def test_pairs_far_beyond_the_length_still_come_in_order_of_their_distance(length):
    """Where every probability is 0 in floating point, the nearest are drawn all the same."""
    network = sparse()
    added = grow_now(network, ng.growth.distance(length), np.random.default_rng(0), 0, 5).added
    p = likely(network)
    assert [p[pair] for pair in places(added, network)] == sorted(p.values(), reverse=True)[:5]


@pytest.mark.parametrize(
    ("position", "said"),
    [(None, "no attribute 'position'"), ((0.0, 1.0, 2.0), r"\(0.0, 1.0, 2.0\)"), ("here", "'here'"), (3.0, "3.0"),
     ((0.0, float("nan")), "nan"), ((), r"\(\)")],
)  # fmt: skip
def test_a_node_without_a_position_is_refused_by_name(position, said):
    graph = sparse().to_graph()
    node = list(graph)[3]
    graph.nodes[node].pop("position")
    if position is not None:
        graph.nodes[node]["position"] = position
    with pytest.raises(ng.GraphError, match=f"{node!r} has.*{said}.*expected 2 numbers"):
        ng.grow(ng.compile(graph), ng.growth.distance(1.0, count=1))


def test_positions_have_two_or_three_numbers():
    for size in (2, 3):
        graph = sparse().to_graph()
        for k, node in enumerate(graph):
            graph.nodes[node]["position"] = np.arange(size) + k
        assert node_positions(ng.compile(graph)).shape == (10, size)
