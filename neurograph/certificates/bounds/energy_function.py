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
from neurograph.equations.intervals import SMOOTH, enclose

POINTS = 64
"""Points of the quadrature of an integral over a neuron's state."""

PANELS = 64
"""Parts of the interval with so many points each, where the function may have kinks."""

DOUBLINGS = 30
"""How often, at most, the interval in which the inverse of an activation is looked for is doubled."""


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
    """E(s) - E(s*) of a drift L (rho(I) - s); infinite outside the closed range of rho.

    Where rho is flat or has kinks, the convex conjugate of its integral stands for the integral of its inverse.
    """

    def _value(self, s: Array) -> Array:
        # E(s) - E(s*) = -(s - s*)'W (s - s*) / 2 - I*'(s - s*) + sum_j int rho^-1(z) dz from s*_j to s_j.
        away, total, start = s - self._equilibrium, self._input, self._nearest(self._equilibrium)
        start = np.where(np.isfinite(start), start, total)  # rounding may put the equilibrium outside
        reached = self._nearest(s)
        inside = np.isfinite(reached)
        end = np.where(inside, reached, start)
        # By parts: int rho^-1(z) dz from s* to s is s I - s* I0 - int rho(u) du from I0 to I, rho(I) = s, rho(I0) = s*,
        # whichever of several such I is taken.
        panels = PANELS if self._kinked else 1
        own = s * end - self._equilibrium * start - _integral(self._activation, start, end, panels)
        value = np.sum(own - total * away, axis=-1) - 0.5 * np.sum(away * _applied(self.system.weights, away), axis=-1)
        return np.where(np.all(inside, axis=-1), value, np.inf)

    def _slope(self, s: Array, flow: Array) -> Array:
        # To the right in time: a neuron that rises has the largest I with rho(I) = s for its slope, one that falls the
        # least, and those are the ones that are finite.
        total = self._input + _applied(self.system.weights, s - self._equilibrium)
        least, largest = self._inverse(s)
        ahead = np.where(flow > 0.0, largest, np.where(flow < 0.0, least, total))
        return np.asarray(np.sum((ahead - total) * flow, axis=-1))

    @property
    def _kinked(self) -> bool:
        """Whether rho may have kinks."""
        return bool(np.any(enclose(self.system.network.dynamics.drift_equation, self.system.symbols).grade != SMOOTH))

    def _activation(self, total: Array) -> Array:
        """Return rho(I) (..., free), the nudge with it: where a neuron is at rest."""
        zero = np.zeros_like(total)
        leak = self.system.nudge - self._at(self.system.network.dynamics.slope("s"), zero)
        return np.asarray(self._unmoved(zero, total) / leak)

    def _nearest(self, s: Array) -> Array:
        """Return the I nearest to 0 with rho(I) = s; not finite where there is none."""
        least, largest = self._inverse(s)
        return np.asarray(np.clip(0.0, least, largest))

    @np.errstate(over="ignore")
    def _inverse(self, s: Array) -> tuple[Array, Array]:
        """Return the least I with rho(I) >= s and the largest with rho(I) <= s; not finite where rho has no such value.

        They are where rho(I) = s, or at the ends of the interval that is looked through, where it is s beyond.
        """
        low, high = np.full(s.shape, -1.0), np.full(s.shape, 1.0)
        for _ in range(DOUBLINGS):
            above, below = self._activation(low) > s, self._activation(high) < s
            if not np.any(above | below):
                break
            low, high = np.where(above, 2.0 * low, low), np.where(below, 2.0 * high, high)
        outside = ~((self._activation(low) <= s) & (self._activation(high) >= s))
        largest = self._bisected(low, high, s, np.less_equal)
        least = self._bisected(low, high, s, np.less) if self._kinked else largest
        return np.where(outside, np.nan, least), np.where(outside, np.nan, largest)

    def _bisected(self, low: Array, high: Array, s: Array, below: np.ufunc) -> Array:
        """Return where ``below(rho(I), s)`` ends, if it does between low and high."""
        for _ in range(60 + int(np.log2(np.max(high - low, initial=1.0)))):
            middle = 0.5 * (low + high)
            left = below(self._activation(middle), s)
            low, high = np.where(left, middle, low), np.where(left, high, middle)
        return np.asarray(0.5 * (low + high))


def _applied(matrix: Any, s: Array) -> Array:
    """Multiply states (..., free) by a sparse matrix."""
    return np.asarray((matrix @ s.reshape(-1, s.shape[-1]).T).T.reshape(s.shape))


def _integral(function: Callable[[Array], Array], start: Array, end: Array, panels: int = 1) -> Array:
    """Integrate each neuron's function from `start` (free,) to `end` (..., free)."""
    # Gauss-Legendre quadrature, whose points u in [-1, 1] go to start + (1 + u) (end - start) / 2, of each panel.
    points, weights = np.polynomial.legendre.leggauss(POINTS)
    total, step = np.zeros(end.shape), (end - start) / panels
    first = np.arange(panels).reshape(-1, *[1] * end.ndim)
    for point, weight in zip(points, weights, strict=True):
        total += weight * np.sum(function(start + (first + 0.5 * (1.0 + point)) * step), axis=0)
    return 0.5 * step * total
