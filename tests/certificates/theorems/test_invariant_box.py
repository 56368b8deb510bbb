import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import neurograph as ng
from neurograph.certificates.system import System
from neurograph.certificates.theorems import invariant_box
from neurograph.certificates.theorems.invariant_box import InvariantBox
from tests.strategies import SEEDS, graphs_for

KINDS = [
    ng.dynamics.additive("tanh"),
    ng.dynamics.additive("clip"),
    ng.dynamics.vector_field(),
    ng.dynamics.deep("absolute", extra_leak=0.3),
    ng.dynamics.deep("signed", extra_leak=0.3),
    ng.dynamics.hopfield(),
    ng.Dynamics("(-s + tanh(I + b))/tau", parameters={"tau": 2}),
]


def boxed(network, beta=0.0, transposed=False, dt=None):
    """Ask this theorem alone."""
    return InvariantBox().answer(System(network, None, None, beta, dt, transposed), 30.0)


def chain(dynamics):
    """Build x -> a -> b -> c, c the output."""
    graph = nx.DiGraph()
    graph.add_node("x", role="input")
    graph.add_weighted_edges_from([("x", "a", 1.0), ("a", "b", 0.5), ("b", "c", -2.0)])
    graph.nodes["c"]["role"] = "output"
    return ng.compile(graph, dynamics)


def test_the_box_of_a_chain_is_the_closed_form():
    found = boxed(chain(ng.dynamics.additive("tanh")))
    assert found.claims == ("box invariant",)
    expected = [1.0, np.tanh(0.5), np.tanh(2.0 * np.tanh(0.5))]
    assert found.witness["high"] == pytest.approx(expected, abs=1e-10)
    assert found.witness["low"] == pytest.approx([-one for one in expected], abs=1e-10)
    assert np.all(found.witness["high"] > expected)  # outward, and entered in finite time
    field = boxed(chain(ng.dynamics.vector_field()))
    assert field.witness["low"] == pytest.approx([0.0, 0.0, 0.0])
    assert field.witness["high"] == pytest.approx([1.0, 0.5, 0.0], abs=1e-10)
    assert "every state enters a box with sides within [0, 1] and stays in it" in field.statement
    assert "inside the network's own box [0, 1]" in field.statement
    assert "a side is 0.5 long on average, 1e-12 at least and 1 at most" in field.statement


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
@settings(max_examples=12)
@given(data=st.data(), seed=SEEDS, beta=st.sampled_from([0.0, 0.5, -0.1]))
def test_every_state_enters_and_none_leaves(kind, data, seed, beta):
    network = ng.compile(data.draw(graphs_for(kind)), kind)
    found = boxed(network, beta)
    if found.verdict != "PROVED":
        assert kind.box is None
        assert beta < 0.0
        return
    rng, free = np.random.default_rng(seed), network.connectivity.free
    low, high = found.witness["low"], found.witness["high"]
    bottom, top = kind.box or (-np.inf, np.inf)
    outer = kind.box or (-30.0, 30.0)
    dt = 0.99 * min(found.largest_dt, 1.0)
    s = rng.uniform(*outer, size=(20, len(network.nodes)))
    s[:, network.connectivity.bias_nodes] = 1.0
    s[:, network.connectivity.inputs] = 10.0 * rng.normal(size=(20, network.connectivity.inputs.size))
    outputs = network.connectivity.nudged >= 0
    y = rng.choice([0.0, 1.0], size=(20, outputs.sum())) * (high - low)[outputs] + low[outputs]
    inner = s.copy()
    inner[:, free] = low + rng.choice([0.0, 1.0, 0.4], size=(20, free.size)) * (high - low)

    def stepped(state):
        new = state.copy()
        moved = network.drift(state, y, beta)[:, free]
        new[:, free] = np.clip(state[:, free] + dt * moved, bottom, top)
        return new

    for _ in range(30):
        inner = stepped(inner)
        assert np.all((low <= inner[:, free]) & (inner[:, free] <= high))
    away = [np.maximum(np.maximum(low - s[:, free], s[:, free] - high).max(), 0.0)]
    for _ in range(3000):
        s = stepped(s)
        away.append(np.maximum(np.maximum(low - s[:, free], s[:, free] - high).max(), 0.0))
        if away[-1] == 0.0:
            break
    assert away[-1] <= 1e-3 * away[0]


def test_with_no_linear_leak_or_activity_that_returns_the_networks_own_box_is_what_is_known():
    pair = nx.DiGraph([("a", "b", {"weight": 0.5}), ("b", "a", {"weight": 0.5})])
    pair.nodes["b"]["role"] = "output"
    saturating = ng.compile(pair, ng.Dynamics("-2*s + (1 - s)*sigmoid(I)", box=(0.0, 1.0)))
    found = boxed(saturating, dt=5.0)
    assert found.verdict == "PROVED"
    assert found.witness["high"].tolist() == [1.0, 1.0]
    assert found.euler.endswith("keeps to it.")
    assert boxed(ng.compile(pair, ng.dynamics.vector_field()), transposed=True).verdict == "PROVED"
    assert "Not applicable" in boxed(ng.compile(pair, ng.dynamics.additive("tanh")), transposed=True).statement
    assert "No box is found that bounds neuron 'a'" in boxed(ng.compile(pair, ng.dynamics.additive("relu"))).statement
    negative = boxed(ng.compile(pair, ng.dynamics.additive("tanh")), beta=-0.1)
    assert "No box is found that bounds neuron 'b'" in negative.statement


def test_a_step_that_is_too_long_is_refused():
    network = chain(ng.dynamics.additive("tanh"))
    assert boxed(network, dt=0.99).euler.endswith("keeps to it.")
    assert "need not" in boxed(network, dt=1.01).euler


def test_no_end_of_a_box_is_minus_0():
    assert invariant_box._written(-1.0, -0.0) == "[-1, 0]"
    assert invariant_box._written(-1e-12, 2.5) == "[0, 2.5]"
