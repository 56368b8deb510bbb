"""The weight matrix as an image."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from neurograph._arrays import Floats
from neurograph.drawing.looks import GREY, INK
from neurograph.graphs.edge_table import ROLES
from neurograph.network.inputs import EVERY_KIND, checked_network
from neurograph.network.network import Network
from neurograph.plots.style import PALE, SMALL, figure_of, names, panel, signed_colours, styled, upper_half

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

HATCH = "////"

MOST_LABELS = 40
"""Nodes up to which the axes name each of them."""


def weights(network: Network, *, ax: Axes | None = None) -> Figure:
    """Draw the weight matrix: row = postsynaptic, column = presynaptic node, in the network's order.

    White is a weight of 0; a hatched cell has no edge. Lines part nodes of different roles. Up to
    40 nodes are named. Of complex weights the moduli are drawn.

    Parameters
    ----------
    network : Network
    ax : matplotlib.axes.Axes, optional
        Where to draw; default: a new figure.

    Returns
    -------
    matplotlib.figure.Figure
        The image holds ``network.matrix()``, or its moduli, NaN where there is no edge.

    Raises
    ------
    ParameterError
        If `network` is not a Network, or `ax` not an Axes.
    MissingPackageError
        If matplotlib is not installed.

    Examples
    --------
    >>> import neurograph as ng
    >>> network = ng.compile(ng.topologies.complete(inputs=2, hidden=5, outputs=1, seed=0))
    >>> figure = ng.plots.weights(network)
    >>> figure.axes[0].images[0].get_array().shape == network.matrix().shape
    True
    """
    network = checked_network(network, *EVERY_KIND)
    with styled():
        ax = panel(ax, (5.4, 4.9))
        n = len(network.nodes)
        largest = float(np.max(np.abs(network.weights), initial=0.0)) or 1.0
        complex_weights = network.dtype.kind == "c"
        colours = upper_half(signed_colours()) if complex_weights else signed_colours()
        least = 0.0 if complex_weights else -largest
        ax.patch.set(facecolor=PALE, edgecolor="#C9C9C9", hatch=HATCH, linewidth=0.0)
        image = ax.imshow(_dense(network), colours, vmin=least, vmax=largest, interpolation="nearest")
        _name_nodes(ax, network)
        _part_roles(ax, network.roles)
        ax.set(xlabel="presynaptic", ylabel="postsynaptic", xlim=(-0.5, n - 0.5), ylim=(n - 0.5, -0.5))
        figure = figure_of(ax)
        bar = figure.colorbar(
            image, ax=ax, label="|weight|, of complex weights" if complex_weights else "weight", shrink=0.8, pad=0.03
        )
        bar.outline.set_visible(False)
        _explain(bar.ax)
        return figure


def _dense(network: Network) -> Floats:
    """Return the weights (post, pre), NaN where there is no edge."""
    n = len(network.nodes)
    weights = np.abs(network.weights) if network.dtype.kind == "c" else network.weights
    image = np.full((n, n), np.nan, weights.dtype)
    image[network.connectivity.post, network.connectivity.pre] = weights
    return image


def _name_nodes(ax: Axes, network: Network) -> None:
    n = len(network.nodes)
    ax.spines[:].set_visible(False)
    if n > MOST_LABELS:
        ax.tick_params(length=2)
        return
    labels = names(network.nodes)
    size = SMALL if n <= 25 else 5.5
    upright = max(map(len, labels)) * n > 45
    ax.set_xticks(range(n), labels, rotation=90 if upright else 0, fontsize=size)
    ax.set_yticks(range(n), labels, fontsize=size)
    ax.tick_params(length=0)


def _part_roles(ax: Axes, roles: NDArray[np.int8]) -> None:
    """Draw a line wherever the role changes, and write the name of each group above it where it fits."""
    edges = np.flatnonzero(np.diff(roles)) + 1
    for place in edges:
        ax.axhline(place - 0.5, color=INK, linewidth=0.6)
        ax.axvline(place - 0.5, color=INK, linewidth=0.6)
    starts, ends = np.concatenate([[0], edges]), np.concatenate([edges, [roles.size]])
    cell = 3.9 * 72 / roles.size  # points along its side
    for start, end in zip(starts, ends, strict=True):
        name = ROLES[roles[start]]
        if (end - start) * cell > 0.62 * SMALL * len(name):
            ax.annotate(
                name, ((start + end - 1) / 2, -0.5), xytext=(0, 3), textcoords="offset points",
                ha="center", va="bottom", fontsize=SMALL, color=GREY,
            )  # fmt: skip


def _explain(ax: Axes) -> None:
    """Write above the colour bar what a hatched cell is."""
    from matplotlib.patches import Patch

    no_edge = Patch(facecolor=PALE, edgecolor="#C9C9C9", hatch=HATCH, linewidth=0.0, label="no edge")
    ax.legend(handles=[no_edge], loc="lower left", bbox_to_anchor=(-0.4, 1.02), handlelength=1.2, borderaxespad=0.0)
