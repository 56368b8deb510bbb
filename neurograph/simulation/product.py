"""W of a unitary network as a product that is fast: what its layers are is read off their numbers."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
from scipy import sparse

from neurograph._arrays import frozen
from neurograph.graphs.topologies.butterfly import stages
from neurograph.network.network import Network
from neurograph.network.relay_layers import Block, Layer, relay_layers
from neurograph.simulation.operations import Complex, Fourier, Operation, Places, Sparse, Step, fused

EQUAL = 1e-14
"""How far a weight may be from that of the Fourier transform, in either part, to be taken for it."""


@dataclass(frozen=True, eq=False)
class Factor:
    """One or several blocks of a network's W, and the operation that they are.

    Attributes
    ----------
    kind : {"permutation", "reflection", "transform", "sparse"}
        A scaled permutation; that and a hub; all stages of a Fourier transform; or anything else.
    blocks : tuple of Block
    operations : tuple of Operation
    moved, heard, sent : int64 arrays (n,)
        Places of the edges: of a permutation, or a reflection, those of each place after it; those to and from the hub.
        Empty for others.
    """

    kind: Literal["permutation", "reflection", "transform", "sparse"]
    blocks: tuple[Block, ...]
    operations: tuple[Operation, ...]
    moved: Places
    heard: Places
    sent: Places

    @property
    def name(self) -> str:
        """What the edges say in their attribute ``factor``."""
        return ", ".join(dict.fromkeys(block.name for block in self.blocks))


@dataclass(frozen=True, eq=False)
class Product:
    """W = the product of all factors, the first applied first.

    Attributes
    ----------
    factors : tuple of Factor
    """

    factors: tuple[Factor, ...]

    @cached_property
    def operations(self) -> tuple[Operation, ...]:
        """What is done one after another, neighbouring steps made one."""
        return fused([one for factor in self.factors for one in factor.operations])

    @cached_property
    def adjoints(self) -> tuple[Operation, ...]:
        """What the conjugate transpose does."""
        return fused([one.adjoint() for factor in reversed(self.factors) for one in reversed(factor.operations)])

    def apply(self, rows: Complex) -> Complex:
        """Return W u of each row u (batch, neurons), as a new array."""
        return _applied(self.operations, rows)

    def apply_adjoint(self, rows: Complex) -> Complex:
        """Return W* u of each row."""
        return _applied(self.adjoints, rows)

    def matrix(self) -> Complex:
        """Return W itself, row = postsynaptic, dense."""
        count = self.factors[0].blocks[0].before.size
        return self.apply(np.eye(count, dtype=np.complex128)).T.copy()


def _applied(operations: tuple[Operation, ...], rows: Complex) -> Complex:
    now = first = np.ascontiguousarray(rows, np.complex128)
    scratch = _scratch(first.shape)
    for one in operations:
        there = now is not first and isinstance(one, Step) and one.source is None
        now = one.apply(now, now if there else None if now is scratch else scratch)
    return now.copy() if now is scratch or now is first else now


_MEMORY = threading.local()


def _scratch(shape: tuple[int, ...]) -> Complex:
    """Return memory of this thread for what is between two operations: to ask for it anew each time is slow."""
    kept: Complex | None = getattr(_MEMORY, "kept", None)
    if kept is None or kept.shape != shape:
        kept = _MEMORY.kept = np.empty(shape, np.complex128)
    return kept


def product_of(network: Network) -> Product:
    """Return the compiled product of a unitary network, made once."""
    return network.once(_product)


def _product(network: Network) -> Product:
    return Product(tuple(factors_of(network)))


def factors_of(network: Network) -> list[Factor]:
    """Return the factors of W; a run of blocks that is a Fourier transform, by its numbers, is one."""
    blocks, weights = relay_layers(network.connectivity).blocks, network.weights
    found, place = list[Factor](), 0
    while place < len(blocks):
        run = _transform(blocks[place:], weights)
        if run is None:
            found.append(_factor(blocks[place], weights))
            place += 1
        else:
            found.append(run)
            place += len(run.blocks)
    return found


NO_PLACES: Places = frozen(np.empty(0, np.int64))


def _transform(blocks: tuple[Block, ...], weights: Complex) -> Factor | None:
    """Return the Fourier transform, or its inverse, that the blocks begin with; None where they begin otherwise."""
    count = blocks[0].before.size
    depth = count.bit_length() - 1
    if count < 2 or count & (count - 1) or len(blocks) < depth:
        return None
    run = blocks[:depth]
    if any(len(block.layers) > 1 or block.layers[0].shape != (count, count) for block in run):
        return None
    for inverse in (False, True):
        pairs = zip(run, stages(count, inverse), strict=True)
        if all(_same(block.layers[0], weights, stage) for block, stage in pairs):
            return Factor("transform", run, (Fourier(inverse),), NO_PLACES, NO_PLACES, NO_PLACES)
    return None


def _same(layer: Layer, weights: Complex, stage: sparse.csr_array) -> bool:
    """Return whether a layer has the entries of a stage of the transform."""
    if layer.edges.size != stage.data.size or np.any(layer.edges < 0):
        return False
    order = np.lexsort((layer.columns, layer.rows))
    rows = np.repeat(np.arange(layer.shape[0]), np.diff(stage.indptr))
    if not np.array_equal(layer.rows[order], rows) or not np.array_equal(layer.columns[order], stage.indices):
        return False
    apart = weights[layer.edges[order]] - stage.data
    return bool(np.abs(apart.view(np.float64)).max(initial=0.0) <= EQUAL)


def _factor(block: Block, weights: Complex) -> Factor:
    """Return a block as a scaled permutation, with hubs or without, or as it is."""
    if len(block.layers) == 1:
        one = _permutation(block.layers[0])
        if one is not None:
            source, edges = one
            none = np.zeros((source.size, 0), np.complex128)
            step = Step(weights[edges].astype(np.complex128), _moving(source), none, none)
            return Factor("permutation", (block,), (step,), edges, NO_PLACES, NO_PLACES)
    if len(block.layers) == 2:
        both = _reflection(block.layers[0], block.layers[1])
        if both is not None:
            source, edges, heard, sent = both
            scale = weights[edges].astype(np.complex128)
            ends = [np.asfortranarray(weights[one][:, None].astype(np.complex128)) for one in (heard, sent)]
            step = Step(None if np.all(scale == 1.0) else scale, _moving(source), *ends)
            return Factor("reflection", (block,), (step,), edges, heard, sent)
    matrices = tuple(Sparse(matrix) for matrix in block.matrices(weights))
    return Factor("sparse", (block,), matrices, NO_PLACES, NO_PLACES, NO_PLACES)


def _moving(source: Places) -> Places | None:
    return None if np.array_equal(source, np.arange(source.size)) else source


def _permutation(layer: Layer) -> tuple[Places, Places] | None:
    """Return where each place after a layer is from, and by which edge; None where it is no permutation."""
    count = layer.shape[0]
    if layer.shape != (count, count) or layer.edges.size != count or np.any(layer.edges < 0):
        return None
    if np.unique(layer.rows).size != count or np.unique(layer.columns).size != count:
        return None
    order = np.argsort(layer.rows)
    return layer.columns[order], layer.edges[order]


def _reflection(first: Layer, second: Layer) -> tuple[Places, Places, Places, Places] | None:
    """Return where each place is from, by which edge, and the edges to and from one hub; None where it is none."""
    count = first.shape[1]
    if first.shape[0] != count + 1 or second.shape != (count, count + 1):
        return None
    to_hub, from_hub = first.rows == 0, second.columns == 0  # what is new stands first, what is carried over behind
    if np.count_nonzero(to_hub) != count or np.count_nonzero(from_hub) != count:
        return None
    if np.any(first.edges[~to_hub] >= 0) or np.any(first.edges[to_hub] < 0) or np.any(second.edges < 0):
        return None
    carried = np.empty(count, np.int64)
    carried[first.rows[~to_hub] - 1] = first.columns[~to_hub]
    rest = Layer(
        (count, count), second.rows[~from_hub], carried[second.columns[~from_hub] - 1], second.edges[~from_hub]
    )
    moved = _permutation(rest)
    if moved is None:
        return None
    heard, sent = np.empty(count, np.int64), np.empty(count, np.int64)
    heard[first.columns[to_hub]] = first.edges[to_hub]
    sent[second.rows[from_hub]] = second.edges[from_hub]
    return *moved, heard, sent
