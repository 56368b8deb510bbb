"""Quantised weights: the levels of least mean square error, each shared by the edges that are tied to it."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from neurograph._checks import Printed, checked_whole
from neurograph.graphs.columns import Column
from neurograph.graphs.wiring import Wiring
from neurograph.network.compilation import compile
from neurograph.network.inputs import checked_network
from neurograph.network.network import Network

ROUNDS = 300
"""Most iterations in the search for the levels."""


@dataclass(frozen=True, eq=False, repr=False)
class Quantised(Printed):
    """The result of :func:`quantise`.

    Attributes
    ----------
    network : Network
        The same edges; those of a level are tied, so that training moves the levels.
    levels : float array (levels,)
        The different weights, rising.
    error : float
        Root mean square of the changes of the weights.
    """

    network: Network
    levels: NDArray[np.float64]
    error: float

    def __repr__(self) -> str:
        """Return a line with the levels and the error."""
        ends = f" from {self.levels[0]:.4g} to {self.levels[-1]:.4g}" if self.levels.size else ""
        return f"Quantised({self.levels.size} levels{ends}, error {self.error:.2g})"


def quantise(network: Network, levels: int = 16) -> Quantised:
    """Return a network whose plastic weights take few values, the nearest in the mean square.

    The edges of a level are tied: :func:`neurograph.train` retrains the levels, each by the summed change of its edges,
    and leaves every edge on its level. Prune before, for tied edges leave together. Weights of 0 and edges that are not
    plastic stay as they are.

    Parameters
    ----------
    network : Network
        It stays as it is.
    levels : int
        Most different weights.

    Returns
    -------
    Quantised
        ``.network``, ``.levels`` and ``.error``.

    Raises
    ------
    ParameterError
        If `network` is not a Network, or `levels` is no whole number >= 1.

    References
    ----------
    Lloyd, Least squares quantization in PCM, IEEE Transactions on Information Theory 28, 1982; the training of the
    levels: Han, Mao, Dally, Deep compression: compressing deep neural networks with pruning, trained quantization and
    Huffman coding, ICLR 2016, arXiv 1510.00149.

    Examples
    --------
    >>> import neurograph as ng
    >>> network = ng.compile(ng.topologies.complete(inputs=2, hidden=8, outputs=1, bias=True, seed=0))
    >>> few = quantise(network, levels=4)
    >>> np.unique(few.network.weights).size
    4
    """
    network = checked_network(network, "rate", "binary")
    levels = checked_whole("levels", levels, 1)
    moved = np.flatnonzero(network.connectivity.plastic & (network.weights != 0.0))
    values = network.weights[moved].astype(np.float64)
    found, level = nearest_levels(values, levels)
    found = found.astype(network.dtype).astype(np.float64)
    table = network.to_table()
    wiring, places = Wiring.of(table), table.given[moved]
    names = np.array([f"level {k}" for k in range(found.size)], object)
    columns = wiring.of_edges
    shared = columns.having(
        weight=columns["weight"].changed(places, found[level]),
        tie=columns.get("tie", Column.absent(columns.count)).changed(places, names[level]),
    )
    graph = replace(wiring, of_edges=shared).table()
    error = float(np.sqrt(np.mean((values - found[level]) ** 2))) if moved.size else 0.0
    return Quantised(compile(graph, network.dynamics, dtype=network.dtype), found, error)


def nearest_levels(values: NDArray[np.float64], levels: int) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Return the levels, rising, and which of them each value goes to: k-means in one dimension.

    Lloyd's iteration from the quantiles; each level is then the mean of the values that are nearer to it than to
    another.

    Examples
    --------
    >>> nearest_levels(np.array([0.0, 1.0, 0.1, 1.1, 5.0]), 3)
    (array([0.05, 1.05, 5.  ]), array([0, 1, 0, 1, 2]))
    """
    different, counts = np.unique(values, return_counts=True)
    if different.size <= levels:
        return different, np.searchsorted(different, values)
    centres = np.unique(np.quantile(values, (np.arange(levels) + 0.5) / levels))
    centres = np.union1d(centres, different[np.linspace(0, different.size - 1, levels).astype(int)])
    centres = centres[np.linspace(0, centres.size - 1, levels).round().astype(int)]
    # On sorted values the cluster of a centre is an interval, bounded by the midpoints to its neighbours, so that its
    # sum and its size are differences of cumulative sums: an iteration costs one binary search for each level.
    sums, sizes = (np.concatenate([[0.0], np.cumsum(part)]) for part in (different * counts, counts))
    for _ in range(ROUNDS):
        bounds = np.searchsorted(different, (centres[1:] + centres[:-1]) / 2)
        bounds = np.concatenate([[0], bounds, [different.size]])
        size = np.diff(sizes[bounds])
        means = np.where(size > 0.0, np.diff(sums[bounds]) / np.maximum(size, 1.0), centres)
        if np.array_equal(means, centres):
            break
        centres = np.sort(means)
    used = np.unique(centres[size > 0.0])
    return used, np.searchsorted((used[1:] + used[:-1]) / 2, values)
