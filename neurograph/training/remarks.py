"""What keeps a training run from learning, in words: what was found, and what to do about it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from neurograph._arrays import Floats
from neurograph._checks import warn
from neurograph.equations.intervals import Interval, enclose
from neurograph.equations.neuron import pressed
from neurograph.errors import TrainingWarning
from neurograph.graphs.edge_table import HIDDEN
from neurograph.learning.optimisers import Adam
from neurograph.network.network import Network
from neurograph.pruning.unreachable import reached
from neurograph.solvers.base import Phase
from neurograph.solvers.vector_field import VectorField
from neurograph.training.problem import Problem
from neurograph.training.settling import CAME_APART, PATIENCE, UNSETTLED
from neurograph.training.state import TrainingState

FEW = 0.5
"""Share of the phases that settle, or of the samples that are learned from, below which they are few."""

MANY = 0.5
"""Share of saturated states above which weights or inputs are said to be too large."""

LARGE = 2.0
"""Size up to which neither inputs, nor the sum of the weights into one node, are to be made smaller."""

SMALLER = 100.0
"""How much smaller weights are with which a state is compared that may be saturated."""

UPDATES = 300.0
"""Updates in which Adam should be able to move a weight by the mean size of the weights."""

KEEP = "train with keep=certificates.contracting(rate=0.05), under which they always settle, or "
GO_ON = "go on from there with a smaller learning rate"
"""What to do after a run has come apart; the first where neurons have one variable."""

LISTED = 5
"""Most nodes that a remark names."""

LOOKED_AT = 100
"""Most samples whose states are looked at."""


def remarks_on(problem: Problem, state: TrainingState) -> dict[str, str]:
    """Return what a user should know of a run after its last epoch, by its kind; nothing where all went well."""
    if state.network.dynamics.kind != "rate":
        return {}
    samples = problem.samples(state.held_out)[:LOOKED_AT]
    remedy = GO_ON if state.network.dynamics.variables else KEEP + GO_ON
    found = {
        "paths": no_path(state.network),
        "targets": unreachable_targets(problem, state.network),
        "sizes": saturation(state.network, state.state[samples]) or small_steps(problem, state.network),
        "phases": few_learned_from(problem, state) if state.epochs else "",
        "end": f"{state.finished}: {remedy}" if CAME_APART in state.finished else "",
    }
    return {kind: remark for kind, remark in found.items() if remark}


def warned(problem: Problem, state: TrainingState, said: Collection[str] = ()) -> dict[str, str]:
    """Return what a user should know of a run, and warn of the kinds that were not said before."""
    remarks = remarks_on(problem, state)
    if new := [remark for kind, remark in remarks.items() if kind not in said]:
        warn("\n".join(new), TrainingWarning)
    return remarks


def never_settled(problem: Problem, state: TrainingState) -> bool:
    """Return whether many phases did not settle in any of the last epochs, of a run of which no epoch went well."""
    last = state.history["settled"][-PATIENCE:]
    return state.refuge is None and last.size == PATIENCE and bool(np.all(last < UNSETTLED * _wanted(problem)))


def _wanted(problem: Problem) -> float:
    """Return the share of the phases that should settle: those that are cut short on purpose need not."""
    config = problem.config
    if config.solver.tol == 0.0:
        return 0.0
    return 1.0 if config.solver.nudged_steps is None else 1.0 / (1 + len(config.rule.phases))


def no_path(network: Network) -> str:
    """Return a remark on inputs and outputs that lie in parts of the graph between which no path leads."""
    connectivity = network.connectivity
    driven = reached(connectivity.pre, connectivity.post, connectivity.inputs, len(network.nodes))
    if not connectivity.inputs.size or driven[connectivity.outputs].any():
        return ""
    near = [network.nodes[place] for place in np.flatnonzero(driven & (network.roles == HIDDEN))[:LISTED]]
    instead = f", such as {', '.join(map(repr, near))}" if near else ""
    return (
        "no path leads from any input to any output, so the answer is the same for every x: name other inputs, or "
        f"outputs that an input reaches{instead}"
    )


def unreachable_targets(problem: Problem, network: Network) -> str:
    """Return a remark on targets outside what the outputs reach, where the cost is least at the target itself."""
    cost, y = problem.config.cost, problem.y
    if np.any(cost.force_at(y, y)):
        return ""
    low, high = reach(network)
    outside = (y < low) | (y > high)
    if not outside.any():
        return ""
    sample, output = np.argwhere(outside)[0]
    wide = "" if np.abs(y).max() > 1.0 else ", or take dynamics.additive('tanh'), which reaches -1 to 1"
    return (
        f"y[{sample}] of output {network.outputs[output]!r} is {y[sample, output]:g}, and {outside.mean():.0%} of the "
        f"targets lie outside {low[output]:g} to {high[output]:g}, all that outputs of {network.dynamics.name} reach: "
        f"scale y to lie in it{wide}"
    )


def reach(network: Network) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return bounds of each output's equilibrium, whatever its input and bias: its box, or A/L of ds/dt = A - L s."""
    dynamics, outputs = network.dynamics, network.connectivity.outputs
    any_number = Interval.across(np.full(outputs.size, -np.inf), np.full(outputs.size, np.inf))
    if dynamics.box is not None:
        low, high = (end[outputs].astype(np.float64) for end in network.box)
        return low, high
    if dynamics.leak is None or dynamics.leak.symbols & {"b", "w_out", "w_out_abs"}:
        return any_number.low, any_number.high
    known = {name: Interval.constant(values[outputs]) for name, values in network.constants.items()}
    known |= dict.fromkeys(("I", "b", "w_out", "w_out_abs", *dynamics.variable_names), any_number)
    leak = enclose(dynamics.leak, known).repeated(outputs.size)
    if not np.all(leak.low > 0.0):
        return any_number.low, any_number.high
    drive = enclose(dynamics.drift_equation, known | {"s": Interval.constant(np.zeros(outputs.size))})
    ratio = drive * leak.inverse()
    return np.broadcast_to(ratio.low, outputs.shape), np.broadcast_to(ratio.high, outputs.shape)


