import networkx as nx
import numpy as np
import pytest

import neurograph as ng
from neurograph.equations.costs import squared_error, wrong

XOR = ng.tasks.logic("xor")


def network(seed=0, **options):
    return ng.compile(ng.topologies.complete(inputs=2, hidden=5, outputs=1, bias=True, seed=seed, **options))


def test_a_newcomers_defaults_learn_every_logic_task():
    for task in ng.tasks.TRUTH:
        x, y = ng.tasks.logic(task)
        graph = ng.topologies.complete(inputs=x.shape[1], hidden=5, outputs=1, bias=True, seed=0)
        fit = ng.train(ng.compile(graph), x, y, seed=0)
        assert not wrong(ng.settle(fit.network, x).outputs, y).any(), task


def test_training_starts_from_the_same_seed_twice_and_changes_nothing_it_was_given():
    start = network()
    before = start.weights.copy()
    x, y = XOR[0].copy(), XOR[1].copy()
    one, two = (ng.train(start, x, y, seed=4, epochs=15, target_cost=None) for _ in range(2))
    assert np.array_equal(one.network.weights, two.network.weights)
    assert np.array_equal(start.weights, before)
    assert np.array_equal(x, XOR[0])
    assert np.array_equal(y, XOR[1])
    other = ng.train(start, x, y, seed=5, epochs=15, target_cost=None)
    assert not np.array_equal(one.network.weights, other.network.weights)


def test_history_holds_what_each_epoch_was():
    fit = ng.train(network(), *XOR, seed=0, batch_size=None, epochs=3, target_cost=None)
    free = ng.settle(network(), XOR[0])
    assert fit.history["cost"][0] == pytest.approx(squared_error().mean(free.outputs, XOR[1]), abs=1e-12)
    assert fit.history["error"][0] == np.mean(wrong(free.outputs, XOR[1]))
    assert fit.history["edges"].tolist() == [48, 48, 48]
    assert fit.history["settled"].tolist() == [1, 1, 1]
    assert fit.epochs == 3


@pytest.mark.parametrize("start", ["warm", "uniform", 0.1])
def test_training_that_goes_on_equals_training_that_never_stopped(start):
    options = {"target_cost": None, "start": start, "pruner": ng.pruning.boltzmann(0.05)}
    whole = ng.train(network(), *XOR, epochs=12, seed=1, **options)
    first = ng.train(network(), *XOR, epochs=7, seed=1, **options)
    again = ng.train(first, *XOR, epochs=5, **options)
    assert np.array_equal(again.network.weights, whole.network.weights)
    assert np.array_equal(again.state, whole.state)
    assert again.removed == whole.removed
    assert all(np.array_equal(again.history[name], whole.history[name]) for name in whole.history)
    assert first.epochs == 7


def test_many_seeds_side_by_side_equal_one_after_the_other():
    apart = [ng.train(network(s), *XOR, seed=s, epochs=5) for s in range(3)]
    together = ng.train(network, *XOR, seed=range(3), epochs=5, n_jobs=2)
    for one, two in zip(apart, together, strict=True):
        assert np.array_equal(one.network.weights, two.network.weights)
        assert np.array_equal(one.history["cost"], two.history["cost"])


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


def test_pruning_while_training_leaves_the_graph_and_is_logged():
    pruner = ng.pruning.boltzmann(tolerance=0.1, temperature=5.0)
    fit = ng.train(network(), *XOR, pruner=pruner, epochs=20, target_cost=None, seed=1)
    assert fit.removed
    assert fit.network.weights.size + len(fit.removed) == 48
    assert fit.history["edges"][-1] == fit.network.weights.size
    graph = fit.network.to_graph()
    for gone in fit.removed:
        assert not graph.has_edge(*gone.edge)
        assert abs(gone.weight) <= 0.1
        assert 0.0 < gone.score <= 1.0
        assert "Boltzmann" in gone.reason
    epochs = [gone.epoch for gone in fit.removed]
    assert epochs == sorted(epochs)


@pytest.mark.parametrize("kind", [np.random.PCG64, np.random.MT19937, np.random.Philox])
def test_training_goes_on_with_any_generator(kind):
    options = {"target_cost": None, "start": "uniform"}
    whole = ng.train(network(), *XOR, epochs=4, seed=np.random.Generator(kind(3)), **options)
    first = ng.train(network(), *XOR, epochs=2, seed=np.random.Generator(kind(3)), **options)
    assert np.array_equal(ng.train(first, *XOR, epochs=2, **options).network.weights, whole.network.weights)


