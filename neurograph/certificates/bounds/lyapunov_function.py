"""Functions of the state that fall while a network settles."""

from __future__ import annotations

import abc
from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np
from numpy.typing import ArrayLike

from neurograph.certificates.system import Array, System
from neurograph.equations.neuron import pressed
from neurograph.errors import ParameterError
from neurograph.graphs.labelled import by_name
from neurograph.solvers.base import Phase
from neurograph.solvers.vector_field import VectorField


@dataclass(frozen=True, eq=False)
class LyapunovFunction(abc.ABC):
    """V of one sample of x, and how fast it changes along the flow in the box.

    Attributes
    ----------
    system : System
    phase : Phase
        Of this sample alone.
    equilibrium : array (nodes,)
        An equilibrium, at which V is 0.
    level : float
        What is certified holds for the states with V <= level; infinite where it holds for every state.
    symbol : str
        How a figure calls V, in matplotlib's mathematics.
    """

    system: System = field(repr=False)
    phase: Phase = field(repr=False)
    equilibrium: Array = field(repr=False)
    level: float = np.inf
    symbol: ClassVar[str] = "V"

    def value(self, state: ArrayLike) -> Array:
        """Return V (...) at states (..., nodes); what they say of clamped nodes is not read.

        Raises
        ------
        ParameterError
            If the states have another shape.
        """
        return self._value(self._read(state))

    def slope(self, state: ArrayLike) -> Array:
        """Return dV/dt (...) at states (..., nodes) as time goes on, where V has a corner too.

        Raises
        ------
        ParameterError
            If the states have another shape.
        """
        s = self._read(state)
        return self._slope(s, self._flow(s))

    @abc.abstractmethod
    def _value(self, s: Array) -> Array:
        """Return V at states of the free nodes (..., free)."""

    @abc.abstractmethod
    def _slope(self, s: Array, flow: Array) -> Array:
        """Return dV/dt where the free nodes (..., free) move as `flow`, which the box has clipped."""

    @property
    def _equilibrium(self) -> Array:
        """The equilibrium of the free nodes."""
        return np.asarray(self.equilibrium[self.system.network.connectivity.free])

    def _read(self, state: ArrayLike) -> Array:
        """Return the free nodes of a state."""
        s = np.asarray(by_name(state, self.system.network.nodes, "state"), np.float64)
        if s.ndim == 0 or s.shape[-1] != self.equilibrium.size:
            raise ParameterError(
                f"state has shape {s.shape}: expected (..., {self.equilibrium.size}), one number a node"
            )
        return np.asarray(s[..., self.system.network.connectivity.free])

    def _drift(self, s: Array) -> Array:
        """Return ds/dt of the phase, the box left out."""
        columns = s.reshape(-1, s.shape[-1]).T
        field = VectorField(self.system.network, self.phase)
        return field.drift(columns, np.zeros(columns.shape[1], np.int64)).T.reshape(s.shape)

    def _flow(self, s: Array) -> Array:
        """Return ds/dt with what pushes out of the box left out."""
        drift = self._drift(s)
        return np.where(pressed(s, drift, *self.system.box) != 0, 0.0, drift)


@dataclass(frozen=True, eq=False, kw_only=True)
class Distance(LyapunovFunction):
    """The distance to the equilibrium in the norm of a contraction; dV/dt <= -rate V.

    Attributes
    ----------
    norm : {"l_1", "l_2", "l_inf", "P"}
    weights : array (free,)
    matrix : array (free, free) or None
        P of the norm sqrt(z' P z).
    """

    norm: str
    weights: Array = field(repr=False)
    matrix: Array | None = field(default=None, repr=False)
    symbol: ClassVar[str] = r"\|s - s^*\|"

    def _value(self, s: Array) -> Array:
        return self._length(s - self._equilibrium)

    def _length(self, away: Array) -> Array:
        if self.matrix is not None:
            return np.asarray(np.sqrt(np.einsum("...j,jk,...k->...", away, self.matrix, away)))
        order = {"l_1": 1, "l_2": 2, "l_inf": np.inf}[self.norm]
        return np.asarray(np.linalg.norm(self.weights * away, order, axis=-1))

    def _slope(self, s: Array, flow: Array) -> Array:
        """Return the derivative to the right, which a norm has everywhere."""
        away = s - self._equilibrium
        size = self._length(away)
        if self.matrix is not None or self.norm == "l_2":
            square = np.diag(self.weights**2) if self.matrix is None else self.matrix
            inner = np.einsum("...j,jk,...k->...", away, square, flow)
            return np.where(size > 0.0, inner / np.where(size > 0.0, size, 1.0), self._length(flow))
        # d|z_j|/dt is sign(z_j) dz_j/dt, and |dz_j/dt| where z_j = 0. The l_1 norm adds them; the l_inf norm grows like
        # the fastest of those components that are the largest.
        moved = self.weights * np.where(away == 0.0, np.abs(flow), np.sign(away) * flow)
        if self.norm == "l_1":
            return np.asarray(np.sum(moved, axis=-1))
        farthest = self.weights * np.abs(away) == size[..., None]
        return np.asarray(np.max(np.where(farthest, moved, -np.inf), axis=-1))


@dataclass(frozen=True, eq=False, kw_only=True)
class Quadratic(LyapunovFunction):
    """(s - s*)' P (s - s*), which falls where it is at most `level`.

    Attributes
    ----------
    matrix : array (free, free)
        P, symmetric.
    """

    matrix: Array = field(repr=False)
    symbol: ClassVar[str] = "(s - s^*)'P\\,(s - s^*)"

    def _value(self, s: Array) -> Array:
        away = s - self._equilibrium
        return np.asarray(np.einsum("...j,jk,...k->...", away, self.matrix, away))

    def _slope(self, s: Array, flow: Array) -> Array:
        return np.asarray(2.0 * np.einsum("...j,jk,...k->...", s - self._equilibrium, self.matrix, flow))
