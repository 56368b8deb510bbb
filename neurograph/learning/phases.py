"""The phases that a rule needs, and the weight change that it reads out of them."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from neurograph._arrays import Floats
from neurograph.equations.costs import Cost
from neurograph.equations.expression import Expression
from neurograph.errors import ParameterError
from neurograph.kernels import engine
from neurograph.kernels.bindings import Call
from neurograph.kernels.equations import cost_programs, output_program
from neurograph.learning.readout import Ends, Pairs, Readout, integrated
from neurograph.learning.rule import Rule
from neurograph.solvers.base import Phase, Solver
from neurograph.solvers.linear_response import response_call
from neurograph.solvers.result import Equilibrium, Response, Status
from neurograph.solvers.settle import raise_divergence

CONVERGED = int(Status.CONVERGED)

LARGEST_RESIDUAL = 0.5
"""Largest relative residual of J' d + force with which a sample is learned from, d its linear response."""

LARGEST_CONTRAST_RESIDUAL = 0.25
"""The same where d is a contrast of finite nudges, that may be too large for the network.

Of a leak l nudged by beta, d is beta^2 / (l^2 - beta^2) too long, and that is its residual. In larger networks errors
along directions that hardly leak exceed it. Of 6380 samples of drawn networks nudged by 0.001 to 0.5, 0.25 refuses
none whose d is within 0.1 of the response, and of those that pass 1 in 25 is more than 0.3 off; at 0.5, 1 in 8.
"""


@dataclass(frozen=True, eq=False)
class Phases:
    """The final states of the phases of a batch.

    Attributes
    ----------
    free : Equilibrium
    nudged, opposite, clamped : Equilibrium or None
        Those that the rule needs.
    response : Response or None
    beta : array (batch,)
        The nudging strength of each sample, with its sign.
    learned : bool array (batch,)
        Whether the sample is learned from: not where the linear response, or the contrast of transposed phases, does
        not solve J' d + force = 0, because it diverged or did not settle, or beta is too large beside a leak.
    steps : int
        Number of steps over which an averaging rule is averaged: the most that the nudged phase may take.
    """

    free: Equilibrium
    nudged: Equilibrium | None
    opposite: Equilibrium | None
    clamped: Equilibrium | None
    response: Response | None
    beta: NDArray[np.float64]
    learned: NDArray[np.bool_]
    steps: int

    @property
    def settled(self) -> float:
        """Share of the phases that converged."""
        run, others = self.run, 0
        for phase in run:
            others += int(np.count_nonzero(phase.status != CONVERGED))
        return 1.0 - others / (len(run) * self.beta.size)

    @property
    def state(self) -> Floats:
        """The full states of the free phase (batch, state_size)."""
        return self.free.full

    @property
    def run(self) -> list[Equilibrium | Response]:
        """The phases that were run, in their order."""
        every = (self.free, self.nudged, self.opposite, self.clamped, self.response)
        return [phase for phase in every if phase is not None]


def drawn_strength(rule: Rule, beta: float, batch: int, rng: np.random.Generator) -> float | Floats:
    """Return the nudging strength, and where the rule draws its sign, one for each sample."""
    return beta * (2.0 * rng.integers(0, 2, batch) - 1.0) if rule.random_sign else beta


def run_phases(rule: Rule, free: Equilibrium, y: Floats, beta: float | Floats, cost: Cost, solver: Solver) -> Phases:
    """Run, from the free equilibrium, the other phases that a rule needs."""
    network, batch = free.network, free.state.shape[0]
    strength = np.full(batch, beta, np.float64)
    anchor = free.full if rule.transposed else None
    online = rule.expression if rule.kind == "online" else None
    nudged = opposite = clamped = response = None
    if "nudged" in rule.phases and "opposite" in rule.phases:
        # Both nudges in one batch: the samples once with +beta and once more with -beta.
        start, twice = np.concatenate([free.full, free.full]), np.concatenate([y, y])
        both = Phase(start, twice, np.append(strength, -strength), cost, start if rule.transposed else None)
        final = solver.solve(network, both)
        nudged, opposite = final.of(slice(0, batch)), final.of(slice(batch, None))
    elif "nudged" in rule.phases:
        nudged = solver.solve(network, Phase(free.full, y, strength, cost, anchor, rule=online))
    elif "opposite" in rule.phases:
        opposite = solver.solve(network, Phase(free.full, y, -strength, cost, anchor))
    if "clamped" in rule.phases:
        begun, calls = clamped_start(free, y, rule.clamp)
        engine.run(calls)
        clamped = solver.solve(network, Phase(begun, clamped=True))
    learned = np.ones(batch, np.bool_)
    if "response" in rule.phases or rule.transposed:
        force, calls = force_on(free, y, cost)
        engine.run(calls)
    if "response" in rule.phases:
        response = solver.respond(free, force, rule.lift)
        learned = response.residual <= LARGEST_RESIDUAL
    if rule.transposed:
        residual, call = contrast_residual(free, nudged, opposite, strength, force)
        engine.run((call,))
        learned = learned & (residual <= LARGEST_CONTRAST_RESIDUAL)
    steps = solver.nudged_steps or solver.steps
    return Phases(free, nudged, opposite, clamped, response, strength, learned, steps)


def raise_diverged(rule: Rule, phases: Phases, solver: Solver, samples: NDArray[np.int64] | None = None) -> None:
    """Raise for a nudged or clamped phase that diverged; one that is transposed is only not learned from."""
    for phase in phases.run[1:]:
        if isinstance(phase, Equilibrium) and not rule.transposed:
            raise_divergence(phase, solver, samples=samples)


