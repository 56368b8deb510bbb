"""A step of every synapse: what a rule makes of the states of its two ends, within the limits of the weights."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from neurograph._arrays import Floats
from neurograph.equations.expression import Expression
from neurograph.errors import DataError, DivergenceError
from neurograph.kernels import engine
from neurograph.kernels.bindings import Call, threads_for
from neurograph.kernels.program import program
from neurograph.learning.limits import still, within_limits
from neurograph.learning.readout import tied
from neurograph.learning.rule import MODULATOR
from neurograph.network.network import Network
from neurograph.simulation.delay_lines import DelayLines
from neurograph.simulation.plasticity import Plasticity
from neurograph.solvers.arguments import SIZE, sums_out

AT_PRE, AT_POST, OF_ALL = range(3)
"""Which row of a table an edge reads, as the engine has it."""

ALONE = 16
"""How many times as many edges are worth a thread where it starts anew with each step."""

SPEED = Expression("(after - before)/dt", ("after", "before", "dt"), "how fast a state moves")

TO_SUM = program(
    Expression("1 + step(wanted)*step(found)*(wanted/(found + (1 - step(found))) - 1)", ("wanted", "found"), "a scale"),
    ("wanted", "found"),
)
"""By what the weights into a neuron are multiplied so that their sizes add up to a sum; 1 where none is wanted."""

SCALED = program(Expression("w*scale", ("w", "scale"), "a weight of a given sum"), ("w", "scale"))


@dataclass(eq=False)
class Synapses:
    """The synapses of a network that runs, and the calls of the engine that take a step of them.

    With m the rule's mean over samples, r the learning rate and h the step, each step is

        w <- bound(soft(w + h r m, h r l1)),

    then signs and sums of incoming weights are put right; traces z follow z <- z + h (their equation). All read what
    was there before the step of the weights.

    Attributes
    ----------
    network : Network
        Whose weights are those that change.
    plasticity : Plasticity
    lines : DelayLines
        Of these weights.
    dt : float
    samples : int
    """

    network: Network
    plasticity: Plasticity
    lines: DelayLines
    dt: float
    samples: int

    def __post_init__(self) -> None:
        """Allocate the working memory."""
        edges = self.network.weights.size
        self.weights = self.network.weights.copy()
        self.network = replace(self.network, weights=self.weights)
        self.lines, self._follow = self.lines.following(self.network, self.weights)
        self.state = np.zeros((self.samples, self.network.state_size), self.network.dtype)
        self.before, self.after, self.speed = (np.zeros(self.state.shape[::-1], self.state.dtype) for _ in range(3))
        self.traces = np.zeros((len(self.plasticity.rule.traces), edges, self.samples), self.state.dtype)
        self.means = np.zeros(edges)
        double = self.weights.dtype == np.float64
        self.doubles = self.weights if double else self.weights.astype(np.float64)
        self.modulator: Floats | None = None
        self._calls: tuple[Call, ...] = ()

    def load(self, state: Floats, traces: Floats) -> None:
        """Begin at some states (batch, state_size) and traces."""
        self.before[...], self.traces[...] = state.T, traces

    def step(self, state: Floats, modulator: Floats | None, time: float) -> None:
        """Change weights and traces by a step that has led to a state (batch, state_size).

        Raises
        ------
        DataError
            If the modulator is not as it was in the step before, or too large.
        """
        self.state[...] = state
        if modulator is not None:
            self._take_modulator(modulator, time)
        self._calls = self._calls or tuple(self._written())
        engine.run(self._calls)

    def _take_modulator(self, modulator: Floats, time: float) -> None:
        table = np.broadcast_to(modulator, (self.samples,))[None] if modulator.ndim < 2 else modulator.T
        if self.modulator is None:
            self.modulator = np.zeros(table.shape, self.state.dtype)
        if table.shape != self.modulator.shape:
            raise DataError(f"the modulator at time {time:g} has the shape {modulator.shape}: expected that of before")
        with np.errstate(over="ignore"):  # said below
            self.modulator[...] = table
        if not np.isfinite(self.modulator).all():
            raise DataError(
                f"the modulator at time {time:g} is too large for {self.modulator.dtype}: expected numbers that fit"
            )

    def _written(self) -> Iterator[Call]:
        """Write the calls of a step."""
        rule, network, optimiser = self.plasticity.rule, self.network, self.plasticity.optimiser
        edges, fixed = self.weights.size, still(network)
        held = self.weights[fixed]
        # 1. What the ends of the synapses see, and the means over samples of the rule; the traces move.
        yield engine.transpose, (self.state, self.state.shape[1], self.after)
        if {"dpre", "dpost"} & rule.symbols:
            speed = program(SPEED, ("after", "before"), (), (("dt", self.dt),))
            yield engine.evaluate, (speed, (self.after, self.before), self.speed)
        yield self._rule()
        yield engine.take, (self.after, None, self.before)
        # 2. The step of the weights: tied edges together, what is not plastic put back.
        yield from tied(network, self.means)
        rate = np.array(optimiser.rate(0) * self.dt)
        yield from optimiser.calls(self.doubles, self.means, (), edges, rate)
        if self.doubles is not self.weights:
            yield engine.take, (self.doubles, None, self.weights)
        yield from within_limits(network, self.weights, fixed, held)
        if self.plasticity.incoming.any():
            yield from self._normalised(fixed, held)
        if self.doubles is not self.weights:
            yield engine.take, (self.weights, None, self.doubles)
        # 3. What the next step of the states reads of them.
        yield from self._follow
        yield from sums_out(network)

    def _rule(self) -> Call:
        rule, connectivity = self.plasticity.rule, self.network.connectivity
        tables: dict[str, tuple[Floats, int]] = {
            "pre": (self.after, AT_PRE), "post": (self.after, AT_POST), "dpre": (self.speed, AT_PRE),
            "dpost": (self.speed, AT_POST),
        }  # fmt: skip
        if self.modulator is not None:
            tables[MODULATOR] = (self.modulator, OF_ALL if self.modulator.shape[0] == 1 else AT_POST)
        seen = {name: table for name, table in tables.items() if name in rule.symbols}
        names = (*seen, *rule.trace_equations, "w")
        change, *equations = (program(one, names) for one in (rule.expression, *rule.trace_equations.values()))
        ends = np.array([end for _, end in seen.values()], np.int8)
        given = tuple(table for table, _ in seen.values())
        return engine.synapses, (
            change, tuple(equations), connectivity.pre, connectivity.post, given, ends, self.weights, self.traces,
            self.means, self.samples, self.dt, threads_for(self.weights.size // ALONE, self.samples),
        )  # fmt: skip

    def _normalised(self, fixed: NDArray[np.int64], held: Floats) -> Iterator[Call]:
        """Write the calls that scale the plastic weights into each neuron to their sum."""
        size, post = np.empty_like(self.weights), self.network.connectivity.post.astype(np.int64)
        found, wanted = np.empty(len(self.network.nodes)), self.plasticity.incoming.astype(np.float64)
        scale, own = np.empty_like(found), np.empty_like(self.weights)
        yield engine.evaluate, (SIZE, (self.weights,), size)
        if fixed.size:
            yield engine.put, (np.zeros(fixed.size), fixed, size)
        yield engine.add_up, (post, size, found)
        yield engine.evaluate, (TO_SUM, (wanted, found), scale)
        yield engine.take, (scale, post, own)
        yield engine.evaluate, (SCALED, (self.weights, own), self.weights)
        if fixed.size:
            yield engine.put, (held, fixed, self.weights)

    def check(self, time: float) -> None:
        """Refuse a weight or a trace that has left the range of numbers.

        Raises
        ------
        DivergenceError
            If there is one.
        """
        rule, edges = self.plasticity.rule, self.network.edges
        lost, gone = np.flatnonzero(~np.isfinite(self.weights)), np.argwhere(~np.isfinite(self.traces))
        if lost.size and (not gone.size or np.isinf(self.weights).any()):  # else a trace has made them what they are
            pre, post = edges[int(lost[0])]
            raise DivergenceError(
                f"the weight of edge {pre!r} -> {post!r} is {self.weights[lost[0]]} by time {time:g}: expected a "
                f"finite number; lower the learning rate of rule {rule.name}, or give bounds"
            )
        if not gone.size:
            return
        trace, edge, _ = gone[0].tolist()
        pre, post = edges[edge]
        raise DivergenceError(
            f"trace {rule.traces[trace][0]!r} of edge {pre!r} -> {post!r} has left the range of numbers by time "
            f"{time:g}: expected a dt below its time constants; lower dt from {self.dt:g}"
        )