def test_a_divergence_in_training_names_the_sample_of_x():
    graph = nx.DiGraph([("x", "y", {"weight": 1.0}), ("h", "y", {"weight": 3.0}), ("y", "h", {"weight": 3.0})])
    graph.nodes["x"]["role"], graph.nodes["y"]["role"] = "input", "output"
    start = ng.compile(graph, ng.dynamics.additive("relu"))
    with pytest.raises(ng.DivergenceError, match="sample 2 diverged"):
        ng.train(start, [[0.0], [0.0], [1.0]], [[0.0]] * 3, seed=0)


def test_symmetric_dynamics_are_not_trained_without_ties():
    graph = nx.DiGraph([("h", "y", {"weight": 0.3}), ("y", "h", {"weight": 0.3})])
    graph.nodes["y"]["role"] = "output"
    untied = ng.compile(graph, ng.dynamics.hopfield())
    with pytest.raises(ng.GraphError, match=r"topologies\.symmetric"):
        ng.train(untied, np.empty((1, 0)), [[1.0]])
    tied = ng.compile(ng.topologies.symmetric(graph), ng.dynamics.hopfield())
    weights = ng.train(tied, np.empty((1, 0)), [[1.0]], start=0.5, epochs=3).network.weights
    assert weights[0] == weights[1] != 0.3


def labelled(seed=0):
    """Three classes of points, and a network with an output for each."""
    rng = np.random.default_rng(seed)
    labels = np.arange(60) % 3
    x = np.array([[0.2, 0.2], [0.8, 0.2], [0.5, 0.8]])[labels] + rng.normal(0, 0.08, (60, 2))
    graph = ng.topologies.layered(2, (8,), 3, bias="neurons", seed=seed)
    return ng.compile(graph, ng.dynamics.additive("tanh")), x, labels


def test_labels_are_one_hot_targets():
    start, x, labels = labelled()
    options = {"epochs": 3, "seed": 0, "target_cost": None}
    one = ng.train(start, x, labels, **options)
    two = ng.train(start, x, np.eye(3)[labels], **options)
    assert np.array_equal(one.network.weights, two.network.weights)


def test_cross_entropy_learns_classes():
    start, x, labels = labelled()
    fit = ng.train(
        start, x, labels, cost=ng.costs.cross_entropy(5.0), optimiser=ng.optimisers.adam(0.03), epochs=60, seed=0
    )
    assert fit.history["error"][-1] <= 0.02
    assert fit.history["cost"][-1] < 0.3 * fit.history["cost"][0]


def test_numbers_are_learned_as_numbers():
    x = np.linspace(0, 1, 16)[:, None]
    y = 0.6 * x[:, 0] - 0.2
    graph = ng.topologies.layered(1, (4,), 1, bias="neurons", seed=0)
    fit = ng.train(ng.compile(graph, ng.dynamics.additive("tanh")), x, y, epochs=300, target_cost=1e-4, seed=0)
    assert fit.history["error"][-1] < 0.02


def test_a_validation_split_is_held_out_and_the_best_network_kept():
    start, x, labels = labelled()
    fit = ng.train(start, x, labels, validation=0.25, epochs=12, seed=1, target_cost=None)
    held = fit.memory.held_out
    assert held.size == 15
    same = ng.train(start, x[np.setdiff1d(np.arange(60), held)], labels[np.setdiff1d(np.arange(60), held)], epochs=1)
    assert same.state.shape[0] == 45
    outputs = ng.settle(fit.best, x[held]).outputs
    best = int(np.argmin(fit.history["validation_cost"]))
    assert squared_error().mean(outputs, np.eye(3)[labels[held]]) == pytest.approx(
        fit.history["validation_cost"][best], abs=1e-12
    )
    last = ng.settle(fit.network, x[held]).outputs
    assert np.mean(wrong(last, np.eye(3)[labels[held]])) == fit.history["validation_error"][-1]


@pytest.mark.parametrize("rows", [False, True])
def test_held_out_samples_settle_from_the_start_that_was_given(rows):
    start, x, labels = labelled()
    begin = np.random.default_rng(0).uniform(0.3, 0.9, (60, len(start.nodes)))
    begin = begin if rows else begin[0]
    short = ng.solvers.Euler(steps=2, tol=0)
    fit = ng.train(start, x, labels, validation=0.25, epochs=1, seed=1, start=begin, solver=short)
    held = fit.memory.held_out
    outputs = ng.settle(fit.network, x[held], start=begin[held] if rows else begin, solver=short).outputs
    assert fit.history["validation_cost"][0] == squared_error().mean(outputs, np.eye(3)[labels[held]])


