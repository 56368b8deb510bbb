"""How the compiled loops sum over edges: by the C extension where it was built, by plain numba text where not.

Either way a lane's sum depends on its own numbers alone, so a sample's answer does not depend on its batch. The
extension adds in four partial sums, fused where the processor can; text that is to agree with it to the bit, in
small networks, does the same.
"""

from __future__ import annotations

import os
from functools import lru_cache
from typing import Any

try:
    from neurograph.kernels import gather as extension
except ImportError:
    extension = None  # type: ignore[assignment]  # its stub is always there, the module only where it was compiled

INTERFACE = 2
"""What the extension says of itself where it was built from the C source beside this file."""

WITHOUT = "no C compiler was there when neurograph was installed"
if extension is not None and getattr(extension, "interface", None) != INTERFACE:
    extension = None  # type: ignore[assignment]  # as above
    WITHOUT = "its C extension was built from another version; install neurograph again"

WORTH_A_CALL = 256
"""Edges from which the extension is called where lanes are narrow."""

PARTS = 4
"""How many partial sums a lane has from `extension.few` edges on, as in the extension."""

SUM, WAIT = "neurograph_gather", "neurograph_wait"
"""What the compiled loops call the extension's functions."""


def threads() -> int:
    """Return how many threads may share a phase: $OMP_NUM_THREADS or all processors; without the extension, 1."""
    if extension is None:
        return 1
    asked = os.environ.get("OMP_NUM_THREADS", "")
    if asked.isdecimal() and int(asked) > 0:
        return int(asked)
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def how() -> str:
    """Return in words what sums over edges."""
    if extension is None:
        return f"numba only, which is slower: {WITHOUT}"
    count = threads()
    return f"compiled C, {extension.instructions}, {count} thread{'s' if count > 1 else ''}"


@lru_cache(maxsize=1)
def link() -> None:
    """Let the compiled loops find the extension by its name."""
    if extension is not None:
        import llvmlite.binding

        llvmlite.binding.add_symbol(SUM, extension.gather)
        llvmlite.binding.add_symbol(WAIT, extension.wait)


def gathering(lanes: int, narrow: bool) -> tuple[str, ...]:
    """Write ``gather``, which adds one node's sum to a row, and ``gather_rows``, which writes those of several nodes.

    And ``wait``, at which the threads of a phase meet. `narrow` lanes are so few that the sums of a small network stay
    in registers.
    """
    if extension is None:
        return _IN_ORDER, _EACH_ROW
    if narrow:
        return _EXTENSION, _ONE_ROW, _ALL_ROWS.replace("gather_rows", "add_all_rows"), _in_registers(lanes)
    return _EXTENSION, _ONE_ROW, _ALL_ROWS


FUSED: dict[str, Any] = {} if extension is None else {"gather_rows": {"fastmath": {"contract"}}}
"""Options with which functions of this text are compiled: sums in registers are fused as in C."""


_EXTENSION = f"""
from numba import types
from numba.core.types import ExternalFunction
from numba.core.typing import signature

WORTH_A_CALL = {WORTH_A_CALL}
add_rows = ExternalFunction("{SUM}", signature(
    types.void, types.uintp, types.uintp, types.uintp, types.uintp, types.int64, types.uintp, types.uintp,
    types.int64, types.int64, types.int64, types.int64, types.int64,
))
meet = ExternalFunction("{WAIT}", signature(types.void, types.uintp, types.int64))

def wait(gate, threads):
    if threads > 1:
        meet(gate.ctypes.data, threads)
"""

_ONE_ROW = """
def gather(edges, place, sent, total, lanes):
    indptr, pre, weights = edges
    add_rows(
        indptr.ctypes.data, pre.ctypes.data, weights.ctypes.data, sent.ctypes.data, sent.shape[1],
        total.ctypes.data, total.ctypes.data, lanes, lanes, place, place + 1, sent.itemsize,
    )
"""

