"""What drives a network in time, as it is in each step."""

import numpy as np
import pytest

import neurograph as ng
from neurograph.brian.in_time.driving import begun, checked_drive, columns, currents_of, in_time
from tests.brian.in_time.plain import with_delays
from tests.brian.networks import STEP, chain, compiled, milliseconds


def driven(network, x, current=None, *, hold=None, duration=None, start=0.0):
    times = [None if one is None else milliseconds(one) for one in (hold, duration)]
    return checked_drive(
        network, x, current, dt=milliseconds(1), unit=0.02, hold=times[0], duration=times[1], start=start
    )


def test_an_x_in_time_is_told_from_one_that_stays():
    assert [in_time(x) for x in (None, lambda t: t, np.zeros((1, 2, 3)), [[[0.0]]])] == [True] * 4
    assert [in_time(x) for x in (np.zeros((2, 3)), [[0.0], [0.0, 1.0]], 3.0)] == [False] * 3


def test_values_are_held_and_cut_where_the_network_stops():
    drive = driven(chain(), np.arange(5.0)[None, :, None], {"y": np.arange(5.0)}, hold=3, duration=11)
    assert (drive.steps, drive.x.hold, currents_of(drive).hold, drive.samples) == (11, 3, 3, 1)
    for wave in (drive.x, currents_of(drive)):
        assert wave.values.ravel().tolist() == [0, 1, 2, 3]
    for values in drive.during(np.arange(11)):
        assert values.ravel().tolist() == (np.arange(11) // 3).tolist()


def test_a_function_is_read_at_the_start_of_each_step_in_the_networks_time():
    read = []
    drive = driven(chain(), lambda t: [read.append(t) or t], {"y": 1.0}, duration=4)
    assert read[1:] == pytest.approx([0.0, 0.05, 0.1, 0.15])  # first it is asked what it returns
    assert drive.x.values.ravel() == pytest.approx(read[1:])
    assert drive.during(np.arange(4))[1].ravel().tolist() == [1.0] * 4
    assert len(read) == 5


def test_currents_of_all_kinds_are_a_column_each():
    network = compiled("vector field")
    first, second, third = (network.nodes[place] for place in network.connectivity.free[:3])
    current = {first: 0.5, second: [1, 2, 3, 4], third: lambda t: t}
    drive = driven(network, np.zeros((2, 4, 2)), current, hold=2)
    wave = currents_of(drive)
    assert (wave.hold, wave.values.shape) == (1, (8, 2, 3))
    assert wave.values[:, 1, 0].tolist() == [0.5] * 8
    assert wave.values[:, 1, 1].tolist() == [1, 1, 2, 2, 3, 3, 4, 4]
    assert wave.values[:, 1, 2] == pytest.approx(np.arange(8) * STEP)


def test_one_sample_goes_with_several():
    network = compiled("vector field")
    drive = driven(network, np.zeros((1, 4, 2)), {network.nodes[4]: np.ones((3, 4))})
    assert drive.samples == 3
    assert drive.x.values.shape == (4, 3, 2)
    assert driven(network, np.zeros((1, 4, 2)), start=np.zeros((5, len(network.nodes)))).samples == 5


def test_neurons_find_their_columns():
    network = compiled("vector field")
    drive = driven(network, np.zeros((3, 4, 2)), {network.nodes[4]: 0.5})
    found = columns(network, drive, slice(1, 3))
    n = len(network.nodes)
    assert found["x_column"].reshape(2, n)[:, network.connectivity.inputs].tolist() == [[2, 3], [4, 5]]
    assert found["current_column"].reshape(2, n)[:, 4].tolist() == [1, 2]


def test_inputs_are_at_x_from_the_start_on_and_at_the_start_before_it():
    network = compiled("vector field")
    drive = driven(network, np.full((2, 4, 2), 0.7))
    inputs, bias = network.connectivity.inputs, network.connectivity.bias_nodes
    for start, wanted in (
        (0.2, 0.2),
        (np.full(len(network.nodes), 0.3), 0.3),
        (np.full((2, len(network.nodes)), 0.4), 0.4),
    ):
        starts, past = begun(network, drive, start, 0)
        before = np.array(starts)
        before[:, inputs] = wanted
        assert np.all(starts[:, inputs] == 0.7)
        assert np.all(starts[:, bias] == 1.0)
        assert np.array_equal(past, network.sent(before)[:, None])


def test_the_end_of_a_simulation_is_a_start_with_its_past():
    network = with_delays("several variables")
    x = np.full((1, 9, 2), 0.3)
    last = ng.simulate(network, x, dt=STEP, method="euler").last
    drive = driven(network, lambda t: [[t, 1.0]], duration=4, start=last)
    assert drive.first == 9
    assert drive.x.values[:, 0, 0] == pytest.approx(np.arange(9, 13) * STEP)
    starts, past = begun(network, drive, last, 0)
    assert starts[:, network.connectivity.inputs] == pytest.approx(np.array([[9 * STEP, 1.0]]))
    assert np.array_equal(starts[:, network.connectivity.free], last.state[:, network.connectivity.free])
    assert np.array_equal(past, last.sent)
    with pytest.raises(ng.ParameterError, match=r"dt is 0\.05 of the network's time"):
        begun(network, drive, ng.simulate(network, x, dt=2 * STEP, method="euler").last, 0)
    with pytest.raises(ng.DataError, match="steps of what was sent"):
        begun(compiled("vector field"), drive, last, 0)
