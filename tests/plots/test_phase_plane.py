import networkx as nx
import numpy as np
import pytest

import neurograph as ng
from tests.plots.figures import drawn, lines


def circle():
    graph = nx.DiGraph([("e", "i", {"weight": 2.0}), ("i", "e", {"weight": -2.0}), ("e", "e", {"weight": 1.5})])
    nx.set_node_attributes(graph, "output", "role")
    return ng.compile(graph, ng.dynamics.additive("tanh"))


def nullclines(ax):
    return [np.concatenate(one.get_paths()[0].to_polygons(closed_only=False)) for one in ax.collections[1:]]


def arrows(ax):
    """Where the arrows stand, and their directions."""
    field = ax.collections[0]
    return field.get_offsets(), np.column_stack([field.U, field.V])


def test_nullclines_are_where_a_node_stands_still():
    network = circle()
    ax = ng.plots.phase_plane(network, nodes=("e", "i"), limits=((-1.5, 1.5), (-1.2, 1.2))).axes[0]
    e_still, i_still = nullclines(ax)
    e, i = e_still.T
    assert e == pytest.approx(np.tanh(1.5 * e - 2.0 * i), abs=2e-3)
    e, i = i_still.T
    assert i == pytest.approx(np.tanh(2.0 * e), abs=2e-3)
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["e stands still", "i stands still"]


def test_arrows_go_where_the_drift_goes():
    network = circle()
    ax = ng.plots.phase_plane(network, nodes=("i", "e"), limits=((-1.0, 1.0), (-1.0, 1.0))).axes[0]
    places, directions = arrows(ax)
    drift = network.drift(places[:, ::-1])[:, ::-1]
    assert directions == pytest.approx(drift / np.linalg.norm(drift, axis=1, keepdims=True))
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("state of i", "state of e")


def test_a_simulation_of_two_nodes_follows_the_arrows():
    network = circle()
    run = ng.simulate(network, dt=0.01, duration=12.0, start=[[0.3, 0.1], [1.5, -1.0]])
    figure = ng.plots.phase_plane(network, run, nodes=("e", "i"), sample=1)
    (ax,) = figure.axes
    path = next(line for line in lines(ax) if line.get_label() == "simulation")
    assert np.array_equal(path.get_xydata(), run.states[1])
    places, directions = arrows(ax)
    span = np.diff([ax.get_xlim(), ax.get_ylim()], axis=1).ravel()
    for k in range(0, 600, 50):  # each piece of the path goes as the nearest arrow
        step = (run.states[1, k + 1] - run.states[1, k]) / span
        near = np.argmin(np.linalg.norm((places - run.states[1, k]) / span, axis=1))
        assert directions[near] @ step > 0.7 * np.linalg.norm(step)
    drawn(figure)


def test_the_others_are_held_where_they_are_said_to_be_or_where_the_simulation_ended():
    graph = nx.DiGraph([("a", "b", {"weight": -3.0}), ("b", "a", {"weight": -3.0}), ("x", "a", {"weight": 2.0})])
    nx.set_node_attributes(graph, {"a": "output", "b": "output", "x": "input"}, "role")
    network = ng.compile(graph, ng.dynamics.additive("tanh"))
    limits = ((-0.95, 0.95), (-0.95, 0.95))
    still = []
    run = ng.simulate(network, [[[0.0], [0.5]]], dt=0.1, hold=1.0)
    x = np.where(np.array(network.nodes) == "x", 0.5, 7.0)  # of a and b what is given does not matter
    for simulation, state in ((None, None), (None, x), (run, None), (run, np.zeros(3))):
        figure = ng.plots.phase_plane(network, simulation, nodes=("a", "b"), state=state, limits=limits)
        a, b = nullclines(figure.axes[0])[0].T
        still.append(np.mean(np.arctanh(a) + 3.0 * b) / 2.0)
    assert still == pytest.approx([0.0, 0.5, 0.5, 0.0], abs=5e-3)


def test_bias_nodes_stay_at_one_and_the_box_is_the_plane():
    network = ng.compile(ng.topologies.complete(inputs=1, hidden=2, outputs=1, bias=True, seed=0))
    hidden = [network.nodes[place] for place in network.connectivity.free[:2].tolist()]
    ax = ng.plots.phase_plane(network, nodes=hidden).axes[0]
    assert ax.get_xlim() == tuple(end[network.connectivity.free[0]] for end in network.box)
    places, directions = arrows(ax)
    state = np.zeros((len(places), len(network.nodes)))
    state[:, network.connectivity.free[:2]] = places
    state[:, network.connectivity.bias_nodes] = 1.0
    drift = network.drift(state)[:, network.connectivity.free[:2]]
    assert directions == pytest.approx(drift / np.linalg.norm(drift, axis=1, keepdims=True))
