"""Gershgorin's rows and columns: every neuron's own slope outweighs its couplings."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp

from neurograph.certificates.base import CONSTANT, Theorem
from neurograph.certificates.certificate import Certificate
from neurograph.certificates.deadline import Deadline
from neurograph.certificates.system import EPS, Array, System


@dataclass(frozen=True, eq=False)
class _Bound:
    """Upper bound of a log-norm: its value, the rounding error of it, and the node it comes from."""

    norm: str
    value: float
    error: float
    node: int

    @property
    def top(self) -> float:
        return self.value + self.error

    def __str__(self) -> str:
        value = "0 within rounding" if abs(self.value) <= self.error else f"{self.value:.4g}"
        return f"mu_{self.norm[2:]} = {value}"


class Gershgorin(Theorem):
    r"""Global contraction from a negative log-norm.

    Notes
    -----
    A is the Jacobian of the drift with respect to the free nodes, the nudge included: A_ji = d(ds_j/dt)/ds_i, A' its
    transpose.

    .. math:: \mu_\infty(A) = \max_j (A_{jj} + \sum_{i \ne j} |A_{ji}|), \quad
        \mu_1(A) = \max_j (A_{jj} + \sum_{k \ne j} |A_{kj}|)

    If one of the two is at most -c < 0 in every state, any two states approach each other at least like exp(-c t) in
    that norm; clipping to a box is nonexpansive in it. Explicit Euler with dt <= 1/max abs(A_jj) shrinks distances by
    the factor 1 - c dt. Where the slopes depend on the state, their bounds over all inputs and the whole box
    stand for them.

    PROVED demands mu < -gamma with gamma = (k + 8) eps (abs(A_jj) + sum abs(A_ji)), k the number of terms: more than
    the error of the couplings and their sum; A_jj is rounded outward. Cost: O(edges).
    """

    name = "gershgorin"
    scope = "all inputs"
    assumptions = (CONSTANT, "clipping to the box is nonexpansive in l_1 and in l_inf")
    reference = (
        "Farinha, Pequito, Santos, Figueiredo, ESANN 2020, arXiv 2006.08798; log-norms after Bullo, Contraction "
        "Theory for Dynamical Systems, 2022"
    )
    does_not_cover = "weights that change while the network settles; steps longer than the largest dt."

    def examine(self, system: System, deadline: Deadline) -> Certificate:
        """Test rows and columns."""
        if system.inapplicable_reason is not None:
            return self.unknown(system, f"The Jacobian has no bound: {system.inapplicable_reason}.")
        # The flow of any A(t) with mu(A) <= -c shrinks distances at the rate c (Coppel's inequality); that between two
        # states is one, with the mean of the Jacobian on the line between them as A(t).
        bounds = [_bound("l_inf", system, axis=1), _bound("l_1", system, axis=0)]
        # Equal but for rounding, as where the couplings are symmetric, they must not be told apart by it.
        best = bounds[bounds[1].top < bounds[0].top - 1e-12 * abs(bounds[0].top)]
        numbers = " and ".join(str(bound) for bound in bounds) + _ranges(system)
        witness = {f"mu_{bound.norm[2:]}": {"value": bound.value, "node": system.nodes[bound.node]} for bound in bounds}
        if not best.top < 0.0:
            return self.unknown(
                system,
                f"Neither is negative: {numbers}, at the row of {system.nodes[bounds[0].node]!r} and the column of "
                f"{system.nodes[bounds[1].node]!r}.{_impossible(system)}",
                margin=-best.top,
                witness=witness,
            )
        return self.contracting(system, -best.top, best.norm, f": {numbers}.", witness=witness)


def _bound(norm: str, system: System, axis: int) -> _Bound:
    """Bound a log-norm by the sums of the couplings along an axis."""
    # mu_inf (axis 1: rows) or mu_1 (axis 0: columns) is the largest A_jj plus the sizes of its couplings. The sum of k
    # terms and the roundings of its terms are off by at most (k + 8) eps times the sum of their sizes.
    coupling = system.coupling
    sums = np.asarray(coupling.sum(axis=axis))
    terms = np.diff(coupling.indptr) if axis else np.bincount(coupling.indices, minlength=sums.size)
    tops: Array = system.diagonal.high + sums
    errors = (terms + 8) * EPS * (np.abs(system.diagonal.high) + sums)
    node = int(np.argmax(tops + errors))
    return _Bound(norm, float(tops[node]), float(errors[node]), node)


def _ranges(system: System) -> str:
    """Return the ranges of the slopes that depend on the state, as part of a sentence."""
    if system.affine:
        return ""
    ranges = [
        f"{name} in [{np.min(slope.low):.4g}, {np.max(slope.high):.4g}]"
        for name, slope in system.slopes.items()
        if np.any(slope.varies)
    ]
    return f", bounded over all inputs with {', '.join(ranges)}"


def _impossible(system: System) -> str:
    """Return a remark where no log-norm can be negative because the rows of A add up to 0; else nothing."""
    if not system.affine:
        return ""
    # 1'A = 0 is looked for column by column, up to the rounding of the sums: then 0 is an eigenvalue of A.
    columns = sp.csr_array(system.couplings.T)
    middle = (system.diagonal.low + system.diagonal.high) / 2
    size = np.abs(middle) + np.asarray(abs(columns).sum(axis=1))
    error = (np.diff(columns.indptr) + 8) * EPS * size + (system.diagonal.high - system.diagonal.low)
    if not np.all(np.abs(middle + np.asarray(columns.sum(axis=1))) <= error):
        return ""
    return (
        " The published conditions cannot pass here: every column of A sums to 0 within rounding, as it does wherever "
        "neurons lose what they send and clamped ones receive nothing. So 1'A = 0, A is singular, and every log-norm "
        "is at least its spectral abscissa, which is at least 0."
    )
