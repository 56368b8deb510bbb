"""What a readout rule reads out of the final states of its phases: the calls of the engine that find every change."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from neurograph._arrays import Floats
from neurograph.equations.expression import Expression
from neurograph.equations.neuron import Dynamics
from neurograph.kernels import engine
from neurograph.kernels.bindings import Call
from neurograph.kernels.edge_terms import edge_terms
from neurograph.kernels.equations import equations, node_program
from neurograph.kernels.program import program
from neurograph.kernels.rule_programs import weighed
from neurograph.learning.rule import Rule
from neurograph.network.network import Network
from neurograph.solvers.arguments import edges_of, nodes_of, rows_of


@dataclass(frozen=True, eq=False)
class Pairs:
    """Pairs of nodes that are no edges, at which a rule is read as at edges of weight 0.

    Attributes
    ----------
    pre : int32 array (pairs,)
        Where each would start.
    indptr : int64 array (nodes + 1,)
        Those that would end at node j are ``indptr[j]`` to ``indptr[j + 1]``.
    """

    pre: NDArray[np.int32]
    indptr: NDArray[np.int64]


@dataclass(frozen=True)
class Ends:
    """The final states of the samples that a rule learns from.

    Attributes
    ----------
    network : Network
        The network whose phases they are.
    states : dict of str to array (batch, state_size)
        The full states by phase: "free", "nudged", "opposite", "clamped", "response", those that there are.
    slope : array (batch, nodes) or None
        dg/dI at the free equilibrium, further variables at rest with it, where the linear response has found it.
    beta : float64 array (batch,)
        The nudging strengths.
    values : array (edges + biased nodes,)
        The weights, then the biases of nodes that have their own; of pairs 0 (pairs,).
    doubles : float64 array (edges + biased nodes,)
        The same.
    pairs : Pairs or None
        Where the rule is read; None: at the edges and the biases.
    """

    network: Network
    states: dict[str, Floats]
    slope: Floats | None
    beta: NDArray[np.float64]
    values: Floats
    doubles: NDArray[np.float64]
    pairs: Pairs | None = None

    @property
    def read_at(self) -> tuple[NDArray[np.int32], NDArray[np.int64], NDArray[np.int64]]:
        """Return where edges start, the places of those into each node, and the nodes whose bias is read."""
        if self.pairs is not None:
            return self.pairs.pre, self.pairs.indptr, np.empty(0, np.int64)
        connectivity = self.network.connectivity
        return connectivity.pre, connectivity.indptr, connectivity.biased


@dataclass
class Readout:
    """The calls that write a rule's mean over samples, at each edge and then at each bias, into `changes`.

    Where ``ends.pairs`` are given, at each of them.

    A bias learns as an edge from one more node, the last row of every table, which sends 1. A tied edge has the change
    of the parameter that it shares: the sum over the edges of its tie.
    """

    rule: Rule
    ends: Ends
    beta: float
    calls: list[Call] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Write the calls."""
        network, rule, batch = self.ends.network, self.rule, self.ends.beta.size
        pre, _, biased = self.ends.read_at
        edges = pre.size
        self.changes = np.empty(edges + biased.size)
        self._write("I", self.changes, batch)
        if biased.size and "post_slope" in rule.expression.symbols and not _bias_is_input(network.dynamics):
            others = np.empty_like(self.changes)
            self._write("b", others, batch)
            self.calls.append((engine.take, (others[edges:], None, self.changes[edges:])))
        if self.ends.pairs is None:
            self.calls += tied(network, self.changes)

    def _write(self, variable: str, changes: NDArray[np.float64], batch: int) -> None:
        """Write the calls for the means; a slope is that of the drift in `variable`."""
        (pre, indptr, biased), random_sign = self.ends.read_at, self.rule.random_sign
        expression, end = parted(self.rule.expression), _end_of_samples if random_sign else _end
        tables = self._tables(expression, variable, {"w"} if random_sign else {"w", "beta"})
        terms = edge_terms(expression, end)
        constants = () if random_sign else (("beta", self.beta),)
        if terms is None:
            # Not a sum of products: the rule itself, over the samples of every edge.
            names, nodes = tuple(tables), len(self.ends.network.nodes)
            at_post = np.array([end(name) != "pre" for name in names], np.int8)
            post = np.repeat(np.arange(nodes, dtype=np.int32), np.diff(indptr))
            pre, post = np.append(pre, np.full(biased.size, nodes, np.int32)), np.append(post, biased.astype(np.int32))
            whole, sums = program(expression, (*names, "w"), (), constants), np.empty((1, changes.size))
            self.calls.append(
                (engine.edge_sums, (whole, pre, post, tuple(tables.values()), at_post, self.ends.values, sums, batch))
            )
        else:
            # sum_t h_t(w) P_t(pre) Q_t(post): products of rows of tables, then h.
            sums = np.empty((len(terms), changes.size))
            for term, to in zip(terms, sums, strict=True):
                left, right = self._evaluated(term.pre, tables), self._evaluated(term.post, tables)
                self.calls.append((engine.products, (indptr, pre, biased, left, right, to, batch)))
        self.calls.append(weighed(terms, sums, self.ends.doubles, changes, batch, constants))

    def _evaluated(self, equation: Expression, tables: dict[str, Floats]) -> Floats:
        """Return an expression over tables, as a table."""
        names = tuple(sorted(equation.symbols))
        if names == (equation.text,):
            return tables[names[0]]
        result = np.empty_like(next(iter(tables.values())))
        self.calls.append((engine.evaluate, (program(equation, names), tuple(tables[name] for name in names), result)))
        return result

    def _tables(self, rule: Expression, variable: str, others: set[str]) -> dict[str, Floats]:
        """Return each variable of a rule but the others, by name, as (nodes + 1, batch); the last row sends 1."""
        tables: dict[str, Floats] = {}
        for name in sorted(rule.symbols - others) or [f"pre_{next(iter(self.ends.states))}"]:
            what = name.removeprefix("pre_").removeprefix("post_")
            twin = next((table for other, table in tables.items() if other.partition("_")[2] == what), None)
            tables[name] = self._table(what, variable) if twin is None else twin
        return tables

    def _table(self, what: str, variable: str) -> Floats:
        ends, network = self.ends, self.ends.network
        batch, nodes, dynamics = ends.beta.size, len(network.nodes), network.dynamics
        table = np.zeros((nodes + 1, batch), network.dtype)
        match what:
            case "beta":
                self.calls.append((engine.take, (ends.beta, np.tile(np.arange(batch), nodes + 1), table)))
            case "slope" if ends.slope is not None and variable == "I":
                self._transpose(ends.slope, table)
            case "slope" | "leak" | "leak_abs":
                by = {"slope": variable, "leak": "w_out", "leak_abs": "w_out_abs"}[what]
                self._tabulate(node_program(dynamics, dynamics.rest_slope(by)), "free", table)
            case _:
                phase, table[-1] = what.removeprefix("sent_"), what not in ("response", "rate", "visible")
                if what == phase or dynamics.transfer.strip() == "s":
                    self._transpose(np.ascontiguousarray(network.parted(ends.states[phase])[0]), table)
                else:
                    transfer = program(dynamics.transfer_equation, ("s",), dynamics.node_values)
                    self._tabulate(transfer, phase, table)
        return table

    def _transpose(self, values: Floats, table: Floats) -> None:
        self.calls.append((engine.transpose, (values, values.shape[1], table[:-1])))

    def _tabulate(self, equation: Any, phase: str, table: Floats) -> None:
        network, subgraph = self.ends.network, rows_of(self.ends.network)
        arguments = (
            equation, equations(network.dynamics, None, frozenset()),
            nodes_of(network, subgraph, subgraph.moving.size),
            (*subgraph.outputs, network.connectivity.outputs.size),
            edges_of(network, "recurrent"), edges_of(network, "clamped"), self.ends.states[phase], table[:-1],
        )  # fmt: skip
        self.calls.append((engine.tabulate, arguments))


def tied(network: Network, changes: Floats) -> list[Call]:
    """Return the calls that give each tied edge the change of what it shares: the sum over the edges of its tie."""
    ties, own = network.connectivity.ties, changes[: network.weights.size]
    if ties is None:
        return []
    shared = np.empty(int(ties.max()) + 1)
    return [(engine.add_up, (ties, own, shared)), (engine.take, (shared, ties, own))]


def integrated(network: Network, changes: Floats, batch: int, steps: int) -> list[Call]:
    """Return the calls that make, of an online rule's integral in `changes`, its mean over samples and steps."""
    mean = Expression(f"integral/{batch}/{steps}", ("integral",), "the mean of an online rule")
    return [(engine.evaluate, (program(mean, ("integral",)), (changes,), changes)), *tied(network, changes)]


def _bias_is_input(dynamics: Dynamics) -> bool:
    """Return whether b enters the drift just as I does."""
    return dynamics.rest_slope("b").text == dynamics.rest_slope("I").text


@lru_cache(maxsize=256)
def parted(rule: Expression) -> Expression:
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
