"""What a network with two inputs answers over the unit square."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from neurograph._arrays import Floats
from neurograph._checks import checked_whole
from neurograph.drawing.looks import INK
from neurograph.errors import ParameterError
from neurograph.network.inputs import checked_inputs, checked_network, checked_targets
from neurograph.network.network import Network
from neurograph.plots.style import figure_of, names, panel, signed_colours, styled
from neurograph.solvers.base import Solver
from neurograph.solvers.result import Equilibrium, Status
from neurograph.solvers.settle import settle

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


def decision(
    network: Network,
    x: ArrayLike | None = None,
    y: ArrayLike | None = None,
    *,
    grid: int = 101,
    solver: Solver | None = None,
    output: int = 0,
    ax: Axes | None = None,
) -> Figure:
    """Draw one output over the unit square of two inputs, and the line where it is 0.5.

    Points that the solver leaves unsettled are drawn as they are, and counted below the figure.

    Parameters
    ----------
    network : Network
        With two inputs; the first goes to the right, the second upwards.
    x : array (samples, 2), optional
        Patterns to mark; needs `y`.
    y : array (samples, outputs), optional
        Their targets; a pattern's class is whether its target of this output is above 0.5.
    grid : int
        Points along each side; the network settles on grid x grid samples.
    solver : Solver, optional
        How it settles; default ``neurograph.solvers.Euler()``.
    output : int
        Which output, a column of y.
    ax : matplotlib.axes.Axes, optional
        Where to draw; default: a new figure.

    Returns
    -------
    matplotlib.figure.Figure
        The image holds the output (grid, grid): row = second input, column = first.

    Raises
    ------
    ParameterError
        If the network has not two inputs, there is no such output, only one of x and y is given, or another
        argument is out of range.
    DataError
        If x or y does not fit the network.
    DivergenceError
        If a point of the grid diverges.
    MissingPackageError
        If matplotlib is not installed.

    Examples
    --------
    >>> import neurograph as ng
    >>> network = ng.compile(ng.topologies.complete(inputs=2, hidden=5, outputs=1, seed=0))
    >>> x, y = ng.tasks.logic("xor")
    >>> figure = ng.plots.decision(network, x, y, grid=11)
    """
    network = checked_network(network)
    grid = checked_whole("grid", grid, 2)
    _check(network, output, x, y)
    with styled():
        side = np.linspace(0.0, 1.0, grid)
        points = np.stack(np.meshgrid(side, side), axis=-1).reshape(-1, 2)
        settled = settle(network, points, solver=solver)
        ax = panel(ax, (4.6, 4.2))
        _draw(ax, network, side, settled.outputs[:, output].reshape(grid, grid), output)
        if solver is None or getattr(solver, "tol", 0.0) > 0.0:
            _warn(ax, settled)
        if x is not None and y is not None:
            patterns = checked_inputs(network, x)
            _mark(ax, patterns, checked_targets(network, y, patterns.shape[0])[:, output] > 0.5)
        return figure_of(ax)


def _check(network: Network, output: int, x: object, y: object) -> None:
    inputs, outputs = network.connectivity.inputs.size, network.connectivity.outputs.size
    if inputs != 2:
        raise ParameterError(
            f"network has {inputs} input nodes: expected 2, for the figure is a square; clamp the others by making "
            "them bias nodes, or settle the network on a slice of your own"
        )
    if not isinstance(output, (int, np.integer)) or isinstance(output, bool) or not 0 <= output < outputs:
        raise ParameterError(f"output is {output!r}: expected a whole number from 0 to {outputs - 1}")
    if (x is None) != (y is None):
        given, missing = ("x", "y") if y is None else ("y", "x")
        raise ParameterError(f"{given} is given without {missing}: expected both, to mark the patterns, or neither")


def _draw(ax: Axes, network: Network, side: NDArray[np.float64], answer: Floats, output: int) -> None:
    labels, connectivity = names(network.nodes), network.connectivity
    half = max(0.5, float(np.max(np.abs(answer - 0.5))))
    step = side[1] / 2
    image = ax.imshow(
        answer, signed_colours(), vmin=0.5 - half, vmax=0.5 + half, origin="lower",
        extent=(-step, 1 + step, -step, 1 + step), interpolation="nearest",
    )  # fmt: skip
    bar = figure_of(ax).colorbar(image, ax=ax, label=f"output {labels[connectivity.outputs[output]]}", shrink=0.85)
    bar.outline.set_visible(False)
    if answer.min() < 0.5 < answer.max():
        ax.contour(side, side, answer, [0.5], colors=INK, linewidths=1.2)
        bar.ax.axhline(0.5, color=INK, linewidth=1.2)
    first, second = (labels[place] for place in connectivity.inputs)
    ax.set(xlabel=f"input {first}", ylabel=f"input {second}", xticks=(0, 0.5, 1), yticks=(0, 0.5, 1))
    ax.spines[:].set_visible(False)


def _warn(ax: Axes, settled: Equilibrium) -> None:
    """Write below the figure how many points were still moving."""
    moving = int(np.sum(settled.status != Status.CONVERGED))
    if moving:
        ax.set_xlabel(f"{ax.get_xlabel()}\n{moving} of {settled.status.size} points did not settle")


def _mark(ax: Axes, patterns: Floats, above: NDArray[np.bool_]) -> None:
    kinds = (
        (~above, "o", "white", INK, "target ≤ 0.5"),
        (above, "s", INK, "white", "target > 0.5"),
    )
    for chosen, marker, face, edge, label in kinds:
        ax.scatter(
            patterns[chosen, 0], patterns[chosen, 1], s=52, marker=marker, facecolor=face, edgecolor=edge,
            linewidth=1.1, label=label, clip_on=False, zorder=3,
        )  # fmt: skip
    ax.legend(loc="lower center", bbox_to_anchor=(0.5, 1.02), ncols=2, handletextpad=0.2)
