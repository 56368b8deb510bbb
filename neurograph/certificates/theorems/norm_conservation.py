"""A unitary W: it conserves the norm of every state, up to what its weights are rounded by."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from scipy import sparse

from neurograph.certificates.base import Theorem
from neurograph.certificates.certificate import Certificate
from neurograph.certificates.deadline import Deadline
from neurograph.certificates.system import EPS, Array, System
from neurograph.network.network import Network
from neurograph.network.relay_layers import relay_layers
from neurograph.simulation.product import Factor, factors_of

TOLERANCE = 1e-9
"""Largest relative change of a norm by one step that still counts as its conservation."""

ROUNDS = 200
"""Steps of the power iteration that looks for a state whose norm changes most."""

DENSE = 4096
"""Most neurons of which layers are multiplied out where several hubs stand between two cuts."""


class NormConservation(Theorem):
    r"""Conservation of the norm by a product of factors, each unitary up to rounding.

    Notes
    -----
    W is the product of the factors L_k, L* the conjugate transpose of L, h any state.

    .. math:: (1 - e) |h| \le |W h| \le (1 + e) |h|, \quad
        \prod_k \sqrt{1 - d_k} \ge 1 - e, \quad \prod_k \sqrt{1 + d_k} \le 1 + e, \quad
        d_k \ge \| L_k^* L_k - 1 \|_2

    A sparse layer L has d at most the largest row sum of the sizes of L*L - 1, which is Hermitian. That of a hub beside
    a diagonal S, L = S + b a', has with c = S*b + a* norm(b)^2 / 2 that of S and 2 norm(a) norm(c) at most: for a
    reflection c is 0.

    PROVED demands e <= 1e-9, with every sum's rounding added: (k + 8) eps times the sum of the sizes of its k terms, as
    many times as it is nested. REFUTED demands a state, found by power iteration, whose norm W changes by more than
    that, and by more than the rounding of what was computed of it. Cost: O(edges).
    """

    name = "norm_conservation"
    kinds = ("unitary",)
    scope = "all inputs"
    assumptions = ("the weights are as they are stored",)
    reference = (
        "Arjovsky, Shah, Bengio, Unitary evolution recurrent neural networks, ICML 2016, arXiv 1511.06464; rounding "
        "after Higham, Accuracy and Stability of Numerical Algorithms, 2002"
    )
    does_not_cover = (
        "modReLU, which moves the size of each state by the neuron's bias; the inputs; the rounding of the steps "
        "themselves. It is no contraction: under W alone, states stay as far apart as they are."
    )

    def examine(self, system: System, deadline: Deadline) -> Certificate:
        """Bound each factor, and where one is not unitary look for a state that says so of W."""
        network, bounds, found = system.network, dict[str, float](), list[float]()
        for factor in factors_of(network):
            deadline.check()
            own = _deviations(network, factor)
            bounds[factor.name] = max(*own, bounds.get(factor.name, 0.0))
            found += own
        worst = max(bounds, key=bounds.__getitem__)
        high = math.expm1(0.5 * math.fsum(map(math.log1p, found)))
        low = -math.expm1(0.5 * math.fsum(math.log1p(-one) for one in found)) if max(found) < 1.0 else 1.0
        e = max(high, low) * (1.0 + 8.0 * EPS)
        witness = {"e": e, "factors": bounds}
        if e <= TOLERANCE:
            return self.proved(
                system,
                f"W conserves every norm but for rounding: (1 - e) |h| <= |W h| <= (1 + e) |h| with e = {e:.2g}. Of "
                f"its factors, {worst} is the furthest from unitary, by at most {bounds[worst]:.2g}.",
                claims=("norm conserved",),
                norm="l_2",
                margin=TOLERANCE - e,
                witness=witness,
            )
        state, before, after, error = _changed(network, deadline)
        apart = f"The factor {worst} is not unitary: L*L is up to {bounds[worst]:.2g} from 1"
        if abs(after / before - 1.0) > TOLERANCE + error:
            return self.refuted(
                system,
                f"{apart}. W changes the norm of a state by {after / before - 1.0:+.2g} of it.",
                claims=("norm not conserved",),
                margin=TOLERANCE - abs(after / before - 1.0),
                witness=witness | {"state": state},
            )
        return self.unknown(
            system,
            f"{apart} at most, but no state was found whose norm W changes.",
            margin=TOLERANCE - e,
            witness=witness,
        )


def _deviations(network: Network, factor: Factor) -> list[float]:
    """Return for each cut of a factor a bound of the norm of L*L - 1, rounding included."""
    if factor.kind == "reflection":
        weights = network.weights
        return [_of_hub(weights[factor.moved], weights[factor.heard], weights[factor.sent], _source(factor))]
    return [_of_layers(block.matrices(network.weights)) for block in factor.blocks]


def _source(factor: Factor) -> Any:
    source = getattr(factor.operations[0], "source", None)
    return slice(None) if source is None else source


def _of_hub(scale: Array, heard: Array, sent: Array, source: Any) -> float:
    """Bound the deviation of v_i = c_i u_p(i) + b_i sum_j a_j u_j."""
    square = math.fsum((sent.real**2 + sent.imag**2).tolist())
    own = np.abs(scale.real**2 + scale.imag**2 - 1.0)
    turned = np.empty_like(sent)
    turned[source] = scale.conj() * sent
    rest = turned + heard.conj() * (0.5 * square)
    # Every entry of rest is off by at most 8 eps of the sizes of its two terms.
    sizes = np.abs(turned) + np.abs(heard) * (0.5 * square)
    a, c = _norm(heard), _norm(rest) + 8.0 * EPS * _norm(sizes)
    return float((own.max() + 4.0 * EPS * (1.0 + own.max()) + 2.0 * a * c) * (1.0 + 16.0 * EPS))


def _norm(values: Array) -> float:
    return math.sqrt(math.fsum((values.real**2 + values.imag**2).tolist()))


def _of_layers(matrices: Sequence[sparse.csr_array]) -> float:
    """Bound the deviation of a product of sparse layers by the rows of L*L - 1."""
    if len(matrices) > 1 and max(one.shape[0] for one in matrices) > DENSE:
        return np.inf
    product, terms = matrices[0], _terms(matrices[0])
    for one in matrices[1:]:
        product, terms = sparse.csr_array(one @ product), terms + _terms(one)
    count = matrices[0].shape[1]
    apart = sparse.csr_array(product.conj().T @ product - sparse.eye_array(count))
    sums = np.asarray(abs(apart).sum(axis=1)).ravel()
    sizes: Array = np.ones(count)
    for one in matrices:
        sizes = abs(one) @ sizes
    for one in reversed(matrices):
        sizes = abs(one).T @ sizes
    widest = int(np.diff(apart.indptr).max(initial=0))
    error = (2 * (terms + 8) + widest) * EPS * (sizes + 1.0)
    return float(np.max(sums + error) * (1.0 + 16.0 * EPS))


def _terms(matrix: sparse.csr_array) -> int:
    """Return the most terms of a sum over a row or a column."""
    columns = np.bincount(matrix.indices, minlength=1)
    return int(max(np.diff(matrix.indptr).max(initial=0), columns.max(initial=0)))


def _changed(network: Network, deadline: Deadline) -> tuple[Array, float, float, float]:
    """Return a state whose norm W changes much, its norm, that of what W makes of it, and their relative rounding."""
    matrices = [one for block in relay_layers(network.connectivity).blocks for one in block.matrices(network.weights)]
    turned = [sparse.csr_array(one.conj().T) for one in matrices]
    rng = np.random.default_rng(0)
    count = matrices[0].shape[1]
    best: tuple[float, Array] = (0.0, np.ones(count, np.complex128))
    # W*W - 1, and with its largest eigenvalue taken off the other end of the spectrum: the two extremes of |W h|.
    shift = 0.0
    for _ in range(2):
        h, largest = rng.normal(size=(2, count)), 0.0
        state = h[0] + 1j * h[1]
        for _ in range(ROUNDS):
            deadline.check()
            state = state / np.linalg.norm(state)
            image = state
            for one in (*matrices, *reversed(turned)):
                image = one @ image
            value = float(np.vdot(state, image).real)
            best = max(best, (abs(value - 1.0), state), key=lambda one: one[0])
            image = image - (1.0 + shift) * state
            largest = float(np.vdot(state, image).real)
            if not np.linalg.norm(image) > 0.0:
                break
            state = image
        shift += largest
    state = best[1]
    image, error = state, 0.0
    for one in matrices:
        # The error so far grows with the layer's norm, and the layer's own rounding comes to it.
        growth = math.sqrt(float(abs(one).sum(axis=0).max()) * float(abs(one).sum(axis=1).max()))
        own = (_terms(one) + 8) * EPS * float(np.linalg.norm(abs(one) @ np.abs(image)))
        error = growth * error + own
        image = one @ image
    before, after = float(np.linalg.norm(state)), float(np.linalg.norm(image))
    return state, before, after, 1.01 * (error / before + (count + 8) * EPS * (1.0 + after / before))
