"""The LIF neuron against its closed form: the steps that a leaky integration takes from the reset to the threshold."""

import networkx as nx
import numpy as np
import pytest

import neurograph as ng
from tests.brian.networks import milliseconds

E_L, V_TH, V_R, TAU_M, T_REF, RMAX, DT = -0.07, -0.05, -0.06, 0.01, 0.002, 200.0, 1e-4


@pytest.mark.parametrize("sent", [0.1, 0.35, 0.8])
def test_the_drive_brings_the_membrane_to_the_threshold_when_the_rate_asks_for_it(sent):
    """A plain loop over the membrane with the drive of the module's docstring."""
    steps = (1 / (RMAX * sent) - T_REF) / DT + 0.5
    q = (1 - DT / TAU_M) ** steps
    drive = (V_TH - E_L - q * (V_R - E_L)) / (1 - q)
    v, taken = V_R, 0
    while v <= V_TH:
        v, taken = v + DT / TAU_M * (E_L - v + drive), taken + 1
    assert taken == pytest.approx(steps, abs=1.0)


@pytest.mark.parametrize("sent", [0.25, 0.6])
def test_a_neuron_fires_at_the_intervals_of_its_rate(sent):
    graph = nx.DiGraph()
    graph.add_node("x", role="input")
    graph.add_node("y", role="output")
    network = ng.compile(graph, ng.dynamics.vector_field())
    model = ng.brian.build(network, [[sent]], model="lif", target="numpy", record=1, seed=0)
    model.settle(milliseconds(200))
    intervals = np.diff(model.monitors["spikes"].spike_trains()[0] / milliseconds(1))
    assert intervals.size > 5
    assert intervals.mean() == pytest.approx(1000 / (RMAX * sent), abs=0.1)
    assert np.ptp(intervals) < 0.15
