"""The network itself: nodes by role, edges by sign and size."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Literal

import networkx as nx
import numpy as np
from numpy.typing import ArrayLike

from neurograph.drawing.crowds import weak_share
from neurograph.drawing.edge_curves import loop
from neurograph.drawing.layout import RADIUS, Drawn, Points, positions
from neurograph.drawing.looks import GREY, INK, NEGATIVE, POSITIVE, SHAPES
from neurograph.drawing.wires import Wires, wires
from neurograph.errors import ParameterError
from neurograph.graphs.edge_table import ROLES, EdgeTable
from neurograph.graphs.from_networkx import as_table
from neurograph.network.network import Network
from neurograph.plots.style import SMALL, figure_of, names, panel, styled
from neurograph.training.state import TrainingState

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.legend import Legend
    from matplotlib.patches import FancyArrowPatch, Patch

MOST_LABELS = 40
"""Nodes up to which each is named."""

INSIDE = 4
"""Most characters of a label that stands inside its node."""

SMALLEST = 4.5
"""Size in points below which labels are left out."""

CHARACTER = 0.11
"""Most width of a label's character, in units of the layout."""

SIGNS: dict[int, tuple[str, str, str, str]] = {
    1: (POSITIVE, "-|>,head_width=0.3,head_length=0.6", "-", "positive"),
    -1: (NEGATIVE, "-[,widthB=0.42,lengthB=0", "-", "negative"),
    0: (GREY, "->,head_width=0.2,head_length=0.35", ":", "zero"),
}
"""Of each sign: colour, arrowhead, dashes, name."""


def network(
    network: Network | nx.DiGraph[Any] | EdgeTable,
    *,
    layout: Literal["circle", "layers", "force"] | Mapping[Any, ArrayLike] | None = None,
    ax: Axes | None = None,
) -> Figure:
    """Draw a network: inputs and biases left, hidden nodes in the middle, outputs right.

    A positive edge is blue and ends in a triangle, a negative one is vermillion and ends in a bar; its width grows
    with its size. The two edges of a pair bend to different sides. Up to 40 nodes are named, where
    the labels can be read; from 300 nodes on two edges a node are drawn, the strongest, and the legend says so. Of
    complex weights the moduli are drawn.

    Parameters
    ----------
    network : Network, networkx.DiGraph or EdgeTable
    layout : "circle", "layers", "force" or mapping of node to (x, y), optional
        Where the hidden nodes stand: on a circle, in columns by their distance from the inputs, or where forces
        between those that are joined bring them. Default: columns where no edge joins two hidden nodes of one column,
        else the circle for few or dense nodes, else forces.
    ax : matplotlib.axes.Axes, optional
        Where to draw; default: a new figure that grows with the network.

    Returns
    -------
    matplotlib.figure.Figure
        Its patches have the ids ``node 'x0'``, ``edge 'x0' -> 'h0'``, ..., which an SVG file keeps.

    Raises
    ------
    GraphError
        If a graph cannot be compiled.
    ParameterError
        If the layout is unknown or lacks a node, `ax` is not an Axes, or `network` is a TrainingState.
    MissingPackageError
        If matplotlib is not installed.

    Examples
    --------
    >>> import neurograph as ng
    >>> graph = ng.topologies.complete(inputs=2, hidden=5, outputs=1, seed=0)
    >>> figure = ng.plots.network(graph, layout="circle")
    """
    drawn = _arrays(network)
    complex_weights = drawn.weights.dtype.kind == "c"
    drawn = replace(drawn, weights=np.abs(drawn.weights)) if complex_weights else drawn
    labels = names(drawn.nodes)
    longest = max(map(len, labels))
    named = len(labels) <= MOST_LABELS
    outside = named and longest > INSIDE
    margin = CHARACTER * longest if outside else 0.0
    places, sides = positions(drawn, layout, margin)
    drawn, said = _strongest(drawn)
    paths = wires(drawn, places, {role: shape for role, (shape, _) in SHAPES.items()})
    low, high = _corners(drawn, places, paths, margin)
    with styled():
        inches = min(0.75, 9.5 / (high - low)[0], 7.5 / (high - low)[1])
        width, height = (high - low) * inches
        own = ax is None
        ax = panel(ax, (max(width, 5.0) + 0.2, height + 0.65 + 0.2 * bool(said)))
        ax.set(xlim=(low[0], high[0]), ylim=(low[1], high[1]), aspect="equal")
        ax.set_axis_off()
        points = 72 * inches if own else _points_per_unit(ax, high - low)
        _draw(ax, drawn, places, paths, points)
        size = min(SMALL + 0.5, (CHARACTER / 0.6 if outside else 0.84 / max(longest, 2)) * points)
        if named and size >= SMALLEST:
            _name(ax, labels, places, sides if outside else np.zeros_like(sides), size)
        _legend(ax, drawn, said, "complex" if complex_weights else "")
        return figure_of(ax)


