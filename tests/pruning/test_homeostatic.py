"""Pruning towards a target rate: whose edges leave, how many, and that with growth rates go there from both sides."""

import numpy as np
import pytest

import neurograph as ng
from neurograph.pruning.removal import prune_now
from tests.growth.networks import X, Y, task

SIGMOID = ng.dynamics.additive("sigmoid")


def lively(density=0.6, seed=0, spread=1.5):
    """Neurons of all rates, with edges of both signs."""
    graph = ng.topologies.random(inputs=2, hidden=25, outputs=1, density=density, scale=0.3, seed=seed)
    rng = np.random.default_rng(seed)
    for node in list(graph)[2:]:
        graph.nodes[node]["bias"] = float(rng.normal(0.0, spread))
    return ng.compile(graph, SIGMOID)


def rates(network):
    return ng.settle(network, X).state.mean(axis=0)


def test_edges_that_excite_leave_neurons_above_the_target():
    network, target, elements = lively(), 0.5, 4.0
    high = rates(network) > target
    high[:2] = False
    gone = prune_now(
        network, ng.pruning.homeostatic(target, elements=elements), np.random.default_rng(0), 0, task(network)
    )
    ends = np.array([[network.nodes.index(end) for end in one.edge] for one in gone.removed])
    assert len(ends) > 20
    assert high[ends].any(axis=1).all()
    assert not high[ends].all()
    assert all(one.weight > 0.0 for one in gone.removed)
    # -z at the mean rate, rounded up, of each kind; an edge between two such neurons may be of either.
    z = elements * (2.0 * np.exp(-((rates(network) / (target / np.sqrt(np.log(2)))) ** 2)) - 1.0)
    most = np.where(high, np.ceil(-z), 0)
    for own, other in ((0, 1), (1, 0)):
        alone = ends[~high[ends[:, other]]][:, own]
        assert (np.bincount(alone, minlength=high.size) <= most).all()


def test_as_many_retract_on_average_as_the_curve_says():
    network, target = lively(), 0.5
    z = 2.0 * np.exp(-((rates(network) / (target / np.sqrt(np.log(2)))) ** 2)) - 1.0
    high = (rates(network) > target) & (np.arange(z.size) > 1)
    node = int(np.argmax(np.where(high, -z, -1.0)))
    into = [k for k, (pre, post) in enumerate(network.edges) if post == network.nodes[node]]
    alone = [k for k in into if not high[network.nodes.index(network.edges[k][0])] and network.weights[k] > 0]
    counts, times = np.zeros(network.weights.size), 2000
    rng, of = np.random.default_rng(0), task(network)
    pruner = ng.pruning.homeostatic(target)
    for _ in range(times):
        counts[pruner.select(network, rng, of).edges] += 1
    exciting = sum(network.weights[k] > 0 for k in into)
    wanted = -z[node] / exciting
    assert len(alone) > 2
    assert np.abs(counts[alone] / times - wanted).max() < 5 * np.sqrt(wanted / times)


def test_with_growth_the_mean_rates_go_to_the_target_from_both_sides():
    network, target, errors = lively(density=0.3, spread=0.8), 0.5, []
    pruner = ng.pruning.homeostatic(target, elements=2.0)
    grower = ng.growth.homeostatic(target, elements=2.0, weight=0.4)
    for seed in range(40):
        now = rates(network)[2:]
        errors.append((np.maximum(now - target, 0).mean(), np.maximum(target - now, 0).mean()))
        network = ng.prune(network, pruner, X, Y, grower=grower, neurons=False, seed=seed).network
    assert errors[-1][0] < errors[0][0] / 2
    assert errors[-1][1] < errors[0][1] / 2


def test_nothing_leaves_where_no_neuron_is_above_the_target():
    network = lively(spread=0.1)
    assert not ng.prune(network, ng.pruning.homeostatic(0.99), X, Y, neurons=False, seed=0).removed


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"target": 0.0}, "target"),
        ({"target": 0.3, "least": 0.4}, "least"),
        ({"target": 0.3, "elements": 0}, "elements"),
    ],
)
def test_arguments_out_of_range_are_refused(arguments, said):
    with pytest.raises(ng.ParameterError, match=said):
        ng.pruning.homeostatic(**arguments)
    with pytest.raises(ng.ParameterError, match="x and y"):
        ng.pruning.homeostatic(0.5).select(lively(), np.random.default_rng(0))


def test_neurons_below_the_least_rate_lose_nothing():
    """There the growth curve is below 0 as it is above the target."""
    network = lively(spread=0.1)
    pruner = ng.pruning.homeostatic(0.99, least=0.98, elements=5.0)
    assert not prune_now(network, pruner, np.random.default_rng(0), 0, task(network)).removed
