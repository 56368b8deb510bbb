"""A constraint that keeps a network monotone while it learns and is pruned: monotone()."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from neurograph._checks import checked_number
from neurograph.certificates.bounds.nearby_weights import (
    DENSE,
    Couplings,
    clipped_spectrum,
    scaled_spectrum,
    top_eigenvalue,
)
from neurograph.certificates.certificate import Certificate
from neurograph.certificates.constraint import SLACK, Constraint, with_recurrent
from neurograph.certificates.system import Array, System, in_float64
from neurograph.certificates.theorems.diagonal_lyapunov import DiagonalLyapunov
from neurograph.certificates.theorems.energy import EnergyDescent
from neurograph.certificates.theorems.symmetric_part import SymmetricPart
from neurograph.errors import ParameterError
from neurograph.network.inputs import checked_network
from neurograph.network.network import Network
from neurograph.solvers.base import refuse_variables

__all__ = ["Monotone", "monotone"]


@dataclass(frozen=True)
class Monotone(Constraint):
    """A network whose couplings are monotone with a margin: the constraint that :func:`monotone` makes and describes.

    Parameters
    ----------
    margin : float
        m, above 0.

    Raises
    ------
    ParameterError
        If the margin is not a finite number above 0.

    Examples
    --------
    >>> import neurograph as ng
    >>> keep = ng.certificates.monotone(margin=0.2)
    >>> network = ng.compile(ng.topologies.complete(2, 3, 1, scale=2.0, seed=0), ng.dynamics.additive("relu"))
    >>> keep.holds(network)
    False
    >>> keep.certificate(keep.project(network)).claims
    ('contracting', 'unique equilibrium', 'exponentially stable')
    """

    margin: float = 0.1

    def __post_init__(self) -> None:
        """Check the margin."""
        checked_number("margin", self.margin, above=0.0)

    def certificate(self, network: Network) -> Certificate:
        """Return the first certificate that proves one equilibrium, to which every state goes, or else the last.

        Of the symmetric part, which has a rate; of the energy; of a diagonal Lyapunov function, with the weights 1/G.

        Parameters
        ----------
        network : Network
            The one that is asked about.

        Returns
        -------
        Certificate

        Raises
        ------
        ParameterError
            If `network` is not a Network.
        """
        system = System(in_float64(checked_network(network)), None, None, 0.0, None)
        for theorem in (SymmetricPart(), EnergyDescent()):
            found = theorem.answer(system, system.budget)
            if "unique equilibrium" in found.claims:
                return found
        known, steepest = DiagonalLyapunov(), system.slopes["dg/dI"].high
        weights = np.where(np.isfinite(steepest) & (steepest > 0.0), steepest, 1.0) ** -0.5
        return known.answer(system, system.budget, known.unknown(system, "", witness={"w": weights}))

    def holds(self, network: Network) -> bool:
        """Return whether the couplings are monotone with the margin.

        Parameters
        ----------
        network : Network
            The one that is asked about.

        Returns
        -------
        bool

        Raises
        ------
        ParameterError
            If `network` is not a Network, or its dynamics none of which that can be said.
        """
        return self._excess(self._couplings(checked_network(network))) <= 0.0

    def project(self, network: Network) -> Network:
        """Return a network near this one, on the same edges, of which it holds: this one, if it does of this one.

        Parameters
        ----------
        network : Network
            It is not changed.

        Returns
        -------
        Network
            With other weights of plastic edges.

        Raises
        ------
        ParameterError
            If no weights of the plastic edges would do, or the dynamics is none of which that can be said.
        """
        couplings = self._couplings(checked_network(network))
        if self._excess(couplings) <= 0.0:
            return network
        found = (clipped_spectrum if couplings.surplus.size <= DENSE else scaled_spectrum)(couplings)
        if found is None:
            raise ParameterError(
                "the edges among free neurons that are not plastic are not monotone with the margin "
                f"{self.margin:g} by themselves: expected smaller weights there, plastic edges, or a lower margin"
            )
        return with_recurrent(network, found)

    def _excess(self, couplings: Couplings) -> float:
        """Return by how much the margin is missed, of which a projection leaves none: it goes beyond it."""
        return top_eigenvalue(couplings, couplings.weights) - SLACK * self.margin

    def _couplings(self, network: Network) -> Couplings:
        """Return the weights among free neurons, beside L/G less the margin and what rounding may add to it."""
        refuse_variables(network, "certificates.monotone()")
        system = System(in_float64(network), None, None, 0.0, None)
        leak_share, inner = self._leak_share(system), network.connectivity.subgraph.recurrent
        count = leak_share.size
        post, pre = np.repeat(np.arange(count), np.diff(inner.indptr)), inner.other.astype(np.int64)
        rounding = 64.0 * np.finfo(network.dtype).eps * (1.0 + np.sqrt(post.size / max(count, 1)))
        surplus = leak_share - (1.0 + SLACK) * self.margin - rounding
        if np.any(surplus <= 0.0):
            node = int(np.argmin(surplus))
            raise ParameterError(
                f"margin is {self.margin:g}, but neuron {system.nodes[node]!r} leaks only {leak_share[node]:.4g} times "
                "its steepest slope by its input: expected a lower margin"
            )
        weights, plastic = network.weights[inner.ids].astype(np.float64), network.connectivity.plastic[inner.ids]
        ties = None if network.connectivity.ties is None else network.connectivity.ties[inner.ids]
        return Couplings(post, pre, weights, np.ones(post.size), plastic, ties, surplus)

    def _leak_share(self, system: System) -> Array:
        """Return L/G (free,), or raise where the neurons are not of the form of which it is said."""
        own, input_slope, sending = (system.slopes[name] for name in ("dg/ds", "dg/dI", "f'"))
        dynamics = system.network.dynamics
        plain = np.all(sending.low == 1.0) and np.all(sending.high == 1.0) and dynamics.leak is not None
        steep = np.all(input_slope.low >= 0.0) and np.all(input_slope.high > 0.0) and system.jump is None
        if not (plain and steep and np.all(np.isfinite(input_slope.high)) and system.leak_law is None):
            raise ParameterError(
                "keep asks for monotone couplings, as neurons that send s may have whose drift is L*(r - s), with r "
                f"rising with I, and {dynamics.name} has the drift {dynamics.drift!r} and the transfer "
                f"{dynamics.transfer!r}: expected such as dynamics.additive(), or certificates.contracting()"
            )
        return np.asarray(-own.high / input_slope.high)


def monotone(margin: float = 0.1) -> Monotone:
    r"""Keep the couplings among free neurons monotone: every eigenvalue of their symmetric part below the leaks.

    Given to :func:`neurograph.train` or :func:`neurograph.prune` as `keep`. Then there is one equilibrium for every
    input. ``.holds(network)`` says whether they are, ``.certificate(network)`` gives the proof, with a rate where the
    symmetric part of the Jacobian gives one (without one, ``fit.history["rate"]`` is 0), and ``.project(network)`` a
    network nearby of which it holds.

    Parameters
    ----------
    margin : float
        m, above 0.

    Returns
    -------
    Monotone
        The constraint.

    Raises
    ------
    ParameterError
        If the margin is not a finite number above 0.

    Notes
    -----
    .. math:: \operatorname{diag}(L_j / G_j) - \tfrac12 (W + W') \succeq m

    with W the weights among free neurons, W' its transpose, L_j the leak and G_j the steepest slope by I of neurons
    :math:`\dot s = L (\rho(I) - s)` that send s, I the summed input, rho rising or flat, m the margin. Where no state
    is boxed, every state goes to the equilibrium [3]_ if all leaks are the same (:class:`DiagonalLyapunov` with the
    weights 1/G_j proves it), or if W is symmetric and states are bounded (:class:`EnergyDescent`: the network minimises
    a strictly convex energy).

    Where the edges are directed, it is what monotone operator networks [1]_ ask of W = (1 - m) I - A'A + B - B', with I
    the identity, A and B any matrices. Where rates and linear auxiliary neurons are joined by tied edges V both ways
    [2]_, L = G = 1, it is norm(V) <= 1 - m.

    The projection clips the eigenvalues of the symmetric part at what is allowed, which without a pattern of
    edges gives the nearest such matrix in the Frobenius norm, and scales away what the pattern leaves of them. Beyond
    500 free neurons plastic weights are scaled alone, by one factor: V goes to V min(1, (1 - m)/norm(V)). It changes
    the sign of no weight, and tied edges keep one weight.

    References
    ----------
    .. [1] Winston, Kolter, Monotone operator equilibrium networks, arXiv 2006.08591.
    .. [2] Xie, Wang, Ling, Li, Liu, Lin, Optimization induced equilibrium networks, arXiv 2105.13228.
    .. [3] Forti, Tesi, New conditions for global stability of neural networks with application to linear and quadratic
       programming problems, IEEE Trans. Circuits and Systems I 42(7), 1995.

    Examples
    --------
    >>> import neurograph as ng
    >>> graph = ng.topologies.complete(inputs=2, hidden=8, outputs=1, scale=1.0, seed=0)
    >>> network = ng.compile(graph, ng.dynamics.additive("tanh"))
    >>> keep = ng.certificates.monotone(margin=0.1)
    >>> keep.holds(network), keep.holds(keep.project(network))
    (False, True)
    >>> "unique equilibrium" in keep.certificate(keep.project(network)).claims
    True
    """
    return Monotone(margin)
