"""What drives a network: values held, functions read at stages."""

import networkx as nx
import numpy as np
import pytest

import neurograph as ng
from neurograph.simulation.stimulus import checked_stimulus


def network():
    graph = nx.DiGraph([("x", "y", {"weight": 1.0})])
    graph.nodes["x"]["role"], graph.nodes["y"]["role"] = "input", "output"
    return ng.compile(graph, ng.Dynamics("-s + I"))


def given(x, current=None, **arguments):
    return checked_stimulus(network(), x, current, **{"dt": 0.5, "hold": 1, "steps": None, "least": 1} | arguments)


def test_values_that_are_held_stand_in_one_frame():
    stimulus = given([[[1.0], [2.0], [3.0]]], {"y": [5.0, 6.0, 7.0]}, hold=4)
    values, which = stimulus.frames(2, 8, (0.0, 1.0))
    assert values[:, 0].tolist() == [[1.0, 5.0], [2.0, 6.0], [3.0, 7.0]]
    assert which.tolist() == [0] * 4 + [1] * 8 + [2] * 4


def test_a_number_is_one_frame_whatever_the_duration():
    values, which = given([[[1.0]]], {"y": 2.0}, hold=7).frames(3, 4)
    assert values.tolist() == [[[1.0, 2.0]]]
    assert not which.any()


def test_functions_are_read_at_the_stages_and_arrays_at_their_step():
    stimulus = given(
        lambda t: [
            t,
        ],
        {"y": [10.0, 20.0]},
        first=2,
    )
    values, which = stimulus.frames(0, 2, (0.0, 0.5, 0.5, 1.0))
    assert values[which, 0].tolist() == [
        [1.0, 10.0], [1.25, 10.0], [1.25, 10.0], [1.5, 10.0], [1.5, 20.0], [1.75, 20.0], [1.75, 20.0], [2.0, 20.0],
    ]  # fmt: skip


def test_one_sample_serves_all_others():
    stimulus = given(np.ones((3, 4, 1)), {"y": lambda t: np.arange(3.0) + t})
    x, currents = stimulus.during(np.array([1, 3]))
    assert x.shape == (3, 2, 1)
    assert currents[:, :, 0].tolist() == [[0.5, 1.5], [1.5, 2.5], [2.5, 3.5]]


def test_a_function_whose_shape_changes_is_refused():
    stimulus = given(lambda t: [0.0] if t < 1 else [0.0, 0.0], steps=4)
    with pytest.raises(ng.DataError, match=r"x\(1\) has the shape \(2,\)"):
        stimulus.frames(0, 4)
