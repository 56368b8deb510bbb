"""The linear response of an equilibrium, run in compiled code."""

from __future__ import annotations

from typing import Any

import numpy as np

from neurograph._arrays import Floats
from neurograph.kernels.equations import equations
from neurograph.network.connectivity import PhaseSubgraph, VisitedSubgraph
from neurograph.solvers.arguments import box_of, edges_of, loop_weights, nodes_of, rows_of
from neurograph.solvers.result import Equilibrium, Response

WANTED = frozenset({"rest_slope_s", "rest_slope_I", "transfer_slope"})


def response_call(
    equilibrium: Equilibrium,
    force: Floats,
    lift: float,
    steps: int,
    tol: float,
    stepping: tuple[Floats, int] | None = None,
    contrast: tuple[Floats, Floats, Floats] | None = None,
) -> tuple[Response, tuple[Any, ...]]:
    """Return the d that will solve J' d + force = 0, J the Jacobian at a free equilibrium, by an iteration.

    Further variables of neurons are at rest with it: J is that of :meth:`Network.jacobian`.

    And the arguments with which the engine's ``response`` writes it there. With `stepping`, each sample's dt and
    whether its steps are semi-implicit: Euler's steps of dd/dt = J' d + force. Without: sweeps of Gauss-Seidel in the
    reverse of the free phase's order.

    With `contrast`, the final states of two phases and the width (batch,) over which they are apart, it only writes the
    residual of ``(after - before) / width`` as d.
    """
    network, batch = equilibrium.network, equilibrium.full.shape[0]
    subgraph, weights = network.connectivity.subgraph, network.weights
    wanted = WANTED if network.dynamics.variables else WANTED | {"leak"}  # theirs are not those of the rest slopes
    dt, implicit = stepping or (np.ones(batch), 0)
    loops = loop_weights(network)
    rows: PhaseSubgraph | VisitedSubgraph = rows_of(network)
    recurrent, clamped = edges_of(network, "recurrent"), edges_of(network, "clamped")
    if stepping is None:
        # In the reverse order, what comes back along an edge of the order is of this sweep (fresh), what comes back
        # along an edge against it of the sweep before (stale).
        rows, loops = subgraph.visited, loops[subgraph.schedule.order]
        recurrent, clamped = rows.recurrent.weighted(weights), rows.clamped.weighted(weights)
        fresh, stale = (edges[1].weighted(weights) for edges in (rows.forward, rows.feedback))
    else:
        fresh = stale = edges_of(network, "transposed")
    answer = Response.empty(equilibrium.state)
    return answer, (
        equations(network.dynamics, None, wanted), nodes_of(network, rows, subgraph.moving.size),
        (*rows.outputs, force.shape[1]), recurrent, clamped, fresh, stale,
        box_of(network), equilibrium.full, np.ascontiguousarray(force, network.dtype), lift, dt, implicit, steps, tol,
        stepping is None, loops, contrast,
        (answer.state, answer.input_slope, answer.residual, answer.steps, answer.status),
    )  # fmt: skip
