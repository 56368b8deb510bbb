"""A Lyapunov function as a thing to look at: its fall along trajectories, its level sets and the certified region."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from neurograph._arrays import Floats
from neurograph.certificates import Certificate, certify
from neurograph.certificates.bounds.lyapunov_function import LyapunovFunction, Quadratic
from neurograph.drawing.looks import GREY, INK
from neurograph.errors import ParameterError
from neurograph.network.inputs import checked_inputs, checked_network
from neurograph.network.network import Network
from neurograph.plots.style import BLUE, GREEN, figure_of, names, panels, styled
from neurograph.solvers import Euler
from neurograph.solvers.settle import settle

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

GRID = 121
"""Points along each side of the plane."""

STARTS = 12
"""Trajectories that start at the border of the view, and as many at the border of a region that is smaller."""

STEPS, STEP = 3000, 0.05
"""Most steps of a trajectory, and their length as a share of the fastest neuron's time constant."""

FAR = 1e3
"""How far from the equilibrium nothing is shown."""

AT_REST = 1e-4
"""Share of the view's width that the trajectories may still be from where they end."""


@dataclass(frozen=True, eq=False)
class _View:
    """What is drawn: a plane through the equilibrium, and trajectories that start in it."""

    function: LyapunovFunction
    places: tuple[int, int]
    limits: NDArray[np.float64]  # (2, 2): low and high of each coordinate
    times: NDArray[np.float64]  # (frames,)
    states: Floats  # (trajectories, frames, nodes)
    inside: NDArray[np.bool_]  # whether each starts in the certified region


def lyapunov(
    network: Network,
    x: ArrayLike,
    *,
    name: str | None = None,
    nodes: tuple[Hashable, Hashable] | None = None,
    sample: int = 0,
    ax: Sequence[Axes] | None = None,
) -> Figure:
    r"""Draw a Lyapunov function V: its values along trajectories, and its level sets with the certified region.

    Left, V over the time, from the states where the trajectories on the right begin; where V falls at a certified
    rate, a dashed line falls like that. Right, the level sets of V in the plane of two neurons through the equilibrium
    (a dot), in which all others are at rest. Trajectories begin in that plane and are projected to it; those that end
    at another equilibrium end in a ring. In blue those that begin where the certificate holds, in grey the others.

    Parameters
    ----------
    network : Network
    x : array (samples, inputs)
    name : str, optional
        Which certificate, such as "quadratic_lyapunov" or "energy"; default: the strongest that has such a function.
    nodes : two labels, optional
        The free nodes to the right and upwards; default: the first two.
    sample : int
        Which row of x.
    ax : two matplotlib.axes.Axes, optional
        Where to draw; default: a new figure.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    DataError
        If x does not fit the network.
    ParameterError
        If no certificate has a Lyapunov function, or not that one; the two nodes are not free ones; there is no such
        sample; or `ax` is not two Axes.
    MissingPackageError
        If matplotlib is not installed.

    Examples
    --------
    >>> import neurograph as ng
    >>> network = ng.compile(ng.topologies.complete(inputs=2, hidden=5, outputs=1, seed=0))
    >>> figure = ng.plots.lyapunov(network, [[0.0, 1.0]])
    """
    network = checked_network(network)
    places = _places(network, nodes)
    certificate, function = _chosen(network, checked_inputs(network, x), name, sample)
    with styled():
        left, right = panels(ax, (8.6, 3.5), widths=(1.0, 1.0))
        view = _view(function, places)
        _draw_fall(left, view, certificate)
        _draw_plane(right, view)
        return figure_of(left)


def _places(network: Network, nodes: tuple[Hashable, Hashable] | None) -> tuple[int, int]:
    free = network.connectivity.free.tolist()
    if len(free) < 2:
        raise ParameterError(f"network has {len(free)} free node: expected two or more, for the figure is a plane")
    if nodes is None:
        return free[0], free[1]
    labels = tuple(nodes) if isinstance(nodes, (tuple, list)) else (nodes,)
    index = network.connectivity.table.index
    wrong = [node for node in labels if not isinstance(node, Hashable) or index.get(node) not in free]
    if len(labels) != 2 or wrong or labels[0] == labels[1]:
        raise ParameterError(f"nodes is {nodes!r}: expected the labels of two free nodes")
    return index[labels[0]], index[labels[1]]


def _chosen(network: Network, x: Floats, name: str | None, sample: int) -> tuple[Certificate, LyapunovFunction]:
    report = certify(network, x, level="strong")
    if report.certificates[0].system.delays is not None:
        report.certificates[0].function(sample)  # raises, for with delays there is none
    if name is not None:
        return report[name], report[name].function(sample)
    for certificate in report.proved:
        with suppress(ParameterError):
            return certificate, certificate.function(sample)
    raise ParameterError(
        f"no certificate of this network has a Lyapunov function of sample {sample!r}: expected one that is PROVED; "
        "print(neurograph.certify(network, x, level='strong')) says what is"
    )


