"""Epoch after epoch as long as the phases settle; where they no longer do, back to where they did."""

from __future__ import annotations

from dataclasses import replace

from neurograph.training.problem import Problem
from neurograph.training.state import TrainingState, epoch

SETTLED = 0.99
"""Share of the phases that settle in an epoch that went well."""

UNSETTLED = 0.9
"""Share of the phases below which a run comes apart."""

PATIENCE = 5
"""Epochs in a row, below that share and without a lower cost, after which a run that once went well stops."""

CAME_APART = "for its phases no longer settle"
"""What ``finished`` holds of a run that came apart."""


def next_state(problem: Problem, state: TrainingState) -> TrainingState:
    """Return the state after one more epoch; or, where the run has come apart, that of its best epoch, finished.

    That is the state with which the epoch of the lowest cost began, of those that went well: its network was seen to
    settle. A run of which no epoch went well is left to itself.
    """
    after, refuge = epoch(problem, state), state.refuge
    settled, cost = after.history["settled"], after.history["cost"]
    least = float("inf") if refuge is None else cost[refuge.epochs]
    if settled[-1] >= SETTLED and cost[-1] < least:
        refuge = replace(state, refuge=None)
    if refuge is None or after.epochs <= refuge.epochs + PATIENCE:
        return replace(after, refuge=refuge)
    if (settled[-PATIENCE:] >= UNSETTLED).any() or (cost[-PATIENCE:] < least).any():
        return replace(after, refuge=refuge)
    place = f"before epoch {refuge.epochs}" if refuge.epochs else "that the run began with"
    why = f"stopped after epoch {state.epochs}, {CAME_APART}, at the network {place}"
    return replace(refuge, finished=why)
