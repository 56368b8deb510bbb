"""How the compiled loops sum over edges: by the C extension where it was built, by plain numba text where not.

Either way a lane's sum depends on its own numbers alone, so a sample's answer does not depend on its batch. The
extension adds in four partial sums, fused where the processor can; text that is to agree with it to the bit, in
small networks, does the same.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

try:
    from neurograph import gather as extension
except ImportError:
    extension = None  # type: ignore[assignment]

WORTH_A_CALL = 256
"""Edges from which the extension is called where lanes are narrow."""

PARTS = 4
"""Partial sums of a lane; the extension's own number."""

SYMBOL = "neurograph_gather"


def how() -> str:
    """Say in words what sums over edges."""
    if extension is None:
        return "numba only, which is slower: no C compiler was there when neurograph was installed"
    threads = "1 thread" if extension.threads == 1 else f"{extension.threads} threads"
    return f"compiled C, {extension.instructions}, {threads}"


@lru_cache(maxsize=1)
def link() -> None:
    """Let the compiled loops find the extension by its name."""
    if extension is not None:
        import llvmlite.binding

        llvmlite.binding.add_symbol(SYMBOL, extension.address)


def gathering(lanes: int, narrow: bool) -> tuple[str, ...]:
    """Write ``gather``, which adds one node's sum to a row, and ``gather_rows``: a table plus all of them into another.

    `narrow` lanes are so few that the sums of a small network stay in registers.
    """
    if extension is None:
        return _IN_ORDER, _EACH_ROW
    if narrow:
        return _EXTENSION, _ONE_ROW, _in_registers(lanes)
    return _EXTENSION, _ONE_ROW, _ALL_ROWS


def contracted(name: str) -> dict[str, Any]:
    """Give the options with which a function of the text is compiled: sums in registers are fused as in C."""
    return {"fastmath": {"contract"}} if name == "gather_rows" and extension is not None else {}


_EXTENSION = f"""
from numba import types
from numba.core.types import ExternalFunction
from numba.core.typing import signature

WORTH_A_CALL = {WORTH_A_CALL}
add_rows = ExternalFunction("{SYMBOL}", signature(
    types.void, types.uintp, types.uintp, types.uintp, types.uintp, types.int64, types.uintp, types.uintp,
    types.int64, types.int64, types.int64, types.int64, types.int64,
))
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
def gather_rows(edges, sent, base, totals, lanes):
    indptr, pre, weights = edges
    add_rows(
        indptr.ctypes.data, pre.ctypes.data, weights.ctypes.data, sent.ctypes.data, sent.shape[1],
        base.ctypes.data, totals.ctypes.data, totals.shape[1], lanes, 0, totals.shape[0], sent.itemsize,
    )
"""

_EACH_ROW = """
def gather_rows(edges, sent, base, totals, lanes):
    for place in range(totals.shape[0]):
        for lane in range(lanes):
            totals[place, lane] = base[place, lane]
        gather(edges, place, sent, totals[place], lanes)
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
    start = "\n        ".join(f"a{part}_{lane} = zero" for part in range(PARTS) for lane in each)
    four = "\n".join(edge(part, 12) for part in range(PARTS))
    rest = "\n".join(f"        if k < last:\n{edge(part, 12)}" for part in range(PARTS - 1))
    store = "\n        ".join(
        f"totals[place, {lane}] = base[place, {lane}] + ((a0_{lane} + a1_{lane}) + (a2_{lane} + a3_{lane}))"
        for lane in each
    )
    return f"""
def gather_rows(edges, sent, base, totals, lanes):
    indptr, pre, weights = edges
    if pre.size >= WORTH_A_CALL:
        add_rows(
            indptr.ctypes.data, pre.ctypes.data, weights.ctypes.data, sent.ctypes.data, sent.shape[1],
            base.ctypes.data, totals.ctypes.data, totals.shape[1], lanes, 0, totals.shape[0], sent.itemsize,
        )
        return
    zero = base.dtype.type(0.0)
    k = np.uintp(0)
    for place in range(totals.shape[0]):
        last = np.uintp(indptr[place + 1])
        {start}
        while k + np.uintp({PARTS}) <= last:
{four}
{rest}
        {store}
"""
