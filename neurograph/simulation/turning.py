"""What of a unitary network learns, on its manifold: phases, reflections, the weights of inputs and outputs, biases."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from neurograph._arrays import FrozenArrays, frozen
from neurograph.errors import GraphError
from neurograph.network.network import Network
from neurograph.network.relay_layers import relay_layers
from neurograph.simulation.product import Factor, product_of

Array = NDArray[Any]
Places = NDArray[np.int64]

UNITARY = 1e-9
"""How far the modulus of a phase, or a reflection, may be from what it should be, before it learns."""


@dataclass(frozen=True, eq=False)
class Turning(FrozenArrays):
    r"""The parameters of a unitary network as one vector of real numbers, and back.

    The vector is: real, then imaginary parts of the weights of V and U; then, which are no weights to an optimiser's
    bounds and L1 term, phases theta of the diagonal factors; real, then imaginary parts of each reflection's r; biases.

    Attributes
    ----------
    free : int64 array
        Places of the edges of V and U that learn.
    phases : int64 array
        Places of the edges exp(i theta) that learn.
    reflections : tuple of (int64 array, int64 array)
        Of each reflection that learns, the edges to its hub, which are r*, and from it, -2 r / \|r\|^2.
    biased : int64 array
        Places of the nodes with a bias.
    """

    free: Places
    phases: Places
    reflections: tuple[tuple[Places, Places], ...]
    biased: Places

    @classmethod
    def of(cls, network: Network) -> Turning:
        """Find what learns; all else stays as it is.

        Raises
        ------
        GraphError
            If a plastic edge of W is in no factor that can learn and stay unitary, or that factor is not unitary.
        """
        plastic = network.connectivity.plastic
        layers = relay_layers(network.connectivity)
        ends = np.concatenate([layers.into, layers.out])
        phases, reflections = list[Places](), list[tuple[Places, Places]]()
        for factor in product_of(network).factors:
            own = np.concatenate([block.edges for block in factor.blocks])
            if not plastic[own].any():
                continue
            if factor.kind == "permutation":
                phases.append(_checked_phases(network, factor.moved[plastic[factor.moved]]))
            elif factor.kind == "reflection":
                reflections.append(_checked_reflection(network, factor))
            else:
                edge = network.edges[int(own[plastic[own]][0])]
                raise GraphError(
                    f"edge {edge[0]!r} -> {edge[1]!r} is plastic, but its factor {factor.name} is neither a diagonal "
                    "nor a reflection, which alone stay unitary as they learn: expected plastic=False at its edges"
                )
        found = np.concatenate(phases) if phases else np.empty(0, np.int64)
        return cls(np.sort(ends[plastic[ends]]), found, tuple(reflections), network.connectivity.biased)

    @property
    def weights(self) -> int:
        """How many numbers at the beginning of the vector are weights."""
        return 2 * self.free.size

    @property
    def size(self) -> int:
        """How many numbers learn."""
        return self.weights + self.phases.size + sum(2 * one.size for one, _ in self.reflections) + self.biased.size

    def vector(self, network: Network) -> Array:
        """Return the parameters of a network."""
        own = network.weights
        parts = [own[self.free].real, own[self.free].imag, np.angle(own[self.phases])]
        for heard, _ in self.reflections:
            parts += [own[heard].real, -own[heard].imag]
        return np.concatenate([*parts, network.biases[self.biased]])

    def slope(self, edges: Array, phases: Array, reflections: list[Array], biases: Array) -> Array:
        """Return a gradient as such a vector, of its parts: by V and U (edges,), theta (edges,), r, biases (nodes,)."""
        parts = [edges[self.free].real, edges[self.free].imag, phases[self.phases]]
        for one in reflections:
            parts += [one.real, one.imag]
        return np.concatenate([*parts, biases[self.biased]])

    def moved(self, network: Network, values: Array) -> Network:
        """Return the network with these parameters: the weights of its edges are what follows from them."""
        weights, biases, place = network.weights.copy(), network.biases.copy(), 0

        def taken(count: int) -> Array:
            nonlocal place
            place += count
            return values[place - count : place]

        real, imaginary = taken(self.free.size), taken(self.free.size)
        weights[self.free] = real + 1j * imaginary
        weights[self.phases] = np.exp(1j * taken(self.phases.size))
        for heard, sent in self.reflections:
            real, imaginary = taken(heard.size), taken(heard.size)
            weights[heard] = real - 1j * imaginary
            weights[sent] = reflected(real + 1j * imaginary)
        biases[self.biased] = taken(self.biased.size)
        return Network(network.connectivity, network.dynamics, frozen(weights), frozen(biases), network.parameters)


def reflected(r: Array) -> Array:
    """Return -2 r / abs(r)^2, what the hub of the reflection by r sends."""
    return np.asarray(-2.0 * r / np.sum(r.real**2 + r.imag**2))


def _checked_phases(network: Network, edges: Places) -> Places:
    sizes = np.abs(network.weights[edges])
    wrong = np.flatnonzero(np.abs(sizes - 1.0) > UNITARY)
    if wrong.size:
        pre, post = network.edges[int(edges[wrong[0]])]
        raise GraphError(
            f"edge {pre!r} -> {post!r} has weight {network.weights[edges[wrong[0]]]:.4g}, of modulus "
            f"{sizes[wrong[0]]:.6g}: expected 1, for of a diagonal factor the phases learn; divide it by its modulus"
        )
    return edges


def _checked_reflection(network: Network, factor: Factor) -> tuple[Places, Places]:
    plastic, weights = network.connectivity.plastic, network.weights
    hub = np.concatenate([factor.heard, factor.sent])
    if plastic[factor.moved].any() or not plastic[hub].all():
        raise GraphError(
            f"factor {factor.name} is a reflection of which only some edges are plastic, or edges beside its hub: "
            "expected all edges to and from the hub to be plastic, and no others"
        )
    if np.any(weights[factor.moved] != 1.0):
        raise GraphError(
            f"factor {factor.name} has an edge beside its hub of another weight than 1: expected 1 in a reflection "
            "that learns"
        )
    r = weights[factor.heard].conj()
    apart = np.abs(weights[factor.sent] - reflected(r)).max() * np.linalg.norm(r)
    if not apart <= UNITARY:
        raise GraphError(
            f"factor {factor.name} is no reflection: what its hub sends is not -2 r/|r|^2 for the r* that it hears, by "
            f"{apart:.2g}: expected the weights as topologies.unitary(...) draws them, which learning keeps"
        )
    return factor.heard, factor.sent
