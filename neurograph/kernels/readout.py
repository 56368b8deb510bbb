"""The loop that reads a rule out of settled phases; kernels.py compiles this text once for each rule.

The names declared below are not defined here: kernels.py writes them, from the rule, in front of this text.
"""
# mypy: disable-error-code="no-untyped-def,no-untyped-call"

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:

    def R(number): ...
    def rule(tables, i, j, sample, w, beta): ...


def readout(pre, post, weights, tables, beta, change):
    """Write the sum over samples of the rule of every edge into `change`; the tables are (nodes, samples)."""
    for edge in range(pre.size):
        i, j, w = np.uintp(pre[edge]), np.uintp(post[edge]), weights[edge]
        total = R(0.0)
        for sample in range(beta.size):
            total += rule(tables, i, j, sample, w, beta)
        change[edge] = total
