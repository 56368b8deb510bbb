"""A layer whose graph is shared: each process holds the rows of its own nodes, and states travel once a step."""

from __future__ import annotations

import os
import zlib
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import DTypeLike, NDArray
from torch import Tensor

from neurograph._checks import Seed, checked_generator
from neurograph.errors import GraphError, ParameterError, ProcessError
from neurograph.formats.files import read_table
from neurograph.network.compilation import compile
from neurograph.network.inputs import checked_network
from neurograph.network.network import Network
from neurograph.solvers.base import Solver
from neurograph.torch.backend import Backend, Tensors, method_of, with_parameters
from neurograph.torch.group import Group
from neurograph.torch.module import TYPES, GraphLayer, of_type
from neurograph.torch.pieces import Part, part_of_file, part_of_network
from neurograph.torch.rows import Rows
from neurograph.training.resume import fingerprint, said

Source = Network | str | os.PathLike[str]


class SharedLayer(GraphLayer):
    """A part of a network as a module: see :func:`neurograph.torch.layer`, which makes it with partition=True."""

    def __init__(self, source: Source, part: Part, group: Group, **options: Any) -> None:
        super().__init__(part.network, **options)
        self.source, self.part, self.group = source, part, group
        self.neighbours = Neighbours.of(part, group)

    def _made(self, network: Network, solver: Solver, device: torch.device, dtype: torch.dtype) -> Backend:
        own, there = self.part.own, self.neighbours
        indptr = network.connectivity.indptr[np.append(own, -1)]
        rows = Rows.held(network, there.nodes, indptr, there.column, own.size, device, dtype, there)
        return Tensors(network, rows, method_of(solver, network))

    def _given(self, **values: Tensor | None) -> None:
        for what, tensor in values.items():
            array = np.empty(0) if tensor is None else tensor.detach().cpu().contiguous().numpy()
            mark = float(zlib.crc32(array.tobytes(), zlib.crc32(repr(array.shape).encode())))
            most, least = self.group.largest(torch.tensor([mark, -mark], dtype=torch.float64), what).tolist()
            if most != -least:
                raise ProcessError(
                    f"{what} differs between processes, which share the graph and settle the same samples: expected "
                    "the same bits in each; draw and seed alike in all, or send what process 0 has to the others, by "
                    "torch.distributed.broadcast"
                )

    @torch.no_grad()
    def to_network(self) -> Network:
        """Return the whole network with the weights and biases as they are now; all processes call it.

        Returns
        -------
        Network
            The same on every process, which has to have the memory for it.

        Raises
        ------
        GraphError
            If the file has another graph by now.
        """
        self._keep_signs()
        kind = TYPES[self.weights.dtype]
        weights = np.zeros(int(self.part.incoming.sum()), kind)
        weights[self.part.edge_ids] = self.edge_weights.cpu().numpy()
        biases = np.zeros(self.part.owner.size, kind)
        biases[self.network.connectivity.biased] = self._own_biases().cpu().numpy()
        self.group.sum(weights, "the weights of all")
        self.group.sum(biases, "the biases of all")
        network = of_type(self.group.together(self._whole), kind)
        return with_parameters(network, weights, biases[network.connectivity.biased])

    def _whole(self) -> Network:
        source, part = self.source, self.part
        if isinstance(source, Network):
            return source
        network = compile(read_table(source))
        wired, pre = network.connectivity, part.network.connectivity.pre
        if not (
            network.nodes == part.network.nodes
            and np.array_equal(np.diff(wired.indptr), part.incoming)
            and np.array_equal(wired.pre[part.edge_ids], pre)
        ):
            raise GraphError(
                f"{source} holds a graph of other nodes or edges than the layer was made of: expected the file as it "
                "was then; put it back, and write what the layer has learned under another name"
            )
        return network

    def set_extra_state(self, state: str) -> None:
        """Refuse weights of another graph, or of another process's part."""
        if state != self.get_extra_state():
            raise ParameterError(
                f"the state is not that of process {self.group.rank} of {self.group.size}, or is of another graph: "
                "expected what the same process of as many saved, with the same pymetis or none; each saves its own "
                "and loads it again, from a file of its own"
            )

    def extra_repr(self) -> str:
        """Return what ``print(model)`` says of it."""
        own = f"{self.part.own.size} nodes and {self.network.weights.size} edges of process {self.group.rank}"
        return f"{own}, of {self.part.owner.size} and {self.part.incoming.sum()}, rule={self.rule.name}"


