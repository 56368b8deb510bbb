"""One run of the objects: the values at its start, the step of its nudge, and its final state."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from neurograph._arrays import Floats
from neurograph.brian.recipe import Recipe
from neurograph.brian.running import Runtime
from neurograph.brian.timing import Timing
from neurograph.kernels.engine import LARGEST
from neurograph.network.network import Network
from neurograph.solvers.result import Equilibrium, Status
from neurograph.solvers.settle import NO_DELAYS

TOLERANCE = 1e-6
"""A sample counts as converged where its residual is at most this, as with the solvers' default."""

Values = dict[str, Any]


@dataclass(frozen=True, eq=False)
class FinalState:
    """The end of a run: arrays (batch, state_size), and the number of its steps."""

    state: Floats
    before: Floats
    sent: Floats
    steps: int


def begin(recipe: Recipe, network: Network, start: Floats, target: Floats | None) -> Values:
    """Return the values that a run from `start` begins with, by the names of the neurons' variables."""
    kind, (s, further) = recipe.kind, network.parted(start.astype(np.float64))
    state, nothing = s.ravel(), np.zeros(s.size)
    values: Values = {"s": state, "s_old": state, "s_free": nothing}
    for name, one in further.items():
        values |= {name: one.ravel(), f"{name}_old": one.ravel()}
    if kind.phase is not None:
        values[kind.phase[0]] = recipe.values[kind.phase[0]]
    if kind.spikes:
        values |= {"I_syn": nothing, "count": nothing}
    if "learning" in recipe.values:
        values["b_trace"] = nothing
        values |= {"sm": state} if kind.spikes else {}
    if target is not None:
        wanted = np.zeros(s.shape)
        wanted[:, network.connectivity.outputs] = target
        values["y"] = wanted.ravel()
    return values


def schedule(recipe: Recipe, timing: Timing, beta: float, now: int, learning: bool = False) -> Values:
    """Return when the nudged phase begins and when spikes are counted: in the free phase while the network learns."""
    values: Values = {"beta": beta, "onset": now + timing.free}
    if recipe.kind.spikes:
        stop_counting = now + timing.free + (0 if learning else timing.nudged)
        values |= {"stop_counting": stop_counting, "start_counting": stop_counting - timing.window}
    if "learning" in recipe.values:
        values["learning"] = float(learning)
    return values


def finish(
    recipe: Recipe, network: Network, runner: Runtime, batch: int, timing: Timing, learning: bool = False
) -> FinalState:
    """Return the final state of a run; while the network learns, that of its free phase, but for further variables."""

    def read(name: str) -> NDArray[np.float64]:
        return runner.read(runner.objects.neurons, name).reshape(batch, -1)

    state = read("s_free" if learning else "s")
    sent = state
    if recipe.kind.spikes:
        seconds = timing.window * float(recipe.dt)
        sent = read("count") / (float(recipe.namespace["rmax"]) * seconds)
    names = network.dynamics.variable_names
    further, earlier = [read(name) for name in names], [read(f"{name}_old") for name in ("s", *names)]
    full, before, carried = (np.concatenate(parts, axis=1) for parts in ([state, *further], earlier, [sent, *further]))
    return FinalState(full, before, carried, timing.free + timing.nudged)


def equilibrium(recipe: Recipe, network: Network, runs: list[FinalState]) -> Equilibrium:
    """Return the final states of several runs as one equilibrium."""
    state, before, sent = (np.concatenate([getattr(run, name) for run in runs]) for name in ("state", "before", "sent"))
    dt = float(recipe.dt / recipe.namespace["time_unit"])
    left_out = "" if network.delays is None or recipe.kind.spikes else f"; {NO_DELAYS}"
    residual = np.max(np.abs(state - before), axis=1, initial=0.0) / dt
    settled = np.where(residual <= TOLERANCE, Status.CONVERGED, Status.STEP_LIMIT)
    status = np.where(residual < LARGEST, settled, Status.DIVERGED).astype(np.int8)
    return Equilibrium(
        network, sent, status, residual, np.full(status.size, runs[0].steps), dt=np.full(status.size, dt),
        method=f"Brian2, {recipe.kind.name} model{left_out}",
    )  # fmt: skip
