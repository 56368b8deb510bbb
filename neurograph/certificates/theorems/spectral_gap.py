"""The spectral gap of few binary neurons, from all their states."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from neurograph.certificates.base import Theorem
from neurograph.certificates.certificate import Certificate
from neurograph.certificates.deadline import Deadline
from neurograph.certificates.system import EPS, Array, System
from neurograph.errors import ParameterError
from neurograph.sampling.energy import checked_energy, exact_distribution

MOST = 10
"""Most free neurons whose states are enumerated: 1024 states."""


class SpectralGap(Theorem):
    r"""Mixing of few binary neurons, from the eigenvalues of their generator.

    Notes
    -----
    f is any function of the state s, E its mean over the chain, pi the stationary distribution, E_pi and sigma_pi the
    mean and the standard deviation in it.

    .. math:: |E f(s(t)) - E_\pi f| \le e^{-\gamma t} \sigma_\pi(f) \sqrt{E_\pi (\mu_0 / \pi)^2 - 1}

    gamma is the gap between 0 and the other eigenvalues of the generator, in a chain that begins with the distribution
    mu_0. Of a reversible chain the generator is symmetric after scaling by the root of pi: its entry between two states
    that differ in neuron j is the root of the product of both rates, and its diagonal minus the rates out of a state.
    Draws at the rate 1 have the rates P(s_j = 1) and P(s_j = 0), flips exp(a_j / 2) and exp(-a_j / 2).

    PROVED demands a gap of more than 8 n eps norm(Q), Q the generator and n its states, which is what LAPACK's
    eigenvalues may be off by, as a rule: so it is not rigorous. Cost: O(8^neurons).
    """

    name = "spectral_gap"
    level = "standard"
    kinds = ("binary",)
    scope = "all inputs"
    assumptions = ("weights, biases and parameters stay as they are", "no neuron is held, but bias neurons")
    reference = "Levin, Peres, Wilmer, Markov Chains and Mixing Times, 2009"
    does_not_cover = "chains in which visible neurons are held, which have gaps of their own; sweeps."

    def examine(self, system: System, deadline: Deadline) -> Certificate:
        """Find the second eigenvalue of both generators."""
        count = len(system.nodes)
        if count > MOST:
            return self.unknown(system, f"{count} neurons are free: states are enumerated of at most {MOST}.")
        try:
            exact = exact_distribution(system.network)
        except ParameterError as refused:
            return self.unknown(system, f"The chain has no energy: {refused}.")
        if not count:
            return self.unknown(system, "No neuron is free.")
        C, c = checked_energy(system.network)
        states = exact.states[:, system.network.connectivity.free]
        odds, gaps = (C @ states.T).T + c, {}
        for name, rates in (("draws", _draws), ("flips", _flips)):
            deadline.check()
            gaps[name] = _gap(states, odds, rates)
        (gap, error), (flips, flips_error) = gaps["draws"], gaps["flips"]
        if gap <= error:
            return self.unknown(system, f"The gap is {gap:.2g}, which is within rounding of 0.", margin=gap - error)
        # Flips come at twice the rate of draws at least, and so does their gap, however large their rates' rounding.
        flips = max(flips - flips_error, 2.0 * (gap - error))
        return self.proved(
            system,
            f"What is left of the start falls like exp(-{gap - error:.4g} t) under draws of every neuron at the rate "
            f"1, and like exp(-{flips:.4g} t) under flips: the gaps of their generators.",
            claims=("one stationary distribution, reached exponentially",),
            rate=gap - error,
            margin=gap - error,
            witness={"draws": gap, "flips": flips},
            rigorous=False,
        )


def _draws(a: Array) -> Array:
    """Return the rate at which a neuron becomes 1 by draws at the rate 1, at log odds a."""
    return 1.0 / (1.0 + np.exp(-a))


def _flips(a: Array) -> Array:
    """Return the rate at which a neuron becomes 1 by flips, at log odds a."""
    return np.exp(a / 2.0)


def _gap(states: Array, odds: Array, up: Callable[[Array], Array]) -> tuple[float, float]:
    """Return the gap of a generator, and what its eigenvalues may be off by; `odds` are (states, free)."""
    size = states.shape[0]
    Q, every = np.zeros((size, size)), np.arange(size)
    for j in range(states.shape[1]):
        other, a = every ^ (1 << j), odds[:, j]  # both states of a neuron have its log odds
        rate = up(np.where(states[:, j] == 1, -a, a))
        Q[every, other] = np.sqrt(rate * rate[other])
        Q[every, every] -= rate
    found = np.linalg.eigvalsh(Q)
    return float(-found[-2]), float(8 * size * EPS * np.abs(found).max())
