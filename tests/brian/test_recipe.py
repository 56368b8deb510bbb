"""The text of a recipe: what is written of a network, a cost and a rule, and nothing more."""

import numpy as np
import pytest

import neurograph as ng
from neurograph.brian.recipe import counting, on_spike, sums, synapse_equations, synapse_operations
from tests.brian.networks import DYNAMICS, RULES, X, built, compiled, spiking


@pytest.mark.parametrize("dynamics", DYNAMICS)
def test_the_box_is_clipped_after_each_step_and_sums_of_weights_are_there_where_they_are_read(dynamics):
    network = compiled(dynamics)
    recipe = built(network).recipe
    clips = [code for code, when in recipe.operations if "clip" in code and when == "after_groups"]
    assert len(clips) == (network.dynamics.box is not None)
    assert [name for name in ("w_out", "w_out_abs") if f"\n{name} : 1" in recipe.neurons] == list(sums(network))
    for name in sums(network):
        assert f"{name}_pre = " in recipe.synapses


def test_each_neuron_has_its_population_and_where_they_differ_its_box():
    network = compiled("populations")
    neurons = built(network).neurons
    assert np.array_equal(neurons.population[:], np.tile(network.population, 3))
    for name, end in zip(("box_low", "box_high"), network.box, strict=True):
        assert np.array_equal(getattr(neurons, name)[:], np.tile(end, 3))
    alike = compiled("populations of one box")
    equations = built(alike).recipe.neurons
    assert "population : 1 (constant)" in equations
    assert "box" not in equations
    assert "sent = s : 1" in equations


def test_without_a_rule_nothing_is_gathered():
    network = compiled("deep")
    plain, learning = built(network).recipe, built(network, rule=RULES["stdp"]).recipe
    assert "trace" not in plain.neurons + plain.synapses
    assert "b_trace" in learning.neurons
    assert "trace" in learning.synapses
    assert "learning" not in plain.values
    assert synapse_operations(plain.kind, None) == ()


def test_a_rule_is_followed_by_the_step_with_rates_and_by_the_spike_with_spikes():
    network = compiled("vector field", scale=0.05)
    rates, spikes = (build(network, np.abs(X), rule=ng.rules.stdp()).recipe for build in (built, spiking))
    assert len(rates.synapse_operations) == 1
    assert rates.on_pre == ""
    assert spikes.synapse_operations == ()
    assert spikes.on_pre.splitlines()[0] == on_spike(spikes.kind, None) == spikes.kind.on_pre
    assert "trace +=" in spikes.on_pre
    assert synapse_equations(network, spikes.kind, None, False).splitlines()[0] == "w : 1"


def test_a_reset_counts_the_spikes_of_the_window():
    text = counting(" phi -= 1.0 ")
    assert text.splitlines()[0] == "phi -= 1.0"
    window = "timestep(t, dt) >= start_counting and timestep(t, dt) < stop_counting"
    assert text.splitlines()[1] == f"count += int({window})"
