"""A graph as the arrays that the measures read, and the random graphs of the same degrees."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, TypeVar

import networkx as nx
import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from neurograph._arrays import frozen
from neurograph._checks import finite_number
from neurograph.errors import GraphError
from neurograph.graphs.edge_table import INPUT, OUTPUT, ROLES, EdgeTable
from neurograph.network.network import Network

T = TypeVar("T")

ROUNDS = 40
"""How many times a swap is proposed for each edge."""

LARGE = 100_000
"""Edges above which measures are sampled, and random graphs dealt instead of swapped."""

REPAIRS = 100
"""How many times the edges that may not be are dealt again."""


@dataclass(frozen=True, eq=False)
class Links:
    """A graph as arrays.

    Attributes
    ----------
    pre, post : int array (edges,)
        Where each edge starts and ends.
    weights : array (edges,)
    roles : array (nodes,)
        Place of each node's role in :data:`neurograph.graphs.edge_table.ROLES`.
    random : bool
        Whether it is a random graph, of which a large one is spared the slow measures.
    """

    pre: NDArray[np.int64]
    post: NDArray[np.int64]
    weights: NDArray[np.float64]
    roles: NDArray[np.int8]
    random: bool = False

    @property
    def most(self) -> int:
        """Most edges of a graph that is not large."""
        return LARGE

    @property
    def large(self) -> bool:
        """Whether there are too many edges for what takes longer than in proportion to them."""
        return self.pre.size > LARGE

    @property
    def nodes(self) -> int:
        """How many nodes there are."""
        return int(self.roles.size)

    @cached_property
    def inputs(self) -> NDArray[np.int64]:
        """Places of the input nodes."""
        return np.flatnonzero(self.roles == INPUT)

    @cached_property
    def outputs(self) -> NDArray[np.int64]:
        """Places of the output nodes."""
        return np.flatnonzero(self.roles == OUTPUT)

    @cached_property
    def adjacency(self) -> sparse.csr_array:
        """1 where there is an edge (nodes, nodes), row = presynaptic."""
        return self.valued(np.ones(self.pre.size))

    @cached_property
    def _computed(self) -> dict[Any, Any]:
        return {}

    def once(self, function: Callable[[Links, np.random.Generator], T], rng: np.random.Generator) -> T:
        """Return ``function(links, rng)``, computed once."""
        if function not in self._computed:
            self._computed[function] = function(self, rng)
        found: T = self._computed[function]
        return found

    def valued(self, values: NDArray[np.float64]) -> sparse.csr_array:
        """Return one value an edge as a CSR array (nodes, nodes), row = presynaptic."""
        return sparse.csr_array((values, (self.pre, self.post)), shape=(self.nodes, self.nodes))

    def rewired(self, rng: np.random.Generator) -> Links:
        """Return a random graph in which each node has the same in-degree and out-degree.

        Pairs of edges are swapped, a -> b and c -> d for a -> d and c -> b, many pairs at a time; a swap that would
        make an edge twice, or a self-loop, is not made. Of a large graph all ends are dealt at once, and those of the
        few edges that would be there twice, or self-loops, again. An edge's weight stays with its presynaptic node, and
        so does its sign. Self-loops stay.

        References
        ----------
        Maslov and Sneppen, Specificity and stability in topology of protein networks, Science 296, 2002; Milo, Kashtan,
        Itzkovitz, Newman, Alon, On the uniform generation of random graphs with prescribed degree sequences, 2003,
        arXiv cond-mat/0312028.
        """
        dealt = self._dealt(rng) if self.large else None
        return replace(self, post=frozen(self._swapped(rng) if dealt is None else dealt), random=True)

    def _dealt(self, rng: np.random.Generator) -> NDArray[np.int64] | None:
        """Return where each edge of a random graph ends, all ends dealt at once; None if they do not come out.

        Those of edges that are there twice, and of self-loops, are dealt again, together with those of as many others.
        """
        post = self.post.copy()
        moving = np.flatnonzero(self.pre != self.post)
        again = moving
        for _ in range(REPAIRS):
            post[again] = post[rng.permutation(again)]
            edges = self.pre * self.nodes + post
            ordered = np.sort(edges)
            double = ordered[1:][ordered[1:] == ordered[:-1]]
            wrong = self.pre == post
            if double.size:
                wrong |= double[np.minimum(np.searchsorted(double, edges), double.size - 1)] == edges
            bad = moving[wrong[moving]]
            if not bad.size:
                return post
            again = np.union1d(bad, rng.choice(moving, bad.size))
        return None

    def _swapped(self, rng: np.random.Generator) -> NDArray[np.int64]:
        """Return where each edge of a random graph ends, by the Markov chain of swaps."""
        post = self.post.copy()
        moving = np.flatnonzero(self.pre != self.post)
        half = moving.size // 2
        for _ in range(ROUNDS):
            order = rng.permutation(moving)
            one, two = order[:half], order[half : 2 * half]
            # One round of the Markov chain of swaps, over disjoint random pairs of edges at once. An edge u -> v is the
            # number u nodes + v; `made` are the two edges of each swap, which is refused where one of them is a
            # self-loop, is there already, or is made by another swap of this round too.
            there = self.pre * self.nodes + post
            made = np.stack([self.pre[one] * self.nodes + post[two], self.pre[two] * self.nodes + post[one]])
            loops = (self.pre[one] == post[two]) | (self.pre[two] == post[one])
            distinct, place, count = np.unique(made, return_inverse=True, return_counts=True)
            double = (np.isin(distinct, there) | (count > 1))[place.reshape(made.shape)]
            # Half of the allowed swaps are made: with all of them, small graphs alternate between two sets of states.
            good = ~(loops | double.any(axis=0)) & (rng.random(half) < 0.5)
            post[one[good]], post[two[good]] = post[two[good]], post[one[good]]
        return post


def read_links(graph: nx.DiGraph[Any] | EdgeTable | Network) -> Links:
    """Read a graph, whose edges without a weight have 1, a table or a network.

    Raises
    ------
    GraphError
        If it is neither, or is undirected or a multigraph, or has a weight that is no finite number or an unknown role.
    """
    if isinstance(graph, (EdgeTable, Network)):
        edges = graph.connectivity if isinstance(graph, Network) else graph
        pre, post = edges.pre.astype(np.int64), edges.post.astype(np.int64)
        _check_real(graph.weights)
        return Links(pre, post, graph.weights.astype(np.float64), graph.roles)
    if not isinstance(graph, nx.DiGraph) or graph.is_multigraph():
        raise GraphError(
            f"graph is of type {type(graph).__name__}: expected a networkx.DiGraph, an EdgeTable or a Network; of a "
            "fit or a pruning its .network"
        )
    place = {node: number for number, node in enumerate(graph)}
    ends = np.array([(place[pre], place[post]) for pre, post in graph.edges], np.int64).reshape(-1, 2)
    order = np.lexsort((ends[:, 0], ends[:, 1]))  # as in a network, so that the same random graphs are drawn
    return Links(ends[order, 0], ends[order, 1], _weights(graph)[order], _roles(graph))


def _check_real(weights: NDArray[Any]) -> None:
    if weights.dtype.kind == "c":
        raise GraphError(
            "the graph has complex weights, whose signs and sums say nothing: expected real ones, such as moduli, "
            "topologies.from_matrix(abs(network.matrix()), ...)"
        )


def _weights(graph: nx.DiGraph[Any]) -> NDArray[np.float64]:
    numbers = []
    for pre, post, weight in graph.edges(data="weight", default=1.0):
        number = finite_number(weight)
        if number is None:
            raise GraphError(
                f"edge {pre!r} -> {post!r} has weight {weight!r}: expected a finite number, or none at all"
            )
        numbers.append(number)
    return np.array(numbers, np.float64)


def _roles(graph: nx.DiGraph[Any]) -> NDArray[np.int8]:
    named: list[tuple[Any, Any]] = list(graph.nodes(data="role", default="hidden"))
    for node, role in named:
        if role not in ROLES:
            raise GraphError(f"node {node!r} has role {role!r}: expected one of {', '.join(map(repr, ROLES))}")
    return np.array([ROLES.index(role) for _, role in named], np.int8)
