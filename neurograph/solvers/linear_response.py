"""The linear response of an equilibrium, run in compiled code."""

from __future__ import annotations

import numpy as np

from neurograph._arrays import Floats
from neurograph.kernels.machine_code import lanes_for, response_kernel
from neurograph.solvers.arguments import (
    clamped,
    loop_weights,
    neurons,
    recurrent,
    transposed,
)
from neurograph.solvers.result import Equilibrium, Response


def responded(
    equilibrium: Equilibrium,
    force: Floats,
    lift: float,
    steps: int,
    tol: float,
    stepping: tuple[Floats, bool] | None = None,
) -> Response:
    """Return the linear response: `stepping` in steps of each sample's dt, implicit or not; else in sweeps back."""
    network, state = equilibrium.network, equilibrium.state
    batch, subgraph = state.shape[0], network.connectivity.subgraph
    dt, implicit = stepping or (np.ones(batch), False)
    order, back = subgraph.schedule.order[:0], transposed(network)
    fresh = stale = back
    if stepping is None:
        order = subgraph.schedule.order
        fresh, stale = (edges[1].weighted(network.weights) for edges in (subgraph.forward, subgraph.feedback))
    end, input_slope = np.empty_like(state), np.zeros_like(state)
    residual, n_steps, status = np.empty(batch), np.empty(batch, np.int64), np.empty(batch, np.int8)
    response_kernel(network.dynamics, lanes_for(batch, network.weights.size), network.dtype_name)(
        (recurrent(network), clamped(network), back, fresh, stale), neurons(network, subgraph), state,
        np.ascontiguousarray(force, state.dtype), float(lift), dt, implicit, int(steps), float(tol), order,
        loop_weights(network, subgraph), end, input_slope, residual, n_steps, status,
    )  # fmt: skip
    return Response(end, input_slope, status, residual, n_steps)
