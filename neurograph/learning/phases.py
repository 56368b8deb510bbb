"""The phases that a rule needs, and the weight change that it reads out of them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from neurograph._arrays import Floats
from neurograph.equations.costs import Cost
from neurograph.equations.dynamics import Dynamics
from neurograph.equations.expression import Expression
from neurograph.errors import ParameterError
from neurograph.kernels import engine
from neurograph.kernels.edge_terms import edge_terms
from neurograph.kernels.program import program
from neurograph.kernels.rule_programs import evaluated, sum_of_terms
from neurograph.learning.rules import Rule
from neurograph.solvers.base import Phase, Solver
from neurograph.solvers.result import Equilibrium, Response, Status
from neurograph.solvers.settle import raise_divergence

CONVERGED = int(Status.CONVERGED)

LARGEST_RESIDUAL = 0.5
"""Largest relative residual of J' d + force with which a sample is learned from."""


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
        not solve J' d + force = 0, because it diverged or did not settle.
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
        others = sum(int(np.count_nonzero(phase.status != CONVERGED)) for phase in self.run)
        return 1.0 - others / (len(self.run) * self.beta.size)

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
    anchor = free.state if rule.transposed else None
    online = rule.expression if rule.kind == "online" else None
    nudged = opposite = clamped = response = None
    if "nudged" in rule.phases and "opposite" in rule.phases:
        # Both nudges in one batch: the samples once with +beta and once more with -beta.
        start, twice = np.concatenate([free.state, free.state]), np.concatenate([y, y])
        both = Phase(start, twice, np.append(strength, -strength), cost, start if rule.transposed else None)
        final = solver.solve(network, both)
        nudged, opposite = final.of(slice(0, batch)), final.of(slice(batch, None))
    elif "nudged" in rule.phases:
        nudged = solver.solve(network, Phase(free.state, y, strength, cost, anchor, rule=online))
    elif "opposite" in rule.phases:
        opposite = solver.solve(network, Phase(free.state, y, -strength, cost, anchor))
    if "clamped" in rule.phases:
        clamped = solver.solve(network, Phase(_clamped(free, y, rule.clamp), clamped=True))
    learned = np.ones(batch, np.bool_)
    if "response" in rule.phases:
        response = solver.respond(free, cost.force_at(free.outputs, y), rule.lift)
        learned = response.residual <= LARGEST_RESIDUAL
    if rule.transposed:
        learned = learned & (
            _residual(free, nudged, opposite, strength, cost.force_at(free.outputs, y)) <= LARGEST_RESIDUAL
        )
    steps = solver.nudged_steps or solver.steps
    return Phases(free, nudged, opposite, clamped, response, strength, learned, steps)


def raise_diverged(rule: Rule, phases: Phases, solver: Solver, samples: NDArray[np.int64] | None = None) -> None:
    """Raise for a nudged or clamped phase that diverged; one that is transposed is only not learned from."""
    for phase in phases.run[1:]:
        if isinstance(phase, Equilibrium) and not rule.transposed:
            raise_divergence(phase, solver, samples=samples)


def _clamped(free: Equilibrium, y: Floats, share: float) -> Floats:
    """Return the free equilibrium with its outputs moved towards their targets."""
    start = free.state.copy()
    outputs = free.network.connectivity.outputs
    start[:, outputs] += share * (y - start[:, outputs])
    return start


def _residual(
    free: Equilibrium,
    nudged: Equilibrium | None,
    opposite: Equilibrium | None,
    beta: NDArray[np.float64],
    force: Floats,
) -> Floats:
    """Return the largest abs(J' d + force) of a transposed contrast d, relative to the largest force."""
    # d = (s_nudged - s_opposite) / 2 beta; where one of the two phases is missing, the free one and beta.
    after = free if nudged is None else nudged
    before = free if opposite is None else opposite
    width = beta * ((nudged is not None) + 1.0 * (opposite is not None))
    with np.errstate(all="ignore"):
        slope = (after.state - before.state) / width[:, None]
        return free.network.transposed_residual(free.state, slope, force)


def weight_change(rule: Rule, phases: Phases) -> tuple[Floats, Floats]:
    """Return the rule's change of each weight (edges,) and of each bias (biased nodes,), a mean over samples.

    A tied edge has the change of the parameter it shares: the sum over the edges of its tie.
    """
    changes, edges = _changes(rule, phases), phases.free.network.weights.size
    ties = phases.free.network.connectivity.ties
    change = changes[:edges]
    return change if ties is None else np.asarray(np.bincount(ties, change)[ties], np.float64), changes[edges:]


def _changes(rule: Rule, phases: Phases) -> Floats:
    """Return the change of each weight and then of each bias by itself, whatever ties it."""
    network, batch = phases.free.network, phases.beta.size
    if rule.kind == "online":
        if phases.nudged is None or phases.nudged.trace is None or phases.nudged.bias_trace is None:
            raise ParameterError("an online rule needs the nudged phase that it was integrated along")
        steps = phases.steps if rule.average else 1
        return np.concatenate([phases.nudged.trace, phases.nudged.bias_trace]) / batch / steps
    edges, biased = network.weights.size, network.connectivity.biased
    if not phases.learned.any():
        return np.zeros(edges + biased.size)
    changes = _sums(rule, phases, "I")
    if biased.size and "post_slope" in rule.expression.symbols and not _bias_is_input(network.dynamics):
        changes[edges:] = _sums(rule, phases, "b")[edges:]
    return changes / batch


