import dataclasses

import matplotlib.figure
import networkx as nx
import numpy as np
import pytest

import neurograph as ng
from tests.plots.figures import drawn, lines

X = np.array([[[0.0, 1.0], [1.0, 1.0], [1.0, 0.0]], [[0.5, 0.5], [-1.0, 0.0], [0.0, 0.0]]])


@pytest.fixture(scope="module")
def network():
    return ng.compile(ng.topologies.layered(inputs=2, hidden=(3,), outputs=1, seed=0), ng.dynamics.additive("tanh"))


@pytest.fixture(scope="module")
def simulation(network):
    return ng.simulate(network, X, dt=0.1, hold=2.0, current={network.outputs[0]: np.sin})


def test_lines_are_the_states_below_what_drives_them(network, simulation):
    figure = ng.plots.activity(simulation, sample=1)
    upper, lower = figure.axes
    free = [node for node in network.nodes if node not in network.inputs]
    assert [text.get_text() for text in lower.get_legend().get_texts()] == free
    for node, line in zip(free, lower.lines, strict=True):
        assert np.array_equal(line.get_ydata(), simulation.of(node)[1])
        assert np.array_equal(line.get_xdata(), simulation.time)
    held = lines(upper)
    assert [line.get_label() for line in held] == [*network.inputs, f"into {network.outputs[0]}"]
    assert np.array_equal(held[0].get_ydata()[1:], simulation.inputs[1, :, 0])
    assert np.array_equal(held[2].get_ydata()[1:], simulation.currents[network.outputs[0]][1])
    assert upper.get_xlim() == lower.get_xlim() == pytest.approx((0.0, 6.0))
    drawn(figure)


def test_a_step_of_the_input_is_drawn_when_it_happens(simulation):
    held = ng.plots.activity(simulation).axes[0].lines[0]
    x, y = held.get_path().vertices.T  # steps-pre: drawn by matplotlib from these
    assert held.get_drawstyle() == "steps-pre"
    assert x[np.flatnonzero(np.diff(y))] == pytest.approx([2.0])


def test_many_nodes_are_an_image_and_few_if_asked(simulation):
    many = ng.compile(ng.topologies.layered(inputs=9, hidden=(40,), outputs=1, seed=0), ng.dynamics.additive("tanh"))
    wide = ng.simulate(many, np.ones((1, 2, 9)), dt=0.5, hold=2.0)
    upper, lower = ng.plots.activity(wide).axes[:2]
    assert upper.images[0].get_array().shape == (9, 8)
    assert np.array_equal(lower.images[0].get_array(), wide.states[0, :, 9:].T)
    few = ng.plots.activity(simulation, kind="image").axes[1]
    assert np.array_equal(few.images[0].get_array(), simulation.states[0, :, 2:].T)
    assert len(ng.plots.activity(wide, kind="lines").axes[1].lines) == 41


def test_nodes_are_drawn_in_the_order_they_are_named(network, simulation):
    named = [network.outputs[0], network.inputs[0]]
    figure = ng.plots.activity(simulation, nodes=named)
    assert [line.get_label() for line in figure.axes[1].lines] == named


def test_states_alone_take_one_panel():
    graph = nx.DiGraph([("a", "b", {"weight": 1.0}), ("b", "a", {"weight": -1.0})])
    nx.set_node_attributes(graph, "output", "role")
    network = ng.compile(graph, ng.dynamics.additive("tanh"))
    alone = ng.simulate(network, dt=0.1, duration=3.0, start=0.5)
    assert len(ng.plots.activity(alone).axes) == 1
    ax = matplotlib.figure.Figure().subplots()
    assert ng.plots.activity(alone, ax=ax) is ax.figure


def test_complex_states_are_drawn_by_their_moduli():
    network = ng.compile(ng.topologies.unitary(inputs=2, units=4, outputs=1, seed=0), ng.dynamics.unitary())
    turned = ng.simulate(network, np.ones((1, 6, 2)))
    lower = ng.plots.activity(turned).axes[1]
    assert np.array_equal(lower.lines[0].get_ydata(), np.abs(turned.states[0, :, 0]))
    assert (lower.get_ylabel(), lower.get_xlabel()) == ("|state|", "step")


def test_long_simulations_are_thinned_in_an_image(simulation):
    frames = 10_000
    long = dataclasses.replace(
        simulation,
        time=0.1 * np.arange(1, frames + 1),
        **{name: np.zeros((1, frames, getattr(simulation, name).shape[2])) for name in ("states", "inputs", "outputs")},
        currents={},
    )
    assert ng.plots.activity(long, kind="image").axes[1].images[0].get_array().shape[1] <= 4000


def test_one_frame_is_drawn(network):
    drawn(ng.plots.activity(ng.simulate(network, X[:1, :1], dt=0.1)))