@pytest.mark.parametrize(
    "rule", [ng.rules.asymmetric_ep(), ng.rules.asymmetric_ep(finite=True), ng.rules.vector_field()]
)
def test_a_cost_of_ones_own_teaches(rule):
    """Half the squared error at twice the step, written as a cost of one's own."""
    options = {"rule": rule, "epochs": 3, "target_cost": None, "seed": 0, "solver": ng.solvers.Euler(tol=1e-12)}
    options |= {"beta": 1e-3} if rule.nudged else {}
    half = ng.costs.Cost("(s - y)**2/4")
    half = ng.train(network(), *XOR, cost=half, optimiser=ng.optimisers.sgd(0.2), **options)
    whole = ng.train(network(), *XOR, optimiser=ng.optimisers.sgd(0.1), **options)
    assert np.allclose(half.network.weights, whole.network.weights, atol=1e-6 if rule.nudged else 1e-12)


def test_held_out_samples_teach_nothing():
    start, x, labels = labelled()
    fit = ng.train(start, x, labels, validation=0.25, epochs=3, seed=1, target_cost=None)
    changed = labels.copy()
    changed[fit.memory.held_out] = (labels[fit.memory.held_out] + 1) % 3
    other = ng.train(start, x, changed, validation=0.25, epochs=3, seed=1, target_cost=None)
    assert np.array_equal(fit.network.weights, other.network.weights)
    assert not np.array_equal(fit.history["validation_cost"], other.history["validation_cost"])


def test_patience_ends_a_run_that_gets_no_better():
    start, x, labels = labelled()
    fit = ng.train(start, x, labels, validation=(x, labels), patience=4, epochs=500, seed=1, target_cost=None)
    watched = fit.history["validation_cost"]
    assert fit.epochs < 500
    assert fit.epochs - 1 - int(np.argmin(watched)) == 4
    assert fit.memory.finished == "stopped, no better for 4 epochs"


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


@pytest.mark.parametrize("rule", [ng.rules.ep(), ng.rules.contrastive_hebbian()], ids=lambda rule: rule.name)
def test_a_rule_that_needs_symmetry_is_refused_on_an_untied_graph(rule):
    with pytest.raises(ng.GraphError, match=r"the rule .* needs W_ij = W_ji: .*topologies\.symmetric"):
        ng.train(network(), *XOR, rule=rule)
    graph = ng.topologies.symmetric(ng.topologies.complete(2, 3, 1, bias="neurons", seed=0))
    fit = ng.train(ng.compile(graph, ng.dynamics.vector_field()), *XOR, rule=rule, epochs=2, seed=0)
    matrix = fit.network.matrix().toarray()
    inside = np.ix_(fit.network.connectivity.free, fit.network.connectivity.free)
    assert np.array_equal(matrix[inside], matrix[inside].T)


def test_a_random_sign_is_drawn_from_the_seed():
    graph = ng.topologies.symmetric(ng.topologies.complete(2, 3, 1, bias="neurons", seed=0))
    start = ng.compile(graph, ng.dynamics.vector_field())
    options = {"rule": ng.rules.random_sign_ep(), "beta": 0.3, "epochs": 4, "target_cost": None}
    one, two = (ng.train(start, *XOR, seed=2, **options) for _ in range(2))
    assert np.array_equal(one.network.weights, two.network.weights)
    other = ng.train(start, *XOR, seed=3, batch_size=None, **options)
    plain = ng.train(start, *XOR, seed=3, batch_size=None, **{**options, "rule": ng.rules.ep()})
    assert not np.array_equal(other.network.weights, plain.network.weights)


def test_a_sweep_is_train_over_every_combination_and_seed():
    grid = {"optimiser": [ng.optimisers.adam(0.01), ng.optimisers.sgd(0.5)], "batch_size": [1, None]}
    trials = ng.sweep(network, *XOR, grid, seed=range(2), n_jobs=2, epochs=2)
    assert len(trials) == 8
    for trial in trials:
        alone = ng.train(network, *XOR, seed=trial.seed, epochs=2, **trial.arguments)
        assert np.array_equal(alone.network.weights, trial.fit.network.weights)
    assert [trial.seed for trial in trials[:2]] == [0, 1]
    assert trials[2].arguments == {"optimiser": ng.optimisers.adam(0.01), "batch_size": None}
