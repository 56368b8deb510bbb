"""Networks of rates in time: what is asked for, checked, and the runs of the engine, one piece after another."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from neurograph._arrays import Floats, frozen
from neurograph._checks import checked_generator, checked_number, finite_number, warn
from neurograph.errors import DataError, DivergenceError, ParameterError, SimulationWarning
from neurograph.kernels import engine
from neurograph.kernels.bindings import threads_for
from neurograph.kernels.equations import equations
from neurograph.network.network import Network
from neurograph.simulation.delay_lines import DelayLines, lines_of
from neurograph.simulation.frames import PIECE, Frames
from neurograph.simulation.methods import Method, check_step, chosen_method
from neurograph.simulation.plasticity import (
    asked_modulator,
    check_going_on,
    check_plastic_memory,
    checked_plasticity,
    first_traces,
)  # fmt: skip
from neurograph.simulation.result import LastState, Simulation
from neurograph.simulation.stimulus import Stimulus, checked_noise, checked_stimulus, samples_of, starts_in_time
from neurograph.simulation.synapses import ALONE, Synapses
from neurograph.solvers.arguments import box_of, nodes_of, rows_of
from neurograph.solvers.settle import checked_record

WORK = 2e8
"""Edges x samples, about, that are stepped through before the bar moves and Ctrl-C keeps what there is."""

LOOK = 64
"""Steps from one look for weights that have left the range of numbers to the next."""

LEARNING = 8
"""How many times as long a step takes, about, where synapses learn."""

CLOSE = 1e-9
"""How near to a whole number of steps a time is one, relative to it."""

MOST_STEPS = 2**53
"""Steps beyond which their number times dt is no longer the time of each."""


@dataclass(frozen=True, eq=False)
class Run:
    """A simulation that is about to be run.

    Attributes
    ----------
    network : Network
    method : Method
    stimulus : Stimulus
    lines : DelayLines
    begin : LastState
        Where it starts.
    noise : array (nodes,) or None
    synapses : Synapses or None
        Where they learn.
    """

    network: Network
    method: Method
    stimulus: Stimulus
    lines: DelayLines
    begin: LastState
    noise: Floats | None
    synapses: Synapses | None


def simulated(
    network: Network, x: Any, *, dt: Any, duration: Any, hold: Any, current: Any, method: Any, noise: Any, start: Any,
    record: Any, seed: Any, to: Any, progress: bool | None, modulator: Any, **learning: Any,
) -> Simulation:  # fmt: skip
    """Run a network of rates; :func:`neurograph.simulate` says what the arguments are, and what is raised."""
    if dt is None:
        raise ParameterError("dt is missing: expected the length of a step, in the network's time, such as dt=0.1")
    dt = checked_number("dt", dt, above=0.0)
    strength = checked_noise(network, noise).astype(network.dtype)
    noisy, delayed = bool(strength.any()), network.delays is not None
    chosen, why = chosen_method(network, method, noisy, delayed)
    check_step(network, chosen, dt)
    kept = checked_record(network, 1 if record is None else record)
    assert kept is not None
    plasticity = checked_plasticity(network, modulator=modulator, **learning)
    check_going_on(network, start)
    first = start.step if isinstance(start, LastState) else 0
    stimulus = checked_stimulus(
        network, x, current, dt=dt, first=first, least=samples_of(network, start),
        hold=1 if hold is None else whole_steps("hold", hold, dt),
        steps=None if duration is None else whole_steps("duration", duration, dt),
        longer="duration is missing, and no array says how long the network runs: expected a time, as in duration=10.0",
        modulator=None if callable(modulator) else modulator,
    )  # fmt: skip
    lines = lines_of(network, dt)
    begin, synapses = _begin(network, stimulus, start, seed, lines.lags, noisy), None
    driven, every = len(network.inputs) + len(stimulus.currents), 0 if plasticity is None else plasticity.every
    if plasticity is not None:
        count = 0 if not every else (begin.step + stimulus.steps) // every - begin.step // every
        check_plastic_memory(network, plasticity, stimulus.samples, count)
        traces = first_traces(network, plasticity, start, stimulus.samples)
        names = tuple(dict(plasticity.rule.traces))
        begin = replace(begin, weights=network.weights, traces=traces, trace_names=names)
        synapses = Synapses(network, plasticity, lines, dt, stimulus.samples)
    run = Run(network, chosen, stimulus, lines, begin, strength if noisy else None, synapses)
    frames = Frames.of(network, kept, begin.state.shape[0], begin.step, stimulus.steps, driven, to, every)
    try:
        last, interrupted = _pieces(run, frames, progress)
    except BaseException:
        frames.give_up()
        raise
    return _simulation(run, frames, why, last, interrupted)


def whole_steps(name: str, time: Any, dt: float) -> int:
    """Return a time in steps, or raise :class:`ParameterError` where it is no whole number of them."""
    value = finite_number(time)
    if value is None or value <= 0.0:
        raise ParameterError(f"{name} is {time!r}: expected a time above 0, a whole multiple of dt = {dt:g}")
    if value / dt > MOST_STEPS:
        raise ParameterError(
            f"{name} is {value:g}, which is too many steps of dt = {dt:g}: expected at most 2^53 of them"
        )
    steps = round(value / dt)
    if steps < 1 or abs(value / dt - steps) > CLOSE * steps:
        raise ParameterError(
            f"{name} is {value:g}, which is {value / dt:.6g} steps of dt = {dt:g}: expected a whole multiple of dt, "
            f"such as {max(steps, 1) * dt:.12g}"
        )
    return steps


def _begin(network: Network, stimulus: Stimulus, start: Any, seed: Any, lags: int, noisy: bool) -> LastState:
    """Return the state at the start, with its past and the key of its noise."""
    rng = checked_generator(seed)
    if not isinstance(start, LastState):
        state, before = starts_in_time(network, stimulus, start, rng)
        key = int(rng.integers(0, 2**64, dtype=np.uint64)) if noisy else 0
        sent = None
        if lags:
            own = network.sent(network.parted(before)[0])
            sent = np.repeat(own[:, None], lags, axis=1)
        return LastState(state, 0, stimulus.dt, key, sent)
    if start.dt != stimulus.dt:
        raise ParameterError(
            f"dt is {stimulus.dt:g}, but start is the end of a simulation with steps of {start.dt:g}: expected the "
            "same, or start=simulation.last.state, from time 0"
        )
    past = 0 if start.sent is None else start.sent.shape[1]
    if start.state.shape[1] != network.state_size or (lags > 0 and past != lags):
        raise DataError(
            f"start has {start.state.shape[1]} numbers a sample, and {past} steps of what was sent: expected "
            f"{network.state_size} and {lags}, those of the same network"
        )
    batch = stimulus.samples
    key = int(rng.integers(0, 2**64, dtype=np.uint64)) if noisy and (seed is not None or not start.key) else start.key
    state = np.array(np.broadcast_to(start.state, (batch, network.state_size)), network.dtype)
    # Where an edge is delayed, what was sent is there, as was checked.
    sent = None if not lags else np.array(np.broadcast_to(start.sent, (batch, *start.sent.shape[1:])), network.dtype)  # type: ignore[union-attr,arg-type]
    return LastState(state, start.step, start.dt, key, sent)


def _pieces(run: Run, frames: Frames, progress: bool | None) -> tuple[LastState, bool]:
    """Run piece after piece; return where the last ended, and whether Ctrl-C stopped it."""
    network, steps = run.network, run.stimulus.steps
    batch, last, done = run.begin.state.shape[0], run.begin, 0
    each = network.weights.size + 20 * len(network.nodes) + 2000 / batch
    each *= 1 if run.synapses is None else LEARNING
    most = max(1, int(WORK / (batch * each)))
    if frames.path is not None:
        most = min(most, max(1, frames.every * PIECE // (8 * batch * frames.width)))
    driven = batch * (len(network.inputs) + len(run.stimulus.currents))
    most = min(most, max(1, PIECE // (8 * len(run.method.shares) * max(driven, 1))))
    with tqdm(
        total=steps, unit="step", unit_scale=True, delay=1.0, leave=False, dynamic_ncols=True,
        disable=None if progress is None else not progress,
    ) as bar:  # fmt: skip
        while done < steps:
            count = min(most, steps - done)
            try:
                after = _piece(run, frames, last, done, count)
            except KeyboardInterrupt:
                if not done:
                    raise
                warn(
                    f"the simulation was interrupted at time {last.time:g}: what was computed is kept, and "
                    "start=simulation.last goes on",
                    SimulationWarning,
                )
                return last, True
            last, done = after, done + count
            bar.update(count)
    return last, False


def _piece(run: Run, frames: Frames, begin: LastState, done: int, count: int) -> LastState:
    """Take `count` steps from a state on, and put their frames where they belong."""
    network, stages, stimulus = run.network, len(run.method.shares), run.stimulus
    rows = rows_of(network)
    values, which = stimulus.frames(done, count, run.method.shares)
    taken = (begin.step + count) // frames.every - begin.step // frames.every
    at = begin.step // frames.every - run.begin.step // frames.every
    before = _steps_of(run, frames, at, taken) - 1 - done  # the step that leads to each frame
    frames.driven[:, at : at + taken] = values[which[before * stages]].transpose(1, 0, 2)
    order = np.argsort(rows.row[stimulus.places], kind="stable")
    inputs = network.connectivity.inputs
    if np.any(np.diff(order) < 0):
        values[:, :, inputs.size :] = values[:, :, inputs.size + order]
    with np.errstate(over="ignore"):  # said below
        values = np.ascontiguousarray(values, network.dtype)
    _check_values(values)
    piece, place = frames.array, at
    if frames.path is not None:
        piece, place = np.empty((begin.state.shape[0], taken, frames.width), network.dtype), 0
    drive = (values, which, rows.row[inputs].astype(np.int64), rows.row[stimulus.places][order].astype(np.int64))
    kept = (frames.every, rows.row[frames.places].astype(np.int64), piece, place)
    if run.synapses is None:
        end, sent = np.empty_like(begin.state), None if begin.sent is None else begin.sent.copy()
        _steps(run, run.network, run.lines, drive, kept, begin.step, count, begin.state, end, sent)
        end[:, inputs] = values[which[-stages], :, : inputs.size]
        after = replace(begin, state=frozen(end), step=begin.step + count, sent=None if sent is None else frozen(sent))
    else:
        after = _learning_steps(run, run.synapses, frames, drive, kept, begin, done, count)
    recorded = piece[:, place : place + taken]
    _put_inputs(network, frames, recorded, at, taken)
    _check_finite(run, frames, recorded, at, after.state, after.step)
    if frames.path is not None:
        frames.put(network, piece, at)
    return after


def _steps(
    run: Run, network: Network, lines: DelayLines, drive: tuple[Any, ...], kept: tuple[Any, ...], first: int,
    count: int, start: Floats, end: Floats, sent: Floats | None,
) -> None:  # fmt: skip
    """Take `count` steps in the engine, of which `first` are before, from a state to another."""
    method, rows = run.method, rows_of(run.network)
    engine.driven(
        equations(network.dynamics, None, frozenset({"leak"} if method.exponential else ())),
        nodes_of(network, rows, rows.moving.size),
        (np.empty(0, np.int64), np.empty(0, np.int64), 0),
        lines.recurrent, lines.clamped, box_of(network), start,
        (run.stimulus.dt, method.exponential, np.array(method.weight), np.array(method.ahead)), count,
        drive, (first, run.begin.key, run.noise), (lines.delayed, lines.lag, sent), kept,
        threads_for(int(lines.recurrent[0][-1]) // (1 if count > 1 else ALONE), start.shape[0]), end,
    )  # fmt: skip


def _learning_steps(
    run: Run, synapses: Synapses, frames: Frames, drive: tuple[Any, ...], kept: tuple[Any, ...], begin: LastState,
    done: int, count: int,
) -> LastState:  # fmt: skip
    """Take `count` steps, one after another, with a step of the synapses after each."""
    assert begin.traces is not None
    stages, inputs, (values, which, *rows) = len(run.method.shares), run.network.connectivity.inputs, drive
    dt, plasticity = run.stimulus.dt, synapses.plasticity
    state, end = begin.state.copy(), np.empty_like(begin.state)
    sent = None if begin.sent is None else begin.sent.copy()
    wave, outputs = run.stimulus.modulator, run.network.connectivity.outputs
    steps = np.arange(done, done + count)
    factors = None if wave is None else wave.at(steps, (run.stimulus.first + steps) * dt, run.stimulus.samples)[:, :, 0]
    synapses.load(begin.state, begin.traces)
    every, frame = frames.every, kept[3]
    for k in range(count):
        step, during = begin.step + k, which[k * stages : (k + 1) * stages]
        place = frame + (step // every - begin.step // every)
        one = (*kept[:3], place)
        _steps(run, synapses.network, synapses.lines, (values, during, *rows), one, step, 1, state, end, sent)
        end[:, inputs] = values[during[0], :, : inputs.size]
        time = (step + 1) * dt
        if not np.isfinite(end).all():
            synapses.check(time)  # for what they were before has made the states what they are
            _check_finite(run, frames, kept[2][:, :0], place, end, step + 1)
        factor = None if factors is None else factors[k]
        if plasticity.modulator is not None:
            factor = asked_modulator(plasticity.modulator, time, end[:, outputs], len(run.network.nodes))
        synapses.step(end, factor, time)
        if k + 1 == count or (step + 1) % LOOK == 0:
            synapses.check(time)
        if frames.weights_every and (step + 1) % frames.weights_every == 0:
            frames.weights[(step + 1) // frames.weights_every - 1 - run.begin.step // frames.weights_every] = (
                synapses.weights
            )
        state, end = end, state
    return replace(
        begin, state=frozen(state), step=begin.step + count, sent=None if sent is None else frozen(sent),
        weights=frozen(synapses.weights.copy()), traces=frozen(synapses.traces.copy()),
    )  # fmt: skip


def _check_values(values: Floats) -> None:
    if not np.isfinite(values).all():
        raise DataError(f"x or a current is too large for {values.dtype}: expected numbers that fit")


def _steps_of(run: Run, frames: Frames, first: int, count: int) -> NDArray[np.int64]:
    """Return the step, counted from the start of this run, after which each of some frames is taken."""
    begin = run.begin.step
    return np.asarray((begin // frames.every + 1 + first + np.arange(count)) * frames.every - begin)


def _put_inputs(network: Network, frames: Frames, piece: Floats, first: int, count: int) -> None:
    """Put what input nodes were held at into their places of some frames."""
    held = {int(place): column for column, place in enumerate(network.connectivity.inputs)}
    found = [(k, held[place]) for k, place in enumerate(frames.places.tolist()) if place in held]
    if found and count:
        columns = [column for _, column in found]
        piece[:, :, [k for k, _ in found]] = frames.driven[:, first : first + count, columns]


def _check_finite(run: Run, frames: Frames, piece: Floats, first: int, end: Floats, step: int) -> None:
    """Refuse a state that has left the range of numbers, by its sample, its node, and when."""
    if np.isfinite(end).all():
        return
    dt, network = run.stimulus.dt, run.network
    wrong = np.argwhere(~np.isfinite(piece[:, :, : len(frames.nodes)]).all(axis=(0, 2)))
    when = _steps_of(run, frames, first, piece.shape[1])[wrong[0, 0]] + run.begin.step if wrong.size else step
    sample, place = np.argwhere(~np.isfinite(end))[0].tolist()
    node = network.nodes[place % len(network.nodes)]
    raise DivergenceError(
        f"sample {sample} has left the range of numbers by time {when * dt:g}: node {node!r} is at "
        f"{end[sample, place]}; lower dt from {dt:g}, lower the weights, or use a dynamics with a box"
    )


def _simulation(run: Run, frames: Frames, why: str, last: LastState, interrupted: bool) -> Simulation:
    count = last.step // frames.every - run.begin.step // frames.every
    steps = _steps_of(run, frames, 0, count)
    states, outputs, variables = frames.read(run.network, count)
    x, currents = np.split(frames.driven[:, :count], [len(run.network.inputs)], axis=2)
    labels = [run.network.nodes[place] for place in run.stimulus.places]
    return Simulation(
        network=run.network,
        dt=run.stimulus.dt,
        method=why,
        time=frozen((run.begin.step + steps) * run.stimulus.dt),
        nodes=frames.nodes,
        states=states,
        outputs=outputs,
        variables=variables,
        inputs=frozen(np.array(x)),
        currents={label: frozen(np.array(currents[:, :, k])) for k, label in enumerate(labels)},
        last=last,
        interrupted=interrupted,
        **_learned(run, frames, last),
    )


def _learned(run: Run, frames: Frames, last: LastState) -> dict[str, Any]:
    """Return what a simulation tells of its weights."""
    if last.weights is None:
        return {}
    every, begin = frames.weights_every, run.begin.step
    count = last.step // every - begin // every if every else 0
    steps = (begin // every + 1 + np.arange(count)) * every if every else np.empty(0)
    return {
        "learned": run.network.with_weights(last.weights),
        "weights": frozen(frames.weights[:count]),
        "weight_time": frozen(steps * run.stimulus.dt),
    }
