"""What drives a network in time, on the steps of the clock: arrays that Brian2 reads, and where the network begins."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from neurograph._arrays import Floats
from neurograph._checks import Seed
from neurograph.brian.timing import CLOSE, checked_seconds, whole_steps
from neurograph.errors import DataError, ParameterError
from neurograph.network.inputs import Start
from neurograph.network.network import Network
from neurograph.simulation.delay_lines import lines_of
from neurograph.simulation.result import LastState
from neurograph.simulation.stimulus import (
    Stimulus,
    Wave,
    array_lengths,
    checked_stimulus,
    samples_of,
    starts_in_time,
)

Places = NDArray[np.int64]


def in_time(x: Any) -> bool:
    """Return whether x is that of a network in time: a function, sequences, or none."""
    try:
        return x is None or callable(x) or np.ndim(x) == 3
    except ValueError:  # ragged: refused as any other x
        return False


def checked_drive(
    network: Network, x: Any, current: Any, *, dt: Any, unit: float, hold: Any, duration: Any, start: Any
) -> Stimulus:
    """Return what drives a network in steps of `dt`, as arrays of all samples; a unit of its time has `unit` seconds.

    Raises
    ------
    DataError
        If x or a current has the wrong shape, or a value that is not finite.
    ParameterError
        If a time is out of range, or a current goes into a node that takes none.
    """
    step = checked_seconds("dt", dt)
    given = checked_stimulus(
        network, x, current, dt=step / unit, least=samples_of(network, start),
        first=start.step if isinstance(start, LastState) else 0,
        hold=1 if hold is None else whole_steps("hold", hold, step),
        steps=None if duration is None else whole_steps("duration", duration, step),
        longer="duration is missing, and no array says how long the network runs: expected a time, such as "
        "duration=200*brian2.ms",
    )  # fmt: skip
    if hold is not None and not array_lengths(network, x, current):
        raise ParameterError(f"hold is {hold!r}, but no array is given, whose values it could hold: leave it out")
    common = _hold(given.currents)
    currents = tuple(_as_array(given, wave, common) for wave in given.currents)
    return replace(given, x=_as_array(given, given.x, _hold([given.x])), currents=currents)


def _hold(waves: Sequence[Wave]) -> int:
    """Return for how many steps all of these stay as they are."""
    return min((1 if wave.function else wave.hold for wave in waves), default=1)


def _as_array(given: Stimulus, wave: Wave, hold: int) -> Wave:
    """Return a wave as values (frames, samples, columns), each in force for `hold` steps."""
    steps = np.arange(0, given.steps, hold)
    return Wave(wave.name, wave.at(steps, (given.first + steps) * given.dt, given.samples), hold)


def currents_of(drive: Stimulus) -> Wave:
    """Return the currents as one wave, a column for each."""
    values = [wave.values for wave in drive.currents] or [np.zeros((1, drive.samples, 0))]
    return Wave("current", np.concatenate(values, axis=2), _hold(drive.currents))


def columns(network: Network, drive: Stimulus, samples: slice) -> dict[str, Places]:
    """Return where each neuron of a batch finds its own in the waveforms, by the names of the variables."""
    batch, values = np.arange(samples.start, samples.stop)[:, None], {}
    for name, places in (("x_column", network.connectivity.inputs), ("current_column", drive.places)):
        if places.size:
            found = np.zeros((batch.size, len(network.nodes)), np.int64)
            found[:, places] = batch * places.size + np.arange(places.size)
            values[name] = found.ravel()
    return values


def begun(network: Network, drive: Stimulus, start: Start | LastState, seed: Seed) -> tuple[Floats, Floats]:
    """Return the full states (samples, state_size) at the start, and what was sent before (samples, steps, nodes).

    Raises
    ------
    DataError
        If `start` is the end of a simulation of another network.
    ParameterError
        If it is the end of one in other steps.
    """
    if not isinstance(start, LastState):
        starts, before = starts_in_time(network, drive, start, seed)
        return starts, network.sent(network.parted(before)[0])[:, None]
    if abs(start.dt - drive.dt) > CLOSE * drive.dt:
        raise ParameterError(
            f"dt is {drive.dt:g} of the network's time, but start is the end of a simulation with steps of "
            f"{start.dt:g}: expected the same, or start=simulation.last.state, from time 0"
        )
    lags, past = lines_of(network, drive.dt).lags, 0 if start.sent is None else start.sent.shape[1]
    if start.state.shape[1] != network.state_size or (lags > 0 and past != lags):
        raise DataError(
            f"start has {start.state.shape[1]} numbers a sample, and {past} steps of what was sent: expected "
            f"{network.state_size} and {lags}, those of the same network"
        )
    starts = starts_in_time(network, drive, start.state, seed)[0]
    own = network.sent(network.parted(starts)[0])[:, None] if start.sent is None else start.sent
    return starts, np.broadcast_to(own, (drive.samples, *own.shape[1:]))
