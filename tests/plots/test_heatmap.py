"""The image of weights."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from matplotlib.colors import to_rgb

import neurograph as ng
from neurograph import plots
from tests.plots.figures import complete
from tests.strategies import graphs


@given(graph=graphs(self_loops=True))
@settings(max_examples=15, deadline=None)
def test_the_image_of_weights_is_the_matrix_and_says_where_no_edge_is(graph):
    network = ng.compile(graph, ng.dynamics.additive("tanh"))
    image = plots.weights(network).axes[0].images[0]
    shown = image.get_array()
    place = {node: k for k, node in enumerate(graph)}
    expected = np.zeros((len(graph), len(graph)))
    edge = np.zeros(expected.shape, bool)
    for u, v, weight in graph.edges(data="weight"):
        expected[place[v], place[u]], edge[place[v], place[u]] = weight, True
    assert np.array_equal(np.ma.getmaskarray(shown), ~edge)
    assert np.array_equal(shown.filled(0.0), expected)
    low, high = image.get_clim()
    assert low == -high
    assert high >= np.abs(expected).max()


def test_a_weight_of_zero_is_white_and_no_edge_is_hatched(network):
    zeros = network.with_weights(np.where(np.arange(network.weights.size) % 2, network.weights, 0.0))
    ax = plots.weights(zeros).axes[0]
    colours = ax.images[0].to_rgba(ax.images[0].get_array())
    absent = zeros.matrix().toarray() == 0.0
    absent[zeros.connectivity.post, zeros.connectivity.pre] = False
    assert np.all(colours[absent][:, 3] == 0.0)
    zero = (zeros.connectivity.post[::2], zeros.connectivity.pre[::2])
    assert np.allclose(colours[zero], 1.0, atol=0.01)
    assert ax.patch.get_hatch()
    assert np.all(np.array(to_rgb(ax.patch.get_facecolor())) < 0.95)


def test_weights_name_the_nodes_while_they_fit_and_part_the_roles(network):
    ax = plots.weights(network).axes[0]
    labels = [str(node) for node in network.nodes]
    assert [text.get_text() for text in ax.get_xticklabels()] == labels
    assert [text.get_text() for text in ax.get_yticklabels()] == labels
    borders = sorted({float(line.get_xdata()[0]) for line in ax.lines if line.get_xdata()[0] == line.get_xdata()[1]})
    assert borders == [1.5, 2.5, 7.5]
    large = ng.compile(complete(hidden=40))
    assert len(plots.weights(large).axes[0].get_xticklabels()) < 40


def test_of_complex_weights_the_image_holds_the_moduli():
    network = ng.compile(ng.topologies.unitary(1, 4, 1, seed=0), ng.dynamics.unitary())
    figure = plots.weights(network)
    image = figure.axes[0].images[0]
    shown = image.get_array()
    assert np.array_equal(shown.filled(0.0), np.abs(network.matrix().toarray()))
    assert image.get_clim() == (0.0, np.abs(network.weights).max())
    assert figure.axes[1].get_ylabel() == "|weight|, of complex weights"
