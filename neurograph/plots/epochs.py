"""How the cost and the share of errors fall over the epochs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from neurograph.errors import ParameterError
from neurograph.plots.style import BLUE, VERMILLION, figure_of, frame_epochs, panels, styled
from neurograph.training.state import TrainingState

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


def cost(fits: TrainingState | Sequence[TrainingState], *, ax: Sequence[Axes] | None = None) -> Figure:
    """Draw the cost and the error over the epochs: the median of the runs, and their quartiles.

    A run that stopped early keeps its last value. The cost is on a log scale where it falls to a
    tenth or less, but never to 0.

    Parameters
    ----------
    fits : TrainingState, or sequence of TrainingState
        What :func:`neurograph.train` gave for one seed, or for several.
    ax : two matplotlib.axes.Axes, optional
        Where to draw cost and errors; default: a new figure.

    Returns
    -------
    matplotlib.figure.Figure
        The median is a line (epochs,), the quartiles a band.

    Raises
    ------
    ParameterError
        If `fits` is neither a TrainingState nor a sequence of at least one, or `ax` is not two Axes.
    MissingPackageError
        If matplotlib is not installed.

    Examples
    --------
    >>> import numpy as np, neurograph as ng
    >>> network = ng.compile(ng.topologies.complete(inputs=2, hidden=2, outputs=1, seed=0))
    >>> x, y = ng.tasks.logic("and")
    >>> fits = ng.train(network, x, y, epochs=5, seed=range(3))
    >>> figure = ng.plots.cost(fits)
    >>> median = figure.axes[0].lines[0].get_ydata()
    >>> bool((median == np.median([fit.history["cost"] for fit in fits], axis=0)).all())
    True
    """
    runs = checked_fits(fits)
    with styled():
        upper, lower = panels(ax, (5.6, 4.2), (3.0, 2.0))
        values = _padded(runs, "cost")
        _draw(upper, values, BLUE)
        _draw(lower, _padded(runs, "error"), VERMILLION)
        tenfold = 0.0 < 10.0 * values.min() <= values.max()
        upper.set(ylabel="cost", yscale="log" if tenfold else "linear")
        rates = all(run.network.dynamics.kind == "rate" for run in runs)
        lower.set(ylabel="share of errors" if rates else "error", ylim=(-0.03, lower.get_ylim()[1]))
        count = values.shape[1]
        frame_epochs(upper, lower, 0.5 if count == 1 else 1, max(count, 1.5))
        upper.legend(loc="lower right", bbox_to_anchor=(1.0, 1.0), ncols=2, borderaxespad=0.2)
        return figure_of(upper)


def checked_fits(fits: TrainingState | Sequence[TrainingState]) -> list[TrainingState]:
    """Return the runs as a list, or raise :class:`ParameterError`."""
    if not isinstance(fits, (TrainingState, Iterable)):
        raise ParameterError(
            f"fits is of type {type(fits).__name__}: expected a TrainingState, as neurograph.train returns, or "
            "a sequence of them"
        )
    runs = [fits] if isinstance(fits, TrainingState) else list(fits)
    wrong = [run for run in runs if not isinstance(run, TrainingState)]
    if wrong or not runs:
        raise ParameterError(
            f"fits holds {wrong[0]!r}: expected what neurograph.train gives"
            if wrong
            else "fits is empty: expected at least one TrainingState, such as neurograph.train gives"
        )
    return runs


def _padded(runs: list[TrainingState], name: str) -> NDArray[np.float64]:
    """Return a history of every run (runs, epochs of the longest); one that stopped keeps its last value."""
    longest = max(run.epochs for run in runs)
    return np.stack([np.pad(run.history[name], (0, longest - run.epochs), mode="edge") for run in runs])


def _draw(ax: Axes, values: NDArray[np.float64], colour: str) -> None:
    runs, count = values.shape
    epochs = np.arange(1, count + 1)
    low, median, high = np.percentile(values, (25, 50, 75), axis=0)
    marker = "o" if count == 1 else None
    label = "one run" if runs == 1 else f"median of {runs} runs"
    ax.plot(epochs, median, color=colour, marker=marker, label=label, clip_on=False, zorder=3)
    if runs > 1:
        ax.fill_between(epochs, low, high, color=colour, alpha=0.25, linewidth=0, label="quartiles")
        if count == 1:
            ax.vlines(epochs, low, high, color=colour, alpha=0.5, linewidth=4)
