"""Quantised weights: few levels, each shared by the edges that are tied to it.

The levels are at a local minimum of the mean square error, or the ends of intervals, to which weights are rounded at
random.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import count, islice

import numpy as np
from numpy.typing import DTypeLike, NDArray

from neurograph._checks import Seed, checked_generator, checked_whole
from neurograph.drawing.card import Carded
from neurograph.errors import ParameterError
from neurograph.graphs.columns import Column
from neurograph.graphs.signs import read_signs
from neurograph.graphs.wiring import Wiring
from neurograph.network.compilation import compile
from neurograph.network.inputs import checked_network
from neurograph.network.network import Network

ROUNDS = 300
"""Most iterations in the search for the levels."""

METHODS = ("sharing", "probabilistic")
"""How weights become levels."""


@dataclass(frozen=True, eq=False, repr=False)
class Quantised(Carded):
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


def quantise(network: Network, levels: int = 16, method: str = "sharing", seed: Seed = None) -> Quantised:
    """Return a network whose plastic weights take few values: near in the mean square, or unbiased ones.

    - "sharing": k-means of the weights [1]_, each of which goes to the nearest level: a local minimum of the mean
      square error, from the quantiles.
    - "probabilistic": the levels are quantiles of the weights, the least and the largest among them. Each weight w goes
      to one of the two between which it lies, a <= w <= b: to b with the chance (w - a)/(b - a), so that its
      expectation is w, whatever the levels [3]_. Edges that are tied go together.

    The edges of a level are tied: :func:`neurograph.train` retrains the levels, each by the summed change of its edges,
    and leaves every edge on its level [2]_. Prune before, for tied edges leave together. Weights of 0 and edges that
    are not plastic stay as they are. Where nodes have signs (Dale's law), the weights of each sign have levels of their
    own.

    Parameters
    ----------
    network : Network
        It stays as it is.
    levels : int
        Most different weights, at least 2.
    method : {"sharing", "probabilistic"}
        As above.
    seed : int or numpy.random.Generator, optional
        Of the random rounding.

    Returns
    -------
    Quantised
        ``.network``, ``.levels`` and ``.error``.

    Raises
    ------
    ParameterError
        If `network` is not a Network, `levels` is no whole number >= 2 (for the weights of each sign, where nodes have
        signs), or `method` or `seed` is something else.

    References
    ----------
    .. [1] Lloyd, Least squares quantization in PCM, IEEE Transactions on Information Theory 28, 1982.
    .. [2] Han, Mao, Dally, Deep compression: compressing deep neural networks with pruning, trained quantization and
       Huffman coding, ICLR 2016, arXiv 1510.00149.
    .. [3] Marinò, Ghidoli, Frasca, Malchiodi, Compression strategies and space-conscious representations for deep
       neural networks, ICPR 2020, arXiv 2007.07967.

    Examples
    --------
    >>> import numpy as np
    >>> import neurograph as ng
    >>> network = ng.compile(ng.topologies.complete(inputs=2, hidden=8, outputs=1, bias=True, seed=0))
    >>> few = ng.quantise(network, levels=4)
    >>> np.unique(few.network.weights).size
    4
    >>> few = ng.quantise(network, levels=4, method="probabilistic", seed=0)
    >>> few.levels.min() == network.weights.min(), few.levels.max() == network.weights.max()
    (np.True_, np.True_)
    """
    network = checked_network(network, "rate", "binary")
    levels = checked_whole("levels", levels, 2, ", for one level leaves nothing that tells weights apart")
    if not isinstance(method, str) or method not in METHODS:
        raise ParameterError(f"method is {method!r}: expected {' or '.join(map(repr, METHODS))}")
    rng = checked_generator(seed)
    moved = np.flatnonzero(network.connectivity.plastic & (network.weights != 0.0))
    values = network.weights[moved].astype(np.float64)
    ties = network.connectivity.ties
    groups = np.arange(values.size) if ties is None else np.unique(ties[moved], return_inverse=True)[1]
    drawn = rng.random(values.size)[groups]
    table = network.to_table()
    # Edges that are tied leave nodes of one sign: each sign has levels of its own.
    signs = read_signs(table)[network.connectivity.pre[moved]]
    parts = [np.flatnonzero(signs == sign) for sign in np.unique(signs)]
    found, level = np.zeros(0), np.zeros(values.size, np.int64)
    for part, most in zip(parts, _shared_out(levels, [one.size for one in parts]), strict=True):
        if method == "sharing":
            own, place = nearest_levels(values[part], most)
            own = own.astype(network.dtype).astype(np.float64)
        else:
            own = quantile_levels(values[part], most, network.dtype)
            place = rounded_at_random(values[part], own, drawn[part])
        level[part] = found.size + place
        found = np.concatenate([found, own])
    order = np.argsort(found, kind="stable")
    found, level = found[order], np.argsort(order)[level]
    wiring, places = Wiring.of(table), table.given[moved]
    columns = wiring.of_edges
    tied = columns.get("tie", Column.absent(columns.count))
    taken = set(tied.take(np.setdiff1d(np.arange(columns.count), places)).cells())
    free = (f"level {k}" for k in count() if f"level {k}" not in taken)
    names = np.array([*islice(free, found.size)], object)
    shared = columns.having(
        weight=columns["weight"].changed(places, found[level]),
        tie=tied.changed(places, names[level]),
    )
    graph = replace(wiring, of_edges=shared).table()
    error = float(np.sqrt(np.mean((values - found[level]) ** 2))) if moved.size else 0.0
    return Quantised(compile(graph, network.dynamics, dtype=network.dtype), found, error)


def _shared_out(levels: int, sizes: Sequence[int]) -> list[int]:
    """Return how many levels each part has, by its size; two at least, so that it has an interval.

    Raises
    ------
    ParameterError
        If they are too few.
    """
    if levels < 2 * len(sizes):
        raise ParameterError(
            f"levels is {levels}: expected a whole number >= {2 * len(sizes)}, two for the weights of each sign that "
            "nodes have"
        )
    shares = [max(2, levels * size // max(1, sum(sizes))) for size in sizes]
    while sum(shares) > levels:
        shares[shares.index(max(shares))] -= 1
    return shares


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
    # Of cumulative sums of numbers of very different size little may be left: each interval is summed by itself.
    filled = np.flatnonzero(size > 0.0)
    used = np.unique(np.add.reduceat(different * counts, bounds[filled]) / size[filled])
    return used, np.searchsorted((used[1:] + used[:-1]) / 2, values)


def quantile_levels(values: NDArray[np.float64], levels: int, dtype: DTypeLike = np.float64) -> NDArray[np.float64]:
    """Return the ends of the intervals between quantiles, rising: all values lie between the first and the last.

    They are numbers of `dtype`, of which the least and the largest value must be.

    Examples
    --------
    >>> quantile_levels(np.array([0.0, 1.0, 2.0, 4.0, 8.0]), 3)
    array([0., 2., 8.])
    """
    different = np.unique(values)
    if different.size <= levels:
        return different
    ends = np.quantile(values, np.linspace(0.0, 1.0, levels)).astype(dtype).astype(np.float64)
    return np.unique(ends)


def rounded_at_random(
    values: NDArray[np.float64], ends: NDArray[np.float64], drawn: NDArray[np.float64]
) -> NDArray[np.int64]:
    """Return the place of the end to which each value goes, by a number from U(0, 1) each.

    Examples
    --------
    >>> rounded_at_random(np.array([0.25, 0.25, 1.0]), np.array([0.0, 1.0, 2.0]), np.array([0.2, 0.3, 0.9]))
    array([1, 0, 1])
    """
    if ends.size < 2:
        return np.zeros(values.size, np.int64)
    above = np.clip(np.searchsorted(ends, values, side="right"), 1, ends.size - 1)
    low, high = ends[above - 1], ends[above]
    return np.asarray(above - 1 + (drawn < (values - low) / (high - low)), np.int64)
