"""The energies of symmetric networks as functions of the state."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from neurograph.certificates.bounds.lyapunov_function import LyapunovFunction
from neurograph.certificates.system import Array
from neurograph.equations.costs import squared_error
from neurograph.equations.expression import Expression

POINTS = 64
"""Points of the quadrature of an integral over a neuron's state."""

HALVINGS = 60
"""Bisections of the interval in which the inverse of an activation is looked for."""


@dataclass(frozen=True, eq=False)
class Energy(LyapunovFunction):
    """E(s) - E(s*) of a drift a(s) I + r(s); see :class:`neurograph.certificates.theorems.energy.EnergyDescent`."""

    symbol: ClassVar[str] = "E(s) - E(s^*)"

    def _value(self, s: Array) -> Array:
        # With I* the summed input at s*, E(s) - E(s*) = -(f - f*)'W (f - f*) / 2 - I*'(f - f*) - sum_j int r f' / a
        # from s*_j to s_j: the linear term holds what clamped nodes send and W f*.
        dynamics, sent = self.system.network.dynamics, self._at(self.system.network.dynamics.transfer_equation, s)
        away = sent - self._at(dynamics.transfer_equation, self._equilibrium)

        def pull(z: Array) -> Array:
            slope, input_slope = self._at(dynamics.transfer_slope, z), self._at(dynamics.slope("I"), z)
            return self._unmoved(z) * slope / input_slope

        own = _integral(pull, self._equilibrium, s)
        bond = 0.5 * np.sum(away * _applied(self.system.weights, away), axis=-1)
        return np.asarray(-bond - np.sum(self._input * away + own, axis=-1))

    def _slope(self, s: Array, flow: Array) -> Array:
        dynamics = self.system.network.dynamics
        metric = self._at(dynamics.transfer_slope, s) / self._at(dynamics.slope("I"), s)
        return np.asarray(-np.sum(metric * self._drift(s) * flow, axis=-1))

    @property
    def _input(self) -> Array:
        """The summed input at rest (free,)."""
        network = self.system.network
        return np.asarray(network.summed_input(self.equilibrium)[network.connectivity.free])

    def _at(self, equation: Expression, s: Array, total: Any = 0.0) -> Array:
        """Evaluate an equation of the free nodes (..., free)."""
        known = {name: 0.5 * (part.low + part.high) for name, part in self.system.constants.items()}
        return np.broadcast_to(np.asarray(equation(s=s, I=total, **known), np.float64), s.shape)

    def _unmoved(self, s: Array, total: Any = 0.0) -> Array:
        """Return the drift (..., free) with the nudge, under a summed input of one's own."""
        drift = self._at(self.system.network.dynamics.drift_equation, s, total)
        return np.asarray(drift + self.system.nudge * squared_error().force_at(s, self._target))

    @property
    def _target(self) -> Array:
        """What each free node is nudged towards (free,); 0 where it is not."""
        columns = self.system.network.connectivity.nudged
        if self.system.y is None:
            return np.zeros(columns.size)
        return np.where(columns >= 0, self.system.y[0][np.maximum(columns, 0)], 0.0)


@dataclass(frozen=True, eq=False)
class RateEnergy(Energy):
    """E(s) - E(s*) of a drift L (rho(I) - s); infinite outside the range of rho."""

    def _value(self, s: Array) -> Array:
        # E(s) - E(s*) = -(s - s*)'W (s - s*) / 2 - I*'(s - s*) + sum_j int rho^-1(z) dz from s*_j to s_j.
        away, total, start = s - self._equilibrium, self._input, self._inverse(self._equilibrium)
        reached = self._inverse(s)
        inside = np.isfinite(reached)
        end = np.where(inside, reached, start)
        # By parts: int rho^-1(z) dz from s* to s is s I - s* I0 - int rho(u) du from I0 to I, rho(I) = s, rho(I0) = s*.
        own = s * end - self._equilibrium * start - _integral(self._activation, start, end)
        value = np.sum(own - total * away, axis=-1) - 0.5 * np.sum(away * _applied(self.system.weights, away), axis=-1)
        return np.where(np.all(inside, axis=-1), value, np.inf)

    def _slope(self, s: Array, flow: Array) -> Array:
        total = self._input + _applied(self.system.weights, s - self._equilibrium)
        return np.asarray(np.sum((self._inverse(s) - total) * flow, axis=-1))

    def _activation(self, total: Array) -> Array:
        """Return rho(I) (..., free), the nudge with it: where a neuron is at rest."""
        zero = np.zeros_like(total)
        leak = self.system.nudge - self._at(self.system.network.dynamics.slope("s"), zero)
        return np.asarray(self._unmoved(zero, total) / leak)

    def _inverse(self, s: Array) -> Array:
        """Solve rho(I) = s by halving; not finite where there is no solution."""
        low, high = np.full(s.shape, -1.0), np.full(s.shape, 1.0)
        for _ in range(10):
            low = np.where(self._activation(low) > s, 2.0 * low, low)
            high = np.where(self._activation(high) < s, 2.0 * high, high)
        outside = (self._activation(low) >= s) | (self._activation(high) <= s)
        for _ in range(HALVINGS):
            middle = 0.5 * (low + high)
            above = self._activation(middle) > s
            low, high = np.where(above, low, middle), np.where(above, middle, high)
        return np.where(outside, np.nan, 0.5 * (low + high))


def _applied(matrix: Any, s: Array) -> Array:
    """Multiply states (..., free) by a sparse matrix."""
    return np.asarray((matrix @ s.reshape(-1, s.shape[-1]).T).T.reshape(s.shape))


def _integral(function: Callable[[Array], Array], start: Array, end: Array) -> Array:
    """Integrate each neuron's function from `start` (free,) to `end` (..., free)."""
    # Gauss-Legendre quadrature, whose points u in [-1, 1] go to start + (1 + u) (end - start) / 2.
    points, weights = np.polynomial.legendre.leggauss(POINTS)
    total = np.zeros(end.shape)
    for point, weight in zip(points, weights, strict=True):
        total += weight * function(start + 0.5 * (1.0 + point) * (end - start))
    return 0.5 * (end - start) * total
