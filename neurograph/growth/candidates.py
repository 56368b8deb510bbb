"""Which pairs of nodes that are no edges may become edges: named, drawn, or all of them, but never as a matrix."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import networkx as nx
import numpy as np
from numpy.typing import NDArray

from neurograph._arrays import Floats, FrozenArrays, frozen, rising
from neurograph.errors import ParameterError
from neurograph.graphs.edge_table import ROLES, EdgeTable
from neurograph.network.network import Network

BLOCK = 2**18
"""Pairs that are looked at together."""

Codes = NDArray[np.int64]
"""Pairs as numbers that rise as edges do: post * nodes + pre, below 2**62, for places are int32."""

EXPECTED = (
    "expected pairs of labels such as [('x', 'y')], a networkx.DiGraph, an EdgeTable, a whole number of pairs to draw, "
    "or None for every pair"
)


@dataclass(frozen=True, eq=False, repr=False)
class Named(FrozenArrays):
    """Pairs that a user has named, by the labels of their ends.

    Attributes
    ----------
    labels : tuple of hashable
    pre, post : int64 array (pairs,)
        The ends, as places in `labels`.
    """

    labels: tuple[Hashable, ...]
    pre: Codes
    post: Codes

    @classmethod
    def of(cls, pairs: Any) -> Named:
        """Read a directed graph, a table, or pairs of labels.

        Raises
        ------
        ParameterError
            If it is none of them.
        """
        if isinstance(pairs, Named):
            return pairs
        if isinstance(pairs, EdgeTable):
            return cls(tuple(pairs.nodes), frozen(pairs.pre.astype(np.int64)), frozen(pairs.post.astype(np.int64)))
        if isinstance(pairs, nx.Graph) and not pairs.is_directed():
            raise ParameterError("candidates is an undirected graph: expected a directed one, graph.to_directed()")
        try:
            given = list(pairs.edges) if isinstance(pairs, nx.Graph) else [tuple(pair) for pair in pairs]
            index = {label: place for place, label in enumerate(dict.fromkeys(end for pair in given for end in pair))}
            ends = np.array([[index[pre], index[post]] for pre, post, *_ in given], np.int64).reshape(-1, 2)
        except (TypeError, ValueError):
            raise ParameterError(f"candidates is {pairs!r}: {EXPECTED}") from None
        if not given:
            raise ParameterError(f"candidates is {pairs!r}, which names no pair: {EXPECTED}")
        return cls(tuple(index), frozen(ends[:, 0].copy()), frozen(ends[:, 1].copy()))

    def __repr__(self) -> str:
        """Return how many pairs there are, and a number that tells these from others."""
        digest = hashlib.sha256(repr(self.labels).encode() + self.pre.tobytes() + self.post.tobytes()).hexdigest()[:16]
        return f"Named({self.pre.size} pairs, {digest})"

    def codes(self, network: Network) -> Codes:
        """Return the pairs of a network, those that are edges among them, rising.

        Raises
        ------
        ParameterError
            If one names no node, ends at a clamped node, or is a self-loop that the dynamics forbids.
        """
        index = network.connectivity.table.index
        places = np.array([index.get(label, -1) for label in self.labels], np.int64)
        pre, post = places[self.pre], places[self.post]
        if (strange := (pre < 0) | (post < 0)).any():
            k = int(np.argmax(strange))
            label = self.labels[self.pre[k] if pre[k] < 0 else self.post[k]]
            raise ParameterError(f"candidates has the node {label!r}, which the network has not: {EXPECTED}")
        free = network.connectivity.table.free
        if (into := ~free[post]).any():
            k = int(np.argmax(into))
            role = ROLES[network.roles[post[k]]]
            raise ParameterError(
                f"candidates has the edge {network.nodes[pre[k]]!r} -> {network.nodes[post[k]]!r}, which ends at a "
                f"node with role {role!r}, which is clamped: expected edges that end at hidden and output nodes"
            )
        if not network.dynamics.self_loops and (loops := pre == post).any():
            node = network.nodes[pre[int(np.argmax(loops))]]
            raise ParameterError(
                f"candidates has the self-loop {node!r} -> {node!r}, which {network.dynamics.name} forbids: expected "
                "edges between two nodes"
            )
        return distinct(post * len(free) + pre)


@dataclass(frozen=True, eq=False)
class Pool:
    """The pairs that may become edges of a network now: none is an edge.

    Attributes
    ----------
    network : Network
    paired : bool
        Whether edges between free nodes come in both directions: such a pair is here once, from the lower place to the
        higher.
    named : int64 array (candidates,) or None
        Their codes, rising; None for every pair of two nodes, which are then never held together.
    """

    network: Network
    paired: bool
    named: Codes | None = None

    @classmethod
    def of(cls, network: Network, candidates: Named | int | None, paired: bool, rng: np.random.Generator) -> Pool:
        """Return the candidates of a network.

        Raises
        ------
        ParameterError
            As :meth:`Named.codes`.
        """
        every = cls(network, paired)
        if candidates is None:
            return every
        if isinstance(candidates, int):
            return cls(network, paired, every.drawn(min(candidates, every.size), rng))
        post, pre = np.divmod(candidates.codes(network), every.nodes)
        codes = distinct(every.codes(pre, post))
        codes = codes[~found(every.there, codes)]
        post, pre = np.divmod(codes, every.nodes)
        if paired and (apart := (pre != post) & ~every.joined(pre, post)).any():
            k = int(np.argmax(apart))
            raise ParameterError(
                f"candidates has the edge {network.nodes[pre[k]]!r} -> {network.nodes[post[k]]!r}, which comes with "
                "the edge back and one weight, but Dale's law asks another sign of one than of the other: expected "
                "pairs of neurons of one sign"
            )
        return cls(network, paired, codes)

    @property
    def nodes(self) -> int:
        """How many nodes there are."""
        return len(self.network.connectivity.table.nodes)

    @cached_property
    def there(self) -> Codes:
        """The codes of the edges, rising."""
        return edge_codes(self.network)

    @cached_property
    def size(self) -> int:
        """How many candidates there are."""
        if self.named is not None:
            return self.named.size
        connectivity, free = self.network.connectivity, self.network.connectivity.free
        among = [free.size] if not self.paired else np.bincount(connectivity.signs[free] + 1)
        pairs = sum(int(count) * (int(count) - 1) for count in among) // (2 if self.paired else 1)
        here = self.joined(connectivity.pre, connectivity.post)
        return pairs + free.size * (self.nodes - free.size) - int(np.count_nonzero(here))

    def joined(self, pre: NDArray[Any], post: NDArray[Any]) -> NDArray[np.bool_]:
        """Return which pairs that end at free nodes are candidates where they are no edges.

        Of those that come in both directions the one from the lower place to the higher is, if Dale's law asks one sign
        of both neurons.
        """
        if not self.paired:
            return np.asarray(pre != post)
        connectivity = self.network.connectivity
        same = connectivity.signs[pre] == connectivity.signs[post]
        return np.asarray(~connectivity.table.free[pre] | (pre < post) & same)

    def codes(self, pre: Codes, post: Codes) -> Codes:
        """Return the codes of some pairs; of one that comes in both directions that from the lower to the higher."""
        codes = post * self.nodes + pre
        if not self.paired:
            return codes
        return np.where(self.network.connectivity.table.free[pre], np.maximum(codes, pre * self.nodes + post), codes)

    def has(self, codes: Codes) -> NDArray[np.bool_]:
        """Return which of some pairs that end at free nodes are candidates."""
        if self.named is not None:
            return found(self.named, codes)
        post, pre = np.divmod(codes, self.nodes)
        return self.joined(pre, post) & ~found(self.there, codes)

    def drawn(self, count: int, rng: np.random.Generator) -> Codes:
        """Draw `count` candidates, each set of so many with the same probability; return their codes, rising."""
        if self.named is not None:
            return np.sort(rng.choice(self.named, count, replace=False, shuffle=False))
        if 2 * count >= self.size:
            every = np.concatenate([np.empty(0, np.int64), *self.blocks()])
            return np.sort(rng.choice(every, count, replace=False, shuffle=False))
        # Pairs are drawn until `count` different ones are candidates; at that time each set of them is as likely as
        # any other, and so is each subset of the surplus.
        free, drawn = self.network.connectivity.free, np.empty(0, np.int64)
        share = self.size / (free.size * self.nodes)
        while drawn.size < count:
            tries = int(1.1 * (count - drawn.size) / share) + 16
            post, pre = rng.choice(free, tries), rng.integers(0, self.nodes, tries)
            codes = (post * self.nodes + pre)[self.joined(pre, post)]
            drawn = distinct(np.concatenate([drawn, codes]))
            drawn = drawn[~found(self.there, drawn)]
        return drawn if drawn.size == count else np.sort(rng.choice(drawn, count, replace=False, shuffle=False))

    def blocks(self) -> Iterator[Codes]:
        """Go through the candidates, rising, in parts of about :data:`BLOCK`."""
        if self.named is not None:
            for first in range(0, self.named.size, BLOCK):
                yield self.named[first : first + BLOCK]
            return
        connectivity = self.network.connectivity
        free, rows, every = connectivity.free, max(1, BLOCK // self.nodes), np.arange(self.nodes)
        for first in range(0, free.size, rows):
            post = free[first : first + rows]
            absent = self.joined(every, post[:, None])
            # Only free nodes have edges into them, so those into these rows stand together.
            edges = slice(connectivity.indptr[post[0]], connectivity.indptr[post[-1] + 1])
            absent[np.searchsorted(post, connectivity.post[edges]), connectivity.pre[edges]] = False
            row, pre = np.nonzero(absent)
            yield post[row] * self.nodes + pre

    def best(self, count: int, keys: Callable[[Codes, Codes], Floats]) -> tuple[Codes, Floats]:
        """Return the `count` candidates with the largest keys, the largest first, and these.

        Parameters
        ----------
        count : int
        keys : function of pre and post
            Gives the key of each pair of a block; of equal ones the lower code comes first.
        """
        codes, own = np.empty(0, np.int64), np.empty(0)
        for block in self.blocks():
            post, pre = np.divmod(block, self.nodes)
            new = keys(pre, post)
            if codes.size == count and count:
                better = new > own[-1]
                block, new = block[better], new[better]
            codes, own = np.concatenate([codes, block]), np.concatenate([own, new])
            order = rising(-own)[:count]
            codes, own = codes[order], own[order]
        return codes, own


def edge_codes(network: Network) -> Codes:
    """Return the code of each edge, rising."""
    return network.connectivity.post.astype(np.int64) * len(network.connectivity.table.nodes) + network.connectivity.pre


def found(codes: Codes, asked: Codes) -> NDArray[np.bool_]:
    """Return which of some codes are among others, which rise."""
    return np.asarray(np.append(codes, -1)[np.searchsorted(codes, asked)] == asked)


def distinct(codes: Codes) -> Codes:
    """Return different codes, each once and rising: sorted, for which numpy is much faster than by its hashes."""
    rising = np.sort(codes)
    first = np.append(True, rising[1:] != rising[:-1])[: rising.size]
    return np.asarray(rising[first])
