"""What drives a network in time: x, currents into neurons, and for how long, on the steps of the clock."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from neurograph._arrays import Floats
from neurograph._checks import Seed, check_mask
from neurograph.brian.timing import checked_seconds, whole_steps
from neurograph.errors import DataError, ParameterError
from neurograph.graphs.labelled import by_name
from neurograph.network.inputs import Start, starting_state
from neurograph.network.network import Network
from neurograph.network.sequences import checked_sequences

Function = Callable[[float], Any]
Places = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Waveform:
    """Values (frames, samples, columns), each in force for `hold` steps, and the last for ever."""

    values: Floats
    hold: int

    def during(self, steps: NDArray[np.int64]) -> Floats:
        """Return the values (steps, samples, columns) in force during these steps, the first of which is 0."""
        return np.asarray(self.values[np.minimum(steps // self.hold, len(self.values) - 1)])

    def spread(self, hold: int, steps: int, samples: int) -> Floats:
        """Return the values (frames, samples, columns) of the first steps, held for `hold`, of so many samples."""
        values = self.during(np.arange(0, steps, hold))
        return np.broadcast_to(values, (values.shape[0], samples, values.shape[2]))


@dataclass(frozen=True, eq=False)
class Drive:
    """What a network in time gets.

    Attributes
    ----------
    steps : int
        For how long.
    x : Waveform
        Of the input nodes, in their order.
    current : Waveform
        What is added to the summed input of the nodes of `places`.
    places : int64 array (columns of current,)
        In the order in which the currents were given.
    """

    steps: int
    x: Waveform
    current: Waveform
    places: Places

    @property
    def samples(self) -> int:
        """How many samples there are."""
        return int(self.x.values.shape[1])

    def columns(self, network: Network, samples: slice) -> dict[str, Places]:
        """Return where each neuron of a batch finds its own in the waveforms, by the names of the variables."""
        batch, values = np.arange(samples.start, samples.stop)[:, None], {}
        for name, places in (("x_column", network.connectivity.inputs), ("current_column", self.places)):
            if places.size:
                columns = np.zeros((batch.size, len(network.nodes)), np.int64)
                columns[:, places] = batch * places.size + np.arange(places.size)
                values[name] = columns.ravel()
        return values


def in_time(x: Any) -> bool:
    """Return whether x is that of a network in time: a function, sequences, or none."""
    try:
        return x is None or callable(x) or np.ndim(x) == 3
    except ValueError:  # ragged: refused as any other x
        return False


def checked_drive(
    network: Network, x: Any, current: Any, *, dt: Any, unit: float, hold: Any, duration: Any, least: int
) -> Drive:
    """Return what drives a network of at least so many samples in steps of `dt`; a unit of its time has `unit` seconds.

    Raises
    ------
    DataError
        If x or a current has the wrong shape, or a value that is not finite.
    ParameterError
        If a time is out of range, or a current goes into a node that takes none.
    """
    given = _checked_currents(network, current)
    if x is None and network.inputs:
        count = len(network.inputs)
        raise DataError(f"x is None: expected (batch, time, {count}) or a function of time, for the {count} inputs")
    if x is not None and not callable(x):
        x = checked_sequences(network, x)
    lengths = {} if x is None or callable(x) else {"x": x.shape[1]}
    lengths |= {_named(node): one.shape[-1] for node, one in given.items() if np.ndim(one)}
    step = checked_seconds("dt", dt)
    steps, held = _steps(lengths, step, hold, duration)
    times = np.arange(steps) * (step / unit)
    waves = {"x": Waveform(np.zeros((1, 1, 0)), steps)}
    if callable(x):
        waves["x"] = Waveform(_read(x, "x", network.inputs, times), 1)
    elif x is not None:
        waves["x"] = Waveform(x.transpose(1, 0, 2), held)
    for node, one in given.items():
        if callable(one):
            waves[_named(node)] = Waveform(_read(one, _named(node), None, times), 1)
        else:
            values = np.atleast_2d(one).T[:, :, None]
            waves[_named(node)] = Waveform(values, held if np.ndim(one) else steps)
    samples = _samples({name: wave.values.shape[1] for name, wave in waves.items()}, least)
    own = waves.pop("x")
    common = min((wave.hold for wave in waves.values()), default=1)
    parts = [wave.spread(common, steps, samples) for wave in waves.values()]
    currents = np.concatenate(parts, axis=2) if parts else np.zeros((1, samples, 0))
    places = np.array([network.connectivity.table.index[node] for node in given], np.int64)
    return Drive(steps, Waveform(own.spread(own.hold, steps, samples), own.hold), Waveform(currents, common), places)


def starts_in_time(network: Network, drive: Drive, start: Start, seed: Seed) -> tuple[Floats, Floats]:
    """Return the full states (samples, state_size) at time 0, inputs at x, and those before it, inputs at `start`."""
    starts = starting_state(network, drive.x.values[0], start, seed)
    before, inputs = starts.copy(), network.connectivity.inputs
    if not isinstance(start, str):
        given = np.asarray(by_name(start, network.nodes, "start"), network.dtype)
        before[:, inputs] = given if given.ndim == 0 else given[..., inputs]
    return starts, before


def _named(node: Hashable) -> str:
    return f"current[{node!r}]"


def _checked_currents(network: Network, current: Any) -> dict[Hashable, Any]:
    """Return the waveform of each node: a function, or an array (), (time,) or (batch, time) of finite numbers."""
    if current is None:
        return {}
    if not isinstance(current, Mapping):
        raise ParameterError(
            f"current is of type {type(current).__name__}: expected a mapping of nodes to waveforms, such as "
            f"{{{network.outputs[0]!r}: 0.5}}"
        )
    index, free = network.connectivity.table.index, set(network.connectivity.free.tolist())
    checked: dict[Hashable, Any] = {}
    for node, wave in current.items():
        if node not in index:
            raise ParameterError(f"current has the node {node!r}, which the network has not: expected one of its own")
        if index[node] not in free:
            raise ParameterError(
                f"current has the node {node!r}, which is clamped and sums no input: expected a hidden or an output "
                "node; what an input node is at, x says"
            )
        checked[node] = wave if callable(wave) else _checked_wave(_named(node), wave)
    return checked


def _checked_wave(name: str, wave: Any) -> Floats:
    wanted = "expected a number, an array (time,) or (batch, time), or a function of time"
    check_mask(name, wave, DataError)
    try:
        array = np.asarray(wave)
        if array.dtype.kind not in "biuf":
            raise TypeError(array.dtype)
    except (TypeError, ValueError):
        raise DataError(f"{name} cannot be read as numbers: {wanted}") from None
    if array.ndim > 2 or not array.size:
        raise DataError(f"{name} has shape {array.shape}: {wanted}")
    if not np.all(np.isfinite(array)):
        place = tuple(np.argwhere(~np.isfinite(array))[0].tolist())
        raise DataError(f"{name}{list(place) if place else ''} is {array[place]}: expected finite numbers")
    return array.astype(np.float64)


def _steps(lengths: Mapping[str, int], dt: float, hold: Any, duration: Any) -> tuple[int, int]:
    """Return for how many steps the network runs, and for how many a value of an array is in force."""
    if hold is not None and not lengths:
        raise ParameterError(f"hold is {hold!r}, but no array is given, whose values it could hold: leave it out")
    held = 1 if hold is None else whole_steps("hold", hold, dt)
    if len(set(lengths.values())) > 1:
        said = ", ".join(f"{name} has {length}" for name, length in lengths.items())
        raise DataError(f"{said} values in time: expected as many of each")
    ends = held * next(iter(lengths.values()), 0)
    if duration is None:
        if not lengths:
            raise ParameterError(
                "duration is missing, and no array says how long the network runs: expected a time, such as "
                "duration=200*brian2.ms"
            )
        return ends, held
    steps = whole_steps("duration", duration, dt)
    if lengths and steps > ends:
        raise ParameterError(
            f"duration is {duration!r}, but {next(iter(lengths))} ends after {ends} steps of dt: expected at most "
            f"{ends * dt:.12g} s, or longer arrays"
        )
    return steps, held


def _read(function: Function, name: str, inputs: tuple[Hashable, ...] | None, times: Floats) -> Floats:
    """Return the values (times, samples, columns) of a function of time, a column for each input or one alone."""
    shape, count = ("a number or (batch,)", 1) if inputs is None else (f"(inputs,) = ({len(inputs)},)", len(inputs))
    shape += "" if inputs is None else f" or (batch, {count})"
    read: list[Floats] = []
    for time in times.tolist():
        try:
            value = np.asarray(function(time), np.float64)
        except (TypeError, ValueError) as error:
            raise DataError(f"{name}({time:g}) cannot be read as numbers ({error}): expected {shape}") from None
        value = value[..., None] if inputs is None else value
        if value.ndim not in (1, 2) or value.shape[-1] != count or (read and value.size != read[0].size):
            raise DataError(f"{name}({time:g}) has another shape: expected {shape}, the same at every time")
        if not np.all(np.isfinite(value)):
            raise DataError(f"{name}({time:g}) is {value.tolist()}: expected finite numbers")
        read.append(value.reshape(-1, count))
    return np.stack(read)


def _samples(counts: Mapping[str, int], least: int) -> int:
    """Return how many samples there are, one being as many as the others have."""
    several = {name: count for name, count in counts.items() if count > 1}
    several |= {"start": least} if least > 1 else {}
    if len(set(several.values())) > 1:
        said = ", ".join(f"{name} has {count}" for name, count in several.items())
        raise DataError(f"{said} samples: expected as many of each, or one")
    return max(several.values(), default=1)
