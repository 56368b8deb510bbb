"""The command in the processes that torchrun starts: all of them learn, the first one speaks and writes."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

import neurograph as ng
from neurograph.errors import NeurographError, ProcessError

T = TypeVar("T")

START = "torchrun --nproc-per-node 2 -m neurograph.cli train --distributed"
"""How the command is started in two processes."""


class Alone:
    """A process without others, with the methods of :class:`neurograph.torch.group.Group` that the command calls."""

    def together(self, call: Callable[[], T]) -> T:
        """Return the answer of a call."""
        return call()

    first = together


@contextlib.contextmanager
def processes(distributed: bool) -> Iterator[tuple[Any, Callable[..., ng.TrainingState]]]:
    """Yield the processes that run this command, and the function by which they train.

    What is raised on all of them is said by the first; that one of them is gone, by each that is left.
    """
    if not distributed:
        yield Alone(), ng.train
        return
    from neurograph.torch.group import Group

    with Group("--distributed") as group, contextlib.ExitStack() as stack:
        if group.rank:
            stack.enter_context(contextlib.redirect_stderr(io.StringIO()))
        try:
            yield group, ng.torch.train
        except NeurographError as error:
            if group.rank and not (isinstance(error, ProcessError) and error.__cause__):
                raise SystemExit(2) from None
            raise
        except KeyboardInterrupt:
            if group.rank:
                raise SystemExit(130) from None
            raise
