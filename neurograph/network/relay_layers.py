"""A graph of neurons and relays as layers: what a step of a unitary network multiplies, one sparse matrix a layer."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from neurograph._arrays import FrozenArrays
from neurograph.equations.neuron import POPULATION
from neurograph.errors import GraphError
from neurograph.graphs.columns import Column
from neurograph.graphs.edge_table import BIAS, HIDDEN, INPUT, OUTPUT, EdgeTable
from neurograph.network.connectivity import Connectivity

Places = NDArray[np.int64]

FACTOR = "factor"
"""The edge attribute that says which factor of W an edge belongs to."""

NEURON, RELAY = "neuron", "relay"
"""The populations of a unitary network."""


@dataclass(frozen=True, eq=False)
class Layer(FrozenArrays):
    """What stands after a layer is this matrix times what stood before it.

    Attributes
    ----------
    shape : (int, int)
        How many nodes after it, and before it.
    rows, columns : int64 arrays (entries,)
    edges : int64 array (entries,)
        Places of the edges whose weights they are; -1 where a node is carried over by the factor 1.
    """

    shape: tuple[int, int]
    rows: Places
    columns: Places
    edges: Places

    def entries(self, weights: NDArray[Any]) -> NDArray[np.complex128]:
        """Return the numbers (entries,), of the weights of all edges."""
        return np.where(self.edges < 0, 1.0, weights[self.edges]).astype(np.complex128)

    def matrix(self, weights: NDArray[Any]) -> sparse.csr_array:
        """Return the matrix (after, before)."""
        return sparse.csr_array((self.entries(weights), (self.rows, self.columns)), shape=self.shape)


@dataclass(frozen=True, eq=False)
class Block(FrozenArrays):
    """Layers between two cuts that each node stands on one side of: a factor of W, or a stage of one.

    Attributes
    ----------
    name : str
        What its edges have in their attribute ``factor``, or from where to where they go.
    layers : tuple of Layer
    before, after : int64 arrays
        Places of the nodes at the two cuts, in the graph's order.
    """

    name: str
    layers: tuple[Layer, ...]
    before: Places
    after: Places

    @cached_property
    def edges(self) -> Places:
        """Places of all edges of it."""
        found = np.concatenate([layer.edges for layer in self.layers])
        return np.unique(found[found >= 0])

    def matrices(self, weights: NDArray[Any]) -> list[sparse.csr_array]:
        """Return a matrix for each layer."""
        return [layer.matrix(weights) for layer in self.layers]


@dataclass(frozen=True, eq=False)
class RelayLayers(FrozenArrays):
    """How the edges of a unitary network make W, V and U.

    Attributes
    ----------
    neurons : int64 array (neurons,)
        Places of the neurons, in the graph's order.
    blocks : tuple of Block
        Those of W, the first to be applied first.
    into, out : int64 arrays
        Places of the edges of V, from inputs to neurons, and of U, from neurons to outputs.
    factors : tuple of (str or None)
        The factor of each edge.
    """

    neurons: Places
    blocks: tuple[Block, ...]
    into: Places
    out: Places
    factors: tuple[Any, ...]

    @classmethod
    def of(cls, connectivity: Connectivity) -> RelayLayers:
        """Sort the nodes into layers.

        Raises
        ------
        GraphError
            If an edge goes where none may, relays hear each other in a circle, or a node is of no population.
        """
        table, pre, post = connectivity.table, connectivity.pre.astype(np.int64), connectivity.post.astype(np.int64)
        neuron, relay = _populations(table)
        starts, ends = table.roles[pre] == INPUT, table.roles[post] == OUTPUT
        _check_ends(connectivity, starts, ends, neuron)
        inner = np.flatnonzero(~starts & ~ends)
        neurons = np.flatnonzero(neuron)
        if not inner.size or not neurons.size:
            raise GraphError(
                "the graph has no edge from neuron to neuron: expected W of a unitary network among nodes whose "
                "attribute 'population' is 'neuron' or 'relay', as topologies.unitary(...) builds it"
            )
        depth = _depths(connectivity, inner, neuron, relay)
        factors = _factors(connectivity)
        return cls(
            neurons,
            _blocks(connectivity, inner, depth, neurons, factors),
            np.flatnonzero(starts),
            np.flatnonzero(ends),
            factors,
        )

    @cached_property
    def inner(self) -> Places:
        """Places of the edges of W."""
        return np.unique(np.concatenate([block.edges for block in self.blocks]))


def _populations(table: EdgeTable) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Return which hidden nodes are neurons, and which are relays."""
    count = len(table.nodes)
    named = np.array(table.of_nodes().get(POPULATION, Column.absent(count)).cells(), object)
    hidden = table.roles == HIDDEN
    neuron, relay = hidden & (named == NEURON), hidden & (named == RELAY)
    for place in np.flatnonzero(hidden & ~neuron & ~relay).tolist():
        raise GraphError(
            f"node {table.nodes[place]!r} has the population {named[place]!r}: expected 'neuron', which holds the "
            "state of a unitary network, or 'relay', which passes on at once what it sums up; set "
            f"graph.nodes[{table.nodes[place]!r}]['population']"
        )
    for place in np.flatnonzero(table.roles == BIAS).tolist():
        raise GraphError(
            f"node {table.nodes[place]!r} has role 'bias', which a unitary network has no place for: expected a real "
            "'bias' attribute at neurons and outputs, or an input that is always 1"
        )
    for place in np.flatnonzero(relay & np.isfinite(table.biases)).tolist():
        raise GraphError(
            f"node {table.nodes[place]!r} is a relay and has a bias: expected none, for it is linear; remove the bias "
            "attribute"
        )
    return neuron, relay


