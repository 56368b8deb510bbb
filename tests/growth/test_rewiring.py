"""Edges that leave and come while a network is trained: how many, when, and what stays true and remembered."""

from collections import Counter
from dataclasses import replace

import networkx as nx
import numpy as np
import pytest

import neurograph as ng
from neurograph.growth.rewiring import carried, rewired
from neurograph.training.config import TrainingConfig
from neurograph.training.problem import Problem
from neurograph.training.state import begin, epoch
from tests.training.networks import XOR

HOW = {"target_cost": None, "seed": 0}
PRUNER = ng.pruning.magnitude(0.2)


def sparse(seed=0, excitatory=False):
    """A random digraph whose hidden neurons are called ("cell", k)."""
    graph = ng.topologies.random(inputs=2, hidden=8, outputs=1, density=0.3, bias=True, seed=seed)
    graph = nx.relabel_nodes(graph, {f"h{k}": ("cell", k) for k in range(8)})
    for node in [node for node in graph if isinstance(node, tuple) and excitatory]:
        graph.nodes[node]["sign"] = "excitatory"
        for _, _, data in graph.out_edges(node, data=True):
            data["weight"] = abs(data["weight"])
    return ng.compile(graph, ng.dynamics.additive("tanh"))


def hopfield():
    graph = ng.topologies.random(inputs=2, hidden=8, outputs=2, density=0.3, bias="neurons", seed=1)
    return ng.compile(ng.topologies.symmetric(graph), ng.dynamics.hopfield())


GROWERS = {
    "random": ng.growth.random(),
    "random, drawn weights": ng.growth.random(weight=0.1, deviation=0.1),
    "rigl": ng.growth.rigl(),
    "activity": ng.growth.activity(),
}


@pytest.mark.parametrize("grower", GROWERS.values(), ids=GROWERS)
def test_the_number_of_edges_is_held_after_every_epoch(grower):
    network = sparse()
    fit = ng.train(network, *XOR, pruner=PRUNER, grower=grower, epochs=8, **HOW)
    assert fit.history["edges"].tolist() == [network.weights.size] * 8
    assert Counter(one.epoch for one in fit.added) == Counter(one.epoch for one in fit.removed)
    assert set(fit.network.edges) != set(network.edges)
    assert all(graph_has(fit.network, one.edge) for one in fit.added if one.epoch == 7)
    for after in (fit.network, fit.best):
        codes = after.connectivity.post * len(after.nodes) + after.connectivity.pre
        assert np.all(np.diff(codes) > 0)


def graph_has(network, edge):
    return network.to_graph().has_edge(*edge)


def test_pairs_come_together_and_tied_where_the_dynamics_is_symmetric():
    network = hopfield()
    y = np.hstack([XOR[1], 1.0 - XOR[1]])
    fit = ng.train(
        network, XOR[0], y, rule=ng.rules.centred_ep(), pruner=PRUNER, grower=ng.growth.rigl(), epochs=30, **HOW
    )
    assert fit.added
    # An edge from an input may leave where only pairs are to come: one is then missing, and never a second one.
    assert set(fit.history["edges"].tolist()) == {network.weights.size - 1, network.weights.size}
    inputs = set(network.inputs)
    recurrent = dict(zip(fit.network.edges, fit.network.weights, strict=True))
    recurrent = {edge: weight for edge, weight in recurrent.items() if edge[0] not in inputs}
    assert all(recurrent[edge[::-1]] == weight for edge, weight in recurrent.items())
    ng.compile(fit.network.to_graph())  # which checks the ties


def test_signs_of_neurons_are_kept_by_what_comes():
    network = sparse(excitatory=True)
    grower = ng.growth.random(weight=-0.3, deviation=0.2)
    fit = ng.train(network, *XOR, pruner=PRUNER, grower=grower, epochs=6, **HOW)
    of_cell = np.array([isinstance(pre, tuple) for pre, _ in fit.network.edges])
    assert np.all(fit.network.weights[of_cell] >= 0.0)
    came = [one for one in fit.added if isinstance(one.edge[0], tuple)]
    assert came
    assert all(one.weight > 0.0 for one in came)


