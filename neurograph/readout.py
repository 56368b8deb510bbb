"""The loop that reads a rule out of settled phases; kernels.py compiles this text once for each rule.

The name declared below is not defined here: kernels.py writes it, from the rule, in front of this text.
"""
# mypy: disable-error-code="no-untyped-def,no-untyped-call"

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:

    def rule(states, factors, i, j, sample, w, beta): ...


def readout(pre, post, weights, states, factors, beta, change):
    """Write the mean over samples of the rule of every edge into `change`; states are (nodes, samples)."""
    samples = states[0].shape[1]
    for edge in range(pre.size):
        i = pre[edge]
        j = post[edge]
        total = 0.0
        for sample in range(samples):
            total += rule(states, factors, i, j, sample, weights[edge], beta)
        change[edge] = total / samples