def _check_ends(
    connectivity: Connectivity, starts: NDArray[np.bool_], ends: NDArray[np.bool_], neuron: NDArray[np.bool_]
) -> None:
    """Refuse edges of other kinds than input -> neuron, neuron -> output, and those among neurons and relays."""
    pre, post, roles = connectivity.pre, connectivity.post, connectivity.table.roles
    wrong = (starts & ~neuron[post]) | (ends & ~neuron[pre]) | (roles[pre] == OUTPUT)
    for k in np.flatnonzero(wrong)[:1].tolist():
        one, other = (connectivity.table.nodes[place] for place in (pre[k], post[k]))
        raise GraphError(
            f"edge {one!r} -> {other!r} is none of a unitary network: expected edges from inputs to neurons, from "
            "neurons to outputs, and among neurons and relays; remove it"
        )


def _depths(
    connectivity: Connectivity, inner: Places, neuron: NDArray[np.bool_], relay: NDArray[np.bool_]
) -> NDArray[np.int64]:
    """Return the length of the longest path from the neurons to each relay; 0 at the neurons themselves."""
    depth = np.zeros(neuron.size, np.int64)
    depth[relay] = 1
    among = inner[relay[connectivity.post[inner]]]
    pre, post = connectivity.pre[among], connectivity.post[among]
    for _ in range(int(np.count_nonzero(relay)) + 1):
        wanted = depth.copy()
        np.maximum.at(wanted, post, depth[pre] + 1)
        if np.array_equal(wanted, depth):
            return depth
        depth = wanted
    place = connectivity.table.nodes[int(np.argmax(depth))]
    raise GraphError(
        f"relay {place!r} hears itself at once, through other relays: expected relays without circles, for each passes "
        "on what it sums up in the same step; make a node of the circle a neuron"
    )


def _factors(connectivity: Connectivity) -> tuple[Any, ...]:
    table, count = connectivity.table, connectivity.table.pre.size
    cells = table.of_edges().get(FACTOR, Column.absent(count)).cells()
    return tuple(cells[place] for place in table.given[connectivity.edge_ids].tolist())


def _blocks(
    connectivity: Connectivity, inner: Places, depth: NDArray[np.int64], neurons: Places, factors: tuple[Any, ...]
) -> tuple[Block, ...]:
    """Cut the relays by depth; nodes that are heard further on are carried over."""
    pre, post = connectivity.pre[inner].astype(np.int64), connectivity.post[inner].astype(np.int64)
    last = int(depth.max()) + 1
    neuron = np.zeros(depth.size, np.bool_)
    neuron[neurons] = True
    reach = np.where(neuron[post], last, depth[post])  # the layer in which an edge ends
    heard = np.zeros(depth.size, np.int64)  # the last layer that hears a node
    np.maximum.at(heard, pre, reach)
    found, layers = list[Block](), list[Layer]()
    before = first = neurons
    for level in range(1, last + 1):
        new = neurons if level == last else np.flatnonzero(depth == level)
        carried = before[heard[before] > level] if level < last else before[:0]
        after = np.concatenate([new, carried])
        place = np.full(depth.size, -1)
        place[before] = np.arange(before.size)
        row = np.full(depth.size, -1)
        row[new] = np.arange(new.size)
        own = np.flatnonzero(reach == level)
        stays = np.arange(carried.size) + new.size
        layers.append(
            Layer(
                (after.size, before.size),
                np.concatenate([row[post[own]], stays]),
                np.concatenate([place[pre[own]], place[carried]]),
                np.concatenate([inner[own], np.full(carried.size, -1)]),
            )
        )
        if not carried.size:
            edges = np.concatenate([layer.edges for layer in layers])
            name = _name(factors, edges[edges >= 0], connectivity.table.nodes, first, after)
            found.append(Block(name, tuple(layers), first, after))
            first, layers = after, []
        before = after
    return tuple(found)


def _name(factors: tuple[Any, ...], edges: Places, nodes: Any, before: Places, after: Places) -> str:
    names = dict.fromkeys(factors[k] for k in edges.tolist() if isinstance(factors[k], str))
    if names:
        return ", ".join(names)
    ends: list[Hashable] = [nodes[places[0]] for places in (before, after) if places.size]
    return f"the layer from {ends[0]!r} to {ends[-1]!r}"


def relay_layers(connectivity: Connectivity) -> RelayLayers:
    """Return the layers of a unitary network's connectivity, sorted once."""
    found: RelayLayers | None = connectivity.__dict__.get("_relay_layers")
    if found is None:
        found = RelayLayers.of(connectivity)
        connectivity.__dict__["_relay_layers"] = found
    return found
