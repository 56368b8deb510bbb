"""A constraint that keeps a network monotone while it learns and is pruned: monotone()."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from neurograph._checks import checked_number
from neurograph.certificates.base import Certificate
from neurograph.certificates.bounds.nearby_weights import Couplings, clipped_spectrum, top_eigenvalue
from neurograph.certificates.constraint import SLACK, Constraint, with_recurrent
from neurograph.certificates.system import System, in_float64
from neurograph.certificates.theorems.diagonal_lyapunov import DiagonalLyapunov
from neurograph.certificates.theorems.symmetric_part import SymmetricPart
from neurograph.certificates.verdict import Verdict
from neurograph.errors import ParameterError
from neurograph.network.inputs import checked_network
from neurograph.network.network import Network
from neurograph.solvers.base import refuse_variables

__all__ = ["Monotone", "monotone"]

THEOREMS = (SymmetricPart(), DiagonalLyapunov())
"""The theorems that prove it of a monotone network, the cheaper first."""


@dataclass(frozen=True)
class Monotone(Constraint):
    """A network whose couplings are monotone with a margin; see :func:`monotone`."""

    margin: float = 0.1

    def __post_init__(self) -> None:
        """Check the margin."""
        checked_number("margin", self.margin, above=0.0)

    def certificate(self, network: Network) -> Certificate:
        """Return the first certificate that proves one equilibrium, to which every state goes, or the nearest to one.

        Raises
        ------
        ParameterError
            If `network` is not a Network.
        """
        system = System(in_float64(checked_network(network)), None, None, 0.0, None)
        found = []
        for theorem in THEOREMS:
            found.append(theorem.answer(system, system.budget))
            if found[-1].verdict is Verdict.PROVED:
                return found[-1]
        return max(found, key=lambda one: -np.inf if one.margin is None else one.margin)

    def holds(self, network: Network) -> bool:
        """Return whether the couplings are monotone with the margin.

        Raises
        ------
        ParameterError
            If `network` is not a Network, or its dynamics none of which that can be said.
        """
        couplings = self._couplings(checked_network(network))
        return top_eigenvalue(couplings, couplings.weights) <= SLACK * self.margin

    def project(self, network: Network) -> Network:
        """Return a network near this one, on the same edges, of which it holds: this one, if it does of this one.

        Raises
        ------
        ParameterError
            If no weights of the plastic edges would do, or the dynamics is none of which that can be said.
        """
        couplings = self._couplings(network)
        if top_eigenvalue(couplings, couplings.weights) <= SLACK * self.margin:
            return network
        found = clipped_spectrum(couplings)
        if found is None:
            raise ParameterError(
                "the edges among free neurons that are not plastic are not monotone with the margin "
                f"{self.margin:g} by themselves: expected smaller weights there, plastic edges, or a lower margin"
            )
        return with_recurrent(network, found)

    def _couplings(self, network: Network) -> Couplings:
        """Return the weights among free neurons, beside L/G less the margin and what rounding may add to it."""
        refuse_variables(network, "certificates.monotone()")
        system = System(in_float64(network), None, None, 0.0, None)
        own, input_slope, sending = (system.slopes[name] for name in ("dg/ds", "dg/dI", "f'"))
        plain = np.all(sending.low == 1.0) and np.all(sending.high == 1.0) and not np.any(own.varies)
        steep = np.all(input_slope.low >= 0.0) and np.all(input_slope.high > 0.0)
        if not (plain and steep and np.all(np.isfinite(input_slope.high)) and system.leak_law is None):
            raise ParameterError(
                "keep asks for monotone couplings, which is said of neurons L (rho(I) - s) with a rising rho that send "
                f"s, and {network.dynamics.name} has the drift {network.dynamics.drift!r} and the transfer "
                f"{network.dynamics.transfer!r}: expected such as dynamics.additive(), or certificates.contracting()"
            )
        inner, count = network.connectivity.subgraph.recurrent, len(system.nodes)
        post, pre = np.repeat(np.arange(count), np.diff(inner.indptr)), inner.other.astype(np.int64)
        rounding = 64.0 * np.finfo(network.dtype).eps * (1.0 + np.sqrt(post.size / max(count, 1)))
        surplus = -own.high / input_slope.high - (1.0 + SLACK) * self.margin - rounding
        if np.any(surplus <= 0.0):
            node = int(np.argmin(surplus))
            raise ParameterError(
                f"margin is {self.margin:g}, but neuron {system.nodes[node]!r} leaks only "
                f"{-own.high[node] / input_slope.high[node]:.4g} times its steepest slope by its input: expected a "
                "lower margin"
            )
        weights, plastic = network.weights[inner.ids].astype(np.float64), network.connectivity.plastic[inner.ids]
        ties = None if network.connectivity.ties is None else network.connectivity.ties[inner.ids]
        return Couplings(post, pre, weights, np.ones(post.size), plastic, ties, surplus)


def monotone(margin: float = 0.1) -> Monotone:
    r"""Keep the couplings W among free neurons monotone: every eigenvalue of their symmetric part below the leaks.

    .. math:: \operatorname{diag}(L_j / G_j) - \tfrac12 (W + W') \succeq m

    with L_j the leak and G_j the steepest slope of the activation rho_j of neurons :math:`\dot s = L (\rho(I) - s)`, m
    the margin. Then the network has one equilibrium for every input, to which every state goes, whatever rising rho of
    those slopes (:class:`DiagonalLyapunov` with the weights 1/G_j proves it).

    Where the edges are directed, it is what monotone operator networks ask of W = (1 - m) I - A'A + B - B'. Where rates
    and linear auxiliary neurons are joined by tied edges V both ways, L = G = 1, it is norm(V) <= 1 - m, with which
    the network is the minimiser of a strictly convex energy.

    ``.project(network)`` clips the eigenvalues of the symmetric part at what is allowed, which without a pattern of
    edges gives the nearest such matrix in the Frobenius norm, and scales away what the pattern leaves of them.

    Parameters
    ----------
    margin : float
        m, above 0.

    Raises
    ------
    ParameterError
        If the margin is not a finite number above 0.

    References
    ----------
    Winston, Kolter, Monotone operator equilibrium networks, arXiv 2006.08591; Xie, Wang, Ling, Li, Liu, Lin,
    Optimization induced equilibrium networks, arXiv 2105.13228; uniqueness and convergence: Forti, Tesi, IEEE Trans.
    Circuits and Systems I 42(7), 1995.

    Examples
    --------
    >>> import neurograph as ng
    >>> graph = ng.topologies.complete(inputs=2, hidden=8, outputs=1, scale=1.0, seed=0)
    >>> network = ng.compile(graph, ng.dynamics.additive("tanh"))
    >>> keep = monotone(margin=0.1)
    >>> keep.holds(network), keep.holds(keep.project(network))
    (False, True)
    >>> "unique equilibrium" in keep.certificate(keep.project(network)).claims
    True
    """
    return Monotone(margin)
