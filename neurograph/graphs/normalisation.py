"""Weights scaled to sizes at which activity does not saturate."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Literal

import numpy as np
import scipy
from numpy.typing import NDArray
from scipy.sparse import csgraph

from neurograph._checks import finite_number, warn
from neurograph.errors import GraphError, GraphWarning, ParameterError
from neurograph.graphs.columns import Column
from neurograph.graphs.wiring import Wiring, complex_numbers, numbers

Normalise = Literal["auto", "incoming", "largest"] | float | None

SMALL = 50
"""Up to so many nodes all eigenvalues are found at once, of a dense matrix."""

DENSE = 500
"""Up to so many nodes they are where the largest is not found by itself."""


MOST = 1e6
"""Largest number that may be a count of synapses."""

MANY = 10.0
"""Sum of the weights into a neuron, on the average, above which whole numbers are counts."""


def checked_normalise(normalise: Any) -> None:
    """Refuse what is no way of scaling.

    Raises
    ------
    ParameterError
        If it is none.
    """
    radius = finite_number(normalise)
    if normalise not in ("auto", "incoming", "largest", None) and (radius is None or radius <= 0.0):
        raise ParameterError(
            f"normalise is {normalise!r}: expected 'auto', 'incoming', 'largest', None, or a spectral radius above 0"
        )


def normalised(wiring: Wiring, normalise: Normalise) -> tuple[Wiring, str]:
    """Scale the weights, and say by what.

    Raises
    ------
    GraphError
        If they cannot be scaled so.
    """
    if normalise is None or not wiring.pre.size or "weight" not in wiring.of_edges:
        return wiring, ""
    given = wiring.of_edges["weight"]
    if given.present is not None and not given.present.all():
        return wiring, ""  # refused where the table is made
    if complex_numbers(given) is not None:
        if normalise == "auto":
            return wiring, ""
        raise GraphError(
            f"normalise is {normalise!r}, but weights are complex: expected normalise=None, for those of a unitary "
            "network are as they should be"
        )
    weights = numbers(given, lambda k: "edge {!r} -> {!r}".format(*wiring.edge(k)), "weight")
    if normalise == "auto":
        counts = np.abs(weights) if "sign" in wiring.of_nodes else weights  # which then say the sizes alone
        if wiring.own or not are_counts(counts, wiring.post):
            return wiring, ""
        warn(
            f"the weights are whole numbers up to {counts.max():g}, as counts of synapses are, at which activity "
            "saturates: those into each neuron were divided by their sum; normalise='incoming' says that they are to "
            "be, normalise=None keeps them",
            GraphWarning,
        )
    factor, said = _FACTORS.get(normalise if isinstance(normalise, str) else None, _to_radius)(
        wiring, weights, normalise
    )
    scaled = Column((weights * factor).astype(weights.dtype))
    return replace(wiring, of_edges=wiring.of_edges.having(weight=scaled)), said


def are_counts(weights: NDArray[Any], post: NDArray[np.int32]) -> bool:
    """Return whether numbers look like counts: whole, none below 0, and many into a neuron on the average."""
    whole = 0.0 <= weights.min() <= weights.max() <= MOST and np.all(weights == np.round(weights))
    return bool(whole and weights.sum() > MANY * np.count_nonzero(np.bincount(post)))


def _to_incoming(wiring: Wiring, weights: NDArray[Any], _: Any) -> tuple[NDArray[Any], str]:
    """Return 1 / sum_k |w_jk| for each edge into j."""
    if "tie" in wiring.of_edges:
        raise GraphError(
            "normalise='incoming' scales the weights into each neuron by another number, but some are tied: expected "
            "none, or normalise='largest', or a spectral radius"
        )
    sums = np.bincount(wiring.post, np.abs(weights), len(wiring.nodes))
    factor = 1.0 / np.where(sums > 0.0, sums, 1.0)
    return factor[
        wiring.post
    ], f"weights, the largest {_largest(weights):g}, divided by the sum of those into each neuron"


def _to_largest(_: Wiring, weights: NDArray[Any], __: Any) -> tuple[NDArray[Any], str]:
    largest = _largest(weights)
    return np.array(1.0 / largest if largest else 1.0), f"weights divided by the largest, {largest:g}"


def _to_radius(wiring: Wiring, weights: NDArray[Any], normalise: Any) -> tuple[NDArray[Any], str]:
    free = ~np.isin(np.array(wiring.roles(), object), ("input", "bias"))
    matrix = scipy.sparse.csr_array((weights, (wiring.post, wiring.pre)), shape=(free.size, free.size))
    radius = spectral_radius(matrix[free][:, free])
    if not radius > 1e-9 * _largest(weights):
        raise GraphError(
            f"normalise is {normalise!r}, but the spectral radius of the graph is 0, for it has no cycle: expected "
            "'incoming' or 'largest'"
        )
    return np.array(float(normalise) / radius), f"weights scaled from the spectral radius {radius:.4g} to {normalise:g}"


_FACTORS: dict[Any, Any] = {"auto": _to_incoming, "incoming": _to_incoming, "largest": _to_largest}


def _largest(weights: NDArray[Any]) -> float:
    return float(np.abs(weights).max())


def spectral_radius(matrix: scipy.sparse.csr_array) -> float:
    """Return the largest size of an eigenvalue; exactly that of a self-loop where there is no longer cycle."""
    size = matrix.shape[0]
    parts, _ = csgraph.connected_components(matrix, connection="strong")
    if parts == size:
        return float(np.abs(matrix.diagonal()).max(initial=0.0))
    if size > SMALL:
        start = np.random.default_rng(0).random(size)
        try:
            found = scipy.sparse.linalg.eigs(matrix.astype(np.float64), 1, v0=start, return_eigenvectors=False)
            return float(np.abs(found).max())
        except scipy.sparse.linalg.ArpackNoConvergence as error:
            if size > DENSE:
                raise GraphError(
                    "the spectral radius was not found, for several eigenvalues are nearly as large: expected "
                    "normalise='incoming' or normalise='largest'"
                ) from error
    return float(np.abs(np.linalg.eigvals(matrix.toarray())).max(initial=0.0))
