"""The arguments of the compiled loops that come from a network and a phase."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from neurograph._arrays import Floats
from neurograph.equations.expression import Expression
from neurograph.equations.populations import BOX, by_population
from neurograph.kernels import engine
from neurograph.kernels.bindings import Call
from neurograph.kernels.program import program
from neurograph.network.connectivity import Edges, Incidence, PhaseSubgraph, VisitedSubgraph
from neurograph.network.network import Network
from neurograph.solvers.base import Phase

SIZE = program(Expression("abs(w)", ("w",), "a weight's size"), ("w",))


def subgraph_of(network: Network, phase: Phase) -> PhaseSubgraph:
    """Return the nodes that move in a phase, and the edges that reach them."""
    return network.connectivity.clamped_subgraph if phase.clamped else network.connectivity.subgraph


def rows_of(network: Network, clamped: bool = False) -> PhaseSubgraph:
    """Return the nodes that move in the order of the rows of Euler's loops: one population after another."""
    if len(set(by_population(network.dynamics.drift_equation))) > 1:
        return network.connectivity.ordered(network.dynamics, network.population, clamped)
    return network.connectivity.clamped_subgraph if clamped else network.connectivity.subgraph


def loop_weights(network: Network, clamped: bool = False) -> Floats:
    """Return the weight of the edge from each node that moves in a phase to itself, by their places."""
    return network.once(_loop_weights, clamped)


def _loop_weights(network: Network, clamped: bool) -> Floats:
    subgraph = network.connectivity.clamped_subgraph if clamped else network.connectivity.subgraph
    places, edges = subgraph.loops
    loops = np.zeros(subgraph.moving.size, network.dtype)
    loops[places] = network.weights[edges]
    return loops


def nodes_of(network: Network, rows: PhaseSubgraph | VisitedSubgraph, moving: int) -> tuple[Any, ...]:
    """Return which node each row is, how many move, and what the equations read of them."""
    seen = network.dynamics.symbols
    # An array that no equation reads stands in for a sum that nobody needs computed.
    out = network.w_out if "w_out" in seen else network.biases
    out_abs = network.w_out_abs if "w_out_abs" in seen else network.biases
    return rows.node, moving, network.biases, out, out_abs, network.node_values


def sums_out(network: Network) -> list[Call]:
    """Return the calls that find anew, of changed weights, ``w_out`` and ``w_out_abs`` where equations read them."""
    weights, calls = network.weights, list[Call]()
    for name in sorted({"w_out", "w_out_abs"} & network.dynamics.symbols):
        sent, sums = weights, np.empty(len(network.nodes))
        if name == "w_out_abs":
            sent = np.empty_like(weights)
            calls.append((engine.evaluate, (SIZE, (weights,), sent)))
        calls.append((engine.add_up, (network.connectivity.pre.astype(np.int64), sent, sums)))
        calls.append((engine.take, (sums, None, getattr(network, name))))
    return calls


def box_of(network: Network) -> tuple[float, float]:
    """Return the box of all nodes, without end where there is none; NaN where each has its own, among its values."""
    if BOX[0] in network.dynamics.node_values:
        return np.nan, np.nan
    return network.dynamics.box or (-np.inf, np.inf)


def leaks_on(network: Network, beta: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Return for which samples (batch,) the leak is linear and, nudged by beta, at no node negative."""
    leaks = leaks_of(network)
    if leaks is None:
        return np.zeros(beta.size, np.bool_)
    # The nudge acts at the outputs alone.
    pulled = np.min(leaks[network.connectivity.nudged >= 0], initial=np.inf)
    return np.asarray(np.all(leaks >= 0.0) & (pulled + beta >= 0.0))


Which = Literal["recurrent", "clamped", "transposed"]


def edges_of(network: Network, which: Which, clamped: bool = False) -> Edges:
    """Return edges of a phase as Euler's loops take them: an :class:`Incidence` of :func:`rows_of`, with weights."""
    return network.once(_weighted, which, clamped)


def incidence_of(network: Network, which: Which, clamped: bool = False) -> Incidence:
    """Return those edges without weights."""
    found: Incidence = getattr(rows_of(network, clamped), which)
    return found


def _weighted(network: Network, which: Which, clamped: bool) -> Edges:
    return incidence_of(network, which, clamped).weighted(network.weights)


def leaks_of(network: Network) -> Floats | None:
    """Return the leak of each free node, or None where the drift is not linear in s."""
    return network.once(_leaks)


def _leaks(network: Network) -> Floats | None:
    leak = network.dynamics.leak
    if leak is None:
        return None
    return network.at_nodes(leak, np.zeros(len(network.nodes), network.dtype))[network.connectivity.free]
