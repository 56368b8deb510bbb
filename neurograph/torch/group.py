"""Processes that compute together: what they exchange, and the error of all where one differs or is gone."""

from __future__ import annotations

import atexit
import contextlib
import os
from collections.abc import Callable, Iterator
from datetime import timedelta
from types import TracebackType
from typing import Any, Self, TypeVar, cast

import numpy as np

from neurograph._checks import checked_number
from neurograph.errors import NeurographError, ParameterError, ProcessError
from neurograph.torch.needed import check_torch

T = TypeVar("T")

TIMEOUT = 600.0
"""Seconds for which a process waits for the others, when nothing else is asked for."""

VARIABLES = ("RANK", "WORLD_SIZE", "MASTER_ADDR", "MASTER_PORT")
"""What torchrun tells each process in its environment."""


class Group:
    """The processes of a run, as one of them sees them.

    Every method is called by all of them, in the same order, but for :meth:`part`. What they exchange are arrays in
    the memory of the processor, numpy's or torch's, by the backend gloo of :mod:`torch.distributed`.

    Parameters
    ----------
    what : str
        The function that asks, for messages.
    timeout : float
        Seconds for which a process waits for the others.

    Attributes
    ----------
    rank : int
        The number of this process, from 0.
    size : int
        How many there are.

    Raises
    ------
    ParameterError
        If there is no process group and torchrun's variables are missing, or the time is out of range.
    MissingPackageError
        If PyTorch is not installed.
    ProcessError
        If the others do not come in time.
    """

    def __init__(self, what: str, timeout: float = TIMEOUT) -> None:
        self.timeout = checked_number("timeout", timeout, above=0.0, remark=", in seconds")
        check_torch(what)
        import torch.distributed as dist

        self.rank, self.size = (int(os.environ.get(name, one)) for name, one in (("RANK", 0), ("WORLD_SIZE", 1)))
        seconds = timedelta(seconds=self.timeout)
        missing = [name for name in VARIABLES if not os.environ.get(name)]
        if missing and not dist.is_initialized():
            raise ParameterError(
                f"{what} is called without a process group, and the environment lacks {', '.join(missing)}: "
                "start it by torchrun --nproc-per-node 2 script.py, or call torch.distributed.init_process_group before"
            )
        with self._waiting("the beginning"):
            if not dist.is_initialized():
                # It stays until the process ends: a second one would find the addresses of the first one's processes.
                dist.init_process_group("gloo", timeout=seconds)
                atexit.register(_end)
            self.rank, self.size = dist.get_rank(), dist.get_world_size()
            # One of its own: the caller's may be nccl's, which takes no arrays in memory, and have another time-out.
            self.handle = dist.new_group(backend="gloo", timeout=seconds)

    def __enter__(self) -> Self:
        """Return the group, which is left at the end of the block."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Leave it; the group of all processes stays."""
        import torch.distributed as dist

        if dist.is_initialized():
            dist.destroy_process_group(self.handle)

    def part(self, count: int, rank: int | None = None) -> slice:
        """Return which of `count` rows are those of a process, this one by itself; they differ by at most one."""
        rank = self.rank if rank is None else rank
        each, more = divmod(count, self.size)
        first = rank * each + min(rank, more)
        return slice(first, first + each + (rank < more))

    def sum(self, values: T, what: str = "sums") -> T:
        """Add the arrays of all processes, of one shape and type, into this one, which is returned too."""
        import torch.distributed as dist

        with self._waiting(what):
            dist.all_reduce(_tensor(values), group=self.handle)
        return values

    def largest(self, values: T, what: str = "a largest") -> T:
        """Put the largest of the arrays of all processes, of one shape and type, into this one, and return it."""
        import torch.distributed as dist

        with self._waiting(what):
            dist.all_reduce(_tensor(values), dist.ReduceOp.MAX, group=self.handle)
        return values

    def exchanged(self, rows: Any, going: list[int], coming: list[int], what: str = "rows") -> Any:
        """Send rows of a tensor, so many to each process, one after another, and return those that come from each."""
        import torch.distributed as dist

        received = rows.new_empty((sum(coming), *rows.shape[1:]))
        with self._waiting(what):
            dist.all_to_all_single(received, rows.contiguous(), coming, going, group=self.handle)
        return received

    def gathered(self, rows: T, count: int, what: str = "rows") -> T:
        """Return `count` rows on every process, of which each brings its :meth:`part`."""
        import torch
        import torch.distributed as dist

        own, most = _tensor(rows), -(-count // self.size)
        sent = own.new_zeros((most, *own.shape[1:]))  # gloo takes as many rows of each
        sent[: len(own)] = own
        received = [torch.empty_like(sent) for _ in range(self.size)]
        with self._waiting(what):
            dist.all_gather(received, sent, group=self.handle)
        sizes = [part.stop - part.start for part in (self.part(count, rank) for rank in range(self.size))]
        whole = torch.cat([each[:size] for each, size in zip(received, sizes, strict=True)])
        return cast(T, whole.numpy() if isinstance(rows, np.ndarray) else whole)

    def every(self, value: T, what: str = "an answer") -> list[T]:
        """Return the values of all processes, in their order; they are pickled on the way."""
        import torch.distributed as dist

        values: list[Any] = [None] * self.size
        with self._waiting(what):
            dist.all_gather_object(values, value, group=self.handle)
        return values

    def broadcast(self, value: T, what: str = "an answer") -> T:
        """Return the value of the first process, pickled on the way."""
        import torch.distributed as dist

        values = [value]
        with self._waiting(what):
            dist.broadcast_object_list(values, dist.get_global_rank(self.handle, 0), group=self.handle)
        return value if self.rank == 0 else values[0]

    def first(self, call: Callable[[], T], what: str = "an answer") -> T:
        """Call in the first process alone; return its answer, or raise its error, on every process."""
        answer, error = _attempt(call) if self.rank == 0 else (None, None)
        answer, told = self.broadcast((answer, error), what)
        if told is not None:
            raise told if error is None else error
        return cast(T, answer)

    def together(self, call: Callable[[], T], what: str = "an answer") -> T:
        """Call in every process, and return the answer of this one; an error in one of them is raised on all."""
        answer, error = _attempt(call)
        self.raise_any(error, what)
        return cast(T, answer)

    def raise_any(self, error: NeurographError | None, what: str = "an answer") -> None:
        """Raise, on every process, the error of the first one that has one."""
        for rank, one in enumerate(self.every(error, what)):
            if one is not None:
                if error is None or rank != self.rank:
                    error = one
                    error.add_note(f"(in process {rank} of {self.size})")
                raise error

    def agree(self, values: dict[str, str], remedy: str = "the same call in each, with the same data") -> None:
        """Refuse, on every process, what differs between them.

        Parameters
        ----------
        values : dict of str
            By its name, what must be the same: a text, or the hash of what is large.
        remedy : str
            What was expected.

        Raises
        ------
        ProcessError
            If they disagree.
        """
        every = self.every(values, "what they were called with")
        for name in every[0]:
            others = [rank for rank in range(self.size) if every[rank].get(name) != every[0][name]]
            if not others:
                continue
            they = f"processes {', '.join(map(str, others))} have" if len(others) > 1 else f"process {others[0]} has"
            one = every[others[0]].get(name)
            raise ProcessError(
                f"the processes disagree about {name}: {they} {one}, and process 0 has {every[0][name]}; expected "
                f"{remedy}"
            )

    @contextlib.contextmanager
    def _waiting(self, what: str) -> Iterator[None]:
        """Turn torch's errors into one that says who waited, and for what."""
        try:
            yield
        except RuntimeError as error:
            said = str(error).partition("\n")[0]
            late = "timed out" in said.lower() or "timeout" in said.lower()
            why = f"took longer than the timeout of {self.timeout:g} s" if late else f"is gone ({_short(said)})"
            raise ProcessError(
                f"process {self.rank} of {self.size} waited for {what}, and another one {why}: look at what the others "
                f"say; expected {'a longer timeout, or ' * late}that all run until the end, on machines that reach "
                "each other. Start them again; a run with a checkpoint goes on from there"
            ) from error


def _end() -> None:
    """End the group of all processes, before Python is gone from under its threads."""
    import torch.distributed as dist

    if dist.is_initialized():
        dist.destroy_process_group()


def _short(said: str) -> str:
    """Return the first sentence of an error of gloo, without the line of its source."""
    return said.rpartition(".cc:")[2].partition("] ")[2].partition(". ")[0] or said


def _tensor(values: Any) -> Any:
    import torch

    return torch.from_numpy(values) if isinstance(values, np.ndarray) else values


def _attempt(call: Callable[[], T]) -> tuple[T | None, NeurographError | None]:
    """Return what a call returns, or what it raises; where another process is gone, there is nobody to tell."""
    try:
        return call(), None
    except ProcessError:
        raise
    except NeurographError as error:
        return None, error
