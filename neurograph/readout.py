"""The loop that reads a rule out of settled phases; kernels.py compiles this text once for each rule.

The name declared below is not defined here: kernels.py writes it, from the rule, in front of this text.
"""
# mypy: disable-error-code="no-untyped-def,no-untyped-call"

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:

    def rule(tables, i, j, sample, w, beta): ...


def readout(pre, post, weights, tables, beta, change, sums):
    """Write the sum over samples of the rule of every edge into `change`; the tables are (nodes, samples).

    `sums` is room for partial sums, which are added in the same order whatever the machine's vectors are.
    """
    samples, width = beta.size, sums.size
    whole = samples - samples % width
    for edge in range(pre.size):
        i, j, w = np.uintp(pre[edge]), np.uintp(post[edge]), weights[edge]
        total = 0.0
        if whole:
            for lane in range(width):
                sums[lane] = 0.0
            for first in range(0, whole, width):
                for lane in range(width):
                    sums[lane] += rule(tables, i, j, first + lane, w, beta)
            for lane in range(width):
                total += sums[lane]
        for sample in range(whole, samples):
            total += rule(tables, i, j, sample, w, beta)
        change[edge] = total
