"""The search for weights of the neurons in which every leak outweighs the couplings."""

from __future__ import annotations

from itertools import islice

import numpy as np
import scipy.sparse as sp

from neurograph.certificates.deadline import Deadline
from neurograph.certificates.system import Array
from neurograph.solvers.contraction import Weighting, weightings

VISITS = 1.5e8
"""Visits of edges that one search may cost, however many the rounds; at least MIN_ROUNDS, at most MAX_ROUNDS."""

MIN_ROUNDS, MAX_ROUNDS = 30, 2000

PATIENCE, GROWTH = 10, 1e-4
"""The search ends when so many rounds raise a positive rate by less than this share of it, or find that none is."""


def searched(leaks: Array, coupling: sp.csr_array, start: Array, deadline: Deadline) -> tuple[Weighting, int]:
    """Return the best weights found, and how many products they took."""
    most = int(np.clip(VISITS / max(coupling.nnz, 1), MIN_ROUNDS, MAX_ROUNDS))
    search = weightings(leaks, coupling.__matmul__, start)
    best, rates = next(search), [-np.inf]
    for found in islice(search, most - 1):
        deadline.check()
        best = max(best, found, key=lambda one: float(one.rate))
        rates.append(float(best.rate))
        if len(rates) % PATIENCE:
            continue
        if best.rate <= 0.0 and outweighed(leaks, coupling, found).size:
            return found, len(rates)
        if best.rate > 0.0 and rates[-1] - rates[-PATIENCE] <= GROWTH * rates[-1]:
            break
    return best, len(rates)


def outweighed(leaks: Array, coupling: sp.csr_array, found: Weighting) -> Array:
    """Find neurons S and x > 0 on S with B_SS x >= L_S x, which no weights can outweigh; empty if none are found."""
    inside = found.reached >= leaks
    while np.any(inside):
        x = np.where(inside, found.v, 0.0)
        still = inside & (coupling @ x >= (1.0 + 1e-12) * leaks * x)
        if np.array_equal(still, inside):
            break
        inside = still
    return np.flatnonzero(inside)