def _at_outputs(equilibrium: Equilibrium) -> NDArray[np.int64]:
    """Return the places of the outputs (batch * outputs,) in the numbers of its full state."""
    batch, stride = equilibrium.full.shape
    return np.ravel(stride * np.arange(batch)[:, None] + equilibrium.network.connectivity.outputs)


def clamped_start(free: Equilibrium, y: Floats, share: float) -> tuple[Floats, tuple[Call, ...]]:
    """Return where a clamped phase starts: at free, its outputs moved by a share towards y; once the calls have run."""
    places, targets = _at_outputs(free), np.ascontiguousarray(y, free.full.dtype)
    state, outputs = np.ascontiguousarray(free.full), np.empty_like(targets)
    start = np.empty_like(state)
    moved = output_program(
        Expression("s + share*(y - s)", ("s", "y", "share"), "a clamped output"), (("share", share),)
    )
    return start, (
        (engine.take, (state, None, start)),
        (engine.take, (state, places, outputs)),
        (engine.evaluate, (moved, (outputs, targets, outputs), outputs)),
        (engine.put, (outputs, places, start)),
    )


def force_on(free: Equilibrium, y: Floats, cost: Cost) -> tuple[Floats, tuple[Call, ...]]:
    """Return the cost's force on the outputs (batch, outputs) at free equilibria, once the calls have run."""
    targets = np.ascontiguousarray(y, free.full.dtype)
    outputs, shares, force = (np.empty_like(targets) for _ in range(3))
    programs = cost_programs(cost, frozenset())
    calls: list[Call] = [(engine.take, (np.ascontiguousarray(free.full), _at_outputs(free), outputs))]
    if cost.coupled:
        calls.append((engine.evaluate, (programs["normaliser"], (outputs,), shares)))
        calls.append((engine.log_shares, (shares, shares.shape[1])))
    calls.append((engine.evaluate, (programs["force"], (outputs, targets, shares if cost.coupled else outputs), force)))
    return force, tuple(calls)


def contrast_residual(
    free: Equilibrium,
    nudged: Equilibrium | None,
    opposite: Equilibrium | None,
    beta: NDArray[np.float64],
    force: Floats,
) -> tuple[Floats, Call]:
    """Return the largest abs(J' d + force) of a transposed contrast d, relative to the largest force (batch,)."""
    # d = (s_nudged - s_opposite) / 2 beta; where one of the two phases is missing, the free one and beta.
    after, before = (np.ascontiguousarray((free if end is None else end).state) for end in (nudged, opposite))
    width = beta * ((nudged is not None) + 1.0 * (opposite is not None))
    stepping = np.ones(beta.size), 0
    answer, arguments = response_call(free, force, 0.0, 1, 0.0, stepping, (after, before, width))
    return answer.residual, (engine.response, arguments)


def weight_change(rule: Rule, phases: Phases) -> tuple[Floats, Floats]:
    """Return the rule's change of each weight (edges,) and of each bias (biased nodes,), a mean over samples.

    A tied edge has the change of the parameter it shares: the sum over the edges of its tie.
    """
    network, batch = phases.free.network, phases.beta.size
    edges, biased = network.weights.size, network.connectivity.biased
    if rule.kind == "online":
        if phases.nudged is None or phases.nudged.trace is None or phases.nudged.bias_trace is None:
            raise ParameterError("an online rule needs the nudged phase that it was integrated along")
        changes = np.concatenate([phases.nudged.trace, phases.nudged.bias_trace])
        engine.run(tuple(integrated(network, changes, batch, phases.steps if rule.average else 1)))
        return changes[:edges], changes[edges:]
    if not phases.learned.any():
        return np.zeros(edges), np.zeros(biased.size)
    values = np.concatenate([network.weights, network.biases[biased]])
    readout = Readout(rule, _ends(phases, values), float(phases.beta[0]))
    engine.run(tuple(readout.calls))
    changes = readout.changes * (np.count_nonzero(phases.learned) / batch)
    return changes[:edges], changes[edges:]


def pair_change(rule: Rule, phases: Phases, pairs: Pairs) -> Floats:
    """Return what a readout rule would change at pairs of nodes (pairs,), were they edges of weight 0: a mean."""
    if not phases.learned.any():
        return np.zeros(pairs.pre.size)
    values = np.zeros(pairs.pre.size, phases.free.network.dtype)
    readout = Readout(rule, replace(_ends(phases, values), pairs=pairs), float(phases.beta[0]))
    engine.run(tuple(readout.calls))
    return readout.changes * (np.count_nonzero(phases.learned) / phases.beta.size)


def _ends(phases: Phases, values: Floats) -> Ends:
    """Return the final states of the samples that are learned from."""
    learned, response = phases.learned, phases.response
    by_name = {"free": phases.free, "nudged": phases.nudged, "opposite": phases.opposite, "clamped": phases.clamped}
    states = {name: np.ascontiguousarray(phase.full) for name, phase in by_name.items() if phase is not None}
    states |= {} if response is None else {"response": np.ascontiguousarray(response.state)}
    slope = None if response is None else np.ascontiguousarray(response.input_slope)
    if not learned.all():
        states = {name: state[learned] for name, state in states.items()}
        slope = None if slope is None else slope[learned]
    return Ends(phases.free.network, states, slope, phases.beta[learned], values, values.astype(np.float64))
