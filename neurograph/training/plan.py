"""An update as one call: phases, rule and the optimiser's step of a batch, planned once and run in the engine."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from neurograph._arrays import Floats
from neurograph.equations.expression import Expression
from neurograph.kernels import engine
from neurograph.kernels.bindings import Call
from neurograph.kernels.program import program
from neurograph.learning.optimiser import OptimiserState
from neurograph.learning.phases import (
    LARGEST_CONTRAST_RESIDUAL,
    LARGEST_RESIDUAL,
    Phases,
    clamped_start,
    contrast_residual,
    force_on,
)
from neurograph.learning.readout import Ends, Readout, integrated
from neurograph.network.network import Network
from neurograph.solvers.arguments import Which, edges_of, incidence_of, loop_weights, sums_out
from neurograph.solvers.base import Phase
from neurograph.solvers.euler import Euler, OnlineRule
from neurograph.solvers.result import Equilibrium, Response, Status
from neurograph.training.config import TrainingConfig
from neurograph.training.update import LARGEST, Step


class PhasesRun(Protocol):
    """What is known of the phases of a batch, whatever the kind of the neurons."""

    @property
    def settled(self) -> float:
        """Share of the phases that settled."""

    @property
    def learned(self) -> NDArray[np.bool_]:
        """Whether each sample is learned from (batch,)."""

    @property
    def state(self) -> Floats:
        """The states that are kept of the samples (batch, state_size)."""


class Update(NamedTuple):
    """What an update leads to: the network and the optimiser's state after it, and the phases that it ran."""

    network: Network
    optimiser_state: OptimiserState
    phases: PhasesRun


@dataclass(eq=False)
class Plan:
    """The calls of an update of a network, over working memory in which they find the samples and leave the results.

    Attributes
    ----------
    config : TrainingConfig
    start, target, beta : arrays (batch, nodes), (batch, outputs), (batch,)
        The samples: where their free phase starts, their targets and nudging strengths.
    network : Network
        Of which the calls read the working memory's weights, biases and parameters.
    phases : Phases
        Their final states.
    step : Step
        The parameters, which the calls move.
    calls : tuple of Call
        The last returns False where a number is no longer finite, an earlier one where the parts must go one by one:
        where a phase diverged, or a sample is not learned from.
    current : tuple or None
        The network and the optimiser's state that the working memory holds.
    """

    config: TrainingConfig
    start: Floats
    target: Floats
    beta: NDArray[np.float64]
    network: Network
    phases: Phases
    step: Step
    calls: tuple[Call, ...]
    current: tuple[Network, OptimiserState] | None = None

    @classmethod
    def of(cls, network: Network, config: TrainingConfig, batch: int) -> Plan | None:
        """Return the plan of the updates by so many samples; None where there is none, and the parts go one by one.

        There is one if each phase follows its trajectory, whatever the weights, and neurons have one variable.
        """
        rule, connectivity = config.rule, network.connectivity
        method = config.solver.follows(network)
        if network.dynamics.variables or not isinstance(method, Euler):
            return None
        if not connectivity.subgraph.schedule.cyclic.any():
            return None
        if "clamped" in rule.phases and config.solver.follows(network, clamped=True) is None:
            return None
        start = np.empty((batch, len(network.nodes)), network.dtype)
        target = np.empty((batch, connectivity.outputs.size), network.dtype)
        beta, edges = np.full(batch, config.strength), network.weights.size
        step = Step(network, config, np.empty(edges + connectivity.biased.size))
        # A network whose numbers are those of the step: what it has computed of them, the first calls compute anew.
        step.values[:edges] = network.weights
        parameters = network.parameters.copy()
        working = replace(network, weights=step.values[:edges], biases=network.biases.copy(), parameters=parameters)
        online = OnlineRule.of(working, rule.expression) if rule.kind == "online" else None
        phases, calls = _phases(working, config, method, start, target, beta, online)
        if online is None:
            states = {name: getattr(phases, name).state for name in ("free", *rule.phases)}
            slope = None if phases.response is None else phases.response.input_slope
            readout = Readout(rule, Ends(working, states, slope, beta, step.values, step.doubles), config.strength)
            step.changes = readout.changes
            calls += readout.calls
        else:
            calls.insert(0, (engine.take, (np.zeros_like(online.sums), None, online.sums)))
            calls.append(online.integral(step.doubles, step.changes))
            steps = (method.nudged_steps or method.steps) if rule.average else 1
            calls += integrated(working, step.changes, batch, steps)
        first = _derived(working, step.values[edges:], "clamped" in rule.phases)
        return cls(config, start, target, beta, working, phases, step, (*first, *calls, *step.calls))

    def update(
        self, network: Network, state: OptimiserState, start: Floats, y: Floats, beta: float | Floats, epoch: int
    ) -> Update | None:
        """Return what an update by some samples leads to, its phases until the next; None: the parts must say it.

        Raises
        ------
        DivergenceError
            If a weight or bias is no longer finite.
        """
        if self.current is None or self.current[0] is not network or self.current[1] is not state:
            self.step.load(network, state)
            self.network.parameters[...] = network.parameters
            self.network.node_values[:, : network.parameters.shape[1]] = network.parameters
        self.current = None  # until the calls have come to their end
        self.start[...], self.target[...], self.beta[...] = start, y, beta
        self.step.rate[...] = self.config.optimiser.rate(epoch)
        done = engine.run(self.calls)
        if done < len(self.calls) - 1:
            return None
        after = self.step.after(done == len(self.calls), epoch)
        self.current = after if self.config.keep is None else None  # a constraint has perhaps moved it
        return Update(*after, self.phases)


