"""What the attributes of a graph say of its dynamics."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from neurograph._arrays import Floats, frozen
from neurograph.equations.dynamics import deep
from neurograph.equations.neuron import POPULATION, Dynamics
from neurograph.equations.populations import Populations, dynamics_from_dict, each_population
from neurograph.errors import GraphError
from neurograph.graphs.columns import Column
from neurograph.graphs.edge_table import EdgeTable
from neurograph.graphs.wiring import numbers


def chosen_dynamics(attributes: Any) -> Dynamics:
    """Choose what compile() uses when it is told no dynamics."""
    carried = attributes.get("dynamics")
    if carried is None:
        return deep("absolute", extra_leak=0.3)
    return carried if isinstance(carried, Dynamics) else dynamics_from_dict(carried)


def node_parameters(table: EdgeTable, dynamics: Dynamics) -> NDArray[np.float64]:
    """Return the parameters of each node (nodes, parameters): its attribute of that name, or its dynamics' default."""
    each = each_population(dynamics)
    defaults = np.array([[one.defaults.get(name, 0.0) for name in dynamics.defaults] for _, one in each], np.float64)
    values = defaults[population_of(table, dynamics)]
    carried = table.of_nodes()
    for place, name in enumerate(dynamics.defaults):
        if name in carried:
            where = carried[name].where()
            owner = [f"node {table.nodes[node]!r}" for node in where.tolist()]
            remark = f", for it is a parameter of {dynamics.name}"
            values[where, place] = numbers(carried[name].take(where), owner.__getitem__, name, remark)
    return values


def population_of(table: EdgeTable, dynamics: Dynamics) -> NDArray[np.int64]:
    """Return the place of each node's population in ``dynamics.each``, or 0 where there is one dynamics for all.

    Raises
    ------
    GraphError
        If a node is of none.
    """
    count = len(table.nodes)
    if not isinstance(dynamics, Populations):
        return np.zeros(count, np.int64)
    index = {name: place for place, name in enumerate(dynamics.names)}
    named = table.of_nodes().get(POPULATION, Column.absent(count)).cells()
    found = np.array([index.get(name, -1) if isinstance(name, str) else -1 for name in named], np.int64)
    # An input that names no population sends what all of them would.
    free = table.free
    if len({_sends(one) for _, one in dynamics.each}) == 1:
        found[(found < 0) & ~free & np.array([name is None for name in named], np.bool_)] = 0
    if np.any(found < 0):
        place = int(np.argmin(found))
        raise GraphError(_of_none(table.nodes[place], named[place], bool(free[place]), dynamics.names))
    return found


def _sends(dynamics: Dynamics) -> Any:
    read = dynamics.transfer_equation.symbols & set(dynamics.defaults)
    return dynamics.transfer.strip(), tuple((name, dynamics.defaults[name]) for name in sorted(read))


def _of_none(node: Any, own: Any, free: bool, names: Sequence[str]) -> str:
    expected = f"one of {', '.join(map(repr, names))}, the populations of the dynamics"
    if own is None:
        why = "" if free else ", and what it sends is another for each"
        return (
            f"node {node!r} has no population{why}: expected {expected}; set graph.nodes[{node!r}]['population'] = "
            f"{names[0]!r}"
        )
    return (
        f"node {node!r} has the population {own!r}, for which there is no dynamics: expected {expected}; set "
        f"dynamics[{own!r}] = neurograph.dynamics.additive()"
    )


def check_populated(table: EdgeTable, dynamics: Populations) -> None:
    """Refuse a population of which the graph has no node, as a name that was mistyped.

    Raises
    ------
    GraphError
        If there is one, or a node is of none.
    """
    empty = np.setdiff1d(np.arange(len(dynamics.names)), population_of(table, dynamics))
    if empty.size:
        raise GraphError(
            f"dynamics has the population {dynamics.names[empty[0]]!r}, of which the graph has no node: expected only "
            "those that nodes have in the attribute 'population'; leave it out"
        )


def node_boxes(dynamics: Dynamics, population: NDArray[np.int64], dtype: DTypeLike) -> tuple[Floats, Floats]:
    """Return the ends of the box of each node, infinite where it has none."""
    each = dynamics.boxes if isinstance(dynamics, Populations) else (dynamics.box or (-np.inf, np.inf),)
    ends = np.array(each, dtype)[population]
    return frozen(ends[:, 0].copy()), frozen(ends[:, 1].copy())