def _arrays(network: Network | nx.DiGraph[Any] | EdgeTable) -> Drawn:
    if isinstance(network, TrainingState):
        raise ParameterError("network is of type TrainingState: expected a Network or a graph; pass fit.network")
    if isinstance(network, Network):
        connectivity = network.connectivity
        return Drawn(network.nodes, network.roles, connectivity.pre, connectivity.post, network.weights)
    table = as_table(network)
    return Drawn(table.nodes, table.roles, table.pre, table.post, table.weights)


def _strongest(drawn: Drawn) -> tuple[Drawn, str]:
    """Return what is drawn of a crowd, and what to say of it; a smaller graph as it is."""
    count = drawn.weights.size
    weak = int(weak_share(len(drawn.nodes), count) * count)
    if weak == 0:
        return drawn, ""
    kept = np.sort(np.argsort(np.abs(drawn.weights), kind="stable")[weak:])
    least = np.abs(drawn.weights[kept]).min()
    title = f"the strongest {kept.size:,} of {count:,} edges, |w| \N{GREATER-THAN OR EQUAL TO} {least:.2g}"
    ends = {name: getattr(drawn, name)[kept] for name in ("pre", "post", "weights")}
    return replace(drawn, **ends), title


def _corners(drawn: Drawn, places: Points, paths: Wires, margin: float) -> tuple[Points, Points]:
    """Return the lower left and the upper right corner of everything that is drawn."""
    low, high = paths.corners()
    looped = np.isin(np.arange(len(drawn.nodes)), drawn.pre[drawn.pre == drawn.post])
    around = RADIUS * np.where(looped, 3.2, 1.5)[:, None]
    outside = np.array([margin, 0.35 if margin else 0.0])
    return (
        np.minimum(low - 0.1, (places - around).min(axis=0) - outside),
        np.maximum(high + 0.1, (places + around).max(axis=0) + outside),
    )


def _points_per_unit(ax: Axes, extent: Points) -> float:
    size = np.array([ax.bbox.width, ax.bbox.height]) * 72 / figure_of(ax).dpi
    return float(np.min(size / extent))


def _draw(ax: Axes, drawn: Drawn, places: Points, paths: Wires, points: float) -> None:
    """Draw the nodes, and the edges below them, the largest last."""
    for node, role, place in zip(drawn.nodes, drawn.roles.tolist(), places, strict=True):
        ax.add_patch(_node(role, place)).set_gid(f"node {node!r}")
    sizes = np.abs(drawn.weights) / (np.max(np.abs(drawn.weights), initial=0.0) or 1.0)
    alpha = float(np.clip(1.1 - drawn.weights.size / 500, 0.6, 0.95))
    centre = places.mean(axis=0)
    for k in np.argsort(sizes, kind="stable"):
        i, j = drawn.pre[k], drawn.post[k]
        look = _look(float(np.sign(drawn.weights[k])), float(sizes[k]), points)
        arrow = (
            _loop(places[i], centre, look) if i == j else _arrow(paths.starts[k], paths.ends[k], paths.bends[k], look)
        )
        name = f"edge {drawn.nodes[i]!r} -> {drawn.nodes[j]!r}"
        arrow.set(alpha=alpha, zorder=1 + sizes[k], clip_on=False, in_layout=False, gid=name)
        ax.add_patch(arrow)


def _node(role: int, place: Points) -> Patch:
    from matplotlib.patches import RegularPolygon

    (corners, rotation, size), colour = SHAPES[role]
    return RegularPolygon(
        (place[0], place[1]), corners, radius=size * RADIUS, orientation=rotation,
        facecolor=colour, edgecolor=INK, linewidth=0.9, zorder=3,
    )  # fmt: skip


