"""The linear response of an equilibrium, run in compiled code."""

from __future__ import annotations

import numpy as np

from neurograph._arrays import Floats
from neurograph.kernels.machine_code import lanes_for, response_kernel
from neurograph.solvers.arguments import free_edges, loop_weights, neurons
from neurograph.solvers.result import Equilibrium, Response


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
    batch, subgraph = state.shape[0], network.connectivity.subgraph
    dt, implicit = stepping or (np.ones(batch), False)
    back = free_edges(network, "transposed")
    order, fresh, stale = subgraph.schedule.order[:0], back, back
    if stepping is None:
        # In the reverse order, what comes back along an edge of the order is of this sweep (fresh), what comes back
        # along an edge against it of the sweep before (stale).
        order = subgraph.schedule.order
        fresh, stale = (edges[1].weighted(network.weights) for edges in (subgraph.forward, subgraph.feedback))
    end, input_slope = np.empty_like(state), np.zeros_like(state)
    residual, n_steps, status = np.empty(batch), np.empty(batch, np.int64), np.empty(batch, np.int8)
    response_kernel(network.dynamics, lanes_for(batch, network.weights.size), network.dtype_name)(
        (free_edges(network, "recurrent"), free_edges(network, "clamped"), back, fresh, stale),
        neurons(network, subgraph), state, np.ascontiguousarray(force, state.dtype),
        float(lift), dt, implicit, int(steps), float(tol), order,
        loop_weights(network, subgraph), end, input_slope, residual, n_steps, status,
    )  # fmt: skip
    return Response(end, input_slope, status, residual, n_steps)
