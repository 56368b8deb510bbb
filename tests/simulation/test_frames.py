"""Where frames go: an array, or a file in pieces."""

import numpy as np
import pytest

import neurograph as ng
from neurograph.simulation import frames, rates
from neurograph.solvers.result import Record


def network():
    return ng.compile(ng.topologies.complete(inputs=2, hidden=4, outputs=2, seed=0), ng.dynamics.additive("tanh"))


X = np.random.default_rng(0).normal(size=(3, 40, 2))


def test_a_file_holds_the_states_that_memory_would(tmp_path, monkeypatch):
    whole = ng.simulate(network(), X, dt=0.1, hold=0.2, noise=0.1, seed=0)
    monkeypatch.setattr(frames, "PIECE", 1)  # a frame at a time
    monkeypatch.setattr(rates, "PIECE", 1)
    streamed = ng.simulate(network(), X, dt=0.1, hold=0.2, noise=0.1, seed=0, to=tmp_path / "states.npy")
    assert isinstance(streamed.states, np.memmap)
    assert np.array_equal(np.load(tmp_path / "states.npy"), whole.states)
    assert np.array_equal(streamed.outputs, whole.outputs)
    assert np.array_equal(streamed.last.state, whole.last.state)


def test_frames_are_of_the_recorded_nodes_in_their_order_and_every_so_many_steps(tmp_path):
    own = network()
    whole = ng.simulate(own, X, dt=0.1)
    nodes = (own.nodes[5], own.inputs[1], own.nodes[2])
    kept = Record(every=7, nodes=nodes)
    for to in (None, tmp_path / "states.npy"):
        found = ng.simulate(own, X, dt=0.1, record=kept, to=to)
        assert found.nodes == nodes
        assert np.allclose(found.time, [0.7, 1.4, 2.1, 2.8, 3.5])
        places = [own.nodes.index(node) for node in nodes]
        assert np.array_equal(found.states, whole.states[:, 6::7][:, :, places])
        assert np.array_equal(found.outputs, whole.outputs[:, 6::7])
        assert np.array_equal(found.of(nodes[0]), whole.of(nodes[0])[:, 6::7])


def test_frames_go_on_at_multiples_of_the_whole_time():
    own = network()
    whole = ng.simulate(own, X, dt=0.1, record=7)
    first = ng.simulate(own, X[:, :10], dt=0.1, record=7)
    second = ng.simulate(own, X[:, 10:], dt=0.1, record=7, start=first.last)
    assert np.array_equal(np.concatenate([first.states, second.states], axis=1), whole.states)
    assert np.array_equal(np.concatenate([first.time, second.time]), whole.time)


def test_further_variables_have_their_frames():
    own = ng.compile(
        ng.topologies.complete(inputs=2, hidden=3, outputs=1, seed=0),
        ng.Dynamics("-s + tanh(I - a)", variables={"a": "0.5*(s - a)"}),
    )
    found = ng.simulate(own, X, dt=0.1, method="euler")
    moved = found.variables["a"][:, 1:] - found.variables["a"][:, :-1]
    expected = 0.1 * 0.5 * (found.states - found.variables["a"])[:, :-1]
    free = own.connectivity.free
    assert np.allclose(moved[:, :, free], expected[:, :, free], atol=1e-14)


def test_what_does_not_fit_into_memory_is_refused_before_it_is_tried():
    with pytest.raises(ng.GraphTooLargeError, match=r"to='states\.npy'"):
        ng.simulate(network(), np.zeros((1, 1, 2)), dt=1e-9, hold=1e3)
