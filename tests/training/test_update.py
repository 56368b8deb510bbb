"""An update: what changes, by how much at most, and what stays."""

import networkx as nx
import numpy as np
import pytest

import neurograph as ng
from neurograph.certificates import Constraint
from neurograph.learning.phases import run_phases, weight_change
from neurograph.training.config import TrainingConfig
from neurograph.training.update import first_optimiser_state, updated
from tests.training.networks import XOR, network


def test_what_is_not_plastic_stays():
    graph = ng.topologies.complete(inputs=2, hidden=5, outputs=1, bias=True, seed=0)
    graph.edges["x0", "h0"]["plastic"] = False
    graph.edges["h1", "y0"]["plastic"] = False
    start = ng.compile(graph)
    optimiser = ng.optimisers.sgd(1.0, l1=0.01)
    pruner = ng.pruning.magnitude(threshold=100.0)
    fit = ng.train(start, *XOR, epochs=4, optimiser=optimiser, target_cost=None)
    held = ~start.connectivity.plastic
    assert np.array_equal(fit.network.weights[held], start.weights[held])
    assert np.all(fit.network.weights[~held] != start.weights[~held])
    assert set(ng.prune(start, pruner).network.edges) == {("x0", "h0"), ("h1", "y0")}


def test_tied_edges_share_one_weight_through_training_and_pruning():
    graph = ng.topologies.complete(inputs=2, hidden=3, outputs=1, bias="neurons", seed=0)
    for u, v in list(graph.edges):
        if graph.has_edge(v, u):
            graph.edges[u, v]["tie"] = "-".join(sorted((u, v)))
            graph.edges[u, v]["weight"] = graph.edges[min(u, v), max(u, v)]["weight"]
    start = ng.compile(graph, dynamics=ng.dynamics.hopfield())
    fit = ng.train(start, *XOR, epochs=10, optimiser=ng.optimisers.sgd(0.1), target_cost=None)
    graph = fit.network.to_graph()
    pairs = [(u, v) for u, v in graph.edges if graph.has_edge(v, u)]
    assert pairs
    assert all(graph.edges[u, v]["weight"] == graph.edges[v, u]["weight"] for u, v in pairs)
    ng.compile(graph)
    pruned = ng.prune(fit.network, ng.pruning.magnitude(fraction=0.3)).network.to_graph()
    assert all(pruned.has_edge(v, u) for u, v in pruned.edges if "tie" in pruned.edges[u, v])


def test_l1_pulls_weights_and_not_biases():
    graph = ng.topologies.complete(inputs=2, hidden=3, outputs=1, bias="neurons", seed=0)
    start = ng.compile(graph, dynamics=ng.dynamics.vector_field()).with_weights(
        np.linspace(-0.2, 0.2, graph.number_of_edges()), np.r_[0, 0, np.full(4, 0.1)]
    )
    y = ng.settle(start, XOR[0], solver=ng.solvers.Euler(tol=1e-12)).outputs
    options = {"epochs": 1, "batch_size": None, "target_cost": None, "solver": ng.solvers.Euler(tol=1e-12)}
    fit = ng.train(start, XOR[0], y, optimiser=ng.optimisers.sgd(0.5, l1=0.02), **options)
    assert np.allclose(fit.network.weights, start.weights - 0.01 * np.sign(start.weights), atol=1e-8)
    assert np.allclose(fit.network.biases, start.biases, atol=1e-8)


def test_no_step_is_larger_than_its_bound():
    start = network()
    optimiser = ng.optimisers.sgd(1000.0, max_step=0.03)
    fit = ng.train(start, *XOR, epochs=1, batch_size=None, optimiser=optimiser)
    size = np.abs(fit.network.weights - start.weights)
    assert size.max() == pytest.approx(0.03)


def test_a_weight_that_leaves_every_bound_is_named():
    graph = nx.DiGraph([("x", "y", {"weight": 1.0})])
    graph.nodes["x"]["role"], graph.nodes["y"]["role"] = "input", "output"
    start = ng.compile(graph, dynamics=ng.dynamics.additive("relu"))
    with pytest.raises(ng.DivergenceError, match=r"\('x', 'y'\)|diverged"):
        ng.train(start, [[1e5]], [[0.0]], optimiser=ng.optimisers.sgd(1e308), epochs=50, target_cost=None)


def test_a_step_keeps_the_signs_of_dales_law_and_the_bounds():
    graph = ng.topologies.dale(ng.topologies.complete(inputs=2, hidden=5, outputs=1, bias=True, seed=0), 0.4, seed=0)
    start = ng.compile(graph)
    optimiser = ng.optimisers.adam(0.2, bounds=(-0.5, 0.7))
    fit = ng.train(start, *XOR, optimiser=optimiser, epochs=10, target_cost=None, seed=0)
    sign = start.connectivity.signs[start.connectivity.pre]
    assert np.all(sign * fit.network.weights >= 0.0)
    assert fit.network.weights.min() >= -0.5
    assert fit.network.weights.max() == 0.7
    ng.compile(fit.network.to_graph())


def test_an_update_is_the_optimisers_step_along_the_rules_change():
    start, config = network(), TrainingConfig(optimiser=ng.optimisers.sgd(0.3))
    free = ng.settle(start, XOR[0], solver=config.solver)
    phases = run_phases(config.rule, free, XOR[1], config.strength, config.cost, config.solver)
    after, state = updated(start, config, first_optimiser_state(start, config.optimiser), phases, 0)
    change, _ = weight_change(config.rule, phases)
    assert np.allclose(after.weights, start.weights + 0.3 * change, rtol=0, atol=1e-16)  # one rounding, or two
    assert np.array_equal(state[0][: change.size], change)


class AtMost(Constraint):
    """No weight is larger than a bound: a constraint of one's own."""

    def certificate(self, network):
        return ng.certify(network)["absolute_leak"]

    def holds(self, network):
        return bool(np.all(np.abs(network.weights) <= 0.4))

    def project(self, network):
        return network.with_weights(np.clip(network.weights, -0.4, 0.4))


def test_a_constraint_of_ones_own_is_kept_by_training_and_pruning():
    keep = AtMost()
    fit = ng.train(network(), *XOR, keep=keep, optimiser=ng.optimisers.adam(0.2), epochs=3, seed=0)
    assert np.abs(fit.network.weights).max() == 0.4
    assert fit.history["rate"].shape == (3,)
    assert keep.holds(ng.prune(fit.network, ng.pruning.magnitude(0.3), keep=keep).network)
