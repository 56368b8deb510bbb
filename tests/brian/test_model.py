"""What a model's objects do, are asked and may be given beside what was built."""

import networkx as nx
import numpy as np
import pytest

import neurograph as ng
from neurograph.solvers import Euler
from neurograph.solvers.base import Phase
from tests.brian.networks import RULES, STEP, STEPS, X, built, compiled, euler, milliseconds
from tests.drawing.checked_html import read


def test_one_run_is_two_of_half_the_length():
    network = compiled("deep")
    whole, halves = built(network), built(network)
    whole.network.run(milliseconds(STEPS), namespace={})
    for _ in range(2):
        halves.network.run(milliseconds(STEPS // 2), namespace={})
    assert np.array_equal(whole.neurons.s[:], halves.neurons.s[:])
    shown = read(whole._repr_html_())
    assert {*whole.recipe.neurons.splitlines(), *whole.recipe.synapses.splitlines()} <= set(shown.texts)
    assert whole.neurons.s[:].reshape(3, -1) == pytest.approx(euler(network, X).state, abs=1e-12)


@pytest.mark.parametrize("batch", [None, 1])
def test_the_nudged_phase_goes_on_from_the_free_one(batch):
    network, y = compiled("deep"), [[1.0, 0.0], [0.0, 1.0], [1.0, 1.0]]
    model = built(network, batch=batch)
    nudged = model.nudge(y, 0.7, milliseconds(STEPS), milliseconds(90))
    expected = euler(network, X).state, y
    assert nudged.state == pytest.approx(
        Euler(dt=STEP, steps=90, tol=0).solve(network, Phase(expected[0], np.array(y), 0.7)).state, abs=1e-12
    )
    assert model.settle(milliseconds(STEPS)).state == pytest.approx(expected[0], abs=1e-12)


def test_the_graph_gets_the_weights_that_were_learnt_and_all_else_back():
    network = compiled("deep")
    model = built(network, rule=RULES["stdp"])
    assert nx.utils.graphs_equal(model.to_graph(), network.to_graph())
    model.learn([[1.0, 0.0]] * 3, beta=0.8, optimiser=ng.optimisers.sgd(5.0), duration=milliseconds(60))
    back = ng.compile(model.to_graph())
    assert np.array_equal(back.weights, model.weights)
    assert back.dynamics == network.dynamics
    assert not np.array_equal(back.weights, network.weights)
