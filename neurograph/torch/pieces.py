"""The part of a graph that one process of several holds: the edges that end at its nodes, read in pieces."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray
from scipy import sparse

from neurograph._arrays import FrozenArrays, frozen
from neurograph._checks import check_memory
from neurograph._files import as_path
from neurograph.errors import GraphError, ParameterError
from neurograph.formats.base import naming
from neurograph.formats.encoding.pieces import Pieces
from neurograph.graphs.edge_table import CHUNK, EdgeTable
from neurograph.graphs.wiring import Wiring
from neurograph.network.compilation import compile, number_type, numbers_of_type
from neurograph.network.network import Network
from neurograph.torch.dealing import dealt


@dataclass(frozen=True, eq=False)
class Part(FrozenArrays):
    """What one process holds: all nodes, and the edges that end at its own.

    Attributes
    ----------
    network : Network
        All nodes, with the edges into this process's nodes alone.
    owner : int32 array (nodes,)
        The process of each node.
    process : int
        Which one this is.
    incoming : int64 array (nodes,)
        How many edges of the whole graph end at each node.
    digest : str
        Tells the whole graph, its numbers and its dynamics, from any other.
    """

    network: Network
    owner: NDArray[np.int32]
    process: int
    incoming: NDArray[np.int64]
    digest: str

    @property
    def own(self) -> NDArray[np.int64]:
        """Places of this process's nodes among all (own nodes,), rising."""
        return np.flatnonzero(self.owner == self.process)

    @property
    def edge_ids(self) -> NDArray[np.int64]:
        """Place of each edge that is here among the edges of the whole network (own edges,)."""
        own = self.network.connectivity.indptr
        whole = np.cumsum(self.incoming) - self.incoming
        return np.repeat(whole - own[:-1], np.diff(own)) + np.arange(own[-1])


def part_of_network(network: Network, process: int, processes: int) -> Part:
    """Return the part of a network, which stays whole in the memory.

    Raises
    ------
    GraphError
        If two edges must have one weight.
    """
    connectivity = network.connectivity
    ties, ends = connectivity.table.ties, network.edges
    if connectivity.ties is not None and ties is not None:
        first = int(np.flatnonzero(ties[connectivity.edge_ids] >= 0)[0])
        raise _tied(*ends[first])
    _check_one_way(network)
    _check_nodes(network, processes)
    told = _told(network)
    spans = [slice(first, first + CHUNK) for first in range(0, network.weights.size, CHUNK)]
    for span in spans:
        parts = connectivity.pre[span], connectivity.post[span], network.weights[span], connectivity.plastic[span]
        _tell(told, *parts)
    incoming = np.diff(connectivity.indptr)
    owner = dealt(lambda: ((connectivity.pre[span], connectivity.post[span]) for span in spans), incoming, processes)
    own = network.without_edges(owner[connectivity.post] != process)
    return _part(own, owner, process, incoming, told)


def part_of_file(path: str | os.PathLike[str], dtype: DTypeLike, process: int, processes: int) -> Part:
    """Return the part of a graph in Parquet, of whose edges only those of this process are ever in the memory.

    The edges are gone through in pieces: to count those into each node, to see which states would travel, where a
    partitioner is installed, and to keep those of this process.

    Parameters
    ----------
    path : path
        The file of the edges of the pair that :func:`neurograph.write` wrote; its dynamics comes with it.
    dtype : float64 or float32
        Type of every number.
    process, processes : int
        Which one this is, of how many.

    Raises
    ------
    FormatError
        If it is no such file, or holds a graph that cannot be compiled.
    GraphError
        If two edges must have one weight.
    GraphTooLargeError
        If the machine has not the memory.
    """
    number, path = number_type(dtype), as_path(path)
    with naming(path, "Parquet", "pandas.read_parquet(path)"):
        pieces = Pieces.of(path)
        nodes = pieces.nodes.table()
        blank = compile(nodes, dtype=number)
    _check_one_way(blank)
    _check_nodes(blank, processes)
    incoming, told = np.zeros(len(nodes.nodes), np.int64), _told(blank)
    with naming(path, "Parquet", "pandas.read_parquet(path)"):
        for piece in pieces:
            _check_untied(piece)
            incoming += np.bincount(piece.post, minlength=incoming.size)
            plastic = piece.plastic()
            _tell(told, piece.pre, piece.post, piece.weights(), np.True_ if plastic is None else plastic)
        owner = dealt(lambda: ((piece.pre, piece.post) for piece in pieces), incoming, processes)
        table = _gathered(nodes, pieces, np.where(owner == process, incoming, 0), number)
        network = compile(table, dtype=number)
    return _part(network, owner, process, incoming, told)


