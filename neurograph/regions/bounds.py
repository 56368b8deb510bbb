"""Where each neuron can be while the inputs stay in a box: intervals that hold the equilibrium, rounded outward."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from neurograph.certificates import Certificate
from neurograph.certificates.bounds.robustness_radius import settled
from neurograph.certificates.deadline import Deadline
from neurograph.certificates.system import EPS
from neurograph.errors import ParameterError
from neurograph.regions.units import Array, Places, Units

SWEEPS = 60
"""Rounds of intervals through the network at most."""

CAUTION = 1e-9
"""Share by which a bound from a certificate's rate is widened for the rounding of its formula."""


class NoBoundError(ParameterError):
    """No bound of the neurons is known over the domain, without which a proof has no numbers to begin with."""


@dataclass(frozen=True, eq=False)
class Range:
    """Ends of the inputs, of the summed input u of each free neuron, and of what it sends.

    Attributes
    ----------
    x_low, x_high : array (inputs,)
    low, high : array (free,)
        Of u.
    r_low, r_high : array (free,)
    """

    x_low: Array
    x_high: Array
    low: Array
    high: Array
    r_low: Array
    r_high: Array

    def within(self, units: Units, low: Array, high: Array) -> Range:
        """Return the range with u between these ends as well, and what is sent in keeping."""
        low, high = np.maximum(self.low, low), np.minimum(self.high, high)
        r_low, r_high = sent_between(units, low, high)
        return replace(
            self, low=low, high=high, r_low=np.maximum(self.r_low, r_low), r_high=np.minimum(self.r_high, r_high)
        )

    @property
    def empty(self) -> bool:
        """Whether nothing is in it."""
        return bool(np.any(self.low > self.high) or np.any(self.r_low > self.r_high))

    def pieces(self, units: Units) -> tuple[Places, Places]:
        """Return the first and the last piece that each neuron can be at (free,)."""
        first = np.sum(units.knots <= self.low[:, None], axis=1)
        last = np.sum(units.knots < self.high[:, None], axis=1)
        return np.minimum(first, last), np.maximum(first, last)


def sent_between(units: Units, low: Array, high: Array) -> tuple[Array, Array]:
    """Return the least and the most that each neuron sends (free,) while u is between these ends."""
    rows = np.arange(low.size)
    least, most, size = np.full(low.size, np.inf), np.full(low.size, -np.inf), np.zeros(low.size)
    inside = np.clip(units.knots, low[:, None], high[:, None])
    for mark in (low, *inside.T, high):
        for strict in (True, False):  # the lines left and right of it, equal but for rounding
            piece = np.sum(units.knots < mark[:, None] if strict else units.knots <= mark[:, None], axis=1)
            slope, foot = units.all_lines[rows, piece].T
            with np.errstate(invalid="ignore"):
                value = np.where(slope == 0.0, foot, slope * mark + foot)
            least, most = np.minimum(least, value), np.maximum(most, value)
            size = np.maximum(size, np.where(np.isfinite(value), np.abs(value) + np.abs(foot), 0.0))
    return least - 8.0 * EPS * size, most + 8.0 * EPS * size


def values_at(lines: Array, knots: Array, u: float) -> tuple[float, float]:
    """Return the values of the lines left and right of u, equal but for rounding; infinite where u is and they rise."""
    places = np.searchsorted(knots, u, "left"), np.searchsorted(knots, u, "right")
    left, right = (_line(float(lines[place][0]), float(lines[place][1]), u) for place in places)
    return left, right


def _line(slope: float, foot: float, u: float) -> float:
    return foot if slope == 0.0 else slope * u + foot


def range_over(units: Units, low: Array, high: Array, certificate: Certificate | None, deadline: Deadline) -> Range:
    """Return a range that holds the equilibrium of each input between `low` and `high`.

    Raises
    ------
    NoBoundError
        If a neuron has no bound.
    OutOfTimeError
        If the deadline passes first.
    """
    whole = np.full(len(units.neurons), np.inf)
    found = Range(low, high, -whole, whole, *sent_between(units, -whole, whole))
    found = settled_range(units, found, deadline)
    unbounded = ~np.isfinite(found.low) | ~np.isfinite(found.high)
    if np.any(unbounded) and certificate is not None:
        near = _near(units, low, high, certificate)
        if near is not None:
            found = replace(found, r_low=np.maximum(found.r_low, near[0]), r_high=np.minimum(found.r_high, near[1]))
            found = settled_range(units, found, deadline)
            unbounded = ~np.isfinite(found.low) | ~np.isfinite(found.high)
    if np.any(unbounded):
        label = units.labels[int(np.flatnonzero(unbounded)[0])]
        raise NoBoundError(
            f"node {label!r} has no bound over the domain: expected a box, neurons that saturate, as of "
            "dynamics.additive('clip'), a graph without cycles, or a certificate with a rate; "
            "certificates.contracting() as keep= of train() gives one"
        )
    return found


