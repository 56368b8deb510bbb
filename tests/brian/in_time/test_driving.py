"""What drives a network in time, as it is in each step."""

import numpy as np
import pytest

from neurograph.brian.in_time.driving import Waveform, checked_drive, in_time, starts_in_time
from tests.brian.networks import chain, compiled, milliseconds


def driven(network, x, current=None, *, hold=None, duration=None, least=1):
    times = [None if one is None else milliseconds(one) for one in (hold, duration)]
    return checked_drive(
        network, x, current, dt=milliseconds(1), unit=0.02, hold=times[0], duration=times[1], least=least
    )


def test_an_x_in_time_is_told_from_one_that_stays():
    assert [in_time(x) for x in (None, lambda t: t, np.zeros((1, 2, 3)), [[[0.0]]])] == [True] * 4
    assert [in_time(x) for x in (np.zeros((2, 3)), [[0.0], [0.0, 1.0]], 3.0)] == [False] * 3


def test_a_waveform_holds_its_values_and_the_last_for_ever():
    wave = Waveform(np.arange(3.0)[:, None, None], 4)
    assert wave.during(np.array([0, 3, 4, 11, 12, 99])).ravel().tolist() == [0, 0, 1, 2, 2, 2]
    assert wave.spread(2, 7, samples=2)[:, 1, 0].tolist() == [0, 0, 1, 1]


def test_values_are_held_and_cut_where_the_network_stops():
    drive = driven(chain(), np.arange(5.0)[None, :, None], {"y": np.arange(5.0)}, hold=3, duration=11)
    assert (drive.steps, drive.x.hold, drive.current.hold, drive.samples) == (11, 3, 3, 1)
    steps = np.arange(11)
    for wave in (drive.x, drive.current):
        assert wave.during(steps).ravel().tolist() == (steps // 3).tolist()
        assert len(wave.values) == 4


def test_a_function_is_read_at_the_start_of_each_step_in_the_networks_time():
    read = []
    drive = driven(chain(), lambda t: [read.append(t) or t], {"y": 1.0}, duration=4)
    assert read == pytest.approx([0.0, 0.05, 0.1, 0.15])
    assert drive.x.values.ravel() == pytest.approx(read)
    assert drive.current.during(np.arange(4)).ravel().tolist() == [1.0] * 4


def test_one_sample_goes_with_several():
    network = compiled("vector field")
    drive = driven(network, np.zeros((1, 4, 2)), {network.nodes[4]: np.ones((3, 4))})
    assert drive.samples == 3
    assert drive.x.values.shape == (4, 3, 2)
    assert driven(network, np.zeros((1, 4, 2)), least=5).samples == 5


def test_inputs_are_at_x_from_time_0_on_and_at_the_start_before_it():
    network = compiled("vector field")
    drive = driven(network, np.full((2, 4, 2), 0.7))
    inputs, bias = network.connectivity.inputs, network.connectivity.bias_nodes
    for start, wanted in (
        (0.2, 0.2),
        (np.full(len(network.nodes), 0.3), 0.3),
        (np.full((2, len(network.nodes)), 0.4), 0.4),
    ):
        starts, before = starts_in_time(network, drive, start, 0)
        assert np.all(starts[:, inputs] == 0.7)
        assert np.all(before[:, inputs] == wanted)
        assert np.all(before[:, bias] == 1.0)
        assert np.array_equal(np.delete(starts, inputs, axis=1), np.delete(before, inputs, axis=1))
