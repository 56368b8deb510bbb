"""The steps of a unitary network along sequences, time first: what simulate() and learning both run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from neurograph.equations.unitary import modrelu_factor
from neurograph.network.network import Network
from neurograph.network.relay_layers import relay_layers
from neurograph.simulation.operations import Complex
from neurograph.simulation.product import Product, product_of


@dataclass(frozen=True, eq=False)
class Parts:
    """A unitary network as what a step multiplies.

    Attributes
    ----------
    product : Product
        W.
    into, out : complex arrays (inputs, neurons) and (neurons, outputs)
        V and U, transposed, for rows.
    bias, offset : arrays (neurons,) and (outputs,)
        That of modReLU, and that of the outputs.
    """

    product: Product
    into: Complex
    out: Complex
    bias: NDArray[Any]
    offset: NDArray[Any]

    def outputs(self, states: Complex) -> NDArray[Any]:
        """Return Re(U h) + d (..., outputs) of states (..., neurons)."""
        # The real part of a product is two real ones, which is half the work.
        return np.asarray(states.real @ self.out.real - states.imag @ self.out.imag + self.offset)


def parts_of(network: Network) -> Parts:
    """Return a unitary network's parts, found once."""
    return network.once(_parts)


def _parts(network: Network) -> Parts:
    layers, connectivity = relay_layers(network.connectivity), network.connectivity
    place = np.zeros(len(network.nodes), np.int64)
    for some in (connectivity.inputs, layers.neurons, connectivity.outputs):
        place[some] = np.arange(some.size)
    ends: Any = place[connectivity.pre], place[connectivity.post]
    into = np.zeros((connectivity.inputs.size, layers.neurons.size), np.complex128)
    out = np.zeros((layers.neurons.size, connectivity.outputs.size), np.complex128)
    for matrix, edges in ((into, layers.into), (out, layers.out)):
        matrix[ends[0][edges], ends[1][edges]] = network.weights[edges]
    return Parts(product_of(network), into, out, network.biases[layers.neurons], network.biases[connectivity.outputs])


def turned(parts: Parts, sums: Complex, states: Complex, keep: Complex | None = None) -> None:
    """Fill the states (time + 1, batch, neurons), whose first are there, from the inputs' sums V x.

    `keep` (time, batch, neurons) gets what modReLU is given.
    """
    for step in range(sums.shape[0]):
        z = parts.product.apply(states[step])
        z += sums[step]
        if keep is not None:
            keep[step] = z
        np.multiply(z, modrelu_factor(np.abs(z), parts.bias), out=states[step + 1])
