"""sweep(): train() over every combination of a grid of arguments and every seed, side by side."""

from __future__ import annotations

import inspect
import itertools
import operator
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from numpy.typing import ArrayLike

from neurograph._checks import unknown_argument
from neurograph.drawing.card import Carded, Html
from neurograph.errors import ParameterError
from neurograph.network.network import Network
from neurograph.training.state import TrainingState
from neurograph.training.train import checked_seeds, side_by_side, train

HELD = ("x", "y", "seed", "n_jobs", "checkpoint", "checkpoint_seconds", "progress")
"""Arguments of :func:`train` that a grid does not range over."""


@dataclass(frozen=True, eq=False)
class Trial(Carded):
    """One training run of a sweep.

    Attributes
    ----------
    arguments : dict
        What the grid gave it.
    seed : int
    fit : TrainingState
    """

    arguments: dict[str, Any]
    seed: int
    fit: TrainingState

    def _parts(self) -> Iterable[Html]:
        return self.fit._parts()


def sweep(
    network: Network | Callable[[int], Network],
    x: ArrayLike,
    y: ArrayLike | None,
    grid: Mapping[str, Sequence[Any]],
    *,
    seed: int | Iterable[int] = 0,
    n_jobs: int = 1,
    progress: bool | None = None,
    **arguments: Any,
) -> list[Trial]:
    """Train once for every combination of a grid's values and every seed.

    Parameters
    ----------
    network : Network, or function of a seed that gives a Network
        As for :func:`neurograph.train`; the grid may range over ``network`` too.
    x, y : array
        As for :func:`neurograph.train`.
    grid : mapping of str to sequence
        The values of some arguments of :func:`neurograph.train`.
    seed : int or iterable of int
    n_jobs : int
        How many runs go side by side, as processes (joblib); -1 takes every core.
    progress : bool, optional
        Whether to draw a progress bar; default: where there is a terminal.
    **arguments
        The other arguments of :func:`neurograph.train`, the same for all.

    Returns
    -------
    list of Trial
        ``.arguments``, ``.seed``, ``.fit``; the last name of the grid varies fastest but for the seeds.

    Raises
    ------
    ParameterError
        If the grid is no mapping, names no argument of :func:`neurograph.train` or no values of one; and
        whatever that raises.

    Examples
    --------
    >>> import neurograph as ng
    >>> x, y = ng.tasks.logic("and")
    >>> network = ng.compile(ng.topologies.complete(inputs=2, hidden=2, outputs=1, bias=True, seed=0))
    >>> rates = {"optimiser": [ng.optimisers.adam(0.01), ng.optimisers.sgd(0.5)]}
    >>> [trial.fit.epochs for trial in ng.sweep(network, x, y, rates, epochs=3)]
    [3, 3]
    """
    if isinstance(network, TrainingState):
        raise ParameterError(
            "network is a TrainingState, which goes on with its own random numbers, and a sweep seeds every run: "
            "expected a Network, or a function of a seed; pass its .network"
        )
    if not isinstance(grid, Mapping):
        raise ParameterError(f"grid is of type {type(grid).__name__}: expected a dict of names and lists of values")
    known = [name for name in inspect.signature(train).parameters if name not in HELD]
    for name in [*grid, *arguments]:
        if name in HELD:
            raise ParameterError(f"{name!r} is no argument that a sweep ranges over: expected {', '.join(known)}")
        if name not in known:
            own = [one for one in inspect.signature(sweep).parameters if one not in (*known, "arguments")]
            raise unknown_argument("sweep", name, [*own, *known])
    both = set(grid) & set(arguments)
    if both:
        raise ParameterError(f"{min(both)!r} is in the grid and given beside it: expected one of the two")
    for name, values in grid.items():
        if isinstance(values, str) or not isinstance(values, Sequence) or not values:
            raise ParameterError(f"grid has {name!r}: {values!r}: expected a list of values, at least one")
    seeds = checked_seeds(seed if isinstance(seed, Iterable) and not isinstance(seed, str) else [seed])
    chosen = [dict(zip(grid, values, strict=True)) for values in itertools.product(*grid.values())]
    cells = [(one, number) for one in chosen for number in seeds]
    calls = [
        (partial(train, x=x, y=y, seed=number, progress=False, **{"network": network, **arguments, **one}),)
        for one, number in cells
    ]
    fits = side_by_side(operator.call, calls, n_jobs, progress)
    return [Trial(one, number, fit) for (one, number), fit in zip(cells, fits, strict=True)]
