"""Dale's law: all weights that leave a neuron have one sign, which its node carries in the attribute ``sign``."""

from __future__ import annotations

from typing import Any

import networkx as nx
import numpy as np
from numpy.typing import NDArray

from neurograph._checks import Seed, checked_generator, checked_number, finite_number
from neurograph.errors import GraphError
from neurograph.graphs.columns import Column
from neurograph.graphs.edge_table import BIAS, HIDDEN, EdgeTable, first_unequal
from neurograph.graphs.from_networkx import as_table

SIGNS = {"excitatory": 1, "inhibitory": -1}
"""The values of the attribute in words, and the sign of the weights that each permits, which serves as well."""

WORDS = {sign: word for word, sign in SIGNS.items()} | {0: "without a sign"}


def read_signs(table: EdgeTable) -> NDArray[np.int8]:
    """Return the sign of each node's outgoing weights: 1 (never below 0), -1 (never above) or 0 (any).

    Raises
    ------
    GraphError
        For an unknown sign.
    """
    signs = np.zeros(len(table.nodes), np.int8)
    column = table.of_nodes().get("sign", Column.absent(0))
    where = column.where()
    for place, given in zip(where.tolist(), column.values[where].tolist(), strict=True):
        sign = SIGNS.get(given) if isinstance(given, str) else finite_number(given)
        if sign is None or sign not in SIGNS.values():
            raise GraphError(
                f"node {table.nodes[place]!r} has sign {given!r}: expected {' or '.join(map(repr, SIGNS))}, 1 or -1, "
                "or no sign attribute at all"
            )
        signs[place] = sign
    return signs


def check_signs(table: EdgeTable) -> None:
    """Check that every weight has the sign of its presynaptic node.

    Raises
    ------
    GraphError
        If one has not, or tied edges leave nodes of different signs, or a sign is unknown.
    """
    signs = read_signs(table)
    _check_tied(table, signs)
    if not signs.any():
        return
    wrong = np.flatnonzero(signs[table.pre] * table.weights < 0)
    if wrong.size:
        pre, post = table.edge(wrong[0])
        sign = signs[table.pre[wrong[0]]]
        raise GraphError(
            f"edge {pre!r} -> {post!r} has weight {table.weights[wrong[0]]:g}, but node {pre!r} is {WORDS[sign]}: "
            f"expected a weight {'>=' if sign > 0 else '<='} 0; neurograph.topologies.dale(graph, ...) gives every "
            "weight the sign of its presynaptic node"
        )


def dale(graph: nx.DiGraph[Any] | EdgeTable, inhibitory: float = 0.2, seed: Seed = None) -> nx.DiGraph[Any]:
    """Copy a graph, with every neuron either excitatory or inhibitory, and its outgoing weights of that sign.

    That a neuron does the same at all its synapses is Dale's law [1]_. Inhibitory neurons are drawn among the hidden
    ones; inputs and outputs, whose axons come from and go to elsewhere, are excitatory [2]_. A bias node is no neuron
    and gets no sign. A node that has a sign keeps it. Weights keep their sizes, so the excitatory neurons outweigh the
    inhibitory ones as they outnumber them.

    Parameters
    ----------
    graph : networkx.DiGraph or EdgeTable
        It is not changed.
    inhibitory : float
        Share of the hidden nodes without a sign that become inhibitory, rounded to whole nodes.
    seed : int or numpy.random.Generator, optional
        Without it every call draws anew.

    Returns
    -------
    networkx.DiGraph
        A copy, whose nodes carry ``sign``.

    Raises
    ------
    ParameterError
        If an argument is out of range.
    GraphError
        If the graph cannot be compiled whatever its signs, has an unknown sign, or tied edges come to leave nodes
        of different signs.

    References
    ----------
    .. [1] Dale, Pharmacology and nerve-endings, Proceedings of the Royal Society of Medicine 28, 1935.
    .. [2] Song, Yang and Wang, Training excitatory-inhibitory recurrent neural networks for cognitive tasks, PLoS
       Computational Biology 12:e1004792, 2016: a fifth inhibitory, inputs and outputs not.

    Examples
    --------
    >>> import neurograph as ng
    >>> from neurograph.graphs.topologies import complete
    >>> graph = ng.topologies.dale(complete(inputs=1, hidden=4, outputs=1, seed=0), inhibitory=0.25, seed=1)
    >>> [node for node, sign in graph.nodes(data="sign") if sign == "inhibitory"]
    ['h1']
    >>> max(weight for pre, _, weight in graph.edges(data="weight") if pre == "h1") <= 0.0
    True
    """
    share = checked_number("inhibitory", inhibitory, least=0.0, most=1.0, remark=", the share of the hidden nodes")
    rng = checked_generator(seed)
    table = as_table(graph)
    signs = read_signs(table)
    hidden = np.flatnonzero((signs == 0) & (table.roles == HIDDEN))
    signs[(signs == 0) & (table.roles != BIAS)] = 1
    signs[rng.choice(hidden, round(share * hidden.size), replace=False)] = -1
    _check_tied(table, signs)
    copy = table.to_graph()
    for (node, data), sign in zip(copy.nodes(data=True), signs.tolist(), strict=True):
        if sign:
            data["sign"] = WORDS[sign]
        for _, _, edge in copy.out_edges(node, data=True):
            if sign * edge["weight"] < 0:
                edge["weight"] = -edge["weight"]
    return copy


def _check_tied(table: EdgeTable, signs: NDArray[np.int8]) -> None:
    unequal = None if table.ties is None else first_unequal(table.ties, signs[table.pre])
    if unequal is not None:
        (pre, post), (pre2, post2) = (table.edge(k) for k in unequal)
        one, other = (WORDS[signs[table.pre[k]]] for k in unequal)
        raise GraphError(
            f"edges {pre!r} -> {post!r} and {pre2!r} -> {post2!r} are tied, but node {pre!r} is {one} and "
            f"node {pre2!r} is {other}: expected one sign, for a tie is one shared weight; set the same "
            "graph.nodes[node]['sign'] for both, or remove the ties"
        )
