"""The script of a model runs without neurograph, and gives the same state."""

import numpy as np
import pytest

import neurograph as ng
from tests.brian.networks import RULES, STEPS, XOR, built, compiled, delayed, milliseconds, run_script, spiking


def test_the_script_runs_without_neurograph_and_gives_the_same_state(tmp_path):
    network = compiled("own")
    model = built(
        network, rule=RULES["stdp"], record=10, extra_equations="g : 1", namespace={"time_unit": milliseconds(19)}
    )
    model.learn(np.zeros((3, 2)), beta=1.0, optimiser=ng.optimisers.sgd(5.0), duration=milliseconds(30))
    model.neurons.I_ext = np.linspace(0.0, 0.5, len(model.neurons))
    text = model.source(milliseconds(STEPS))
    expected = model.settle(milliseconds(STEPS)).state
    assert run_script(text, tmp_path) == pytest.approx(expected, abs=1e-12)
    assert np.abs(expected - built(network).settle(milliseconds(STEPS)).state).max() > 1e-3


def test_the_script_tells_the_populations_and_the_boxes_of_the_neurons(tmp_path):
    network = compiled("populations")
    model = built(network)
    text = model.source(milliseconds(STEPS))
    assert all(f"neurons.{name} = np.array([" in text for name in ("population", "box_low", "box_high"))
    assert run_script(text, tmp_path) == pytest.approx(model.settle(milliseconds(STEPS)).state, abs=1e-12)


@pytest.mark.parametrize("model", ["spiking", "lif"])
def test_the_script_of_a_spiking_model_gives_the_same_spikes(model, tmp_path):
    network = ng.compile(ng.topologies.complete(inputs=2, hidden=3, outputs=1, bias=True, scale=0.5, seed=0))
    spikes = spiking(delayed(network, 0.15), XOR, model, record=5)
    expected = spikes.settle(milliseconds(60))
    assert run_script(spikes.source(milliseconds(60)), tmp_path) == pytest.approx(expected.state, abs=1e-12)
    assert spikes.monitors["spikes"].num_spikes > 0