def _view(function: LyapunovFunction, places: tuple[int, int]) -> _View:
    limits = _limits(function, places)
    starts = [_ring(limits)]
    if np.isfinite(function.level):
        starts.append(_border(function, places))
    start = _states(function, places, np.concatenate(starts))
    # Time ends where the last trajectory has come within AT_REST of its end.
    times, states = _trajectories(function, start)
    away = np.max(np.abs(states - states[:, -1:]), axis=(0, 2))
    moving = np.flatnonzero(away > AT_REST * np.max(limits[:, 1] - limits[:, 0]))
    end = min(times.size, int(moving[-1]) + 2 if moving.size else 2)
    return _View(function, places, limits, times[:end], states[:, :end], function.value(start) <= function.level)


def _states(function: LyapunovFunction, places: tuple[int, int], points: Floats) -> Floats:
    """Return the equilibrium (points, nodes) with two neurons elsewhere."""
    state = np.repeat(function.equilibrium[None], len(points), axis=0)
    state[:, places] = points
    return state


def _trajectories(function: LyapunovFunction, start: Floats) -> tuple[NDArray[np.float64], Floats]:
    """Return the times (frames,) and states (trajectories, frames, nodes) of the free phase."""
    network = function.system.network
    # Explicit Euler with dt = STEP / max_j |J_jj|, J the Jacobian at the equilibrium: a share of the time constant of
    # the fastest neuron.
    fastest = max(1.0, float(np.max(np.abs(network.jacobian(function.equilibrium).diagonal()))))
    solver = Euler(dt=STEP / fastest, steps=STEPS, tol=0.0)
    x = np.repeat(function.equilibrium[None, network.connectivity.inputs], len(start), axis=0)
    kept = settle(network, x, start=start, solver=solver, record=1, throw=False).trajectory
    assert kept is not None  # for it was asked for
    return np.asarray(kept.steps * (STEP / fastest), np.float64), kept.state


def _limits(function: LyapunovFunction, places: tuple[int, int]) -> NDArray[np.float64]:
    """Return the box; without one, what holds the region and the equilibria that are found, with a margin."""
    box = np.array([end[list(places)] for end in function.system.network.box], np.float64).T
    if np.all(np.isfinite(box)):
        return box
    # Trajectories from a square of side 6 about the equilibrium end at the equilibria that are shown; those that
    # diverge are left out.
    centre = function.equilibrium[list(places)]
    _, far = _trajectories(function, _states(function, places, _ring(np.stack([centre - 3.0, centre + 3.0], axis=1))))
    shown = [far[:, -1][:, list(places)], centre + 0.7 * np.array([[-1.0, -1.0], [1.0, 1.0]])]
    if np.isfinite(function.level):
        shown.append(_border(function, places))
    points = np.concatenate(shown)
    points = points[np.all(np.abs(points - centre) < FAR, axis=1)]
    # The view is a square about all of these points, 1.2 times as wide as they are.
    half = np.max(np.ptp(points, axis=0)) * 0.6
    middle = (points.min(axis=0) + points.max(axis=0)) / 2
    return np.stack([middle - half, middle + half], axis=1)


