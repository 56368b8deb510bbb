"""What a network does in time, as the page's script plays it: a state of each drawn node, frame by frame."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from neurograph._arrays import Floats
from neurograph.errors import ParameterError
from neurograph.graphs.edge_table import EdgeTable
from neurograph.simulation.result import Simulation

MOST_FRAMES = 200
"""Frames that the page plays; of more, as many evenly spaced ones."""

MOST_LEARNING = 2000
"""Edges whose weights are played, those that change most: of more, a browser would play too slowly."""

LEVELS = 32767
"""Whole numbers from -LEVELS to LEVELS stand for the states, and one below for none."""


def activity(
    simulation: Simulation, table: EdgeTable, member: NDArray[np.int64] | None, count: int, edges: Sequence[Any] = ()
) -> dict[str, Any]:
    """Return the frames of the first sample as plain JSON values.

    Parameters
    ----------
    simulation : Simulation
        Of complex states, the moduli are taken.
    table : EdgeTable
        The graph that is drawn.
    member : int64 array (nodes,), optional
        Which drawn node each node of the graph belongs to, whose mean is shown; default: each is drawn itself.
    count : int
        How many nodes are drawn; those that the simulation does not know have no state.
    edges : sequence of lists
        Which edges are drawn: each begins with the places of its ends in `table`. Where their weights were recorded,
        they are played, too.

    Raises
    ------
    ParameterError
        If there is no frame.
    """
    batch, frames, recorded = simulation.states.shape
    if not frames or not recorded or not batch:
        raise ParameterError("simulation has no frames: expected one at least, recorded more often or simulated longer")
    chosen = np.unique(np.linspace(0, frames - 1, min(frames, MOST_FRAMES)).round().astype(np.int64))
    states = np.asarray(simulation.states[0, chosen])
    complex_states = np.iscomplexobj(states)
    states = np.abs(states) if complex_states else states
    places = np.array([table.index[node] for node in simulation.nodes], np.int64)
    drawn = places if member is None else member[places]
    here = np.bincount(drawn, minlength=count)
    sums = np.stack([np.bincount(drawn, one, minlength=count) for one in states.astype(np.float64)])
    with np.errstate(invalid="ignore"):
        shown = np.where(here > 0, sums / here, np.nan)
    free = np.zeros(count, np.bool_)
    free[drawn[np.isin(places, simulation.network.connectivity.free)]] = True
    largest, weights = _largest(shown), _weights(simulation, simulation.time[chosen], edges)
    levels = np.where(np.isfinite(shown), np.round(LEVELS * (shown / largest)), -LEVELS - 1)
    return {
        "times": [float(f"{time:.6g}") for time in simulation.time[chosen].tolist()],
        "states": base64.b64encode(levels.astype("<i2").tobytes()).decode(),
        "largest": largest,
        "scale": _largest(shown[:, free] if free.any() else shown),
        "signed": bool(np.nanmin(shown) < 0.0),
        "unit": "|state|" if complex_states else "state" if member is None else "mean state",
        "weights": weights,
        "step": "step" if simulation.network.dynamics.kind == "unitary" else "time",
        "words": _words(simulation, chosen.size, member is not None, weights),
    }


def _weights(simulation: Simulation, times: NDArray[np.float64], edges: Sequence[Any]) -> dict[str, Any] | None:
    """Return the weights in force at each frame, of the drawn edges whose weights change; None where none does."""
    if simulation.weights is None or simulation.weight_time is None:
        return None
    rows = np.concatenate([simulation.network.weights[None], simulation.weights]).astype(np.float64)
    record = np.searchsorted(simulation.weight_time, times + 0.5 * simulation.dt)  # 0: before the first
    span = np.ptp(rows, axis=0)
    connectivity = simulation.network.connectivity
    column = {ends: k for k, ends in enumerate(zip(connectivity.pre.tolist(), connectivity.post.tolist(), strict=True))}
    moved = [(k, one) for k, edge in enumerate(edges) if span[one := column[edge[0], edge[1]]] > 0.0]
    kept = sorted(sorted(moved, key=lambda pair: -span[pair[1]])[:MOST_LEARNING])
    if not kept:
        return None
    played = rows[:, [one for _, one in kept]][record]
    return {
        "edges": [k for k, _ in kept],
        "values": base64.b64encode(played.astype("<f4").tobytes()).decode(),
        "largest": _largest(played),
        "left_out": len(moved) - len(kept),
    }


def _largest(states: NDArray[np.float64]) -> float:
    return float(np.nanmax(np.abs(states))) or 1.0


def _words(simulation: Simulation, kept: int, means: bool, weights: dict[str, Any] | None) -> str:
    """Return what is played, and what is left out."""
    batch, frames, recorded = simulation.states.shape
    said = ["Populations have the colours of their means" if means else "The nodes have the colours of their states"]
    said += [f"the first of {batch:,} samples"] * (batch > 1)
    said += [f"{kept:,} of {frames:,} frames"] * (kept < frames)
    recorded_words = f"{recorded:,} nodes were recorded" if recorded > 1 else "1 node was recorded"
    said += [recorded_words] * (recorded < len(simulation.network.nodes))
    return f"{', '.join(said)}.{'' if simulation.weights is None else _learned_words(simulation.weights, weights)}"


def _learned_words(rows: Floats, weights: dict[str, Any] | None) -> str:
    """Return how the weights are played, and what is left out."""
    if weights is None:
        return " Edges have the weights of the beginning."
    most = f"; the {MOST_LEARNING:,} that change most follow, {weights['left_out']:,} others do not"
    times = "once" if len(rows) == 1 else f"{len(rows):,} times"
    return f" Edges follow their weights, which were recorded {times}{most if weights['left_out'] else ''}."
