"""Where the frames of a simulation go: an array, or pieces of a file."""

from __future__ import annotations

import os
from collections.abc import Hashable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from neurograph._arrays import Floats, frozen
from neurograph._checks import check_memory
from neurograph.errors import ParameterError
from neurograph.network.network import Network
from neurograph.solvers.result import Record

PIECE = 2**24
"""Bytes of frames that are made together where they go to a file."""


@dataclass(frozen=True, eq=False)
class Frames:
    """The frames (batch, frames, numbers) of a simulation: the recorded nodes, then outputs that are not among them.

    Attributes
    ----------
    every : int
        Steps from one frame to the next.
    nodes : tuple of labels
        Those recorded.
    places : int64 array (recorded,)
        Of the recorded nodes and the further outputs, in the network's nodes.
    variables : int
        How many numbers each has: s, and further variables.
    count : int
        How many frames there are.
    array : array, or None
        All of them, where they stay in memory; else the outputs alone.
    driven : array (batch, frames, inputs + currents)
        What drove the network during the step before each.
    path : Path or None
        The file that the states go to.
    weights_every : int
        Steps from one record of the weights to the next, 0 for none.
    weights : array (records, edges)
    """

    every: int
    nodes: tuple[Hashable, ...]
    places: NDArray[np.int64]
    variables: int
    count: int
    array: Floats
    driven: Floats
    path: Path | None
    weights_every: int
    weights: Floats

    @classmethod
    def of(
        cls, network: Network, record: Record, batch: int, first: int, steps: int, driven: int, to: Any,
        weights_every: int = 0,
    ) -> Frames:  # fmt: skip
        """Return where the frames of some steps go, after `first` others.

        Raises
        ------
        GraphTooLargeError
            If they do not fit into memory, nor go to a file.
        ParameterError
            If `to` is no path of a .npy file.
        """
        index = network.connectivity.table.index
        nodes = network.nodes if record.nodes is None else tuple(record.nodes)
        recorded = [index[node] for node in nodes]
        more = [place for place in network.connectivity.outputs.tolist() if place not in set(recorded)]
        variables = 1 + len(network.dynamics.variable_names)
        count = (first + steps) // record.every - first // record.every
        path = None if to is None else checked_path(to)
        width = (len(recorded) + len(more)) * variables
        size = network.connectivity.outputs.size if path is not None else width
        check_memory(
            batch * count * (size * network.dtype.itemsize + 8 * driven),
            f"{count} frames of {batch} samples and {size} numbers",
            "record fewer nodes or steps, as in record=100, or stream the states to a file, as in to='states.npy'",
        )
        places = np.array(recorded + more, np.int64)
        array = np.empty((batch, count, size), network.dtype)
        records = 0 if not weights_every else (first + steps) // weights_every - first // weights_every
        found = cls(
            record.every, nodes, places, variables, count, array, np.empty((batch, count, driven)), path,
            weights_every, np.empty((records, network.weights.size), network.dtype),
        )  # fmt: skip
        if path is not None:
            found._begin(batch)
        return found

    @property
    def part(self) -> Path:
        """Where the states are written before they are whole: what was at `path` before, and may be mapped, stays."""
        assert self.path is not None
        return self.path.with_name(f"{self.path.name}.part")

    def give_up(self) -> None:
        """Leave nothing behind of states that are half written."""
        if self.path is not None:
            self.part.unlink(missing_ok=True)

    @property
    def width(self) -> int:
        """How many numbers a frame has."""
        return int(self.places.size) * self.variables

    def _begin(self, batch: int) -> None:
        shape, dtype = (batch, self.count, len(self.nodes)), self.array.dtype
        np.lib.format.open_memmap(self.part, "w+", dtype, shape)  # type: ignore[no-untyped-call]

    def put(self, network: Network, piece: Floats, first: int) -> None:
        """Write frames (batch, some, numbers) from the one of place `first` on to the file, and keep their outputs."""
        column = {int(place): k for k, place in enumerate(self.places)}
        outputs = [column[place] for place in network.connectivity.outputs.tolist()]
        self.array[:, first : first + piece.shape[1]] = piece[:, :, outputs]
        states = piece[:, :, : len(self.nodes)]
        with self.part.open("r+b") as file:
            start = self.part.stat().st_size - piece.shape[0] * self.count * len(self.nodes) * piece.itemsize
            for sample, rows in enumerate(states):
                file.seek(start + (sample * self.count + first) * len(self.nodes) * piece.itemsize)
                file.write(np.ascontiguousarray(rows).data)

    def read(self, network: Network, done: int) -> tuple[Floats, Floats, dict[str, Floats]]:
        """Return the states, the outputs and the further variables of the first `done` frames."""
        if self.path is not None:
            os.replace(self.part, self.path)
            states = np.load(self.path, mmap_mode="r")[:, :done]
            return states, frozen(self.array[:, :done]), {}
        parts = self.array[:, :done].reshape(*self.array[:, :done].shape[:2], self.variables, self.places.size)
        column = {int(place): k for k, place in enumerate(self.places)}
        outputs = [column[place] for place in network.connectivity.outputs.tolist()]
        own = [frozen(parts[:, :, k, : len(self.nodes)]) for k in range(self.variables)]
        return own[0], frozen(parts[:, :, 0][:, :, outputs]), dict(
            zip(network.dynamics.variable_names, own[1:], strict=True)
        )  # fmt: skip


def checked_path(to: Any) -> Path:
    """Return the path of the file that states are streamed to.

    Raises
    ------
    ParameterError
        If it is none that ends with .npy, or lies in a folder that is not there.
    """
    if not isinstance(to, (str, os.PathLike)) or Path(to).suffix != ".npy":
        raise ParameterError(f"to is {to!r}: expected the path of a .npy file, such as to='states.npy'")
    path = Path(to)
    if not path.parent.is_dir():
        raise ParameterError(f"to is {str(to)!r}: expected a folder that exists, and {str(path.parent)!r} is none")
    return path
