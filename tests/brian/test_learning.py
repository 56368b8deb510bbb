"""Learning inside Brian2, against training and against the sums over steps."""

import numpy as np
import pytest

import neurograph as ng
from models import martin_2021
from neurograph.equations.populations import Populations
from neurograph.solvers import Euler
from neurograph.solvers.base import Phase
from tests.brian.networks import (
    DYNAMICS,
    ONE_HOT,
    RULES,
    SENDERS,
    STEP,
    STEPS,
    SUMMED,
    XOR,
    X,
    built,
    compiled,
    euler,
    graph_for,
    in_turn,
    milliseconds,
    one_step,
    side_by_side,
    spiking,
)

TWO = Populations.of(dict(SENDERS.each[:2]))


@pytest.mark.parametrize(
    ("dynamics", "rule"),
    [
        ("deep", "stdp"),
        ("vector field", "summed"),
        ("vector field", "own"),
        ("hopfield", "own"),
        ("own", "stdp"),
        ("populations", "own"),
        ("several variables", "own"),
        ("populations of several variables", "stdp"),
    ],
)
def test_the_online_rule_changes_weights_and_biases_as_training_does(dynamics, rule):
    network, y = compiled(dynamics), np.array([[1.0, 0.0], [0.0, 1.0], [1.0, 1.0]])
    model = built(network, rule=RULES[rule])
    history = model.learn(y, beta=0.8, optimiser=ng.optimisers.sgd(5.0), duration=milliseconds(STEPS))
    fitted = one_step(network, RULES[rule], y, 0.8, 5.0)
    assert model.weights == pytest.approx(fitted.weights, abs=1e-12)
    assert model.biases == pytest.approx(fitted.biases, abs=1e-12)
    plastic = network.connectivity.plastic
    assert np.array_equal(model.weights[~plastic], network.weights[~plastic])
    assert np.abs(model.weights - network.weights)[plastic].max() > 1e-4
    outputs = euler(network, X).outputs
    assert history["cost"] == pytest.approx([ng.costs.squared_error().mean(outputs, y)], abs=1e-12)


def test_samples_that_take_turns_change_the_weights_one_after_another():
    network, y = compiled("deep"), np.array([[1.0, 0.0], [0.0, 1.0], [1.0, 1.0]])
    model = built(network, rule=RULES["summed"], batch=1)
    model.learn(y, beta=0.8, optimiser=ng.optimisers.sgd(0.5), epochs=2, duration=milliseconds(60))
    expected = network
    for sample in (0, 1, 2, 0, 1, 2):
        free = euler(expected, X[[sample]], 60)
        phase = Phase(free.state, y[[sample]], 0.8, rule=RULES["summed"].expression)
        trace = Euler(dt=STEP, steps=60, tol=0).solve(expected, phase).trace
        expected = expected.with_weights(expected.weights + 0.5 * np.where(network.connectivity.plastic, trace, 0.0))
    assert model.weights == pytest.approx(expected.weights, abs=1e-12)


def test_learning_keeps_the_signs_of_nodes_and_the_ties_of_edges():
    graph = graph_for("deep")
    graph.nodes["x0"]["sign"] = "excitatory"
    for _, _, data in graph.out_edges("x0", data=True):
        data.update(weight=0.001, plastic=True, tie="one")
    network = ng.compile(graph, DYNAMICS["deep"])
    model = built(network, rule=RULES["stdp"])
    y = np.array([[1.0, 0.0]] * 3)
    model.learn(y, beta=2.0, optimiser=ng.optimisers.sgd(200.0), duration=milliseconds(STEPS))
    fitted = one_step(network, RULES["stdp"], y, 2.0, 200.0)
    assert model.weights == pytest.approx(fitted.weights, abs=1e-12)
    tied = network.connectivity.pre == network.nodes.index("x0")
    assert np.unique(model.weights[tied]).size == 1
    assert np.abs(model.weights - network.weights).max() > 1e-3


def test_an_epoch_of_the_model_that_learns_by_spikes_changes_its_weights_and_keeps_its_ties():
    """How many of them learn XOR takes minutes, and a compiler: test_running.py."""
    network = martin_2021.build([8])
    model = martin_2021.simulated(network, "numpy")
    assert martin_2021.epochs_to_ten_perfect(model, 1).tolist() == [-1]
    moved = network.with_weights(model.weights, model.biases)
    assert np.abs(moved.weights - network.weights).max() > 1e-3


@pytest.mark.parametrize("dynamics", [ng.dynamics.vector_field(), TWO], ids=["vector field", "populations"])
@pytest.mark.parametrize("model", ["spiking", pytest.param("lif", marks=pytest.mark.slow)])
def test_what_spikes_gather_is_what_the_rate_rule_gathers(model, dynamics):
    graphs = [ng.topologies.layered(2, (16,), 2, bias="neurons", scale=0.3, seed=seed) for seed in range(5)]
    graph = side_by_side(graphs)
    in_turn(graph, dynamics)
    network = ng.compile(graph, dynamics)
    changes = []
    for kind in (model, "rate"):
        learner = spiking(network, np.tile(XOR, 5), kind, rule=SUMMED, dt=milliseconds(0.1 if kind == "lif" else 1))
        learner.learn(
            np.tile(ONE_HOT, 5), beta=1.0, optimiser=ng.optimisers.sgd(1.0), duration=milliseconds(400)
        )  # fmt: skip
        changes.append((learner.weights - network.weights)[network.connectivity.plastic])
    assert np.corrcoef(*changes)[0, 1] > 0.9
    assert np.polyfit(changes[1], changes[0], 1)[0] == pytest.approx(1.0, abs=0.2)
