"""The one look of all figures: fonts, sizes, colours, and the axes they are drawn on."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from neurograph.drawing.labels import short_names
from neurograph.drawing.looks import COLOURS, GREY, INK, NEGATIVE, POSITIVE
from neurograph.errors import MissingPackageError, ParameterError

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.colors import LinearSegmentedColormap
    from matplotlib.figure import Figure

BLUE, VERMILLION, GREEN, PURPLE, ORANGE, SKY = COLOURS

PALE = "#EBEBEB"
SERIES = (BLUE, VERMILLION, GREEN, PURPLE, ORANGE, SKY, INK, GREY)
LINES = ("-", (0, (4, 1.2)), "-.", (0, (6, 1, 1, 1, 1, 1)))

SMALL = 7.5
"""Size in points of the text that may be small: ticks, legends."""

STYLE: dict[Any, Any] = {
    "figure.dpi": 150,
    "figure.facecolor": "white",
    "axes.facecolor": "white",
    "axes.edgecolor": INK,
    "axes.grid": False,
    "axes.labelcolor": INK,
    "axes.labelsize": 9,
    "axes.linewidth": 0.7,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.titlecolor": INK,
    "axes.titlesize": 9,
    "font.family": "sans-serif",
    "font.sans-serif": ["DejaVu Sans"],
    "font.size": 9,
    "hatch.linewidth": 0.5,
    "legend.fontsize": SMALL,
    "legend.frameon": False,
    "lines.linewidth": 1.4,
    "mathtext.fontset": "dejavusans",
    "text.color": INK,
    "text.usetex": False,
    "xtick.color": INK,
    "xtick.labelsize": SMALL,
    "ytick.color": INK,
    "ytick.labelsize": SMALL,
}
"""What every figure is drawn with, whatever the settings of the session."""


@contextmanager
def styled() -> Iterator[None]:
    """Draw in the style, and leave the session's settings as they were.

    Raises
    ------
    MissingPackageError
        If matplotlib is not installed.
    """
    try:
        import matplotlib
    except ModuleNotFoundError:
        raise MissingPackageError(
            "figures need matplotlib, which is not installed: expected the extra 'plots'; "
            'pip install "neurograph-simulator[plots]"'
        ) from None
    with matplotlib.rc_context(STYLE):
        yield


def panel(ax: Axes | None, size: tuple[float, float]) -> Axes:
    """Return the axes to draw on: `ax`, or those of a new figure of this size in inches."""
    (only,) = panels(None if ax is None else (ax,), size)
    return only


def panels(
    ax: Sequence[Axes] | None,
    size: tuple[float, float],
    heights: tuple[float, ...] = (1.0,),
    widths: tuple[float, ...] = (1.0,),
) -> tuple[Axes, ...]:
    """Return the axes to draw on: those given, or those of a new figure with these shares of its height and width.

    Raises
    ------
    ParameterError
        If what is given is not as many axes.
    """
    from matplotlib.axes import Axes

    from neurograph.plots.figure import ShownFigure

    shape = len(heights), len(widths)
    if ax is None:
        figure = ShownFigure(figsize=size, layout="constrained")
        new = figure.subplots(*shape, sharex="col", squeeze=False, height_ratios=heights, width_ratios=widths)
        return tuple(new.ravel())
    count = max(shape)
    given = tuple(ax) if isinstance(ax, Iterable) else (ax,)
    if len(given) != count or not all(isinstance(one, Axes) for one in given):
        wanted = "one Axes" if count == 1 else f"{count} Axes, such as those of figure.subplots({count})"
        raise ParameterError(f"ax is {ax if count > 1 else given[0]!r}: expected {wanted}, or None")
    return given


def frame_epochs(upper: Axes, lower: Axes, first: float, last: float) -> None:
    """Frame two panels over the same epochs: whole ticks, which the lower one names, and a grid below the curves."""
    from matplotlib.ticker import MaxNLocator

    for ax in (upper, lower):
        ax.set_xlim(first, last)
        ax.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))
        ax.grid(axis="y", color="#E3E3E3", linewidth=0.6)
        ax.set_axisbelow(True)
    upper.tick_params(labelbottom=False)
    lower.set_xlabel("epoch")


def figure_of(ax: Axes) -> Figure:
    """Return the whole figure that these axes belong to."""
    from matplotlib.figure import Figure

    figure = ax.figure
    return figure if isinstance(figure, Figure) else figure.figure


def signed_colours() -> LinearSegmentedColormap:
    """Return the colours of signed numbers: negative, white at the middle, positive; nothing where masked."""
    from matplotlib.colors import LinearSegmentedColormap

    stops = ("#9C4200", NEGATIVE, "#F5B98A", "#FFFFFF", "#8CC4E6", POSITIVE, "#004A78")
    return LinearSegmentedColormap.from_list("signed", stops)


def upper_half(colours: LinearSegmentedColormap) -> LinearSegmentedColormap:
    """Return the colours of numbers that are not negative: those from the middle on."""
    from matplotlib.colors import LinearSegmentedColormap

    return LinearSegmentedColormap.from_list("upper half", [colours(0.5 + place / 254) for place in range(128)])


def names(nodes: Sequence[Hashable]) -> list[str]:
    """Return the short name of each node as matplotlib writes it."""
    return [text.replace("$", r"\$") for text in short_names(nodes)]  # or matplotlib reads a formula
