"""How two nodes move, the others held: a vector field, nullclines, and a simulation on top."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from neurograph.certificates.system import network_digest
from neurograph.drawing.looks import GREY, INK
from neurograph.errors import DataError, ParameterError
from neurograph.graphs.labelled import by_name
from neurograph.network.inputs import checked_network
from neurograph.network.network import Network
from neurograph.plots.activity import checked_sample
from neurograph.plots.style import BLUE, VERMILLION, figure_of, names, panel, styled
from neurograph.simulation.result import Simulation

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from neurograph._arrays import Floats

FINE = 161
"""Points along each side in which the drift is found for the nullclines."""

ARROWS = 8
"""Points of the nullclines from one arrow to the next."""

Limits = tuple[float, float]


def phase_plane(
    network: Network,
    simulation: Simulation | None = None,
    *,
    nodes: Sequence[Hashable],
    state: ArrayLike | None = None,
    sample: int = 0,
    limits: tuple[Limits, Limits] | None = None,
    ax: Axes | None = None,
) -> Figure:
    """Draw how two nodes move where all others are held: arrows, and the lines on which one of them stands still.

    Where the lines cross, both stand still. Arrows have the direction of the drift, and are darker where it is faster;
    neither currents nor noise nor delays are in it. A simulation is drawn on top, from the circle to the dot: its other
    nodes move, so that it need not follow the arrows unless these two alone are free.

    Parameters
    ----------
    network : Network
    simulation : Simulation, optional
        From :func:`neurograph.simulate` of this network.
    nodes : two labels
        Which nodes, neither clamped: the first to the right, the second upwards.
    state : array (nodes,) or (state_size,), optional
        Where the others are held, further variables and inputs too; default: where the simulation ended, and without
        one at 0. Bias nodes are at 1.
    sample : int
        Which trajectory, a row of ``simulation.states``.
    limits : two pairs of numbers, optional
        From where to where, of each of the two; default: the box, or around the simulation, or from -2 to 2.
    ax : matplotlib.axes.Axes, optional
        Where to draw; default: a new figure.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    ParameterError
        If the network is not one of rates, the simulation is of another network or did not record the nodes, or an
        argument is not what is expected.
    DataError
        If `state` has another shape, or holds a number that is not finite.
    MissingPackageError
        If matplotlib is not installed.

    Examples
    --------
    >>> import networkx as nx, neurograph as ng
    >>> graph = nx.DiGraph([("e", "i", {"weight": 2.0}), ("i", "e", {"weight": -2.0}), ("e", "e", {"weight": 1.5})])
    >>> nx.set_node_attributes(graph, "output", "role")
    >>> network = ng.compile(graph, ng.dynamics.additive("tanh"))
    >>> simulation = ng.simulate(network, dt=0.05, duration=20.0, start=0.5)
    >>> figure = ng.plots.phase_plane(network, simulation, nodes=("e", "i"))
    """
    network = checked_network(network)
    places = _checked_nodes(network, nodes)
    path = None if simulation is None else _path(network, simulation, nodes, sample)
    held = _held(network, _ended(simulation, sample) if state is None and simulation is not None else state)
    ends = _limits(network, places, path) if limits is None else _checked_limits(limits)
    sides = [np.linspace(low, high, FINE) for low, high in ends]
    drift = _drift(network, places, sides, held)
    labels = names(nodes)
    with styled():
        ax = panel(ax, (4.8, 4.6))
        _arrows(ax, sides, drift)
        for k, (colour, line) in enumerate(((BLUE, "solid"), (VERMILLION, "dashed"))):
            if drift[k].min() < 0.0 < drift[k].max():
                ax.contour(*sides, drift[k], [0.0], colors=colour, linestyles=line, linewidths=1.5)
                ax.plot([], [], color=colour, linestyle=line, label=f"{labels[k]} stands still")
        if path is not None:
            ax.plot(*path, color=INK, linewidth=1.3, label="simulation")
            ax.plot(*path[:, :1], "o", markerfacecolor="white", markeredgecolor=INK, markersize=5.5, clip_on=False)
            ax.plot(*path[:, -1:], "o", color=INK, markersize=5.5, clip_on=False)
        ax.set(xlabel=f"state of {labels[0]}", ylabel=f"state of {labels[1]}", xlim=ends[0], ylim=ends[1])
        if ax.get_legend_handles_labels()[0]:
            ax.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=3, handlelength=2.0, columnspacing=1.2)
        return figure_of(ax)


def _arrows(ax: Axes, sides: Sequence[Floats], drift: Floats) -> None:
    """Draw arrows of one length along the drift, as it looks in the axes, darker where it is faster."""
    from matplotlib.colors import LinearSegmentedColormap

    some = slice(ARROWS // 2, None, ARROWS)
    spans = [side[-1] - side[0] for side in sides]
    across, upwards = (one[some, some] / span for one, span in zip(drift, spans, strict=True))
    speed = np.hypot(across, upwards)
    unit = np.where(speed > 0.0, speed, 1.0)
    ax.quiver(
        sides[0][some], sides[1][some], across / unit, upwards / unit, np.sqrt(speed), angles="uv", pivot="mid",
        cmap=LinearSegmentedColormap.from_list("speed", ("#DADADA", GREY)), scale=30, width=0.0032, headwidth=4.5,
        headlength=5, headaxislength=4.5, zorder=1,
    )  # fmt: skip


def _drift(network: Network, places: list[int], sides: Sequence[Floats], held: Floats) -> Floats:
    """Return the drift of both nodes (2, second, first)."""
    states = np.tile(held, (FINE, 1))
    states[:, places[0]] = sides[0]
    drift = np.empty((2, FINE, FINE))
    for row, height in enumerate(sides[1]):
        states[:, places[1]] = height
        drift[:, row] = network.drift(states)[:, places].T
    return drift


def _checked_nodes(network: Network, nodes: Sequence[Hashable]) -> list[int]:
    if isinstance(nodes, str) or not isinstance(nodes, Sequence) or len(nodes) != 2 or nodes[0] == nodes[1]:
        raise ParameterError(f"nodes is {nodes!r}: expected two different ones of network.nodes, in a tuple")
    index, free = network.connectivity.table.index, set(network.connectivity.free.tolist())
    for node in nodes:
        if node not in index:
            raise ParameterError(f"node {node!r} is not in the network: expected two of network.nodes")
        if index[node] not in free:
            raise ParameterError(
                f"node {node!r} is clamped, so that it never moves: expected two nodes that are hidden or outputs"
            )
    return [index[node] for node in nodes]


def _path(network: Network, simulation: Simulation, nodes: Sequence[Hashable], sample: int) -> Floats:
    """Return the states (2, frames) of the two nodes."""
    if not isinstance(simulation, Simulation):
        raise ParameterError(
            f"simulation is of type {type(simulation).__name__}: expected what neurograph.simulate returns"
        )
    if simulation.network.nodes != network.nodes or network_digest(simulation.network) != network_digest(network):
        raise ParameterError(
            f"simulation is of another network, {simulation.network!r}: expected one of neurograph.simulate(network)"
        )
    sample = checked_sample(simulation, sample)
    return np.array([simulation.of(node)[sample] for node in nodes], np.float64)


def _ended(simulation: Simulation, sample: int) -> NDArray[Any]:
    state: NDArray[Any] = np.asarray(simulation.last)[sample]
    return state


def _held(network: Network, state: Any) -> Floats:
    """Return the full state in which the others are held."""
    full = np.zeros(network.state_size, network.dtype)
    if state is not None:
        try:
            given = np.asarray(by_name(state, network.nodes, "state"), network.dtype)
        except (TypeError, ValueError):
            given = np.empty(0, network.dtype)
        if given.shape not in {(), (len(network.nodes),), full.shape}:
            raise DataError(
                f"state has shape {np.shape(state)}: expected one number for each node, ({len(network.nodes)},)"
            )
        if not np.isfinite(given).all():
            raise DataError("state holds a number that is not finite: expected finite numbers")
        full[: given.size if given.shape else None] = given
    full[network.connectivity.bias_nodes] = 1.0
    return full


def _limits(network: Network, places: list[int], path: Floats | None) -> list[Limits]:
    """Return from where to where the axes go: the box, or what holds the path, or from -2 to 2."""
    ends = []
    for k, place in enumerate(places):
        low, high = (float(end[place]) for end in network.box)
        around = (-2.0, 2.0)
        if path is not None:
            margin = 0.15 * float(np.ptp(path[k])) or 1.0
            around = (float(path[k].min()) - margin, float(path[k].max()) + margin)
        ends.append((low if np.isfinite(low) else around[0], high if np.isfinite(high) else around[1]))
    return ends


def _checked_limits(limits: Any) -> list[Limits]:
    try:
        ((left, right), (low, high)) = limits
        pairs = [(float(left), float(right)), (float(low), float(high))]
        good = all(np.isfinite(pair).all() and pair[0] < pair[1] for pair in pairs)
    except (TypeError, ValueError):
        good = False
    if not good:
        raise ParameterError(
            f"limits is {limits!r}: expected two pairs of finite numbers, the lower one first, as in ((-1, 1), (0, 2))"
        )
    return pairs
