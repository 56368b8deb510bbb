"""A piecewise-linear network as arrays: couplings, and the pieces of each neuron; its pattern at an equilibrium."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from neurograph._arrays import Floats
from neurograph.certificates.system import EPS, in_float64
from neurograph.equations.populations import by_population
from neurograph.errors import ParameterError
from neurograph.network.network import Network
from neurograph.regions.pieces import NotPiecewiseLinearError, Pieces, at_rest, sent

Array = NDArray[np.float64]
Places = NDArray[np.int64]


@dataclass(frozen=True)
class Neuron:
    """A neuron at rest, piece by piece of its summed input u.

    Attributes
    ----------
    knots : array (pieces - 1,)
        Where the pieces meet.
    sends, rests : array (pieces, 2)
        Slope and intercept in u of what it sends, and of its state.
    """

    knots: Array
    sends: Array
    rests: Array

    @property
    def ends(self) -> Array:
        """The knots between the ends of the line."""
        return np.concatenate([[-np.inf], self.knots, [np.inf]])

    def names(self) -> tuple[str, ...]:
        """Return what the pieces are called: at the low bound, linear, at the high bound."""
        last, found = len(self.rests) - 1, []
        sloped = int(np.sum(self.rests[:, 0] != 0.0))
        for k, (slope, _) in enumerate(self.rests):
            flat = "low" if k == 0 else "high" if k == last else f"flat {k}"
            found.append(flat if slope == 0.0 else "linear" if sloped == 1 else f"linear {k}")
        return tuple(found)


@dataclass(frozen=True, eq=False)
class Units:
    """What proofs ask of a network whose neurons are piecewise linear: u = W r + U x + w at rest, r what is sent.

    Attributes
    ----------
    network : Network
        In float64.
    neurons : tuple of Neuron
        The free neurons, in their order.
    W : array (free, free)
    U : array (free, inputs)
    w : array (free,)
        From bias nodes, and from inputs whose transfer has an intercept.
    sources : array (free,)
        Which free neuron each is. An output whose state is not what it sends is there twice: behind all others there
        is one that hears the same, is heard by none, and "sends" the state, of which properties speak.
    """

    network: Network
    neurons: tuple[Neuron, ...]
    W: Array
    U: Array
    w: Array
    sources: Places

    @classmethod
    def of(cls, network: Network, low: Array, high: Array) -> Units:
        """Read the pieces of each free neuron, and what inputs between `low` and `high` send.

        Raises
        ------
        NotPiecewiseLinearError
            If an equation is not piecewise linear, a neuron has further variables, or an input's transfer has a kink
            inside its domain.
        """
        network = in_float64(network)
        dynamics, connectivity = network.dynamics, network.connectivity
        if names := ", ".join(dynamics.variable_names):
            raise NotPiecewiseLinearError(
                f"neurons have the further variables {names}: expected neurons of one, whose equilibria certify() knows"
            )
        drifts, transfers = by_population(dynamics.drift_equation), by_population(dynamics.transfer_equation)
        population, constants = network.population, network.constants
        free, matrix = connectivity.free, network.matrix()[connectivity.free].toarray()
        neurons = []
        for place in free.tolist():
            own = {name: float(values[place]) for name, values in constants.items()}
            box = _end(network.box[0][place]), _end(network.box[1][place])
            try:
                state = at_rest(drifts[population[place]], own, box)
                sending = state.after(sent(transfers[population[place]], own, box))
            except NotPiecewiseLinearError as error:
                raise NotPiecewiseLinearError(f"node {network.nodes[place]!r}: {error}") from None
            neurons.append(_neuron(state, sending))
        slope, foot = np.ones(low.size), np.zeros(low.size)
        for k, place in enumerate(connectivity.inputs.tolist()):
            own = {name: float(values[place]) for name, values in constants.items()}
            ends = Fraction(float(low[k])), Fraction(float(high[k]))
            what = sent(transfers[population[place]], own, (None, None))
            inside = [knot for knot in what.knots if ends[0] < knot < ends[1]]
            if inside:
                raise NotPiecewiseLinearError(
                    f"input {network.nodes[place]!r} sends {transfers[population[place]].text!r}, which has a kink at "
                    f"{float(inside[0]):g}, inside its domain from {low[k]:g} to {high[k]:g}: expected a domain on one "
                    "side of it"
                )
            line = what.clipped(None, None).lines[sum(knot <= ends[0] for knot in what.knots)]
            slope[k], foot[k] = map(float, line)
        from_inputs = matrix[:, connectivity.inputs]
        ones = np.ones((1, len(network.nodes)))
        from_bias = matrix[:, connectivity.bias_nodes] @ network.sent(ones)[0, connectivity.bias_nodes]
        places = {node: k for k, node in enumerate(free.tolist())}
        outputs = [places[node] for node in connectivity.outputs.tolist()]
        twice = [j for j in outputs if not np.array_equal(neurons[j].sends, neurons[j].rests)]
        neurons += [replace(neurons[j], sends=neurons[j].rests) for j in twice]
        sources = np.array([*range(free.size), *twice], np.int64)
        W = np.hstack([matrix[:, free], np.zeros((free.size, len(twice)))])
        w = from_inputs @ foot + from_bias
        return cls(network, tuple(neurons), W[sources], (from_inputs * slope)[sources], w[sources], sources)

    @cached_property
    def labels(self) -> tuple[Hashable, ...]:
        """Labels of the free neurons."""
        free = self.network.connectivity.free[self.sources]
        return tuple(self.network.nodes[place] for place in free.tolist())

    @cached_property
    def outputs(self) -> Places:
        """Places of what "sends" the states of the outputs."""
        place = {node: k for k, node in enumerate(self.network.connectivity.free[self.sources].tolist())}
        return np.array([place[node] for node in self.network.connectivity.outputs.tolist()], np.int64)

    @cached_property
    def branching(self) -> Places:
        """Places of the neurons of several pieces, each once."""
        own = [j for j, one in enumerate(self.neurons) if one.knots.size and self.sources[j] == j]
        return np.array(own, np.int64)

    @cached_property
    def knots(self) -> Array:
        """The knots of all neurons (free, most), infinite where one has fewer."""
        most = max((one.knots.size for one in self.neurons), default=0)
        return np.array([[*one.knots, *[np.inf] * (most - one.knots.size)] for one in self.neurons]).reshape(-1, most)

    @cached_property
    def all_lines(self) -> Array:
        """Slope and intercept of what each neuron sends, piece by piece (free, most + 1, 2), the last one repeated."""
        most = self.knots.shape[1] + 1
        return np.array([[*one.sends, *[one.sends[-1]] * (most - len(one.sends))] for one in self.neurons])

    @cached_property
    def couplings(self) -> sp.csr_array:
        """The equations u - W r - U x = w as rows of z = (x, u, r)."""
        one = sp.eye_array(len(self.neurons), format="csr")
        return sp.csr_array(sp.hstack([-sp.csr_array(self.U), one, -sp.csr_array(self.W)]))

    def lines(self, pattern: Places) -> Array:
        """Return slope and intercept of what each neuron sends (free, 2) at a pattern."""
        return np.asarray(self.all_lines[np.arange(pattern.size), pattern])

    def pattern_at(self, u: Array) -> Places:
        """Return the piece of each neuron (free,) at summed inputs u (free,)."""
        return np.asarray(np.sum(self.knots < u[:, None], axis=1), np.int64)

    def ends(self, pattern: Places) -> tuple[Array, Array]:
        """Return the ends of u (free,) of the pieces of a pattern."""
        most = np.full((pattern.size, 1), np.inf)
        whole, rows = np.hstack([-most, self.knots, most]), np.arange(pattern.size)
        return whole[rows, pattern], whole[rows, pattern + 1]

    def summed(self, state: Floats) -> Array:
        """Return u (batch, free) at states (batch, nodes)."""
        summed = self.network.summed_input(state)[:, self.network.connectivity.free[self.sources]]
        return np.asarray(summed, np.float64)

    def settled(self, x: Array, pattern: Places) -> tuple[Array, Places] | None:
        """Return u (free,) at the equilibrium of an input, and its pattern, searched from a pattern; None if not found.

        Newton's method on a piecewise-linear equation: the affine equilibrium of a pattern says the next pattern.
        """
        for _ in range(3 * len(self.neurons) + 10):
            slope, foot = self.lines(pattern).T
            try:
                u = np.linalg.solve(np.eye(slope.size) - self.W * slope, self.U @ x + self.W @ foot + self.w)
            except np.linalg.LinAlgError:
                return None
            found = self.pattern_at(u)
            if np.array_equal(found, pattern) or self._consistent(u, pattern):
                return u, pattern
            pattern = found
        return None

    def _consistent(self, u: Array, pattern: Places) -> bool:
        low, high = self.ends(pattern)
        room = 1e-12 * (1.0 + np.abs(u))
        return bool(np.all((u >= low - room) & (u <= high + room)))

    def affine(self, pattern: Places) -> tuple[Array, Array]:
        """Return T (free, inputs) and t (free,) with u = T x + t at the equilibrium of a pattern.

        Raises
        ------
        ParameterError
            If the pattern has no equilibrium of its own.
        """
        slope, foot = self.lines(pattern).T
        system = np.eye(len(slope)) - self.W * slope
        try:
            solved = np.linalg.solve(system, np.column_stack([self.U, self.W @ foot + self.w]))
        except np.linalg.LinAlgError:
            raise ParameterError(
                "pattern has no equilibrium, or a line of them: expected one at which it is unique"
            ) from None
        return solved[:, :-1], solved[:, -1]

    def affine_error(self, pattern: Places, low: Array, high: Array) -> float:
        """Bound how far rounding has moved T x + t of :meth:`affine` from u, for inputs between two ends; or inf."""
        (slope, foot), (T, t) = self.lines(pattern).T, self.affine(pattern)
        system, n = np.eye(slope.size) - self.W * slope, slope.size
        inverse = np.linalg.inv(system)
        terms = (n + 8) * EPS
        off = np.abs(np.eye(n) - inverse @ system) + terms * (np.abs(inverse) @ np.abs(system) + np.eye(n))
        share = float(np.max(np.sum(off, axis=1), initial=0.0)) * 1.01
        if not share < 1.0:
            return np.inf
        reach = np.maximum(np.abs(low), np.abs(high))
        side = self.W @ foot + self.w
        size = np.abs(system) @ (np.abs(T) @ reach + np.abs(t)) + np.abs(self.U) @ reach
        size += np.abs(self.W) @ np.abs(foot) + np.abs(self.w) + np.abs(T) @ reach + np.abs(t)
        left = (
            np.abs(system @ T - self.U) @ reach
            + np.abs(system @ t - side)
            + 2.0 * (terms + self.U.shape[1] * EPS) * size
        )
        return float(1.01 * np.max(np.sum(np.abs(inverse), axis=1)) * np.max(left) / (1.0 - share))

    def halfspaces(self, pattern: Places) -> tuple[Array, Array, Places]:
        """Return A, b and whose each row is: A x <= b says that the equilibrium of x is at this pattern."""
        T, t = self.affine(pattern)
        rows: list[Array] = []
        sides: list[float] = []
        owner: list[int] = []
        for j in self.branching.tolist():
            one, k = self.neurons[j], pattern[j]
            low, high = one.ends[k], one.ends[k + 1]
            if np.isfinite(low):
                rows, sides, owner = [*rows, -T[j]], [*sides, t[j] - low], [*owner, j]
            if np.isfinite(high):
                rows, sides, owner = [*rows, T[j]], [*sides, high - t[j]], [*owner, j]
        return np.array(rows).reshape(-1, self.U.shape[1]), np.array(sides), np.array(owner, np.int64)


def _end(value: float) -> Fraction | None:
    return Fraction(float(value)) if np.isfinite(value) else None


def _neuron(state: Pieces, sending: Pieces) -> Neuron:
    knots = tuple(sorted({*state.knots, *sending.knots}))
    parts = (np.array([[float(a), float(b)] for a, b in one.refined(knots)]) for one in (sending, state))
    return Neuron(np.array([float(knot) for knot in knots]), *parts)
