"""What a simulation returns, as values and for other tools."""

import pickle

import numpy as np
import pytest

import neurograph as ng


def simulation():
    network = ng.compile(ng.topologies.complete(inputs=1, hidden=2, outputs=1, seed=0), ng.dynamics.additive("tanh"))
    return ng.simulate(network, np.ones((2, 5, 1)), dt=0.1)


def test_a_simulation_says_its_size_and_why_its_method():
    assert repr(simulation()) == (
        "Simulation(2 samples, 5 frames, 4 nodes, until time 0.5; exponential, for the leak is linear)"
    )
    assert repr(simulation().last) == "LastState(2 samples, 4 numbers, at time 0.5)"


def test_the_last_state_is_where_settling_starts():
    found = simulation()
    settled = ng.settle(found.network, np.ones((2, 1)), start=found.last)
    assert settled.steps.max() <= ng.settle(found.network, np.ones((2, 1))).steps.max()
    assert np.array_equal(np.asarray(found.last), found.states[:, -1])


def test_it_travels():
    found = pickle.loads(pickle.dumps(simulation()))
    assert np.array_equal(found.states, simulation().states)
    assert not found.states.flags.writeable


def test_a_node_that_was_not_recorded_is_refused():
    with pytest.raises(ng.ParameterError, match=r"simulation\.nodes"):
        simulation().of("nowhere")


def test_as_xarray_it_has_its_axes_and_labels():
    pytest.importorskip("xarray")
    data = simulation().to_xarray()
    assert data["s"].dims == ("sample", "time", "node")
    assert np.allclose(data["s"].sel(time=0.3, method="nearest"), simulation().states[:, 2])


def test_a_variable_with_the_name_of_an_axis_is_refused_by_xarray():
    pytest.importorskip("xarray")
    graph = ng.topologies.complete(inputs=1, hidden=2, outputs=1, seed=0)
    network = ng.compile(graph, ng.Dynamics("-s + I - time", variables={"time": "s - time"}))
    with pytest.raises(ng.ParameterError, match="variable 'time'"):
        ng.simulate(network, np.ones((1, 2, 1)), dt=0.1).to_xarray()
