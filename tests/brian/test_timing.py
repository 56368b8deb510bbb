"""How long phases last where nothing is said, and what is said where they cannot."""

import networkx as nx
import numpy as np
import pytest

import neurograph as ng
from neurograph.brian.timing import Times
from tests.brian.networks import chain, milliseconds, spiking


def test_the_time_to_settle_is_that_of_the_rate_network_and_of_the_synapses():
    network = chain()
    model = spiking(network, [[0.5]])
    steps = np.log(0.4 / 1e-6) / -np.log(1 - 0.5)  # the slowest mode falls by half in each step of 0.5
    assert float(model.times.settling) == pytest.approx(np.ceil(steps) * 0.5 * 0.02 + 0.1, abs=0.011)
    assert model.settle().steps[0] == round(1000 * float(model.times.settling)) + 1000


def test_a_network_that_does_not_settle_needs_a_duration():
    ring = nx.DiGraph([(k, (k + 1) % 3, {"weight": -3.0}) for k in range(3)])
    nx.set_node_attributes(ring, {k: {"bias": 1.5, "role": "output"} for k in range(3)})
    ring.add_node("x", role="input")
    model = ng.brian.build(
        ng.compile(ring, ng.dynamics.vector_field()), [[0.0]], start="uniform", seed=0, target="numpy"
    )
    with pytest.raises(ng.ParameterError, match="duration is missing, and the rate network did not settle"):
        model.settle()
    assert model.settle(milliseconds(100)).status[0] == ng.Status.STEP_LIMIT


def test_learning_needs_a_rule_and_times_need_a_unit():
    model = ng.brian.build(chain(), [[0.5]], target="numpy")
    with pytest.raises(ng.ParameterError, match="no rule to learn by: build it with one"):
        model.learn([[1.0]])
    with pytest.raises(ng.ParameterError, match="duration is 5: expected a time > 0"):
        model.settle(5)
    with pytest.raises(ng.ParameterError, match="the rate model has no spikes to count"):
        model.settle(milliseconds(5), milliseconds(2))


@pytest.mark.parametrize(("phase", "window"), [(6, 3), (7, 4), (1, 1), (20, 14)])
def test_at_least_half_of_a_phase_is_counted_half_a_step_rounded_up(phase, window):
    times = Times(dt=0.001, settling=milliseconds(6), window=milliseconds(5))
    for counts_free in (True, False):
        timing = times.of(milliseconds(phase), milliseconds(phase), None, counts_free)
        assert (timing.free, timing.nudged, timing.window) == (phase, phase, window)
