"""The graph after an epoch or a round is the one that a run of so many epochs or rounds ends with."""

import networkx as nx
import numpy as np
import pytest

import neurograph as ng
from tests.training.networks import XOR, network


def sparse():
    return ng.compile(ng.topologies.random(inputs=2, hidden=8, outputs=1, density=0.3, bias=True, seed=0))


def edges(table):
    return [(table.nodes[pre], table.nodes[post]) for pre, post in zip(table.pre, table.post, strict=True)]


@pytest.mark.parametrize("grower", [None, ng.growth.random(every=2), ng.growth.returned()], ids=repr)
def test_each_epoch_is_where_a_shorter_run_ends(grower):
    how = {"pruner": ng.pruning.magnitude(0.25), "grower": grower, "target_cost": None, "seed": 0}
    fit = ng.train(sparse(), *XOR, epochs=7, **how)
    assert edges(fit.graph_after(0)) == list(sparse().edges)
    for epochs in range(1, 8):
        assert edges(fit.graph_after(epochs)) == list(ng.train(sparse(), *XOR, epochs=epochs, **how).network.edges)


def test_a_table_has_the_nodes_and_roles_and_weights_of_one():
    fit = ng.train(sparse(), *XOR, grower=ng.growth.random(count=2), epochs=3, target_cost=None, seed=0)
    table = fit.graph_after(1)
    assert tuple(table.nodes) == fit.network.nodes
    assert np.array_equal(table.roles, fit.network.roles)
    assert set(table.weights.tolist()) == {1.0}
    by_hand = nx.DiGraph(edges(table))
    measured = ng.graph_metrics(table, samples=0).to_dict()["graph"]
    assert measured["reciprocity"]["value"] == pytest.approx(nx.overall_reciprocity(by_hand))


@pytest.mark.parametrize("grower", [None, ng.growth.random(count=2)], ids=repr)
def test_each_round_of_pruning_is_where_shorter_pruning_ends(grower):
    """By a threshold, which does the same in every round; neurons leave only at the end."""
    how = {"grower": grower, "seed": 0}
    first = ng.train(network(), *XOR, epochs=1, seed=0).network
    pruning = ng.prune(first, ng.pruning.magnitude(threshold=0.3), rounds=3, **how)
    assert pruning.removed
    for rounds in (1, 2, 3):
        part = ng.prune(first, ng.pruning.magnitude(threshold=0.3), rounds=rounds, **how)
        assert set(edges(pruning.graph_after(rounds))) == set(part.network.edges)
    assert edges(pruning.graph_after(0)) == list(first.edges)
    assert pruning.graph_after(3).nodes == first.nodes


def test_neurons_that_left_are_still_there_before():
    pruning = ng.prune(network(), ng.pruning.magnitude(0.95))
    assert pruning.neurons
    assert edges(pruning.graph_after(0)) == list(network().edges)
    assert len(pruning.graph_after(1).nodes) == len(network().nodes)
    pruning = ng.prune(sparse(), ng.pruning.magnitude(0.5))
    left, last = pruning.neurons[0], pruning.network.edges[-1]
    assert sparse().nodes.index(left) < min(map(sparse().nodes.index, last))  # places shift, with it gone
    assert edges(pruning.graph_after(1)) == list(pruning.network.edges)
    assert pruning.graph_after(1).roles.tolist() == sparse().roles.tolist()


def test_growth_alone_is_read_back_too():
    growth = ng.grow(sparse(), ng.growth.random(count=6), rounds=3, seed=0)
    assert [growth.graph_after(rounds).pre.size - sparse().weights.size for rounds in range(4)] == [0, 2, 4, 6]
    assert edges(growth.graph_after(0)) == list(sparse().edges)
    assert edges(growth.graph_after(3)) == list(growth.network.edges)


def test_what_no_log_can_tell_is_refused():
    fit = ng.train(network(), *XOR, epochs=2, seed=0)
    for wrong, words in ((3, "epochs is 3, but the run had 2"), (-1, "epochs is -1"), (0.5, "epochs is 0.5")):
        with pytest.raises(ng.ParameterError, match=words):
            fit.graph_after(wrong)
    unitary = ng.compile(ng.topologies.unitary(units=8, seed=0), ng.dynamics.unitary())
    for neurons in (True, False):
        with pytest.raises(ng.ParameterError, match="were joined anew"):
            ng.prune(unitary, ng.pruning.factors("R2"), neurons=neurons).graph_after(0)