def _sums(rule: Rule, phases: Phases, variable: str) -> Floats:
    """Return the sum over samples of a rule, at each edge and bias; a slope is that of the drift in `variable`.

    A bias learns as an edge from one more node, the last row of the tables, which sends 1.
    """
    network, connectivity = phases.free.network, phases.free.network.connectivity
    biased = connectivity.biased
    w = network.weights if not biased.size else np.concatenate([network.weights, network.biases[biased]])
    expression, end = _parted(rule.expression), _end_of_samples if rule.random_sign else _end
    tables = _tables(expression, phases, variable, rule.random_sign)
    some = next(iter(tables.values()))
    samples = some.shape[1]
    terms = edge_terms(expression, end)
    if terms is None:
        tables |= {"beta": _table("beta", phases, variable)} if "beta" in expression.symbols else {}
        at_post = np.array([end(name) != "pre" for name in tables], np.int8)
        pre = np.append(connectivity.pre, np.full(biased.size, len(network.nodes), np.int32))
        post, total = np.append(connectivity.post, biased.astype(np.int32)), np.zeros(w.size)
        whole = program(expression, (*tables, "w"))
        engine.edge_sums(whole, pre, post, tuple(tables.values()), at_post, w, total, samples)
        return total
    sums = np.empty((len(terms), w.size))
    for term, to in zip(terms, sums, strict=True):
        left, right = evaluated(term.pre, tables, some), evaluated(term.post, tables, some)
        engine.products(connectivity.indptr, connectivity.pre, biased, left, right, to, samples)
    return sum_of_terms(terms, sums, w, {} if rule.random_sign else {"beta": float(phases.beta[0])})


def _bias_is_input(dynamics: Dynamics) -> bool:
    """Return whether b enters the drift just as I does."""
    return dynamics.slope("b").text == dynamics.slope("I").text


@lru_cache(maxsize=256)
def _parted(rule: Expression) -> Expression:
    """Return a readout rule with ``pre_leak`` as the sum of its parts by ``w_out`` and by ``w_out_abs``."""
    if "pre_leak" not in rule.symbols:
        return rule
    text = re.sub(r"\bpre_leak\b", "(pre_leak + pre_leak_abs*sign(w))", rule.text)
    return Expression(text, (*rule.vocabulary, "pre_leak_abs"), rule.what)


def _end(symbol: str) -> str:
    """Return the side of an edge that a symbol of a readout rule belongs to; one beta of all samples, to the weight."""
    return {"w": "w", "beta": "w"}.get(symbol, symbol.partition("_")[0])


def _end_of_samples(symbol: str) -> str:
    """Return the side, where each sample has a beta of its own: that of the tables of samples."""
    return "post" if symbol == "beta" else _end(symbol)


def _tables(rule: Expression, phases: Phases, variable: str, random_sign: bool) -> dict[str, Floats]:
    """Return each variable of a rule, by name, as (nodes + 1, samples learned from); the last row sends 1."""
    names = sorted(rule.symbols - ({"w"} if random_sign else {"w", "beta"}))
    tables: dict[str, Floats] = {}
    for name in names or ["pre_free"]:
        what = name.removeprefix("pre_").removeprefix("post_")
        twin = next((table for other, table in tables.items() if other.partition("_")[2] == what), None)
        tables[name] = _table(what, phases, variable) if twin is None else twin
    return tables


def _table(name: str, phases: Phases, variable: str) -> Floats:
    """Return one variable of a rule (nodes + 1, batch); a slope is that of the drift in `variable`."""
    network, free = phases.free.network, phases.free.state
    match name:
        case "beta":
            return np.tile(phases.beta[phases.learned].astype(network.dtype), (free.shape[1] + 1, 1))
        case "slope" if phases.response is not None and variable == "I":
            return _by_node(phases, phases.response.input_slope, 0.0)
        case "slope":
            return _by_node(phases, network.at_nodes(network.dynamics.slope(variable), free), 0.0)
        case "leak" | "leak_abs":
            moving = np.zeros(free.shape[1], free.dtype)
            moving[network.connectivity.free] = 1.0
            slope = network.dynamics.slope({"leak": "w_out", "leak_abs": "w_out_abs"}[name])
            return _by_node(phases, moving * network.at_nodes(slope, free), 0.0)
        case "response" if phases.response is not None:
            return _by_node(phases, phases.response.state, 0.0)
    state = getattr(phases, name.removeprefix("sent_")).state
    return _by_node(phases, network.sent(state) if name.startswith("sent_") else state, 1.0)


def _by_node(phases: Phases, values: Floats, bias: float) -> Floats:
    """Return the values (batch, nodes) of the samples learned from as a table, with one more node's below."""
    if not phases.learned.all():
        values = values[phases.learned]
    table = np.empty((values.shape[1] + 1, values.shape[0]), values.dtype)
    table[:-1] = values.T
    table[-1] = bias
    return table
