"""Constraints that hold a network certified while it learns and is pruned: contracting()."""

from __future__ import annotations

import abc
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from neurograph._arrays import frozen
from neurograph._checks import checked_number
from neurograph.certificates.bounds.nearby_weights import DENSE, Couplings, clipped_spectrum, shrunk_rows
from neurograph.certificates.certificate import Certificate
from neurograph.certificates.system import Array, LeakLaw, System, in_float64
from neurograph.certificates.theorems.absolute_leak import AbsoluteLeak
from neurograph.certificates.theorems.gershgorin import Gershgorin
from neurograph.certificates.theorems.m_matrix import MMatrix
from neurograph.certificates.theorems.symmetric_part import SymmetricPart
from neurograph.errors import ParameterError
from neurograph.network.inputs import checked_network
from neurograph.network.network import Network
from neurograph.solvers.base import refuse_variables

SLACK = 0.01
"""Share of the rate by which a projection goes beyond it, so that the search of the certificate need not be exact."""

CONTRACTION_THEOREMS = (AbsoluteLeak(), Gershgorin(), MMatrix(), SymmetricPart())
"""The theorems that may prove it, the cheapest first."""

__all__ = ["Constraint", "Contracting", "contracting"]


class Constraint(abc.ABC):
    """Base of what must stay true of a network while it is trained, grown and pruned: the `keep` of each.

    :func:`contracting` and :func:`monotone` make the two that there are; one of your own has these three methods.

    Examples
    --------
    >>> import neurograph as ng
    >>> x, y = ng.tasks.logic("and")
    >>> network = ng.compile(ng.topologies.complete(2, 3, 1, bias=True, seed=0), ng.dynamics.additive("tanh"))
    >>> keep = ng.certificates.contracting(rate=0.1)
    >>> fit = ng.train(network, x, y, keep=keep, epochs=20, target_cost=None, seed=0)
    >>> isinstance(keep, ng.certificates.Constraint), keep.holds(fit.network), bool(fit.history["rate"].min() >= 0.1)
    (True, True, True)
    """

    @abc.abstractmethod
    def certificate(self, network: Network) -> Certificate:
        """Return what is proved of a network; training writes its rate into the history.

        Parameters
        ----------
        network : Network
            Any; it need not hold of it.

        Returns
        -------
        Certificate
        """

    @abc.abstractmethod
    def holds(self, network: Network) -> bool:
        """Return whether it is true of a network.

        Parameters
        ----------
        network : Network
            The one that is asked about.

        Returns
        -------
        bool
        """

    @abc.abstractmethod
    def project(self, network: Network) -> Network:
        """Return a network near this one, on the same edges, of which it is true.

        Parameters
        ----------
        network : Network
            It is not changed.

        Returns
        -------
        Network
        """


def checked_constraint(keep: Any) -> Constraint:
    """Return a constraint, or raise :class:`ParameterError`."""
    if not isinstance(keep, Constraint):
        raise ParameterError(
            f"keep is {keep!r}: expected a constraint, such as neurograph.certificates.contracting(rate=0.05), or None"
        )
    return keep


