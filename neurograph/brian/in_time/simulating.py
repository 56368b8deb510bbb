"""A network in time: each batch of samples run along its waveforms, and what it did as a simulation."""

from __future__ import annotations

import numpy as np

from neurograph._arrays import Floats, frozen
from neurograph.brian.batches import Batches
from neurograph.brian.in_time.driving import columns
from neurograph.brian.phases import begin, schedule
from neurograph.brian.timing import Timing
from neurograph.errors import DivergenceError
from neurograph.network.network import Network
from neurograph.simulation.result import LastState, Simulation
from neurograph.simulation.stimulus import Stimulus


def run_along(batches: Batches, drive: Stimulus, past: Floats, first: int) -> tuple[Floats, Floats, Floats]:
    """Run one batch along its waveforms; return its frames (batch, variables, frames, nodes), last state and past."""
    recipe, network, runner = batches.recipe, batches.compiled, batches.runner
    assert recipe.record is not None
    every, samples = recipe.record.every, slice(first, first + batches.batch)
    runner.align(every)
    monitor = runner.objects.monitors["state"]
    seen = 0 if runner.now() == 0 else len(monitor.t)
    values = begin(recipe, network, batches.starts[samples], None)
    values |= schedule(recipe, Timing(drive.steps, 0, 0), 0.0, runner.now())
    values |= columns(network, drive, samples) | ({"begun": runner.now()} if recipe.waveforms else {})
    runner.assign(batches.neurons, values)
    if recipe.lines is not None:
        runner.assign(runner.objects.lines, {"held": recipe.lines.held(past[samples])})
    runner.forget_spikes()
    runner.run(drive.steps)
    names = recipe.monitored
    last = np.stack([runner.read(batches.neurons, name).reshape(batches.batch, -1) for name in names], axis=1)
    # The monitor records before a step: the first of its frames is the start, and that of the last step is missing.
    kept = np.stack([np.asarray(getattr(monitor, name))[:, seen + 1 :] for name in names])
    places = recipe.recorded[: recipe.recorded.size // batches.batch]
    frames = kept.reshape(len(names), batches.batch, places.size, -1 if kept.size else 0).transpose(1, 0, 3, 2)
    if drive.steps % every == 0:
        frames = np.concatenate([frames, last[:, :, None, places]], axis=2)
    sent = past[samples]
    if recipe.lines is not None:
        held = runner.read(runner.objects.lines, "held")
        sent = recipe.lines.past(held, network.sent(np.ascontiguousarray(last[:, 0])))
    return frames, last.reshape(batches.batch, -1), sent


def simulated(batches: Batches, drive: Stimulus, past: Floats) -> Simulation:
    """Run all batches, and return the simulation.

    Raises
    ------
    DivergenceError
        If a state is no longer finite.
    """
    recipe, network, record = batches.recipe, batches.compiled, batches.recipe.record
    assert record is not None
    firsts = range(0, batches.starts.shape[0], batches.batch)
    runs = [run_along(batches, drive, past, first) for first in firsts]
    frames, last, sent = (np.concatenate(parts) for parts in zip(*runs, strict=True))
    places = recipe.recorded[: frames.shape[3]]
    _check_finite(network, last)
    dt = float(recipe.dt / recipe.namespace["time_unit"])
    steps = record.every * np.arange(1, frames.shape[2] + 1)
    nodes = network.nodes if record.nodes is None else record.nodes
    column = {int(place): k for k, place in enumerate(places)}
    outputs = [column[place] for place in network.connectivity.outputs.tolist()]
    variables = {name: frozen(frames[:, k, :, : len(nodes)]) for k, name in enumerate(recipe.monitored)}
    states = variables.pop("s")
    x, current = drive.during(steps - 1)
    return Simulation(
        network=network,
        dt=dt,
        method=f"Brian2, {recipe.kind.name} model, steps of Euler",
        time=frozen((drive.first + steps) * dt),
        nodes=tuple(nodes),
        states=states,
        outputs=frozen(frames[:, 0][:, :, outputs]),
        variables=variables,
        inputs=frozen(np.array(x)),
        currents={network.nodes[place]: frozen(np.array(current[:, :, k])) for k, place in enumerate(drive.places)},
        last=LastState(frozen(last), drive.first + drive.steps, dt, 0, None if recipe.lines is None else frozen(sent)),
    )


def _check_finite(network: Network, last: Floats) -> None:
    wrong = np.argwhere(~np.isfinite(last))
    if wrong.size:
        sample, place = wrong[0].tolist()
        raise DivergenceError(
            f"node {network.nodes[place % len(network.nodes)]!r} of sample {sample} is no longer finite: expected a "
            "network that stays within bounds, such as one with a box, or a shorter dt"
        )
