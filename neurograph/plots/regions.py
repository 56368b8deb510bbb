"""Regions of inputs over two inputs, on top of what the network answers there."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from neurograph._checks import checked_whole
from neurograph.drawing.looks import INK
from neurograph.errors import ParameterError
from neurograph.graphs.labelled import shown
from neurograph.plots.style import figure_of, names, panel, signed_colours, styled
from neurograph.regions import InputRegion, RegionUnion
from neurograph.solvers.settle import settle

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


def regions(
    regions: InputRegion | RegionUnion | Sequence[InputRegion],
    *,
    inputs: tuple[Hashable, Hashable] | None = None,
    output: int = 0,
    grid: int = 121,
    ax: Axes | None = None,
) -> Figure:
    """Draw regions over two inputs, on top of one output; the other inputs stay as at the first region's x0.

    What is inside is hatched and outlined, x0 is a point, and boxes are frames: dashed where the other inputs of x0 are
    outside the box, so that the picture's plane does not meet it.

    Parameters
    ----------
    regions : InputRegion, RegionUnion or sequence of InputRegion
        From :func:`neurograph.characterise`, of one network.
    inputs : (label, label), optional
        The inputs that go to the right and upwards; default: the first two.
    output : int
        Which output is drawn, a column of y.
    grid : int
        Points along each side; the network settles on grid x grid samples.
    ax : matplotlib.axes.Axes, optional
        Where to draw; default: a new figure.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    ParameterError
        If there is no region, they are of several networks, an input or output is not there, or another argument is
        out of range.
    MissingPackageError
        If matplotlib is not installed.

    Examples
    --------
    >>> import neurograph as ng
    >>> graph = ng.topologies.layered(2, (4,), 1, bias="neurons", seed=0)
    >>> network = ng.certificates.contracting(0.2).project(ng.compile(graph, ng.dynamics.vector_field()))
    >>> region = ng.characterise(network, [0.4, 0.6], budget=2.0)
    >>> figure = ng.plots.regions(region, grid=11)
    """
    found = _regions(regions)
    network, first = found[0].network, found[0]
    chosen = _places(network.inputs, inputs)
    grid = checked_whole("grid", grid, 2)
    if not isinstance(output, int) or isinstance(output, bool) or not 0 <= output < len(network.outputs):
        raise ParameterError(f"output is {output!r}: expected a whole number from 0 to {len(network.outputs) - 1}")
    ends = np.array([[end[list(chosen)] for end in (*one.box, *one.domain, one.x0)] for one in found]).reshape(-1, 2)
    low, high = ends.min(axis=0), ends.max(axis=0)
    room = 0.04 * (high - low)
    sides = np.linspace(low - room, high + room, grid).T
    points = np.tile(first.x0, (grid * grid, 1))
    points[:, chosen] = np.stack(np.meshgrid(*sides), axis=-1).reshape(-1, 2)
    answer = np.asarray(settle(network, points).outputs[:, output].reshape(grid, grid), np.float64)
    with styled():
        ax = panel(ax, (4.8, 4.2))
        _map(ax, sides, answer, names(network.nodes)[network.connectivity.outputs[output]])
        for one in found:
            _region(ax, one, chosen, sides, one.contains(points).reshape(grid, grid), first.x0)
        labels = [names(network.nodes)[network.connectivity.inputs[place]] for place in chosen]
        ax.set(xlabel=f"input {labels[0]}", ylabel=f"input {labels[1]}")
        ax.spines[:].set_visible(False)
        return figure_of(ax)


def _regions(given: InputRegion | RegionUnion | Sequence[InputRegion]) -> tuple[InputRegion, ...]:
    if isinstance(given, InputRegion):
        return (given,)
    found = (
        given.regions if isinstance(given, RegionUnion) else tuple(given) if isinstance(given, (list, tuple)) else ()
    )
    if not found or not all(isinstance(one, InputRegion) for one in found):
        raise ParameterError(f"regions is {given!r}: expected what neurograph.characterise returns, or a list of such")
    for k, one in enumerate(found):
        if one.digest != found[0].digest:
            raise ParameterError(f"regions[{k}] is of another network than regions[0]: expected regions of one network")
    return found


def _places(labels: tuple[Hashable, ...], inputs: tuple[Hashable, Hashable] | None) -> tuple[int, int]:
    wanted = labels[:2] if inputs is None else tuple(inputs)
    if len(wanted) != 2 or len(set(wanted)) != 2 or any(one not in labels for one in wanted):
        raise ParameterError(f"inputs is {wanted!r}: expected two of {shown(labels)}")
    return labels.index(wanted[0]), labels.index(wanted[1])


def _map(ax: Axes, sides: NDArray[np.float64], answer: NDArray[np.float64], label: str) -> None:
    half = max(0.5, float(np.max(np.abs(answer - 0.5))))
    step = 0.5 * (sides[:, 1] - sides[:, 0])
    extent = (sides[0, 0] - step[0], sides[0, -1] + step[0], sides[1, 0] - step[1], sides[1, -1] + step[1])
    image = ax.imshow(
        answer, signed_colours(), vmin=0.5 - half, vmax=0.5 + half, origin="lower", extent=extent, aspect="auto",
        interpolation="nearest",
    )  # fmt: skip
    bar = figure_of(ax).colorbar(image, ax=ax, label=f"output {label}", shrink=0.85)
    bar.outline.set_visible(False)


def _region(
    ax: Axes, one: InputRegion, chosen: tuple[int, int], sides: NDArray[np.float64], inside: NDArray[np.bool_],
    plane: NDArray[np.float64],
) -> None:  # fmt: skip
    from matplotlib.patches import Rectangle

    if inside.any() and not inside.all():
        ax.contourf(*sides, inside.astype(float), [0.5, 1.5], colors="none", hatches=["////"])
        ax.contour(*sides, inside.astype(float), [0.5], colors=INK, linewidths=1.0)
    others = [k for k in range(plane.size) if k not in chosen]
    meets = np.all((plane[others] >= one.box[0][others]) & (plane[others] <= one.box[1][others]))
    low, high = one.box[0][list(chosen)], one.box[1][list(chosen)]
    frame = Rectangle(
        (low[0], low[1]), high[0] - low[0], high[1] - low[1], fill=False, edgecolor=INK, linewidth=1.8,
        linestyle="-" if meets else "--",
    )  # fmt: skip
    ax.add_patch(frame)
    ax.plot(*one.x0[list(chosen)], "o", color="white", markeredgecolor=INK, markersize=6)
