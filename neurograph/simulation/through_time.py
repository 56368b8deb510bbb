"""The gradient of a cost along sequences: the adjoint of every step, from the last to the first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from neurograph.equations.costs import Cost
from neurograph.errors import DivergenceError
from neurograph.network.network import Network
from neurograph.network.relay_layers import relay_layers
from neurograph.simulation.product import Factor
from neurograph.simulation.run import Parts, parts_of, turned
from neurograph.simulation.turning import Turning

Array = NDArray[Any]
Complex = NDArray[Any]

ROWS = 1024
"""States that are taken through the factors together, when their own gradients are summed up."""

QUIET = np.errstate(over="ignore", invalid="ignore")
"""What leaves the range of floats is refused at the end, by name."""


@dataclass(frozen=True, eq=False)
class Pass:
    """What a run along sequences finds.

    Attributes
    ----------
    cost : float
        A mean over samples, and over steps where each has a target.
    outputs : array (batch, steps, outputs)
        Of the steps that have targets.
    last : complex array (batch, neurons)
        The states at the end.
    slope : array (parameters,) or None
        The derivative of the cost by each parameter of :class:`Turning`.
    """

    cost: float
    outputs: Array
    last: Complex
    slope: Array | None


@QUIET
def forward(network: Network, x: Array, y: Array, cost: Cost, start: Complex) -> Pass:
    """Return the cost along sequences x (batch, time, inputs), y (batch, time or 1, outputs)."""
    parts = parts_of(network)
    states = _first(parts, x, start)
    turned(parts, x.transpose(1, 0, 2) @ parts.into, states)
    outputs = parts.outputs(states[-y.shape[1] :]).transpose(1, 0, 2)
    return Pass(_mean(cost, outputs, y), outputs, states[-1].copy(), None)


@QUIET
def backward(network: Network, turning: Turning, x: Array, y: Array, cost: Cost, start: Complex) -> Pass:
    """Return the cost, and its gradient.

    Raises
    ------
    DivergenceError
        If that is not finite.
    """
    parts = parts_of(network)
    time, steps = x.shape[1], y.shape[1]
    states = _first(parts, x, start)
    given = np.ascontiguousarray(x.transpose(1, 0, 2))
    z = np.empty_like(states[1:])
    turned(parts, given @ parts.into, states, z)
    outputs = parts.outputs(states[-steps:]).transpose(1, 0, 2)
    flat, wanted = outputs.reshape(-1, y.shape[2]), y.reshape(-1, y.shape[2])
    force = cost.force_at(flat, wanted).reshape(outputs.shape).transpose(1, 0, 2)
    pull = -np.ascontiguousarray(force) / flat.shape[0]  # dC/dy (steps, batch, outputs)
    slopes, bias_slope = _adjoint(parts, z, pull)
    edges = _of_ends(network, given, states, slopes, pull)
    phases, reflections = _of_factors(network, turning, parts, states[:-1], slopes)
    biases = np.zeros(len(network.nodes))
    biases[relay_layers(network.connectivity).neurons] = bias_slope
    biases[network.connectivity.outputs] = pull.sum(axis=(0, 1))
    slope = turning.slope(edges, phases, reflections, biases)
    if not np.all(np.isfinite(slope)):
        raise DivergenceError(
            f"the gradient along {time} steps is not finite: expected finite numbers; lower the learning rate, or "
            "look with neurograph.certify(network) whether W is unitary"
        )
    return Pass(_mean(cost, outputs, y), outputs, states[-1].copy(), slope)


def _first(parts: Parts, x: Array, start: Complex) -> Complex:
    states = np.empty((x.shape[1] + 1, x.shape[0], parts.bias.size), np.complex128)
    states[0] = start
    return states


def _mean(cost: Cost, outputs: Array, y: Array) -> float:
    return cost.mean(outputs.reshape(-1, y.shape[2]), y.reshape(-1, y.shape[2]))


def _adjoint(parts: Parts, z: Complex, pull: Array) -> tuple[Complex, Array]:
    """Return dC/dz of every step, real and imaginary derivative as one number, and dC/db; z is overwritten by it."""
    # h = max(|z| + b, 0) e with e = z/|z|. With c = e* g, g = dC/dh, where the maximum is not 0:
    #   dC/dz = e (Re c + i (1 + b/|z|) Im c),  dC/db = Re c.
    size = np.abs(z)
    moves = (size + parts.bias > 0.0) & (size > 0.0)
    safe = np.where(moves, size, 1.0)
    direction = np.divide(z, safe, out=z)
    direction *= moves
    turn = 1.0 + parts.bias / safe
    bias_slope = np.zeros(parts.bias.size)
    back, first = parts.out.conj().T, z.shape[0] - pull.shape[0]
    g = np.zeros_like(z[0])
    for step in range(z.shape[0] - 1, -1, -1):
        if step >= first:
            g += pull[step - first] @ back
        c = direction[step].conj() * g
        bias_slope += c.real.sum(axis=0)
        c.imag *= turn[step]
        z[step] = direction[step] * c
        g = parts.product.apply_adjoint(z[step])
    return z, bias_slope


def _of_ends(network: Network, x: Array, states: Complex, slopes: Complex, pull: Array) -> Complex:
    """Return the derivative by each edge of V and U (edges,)."""
    layers, connectivity = relay_layers(network.connectivity), network.connectivity
    found = np.zeros(network.weights.size, np.complex128)
    place = np.zeros(len(network.nodes), np.int64)
    for some in (connectivity.inputs, layers.neurons, connectivity.outputs):
        place[some] = np.arange(some.size)
    rows = slopes.reshape(-1, slopes.shape[2])
    into = x.reshape(-1, x.shape[2]).T @ rows
    seen = states[-pull.shape[0] :].reshape(-1, states.shape[2])
    out = seen.conj().T @ pull.reshape(-1, pull.shape[2])
    for matrix, edges in ((into, layers.into), (out, layers.out)):
        found[edges] = matrix[place[connectivity.pre[edges]], place[connectivity.post[edges]]]
    return found


def _of_factors(
    network: Network, turning: Turning, parts: Parts, states: Complex, slopes: Complex
) -> tuple[Array, list[Complex]]:
    """Return the derivatives by the phase of each edge (edges,), and by each reflection's r."""
    phases = np.zeros(network.weights.size)
    learns = {heard.tobytes(): np.zeros(heard.size, np.complex128) for heard, _ in turning.reflections}
    mine = np.zeros(network.weights.size, np.bool_)
    mine[turning.phases] = True
    factors = parts.product.factors
    before, after = states.reshape(-1, states.shape[2]), slopes.reshape(-1, slopes.shape[2])
    for first in range(0, before.shape[0], ROWS):
        u, kept = before[first : first + ROWS], list[Complex | None]()
        for factor in factors:
            learned = _learns(factor, mine, learns)
            kept.append(u if learned == "reflection" else None)
            for one in factor.operations:
                u = one.apply(u)
            if learned == "permutation":
                kept[-1] = u
        g = after[first : first + ROWS]
        for factor, seen in zip(reversed(factors), reversed(kept), strict=True):
            if seen is not None and factor.kind == "permutation":
                # v = exp(i theta) u: dC/dtheta = Im(g v*).
                phases[factor.moved] += np.einsum("bi,bi->i", g.imag, seen.real)
                phases[factor.moved] -= np.einsum("bi,bi->i", g.real, seen.imag)
            elif seen is not None:
                r = network.weights[factor.heard].conj()
                learns[factor.heard.tobytes()] += _by_r(r, seen, g)
            for one in reversed(factor.operations):
                g = one.adjoint().apply(g)
    return phases, [learns[heard.tobytes()] for heard, _ in turning.reflections]


def _learns(factor: Factor, mine: NDArray[np.bool_], learns: dict[bytes, Complex]) -> str:
    """Return the kind of a factor that learns; empty for one that does not."""
    if factor.kind == "permutation" and mine[factor.moved].any():
        return "permutation"
    return "reflection" if factor.kind == "reflection" and factor.heard.tobytes() in learns else ""


def _by_r(r: Complex, u: Complex, g: Complex) -> Complex:
    """Return the derivative by r, through v = u - 2 r (r* u)/|r|^2, of rows u with dC/dv = g."""
    square = float(np.sum(r.real**2 + r.imag**2))
    s, q = u @ r.conj(), g.conj() @ r
    both = s.conj() @ g + q @ u
    return np.asarray(-2.0 / square * both + 4.0 / square**2 * float((q * s).real.sum()) * r)
