"""Each pruner by itself: what it removes, against closed forms, finite differences and networkx."""

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from scipy.optimize import minimize_scalar

import neurograph as ng
from neurograph.network.inputs import starting_state
from neurograph.pruning.base import Task
from neurograph.pruning.removal import prune_now
from neurograph.pruning.unreachable import unreachable_neurons
from neurograph.training.gradient_check import gradient
from tests.strategies import graphs

TIGHT = ng.solvers.Euler(steps=100_000, tol=1e-12)
X, Y = ng.tasks.logic("xor")


def star(weights):
    """One output with an edge from each input, of these weights."""
    graph = nx.DiGraph()
    for k, weight in enumerate(weights):
        graph.add_node(f"x{k}", role="input")
        graph.add_edge(f"x{k}", "y", weight=weight)
    graph.nodes["y"]["role"] = "output"
    return ng.compile(graph)


def test_boltzmann_removes_weak_edges_with_the_papers_probability():
    weights, temperature = np.array([0.05, -0.2, 0.4, 2.0]), 0.5
    network = star(weights)
    factors = np.exp(-np.abs(weights) / temperature)
    expected = factors / factors.sum()
    pruner, draws = ng.pruning.boltzmann(tolerance=0.4, temperature=temperature), 4000
    gone = np.zeros(4)
    for seed in range(draws):
        for removed in ng.prune(network, pruner, seed=seed).removed:
            k = int(removed.edge[0][1:])
            gone[k] += 1
            assert removed.score == pytest.approx(expected[k])
    assert gone[3] == 0
    spread = 4 * np.sqrt(expected * (1 - expected) / draws)
    assert np.all(np.abs(gone / draws - expected)[:3] < spread[:3])


def test_boltzmann_survives_weights_of_any_size():
    chances = [
        r.score for r in ng.prune(star([6000.0, 6000.1, 6000.2]), ng.pruning.boltzmann(1e9, 1e-3), seed=0).removed
    ]
    assert chances
    assert np.all(np.isfinite(chances))


@pytest.mark.parametrize("fraction", [0.0, 0.25, 0.5, 1.0])
def test_magnitude_takes_the_smallest_fraction(fraction):
    weights = np.array([0.3, -0.1, 2.0, -0.7])
    pruned = ng.prune(star(weights), ng.pruning.magnitude(fraction=fraction))
    left = sorted(np.abs(pruned.network.weights))
    assert left == sorted(np.abs(weights))[round(4 * fraction) :]


def test_magnitude_takes_all_up_to_the_threshold():
    pruned = ng.prune(star([0.3, -0.1, 2.0, -0.7]), ng.pruning.magnitude(threshold=0.3))
    assert sorted(pruned.network.weights) == [-0.7, 2.0]
    assert {r.edge for r in pruned.removed} == {("x0", "y"), ("x1", "y")}
    assert repr(pruned) == "Pruning(2 of 4 edges left the graph, 2 stay)"


def small(outputs=1, seed=1):
    """A complete digraph of 5 hidden tanh neurons; nothing in it saturates."""
    graph = ng.topologies.complete(inputs=2, hidden=5, outputs=outputs, bias=True, scale=0.4, seed=seed)
    return ng.compile(graph, ng.dynamics.additive("tanh"))


def task(network, y):
    return Task(starting_state(network, X, 0.0, None), y, ng.costs.squared_error(), TIGHT)


def test_regrow_sets_the_weight_to_nothing_and_keeps_the_edge():
    pruner = ng.pruning.boltzmann(tolerance=1.0, temperature=5.0, regrow=True)
    network = star(np.full(6, 0.5))
    pruned = prune_now(network, pruner, np.random.default_rng(3), 0)
    assert pruned.removed
    assert pruned.network.edges == network.edges
    assert np.sum(pruned.network.weights == 0.0) == len(pruned.removed)
    again = prune_now(pruned.network, ng.pruning.magnitude(threshold=0.1, regrow=True), np.random.default_rng(3), 1)
    assert not again.removed  # what is 0 already is not removed once more


def test_what_regrows_in_training_can_come_back():
    """With half of the weights at 0 after each epoch, some that were 0 are not at the end."""
    pruner = ng.pruning.magnitude(fraction=0.5, regrow=True)
    one = ng.train(small(), X, Y, pruner=pruner, epochs=1, target_cost=None, seed=0)
    more = ng.train(small(), X, Y, pruner=pruner, epochs=40, target_cost=None, seed=0)
    assert more.network.weights.size == one.network.weights.size
    assert np.sum(more.network.weights == 0.0) == np.sum(one.network.weights == 0.0) > 0
    assert np.any((one.network.weights == 0.0) & (more.network.weights != 0.0))


def test_saliency_of_the_error_is_the_mean_square_of_weight_times_gradient():
    network = small(outputs=2)
    y = np.hstack([Y, 1 - Y])
    pruner = ng.pruning.saliency(1.0, nudge="error")
    scores = pruner.scores(network, np.random.default_rng(0), task(network, y))
    each = [gradient(network, X[k : k + 1], y[k : k + 1])[0] for k in range(4)]
    assert scores == pytest.approx(np.mean([(network.weights * slope) ** 2 for slope in each], axis=0), rel=1e-6)