@dataclass(frozen=True)
class Contracting(Constraint):
    """A network that contracts at a rate: the constraint that :func:`contracting` makes and describes.

    Parameters
    ----------
    rate : float
        Above 0, in 1 over the network's unit of time.

    Raises
    ------
    ParameterError
        If the rate is not a finite number above 0.

    Examples
    --------
    >>> import neurograph as ng
    >>> keep = ng.certificates.contracting(rate=0.2)
    >>> network = ng.compile(ng.topologies.complete(2, 3, 1, scale=2.0, seed=0), ng.dynamics.additive("tanh"))
    >>> network = keep.project(network)
    >>> found = keep.certificate(network)
    >>> found.name, bool(found.rate >= keep.rate)
    ('m_matrix', True)
    """

    rate: float = 0.05

    def __post_init__(self) -> None:
        """Check the rate."""
        checked_number("rate", self.rate, above=0.0)

    def certificate(self, network: Network) -> Certificate:
        """Return the first certificate that proves it, or else the one with the largest margin.

        Parameters
        ----------
        network : Network
            The one that is asked about.

        Returns
        -------
        Certificate
            Of "absolute_leak", "gershgorin", "m_matrix" or "symmetric_part", which are asked in this order.

        Raises
        ------
        ParameterError
            If `network` is not a Network.
        """
        return self._certificate(_system(network))

    def _certificate(self, system: System) -> Certificate:
        found = []
        for theorem in CONTRACTION_THEOREMS:
            found.append(theorem.answer(system, system.budget))
            if self._proved(found[-1]):
                return found[-1]
        return max(found, key=lambda one: -np.inf if one.margin is None else one.margin)

    def holds(self, network: Network) -> bool:
        """Return whether it is proved of a network.

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
            If `network` is not a Network.
        """
        return self._proved(self.certificate(network))

    def _proved(self, found: Certificate) -> bool:
        return "contracting" in found.claims and (found.rate or 0.0) >= self.rate

    def project(self, network: Network) -> Network:
        """Return a network near this one, on the same edges, of which it is proved: this one, if it is of this one.

        Parameters
        ----------
        network : Network
            It is not changed.

        Returns
        -------
        Network
            With other weights of plastic edges, or where what it sends is what it leaks, another extra leak.

        Raises
        ------
        ParameterError
            If no weights of the plastic edges would do.
        """
        refuse_variables(checked_network(network), "certificates.contracting()")
        system = _system(network)
        if self._proved(self._certificate(system)):
            return network
        if system.leak_law is not None:
            return self._leaking(network, system, system.leak_law)
        couplings = self._couplings(network, system)
        small = system.affine and len(system.nodes) <= DENSE
        found = clipped_spectrum(couplings) if small else shrunk_rows(_without_leaks(couplings, system))
        if not isinstance(found, np.ndarray):
            where = f"that end at neuron {system.nodes[found]!r}" if isinstance(found, int) else "among free neurons"
            raise ParameterError(
                f"the edges {where} that are not plastic are too strong for a contraction at rate {self.rate:g} by "
                "themselves: expected smaller weights there, plastic edges, or a lower rate"
            )
        return with_recurrent(network, found)

    def _couplings(self, network: Network, system: System) -> Couplings:
        dynamics, inner = network.dynamics, network.connectivity.subgraph.recurrent
        why = system.inapplicable_reason
        if dynamics.drift_equation.symbols & {"w_out", "w_out_abs"}:
            why = "what its neurons send is part of how they leak, but not as the laws of dynamics.deep() have it"
        if why is not None:
            raise ParameterError(f"keep asks for a contraction, which {dynamics.name} cannot be held to: {why}")
        input_slope, sending = (_slope(system, name) for name in ("dg/dI", "f'"))
        post = np.repeat(np.arange(len(system.nodes)), np.diff(inner.indptr))
        pre = inner.other.astype(np.int64)  # a free node's row is its place
        own = system.slopes["dg/ds"].high
        rounding = (
            64.0 * np.finfo(network.dtype).eps * (1.0 + np.sqrt(post.size / max(own.size, 1))) * np.abs(own).max()
        )
        surplus = -own - (1.0 + SLACK) * self.rate - rounding
        if np.any(surplus <= 0.0):
            node = int(np.argmin(surplus))
            raise ParameterError(
                f"rate is {self.rate:g}, but neuron {system.nodes[node]!r} may leak only {-own[node]:.4g}: expected a "
                "lower rate"
            )
        weights, plastic = network.weights[inner.ids].astype(np.float64), network.connectivity.plastic[inner.ids]
        ties = None if network.connectivity.ties is None else network.connectivity.ties[inner.ids]
        return Couplings(post, pre, weights, input_slope[post] * sending[pre], plastic, ties, surplus)

    def _leaking(self, network: Network, system: System, law: LeakLaw) -> Network:
        """Raise the extra leak where it is too small for the weights."""
        needed = np.full(len(system.nodes), self.rate * (1.0 + 1e-9))
        if law.kind == "signed":
            needed = needed + 2.0 * law.input_slope * system.sent_negative
        lacking = np.maximum(needed - law.extra.low, 0.0)
        if not np.any(lacking):
            return network
        name, slope = _leak_parameter(network, system)
        parameters = network.parameters.copy()
        column = list(network.dynamics.defaults).index(name)
        raised = parameters[network.connectivity.free, column] + lacking / slope
        parameters[network.connectivity.free, column] = np.nextafter(raised.astype(network.dtype), np.inf)
        return replace(network, parameters=frozen(parameters))


def with_recurrent(network: Network, found: Array) -> Network:
    """Return a network with other weights of the edges among its free neurons, and of those tied to them."""
    weights, ties = network.weights.copy(), network.connectivity.ties
    ids = network.connectivity.subgraph.recurrent.ids
    weights[ids] = found
    if ties is not None:  # edges from inputs may share a weight with those among free neurons
        shared = np.full(int(ties.max()) + 1, np.nan)
        shared[ties[ids]] = weights[ids]
        weights = np.where(np.isnan(shared[ties]), weights, shared[ties]).astype(weights.dtype)
    return replace(network, weights=frozen(weights))


