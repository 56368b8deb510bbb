"""Lyapunov functions over a plane."""

from __future__ import annotations

import networkx as nx
import numpy as np
import pytest
from matplotlib.colors import to_hex

import neurograph as ng
from neurograph import plots
from tests.plots.figures import lines
from tests.plots.test_boundary import passing


def bistable():
    """Two neurons that excite each other, with an equilibrium above 0 and one below."""
    graph = nx.DiGraph([("x", "a", {"weight": 0.0}), ("a", "b", {"weight": 1.5}), ("b", "a", {"weight": 1.5})])
    for node, role in (("x", "input"), ("a", "output"), ("b", "hidden")):
        graph.nodes[node].update({"role": role} | ({} if node == "x" else {"bias": 0.05}))
    return ng.compile(graph, ng.dynamics.additive("tanh"))


def test_the_region_of_a_lyapunov_function_is_where_it_is_certified():
    network = bistable()
    left, right = plots.lyapunov(network, [[0.0]], name="quadratic_lyapunov").axes
    function = ng.certify(network, [[0.0]], level="strong")["quadratic_lyapunov"].function()
    (border,) = (one for one in right.collections if [to_hex(c) for c in one.get_edgecolor()] == ["#009e73"])
    points = np.concatenate([path.vertices for path in border.get_paths()])
    states = np.column_stack([np.zeros(len(points)), points])
    assert function.value(states) == pytest.approx(function.level, rel=1e-2)
    blue = [line for line in lines(left) if to_hex(line.get_color()) == to_hex(plots.style.BLUE)]
    assert len(blue) == 12
    for line in blue:
        assert line.get_ydata()[0] <= function.level
        assert np.all(np.diff(line.get_ydata()) < 1e-12)
    for line in lines(right):
        path = np.column_stack([np.zeros(len(line.get_xdata())), *line.get_data()])
        assert np.all(np.isfinite(function.value(path)))
    assert "another end" in right.get_legend_handles_labels()[1]


def test_an_energy_falls_to_each_of_its_equilibria():
    left, right = plots.lyapunov(bistable(), [[0.0]], name="energy", nodes=("b", "a")).axes
    assert (right.get_xlabel(), right.get_ylabel()) == ("state of b", "state of a")
    curves = [line.get_ydata() for line in lines(left)]
    assert len(curves) == 12
    for curve in curves:
        assert np.all(np.diff(curve[np.isfinite(curve)]) < 1e-9)
    assert len({round(float(curve[-1]), 2) for curve in curves}) == 2


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"nodes": ("a", "x")}, "two free nodes"),
        ({"nodes": ("a", "a")}, "two free nodes"),
        ({"nodes": "a"}, "two free nodes"),
        ({"sample": 1}, "whole number from 0 to 0|no certificate"),
        ({"name": "gershgorin"}, "gershgorin is UNKNOWN"),
        ({"name": "p_matrix"}, "p_matrix is UNKNOWN"),
        ({"name": "other"}, "not in the report"),
    ],
)
def test_what_cannot_be_drawn_of_a_lyapunov_function_is_said(options, words):
    with pytest.raises(ng.ParameterError, match=words):
        plots.lyapunov(bistable(), [[0.0]], **options)


def test_a_plane_needs_two_neurons_and_a_function():
    with pytest.raises(ng.ParameterError, match="1 free node"):
        plots.lyapunov(passing(0.3), [[0.0, 0.0]])
    graph = nx.DiGraph([("a", "b", {"weight": 2.0}), ("b", "a", {"weight": -2.0})])
    graph.nodes["a"]["role"] = "output"
    with pytest.raises(ng.ParameterError, match="no certificate of this network has a Lyapunov function"):
        plots.lyapunov(ng.compile(graph, ng.Dynamics("s + I", box=(0.0, 1.0))), np.zeros((1, 0)))


def test_with_delays_there_is_none_and_it_says_why():
    graph = ng.topologies.complete(2, 2, 1, seed=0)
    nx.set_edge_attributes(graph, 0.5, "delay")
    with pytest.raises(ng.ParameterError, match="has delays, with which no function of the state alone"):
        ng.plots.lyapunov(ng.compile(graph), [[0.1, 0.2]])