def test_the_schedule_is_that_of_what_leaves_and_of_what_comes():
    grower = ng.growth.random(every=3, until=10, decay="cosine")
    network = sparse()
    fit = ng.train(network, *XOR, pruner=ng.pruning.magnitude(0.5), grower=grower, epochs=14, **HOW)
    expected = {k: round(round(0.5 * network.weights.size) * (1.0 + np.cos(np.pi * k / 10)) / 2.0) for k in (2, 5, 8)}
    assert Counter(one.epoch for one in fit.removed) == Counter(one.epoch for one in fit.added) == expected


def test_a_grower_of_a_number_of_its_own_needs_no_pruner():
    network = sparse()
    fit = ng.train(network, *XOR, grower=ng.growth.random(count=3, until=4), epochs=6, **HOW)
    assert (fit.history["edges"] - network.weights.size).tolist() == [3, 6, 9, 12, 12, 12]
    assert not fit.removed


@pytest.mark.parametrize("optimiser", [ng.optimisers.adam(0.02), ng.optimisers.sgd(0.2, momentum=0.9)], ids=repr)
def test_what_is_returned_trains_as_in_a_plain_loop_that_sets_weights_to_nothing(optimiser):
    """No pruner and no grower: after each epoch the smallest 40 % of the weights are set to 0."""
    network, epochs = sparse(), 12
    how = {"optimiser": optimiser, "rule": ng.rules.asymmetric_ep()}
    fit = ng.train(
        network, *XOR, pruner=ng.pruning.magnitude(0.4), grower=ng.growth.returned(), epochs=epochs, batch_size=None,
        **how, **HOW,
    )  # fmt: skip
    state = network
    for _ in range(epochs):
        state = ng.training_step(state, *XOR, seed=0 if state is network else None, **how)
        weights = state.network.weights.copy()
        weights[np.argsort(np.abs(weights), kind="stable")[: round(0.4 * weights.size)]] = 0.0
        state = replace(state, network=state.network.with_weights(weights))
    assert np.array_equal(fit.network.weights, state.network.weights)
    assert np.array_equal(fit.network.biases, state.network.biases)
    assert all(np.array_equal(*pair) for pair in zip(fit.optimiser_state, state.optimiser_state, strict=True))
    assert np.array_equal(fit.history["cost"], state.history["cost"])
    assert fit.network.edges == network.edges
    assert np.count_nonzero(fit.network.weights) == round(0.6 * network.weights.size)


def test_what_comes_again_is_what_it_was_its_tie_among_it():
    graph = ng.topologies.complete(2, 3, 1, seed=0)
    one, two, *_ = graph.edges
    for edge in (one, two):
        graph.edges[edge].update(tie="both", weight=0.01, colour="red")
    network = ng.compile(graph)
    step = rewired(network, ng.pruning.magnitude(0.2), ng.growth.returned(), np.random.default_rng(0), 0)
    assert {one, two} <= {came.edge for came in step.added}
    assert step.network.connectivity is network.connectivity
    after = step.network.to_graph()
    assert after.edges[one] == {"tie": "both", "weight": 0.0, "colour": "red"}


def memory_of(network):
    """What an optimiser remembers, a number that names each edge and each bias of its own, and one of all."""
    size = network.weights.size + network.connectivity.biased.size
    return np.arange(1.0, size + 1), np.arange(1.0, size + 1) + 0.5, np.array(7.0)


def test_the_memory_of_an_edge_stays_its_own_and_that_of_a_new_one_is_nothing():
    graph = ng.topologies.random(2, 6, 1, density=0.4, bias="neurons", seed=0)
    network = ng.compile(graph, ng.dynamics.additive("tanh"))
    edges, biased = network.weights.size, network.connectivity.biased.size
    memory = memory_of(network)
    known = dict(zip(network.edges, memory[0], strict=False))
    rng = np.random.default_rng(0)
    step = rewired(network, ng.pruning.random(0.3), ng.growth.random(count=edges), rng, 0)
    kept = carried(memory, ng.optimisers.adam(), network, step.network)
    gone, came = ({one.edge for one in log} for log in (step.removed, step.added))
    assert came - gone
    again = came & gone
    assert again
    for edge, value in zip(step.network.edges, kept[0], strict=False):
        assert value == known.get(edge, 0.0)
        assert (value == 0.0) == (edge in came - gone)
    assert kept[0][-biased:].tolist() == memory[0][-biased:].tolist()
    assert kept[1][-biased:].tolist() == memory[1][-biased:].tolist()
    assert kept[2] == 7.0
    assert carried(memory, ng.optimisers.adam(), network, network) is memory


