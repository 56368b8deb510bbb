"""Images of which a part was given, and what binary neurons fill in."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from neurograph._checks import checked_whole
from neurograph.errors import DataError, ParameterError
from neurograph.plots.style import PALE, SMALL, figure_of, panel, styled
from neurograph.sampling.result import Samples

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.patches import Rectangle

GAP = 2
"""Pixels between images."""


def infill(
    samples: Samples,
    shape: tuple[int, int],
    truth: ArrayLike | None = None,
    *,
    most: int = 12,
    ax: Axes | None = None,
) -> Figure:
    """Draw images of which a part was held: the part, what was filled in on the average, and the truth.

    Black is 1 and white 0; what was free is light blue in the first row. Each column is a chain.

    Parameters
    ----------
    samples : Samples
        From :func:`neurograph.sample`; each visible neuron is a pixel.
    shape : (int, int)
        Rows and columns of an image.
    truth : array (chains, pixels), optional
        What the images are.
    most : int
        How many are drawn, the first ones.
    ax : matplotlib.axes.Axes, optional
        Where to draw; default: a new figure.

    Returns
    -------
    matplotlib.figure.Figure
        The images are one, in colours, one row of them under the other.

    Raises
    ------
    ParameterError
        If `samples` is something else, the shape is not that of the visible neurons, or `most` or `ax` is wrong.
    DataError
        If the truth is not one image for each chain.
    MissingPackageError
        If matplotlib is not installed.

    Examples
    --------
    >>> import networkx as nx, numpy as np, neurograph as ng
    >>> graph = nx.DiGraph([("a", "b", {"weight": 3.0}), ("b", "a", {"weight": 3.0})])
    >>> nx.set_node_attributes(graph, "output", "role")
    >>> samples = ng.sample(ng.compile(graph, ng.dynamics.binary()), [[1, np.nan], [0, np.nan]], seed=0)
    >>> figure = ng.plots.infill(samples, shape=(2, 1))
    >>> samples.outputs.mean(axis=1).round(1).tolist()  # the held pixel, and the mean of the other, in both chains
    [[1.0, 1.0], [0.0, 0.5]]
    """
    if not isinstance(samples, Samples):
        raise ParameterError(f"samples is of type {type(samples).__name__}: expected what neurograph.sample returns")
    outputs, count = samples.network.connectivity.outputs, min(checked_whole("most", most, 1), samples.states.shape[0])
    rows, columns = _checked_shape(shape, outputs.size)
    means, held = samples.means[:count, outputs], samples.held[:count, outputs]
    lines = {"given": np.where(held, means, np.nan), "filled in": means}
    if truth is not None:
        lines["truth"] = _checked_truth(truth, samples.states.shape[0], outputs.size)[:count]
    height, width = rows + GAP, columns + GAP
    image = np.ones((len(lines) * height - GAP, count * width - GAP, 3))
    for k, values in enumerate(lines.values()):
        for n, one in enumerate(values.reshape(count, rows, columns)):
            shown = np.where(np.isnan(one), 0.0, 1.0 - one)[..., None] * np.ones(3)
            shown[np.isnan(one)] = _free_colour()
            image[k * height : k * height + rows, n * width : n * width + columns] = shown
    with styled():
        ax = panel(ax, (max(2.4, 0.55 * count + 0.9), 0.55 * len(lines) * rows / columns + 0.3))
        ax.imshow(image, interpolation="nearest")
        ax.set_xticks([])
        ax.set_yticks([k * height + (rows - 1) / 2 for k in range(len(lines))], list(lines), fontsize=SMALL)
        ax.tick_params(length=0)
        for k in range(len(lines)):
            for n in range(count):
                corner = (n * width - 0.5, k * height - 0.5)
                ax.add_patch(_frame(corner, columns, rows))
        ax.spines[:].set_visible(False)
        ax.set(xlim=(-1.0, count * width - GAP), ylim=(len(lines) * height - GAP, -1.0))
        return figure_of(ax)


def _frame(corner: tuple[float, float], columns: int, rows: int) -> Rectangle:
    from matplotlib.patches import Rectangle

    return Rectangle(corner, columns, rows, fill=False, edgecolor=PALE, linewidth=0.6)


def _free_colour() -> tuple[float, float, float]:
    from matplotlib.colors import to_rgb

    return to_rgb("#BFD9EA")


def _checked_shape(shape: tuple[int, int], pixels: int) -> tuple[int, int]:
    if not isinstance(shape, tuple) or len(shape) != 2:
        raise ParameterError(f"shape is {shape!r}: expected the rows and columns of an image, such as (8, 8)")
    rows, columns = (checked_whole("a side of shape", side, 1) for side in shape)
    if rows * columns != pixels:
        raise ParameterError(f"shape is {shape!r}, but there are {pixels} visible neurons: expected as many pixels")
    return rows, columns


def _checked_truth(truth: ArrayLike, chains: int, pixels: int) -> NDArray[np.float64]:
    try:
        given = np.asarray(truth, np.float64)
    except (TypeError, ValueError):
        raise DataError("truth cannot be read as numbers: expected an array (chains, pixels)") from None
    if given.shape != (chains, pixels) or not ((given >= 0.0) & (given <= 1.0)).all():
        raise DataError(
            f"truth has shape {given.shape}: expected {(chains, pixels)}, an image for each chain, from 0 to 1"
        )
    return given