def _ring(limits: NDArray[np.float64]) -> Floats:
    """Return points just within the border of the view."""
    side = np.linspace(-0.94, 0.94, STARTS // 4 + 1)[:-1]
    edge = np.full(side.size, 0.94)
    ring = np.concatenate(
        [np.stack(pair, axis=1) for pair in ((side, -edge), (edge, side), (-side, edge), (-edge, -side))]
    )
    return np.asarray(limits.mean(axis=1) + ring * (limits[:, 1] - limits[:, 0]) / 2)


def _border(function: LyapunovFunction, places: tuple[int, int]) -> Floats:
    """Return points just within the border of a region in which V is a quadratic form."""
    # For V(x* + d) = d'Pd the border V = c lies at x* + d sqrt(c / V(x* + d)) along each unit vector d of the plane.
    angles = np.linspace(0.0, 2.0 * np.pi, STARTS, endpoint=False)
    step = np.stack([np.cos(angles), np.sin(angles)], axis=1)
    centre = function.equilibrium[list(places)]
    size = np.sqrt(0.97 * function.level / function.value(_states(function, places, centre + step)))
    return np.asarray(centre + size[:, None] * step)


def _draw_fall(ax: Axes, view: _View, certificate: Certificate) -> None:
    values = _finite(view.function.value(view.states))
    for line, inside in zip(values, view.inside, strict=True):
        ax.plot(view.times, line, color=BLUE if inside else GREY, linewidth=0.9, alpha=0.8, zorder=3 if inside else 2)
    ax.set(xlabel="time", ylabel=f"${view.function.symbol}$", xlim=(0.0, view.times[-1]))
    if certificate.rate is not None:
        top = float(np.nanmax(values[:, 0]))
        ax.set(yscale="log", ylim=(top * 1e-5, top * 6.0))
    if certificate.rate is not None and np.any(view.inside):
        fall = certificate.rate * (2.0 if isinstance(view.function, Quadratic) else 1.0)  # V is a square there
        first = float(np.max(values[view.inside, 0]))
        ax.plot(
            view.times, first * np.exp(-fall * view.times), color=INK, linestyle="--", linewidth=1.1, zorder=4,
            label=f"certified: $e^{{-{fall:.3g}\\,t}}$",
        )  # fmt: skip
        ax.legend(loc="upper right")
    if np.isfinite(view.function.level):
        ax.axhspan(ax.get_ylim()[0], view.function.level, color=GREEN, alpha=0.12, linewidth=0)
    _title(ax, f"V of {certificate.name} along trajectories")


def _draw_plane(ax: Axes, view: _View) -> None:
    function, (across, up) = view.function, view.places
    sides = [np.linspace(low, high, GRID) for low, high in view.limits.tolist()]
    plane = np.broadcast_to(function.equilibrium, (GRID, GRID, function.equilibrium.size)).copy()
    plane[..., across], plane[..., up] = np.meshgrid(*sides)
    values = _finite(function.value(plane))
    ax.contour(*sides, values, levels=_levels(values, function.level), colors=GREY, linewidths=0.6, alpha=0.7)
    if np.isfinite(function.level):
        ax.contourf(*sides, values, levels=[-np.inf, function.level], colors=[GREEN], alpha=0.18)
        ax.contour(*sides, values, levels=[function.level], colors=GREEN, linewidths=1.6)
    for states, inside in zip(view.states, view.inside, strict=True):
        ax.plot(states[:, across], states[:, up], color=BLUE if inside else GREY, linewidth=0.9, alpha=0.9)
    ax.plot(*view.states[:, 0, [across, up]].T, ".", color=INK, markersize=3)
    ax.set(xlim=view.limits[0], ylim=view.limits[1], aspect="equal")
    _mark_ends(ax, view)
    labels = names(function.system.network.nodes)
    ax.set(xlabel=f"state of {labels[across]}", ylabel=f"state of {labels[up]}")
    _title(ax, "level sets of V")
    ax.legend(loc="upper left", bbox_to_anchor=(1.01, 1.0), borderaxespad=0.0, handlelength=1.6)


def _mark_ends(ax: Axes, view: _View) -> None:
    """Mark the equilibria, and say what all the marks are."""
    ends, places = view.states[:, -1], list(view.places)
    width = view.limits[:, 1] - view.limits[:, 0]
    ax.plot(
        *view.function.equilibrium[places], "o", color=INK, markersize=6, zorder=5, label="equilibrium", linestyle="",
        clip_on=False,
    )  # fmt: skip
    shown = np.max(np.abs(ends - view.function.equilibrium), axis=1) > 1e-2 * np.max(width)
    shown &= np.all((ends[:, places] >= view.limits[:, 0]) & (ends[:, places] <= view.limits[:, 1]), axis=1)
    if np.any(shown):
        ax.plot(
            *ends[shown][:, places].T, "o", color=INK, markerfacecolor="white", markersize=6, zorder=5,
            linestyle="", label="another end",
        )  # fmt: skip
    if np.isfinite(view.function.level):
        ax.plot([], [], color=GREEN, linewidth=1.6, label="certified region")
    ax.plot([], [], color=BLUE, linewidth=0.9, label="certified to fall")
    if not np.all(view.inside):
        ax.plot([], [], color=GREY, linewidth=0.9, label="not certified")


def _title(ax: Axes, text: str) -> None:
    ax.annotate(text, (0.0, 1.0), xycoords="axes fraction", xytext=(0, 4), textcoords="offset points", va="bottom")


def _finite(values: Floats) -> Floats:
    """Return V with NaN where it is infinite."""
    return np.where(np.isfinite(values), values, np.nan)


def _levels(values: Floats, level: float) -> Floats:
    """Return values of V whose level sets part the plane into shares of equal area."""
    shown = values[np.isfinite(values)]
    chosen = np.unique(np.quantile(shown, np.linspace(0.02, 0.98, 12)))
    return np.asarray(chosen[np.abs(chosen - level) > 0.02 * np.ptp(chosen)] if np.isfinite(level) else chosen)