_ALL_ROWS = """
def gather_rows(edges, sent, base, base_low, totals, totals_low, low, high, lanes):
    indptr, pre, weights = edges
    row = totals.shape[1] * sent.itemsize
    add_rows(
        indptr.ctypes.data, pre.ctypes.data, weights.ctypes.data, sent.ctypes.data, sent.shape[1],
        base.ctypes.data + (low - base_low) * row, totals.ctypes.data + (low - totals_low) * row, totals.shape[1],
        lanes, low, high, sent.itemsize,
    )
"""

_EACH_ROW = """
def gather_rows(edges, sent, base, base_low, totals, totals_low, low, high, lanes):
    for place in range(low, high):
        for lane in range(lanes):
            totals[place - totals_low, lane] = base[place - base_low, lane]
        gather(edges, place, sent, totals[place - totals_low], lanes)

def wait(gate, threads):
    pass
"""

_IN_ORDER = """
def gather(edges, place, sent, total, lanes):
    indptr, pre, weights = edges
    k, last = np.uintp(indptr[place]), np.uintp(indptr[place + 1])
    while k + np.uintp(4) <= last:
        i, w = np.uintp(pre[k]), weights[k]
        i1, w1 = np.uintp(pre[k + np.uintp(1)]), weights[k + np.uintp(1)]
        i2, w2 = np.uintp(pre[k + np.uintp(2)]), weights[k + np.uintp(2)]
        i3, w3 = np.uintp(pre[k + np.uintp(3)]), weights[k + np.uintp(3)]
        for lane in range(lanes):
            total[lane] = (
                ((total[lane] + w * sent[i, lane]) + w1 * sent[i1, lane]) + w2 * sent[i2, lane]
            ) + w3 * sent[i3, lane]
        k += np.uintp(4)
    while k < last:
        i, w = np.uintp(pre[k]), weights[k]
        for lane in range(lanes):
            total[lane] += w * sent[i, lane]
        k += np.uintp(1)
"""
"""Sum over one node's edges, four at a time and always in their order, as vectors of lanes."""


def _in_registers(lanes: int) -> str:
    """Write the sums of a small network with one scalar for each lane and partial sum, and no array made in between."""

    def edge(part: int, by: int) -> str:
        lines = ["i, w = np.uintp(pre[k]), weights[k]", "k += np.uintp(1)"]
        lines += [f"a{part}_{lane} += w * sent[i, {lane}]" for lane in range(lanes)]
        return "\n".join(" " * by + line for line in lines)

    each = range(lanes)
    one = "\n        ".join(f"a0_{lane} = base[from_row, {lane}]" for lane in each)
    others = "\n            ".join(f"a{part}_{lane} = zero" for part in range(1, PARTS) for lane in each)
    four = "\n".join(edge(part, 16) for part in range(PARTS))
    rest = "\n".join(f"            if k < last:\n{edge(part, 16)}" for part in range(PARTS - 1))
    joined = "\n            ".join(f"a0_{lane} = (a0_{lane} + a1_{lane}) + (a2_{lane} + a3_{lane})" for lane in each)
    store = "\n        ".join(f"totals[row, {lane}] = a0_{lane}" for lane in each)
    return f"""
def gather_rows(edges, sent, base, base_low, totals, totals_low, low, high, lanes):
    indptr, pre, weights = edges
    if pre.size >= WORTH_A_CALL:
        add_all_rows(edges, sent, base, base_low, totals, totals_low, low, high, lanes)
        return
    zero = base.dtype.type(0.0)
    k = np.uintp(indptr[low])
    for place in range(low, high):
        row, from_row = np.uintp(place - totals_low), np.uintp(place - base_low)
        last = np.uintp(indptr[place + 1])
        {one}
        if last - k < np.uintp({extension.few}):
            while k < last:
{edge(0, 16)}
        else:
            {others}
            while k + np.uintp({PARTS}) <= last:
{four}
{rest}
            {joined}
        {store}
"""