@pytest.mark.parametrize("grower", [ng.growth.random(weight=1.0, deviation=1.0), ng.growth.rigl()], ids=repr)
def test_what_is_certified_holds_after_every_epoch_of_growth(grower):
    keep = ng.certificates.contracting(rate=0.2)
    config = TrainingConfig.of(keep=keep, pruner=PRUNER, grower=grower, target_cost=None)
    network = sparse()
    problem = Problem.of(network, *XOR, config)
    state = begin(problem, network, np.random.default_rng(0))
    for number in range(8):
        state = epoch(problem, state)
        assert keep.holds(state.network)
        assert any(one.epoch == number for one in state.added)
        assert state.history["rate"][-1] >= 0.2 - 1e-9
    fresh = ng.compile(state.network.to_graph(), state.network.dynamics)
    assert keep.holds(fresh)


def test_going_on_is_never_having_stopped():
    how = {"pruner": PRUNER, "grower": ng.growth.rigl(every=2), "target_cost": None}
    network = sparse()
    whole = ng.train(network, *XOR, epochs=9, seed=1, **how)
    part = ng.train(ng.train(network, *XOR, epochs=5, seed=1, **how), *XOR, epochs=4, **how)
    assert part.network.edges == whole.network.edges
    assert np.array_equal(part.network.weights, whole.network.weights)
    assert (part.added, part.removed) == (whole.added, whole.removed)


def test_a_share_that_comes_is_one_of_the_edges_before_any_left():
    network = sparse()
    step = rewired(network, ng.pruning.random(0.5), ng.growth.random(fraction=0.5), np.random.default_rng(0), 0)
    assert len(step.added) == round(0.5 * network.weights.size)
    assert step.network.weights.size == network.weights.size


def test_what_left_before_there_was_a_grower_stays_away():
    fit = ng.train(sparse(), *XOR, pruner=PRUNER, epochs=3, **HOW)
    on = ng.train(fit, *XOR, pruner=PRUNER, grower=ng.growth.random(), epochs=3, target_cost=None)
    assert on.history["edges"].tolist() == [*fit.history["edges"], *[fit.network.weights.size] * 3]
    one = ng.pruning.magnitude(1.0 / sparse().weights.size)
    fit = ng.train(sparse(), *XOR, pruner=one, epochs=1, **HOW)
    on = ng.train(fit, *XOR, pruner=PRUNER, grower=ng.growth.random(), epochs=2, target_cost=None)
    assert on.history["edges"].tolist() == [sparse().weights.size - 1] * 3


def test_neither_leaves_nor_comes_where_the_grower_is_not_due():
    network, rng = sparse(), np.random.default_rng(0)
    step = rewired(network, PRUNER, ng.growth.random(every=2), rng, 0)
    assert step.network is network
    assert not step.removed
    assert not step.added
    assert rng.bit_generator.state == np.random.default_rng(0).bit_generator.state


def grown(grower, pruner=PRUNER, network=None):
    """Never come to the first epoch."""
    rule = ng.Rule("pre_free*(1/(post_free - post_free))")  # of which the first update would say that it is no number
    return ng.train(network or sparse(), *XOR, grower=grower, pruner=pruner, rule=rule, epochs=2)


def of_two_signs():
    """Pairs are tied, and all neurons of one sign are joined."""
    graph = nx.DiGraph()
    graph.add_node("x0", role="input")
    graph.add_node("x1", role="input")
    for node, sign, role in (("up", 1, "hidden"), ("top", 1, "output"), ("down", -1, "hidden")):
        graph.add_node(node, sign=sign, role=role)
        graph.add_edges_from([("x0", node), ("x1", node)], weight=0.1)
    graph.add_edges_from([("up", "top"), ("top", "up")], weight=0.1, tie="a")
    return ng.compile(graph, ng.dynamics.additive("tanh"))


