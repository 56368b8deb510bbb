"""What sample() returns: the states that were drawn, and how much they are worth."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from neurograph._arrays import Floats, FrozenArrays
from neurograph.drawing.card import ROWS, Carded, Html, table
from neurograph.network.network import Network

CHUNK = 1 << 20
"""Numbers whose autocovariances are found together."""

AT_ONCE = 1 << 23
"""Numbers up to which a line on samples says what they are worth."""


@dataclass(frozen=True, eq=False, repr=False)
class Samples(FrozenArrays, Carded):
    """States of binary neurons, drawn by :func:`neurograph.sample`.

    Attributes
    ----------
    network : Network
    states : int8 array (chains, samples, nodes)
        0 and 1, in the order in which each chain came to them.
    held : bool array (chains, nodes)
        Which neurons were held; bias neurons are.

    Examples
    --------
    The mean of a neuron, give or take what the samples are worth:

    >>> import networkx as nx, neurograph as ng
    >>> graph = nx.DiGraph([("a", "b", {"weight": 1.0}), ("b", "a", {"weight": 1.0})])
    >>> nx.set_node_attributes(graph, "output", "role")
    >>> network = ng.compile(graph, ng.dynamics.binary())
    >>> drawn, exact = ng.sample(network, samples=2000, seed=0), ng.exact_distribution(network)
    >>> drawn.states.shape, bool((drawn.effective_size < 2000).all())
    ((1, 2000, 2), True)
    >>> bool((abs(drawn.marginals - exact.marginals) < 4 * drawn.standard_errors).all())
    True
    """

    network: Network
    states: NDArray[np.int8]
    held: NDArray[np.bool_]

    @property
    def outputs(self) -> NDArray[np.int8]:
        """States of the visible neurons (chains, samples, visible)."""
        return self.states[..., self.network.connectivity.outputs]

    @property
    def means(self) -> Floats:
        """Mean state of each node in each chain (chains, nodes)."""
        return np.asarray(self.states.mean(axis=1))

    @property
    def marginals(self) -> Floats:
        """Mean state of each node over all chains (nodes,): P(s_j = 1), where all were held alike."""
        return np.asarray(self.states.mean(axis=(0, 1)))

    @property
    def last(self) -> NDArray[np.int8]:
        """The last state of each chain (chains, nodes), from which ``sample(start=)`` goes on."""
        return self.states[:, -1]

    @cached_property
    def effective_size(self) -> Floats:
        r"""How many independent draws the samples of each node are worth (nodes,); NaN where a node never changed.

        .. math:: CN / (1 + 2 \sum_t \rho_t)

        of C chains of N samples, rho_t the autocorrelation at lag t within and between chains, summed as long as
        neighbouring pairs are positive and falling (Geyer, Practical Markov chain Monte Carlo, Statistical Science 7,
        1992; Vehtari et al., Rank-normalization, folding, and localization, Bayesian Analysis 16, 2021). Chains that
        are held differently are of different distributions: then it is the sum over chains of their own.
        """
        return np.where(np.isnan(self._sizes).all(axis=0), np.nan, np.nansum(self._sizes, axis=0))

    @cached_property
    def _sizes(self) -> Floats:
        """Effective sizes (1, nodes), or (chains, nodes) where they are held differently."""
        chains, samples, nodes = self.states.shape
        alike = (self.held == self.held[0]).all() and (self.states[:, 0][self.held] == self._held_first()).all()
        groups = [slice(None)] if alike else [slice(k, k + 1) for k in range(chains)]
        found = np.empty((len(groups), nodes))
        step = max(1, CHUNK // (chains * samples))
        for first in range(0, nodes, step):
            part = slice(first, first + step)
            for k, group in enumerate(groups):
                found[k, part] = _effective_size(self.states[group, :, part])
        return found

    def _held_first(self) -> NDArray[np.int8]:
        return np.broadcast_to(self.states[0, 0], self.held.shape)[self.held]

    @property
    def standard_errors(self) -> Floats:
        """Standard error of each of the marginals (nodes,), by the effective sizes; NaN where a node never changed."""
        sizes = self._sizes
        p = self.marginals[None] if len(sizes) == 1 else self.means
        variances = np.nansum(p * (1.0 - p) / sizes, axis=0) / len(sizes) ** 2
        return np.where(np.isnan(sizes).all(axis=0), np.nan, np.sqrt(variances))

    def __repr__(self) -> str:
        """Return a line with the size and the worth."""
        chains, samples, nodes = self.states.shape
        moving = ~self.held.all(axis=0)
        size = self.effective_size[moving] if self.states.size <= AT_ONCE else np.empty(0)
        worth = f", effective size {np.nanmin(size):.0f} to {np.nanmax(size):.0f}" if np.isfinite(size).any() else ""
        kept = f"{chains} chain{'s' * (chains > 1)} of {samples} samples"
        return f"Samples({kept}, {int(moving.sum())} free neurons of {nodes}{worth})"

    def _parts(self) -> Iterator[Html]:
        shown = self.network.connectivity.outputs[:ROWS]
        labels, more = [self.network.nodes[k] for k in shown], len(self.network.outputs) - len(shown)
        if self.states.size:
            means = self.states[..., shown].mean(axis=(0, 1)).tolist()
            yield table(["visible neuron", "P(s = 1)"], zip(map(str, labels), means, strict=True), more)


def _effective_size(states: NDArray[np.int8]) -> Floats:
    """Return the effective sizes (nodes,) of samples (chains, samples, nodes), NaN where nothing changes."""
    chains, samples, nodes = states.shape
    if samples < 4:
        return np.full(nodes, np.nan)
    means = states.mean(axis=1)
    centred = states - means[:, None]
    # 1. Autocovariances of each chain, by FFT, and the variance within and between chains.
    size = 1 << (2 * samples - 1).bit_length()
    spectrum = np.fft.rfft(centred, size, axis=1)
    covariance = np.fft.irfft(np.abs(spectrum) ** 2, size, axis=1)[:, :samples].mean(axis=0) / samples
    within = covariance[0] * samples / (samples - 1)
    between = means.var(axis=0, ddof=1) if chains > 1 else np.zeros(nodes)
    total = within * (samples - 1) / samples + between
    with np.errstate(divide="ignore", invalid="ignore"):
        rho = 1.0 - (within - covariance * samples / (samples - 1)) / total
    rho[0] = 1.0
    # 2. Sums of neighbouring pairs, as long as they are positive, none larger than the one before.
    pairs = rho[: samples // 2 * 2].reshape(-1, 2, nodes).sum(axis=1)
    pairs = np.where(np.logical_and.accumulate(pairs > 0.0, axis=0), pairs, 0.0)
    time = np.maximum(2.0 * np.minimum.accumulate(pairs, axis=0).sum(axis=0) - 1.0, 1.0 / np.log10(chains * samples))
    return np.where(total > 0.0, chains * samples / time, np.nan)
