"""Dobrushin's condition: no neuron hears so much that what the others do is remembered."""

from __future__ import annotations

import numpy as np
import scipy.sparse

from neurograph.certificates.base import Theorem
from neurograph.certificates.certificate import Certificate
from neurograph.certificates.deadline import Deadline
from neurograph.certificates.system import EPS, Array, System
from neurograph.sampling.energy import couplings

ROUNDS = 30
"""Steps of the power iteration that looks for weights of the neurons."""


class Dobrushin(Theorem):
    r"""Rapid mixing of binary neurons, from influences that add up to less than 1.

    Notes
    -----
    s is the state, 0 or 1, of each neuron.

    .. math:: \rho_{ji} = \tanh(|C_{ji}| / 4), \quad \alpha = \max_j \frac{1}{v_j} \sum_i \rho_{ji} v_i < 1

    The log odds of the neurons are C s + c, and rho_ji is the most by which a flip of neuron i changes P(s_j = 1). Of
    two chains that draw with the same numbers, let d_j be the chance that neuron j differs. A draw of neuron j makes it
    at most sum_i rho_ji d_i: so a sweep makes max_j d_j / v_j at most alpha times what it was, and draws of every
    neuron at the rate 1 make it fall like exp(-(1 - alpha) t). Flips in continuous time come at twice the rate of draws
    at least: where the chain is reversible, their spectral gap is at least 2 (1 - alpha). v is 1, or near to the
    eigenvector of rho, whichever proves more.

    PROVED demands alpha (1 + (k + 24) eps) < 1, k the most terms of a sum. Cost: O(edges).
    """

    name = "dobrushin"
    kinds = ("binary",)
    scope = "all inputs"
    assumptions = ("weights, biases and parameters stay as they are",)
    reference = (
        "Dobrushin, Prescribing a system of random variables by conditional distributions, Theory of Probability and "
        "Its Applications 15, 1970; sweeps: Dyer, Goldberg, Jerrum, Dobrushin conditions and systematic scan, 2008"
    )
    does_not_cover = "how near to the distribution a sum over few samples is; what is not proved may mix all the same."

    def examine(self, system: System, deadline: Deadline) -> Certificate:
        """Add up the influences on each neuron."""
        found = couplings(system.network)
        if found is None:
            return self.unknown(system, "The log odds are not linear in the summed input: no influence is bounded.")
        rho = found[0].copy()
        rho.data = np.tanh(np.abs(rho.data) / 4.0)
        if not rho.shape[0]:
            return self.unknown(system, "No neuron is free.")
        most = int(np.diff(rho.indptr).max())
        ones, near = np.ones(rho.shape[0]), _eigenvector(rho, deadline)
        v = min((ones, near), key=lambda one: float(np.max(rho @ one / one)))
        sums = rho @ v / v
        alpha = float(np.max(sums)) * (1.0 + (most + 24) * EPS)
        place = int(np.argmax(sums))
        which = "" if v is ones else "weighted "
        if alpha >= 1.0:
            return self.unknown(
                system,
                f"The {which}influences on {system.nodes[place]!r} add up to {alpha:.4g}, which is not below 1.",
                margin=1.0 - alpha,
                witness={"alpha": alpha, "node": system.nodes[place]},
            )
        return self.proved(
            system,
            f"A sweep makes what is left of the start at most {alpha:.4g} times as much, and draws at the rate 1 "
            f"let it fall like exp(-{1.0 - alpha:.4g} t): the {which}influences on a neuron add up to {alpha:.4g} "
            f"at most, on {system.nodes[place]!r}.",
            claims=("one stationary distribution, reached exponentially",),
            rate=1.0 - alpha,
            weights=None if v is ones else 1.0 / v,
            margin=1.0 - alpha,
            witness={"alpha": alpha, "node": system.nodes[place]},
        )


def _eigenvector(rho: scipy.sparse.csr_array, deadline: Deadline) -> Array:
    """Return positive weights (free,) near to the eigenvector of the largest eigenvalue."""
    v = np.ones(rho.shape[0])
    for _ in range(ROUNDS):
        deadline.check()
        v = v + rho @ v
        v = v / v.max()
    return np.maximum(v, 1e-6)
