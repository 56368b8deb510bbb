"""What the attributes of a graph say of its dynamics."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from neurograph._checks import finite_number
from neurograph.equations.dynamics import Dynamics, deep
from neurograph.errors import GraphError
from neurograph.graphs.edge_table import EdgeTable


def chosen_dynamics(attributes: Any) -> Dynamics:
    """Choose what compile() uses when it is told no dynamics."""
    carried = attributes.get("dynamics")
    if carried is None:
        return deep("absolute", extra_leak=0.3)
    return carried if isinstance(carried, Dynamics) else Dynamics.from_dict(carried)


def node_parameters(table: EdgeTable, dynamics: Dynamics) -> NDArray[np.float64]:
    """Return the parameters of each node (nodes, parameters): its attribute of that name, or the default."""
    values = np.tile(np.array(list(dynamics.defaults.values()), np.float64), (len(table.nodes), 1))
    if not dynamics.defaults or table.node_attributes is None:
        return values
    names = list(dynamics.defaults)
    for place, data in enumerate(table.node_attributes):
        for column, name in enumerate(names):
            if name in data:
                number = finite_number(data[name])
                if number is None:
                    raise GraphError(
                        f"node {table.nodes[place]!r} has {name} {data[name]!r}: expected a finite number, for it is a "
                        f"parameter of {dynamics.name}"
                    )
                values[place, column] = number
    return values
