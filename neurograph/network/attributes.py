"""What the attributes of a graph say of its dynamics."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from neurograph.equations.dynamics import Dynamics, deep
from neurograph.graphs.edge_table import EdgeTable
from neurograph.graphs.wiring import numbers


def chosen_dynamics(attributes: Any) -> Dynamics:
    """Choose what compile() uses when it is told no dynamics."""
    carried = attributes.get("dynamics")
    if carried is None:
        return deep("absolute", extra_leak=0.3)
    return carried if isinstance(carried, Dynamics) else Dynamics.from_dict(carried)


def node_parameters(table: EdgeTable, dynamics: Dynamics) -> NDArray[np.float64]:
    """Return the parameters of each node (nodes, parameters): its attribute of that name, or the default."""
    values = np.tile(np.array(list(dynamics.defaults.values()), np.float64), (len(table.nodes), 1))
    carried = table.of_nodes()
    for place, name in enumerate(dynamics.defaults):
        if name in carried:
            where = carried[name].where()
            owner = [f"node {table.nodes[node]!r}" for node in where.tolist()]
            remark = f", for it is a parameter of {dynamics.name}"
            values[where, place] = numbers(carried[name].take(where), owner.__getitem__, name, remark)
    return values
