"""The linear response of an equilibrium, run in compiled code."""

from __future__ import annotations

import numpy as np

from neurograph._arrays import Floats
from neurograph.kernels import engine
from neurograph.kernels.equations import equations
from neurograph.network.connectivity import PhaseSubgraph, VisitedSubgraph
from neurograph.solvers.arguments import box_of, loop_weights, nodes_of
from neurograph.solvers.result import Equilibrium, Response

WANTED = frozenset({"slope_s", "slope_I", "transfer_slope"})


def linear_response(
    equilibrium: Equilibrium,
    force: Floats,
    lift: float,
    steps: int,
    tol: float,
    stepping: tuple[Floats, bool] | None = None,
) -> Response:
    """Return the solution d of J' d + force = 0, J the Jacobian at a free equilibrium, by an iteration in each sample.

    With `stepping`, each sample's dt and whether its steps are semi-implicit: Euler's steps of dd/dt = J' d + force.
    Without: sweeps of Gauss-Seidel in the reverse of the free phase's order.
    """
    network, state = equilibrium.network, equilibrium.state
    batch, subgraph, weights = state.shape[0], network.connectivity.subgraph, network.weights
    dt, implicit = stepping or (np.ones(batch), False)
    loops = loop_weights(network, subgraph)
    rows: PhaseSubgraph | VisitedSubgraph = subgraph
    if stepping is None:
        # In the reverse order, what comes back along an edge of the order is of this sweep (fresh), what comes back
        # along an edge against it of the sweep before (stale).
        rows, loops = subgraph.visited, loops[subgraph.schedule.order]
        fresh, stale = (edges[1].weighted(weights) for edges in (rows.forward, rows.feedback))
    else:
        fresh = stale = subgraph.transposed.weighted(weights)
    end, input_slope = np.empty_like(state), np.zeros_like(state)
    residual, n_steps, status = np.empty(batch), np.empty(batch, np.int64), np.empty(batch, np.int8)
    engine.response(
        equations(network.dynamics, None, WANTED), nodes_of(network, rows, subgraph.moving.size),
        (*rows.outputs, force.shape[1]), rows.recurrent.weighted(weights), rows.clamped.weighted(weights), fresh, stale,
        box_of(network), state, np.ascontiguousarray(force, state.dtype), lift, dt, implicit, steps, tol,
        stepping is None, loops, (end, input_slope, residual, n_steps, status),
    )  # fmt: skip
    return Response(end, input_slope, status, residual, n_steps)
