"""The rows of W that a process holds, as tensors: its own neurons, the edges that reach them, what equations read."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from scipy import sparse
from torch import Tensor

from neurograph.equations.neuron import POPULATION, Dynamics
from neurograph.graphs.edge_table import BIAS, INPUT, numbered
from neurograph.network.network import Network

with warnings.catch_warnings():  # torch says once in a process that its CSR tensors are new
    warnings.simplefilter("ignore")
    torch.sparse_csr_tensor(torch.tensor([0, 0]), torch.empty(0, dtype=torch.int64), torch.empty(0), (1, 1))


class Exchange(Protocol):
    """What processes that share a graph tell each other; tables are (rows or columns, samples)."""

    def gathered(self, own: Tensor) -> Tensor:
        """Return the table of all columns, of which the first are a process's own rows."""

    def added(self, columns: Tensor) -> Tensor:
        """Return the sum over processes of tables of their columns, at the own rows."""

    def summed(self, values: Tensor) -> Tensor:
        """Return the sum over processes of what each has."""

    def largest(self, values: Tensor) -> Tensor:
        """Return the largest over processes of what each has; nan if one has that."""


class Alone:
    """A process that holds all rows: its columns are its rows."""

    def gathered(self, own: Tensor) -> Tensor:
        """Return it."""
        return own

    added = summed = largest = gathered


@dataclass(frozen=True, eq=False)
class Matrix:
    """Where the entries of a sparse matrix stand, in CSR, and which weight each is.

    Attributes
    ----------
    crow, column : int32 or int64 tensor (rows + 1,), (entries,)
    size : (int, int)
    order : int32 or int64 tensor (entries,), or None
        The weight of each entry; None: they are in the order of the weights.
    """

    crow: Tensor
    column: Tensor
    size: tuple[int, int]
    order: Tensor | None = None

    def of(self, weights: Tensor) -> Tensor:
        """Return the matrix of some weights."""
        values = weights if self.order is None else weights.index_select(0, self.order)
        places, device = (self.crow, self.column), values.device  # named, for torch has a default of its own
        return torch.sparse_csr_tensor(*places, values, self.size, device=device, check_invariants=False)