def _phases(
    network: Network,
    config: TrainingConfig,
    method: Euler,
    start: Floats,
    target: Floats,
    beta: NDArray[np.float64],
    online: OnlineRule | None,
) -> tuple[Phases, list[Call]]:
    """Return the phases of a batch and the calls that run them, as :func:`neurograph.learning.phases.run_phases`."""
    rule, cost, batch, calls = config.rule, config.cost, beta.size, list[Call]()

    def settled(phase: Phase, may_diverge: bool, online: OnlineRule | None = None) -> Equilibrium:
        found, arguments = method.call(network, phase, online)
        if found.dt is not None:
            calls.append((engine.take, (found.dt.copy(), None, found.dt)))  # to be chosen anew
        calls.append((engine.euler, arguments))
        if not may_diverge:
            calls.append((engine.at_most, (found.status, int(Status.STEP_LIMIT))))
        return found

    free = settled(Phase(start), may_diverge=False)
    nudges = {"nudged": 1.0, "opposite": -1.0}
    signs = [nudges[name] for name in rule.phases if name in nudges]
    ends: dict[str, Equilibrium] = {}
    response: Response | None = None
    if signs:
        # Both nudges in one batch: the samples once with +beta and once more with -beta.
        many = len(signs) * batch
        begun, targets = np.empty((many, start.shape[1]), start.dtype), np.empty((many, target.shape[1]), start.dtype)
        strength = np.concatenate([sign * beta for sign in signs])
        for k, sign in enumerate(signs):
            part = slice(k * batch, (k + 1) * batch)
            signed = program(Expression("sign*beta", ("sign", "beta"), "a nudge"), ("beta",), (), (("sign", sign),))
            calls.append((engine.take, (free.full, None, begun[part])))
            calls.append((engine.take, (target, None, targets[part])))
            calls.append((engine.evaluate, (signed, (beta,), strength[part])))
        found = settled(
            Phase(begun, targets, strength, cost, begun if rule.transposed else None), rule.transposed, online
        )
        names = [name for name in nudges if name in rule.phases]
        ends |= {name: found.of(slice(k * batch, (k + 1) * batch)) for k, name in enumerate(names)}
    if "clamped" in rule.phases:
        begun, more = clamped_start(free, target, rule.clamp)
        calls += more
        ends["clamped"] = settled(Phase(begun, clamped=True), may_diverge=False)
    if "response" in rule.phases or rule.transposed:
        force, more = force_on(free, target, cost)
        calls += more
    if "response" in rule.phases:
        response, arguments = method.response_call(free, force, rule.lift)
        calls.append((engine.response, arguments))
        calls.append((engine.within, (response.residual, -LARGEST, LARGEST_RESIDUAL)))
    if rule.transposed:
        residual, call = contrast_residual(free, ends.get("nudged"), ends.get("opposite"), beta, force)
        calls += [call, (engine.within, (residual, -LARGEST, LARGEST_CONTRAST_RESIDUAL))]
    nudged, opposite, clamped = (ends.get(name) for name in ("nudged", "opposite", "clamped"))
    return Phases(free, nudged, opposite, clamped, response, beta, np.ones(batch, np.bool_), 0), calls


def _derived(network: Network, biases: Floats, clamped: bool) -> list[Call]:
    """Return the calls that compute anew what the loops read of a network whose weights and biases have changed."""
    connectivity, weights, calls = network.connectivity, network.weights, list[Call]()
    if biases.size:
        calls.append((engine.put, (biases, connectivity.biased, network.biases)))
    kinds: list[Which] = ["recurrent", "clamped", "transposed"]
    for which, of_clamped in [*((kind, False) for kind in kinds), *((kind, True) for kind in kinds[:2] if clamped)]:
        chosen = edges_of(network, which, of_clamped)[2]
        if not np.shares_memory(chosen, weights):
            calls.append((engine.take, (weights, incidence_of(network, which, of_clamped).ids, chosen)))
    places, edges = connectivity.subgraph.loops
    if places.size:
        own = np.empty(places.size, weights.dtype)
        calls += [(engine.take, (weights, edges, own)), (engine.put, (own, places, loop_weights(network)))]
    return calls + sums_out(network)
