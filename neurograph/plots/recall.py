"""What a network recalls along a sequence: the share of right answers at each step."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from neurograph.drawing.looks import GREY
from neurograph.errors import DataError
from neurograph.plots.style import PALE, SERIES, figure_of, panel, styled

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


def recall(outputs: ArrayLike | Mapping[str, ArrayLike], y: ArrayLike, *, ax: Axes | None = None) -> Figure:
    """Draw the share of samples whose largest output is the right one, at each step: of ``tasks.copying``, say.

    A band marks the steps at which samples have different answers; a dashed line there is who guesses among them.

    Parameters
    ----------
    outputs : array (samples, time, classes), or mapping of names to such arrays
        The ``.outputs`` of a simulation; of several networks, by what the legend is to call them.
    y : int array (samples, time)
        Class labels.
    ax : matplotlib.axes.Axes, optional
        Where to draw; default: a new figure.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    DataError
        If outputs and y do not go together.
    ParameterError
        If `ax` is not an Axes.
    MissingPackageError
        If matplotlib is not installed.

    Examples
    --------
    >>> import neurograph as ng
    >>> x, y = ng.tasks.copying(delay=5, samples=10, seed=0)
    >>> network = ng.compile(ng.topologies.unitary(10, 8, 9, seed=0), ng.dynamics.unitary())
    >>> figure = ng.plots.recall(ng.simulate(network, x).outputs, y)
    """
    named = outputs if isinstance(outputs, Mapping) else {"": outputs}
    labels = _checked_labels(y)
    shares = {str(name): _shares(one, labels, str(name)) for name, one in named.items()}
    if not shares:
        raise DataError("outputs is empty: expected those of one network at least")
    asked = np.flatnonzero((labels != labels[:1]).any(axis=0))
    with styled():
        ax = panel(ax, (6.4, 3.0))
        steps = np.arange(1, labels.shape[1] + 1)
        if asked.size:
            ax.axvspan(asked[0] + 0.5, asked[-1] + 1.5, color=PALE, zorder=0, label="to be recalled")
            chance = 1.0 / np.unique(labels[:, asked]).size
            ax.hlines(chance, asked[0] + 0.5, asked[-1] + 1.5, GREY, "--", linewidth=1.0, label="guessed")
        for place, (name, share) in enumerate(shares.items()):
            colour = SERIES[place % len(SERIES)]
            ax.plot(steps, share, color=colour, label=name or None, clip_on=False, zorder=3 + len(shares) - place)
        ax.set(xlabel="step", ylabel="share of right answers", xlim=(1, steps[-1] + 0.5), ylim=(0.0, 1.02))
        if ax.get_legend_handles_labels()[0]:
            ax.legend(loc="lower left", bbox_to_anchor=(0.0, 1.0), ncols=4, borderaxespad=0.2)
        return figure_of(ax)


def _checked_labels(y: Any) -> NDArray[np.int64]:
    labels = np.asarray(y)
    if labels.ndim != 2 or labels.dtype.kind not in "iu" or not labels.size:
        raise DataError(
            f"y has shape {labels.shape} and type {labels.dtype}: expected class labels (samples, time), whole numbers"
        )
    return labels.astype(np.int64)


def _shares(outputs: Any, labels: NDArray[np.int64], name: str) -> NDArray[np.float64]:
    given = np.asarray(outputs)
    if given.ndim != 3 or given.shape[:2] != labels.shape or given.dtype.kind not in "fiu":
        own = f"outputs[{name!r}]" if name else "outputs"
        raise DataError(
            f"{own} has shape {given.shape}, y {labels.shape}: expected (samples, time, classes) and (samples, time)"
        )
    return np.asarray((given.argmax(axis=2) == labels).mean(axis=0), np.float64)