def refined(units: Units, known: Range) -> Range:
    """Return the range after one more round through the network; empty where nothing can be in it."""
    return known if known.empty else known.within(units, *through(units, known))


def settled_range(units: Units, found: Range, deadline: Deadline) -> Range:
    """Return the range after intervals went through the network until little changes."""
    for _ in range(SWEEPS):
        deadline.check()
        low, high = through(units, found)
        new = found.within(units, low, high)
        if new.empty:
            return found  # rounding: what is known stays
        with np.errstate(invalid="ignore"):
            shrunk = np.nan_to_num((found.high - found.low) - (new.high - new.low), nan=0.0, posinf=1.0)
            size = np.where(np.isfinite(found.high - found.low), found.high - found.low, 1.0)
        newly = np.any(
            np.isfinite(new.high) & ~np.isfinite(found.high) | np.isfinite(new.low) & ~np.isfinite(found.low)
        )
        found = new
        if not np.any(newly) and np.all(shrunk <= 1e-3 * size):
            break
    return found


def through(units: Units, known: Range) -> tuple[Array, Array]:
    """Return ends of u (free,) that follow from those of x and r by the couplings, rounded outward."""
    low, high, size = units.w.copy(), units.w.copy(), np.abs(units.w)
    for matrix, least, most in ((units.W, known.r_low, known.r_high), (units.U, known.x_low, known.x_high)):
        up, down = np.maximum(matrix, 0.0), np.minimum(matrix, 0.0)
        low = low + _product(up, least) + _product(down, most)
        high = high + _product(up, most) + _product(down, least)
        size = size + _product(np.abs(matrix), np.maximum(np.abs(least), np.abs(most)))
    slack = (sum(units.U.shape) + 16) * EPS * size
    return np.where(np.isfinite(slack), low - slack, low), np.where(np.isfinite(slack), high + slack, high)


def _product(matrix: Array, vector: Array) -> Array:
    """Return matrix @ vector, 0 times infinity being 0."""
    if np.all(np.isfinite(vector)):
        return np.asarray(matrix @ vector)
    finite = np.where(np.isfinite(vector), vector, 0.0)
    endless = np.where(np.isfinite(vector), 0.0, np.sign(vector))
    return np.asarray(matrix @ finite + np.array([0.0, np.inf, -np.inf])[np.sign(matrix @ endless).astype(np.int64)])


def _near(units: Units, low: Array, high: Array, certificate: Certificate) -> tuple[Array, Array] | None:
    """Return ends of what is sent: the equilibrium is nearer to a state than that state's speed over the rate."""
    rate, norm, system = certificate.rate, certificate.norm, certificate.system
    if rate is None or norm is None or "contracting" not in certificate.claims or certificate.scope != "all inputs":
        return None
    middle = 0.5 * (low + high)
    state, still = settled(system, middle[None])
    own = units.network.connectivity.free.size  # the couplings of those that are there twice are those of the first
    # Elsewhere the drift at this state is larger by at most abs(dg/dI) abs(U) reach.
    reach = np.maximum(high - middle, middle - low)
    speed = np.abs(still[0]) + system.slopes["dg/dI"].size * (np.abs(units.U[:own]) @ reach)
    scale = np.ones(speed.size) if certificate.weights is None else certificate.weights
    if norm == "P":
        P = np.asarray(certificate.witness["P"])
        away = np.sqrt(speed @ np.abs(P) @ speed) / rate * np.sqrt(np.diag(np.linalg.inv(P)))
    else:
        order = {"l_1": 1, "l_2": 2, "l_inf": np.inf}[norm]
        away = np.linalg.norm(scale * speed, order) / rate / scale
    away = (1.0 + CAUTION) * away * system.slopes["f'"].size + CAUTION
    sending = units.network.sent(settled_nodes(units, state[0]))[units.network.connectivity.free]
    none = np.full(len(units.neurons) - own, np.inf)
    return np.concatenate([sending - away, -none]), np.concatenate([sending + away, none])


def settled_nodes(units: Units, state: Array) -> Array:
    """Return a state of all nodes, the free ones as given, the others 0."""
    whole = np.zeros(len(units.network.nodes))
    whole[units.network.connectivity.free] = state
    return whole