def _part(network: Network, owner: NDArray[np.int32], process: int, incoming: NDArray[np.int64], told: Any) -> Part:
    """Return a part, in whose network the nodes of others have no bias: theirs travel."""
    connectivity, others = network.connectivity, owner != process
    table = replace(connectivity.table, biases=np.where(others, np.nan, connectivity.table.biases))
    own = replace(
        network, connectivity=replace(connectivity, table=table), biases=frozen(np.where(others, 0, network.biases))
    )
    return Part(own, frozen(owner), process, frozen(incoming), told.hexdigest())


def _gathered(
    nodes: EdgeTable, pieces: Iterable[Wiring], counts: NDArray[np.int64], number: np.dtype[Any]
) -> EdgeTable:
    """Return the nodes with the edges into those for which `counts` is not 0: so many each."""
    indptr = np.concatenate([[0], np.cumsum(counts)])
    size = int(indptr[-1])
    check_memory(
        size * (number.itemsize + 5),
        f"holding {size} edges in one process",
        "share the graph among more processes, or use a machine with more",
    )
    pre, weights, plastic = np.empty(size, np.int32), np.empty(size, number), np.ones(size, np.bool_)
    begin = indptr[:-1].copy()
    for piece in pieces:
        own = np.flatnonzero(counts[piece.post])
        own = own[np.argsort(piece.post[own], kind="stable")]
        post = piece.post[own]
        runs = np.flatnonzero(np.diff(post, prepend=-1))
        lengths = np.diff(runs, append=own.size)
        # Where each edge goes: behind those into its node that came before, in this piece too.
        where = np.repeat(begin[post[runs]] - runs, lengths) + np.arange(own.size)
        begin[post[runs]] += lengths
        pre[where], weights[where] = piece.pre[own], numbers_of_type(piece.weights(), number, "weight")[own]
        mask = piece.plastic()
        plastic[where] = True if mask is None else mask[own]
    _sort(indptr, pre, [weights] if plastic.all() else [weights, plastic])
    return replace(
        nodes,
        indptr=indptr,
        pre=pre,
        weights=weights,
        plastic=None if plastic.all() else plastic,
        edge_attributes=None,
    )


def _sort(indptr: NDArray[np.int64], pre: NDArray[np.int32], values: list[NDArray[Any]]) -> None:
    """Put the edges into each node in the order of their presynaptic nodes, in place."""
    given = pre.copy() if len(values) > 1 else pre
    for one in values:
        pre[:] = given
        rows = sparse.csr_array((one, pre, indptr), shape=(indptr.size - 1,) * 2)
        rows.sort_indices()
        one[:], pre[:] = rows.data, rows.indices


def _told(network: Network) -> Any:
    """Begin the digest of a graph with its nodes."""
    told = hashlib.sha256(repr((network.nodes, network.dynamics, network.dtype.str)).encode())
    for values in (network.roles, network.biases, network.parameters, network.connectivity.signs):
        told.update(np.ascontiguousarray(values).data)
    return told


def _tell(told: Any, pre: Any, post: Any, weights: Any, plastic: Any) -> None:
    """Go on with some edges."""
    for values in (pre, post, weights, np.broadcast_to(plastic, pre.shape)):
        told.update(np.ascontiguousarray(values).data)


def _check_untied(piece: Wiring) -> None:
    tied = piece.of_edges["tie"].where() if "tie" in piece.of_edges else np.empty(0, np.int64)
    if tied.size:
        raise _tied(*piece.edge(int(tied[0])))


def _tied(pre: Any, post: Any) -> GraphError:
    return GraphError(
        f"edge {pre!r} -> {post!r} has a tie, but edges that share a weight may be with different processes: expected "
        "none; leave partition=True out, or remove the ties from the graph"
    )


def _check_nodes(network: Network, processes: int) -> None:
    if processes > len(network.nodes):
        raise ParameterError(
            f"{processes} processes share a graph of {len(network.nodes)} nodes: expected a node for each at least; "
            f"start fewer, as by torchrun --nproc-per-node {len(network.nodes)}"
        )


def _check_one_way(network: Network) -> None:
    if network.dynamics.symmetric:
        raise GraphError(
            f"the dynamics is {network.dynamics.name}, which needs W_ij = W_ji, but the two may be with different "
            "processes: expected a dynamics that takes any graph; leave partition=True out"
        )
