"""compile(): a graph and a dynamics become a Network of frozen arrays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import networkx as nx
import numpy as np
from numpy.typing import DTypeLike, NDArray

from neurograph._arrays import Floats, frozen
from neurograph._checks import check_memory
from neurograph.equations.neuron import Dynamics
from neurograph.equations.populations import Populations, each_population
from neurograph.errors import GraphError, ParameterError
from neurograph.graphs.edge_table import INPUT, EdgeTable
from neurograph.graphs.from_networkx import as_table
from neurograph.graphs.signs import check_signs
from neurograph.network.attributes import check_populated, chosen_dynamics, node_parameters, population_of
from neurograph.network.connectivity import Connectivity
from neurograph.network.delays import check_no_delays, read_delays
from neurograph.network.network import Network
from neurograph.network.symmetry import one_way, one_way_message
from neurograph.network.unitary import check_real, unitary_network

LISTED = 5
"""Bytes an edge, beside its weight, that a list of the edges among free nodes takes at most."""


def compile(
    graph: nx.DiGraph[Any] | EdgeTable | Network,
    dynamics: Dynamics | Mapping[str, Dynamics] | None = None,
    dtype: DTypeLike = np.float64,
) -> Network:
    """Compile a directed graph to a :class:`Network`.

    Parameters
    ----------
    graph : networkx.DiGraph, EdgeTable or Network
        Any directed graph with weighted edges and at least one output node; see :mod:`neurograph.graphs.edge_table`
        for the attributes, and :mod:`neurograph.topologies` for builders. It is not changed, and later changes to it
        do not reach the network. A network is compiled anew, as its graph says.
    dynamics : Dynamics or mapping of str to Dynamics, optional
        How a neuron moves; a mapping says it of each population, by what nodes have in the attribute ``population``.
        Without it: the one the graph carries in its attribute ``dynamics``, else DEEP with the absolute leak and 0.3
        of extra leak, which settles whatever the weights.
    dtype : float64 or float32
        Type of every number; with ``dynamics.unitary()`` weights are complex128, and all else float64.

    Returns
    -------
    Network
        Ready for :func:`neurograph.settle`, :func:`neurograph.train` and all else.

    Raises
    ------
    GraphError
        If the graph cannot be compiled, or does not go with the dynamics.
    GraphTooLargeError
        If the machine has not the memory. Where some edges come from inputs, compiled and settled the network takes
        at most 9 bytes an edge in float32 beside the table, and 13 in float64; 4 or 8 more where the table's weights
        are of the other type.
    ParameterError
        If `dynamics` or `dtype` is something else.

    Examples
    --------
    >>> import networkx as nx
    >>> graph = nx.DiGraph([("x", "y", {"weight": 0.5})])
    >>> graph.nodes["x"]["role"], graph.nodes["y"]["role"] = "input", "output"
    >>> network = compile(graph)
    >>> network
    Network(deep (absolute leak): 2 nodes (1 input, 1 output), 1 edges)
    >>> print(network.dynamics)
    ds/dt = I - s*(w_out_abs + extra_leak)
    """
    number = number_type(dtype)
    table = as_table(graph)
    carried = chosen_dynamics(table.attributes or {})
    dynamics = carried if dynamics is None else dynamics
    if isinstance(dynamics, Mapping):
        dynamics = Populations.of(dynamics)
        check_populated(table, dynamics)
    if not isinstance(dynamics, Dynamics):
        raise ParameterError(
            f"dynamics is {dynamics!r}: expected a neurograph.Dynamics, such as neurograph.dynamics.deep()"
        )
    if dynamics.kind == "unitary":
        return unitary_network(table, dynamics, number)
    check_real(table, dynamics)
    _check_memory(table, number)
    _check_dynamics(table, dynamics)
    check_signs(table)
    read_delays(table)  # so that a delay that is none is refused here
    return Network(
        connectivity=Connectivity.of(table),
        dynamics=dynamics,
        weights=numbers_of_type(table.weights, number, "weight"),
        biases=numbers_of_type(np.nan_to_num(table.biases, nan=0.0), number, "bias"),
        parameters=numbers_of_type(node_parameters(table, dynamics), number, "parameter"),
    )


def numbers_of_type(values: NDArray[Any], number: np.dtype[Any], what: str) -> Floats:
    """Return numbers in a type, or raise :class:`GraphError` where one is too large for it."""
    if values.dtype == number:
        return frozen(values)
    with np.errstate(over="ignore"):
        cast = values.astype(number)
    lost = values[~np.isfinite(cast)]
    if lost.size:
        raise GraphError(f"a {what} is {lost.flat[0]:g}, too large for {number}: compile with dtype='float64'")
    return frozen(cast)


def number_type(dtype: DTypeLike) -> np.dtype[Any]:
    """Return float64 or float32, or raise :class:`ParameterError`."""
    try:
        number = np.dtype(dtype)
    except TypeError:
        number = np.dtype(object)
    if number not in (np.dtype(np.float64), np.dtype(np.float32)):
        raise ParameterError(f"dtype is {dtype!r}: expected float64 or float32")
    return number


def _check_memory(table: EdgeTable, number: np.dtype[Any]) -> None:
    """Refuse what does not fit: the weights, where they are of another type, and the edges among free nodes."""
    count = table.pre.size
    needed = count * (LISTED + number.itemsize * (1 if table.weights.dtype == number else 2))
    remedy = "compile with dtype='float32', or " if number == np.float64 else ""
    check_memory(needed, f"compiling {count} edges", f"{remedy}close other programs, or use a machine with more")


def _check_dynamics(table: EdgeTable, dynamics: Dynamics) -> None:
    each = [one for _, one in each_population(dynamics)]
    population = population_of(table, dynamics)
    if not all(one.self_loops for one in each):
        _check_loops(table, each, population)
    biased = np.flatnonzero(np.isfinite(table.biases) & ~np.array([one.uses_bias for one in each])[population])
    if biased.size:
        own = each[population[biased[0]]]
        raise GraphError(
            f"node {table.nodes[biased[0]]!r} has a bias, but {own.name} has no b in its drift {own.drift!r}: remove "
            "the attribute, or add a node with role 'bias' and an edge from it"
        )
    if dynamics.kind == "binary" and np.any(table.roles == INPUT):
        node = table.nodes[int(np.argmax(table.roles == INPUT))]
        raise GraphError(
            f"node {node!r} has the role 'input', but binary neurons have none: expected 'output', the role of visible "
            "neurons; neurograph.sample(network, x) holds them at x"
        )
    if dynamics.kind != "rate":
        check_no_delays(table, dynamics.kind)
    if dynamics.symmetric:
        wrong = one_way(table.pre, table.post, table.weights, table.free)
        if wrong is not None:
            raise GraphError(one_way_message(table.edge(wrong), dynamics))


def _check_loops(table: EdgeTable, each: Sequence[Dynamics], population: NDArray[np.int64]) -> None:
    span = table.post
    span -= table.pre
    forbidden = np.array([not one.self_loops for one in each])
    loops = np.flatnonzero(span == 0) if np.count_nonzero(span) < span.size else np.empty(0, np.int64)
    wrong = loops[forbidden[population[table.pre[loops]]]]
    if wrong.size:
        place = table.pre[wrong[0]]
        node = table.nodes[place]
        raise GraphError(
            f"edge {node!r} -> {node!r} is a self-loop, which {each[population[place]].name} forbids (what it sends to "
            "itself it also loses): expected none; remove it with graph.remove_edge(node, node)"
        )


def check_symmetric(network: Network, rule: str | None = None) -> None:
    """Refuse to train edges that have to be symmetric and are free to become otherwise.

    They have to where the dynamics says so, or the rule, which is then given by its name.

    Raises
    ------
    GraphError
        If an edge between free nodes and the edge back are not tied.
    """
    connectivity = network.connectivity
    if not network.dynamics.symmetric and rule is None:
        return
    groups = np.arange(connectivity.pre.size) if connectivity.ties is None else connectivity.ties
    own, free = np.where(connectivity.plastic, groups, -1), connectivity.table.free
    wrong = one_way(connectivity.pre, connectivity.post, own, free)
    if wrong is None and rule is not None:
        wrong = one_way(connectivity.pre, connectivity.post, network.weights, free)
    if wrong is not None:
        pre, post = network.edges[wrong]
        who = f"the rule {rule}" if rule is not None else network.dynamics.name
        any_graph = "variational_probability_flow" if network.dynamics.kind == "binary" else "asymmetric_ep"
        other = f", or rules.{any_graph}() learns on any graph" if rule is not None else ""
        raise GraphError(
            f"edges {pre!r} -> {post!r} and back are not tied, so learning would make them differ, but {who} needs "
            f"W_ij = W_ji: neurograph.topologies.symmetric(graph) ties every pair{other}"
        )
