"""What was removed comes again, as it was but at weight 0."""

import networkx as nx
import numpy as np
import pytest

import neurograph as ng
from neurograph.growth.insertion import grow_now
from neurograph.pruning.removal import prune_now
from tests.growth.networks import machine, sparse


def back(network, pruner=None, **more):
    rng = np.random.default_rng(0)
    pruned = prune_now(network, pruner or ng.pruning.random(0.5), rng, 0)
    lost = pruned.removed
    return pruned, grow_now(pruned.network, ng.growth.returned(), rng, 0, len(lost), lost=lost, **more)


@pytest.mark.parametrize("make", [sparse, machine])
def test_the_network_is_what_it_was_but_for_the_weights(make):
    network = make()
    for _ in range(2):  # once more from a table that has already lost edges
        pruned, step = back(network)
        gone = {one.edge for one in pruned.removed}
        assert gone
        assert step.network.edges == network.edges
        assert step.network.connectivity.table is network.connectivity.table
        wanted = [0.0 if edge in gone else w for edge, w in zip(network.edges, network.weights, strict=True)]
        assert step.network.weights.tolist() == wanted
        assert [one.edge for one in step.added] == [one.edge for one in pruned.removed]
        before, after = network.to_graph(), step.network.to_graph()
        for edge in before.edges:
            before.edges[edge]["weight"] = after.edges[edge]["weight"]
        assert nx.utils.graphs_equal(before, after)
        network = step.network


def test_only_what_has_just_left_comes():
    """What left before that has no way back, and a grower that has brought others changes nothing of it."""
    network, rng = sparse(), np.random.default_rng(0)
    first = prune_now(network, ng.pruning.random(0.3), rng, 0)
    grown = grow_now(first.network, ng.growth.random(), rng, 0, 4).network
    pruned, step = back(grown)
    assert step.network.edges == grown.edges
    assert pruned.removed
    assert {(one.weight, one.score) for one in step.added} == {(0.0, 0.0)}


def test_where_nothing_left_nothing_comes():
    network = sparse()
    step = grow_now(network, ng.growth.returned(), np.random.default_rng(0), 0, 5)
    assert not step.added
    assert step.network.edges == network.edges