@dataclass(frozen=True, eq=False)
class Rows:
    """A part of a network on a device: own rows, which are the first columns, and the edges from columns to them.

    Attributes
    ----------
    dynamics : Dynamics
    node : int64 array (rows,)
        Which node of the network each row is.
    forward, back : Matrix
        W (rows, columns) and W' (columns, rows).
    constants : dict of str to tensor (columns, 1)
        What equations read of each node beside its bias and its sums of weights.
    biases : tensor (columns, 1)
        Those as compiled.
    population : int64 tensor (columns,) or None
        None where all neurons have one dynamics.
    box : (tensor (rows, 1), tensor (rows, 1)) or None
    roles : int8 tensor (rows,)
    outputs, inputs : pair of int64 tensors (k,)
        Own rows of outputs and of inputs, and the column of y, or x, of each.
    biased : int64 tensor (k,)
        Own rows with a bias of their own.
    counts : (int, int)
        How many outputs and inputs the whole network has.
    exchange : Exchange
    """

    dynamics: Dynamics
    node: NDArray[np.int64]
    forward: Matrix
    back: Matrix
    constants: dict[str, Tensor]
    biases: Tensor
    population: Tensor | None
    box: tuple[Tensor, Tensor] | None
    roles: Tensor
    outputs: tuple[Tensor, Tensor]
    inputs: tuple[Tensor, Tensor]
    biased: Tensor
    counts: tuple[int, int]
    exchange: Exchange

    @property
    def free(self) -> Tensor:
        """Which rows move, unless clamped (rows, 1)."""
        return ((self.roles != INPUT) & (self.roles != BIAS))[:, None]

    @classmethod
    def of(cls, network: Network, device: torch.device, dtype: torch.dtype) -> Rows:
        """Return all rows of a network, on a device."""
        connectivity = network.connectivity
        nodes = np.arange(len(network.nodes))
        return cls.held(network, nodes, connectivity.indptr, connectivity.pre, nodes.size, device, dtype, Alone())

    @classmethod
    def held(
        cls,
        network: Network,
        nodes: NDArray[np.int64],
        indptr: NDArray[np.int64],
        column: NDArray[np.integer[Any]],
        own: int,
        device: torch.device,
        dtype: torch.dtype,
        exchange: Exchange,
    ) -> Rows:
        """Return some rows of a network.

        Parameters
        ----------
        network : Network
            What is known of every node is read from it, and no edge.
        nodes : int array (columns,)
            Which node each column is; the first `own` are the rows.
        indptr, column : int arrays (own + 1,), (edges,)
            The edges to each own row, and the column from which each comes.
        own : int
        device, dtype : torch.device, torch.dtype
            Of the tensors.
        exchange : Exchange
            With the processes that hold the other rows.
        """
        connectivity, rows = network.connectivity, nodes[:own]

        def placed(values: NDArray[Any], kind: torch.dtype | None = None) -> Tensor:
            return torch.from_numpy(np.array(values)).to(device, kind)

        def among(places: NDArray[np.int64]) -> tuple[Tensor, Tensor]:
            order = np.full(len(network.nodes), -1)
            order[places] = np.arange(places.size)
            found = np.flatnonzero(order[rows] >= 0)
            return placed(found), placed(order[rows[found]])

        constants = {name: one for name, one in network.constants.items() if name not in ("b", "w_out", "w_out_abs")}
        constants.pop(POPULATION, None)
        several = POPULATION in network.dynamics.node_values
        low, high = (end[rows, None] for end in network.box)
        return cls(
            dynamics=network.dynamics,
            node=rows,
            forward=_matrix(indptr, column, (own, nodes.size), device),
            back=_transposed(indptr, column, (own, nodes.size), device),
            constants={name: placed(one[nodes, None], dtype) for name, one in constants.items()},
            biases=placed(network.biases[nodes, None], dtype),
            population=placed(network.population[nodes]) if several else None,
            box=(placed(low, dtype), placed(high, dtype)) if network.dynamics.box is not None else None,
            roles=placed(connectivity.table.roles[rows]),
            outputs=among(connectivity.outputs),
            inputs=among(connectivity.inputs),
            biased=among(connectivity.biased)[0],
            counts=(connectivity.outputs.size, connectivity.inputs.size),
            exchange=exchange,
        )

    def at_outputs(self, own: Tensor) -> Tensor:
        """Return what all outputs have (outputs, samples) of a table of own rows, on every process."""
        return self._whole(own, self.outputs, self.counts[0])

    def at_inputs(self, own: Tensor) -> Tensor:
        """Return what all inputs have (inputs, samples) of a table of own rows, on every process."""
        return self._whole(own, self.inputs, self.counts[1])

    def _whole(self, own: Tensor, where: tuple[Tensor, Tensor], count: int) -> Tensor:
        rows, columns = where
        whole = own.new_zeros((count, own.shape[1]))
        whole[columns] = own[rows]
        return self.exchange.summed(whole)


INT32 = 2**31 - 1


def _matrix(
    indptr: NDArray[np.integer[Any]],
    column: NDArray[np.integer[Any]],
    size: tuple[int, int],
    device: torch.device,
    order: NDArray[np.integer[Any]] | None = None,
) -> Matrix:
    """Return a matrix whose places are whole numbers of 32 bits where they suffice: half of what a product reads."""
    kind = np.int32 if max(column.size, *size) <= INT32 else np.int64

    def placed(values: NDArray[np.integer[Any]]) -> Tensor:
        return torch.from_numpy(np.require(values, kind, "W")).to(device)  # a copy of frozen ones alone

    return Matrix(placed(indptr), placed(column), size, None if order is None else placed(order))


def _transposed(
    indptr: NDArray[np.int64], column: NDArray[np.integer[Any]], size: tuple[int, int], device: torch.device
) -> Matrix:
    """Return the same matrix with its columns for rows: a product from the left would be many times as slow."""
    # From rows to columns is a counting sort: its time is linear, and argsort would need more memory.
    turned = sparse.csr_array((numbered(column.size), column, indptr), shape=size).tocsc()
    return _matrix(turned.indptr, turned.indices, (size[1], size[0]), device, turned.data)