def _look(sign: float, size: float, points: float) -> dict[str, Any]:
    """Return colour, dashes, width and arrowhead of an edge; `size` is |w| as a share of the largest."""
    colour, head, dashes, _ = SIGNS[int(sign)]
    scale = float(np.clip(points / 54, 0.6, 1.0))
    return {
        "color": colour,
        "linestyle": dashes,
        "linewidth": scale * (0.5 + 2.3 * size),
        "arrowstyle": head,
        "mutation_scale": scale * (7.0 + 6.0 * size),
        "capstyle": "butt",
        "joinstyle": "miter",
    }


def _arrow(start: Points, end: Points, bend: float, look: dict[str, Any]) -> FancyArrowPatch:
    from matplotlib.patches import FancyArrowPatch

    return FancyArrowPatch(
        (start[0], start[1]), (end[0], end[1]), connectionstyle=f"arc3,rad={bend}", shrinkA=0.0, shrinkB=2.5, **look
    )  # fmt: skip


def _loop(place: Points, centre: Points, look: dict[str, Any]) -> FancyArrowPatch:
    """Draw an edge from a node to itself, away from the middle of the figure."""
    from matplotlib.patches import FancyArrowPatch
    from matplotlib.path import Path

    codes = [Path.MOVETO, Path.CURVE4, Path.CURVE4, Path.CURVE4]
    return FancyArrowPatch(path=Path(loop(place, centre), codes), **look)


def _name(ax: Axes, labels: list[str], places: Points, sides: Points, size: float) -> None:
    """Write each label beside its node, in the direction of `sides`; in it where that is 0."""
    from matplotlib.patheffects import withStroke

    halo = [withStroke(linewidth=2.5, foreground="white")] if sides.any() else []
    across, upwards = ("center", "left", "right"), ("center", "bottom", "top")
    for label, place, side in zip(labels, places, sides, strict=True):
        x, y = place + 1.45 * RADIUS * side
        dx, dy = (int(np.sign(part)) * (abs(part) > 0.35) for part in side)
        ax.text(x, y, label, ha=across[dx], va=upwards[dy], fontsize=size, color=INK, path_effects=halo, zorder=5)


def _legend(ax: Axes, drawn: Drawn, said: str, kind: str) -> Legend:
    from matplotlib.lines import Line2D
    from matplotlib.patches import FancyArrowPatch

    nodes = [
        Line2D(
            [], [], linestyle="none", marker=(corners, 0, np.degrees(rotation)), markersize=8, label=ROLES[role],
            markerfacecolor=colour, markeredgecolor=INK, markeredgewidth=0.8,
        )
        for role, ((corners, rotation, _), colour) in SHAPES.items()
        if np.any(drawn.roles == role)
    ]  # fmt: skip
    signs = [
        FancyArrowPatch((0, 0), (1, 0), label=f"{kind or SIGNS[sign][3]} weight", **_look(sign, 0.5, 54))
        for sign in SIGNS
        if np.any(np.sign(drawn.weights) == sign)
    ]
    largest = float(np.max(np.abs(drawn.weights), initial=0.0))
    widths = [
        Line2D([], [], color=INK, linewidth=_look(1, share, 54)["linewidth"], label=f"|w| = {share * largest:.2g}")
        for share in (1.0, 0.25)
        if largest > 0.0
    ]
    handles = _in_columns(nodes, signs, widths)
    return ax.legend(
        handles=handles, handler_map={FancyArrowPatch: _handler()}, loc="upper center",
        bbox_to_anchor=(0.5, 0.0), ncols=len(handles) // 2, columnspacing=1.6, title=said or None,
    )  # fmt: skip


def _in_columns(*groups: list[Any]) -> list[Any]:
    """Fill each group up to whole columns of two, as the legend is filled."""
    from matplotlib.lines import Line2D

    blank = Line2D([], [], linestyle="none", label=" ")
    return [one for group in groups for one in ([*group, blank] if len(group) % 2 else group)]


def _handler() -> Any:
    """Draw an edge in the legend as it is drawn in the figure."""
    from matplotlib.legend_handler import HandlerPatch
    from matplotlib.patches import FancyArrowPatch

    def arrow(
        orig_handle: FancyArrowPatch, xdescent: float, ydescent: float, width: float, height: float, **_: Any
    ) -> FancyArrowPatch:
        middle = height / 2 - ydescent
        return FancyArrowPatch(
            (-xdescent, middle), (width - xdescent, middle), arrowstyle=orig_handle.get_arrowstyle(),
            mutation_scale=orig_handle.get_mutation_scale(), shrinkA=0, shrinkB=0,
        )  # fmt: skip

    return HandlerPatch(patch_func=arrow)
