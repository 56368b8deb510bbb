"""The rate model in Brian2, on its numpy target, against the network that steps by itself."""

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import neurograph as ng
from tests.brian.networks import DYNAMICS, NETWORKS, STEPS, X, built, compiled, euler, milliseconds
from tests.strategies import NAMED, graphs_for


@pytest.mark.parametrize("dynamics", DYNAMICS)
def test_every_dynamics_takes_the_same_500_steps(dynamics):
    network = compiled(dynamics)
    model = built(network, start="uniform")
    settled = model.settle(milliseconds(STEPS))
    assert settled.full == pytest.approx(euler(network, X, start="uniform").full, abs=1e-12)
    assert np.isfinite(settled.full).all()
    assert np.ptp(settled.state[:, network.connectivity.free]) > 1e-3


@pytest.mark.parametrize("batch", [None, 1])
@pytest.mark.parametrize("kind", NETWORKS)
def test_every_graph_takes_the_same_500_steps_batched_and_not(kind, batch):
    network = NETWORKS[kind]()
    model = built(network, batch=batch)
    assert model.settle(milliseconds(STEPS)).state == pytest.approx(euler(network, X).state, abs=1e-12)


@settings(max_examples=8)
@given(st.data())
def test_any_graph_takes_the_same_steps(data):
    kind = data.draw(st.sampled_from([NAMED["deep"], NAMED["vector field"]]))
    network = ng.compile(data.draw(graphs_for(kind)), kind)
    x = np.random.default_rng(0).uniform(-1.0, 2.0, (2, len(network.inputs)))
    settled = built(network, x).settle(milliseconds(60))
    assert settled.state == pytest.approx(euler(network, x, 60).state, abs=1e-12)


@pytest.mark.parametrize("power", [3, 40, 400])
def test_a_power_of_one_population_does_not_overflow_at_the_large_states_of_another(power):
    graph = nx.DiGraph([("x", "large", {"weight": 1.0}), ("x", "y", {"weight": 0.5})])
    graph.nodes["x"].update(role="input", population="small")
    graph.nodes["large"]["population"] = "large"
    graph.nodes["y"].update(role="output", population="small")
    small = ng.Dynamics(f"-s + tanh(I + b) - s**{power}/10", box=(-1.0, 1.0))
    network = ng.compile(graph, {"large": ng.Dynamics("-s + 100000*I + b"), "small": small})
    settled = built(network, np.array([[0.5]])).settle(milliseconds(STEPS)).state
    assert settled == pytest.approx(euler(network, np.array([[0.5]])).state, rel=1e-12)
    assert settled.max() > 4e4
