"""One phase on several threads: who moves which nodes, and what all of them see."""

from __future__ import annotations

import threading
from typing import Any

import numpy as np
from numpy.typing import NDArray

from neurograph._arrays import Floats
from neurograph.kernels.bindings import threads as allowed_threads
from neurograph.kernels.machine_code import WIDE, Kernel
from neurograph.kernels.phase import BLOCK, LEFT, LINE

EDGE = 8
"""What an edge costs beside its lanes, in lanes."""

WORTH_A_THREAD = 1 << 22
"""Cost of a step, over all edges, from which another thread pays."""


def run_together(
    kernel: Kernel, arguments: tuple[Any, ...], indptr: NDArray[np.int64], start: Floats, most_lanes: int, tables: int
) -> None:
    """Call a phase's kernel on as many threads as its steps are worth, each with nodes of as many edges.

    `indptr` are the edges by place of the moving nodes, `most_lanes` what the kernel was made for, `tables` the number
    of arrays (nodes, lanes) that all see.
    """
    batch, n = start.shape
    lanes = min(WIDE, batch)
    threads = allowed_threads() if int(indptr[-1]) * (lanes + EDGE) >= WORTH_A_THREAD else 1
    line = LINE // start.itemsize
    width = most_lanes if most_lanes < WIDE else -(-lanes // line) * line
    store = np.empty((tables * n + 2 * threads) * width + (tables + 2) * line, start.dtype)
    rows = max(BLOCK // width, 1)
    scratch = np.empty((threads, (8 + 3 * min(rows, n)) * width + 5 * line), start.dtype)
    gate = np.zeros(2 * LINE // 8, np.int64)
    if threads == 1:
        kernel(*arguments, store, scratch, gate, 0, 1, np.array([0, indptr.size - 1]))
        return
    shares = np.searchsorted(indptr, np.linspace(0, indptr[-1], threads + 1)[1:-1])
    bounds = np.array([0, *shares, indptr.size - 1], np.int64)
    failures: list[BaseException] = []

    def take_part(thread: int) -> None:
        try:
            kernel(*arguments, store, scratch, gate, thread, threads, bounds)
        except BaseException as failure:
            gate[LEFT] = 1
            failures.append(failure)

    others = [threading.Thread(target=take_part, args=(thread,)) for thread in range(1, threads)]
    try:
        for other in others:
            other.start()
        kernel(*arguments, store, scratch, gate, 0, threads, bounds)
    except BaseException:  # an interrupt, or no more threads: those that have started would wait for ever
        gate[LEFT] = 1
        raise
    for other in others:
        other.join()
    if failures:
        raise failures[0]
