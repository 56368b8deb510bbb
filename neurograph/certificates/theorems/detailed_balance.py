"""Detailed balance: binary neurons that flip as often back as forth have an energy."""

from __future__ import annotations

import numpy as np

from neurograph.certificates.base import Theorem
from neurograph.certificates.certificate import Certificate
from neurograph.certificates.deadline import Deadline
from neurograph.certificates.system import EPS, System
from neurograph.equations.binary import Binary
from neurograph.sampling.energy import couplings


class DetailedBalance(Theorem):
    r"""Reversibility of the flips of binary neurons, from couplings that are symmetric.

    Notes
    -----
    s is the state, 0 or 1, of each neuron, r_j(s) the rate at which neuron j flips, Z the sum of exp(-E)
    over all states.

    .. math:: \pi(s) r_j(s) = \pi(s^j) r_j(s^j), \quad \pi(s) = e^{-E(s)} / Z, \quad
        E(s) = -\tfrac 1 2 \sum_{ij} C_{ij} s_i s_j - \sum_j c_j s_j

    s^j is s with neuron j flipped, and the log odds of the neurons are C s + c. By Kolmogorov's criterion the flips are
    reversible only if around every cycle of states the products of rates are the same both ways. Around the cycle of
    neurons i and j they differ by the factor exp(C_ij - C_ji): so they are if and only if C is symmetric.

    PROVED demands weights and slopes that are equal to the bit; REFUTED a difference beyond rounding. Cost: O(edges).
    """

    name = "detailed_balance"
    kinds = ("binary",)
    scope = "all inputs"
    assumptions = ("weights, biases and parameters stay as they are",)
    reference = "Kolmogorov, Zur Theorie der Markoffschen Ketten, Mathematische Annalen 112, 1936"
    does_not_cover = (
        "how fast the chain comes to that distribution; a whole sweep, which leaves the distribution as it is but is "
        "not reversible."
    )

    def examine(self, system: System, deadline: Deadline) -> Certificate:
        """Compare each coupling with the one back."""
        network = system.network
        found = couplings(network)
        if found is None:
            return self.unknown(system, "The log odds are not linear in the summed input: no energy of them is known.")
        C = found[0].tocoo()
        apart = abs(found[0] - found[0].T).tocoo()
        if not apart.nnz or apart.data.max() == 0.0:
            if self._exact(system):
                return self.proved(
                    system,
                    f"Each neuron's draw and each flip is reversible, with the probabilities exp(-E) / Z: the "
                    f"couplings of all {C.nnz // 2} pairs are symmetric.",
                    claims=("reversible",),
                    margin=0.0,
                )
            return self.unknown(system, "The couplings are symmetric within rounding, but not their parts.")
        k = int(np.argmax(apart.data))
        i, j, most = int(apart.col[k]), int(apart.row[k]), float(apart.data[k])
        sizes = abs(found[0][[j], [i]][0]) + abs(found[0][[i], [j]][0])
        labels = f"{system.nodes[i]!r} and {system.nodes[j]!r}"
        if most <= 8.0 * EPS * sizes:
            return self.unknown(system, f"The couplings of {labels} differ by {most:.2g}, which may be rounding.")
        return self.refuted(
            system,
            f"The flips of {labels} go round one way more often than the other, by exp({most:.4g}): their couplings "
            f"are {found[0][[j], [i]][0]:.4g} and {found[0][[i], [j]][0]:.4g}.",
            claims=("not reversible",),
            margin=-most,
            witness={"pair": (system.nodes[i], system.nodes[j]), "difference": most},
        )

    def _exact(self, system: System) -> bool:
        """Return whether the couplings are equal before rounding: weights and slopes are, each for itself."""
        network = system.network
        assert isinstance(network.dynamics, Binary)
        slope = network.at_nodes(network.dynamics.log_odds_equation.derivative("I"), np.zeros(len(network.nodes)))
        W = system.weights
        difference = abs(W - W.T)
        own = slope[network.connectivity.free]
        return bool((own == own[:1]).all()) and (not difference.nnz or difference.max() == 0.0)