def shared(
    source: Source, check: Callable[[Network], None], dtype: DTypeLike, seed: Seed, timeout: float, **options: Any
) -> SharedLayer:
    """Return the layer of a source of which this process holds its part, as every process of the group does.

    Raises
    ------
    ParameterError
        If there is no process group, or are more processes than nodes, or `check` refuses the network.
    ProcessError
        If the processes disagree about the graph or the options, or one is gone.
    """
    group = Group("torch.layer(partition=True)", timeout)
    # A copy, which nothing else draws from: the processes draw alike.
    seed = group.broadcast(group.together(lambda: deepcopy(checked_generator(seed))))
    part = group.together(lambda: _part(source, check, dtype, group))
    same = {"the graph": part.digest} | {name: said(one) for name, one in options.items()}
    group.agree(same, "the same file, or network, and the same options in each")
    group.agree({"who has which node": fingerprint(part.owner)}, "the same version of pymetis in each, or none in all")
    return SharedLayer(source, part, group, seed=seed, **options)


def _part(source: Source, check: Callable[[Network], None], dtype: DTypeLike, group: Group) -> Part:
    if isinstance(source, (str, os.PathLike)):
        part = part_of_file(source, dtype, group.rank, group.size)
        check(part.network)
        return part
    part = part_of_network(checked_network(source), group.rank, group.size)
    check(source)
    return part


@dataclass(frozen=True, eq=False)
class Neighbours:
    """What this process and the others tell each other: of each node its state, to those alone that read it.

    Attributes
    ----------
    group : Group
    nodes : int64 array (columns,)
        Which node each column is: own nodes, then those of others that own edges come from, one process after another.
    column : int32 array (own edges,)
        The column that each own edge comes from.
    sent : int64 tensor (k,)
        The own rows that others read, those of one process after another.
    sizes : tuple of lists of int
        How many rows go to each process, and how many come from each.
    """

    group: Group
    nodes: NDArray[np.int64]
    column: NDArray[np.int32]
    sent: Tensor
    sizes: tuple[list[int], list[int]]

    @classmethod
    def of(cls, part: Part, group: Group) -> Neighbours:
        """Find who reads what; all processes call it."""
        own, pre, count = part.own, part.network.connectivity.pre, part.owner.size
        read = np.zeros(count, np.bool_)
        read[pre] = True
        others = np.flatnonzero(read & (part.owner != part.process))
        others = others[np.argsort(part.owner[others], kind="stable")]
        nodes = np.concatenate([own, others])
        column = np.empty(count, np.int32)
        column[nodes] = np.arange(nodes.size)
        coming = np.bincount(part.owner[others], minlength=group.size)
        each = [1] * group.size
        going = group.exchanged(torch.from_numpy(coming), each, each, "how many states it reads").tolist()
        asked = group.exchanged(torch.from_numpy(others), coming.tolist(), going, "which states it reads")
        return cls(group, nodes, column[pre], torch.from_numpy(column[asked.numpy()]).long(), (going, coming.tolist()))

    def gathered(self, own: Tensor) -> Tensor:
        """Return the table of all columns, of which the first are this process's own rows."""
        going, coming = self.sizes
        sent = own[self.sent.to(own.device)].cpu()
        return torch.cat([own, self.group.exchanged(sent, going, coming, "states").to(own.device)])

    def added(self, columns: Tensor) -> Tensor:
        """Return the sum over processes of tables of their columns, at the own rows."""
        (going, coming), own = self.sizes, columns.shape[0] - sum(self.sizes[1])
        received = self.group.exchanged(columns[own:].cpu(), coming, going, "what comes back")
        return columns[:own].index_add(0, self.sent.to(columns.device), received.to(columns.device))

    def summed(self, values: Tensor) -> Tensor:
        """Return the sum over processes of what each has."""
        return self.group.sum(values.clone().cpu(), "a sum").to(values.device)

    def largest(self, values: Tensor) -> Tensor:
        """Return the largest over processes of what each has; infinite if one has nan, which no comparison finds."""
        found = torch.where(values.isnan(), torch.inf, values).cpu()
        return self.group.largest(found, "a residual").to(values.device)
