"""Biases for a graph that has none: a node that sends to all, or one number for each neuron."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Literal

import numpy as np

from neurograph.errors import ParameterError
from neurograph.graphs.columns import Column
from neurograph.graphs.wiring import Wiring

Bias = bool | Literal["neurons"]

LABEL = "bias"
"""What a bias node is called."""


def checked_bias(bias: Any) -> Any:
    """Return how biases are added, or raise :class:`ParameterError`."""
    if not isinstance(bias, bool) and bias != "neurons":
        raise ParameterError(f"bias is {bias!r}: expected False, True (one bias node) or 'neurons' (a bias for each)")
    return bias


def biased(wiring: Wiring, bias: Bias) -> tuple[Wiring, str]:
    """Add a bias to hidden and output nodes, at first 0, and return in words to how many.

    Raises
    ------
    ParameterError
        If there is a bias node already, or another node is called so.
    """
    roles = wiring.roles()
    free = np.flatnonzero(~np.isin(np.array(roles, object), ("input", "bias")))
    if bias is False:
        return wiring, ""
    if bias == "neurons":
        column = wiring.of_nodes.get("bias", Column.absent(len(roles)))
        without = free if column.present is None else free[~column.present[free]]
        if column.present is None or not without.size:
            return wiring, ""
        given = column.changed(without, np.zeros(without.size))
        return replace(wiring, of_nodes=wiring.of_nodes.having(bias=given)), f"biases of 0 for {without.size} nodes"
    if "bias" in roles or LABEL in wiring.index:
        label = wiring.nodes[roles.index("bias")] if "bias" in roles else LABEL
        raise ParameterError(f"bias is True, but the graph has a node {label!r}: expected False")
    nodes, edges = len(roles), wiring.pre.size
    of_nodes, of_edges = wiring.of_nodes.longer(1), wiring.of_edges.longer(free.size)
    weight = of_edges.get("weight", Column.absent(of_edges.count))
    there = np.ones(of_edges.count, np.bool_) if weight.present is None else weight.present.copy()
    there[edges:] = True  # where the values are 0
    wider = replace(
        wiring,
        nodes=(*wiring.nodes, LABEL),
        pre=np.append(wiring.pre, np.full(free.size, nodes, np.int32)),
        post=np.append(wiring.post, free.astype(np.int32)),
        of_nodes=of_nodes.having(role=Column(np.array([*roles, "bias"], object))),
        of_edges=of_edges.having(weight=Column(weight.values, None if there.all() else there)),
    )
    return wider, f"a bias node added, with edges of weight 0 to {free.size} nodes"