def _leak_parameter(network: Network, system: System) -> tuple[str, Array]:
    """Find the parameter that a neuron leaks by, and how fast the leak rises with it (free,)."""
    own = network.dynamics.slope("s")
    for name in network.dynamics.defaults:
        slope = -network.at_nodes(own.derivative(name), np.zeros(len(network.nodes)))[network.connectivity.free]
        if name not in own.derivative(name).symbols and np.all(slope > 0.0):
            return name, slope.astype(np.float64)
    raise ParameterError(
        f"keep asks for a contraction, for which {network.dynamics.name} would need an extra leak, but no parameter of "
        f"its drift {network.dynamics.drift!r} is one: expected a term - c*s with a parameter c"
    )


def _slope(system: System, name: str) -> Array:
    """Return a slope that is the same in every state, or else its largest size."""
    slope = system.slopes[name]
    return np.asarray((slope.low + slope.high) / 2 if system.affine else slope.size)


def _without_leaks(couplings: Couplings, system: System) -> Couplings:
    """Count self-loops among the couplings only where they may be positive, and otherwise among the leaks."""
    loops = couplings.post == couplings.pre
    nodes, weights = couplings.post[loops], couplings.weights[loops]
    between = system.slopes["dg/dI"] * system.slopes["f'"]
    low, high = np.broadcast_to(between.low, len(system.nodes)), np.broadcast_to(between.high, len(system.nodes))
    reached = np.maximum(weights * low[nodes], weights * high[nodes])
    slopes, surplus = couplings.slopes.copy(), couplings.surplus.copy()
    slopes[loops] = np.maximum(reached, 0.0) / np.where(weights != 0.0, np.abs(weights), 1.0)
    if couplings.ties is None:  # one that shares its weight may shrink with the others, and leak less
        surplus[nodes] += np.maximum(-reached, 0.0)
    return replace(couplings, slopes=slopes, surplus=surplus)


def _system(network: Network) -> System:
    return System(in_float64(checked_network(network)), None, None, 0.0, None)


def contracting(rate: float = 0.05) -> Contracting:
    """Keep a network such that any two states approach each other at least like exp(-rate t), for every input.

    Given to :func:`neurograph.train` or :func:`neurograph.prune` as `keep`. ``.certificate(network)`` gives the proof,
    ``.holds(network)`` says whether there is one, ``.project(network)`` gives a network nearby that has one.

    Parameters
    ----------
    rate : float
        Above 0, in 1 over the network's unit of time.

    Returns
    -------
    Contracting
        The constraint.

    Raises
    ------
    ParameterError
        If the rate is not a finite number above 0.

    Notes
    -----
    How the projection goes depends on the dynamics:

    - a leak that is what a neuron sends (``dynamics.deep``): the extra leak [1]_ is raised where it is too small, to
      `rate` for the absolute leak and to rate + 2 N_j for the signed one, N_j the negative parts of the outgoing
      weights;
    - another affine drift, at most 500 free neurons: the eigenvalues of the symmetric part of A, the Jacobian of the
      drift among the free neurons, are clipped at -rate, which gives the nearest such matrix in the Frobenius
      norm [2]_;
    - else: each row is shrunk to what an l_inf norm weighted by the Perron vector of the couplings allows, by a
      projection to a weighted l_1 ball after [3]_.

    A negative nudge takes its size from the rate, so for a rule that uses both signs of beta a rate above beta keeps
    its phases contracting too.

    References
    ----------
    .. [1] Costa and Santos, Directed Equilibrium Propagation Revisited, Mathematics 13(11) 1866, 2025.
    .. [2] Higham, Computing a nearest symmetric positive semidefinite matrix, Linear Algebra Appl. 103, 1988.
    .. [3] Duchi, Shalev-Shwartz, Singer, Chandra, Efficient projections onto the l1-ball for learning in high
       dimensions, ICML 2008.

    Examples
    --------
    >>> import neurograph as ng
    >>> graph = ng.topologies.complete(inputs=2, hidden=8, outputs=1, scale=1.0, seed=0)
    >>> network = ng.compile(graph, ng.dynamics.vector_field())
    >>> keep = ng.certificates.contracting(rate=0.1)
    >>> keep.holds(network), keep.holds(keep.project(network))
    (False, True)
    """
    return Contracting(rate)
