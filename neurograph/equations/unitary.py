"""Neurons of unitary evolution networks: complex states, which a unitary W turns and modReLU thresholds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from neurograph.equations.neuron import Dynamics, Kind
from neurograph.errors import ParameterError

PLAIN = {"unitary": "modReLU"}
"""What the file formats keep of it: there is nothing to choose."""


@dataclass(frozen=True)
class Unitary(Dynamics):
    """Neurons of complex states that step in time; made by :func:`neurograph.dynamics.unitary`.

    The drift is that of a real neuron of the same nonlinearity, which approaches it at the rate 1; nothing runs it.
    """

    drift: str = "-s + relu(abs(I) + b)*sign(I)"
    name: str = "unitary"

    kind: ClassVar[Kind] = "unitary"

    def __str__(self) -> str:
        """Return the step as text."""
        return "h(t) = modReLU(W h(t-1) + V x(t)), modReLU(z) = relu(|z| + b) z/|z|"

    def latex(self) -> str:
        """Typeset the step."""
        return (
            r"h_j(t) = \max(|z_j| + b_j, 0)\,\frac{z_j}{|z_j|}, \quad "
            r"z_j = \sum_i W_{ji} h_i(t-1) + \sum_k V_{jk} x_k(t)"
        )

    def to_dict(self) -> dict[str, Any]:
        """Return the dynamics as plain values, as the file formats keep it."""
        return dict(PLAIN)

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Unitary:
        """Read what :meth:`to_dict` gave.

        Raises
        ------
        ParameterError
            If it is not such a mapping.
        """
        if values != PLAIN:
            raise ParameterError(f"dynamics is {values!r}: expected {PLAIN!r}, the one unitary dynamics there is")
        return cls()


def modrelu(z: ArrayLike, bias: ArrayLike) -> NDArray[np.complex128]:
    """Return max(abs(z) + b, 0) z/abs(z), and 0 where z is 0, whose phase is unknown."""
    given = np.asarray(z, np.complex128)
    return np.asarray(given * modrelu_factor(np.abs(given), np.asarray(bias, np.float64)))


def modrelu_factor(size: NDArray[np.float64], bias: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return what modReLU multiplies numbers of some size by; 0 where that is 0."""
    factor = size + bias
    np.maximum(factor, 0.0, out=factor)
    return np.divide(factor, size, out=np.zeros_like(factor), where=size > 0.0)
