"""Delayed edges as edges from older steps."""

import networkx as nx
import numpy as np

import neurograph as ng
from neurograph.simulation.delay_lines import lines_of


def delayed(*delays):
    graph = nx.DiGraph()
    graph.add_node("x", role="input")
    graph.add_node("y", role="output")
    graph.add_edge("x", "y", weight=2.0, delay=delays[0])
    graph.add_edge("y", "y", weight=3.0, delay=delays[1])
    return ng.compile(graph, ng.Dynamics("-s + I"))


def test_each_weight_is_shared_by_the_steps_around_its_delay():
    lines = lines_of(delayed(0.25, 0.3), 0.1)
    assert lines.lags == 3
    assert lines.recurrent[2].size == lines.clamped[2].size == 0
    assert sorted(zip(lines.lag.tolist(), np.round(lines.delayed[2], 12).tolist(), strict=True)) == [
        (2, 1.0),
        (3, 1.0),
        (3, 3.0),
    ]


def test_a_delay_shorter_than_a_step_is_partly_of_now():
    lines = lines_of(delayed(0.0, 0.025), 0.1)
    assert lines.lags == 1
    assert lines.clamped[2].tolist() == [2.0]
    assert np.allclose(lines.recurrent[2], [2.25])
    assert np.allclose(lines.delayed[2], [0.75])


def test_a_delay_that_rounding_has_moved_off_a_step_is_that_step():
    lines = lines_of(delayed(3 * 0.1, 0.7), 0.1)  # 0.30000000000000004, 6.999999999999999 steps
    assert sorted(lines.lag.tolist()) == [3, 7]


def test_without_delays_the_edges_are_those_of_a_phase():
    lines = lines_of(delayed(0.0, 0.0), 0.1)
    assert (lines.delayed, lines.lags) == (None, 0)
    assert lines.recurrent[2].tolist() == [3.0]
