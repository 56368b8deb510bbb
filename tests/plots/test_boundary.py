"""The decision map."""

from __future__ import annotations

import networkx as nx
import numpy as np
import pytest

import neurograph as ng
from neurograph import plots
from tests.plots.figures import X, Y, drawn


def test_the_image_of_a_decision_is_what_the_network_answers_at_each_point():
    graph = ng.topologies.complete(inputs=2, hidden=3, outputs=2, bias=True, scale=1.0, seed=1)
    network = ng.compile(graph)
    ax = plots.decision(network, grid=4, output=1).axes[0]
    shown = ax.images[0].get_array()
    side = [0.0, 1 / 3, 2 / 3, 1.0]
    for row, second in enumerate(side):
        for column, first in enumerate(side):
            assert shown[row, column] == ng.settle(network, [[first, second]]).outputs[0, 1]
    left, right, bottom, top = ax.images[0].get_extent()
    assert np.allclose([left + right, bottom + top], 1.0)
    assert np.allclose((right - left) / 4, 1 / 3)
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("input x0", "input x1")


def passing(threshold):
    """A network whose output is its first input plus 0.5 less the threshold, which it crosses at 0.5."""
    graph = nx.DiGraph()
    graph.add_nodes_from([("a", {"role": "input"}), ("b", {"role": "input"}), ("one", {"role": "bias"})])
    graph.add_node("y", role="output")
    graph.add_edge("a", "y", weight=1.0)
    graph.add_edge("one", "y", weight=0.5 - threshold)
    return ng.compile(graph, ng.Dynamics("-s + I"))


@pytest.mark.parametrize("threshold", [0.3, 0.8, 1.7])
def test_the_line_of_a_decision_is_where_the_output_is_a_half(threshold):
    ax = plots.decision(passing(threshold), grid=11).axes[0]
    if threshold > 1.0:
        assert not ax.collections
        return
    (contour,) = ax.collections
    (path,) = contour.get_paths()
    assert np.allclose(path.vertices[:, 0], threshold, atol=1e-4)
    assert np.isclose(np.ptp(path.vertices[:, 1]), 1.0)


def test_a_decision_marks_the_patterns_by_class(network):
    ax = plots.decision(network, grid=3, x=X, y=Y).axes[0]
    below, above = ax.collections[-2:]
    assert np.array_equal(below.get_offsets(), X[Y[:, 0] == 0])
    assert np.array_equal(above.get_offsets(), X[Y[:, 0] == 1])
    assert not np.array_equal(below.get_paths()[0].vertices, above.get_paths()[0].vertices)


def test_a_decision_counts_the_points_that_did_not_settle(network):
    hasty = ng.solvers.Euler(dt=0.05, steps=2, tol=1e-6)
    settled = ng.settle(network, [[a, b] for a in (0.0, 0.5, 1.0) for b in (0.0, 0.5, 1.0)], solver=hasty)
    moving = int(np.sum(settled.status != ng.Status.CONVERGED))
    assert moving > 0
    assert f"{moving} of 9 points did not settle" in plots.decision(network, grid=3, solver=hasty).axes[0].get_xlabel()
    every_step = ng.solvers.Euler(dt=0.05, steps=2, tol=0)
    assert "settle" not in plots.decision(network, grid=3, solver=every_step).axes[0].get_xlabel()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"grid": 1}, "grid is 1"),
        ({"grid": 2.5}, "grid is 2.5"),
        ({"output": 1}, "output is 1: expected a whole number from 0 to 0"),
        ({"output": -1}, "output is -1"),
        ({"x": X}, "x is given without y"),
        ({"y": Y}, "y is given without x"),
    ],
)
def test_a_decision_refuses(network, options, message):
    with pytest.raises(ng.ParameterError, match=message):
        plots.decision(network, **options)


def test_a_decision_needs_two_inputs():
    graph = ng.topologies.complete(inputs=3, hidden=2, outputs=1, seed=0)
    with pytest.raises(ng.ParameterError, match="network has 3 input nodes: expected 2"):
        plots.decision(ng.compile(graph))


@pytest.mark.parametrize("grid", [np.int64(3), 3])
def test_a_decision_takes_its_patterns_by_place(network, grid):
    by_place, by_name = (plots.decision(network, X, Y, grid=grid), plots.decision(network, x=X, y=Y, grid=grid))
    assert np.array_equal(*(drawn(figure).buffer_rgba() for figure in (by_place, by_name)))