def test_saliency_of_random_nudges_is_how_far_the_outputs_move():
    """Against central differences of the outputs: exact for one output, a mean over the signs for several."""
    for outputs, tolerance in ((1, 1e-6), (3, 0.15)):
        network = small(outputs=outputs)
        moves = np.zeros(network.weights.size)
        for k, weight in enumerate(network.weights):
            step = 1e-4 * np.eye(network.weights.size)[k]
            above, below = (
                ng.settle(network.with_weights(network.weights + sign * step), X, solver=TIGHT).outputs
                for sign in (1, -1)
            )
            moves[k] = np.mean(np.sum((weight * (above - below) / 2e-4) ** 2, axis=1))
        zeros = task(network, np.zeros((4, outputs)))
        scores = ng.pruning.saliency(1.0).scores(network, np.random.default_rng(0), zeros)
        assert np.linalg.norm(scores - moves) <= tolerance * np.linalg.norm(moves)


def test_saliency_foresees_what_an_edge_is_worth_better_than_its_size_does():
    """Each edge is really removed, and the outputs really move."""
    network = ng.train(small(), X, Y, seed=0).network
    moved = [
        np.sum((ng.settle(network.without_edges([k]), X).outputs - ng.settle(network, X).outputs) ** 2)
        for k in range(network.weights.size)
    ]
    scores = ng.pruning.saliency(1.0).scores(network, np.random.default_rng(0), task(network, Y))

    def agreement(score):
        return np.corrcoef(np.argsort(np.argsort(score)), np.argsort(np.argsort(moved)))[0, 1]

    assert agreement(scores) > 0.9
    assert agreement(scores) > agreement(np.abs(network.weights))


def test_saliency_without_a_task_is_refused():
    with pytest.raises(ng.ParameterError, match="x and y are missing"):
        ng.prune(small(), ng.pruning.saliency(0.5))


@pytest.mark.parametrize("strength", [0.05, 0.4])
def test_the_proximal_step_minimises_the_penalty_and_the_distance(strength):
    weights = np.array([0.3, -0.1, 2.0, -0.7])
    pruned = ng.prune(star(weights), ng.pruning.proximal(strength))
    left = dict(zip(pruned.network.edges, pruned.network.weights, strict=True))
    for k, weight in enumerate(weights):
        best = minimize_scalar(lambda v, w=weight: (v - w) ** 2 / 2 + strength * abs(v), bounds=(-3, 3))
        assert left.get((f"x{k}", "y"), 0.0) == pytest.approx(best.x, abs=1e-4)
    assert {gone.weight for gone in pruned.removed} == {w for w in weights if abs(w) <= strength}


def test_random_pruning_takes_each_edge_as_often():
    network, draws = star([0.01, 0.1, 1.0, 10.0]), 2000
    gone = [r.edge for k in range(draws) for r in ng.prune(network, ng.pruning.random(0.5), seed=k).removed]
    counts = [gone.count(edge) for edge in network.edges]
    assert sum(counts) == 2 * draws
    assert np.all(np.abs(np.array(counts) / draws - 0.5) < 4 * np.sqrt(0.25 / draws))


@given(graph=graphs(biases=True))
@settings(max_examples=60)
def test_unreachable_neurons_are_those_on_no_path(graph):
    network = ng.compile(graph, ng.dynamics.vector_field())
    sources = [n for n, d in graph.nodes(data=True) if d.get("role") in ("input", "bias") or d.get("bias")]
    driven = set(sources).union(*(nx.descendants(graph, node) for node in sources))
    heard = set(network.outputs).union(*(nx.ancestors(graph, node) for node in network.outputs))
    hidden = {node for node, role in graph.nodes(data="role", default="hidden") if role == "hidden"}
    lazy = {network.nodes[k] for k in np.flatnonzero(unreachable_neurons(network))}
    assert lazy == hidden - (driven & heard)


@given(graph=graphs(biases=True, ties=False))
@settings(max_examples=40)
def test_without_its_unreachable_neurons_a_network_answers_the_same(graph):
    """Bit for bit: their own start at 0 keeps those at 0 that nothing drives."""
    network = ng.compile(graph, ng.dynamics.vector_field())
    x = np.random.default_rng(0).uniform(size=(3, len(network.inputs)))
    pruned = ng.prune(network, ng.pruning.unreachable())
    solver = ng.solvers.Euler(dt=0.1, steps=50, tol=0)
    before, after = (ng.settle(one, x, solver=solver) for one in (network, pruned.network))
    assert np.array_equal(before.outputs, after.outputs)
    fixed = {node for k in np.flatnonzero(~network.connectivity.plastic) for node in network.edges[k]}
    lazy = {network.nodes[k] for k in np.flatnonzero(unreachable_neurons(network))}
    assert set(pruned.neurons) == lazy - fixed
    assert set(pruned.network.nodes) == set(network.nodes) - set(pruned.neurons)


def test_both_edges_of_a_pair_leave_where_the_dynamics_is_symmetric():
    """Also where no tie says so, as in a graph from a symmetric matrix."""
    graph = ng.topologies.symmetric(ng.topologies.complete(inputs=2, hidden=4, outputs=1, seed=0))
    for _, _, data in graph.edges(data=True):
        data.pop("tie", None)
    network = ng.compile(graph, ng.dynamics.hopfield())
    assert network.connectivity.ties is None
    for fraction in (0.1, 0.35, 0.6):
        pruned = ng.prune(network, ng.pruning.magnitude(fraction), neurons=False).network
        among = {(u, v) for u, v in pruned.edges if not str(u).startswith("x")}
        assert among == {(v, u) for u, v in among}
        assert pruned.weights.size <= (1.0 - fraction) * network.weights.size + 1
