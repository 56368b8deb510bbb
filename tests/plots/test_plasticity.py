"""Weights over time: each line and row is that of its edge, and the bands are the quantiles of all."""

import dataclasses
import sys

import matplotlib.figure
import numpy as np
import pytest

import neurograph as ng
from tests.plots.figures import drawn, lines


def learned(hidden=6, record_weights=5, **options):
    graph = ng.topologies.layered(inputs=2, hidden=(hidden,), outputs=1, seed=0, **options)
    network = ng.compile(graph, ng.dynamics.additive("tanh"))
    x = np.random.default_rng(0).normal(size=(1, 6, 2))
    given = {"rule": ng.Rule("pre*post - w"), "learning_rate": 0.5, "record_weights": record_weights}
    return ng.simulate(network, x, dt=0.1, hold=1.0, **given)


@pytest.fixture(scope="module")
def simulation():
    return learned()


def test_lines_of_few_edges_are_their_weights_from_the_beginning_on(simulation):
    edges = [simulation.network.edges[k] for k in (7, 2, 4)]
    (ax,) = ng.plots.plasticity(simulation, edges=edges).axes
    for place, line in zip((7, 2, 4), lines(ax), strict=True):
        pre, post = simulation.network.edges[place]
        assert line.get_label() == f"{pre} → {post}"
        wanted = [simulation.network.weights[place], *simulation.weights[:, place]]
        assert np.array_equal(line.get_ydata(), wanted)
        assert line.get_xdata() == pytest.approx([0.0, *simulation.weight_time])
    assert not ax.collections
    drawn(ax.figure)


def test_of_many_edges_those_that_change_most_are_before_the_quantiles_of_all(simulation):
    (ax,) = ng.plots.plasticity(simulation).axes
    rows = np.concatenate([simulation.network.weights[None], simulation.weights])
    assert rows.shape[1] > 8
    median, *few = lines(ax)
    assert median.get_label() == f"median of {rows.shape[1]}"
    assert median.get_ydata() == pytest.approx(np.quantile(rows, 0.5, axis=1))
    span = rows.max(axis=0) - rows.min(axis=0)
    most = {simulation.network.edges[k] for k in np.argsort(span)[-6:]}
    assert {line.get_label() for line in few} == {f"{pre} → {post}" for pre, post in most}
    for band, (low, high) in zip(ax.collections, ((0.05, 0.95), (0.25, 0.75)), strict=True):
        outline = band.get_paths()[0].vertices
        for k in (3, 7):
            here = outline[np.isclose(outline[:, 0], ([0.0, *simulation.weight_time])[k]), 1]
            assert (here.min(), here.max()) == pytest.approx(tuple(np.quantile(rows[k], (low, high))))
    assert len({line.get_color() for line in (median, *few)}) == 7


def test_an_image_holds_the_records(simulation):
    (ax, _) = ng.plots.plasticity(simulation, kind="image").axes
    assert np.array_equal(ax.images[0].get_array(), simulation.weights.T)
    assert ax.images[0].get_extent()[:2] == pytest.approx([0.0, simulation.weight_time[-1]])
    pre, post = simulation.network.edges[3]
    assert ax.get_yticklabels()[3].get_text() == f"{pre} → {post}"
    crowd, _ = ng.plots.plasticity(learned(hidden=12), kind="image").axes
    assert crowd.get_ylabel() == "edge, in order"
    drawn(crowd.figure)


def test_edges_that_do_not_learn_are_left_out_and_shown_if_asked():
    graph = ng.topologies.layered(inputs=2, hidden=(2,), outputs=1, seed=0)
    still = next(iter(graph.edges))
    graph.edges[still]["plastic"] = False
    network = ng.compile(graph, ng.dynamics.additive("tanh"))
    given = {"rule": ng.rules.oja(), "learning_rate": 0.5, "record_weights": 1}
    run = ng.simulate(network, np.ones((1, 4, 2)), dt=0.1, **given)
    (ax, _) = ng.plots.plasticity(run, kind="image").axes
    assert len(ax.images[0].get_array()) == len(network.edges) - 1
    (ax,) = ng.plots.plasticity(run, edges=[still]).axes
    assert set(lines(ax)[0].get_ydata()) == {graph.edges[still]["weight"]}


def test_many_records_are_thinned(simulation, monkeypatch):
    monkeypatch.setattr(sys.modules["neurograph.plots.plasticity"], "MOST_RECORDS", 5)
    (ax,) = ng.plots.plasticity(simulation, edges=[simulation.network.edges[0]]).axes
    whole = np.append(simulation.network.weights[0], simulation.weights[:, 0])
    assert np.array_equal(lines(ax)[0].get_ydata(), whole[::3])


def test_one_record_is_drawn_and_given_axes_are_used(simulation):
    one = dataclasses.replace(simulation, weights=simulation.weights[:1], weight_time=simulation.weight_time[:1])
    ax = matplotlib.figure.Figure().subplots()
    assert ng.plots.plasticity(one, ax=ax) is ax.figure
    assert ax.get_xlim() == pytest.approx((0.0, 0.5))
    drawn(ax.figure)
