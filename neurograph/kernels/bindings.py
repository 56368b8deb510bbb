"""The compiled engine: whether it is of this version, what it runs on, and how many threads share a phase."""

from __future__ import annotations

import os
from typing import Any

from neurograph.kernels import engine

INTERFACE = 10
"""What the engine says of itself where it was built from the C source beside this file."""

if engine.interface != INTERFACE:
    raise ImportError(
        f"neurograph's compiled engine has the interface {engine.interface}, expected {INTERFACE}: it was built from "
        "another version of the source; install neurograph again"
    )

Call = tuple[Any, tuple[Any, ...]]
"""A function of the engine and its arguments; the engine's ``run`` calls several, one after another."""

EDGE = 8
"""What an edge costs beside its lanes, in lanes."""

WORTH_A_THREAD = 1 << 19
"""Cost of a step, over all edges, from which another thread pays."""


def threads() -> int:
    """Return how many threads may share a phase: $OMP_NUM_THREADS, or all processors."""
    asked = os.environ.get("OMP_NUM_THREADS", "")
    if asked.isdecimal() and int(asked) > 0:
        return int(asked)
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def threads_for(edges: int, batch: int) -> int:
    """Return how many threads a phase of a batch is worth, over so many edges."""
    return threads() if edges * (min(batch, engine.LANES) + EDGE) >= WORTH_A_THREAD else 1


def how() -> str:
    """Return in words what runs the loops."""
    count = threads()
    return f"compiled C, {engine.instructions}, {count} thread{'s' if count > 1 else ''}"