RANDOM = ng.growth.random
REFUSED = {
    "a text": (lambda: grown("rigl"), ["grower is 'rigl'", "growth.random(fraction=0.1)"]),
    "no number and no pruner": (lambda: grown(RANDOM(), None), ["as many edges as a pruner takes", "pruner="]),
    "a return of nothing": (lambda: grown(ng.growth.returned(), None), ["Returned", "pruner="]),
    "a node that is not there": (lambda: grown(RANDOM(candidates=[("nobody", "y0")])), ["'nobody'", "has not"]),
    "an edge into an input": (lambda: grown(RANDOM(candidates=[("y0", "x0")])), ["'y0' -> 'x0'", "clamped"]),
    "no place": (
        lambda: grown(RANDOM(count=1), None, ng.compile(ng.topologies.complete(2, 5, 1, bias=True, seed=0))),
        ["every pair of two nodes is an edge already", "sparser network"],
    ),
    "no place for a tied pair": (lambda: grown(RANDOM(count=1), None, of_two_signs()), ["is an edge already"]),
    "a tied pair of two signs": (
        lambda: grown(RANDOM(candidates=[("up", "down")]), PRUNER, of_two_signs()),
        ["'up' -> 'down'", "pairs of neurons of one sign"],
    ),
    "no position": (lambda: grown(ng.growth.distance(length=1.0)), ["no attribute 'position'"]),
}


@pytest.mark.parametrize(("call", "parts"), REFUSED.values(), ids=REFUSED)
def test_a_grower_that_can_bring_nothing_is_refused_before_the_first_epoch(call, parts):
    with pytest.raises((ng.ParameterError, ng.GraphError)) as caught:
        call()
    for part in parts:
        assert part in str(caught.value)


def test_new_edges_of_a_unitary_network_are_refused_by_name():
    network = ng.compile(ng.topologies.unitary(units=8, seed=0), ng.dynamics.unitary())
    x = np.zeros((1, 3, len(network.inputs)))
    with pytest.raises(ng.ParameterError, match="grower is given, which says nothing of a unitary network"):
        ng.train(network, x, np.zeros((1, 3, len(network.outputs))), grower=RANDOM(count=1), epochs=1)


def test_binary_neurons_grow_by_what_asks_for_no_data():
    graph = ng.topologies.symmetric(ng.topologies.complete(0, 2, 4, bias="neurons", seed=0))
    network = ng.compile(graph, ng.dynamics.binary())
    states = np.array([[0, 1, 0, 1], [1, 0, 1, 0]], float)
    fit = ng.train(network, states, pruner=PRUNER, grower=ng.growth.random(), epochs=4, **HOW)
    assert fit.history["edges"].tolist() == [network.weights.size] * 4
    assert fit.added
    ng.compile(fit.network.to_graph(), network.dynamics)  # which checks that both directions are tied
    with pytest.raises(ng.ParameterError, match=r"grower is Rigl.*binary neurons have none.*growth\.random"):
        ng.train(network, states, pruner=PRUNER, grower=ng.growth.rigl(), epochs=4, **HOW)


def test_once_every_pair_is_an_edge_training_goes_on():
    x, y = ng.tasks.logic("xor")
    network = ng.compile(ng.topologies.random(inputs=2, hidden=4, outputs=1, density=0.3, seed=0))
    how = {"grower": ng.growth.random(fraction=0.5), "target_cost": None}
    fit = ng.train(network, x, y, epochs=12, seed=0, **how)
    most = 5 * 4 + 2 * 5  # between free nodes, and from inputs
    assert fit.history["edges"][-2:].tolist() == [most, most]
    assert len(fit.added) == most - network.weights.size
    part = ng.train(network, x, y, epochs=11, seed=0, **how)
    assert part.network.weights.size == most
    assert np.array_equal(ng.train(part, x, y, epochs=1, **how).network.weights, fit.network.weights)
    alone = ng.train(part.network, x, y, epochs=1, seed=0)
    with pytest.raises(ng.ParameterError, match="is an edge already"):
        ng.train(alone, x, y, epochs=1, **how)
