"""How near learning rules are to the gradient while they train."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from neurograph.drawing.looks import GREY
from neurograph.errors import ParameterError
from neurograph.plots.style import LINES, SERIES, figure_of, frame_epochs, panels, styled
from neurograph.training.gradient_check import GradientCheck

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Histories = dict[str, tuple[GradientCheck, ...]]


def gradient(histories: Mapping[str, Sequence[GradientCheck]], *, ax: Sequence[Axes] | None = None) -> Figure:
    """Draw how near rules are to the gradient over the epochs of training, one line a rule.

    Above, the cosine of the rule's change with minus the gradient. Below, their relative error, on a log scale: the
    distance from minus the gradient, over its length. Epoch 0 is before training. Where a line has a gap, the
    gradient or the change is 0, or the network finds no equilibrium.

    Parameters
    ----------
    histories : mapping of str to sequence of GradientCheck
        What :func:`neurograph.gradient_history` gave, under the names that the legend shows.
    ax : two matplotlib.axes.Axes, optional
        Where to draw cosine and relative error; default: a new figure.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    ParameterError
        If `histories` is no mapping of names to at least one GradientCheck each, or `ax` is not two Axes.
    MissingPackageError
        If matplotlib is not installed.

    Examples
    --------
    >>> import neurograph as ng
    >>> x, y = ng.tasks.logic("xor")
    >>> network = ng.compile(ng.topologies.complete(inputs=2, hidden=5, outputs=1, bias=True, seed=0))
    >>> rules = (ng.rules.asymmetric_ep(), ng.rules.deep())
    >>> histories = {rule.name: ng.gradient_history(network, x, y, rule, epochs=2, seed=0) for rule in rules}
    >>> figure = ng.plots.gradient(histories)
    """
    checked = _checked(histories)
    with styled():
        upper, lower = panels(ax, (5.6, 4.6), (3.0, 2.4))
        looks = _looks(checked)
        cosines = _draw(upper, checked, "cosine", looks)
        errors = _draw(lower, checked, "relative_error", looks)
        _frame_cosines(upper, cosines)
        if np.any(errors > 0.0):
            lower.set(yscale="log")
        lower.set(ylabel="relative error")
        frame_epochs(upper, lower, 0, max(1, *(len(history) - 1 for history in checked.values())))
        columns = 1 if len(checked) == 1 else 2
        upper.legend(loc="lower left", bbox_to_anchor=(0.0, 1.03), ncols=columns, borderaxespad=0.0, handlelength=2.8)
        return figure_of(upper)


def _checked(histories: Any) -> Histories:
    wanted = (
        "expected a name for each history, as in {'deep': neurograph.gradient_history(network, x, y, rules.deep())}"
    )
    if not isinstance(histories, Mapping):
        raise ParameterError(f"histories is of type {type(histories).__name__}: {wanted}")
    if not histories:
        raise ParameterError(f"histories is empty: {wanted}")
    checked = {}
    for name, history in histories.items():
        checks = tuple(history) if isinstance(history, Sequence) else ()
        if not checks or not all(isinstance(check, GradientCheck) for check in checks):
            raise ParameterError(
                f"histories has {history!r} under {name!r}: expected at least one GradientCheck, as "
                "neurograph.gradient_history gives them"
            )
        checked[str(name)] = checks
    return checked


def _looks(histories: Histories) -> dict[str, dict[str, Any]]:
    """Return how each rule's line looks; each is narrower than the one before, so that both show where they meet."""
    widths = np.linspace(2.4, 1.3, len(histories)) if len(histories) > 1 else [1.8]
    return {
        name: {
            "color": SERIES[place % len(SERIES)],
            "linestyle": LINES[place % len(LINES)],
            "linewidth": widths[place],
            "marker": "o" if len(histories[name]) == 1 else None,
            "label": name,
        }
        for place, name in enumerate(histories)
    }


def _draw(ax: Axes, histories: Histories, number: str, looks: dict[str, dict[str, Any]]) -> NDArray[np.float64]:
    """Draw one number of every history, and give all of them that were drawn."""
    drawn = []
    for name, history in histories.items():
        values = np.array([getattr(check, number) for check in history])
        ax.plot(values, clip_on=False, zorder=3, **looks[name])
        drawn.append(values[np.isfinite(values)])
    return np.concatenate(drawn)


def _frame_cosines(ax: Axes, cosines: NDArray[np.float64]) -> None:
    """Show 0 to 1, and of what is below 0 no more than is needed."""
    lowest = float(np.floor(2.0 * cosines.min(initial=0.0)) / 2.0)
    ax.set(ylabel="cosine with −gradient", ylim=(lowest - 0.03, 1.03))
    if lowest < 0.0:
        ax.axhline(0.0, color=GREY, linewidth=0.8, zorder=1)