def saturation(network: Network, states: Floats) -> str:
    """Return a remark on weights, or inputs, of a size at which neurons no longer respond to what they get."""
    total, largest = _largest_sum(network), np.abs(states[:, network.connectivity.inputs]).max(initial=0.0)
    size = np.abs(network.weights).mean() if network.weights.size else 0.0
    # What has learned may well rest at its bounds: it is weights as large as counts, or inputs, that are at fault.
    share = saturated(network, states) if size > 1.0 or largest > LARGE else 0.0
    if share <= MANY:
        return ""
    remedies = {f"divide x by its largest number, {largest:.3g}": largest}
    remedies[
        "divide the weights by their largest sum into one node, "
        f"network.with_weights(network.weights / {total:.3g}), or take dynamics.deep(), whose leak grows with them"
    ] = total
    what = " and ".join([remedy for remedy, size in remedies.items() if size > LARGE] or remedies)
    return (
        f"{share:.0%} of the states are saturated: with weights of up to {np.abs(network.weights).max():.3g} and "
        f"inputs of up to {largest:.3g}, neurons of {network.dynamics.name} no longer respond, and little can be "
        f"learned; {what}"
    )


def saturated(network: Network, states: Floats) -> float:
    """Return the share of states, of nodes that move, that respond to input only where weights are 100 times smaller.

    A node responds that the box does not hold, and whose drift has a slope by its input of 1 % at least of what it has
    with the smaller weights. So no state counts as saturated that rests at 0 for want of input.
    """
    if not network.weights.size:
        return 0.0
    with np.errstate(all="ignore"):
        held, slope = _response(network, states)
        never, steepest = _response(replace(network, weights=network.weights / SMALLER), states)
    return float(np.mean((held & ~never) | (slope < steepest / SMALLER)))


def _response(network: Network, states: Floats) -> tuple[NDArray[np.bool_], NDArray[np.float64]]:
    """Return where the box holds states of the nodes that move, and the sizes of dg/dI, each (moving, samples)."""
    field, every = VectorField(network, Phase(states)), np.arange(len(states))
    s = network.parted(states)[0].T[field.moving].astype(np.float64)
    held = pressed(s, field.drift(s, every), *(end[field.moving, None] for end in network.box)) != 0
    return held, np.abs(field.slopes(s, every)[1])


def small_steps(problem: Problem, network: Network) -> str:
    """Return a remark on weights above 1, such as counts, beside which Adam's steps, whatever the cost, are small."""
    optimiser, weights = problem.config.optimiser, np.abs(network.weights[network.connectivity.plastic])
    size = weights.mean() if weights.size else 0.0
    if not isinstance(optimiser, Adam) or size <= 1.0 or optimiser.learning_rate * UPDATES >= size:
        return ""
    return (
        f"the weights have a mean size of {size:.3g}, beside which steps of {optimiser.learning_rate:g} are small, and "
        f"learning takes long: take optimisers.adam({size / 50:.2g}), or divide the weights by their largest sum into "
        f"one node, network.with_weights(network.weights / {_largest_sum(network):.3g})"
    )


def _largest_sum(network: Network) -> float:
    """Return the largest sum of the sizes of the weights into one node."""
    return float(np.bincount(network.connectivity.post, np.abs(network.weights)).max(initial=0.0))


def few_learned_from(problem: Problem, state: TrainingState) -> str:
    """Return a remark on phases that did not settle, or samples that were not learned from, in the last epoch."""
    settled, learned = (state.history[name][-1] for name in ("settled", "learned"))
    if settled >= FEW * _wanted(problem) and learned >= FEW and not never_settled(problem, state):
        return ""
    beta = "a smaller beta, " if problem.config.rule.transposed else ""
    return (
        f"in epoch {state.epochs - 1}, {settled:.0%} of the phases settled and {learned:.0%} of the samples were "
        f"learned from: take {beta}smaller weights or a smaller learning rate, more steps of the solver, or a dynamics "
        "that settles whatever its weights, such as dynamics.deep(extra_leak=0.3)"
    )
