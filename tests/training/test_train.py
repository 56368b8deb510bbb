"""Training as a whole: it learns, from a seed, what it is told."""

import networkx as nx
import numpy as np
import pytest

import neurograph as ng
from neurograph.equations.costs import wrong
from tests.training.networks import XOR, labelled, network

CUT = ng.solvers.Euler(steps=5000, nudged_steps=1)


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


def test_many_seeds_side_by_side_equal_one_after_the_other():
    apart = [ng.train(network(s), *XOR, seed=s, epochs=5) for s in range(3)]
    together = ng.train(network, *XOR, seed=range(3), epochs=5, n_jobs=2)
    for one, two in zip(apart, together, strict=True):
        assert np.array_equal(one.network.weights, two.network.weights)
        assert np.array_equal(one.history["cost"], two.history["cost"])


def test_a_divergence_in_training_names_the_sample_of_x():
    graph = nx.DiGraph([("x", "y", {"weight": 1.0}), ("h", "y", {"weight": 3.0}), ("y", "h", {"weight": 3.0})])
    graph.nodes["x"]["role"], graph.nodes["y"]["role"] = "input", "output"
    start = ng.compile(graph, ng.dynamics.additive("relu"))
    with pytest.raises(ng.DivergenceError, match="sample 2 diverged"):
        ng.train(start, [[0.0], [0.0], [1.0]], [[0.0]] * 3, seed=0)


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


@pytest.mark.parametrize(
    "rule", [ng.rules.asymmetric_ep(), ng.rules.asymmetric_ep(finite=True), ng.rules.vector_field()]
)
def test_a_cost_of_ones_own_teaches(rule):
    """Half the squared error at twice the step, written as a cost of one's own."""
    options = {"rule": rule, "epochs": 3, "target_cost": None, "seed": 0, "solver": ng.solvers.Euler(tol=1e-12)}
    options |= {"beta": 1e-5} if rule.nudged else {}
    half = ng.costs.Cost("(s - y)**2/4")
    half = ng.train(network(), *XOR, cost=half, optimiser=ng.optimisers.sgd(0.2), **options)
    whole = ng.train(network(), *XOR, optimiser=ng.optimisers.sgd(0.1), **options)
    assert np.allclose(half.network.weights, whole.network.weights, atol=1e-6 if rule.nudged else 1e-12)


def test_the_bar_shows_the_share_that_settled(capsys):
    ng.train(network(), *XOR, seed=0, epochs=2, target_cost=None, progress=True)
    assert "settled=1]" in capsys.readouterr().err
    ng.train(network(), *XOR, seed=0, epochs=2, target_cost=None, rule=ng.rules.deep(), solver=CUT, progress=True)
    assert "settled=0.625]" in capsys.readouterr().err


def test_a_random_sign_is_drawn_from_the_seed():
    graph = ng.topologies.symmetric(ng.topologies.complete(2, 3, 1, bias="neurons", seed=0))
    start = ng.compile(graph, ng.dynamics.vector_field())
    options = {"rule": ng.rules.random_sign_ep(), "beta": 0.3, "epochs": 4, "target_cost": None}
    one, two = (ng.train(start, *XOR, seed=2, **options) for _ in range(2))
    assert np.array_equal(one.network.weights, two.network.weights)
    other = ng.train(start, *XOR, seed=3, batch_size=None, **options)
    plain = ng.train(start, *XOR, seed=3, batch_size=None, **{**options, "rule": ng.rules.ep()})
    assert not np.array_equal(other.network.weights, plain.network.weights)
