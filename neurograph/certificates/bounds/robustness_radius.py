"""Decisions and how far inputs may move without changing them: from bounds of how far equilibria move."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from neurograph.certificates.system import Array, System
from neurograph.equations.intervals import Interval, enclose
from neurograph.errors import ParameterError
from neurograph.solvers import Auto
from neurograph.solvers.settle import settle

SOLVER = Auto(tol=1e-10)
"""How the equilibria are found; how far they are from exact is subtracted from the radius."""

CAUTION = 1e-9
"""Share of a radius that is subtracted for the rounding of its formula."""


class NoRadiusError(ParameterError):
    """A certificate is asked for a radius, and its theorem has none for this network.

    Raised by :meth:`Certificate.radius` of a certificate that proves no contraction for all inputs, where the network
    has no output, or where the time of :func:`neurograph.certify` was too short. Ask a certificate of ``report.proved``
    with "contracting" among its claims, or "embedding"; where there is none, train or project with
    :func:`neurograph.certificates.contracting`, or certify with a larger ``budget``.

    Examples
    --------
    >>> import neurograph as ng
    >>> network = ng.compile(ng.topologies.complete(2, 8, 1, scale=1.0, seed=0), ng.dynamics.vector_field())
    >>> ng.certify(network, level="fast")["gershgorin"].radius([[0.0, 1.0]])
    Traceback (most recent call last):
    neurograph.certificates.bounds.robustness_radius.NoRadiusError: certificate 'gershgorin' (UNKNOWN) gives no...
    >>> keep = ng.certificates.contracting(rate=0.1)
    >>> bool(keep.certificate(keep.project(network)).radius([[0.0, 1.0]])[0] > 0.0)
    True
    """


@dataclass(frozen=True, eq=False)
class Sensitivity:
    """How far two outputs can move against each other, in a norm of the free nodes.

    Attributes
    ----------
    spread : array (outputs, outputs)
        Entry (a, b): the largest abs(z_a - z_b) in the unit ball; entry (a, a): the largest abs(z_a).
    response : array (outputs, outputs)
        The same for the move of the equilibrium when each input moves by at most 1.
    """

    spread: Array
    response: Array


def check_decision(system: System) -> None:
    """Raise :class:`NoRadiusError` unless the network has outputs and its phase is the free one."""
    if system.beta != 0.0 or system.transposed:
        raise NoRadiusError("phase is nudged or transposed: a radius is about answers, expected phase='free'")
    if not system.network.connectivity.outputs.size:
        raise NoRadiusError("the network has no output: a radius is about its answers")


def driving(system: System) -> Array:
    """Bound how much the drift of each free neuron changes (free,) when each input moves by at most 1.

    Raises
    ------
    NoRadiusError
        If there is no bound, no output, or a phase that is not the free one.
    """
    check_decision(system)
    network = system.network
    if system.inapplicable_reason is not None:
        raise NoRadiusError(f"no radius: {system.inapplicable_reason}")
    inputs = network.connectivity.inputs
    known = {"s": Interval.across(-np.inf, np.inf), **system.parameters_at(inputs)}
    sending = enclose(network.dynamics.transfer_slope, known)
    slope = np.broadcast_to(sending.size, inputs.shape)
    if not np.all(np.isfinite(slope)):
        raise NoRadiusError(
            f"the transfer {network.dynamics.transfer!r} has no bounded slope at inputs of any size, so that no "
            "distance between inputs bounds what they send"
        )
    sizes = abs(system.inflow[:, : inputs.size])
    return np.asarray(system.slopes["dg/dI"].size * (sizes @ slope))


def settled(system: System, x: Array) -> tuple[Array, Array]:
    """Return the states that x settles to (batch, free), and their drift (batch, free), 0 where the box holds them.

    Raises
    ------
    NoRadiusError
        If a sample diverges.
    """
    network, free = system.network, system.network.connectivity.free
    state = settle(network, x, solver=SOLVER, throw=False).state
    if not np.all(np.isfinite(state)):
        raise NoRadiusError("a sample diverges instead of settling to an answer")
    speed = np.where(network.held(state), 0.0, network.drift(state))
    return state[:, free], speed[:, free]


def radii(outputs: Array, sensitivity: Sensitivity, error: Array) -> Array:
    """Return the distance (batch,) within which no input changes the largest output, or whether the only one is > 0.5.

    Parameters
    ----------
    outputs : array (batch, outputs)
    sensitivity : Sensitivity
    error : array (batch,)
        How far the state may be from the equilibrium, in the norm of the sensitivity.

    Examples
    --------
    >>> sensitivity = Sensitivity(np.ones((2, 2)), np.array([[1.0, 2.0], [2.0, 1.0]]))
    >>> radii(np.array([[0.75, 0.25], [0.5, 0.5]]), sensitivity, np.zeros(2)).round(6).tolist()
    [0.25, 0.0]
    """
    top = outputs.argmax(axis=1)
    own = np.arange(outputs.shape[1]) == top[:, None]
    if outputs.shape[1] == 1:
        gap, own = np.abs(outputs - 0.5), np.zeros_like(own)
    else:
        gap = np.take_along_axis(outputs, top[:, None], axis=1) - outputs
    left = np.maximum(gap - sensitivity.spread[top] * error[:, None], 0.0)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        reach = np.where(
            sensitivity.response[top] > 0.0, left / sensitivity.response[top], np.where(left > 0.0, np.inf, 0.0)
        )
    return np.asarray((1.0 - CAUTION) * np.min(np.where(own, np.inf, reach), axis=1))


def against_each_other(sizes: Array, combined: Callable[[Array, Array], Array]) -> Array:
    """Return the sizes of two outputs combined (outputs, outputs), and those of one on the diagonal."""
    spread = np.asarray(combined(sizes[:, None], sizes))
    np.fill_diagonal(spread, sizes)
    return spread


def in_norm(system: System, x: Array, rate: float, norm: str, weights: Array | None, P: Array | None) -> Array:
    """Return the radii (batch,) from a contraction: the equilibrium moves by at most the drive over the rate.

    Parameters
    ----------
    system : System
    x : array (batch, inputs)
    rate, norm, weights
        As in :class:`Certificate`.
    P : array (free, free) or None
        The matrix of the norm "P".

    Raises
    ------
    NoRadiusError
        As :func:`driving`.
    """
    drive = driving(system)
    state, speed = settled(system, x)
    outputs = np.flatnonzero(system.network.connectivity.nudged >= 0)
    scale = np.ones(len(system.nodes)) if weights is None else weights
    if norm == "P":
        assert P is not None
        # In the unit ball of z'Pz, (q'z)^2 is at most q'P^-1 q: q = e_a - e_b.
        inverse = np.linalg.inv(P)[np.ix_(outputs, outputs)]
        own = np.diag(inverse)
        spread = np.sqrt(np.maximum(own[:, None] + own - 2.0 * inverse, 0.0))
        np.fill_diagonal(spread, np.sqrt(own))
        sizes = np.sqrt(drive @ np.abs(P) @ drive), np.sqrt(np.einsum("bi,ij,bj->b", speed, P, speed))
    else:
        order = {"l_1": 1, "l_2": 2, "l_inf": np.inf}[norm]
        # abs(z_a - z_b) is at most the dual norm of e_a / weights_a - e_b / weights_b: l_inf, l_2 or l_1 of its two.
        spread = against_each_other(1.0 / scale[outputs], {1: np.maximum, 2: np.hypot, np.inf: np.add}[order])
        sizes = np.linalg.norm(scale * drive, order), np.linalg.norm(scale * speed, order, axis=1)
    # The equilibrium moves by at most |drive| / rate; the computed state is within |speed| / rate of it.
    sensitivity = Sensitivity(spread, spread * sizes[0] / rate)
    return radii(state[:, outputs], sensitivity, sizes[1] / rate)
