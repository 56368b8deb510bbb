"""What drives a network in time: x, and currents into neurons, as values that are held for some steps, or functions."""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Any

import numpy as np
from numpy.typing import NDArray

from neurograph._arrays import Floats
from neurograph._checks import check_mask, finite_number
from neurograph.errors import DataError, ParameterError
from neurograph.graphs.labelled import by_name
from neurograph.network.inputs import Start, starting_state
from neurograph.network.network import Network
from neurograph.network.sequences import checked_sequences
from neurograph.simulation.result import LastState

Places = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Wave:
    """Values of some nodes in time: an array, each row in force for `hold` steps and the last for ever; or a function.

    Attributes
    ----------
    name : str
        What messages call it.
    values : array (rows, samples, columns)
        Of a function, those at time 0.
    hold : int
    function : callable, or None
    wanted : str
        What a function has to return, in words.
    """

    name: str
    values: Floats
    hold: int
    function: Callable[[float], Any] | None = None
    wanted: str = ""

    def at(self, step: NDArray[np.int64], time: Floats, samples: int) -> Floats:
        """Return the values (times, samples, columns) at these times, each during a step."""
        if self.function is None:
            rows = np.minimum(step // self.hold, len(self.values) - 1)
            # A slice of rows that follow one another is not copied.
            found = (
                self.values[rows[0] : rows[-1] + 1] if np.all(np.diff(rows) == 1) and rows.size else self.values[rows]
            )
        else:
            found = np.stack([self._read(one) for one in time.tolist()]) if time.size else self.values[:0]
        return np.broadcast_to(found, (found.shape[0], samples, found.shape[2]))

    def _read(self, time: float) -> Floats:
        assert self.function is not None
        name, (_, samples, columns) = f"{self.name}({time:g})", self.values.shape
        value = numbers_of(name, self.function(time), self.wanted)
        shape = value.shape
        value = value[..., None] if columns == 1 and value.ndim < 2 and shape[-1:] != (1,) else value
        if value.ndim not in (1, 2) or value.shape[-1] != columns or value.size // columns != samples:
            raise DataError(f"{name} has the shape {shape}: expected {self.wanted}, the same at every time")
        if not np.all(np.isfinite(value)):
            raise DataError(f"{name} is {value.tolist()}: expected finite numbers")
        return value.reshape(samples, columns)


@dataclass(frozen=True, eq=False)
class Stimulus:
    """What a network in time gets.

    Attributes
    ----------
    steps : int
        For how many steps.
    first : int
        How many there were before.
    dt : float
    x : Wave
        Of the input nodes, in their order.
    currents : tuple of Wave
        What is added to the summed inputs of the nodes of `places`.
    places : int64 array (currents,)
    samples : int
    modulator : Wave or None
        The third factor of a learning rule, where it is no function of the outputs.
    """

    steps: int
    first: int
    dt: float
    x: Wave
    currents: tuple[Wave, ...]
    places: Places
    samples: int
    modulator: Wave | None = None

    def frames(self, begin: int, count: int, stages: Sequence[float] = (0.0,)) -> tuple[Floats, NDArray[np.int64]]:
        """Return values (frames, samples, inputs + currents), and which of them each stage of some steps gets.

        A stage at the share c of a step from t to t + dt reads functions at t + c dt, and of arrays what is in force.
        """
        waves = (self.x, *self.currents)
        steps = np.arange(begin, begin + count)
        if all(wave.function is None for wave in waves):
            hold = math.gcd(*(wave.hold for wave in waves if len(wave.values) > 1)) or begin + count
            rows = np.arange(begin // hold, (begin + count - 1) // hold + 1)
            at, times, which = rows * hold, rows * hold * self.dt, np.repeat(steps // hold - rows[0], len(stages))
        else:
            shares = sorted(set(stages))
            at = np.repeat(steps, len(shares))
            times = ((self.first + steps)[:, None] + np.array(shares)).ravel() * self.dt
            own = np.array([shares.index(share) for share in stages])
            which = (np.arange(count)[:, None] * len(shares) + own).ravel()
        values = np.empty((at.size, self.samples, sum(wave.values.shape[2] for wave in waves)))
        for end, wave in zip(accumulate(wave.values.shape[2] for wave in waves), waves, strict=True):
            values[:, :, end - wave.values.shape[2] : end] = wave.at(at, times, self.samples)
        return values, which.astype(np.int64)

    def during(self, steps: NDArray[np.int64]) -> tuple[Floats, Floats]:
        """Return x (samples, steps, inputs) and the currents (samples, steps, currents) at the beginning of steps."""
        times = (self.first + steps) * self.dt
        x, *currents = (wave.at(steps, times, self.samples) for wave in (self.x, *self.currents))
        joined = np.concatenate(currents, axis=2) if currents else np.zeros((steps.size, self.samples, 0))
        return x.transpose(1, 0, 2), joined.transpose(1, 0, 2)


def checked_stimulus(
    network: Network,
    x: Any,
    current: Any,
    *,
    dt: float,
    hold: int,
    steps: int | None,
    least: int,
    first: int = 0,
    longer: str = "",
    modulator: Any = None,
) -> Stimulus:
    """Return what drives a network of at least so many samples for so many steps, or as long as arrays last.

    `longer` says what is wrong where there are no arrays.

    Raises
    ------
    DataError
        If x or a current has the wrong shape, or a value that is not finite.
    ParameterError
        If nothing says how long, arrays end before, or a current goes into a node that takes none.
    """
    given = _checked_currents(network, current)
    if x is None and network.inputs:
        count = len(network.inputs)
        raise DataError(f"x is None: expected (batch, time, {count}) or a function of time, for the {count} inputs")
    if x is not None and not callable(x):
        x = checked_sequences(network, x)
    third = None if modulator is None else _checked_wave("modulator", modulator, "time and outputs")
    lengths = array_lengths(network, x, given)
    lengths |= {} if third is None or not third.ndim else {"modulator": third.shape[-1]}
    if len(set(lengths.values())) > 1:
        said = ", ".join(f"{name} has {length}" for name, length in lengths.items())
        raise DataError(f"{said} values in time: expected as many of each")
    ends = hold * next(iter(lengths.values()), 0)
    if steps is None and not lengths:
        raise ParameterError(longer)
    if steps is not None and lengths and steps > ends:
        raise ParameterError(
            f"duration is {steps} steps of dt, but {next(iter(lengths))} ends after {ends}: expected at most so many, "
            "or longer arrays"
        )
    steps = ends if steps is None else steps
    time, wave = first * dt, Wave("x", np.zeros((1, 1, 0)), steps)
    if callable(x):
        wave = _function(x, "x", network.inputs, time)
    elif x is not None:
        wave = Wave("x", x.transpose(1, 0, 2), hold)

    def held(name: str, one: Floats) -> Wave:
        return Wave(name, np.atleast_2d(one).T[:, :, None], hold if one.ndim else steps)

    currents = [
        _function(one, _named(node), None, time) if callable(one) else held(_named(node), one)
        for node, one in given.items()
    ]
    factor = None if third is None else held("modulator", third)
    waves = [one for one in (wave, *currents, factor) if one is not None]
    samples = _samples({one.name: one.values.shape[1] for one in waves}, least)
    places = np.array([network.connectivity.table.index[node] for node in given], np.int64)
    return Stimulus(steps, first, dt, wave, tuple(currents), places, samples, factor)


def array_lengths(network: Network, x: Any, current: Any) -> dict[str, int]:
    """Return how many values in time x and each current have that is an array, by what messages call them."""
    lengths = {} if x is None or callable(x) else {"x": np.shape(x)[1]}
    waves = current.items() if isinstance(current, Mapping) else ()
    return lengths | {_named(node): np.shape(one)[-1] for node, one in waves if not callable(one) and np.ndim(one)}


def starts_in_time(network: Network, stimulus: Stimulus, start: Start, rng: Any) -> tuple[Floats, Floats]:
    """Return the full states (samples, state_size) at time 0, inputs at x, and those before it, inputs at `start`."""
    inputs = stimulus.x.at(np.zeros(1, np.int64), np.array([stimulus.first * stimulus.dt]), stimulus.samples)[0]
    with np.errstate(over="ignore"):  # refused with the values of all steps
        starts = starting_state(network, inputs.astype(network.dtype), start, rng)
    before, places = starts.copy(), network.connectivity.inputs
    if not isinstance(start, str):
        given = np.asarray(by_name(start, network.nodes, "start"), network.dtype)
        before[:, places] = given if given.ndim == 0 else given[..., places]
    return starts, before


def samples_of(network: Network, start: Any) -> int:
    """Return how many samples a start has: 1 where it is the same for all."""
    if isinstance(start, LastState):
        return int(start.state.shape[0])
    if isinstance(start, str):
        return 1
    try:
        given = np.asarray(by_name(start, network.nodes, "start"))
    except ValueError:  # ragged: refused later, as any other start
        return 1
    return int(given.shape[0]) if given.ndim == 2 else 1


def checked_noise(network: Network, noise: Any) -> Floats:
    """Return the noise of each node (nodes,): see :func:`checked_of_neurons`."""
    return checked_of_neurons("noise", network, noise)


def checked_of_neurons(what: str, network: Network, given: Any) -> Floats:
    """Return a number >= 0 of each node (nodes,), from a number, a mapping of nodes to numbers or an array (nodes,).

    Raises
    ------
    ParameterError
        If it is something else, or names a node that is not there, or is clamped.
    """
    index, values = network.connectivity.table.index, np.zeros(len(network.nodes))
    if isinstance(given, Mapping):
        for node, one in given.items():
            if node not in index:
                raise ParameterError(
                    f"{what} has the node {node!r}, which the network has not: expected one of its own"
                )
            if index[node] not in network.connectivity.free:
                raise ParameterError(
                    f"{what} has the node {node!r}, which is clamped: expected a hidden or an output node"
                )
            values[index[node]] = _not_negative(f"{what}[{node!r}]", one)
        return values
    try:
        several = np.ndim(given) == 1 and len(given) == values.size
    except ValueError:  # ragged
        several = False
    if several:
        values[:] = [_not_negative(f"{what}[{place}]", one) for place, one in enumerate(given)]
        return values
    remark = f", an array (nodes,) = ({values.size},) of them, or a mapping of nodes to them"
    values[:] = _not_negative(what, given, remark)
    return values


def _not_negative(name: str, value: Any, remark: str = "") -> float:
    number = finite_number(value)
    if number is None or number < 0.0:
        raise ParameterError(f"{name} is {value!r}: expected a finite number >= 0{remark}")
    return number


def _named(node: Hashable) -> str:
    return f"current[{node!r}]"


def _function(function: Callable[[float], Any], name: str, inputs: Any, time: float) -> Wave:
    """Return a function of time as a wave, which it is asked once what it returns."""
    count = 1 if inputs is None else len(inputs)
    wanted = "a number or (batch,)" if inputs is None else f"(inputs,) = ({count},) or (batch, {count})"
    value = numbers_of(f"{name}({time:g})", function(time), wanted)
    shape = value.shape
    value = value[..., None] if inputs is None else value
    if value.ndim not in (1, 2) or value.shape[-1] != count or not value.size:
        raise DataError(f"{name}({time:g}) has the shape {shape}: expected {wanted}")
    if not np.all(np.isfinite(value)):
        raise DataError(f"{name}({time:g}) is {value.tolist()}: expected finite numbers")
    return Wave(name, value.reshape(1, -1, count), 1, function, wanted)


def numbers_of(name: str, value: Any, wanted: str) -> Floats:
    """Return what a function has given, as an array of floats.

    Raises
    ------
    DataError
        If it is no array of numbers.
    """
    try:
        if value is None:  # which numpy reads as NaN
            raise TypeError("None is no number")
        return np.asarray(value, np.float64)
    except (TypeError, ValueError) as error:
        raise DataError(f"{name} cannot be read as numbers ({error}): expected {wanted}") from None


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


def _checked_wave(name: str, wave: Any, seen: str = "time") -> Floats:
    wanted = f"expected a number, an array (time,) or (batch, time), or a function of {seen}"
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


def _samples(counts: Mapping[str, int], least: int) -> int:
    """Return how many samples there are, one being as many as the others have."""
    several = {name: count for name, count in counts.items() if count > 1}
    several |= {"start": least} if least > 1 else {}
    if len(set(several.values())) > 1:
        said = ", ".join(f"{name} has {count}" for name, count in several.items())
        raise DataError(f"{said} samples: expected as many of each, or one")
    return max(several.values(), default=1)
