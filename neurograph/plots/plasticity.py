"""How the weights of a network change while it learns in time: a few lines before the quantiles of all, or an image."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from neurograph.drawing.looks import GREY, INK
from neurograph.errors import ParameterError
from neurograph.plots.style import SERIES, SMALL, figure_of, names, panel, signed_colours, styled, upper_half
from neurograph.simulation.result import Simulation

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from neurograph._arrays import Floats

KINDS = ("lines", "image")

FEW = len(SERIES)
"""Most edges that all have a line, each in a colour of its own."""

BESIDE = 6
"""Lines before the quantiles of more edges; no line is grey, as the quantiles are."""

MOST_NAMED = 30
"""Most edges that are named beside an image."""

MOST_RECORDS = 2000
"""Records beyond which they are thinned: more than a figure shows apart."""

BANDS = ((5, 95, 0.14), (25, 75, 0.3))
"""Percentiles between which a band is drawn, and how dark it is."""


def plasticity(
    simulation: Simulation,
    *,
    edges: Sequence[tuple[Hashable, Hashable]] | None = None,
    kind: str = "lines",
    ax: Axes | None = None,
) -> Figure:
    """Draw the weights of a simulation in which synapses learned, over time.

    Parameters
    ----------
    simulation : Simulation
        From :func:`neurograph.simulate`, with ``record_weights``.
    edges : sequence of (label, label), optional
        Which edges, in this order; default: the plastic ones, in the network's order.
    kind : {"lines", "image"}
        Lines, or a row of an image for each edge. Of more than 8 edges, those 6 have lines that change most, and behind
        them are the median of all and the bands from the 5th to the 95th and from the 25th to the 75th percentile.
    ax : matplotlib.axes.Axes, optional
        Where to draw; default: a new figure.

    Returns
    -------
    matplotlib.figure.Figure
        The first point of a line is the weight with which the simulation began. An image holds the records (edges,
        records).

    Raises
    ------
    ParameterError
        If `simulation` is something else or has recorded no weights, there is no such edge or kind, or `ax` is not an
        Axes.
    MissingPackageError
        If matplotlib is not installed.

    Examples
    --------
    >>> import neurograph as ng
    >>> graph = ng.topologies.layered(inputs=1, hidden=(4,), outputs=1, seed=0)
    >>> network = ng.compile(graph, ng.dynamics.additive("tanh"))
    >>> learning = {"rule": ng.rules.oja(), "learning_rate": 0.1, "record_weights": 5}
    >>> simulation = ng.simulate(network, [[[0.0], [1.0]]], dt=0.1, hold=5.0, **learning)
    >>> figure = ng.plots.plasticity(simulation)
    """
    time, rows = _records(simulation)
    if kind not in KINDS:
        raise ParameterError(f"kind is {kind!r}: expected one of {', '.join(map(repr, KINDS))}")
    places = _places(simulation, edges)
    every = -(-time.size // MOST_RECORDS)
    time, rows = time[::every], rows[:, places].T[:, ::every]
    chosen = [simulation.network.edges[place] for place in places]
    with styled():
        ax = panel(ax, (6.8, 3.6))
        (_image if kind == "image" else _lines)(ax, time, rows, chosen)
        ax.set_xlim(time[0], time[-1])
        ax.set_xlabel("time")
        return figure_of(ax)


def _records(simulation: Simulation) -> tuple[NDArray[np.float64], Floats]:
    """Return the records, and before them the weights of the beginning."""
    if not isinstance(simulation, Simulation):
        raise ParameterError(
            f"simulation is of type {type(simulation).__name__}: expected what neurograph.simulate returns"
        )
    time, weights = simulation.weight_time, simulation.weights
    if time is None or weights is None or not time.size:
        raise ParameterError(
            "simulation has no records of weights: expected one of a network that learns, such as that of "
            "neurograph.simulate(network, x, dt=0.1, rule=rules.oja(), learning_rate=0.1, record_weights=1)"
        )
    before = time[0] - (time[1] - time[0] if time.size > 1 else time[0])
    return np.append(before, time), np.concatenate([simulation.network.weights[None], weights])


def _places(simulation: Simulation, edges: Sequence[tuple[Hashable, Hashable]] | None) -> list[int]:
    """Return where the edges stand among those of the network."""
    network = simulation.network
    if edges is None:
        plastic: list[int] = np.flatnonzero(network.connectivity.plastic).tolist()
        return plastic or list(range(len(network.edges)))
    if isinstance(edges, str) or not isinstance(edges, Sequence) or not edges:
        raise ParameterError(f"edges is {edges!r}: expected a list of some of simulation.network.edges, or None")
    place = {edge: k for k, edge in enumerate(network.edges)}
    for edge in edges:
        if not isinstance(edge, tuple) or edge not in place:
            raise ParameterError(f"edge {edge!r} is not in the network: expected some of simulation.network.edges")
    return [place[edge] for edge in edges]


def _labels(edges: Sequence[tuple[Hashable, Hashable]]) -> list[str]:
    short = dict(zip(ends := list(dict.fromkeys(end for edge in edges for end in edge)), names(ends), strict=True))
    return [f"{short[pre]} → {short[post]}" for pre, post in edges]


def _lines(ax: Axes, time: NDArray[np.float64], rows: Floats, edges: Sequence[tuple[Hashable, Hashable]]) -> None:
    shown = list(range(len(edges)))
    if len(edges) > FEW:
        for low, high, dark in BANDS:
            lower, upper = np.percentile(rows, (low, high), axis=0)
            label = f"{low}th to {high}th percentile"
            ax.fill_between(time, lower, upper, color=GREY, alpha=dark, linewidth=0, label=label)
        median = np.median(rows, axis=0)
        ax.plot(time, median, color=GREY, linewidth=1.8, linestyle=(0, (1.5, 1)), label=f"median of {len(edges):,}")
        shown = sorted(np.argsort(-np.ptp(rows, axis=1), kind="stable")[:BESIDE].tolist())
    for k, label in enumerate(_labels([edges[place] for place in shown])):
        ax.plot(time, rows[shown[k]], color=SERIES[k], label=label, linewidth=1.3)
    ax.axhline(0.0, color=INK, linewidth=0.5, zorder=0)
    ax.set_ylabel("weight")
    ax.legend(loc="upper left", bbox_to_anchor=(1.01, 1.0), borderaxespad=0.0, handlelength=1.6, labelspacing=0.4)


def _image(ax: Axes, time: NDArray[np.float64], rows: Floats, edges: Sequence[tuple[Hashable, Hashable]]) -> None:
    """Draw the records, each from the one before it to its own time."""
    rows = rows[:, 1:]
    largest = float(np.abs(rows).max(initial=0.0)) or 1.0
    signed = bool(rows.min(initial=0.0) < 0.0)
    colours = signed_colours() if signed else upper_half(signed_colours())
    image = ax.imshow(
        rows, colours, vmin=-largest if signed else 0.0, vmax=largest, aspect="auto", interpolation="nearest",
        extent=(float(time[0]), float(time[-1]), len(edges) - 0.5, -0.5),
    )  # fmt: skip
    ax.spines[:].set_visible(False)
    if len(edges) <= MOST_NAMED:
        ax.set_yticks(range(len(edges)), _labels(edges), fontsize=SMALL if len(edges) <= 18 else 5.5)
        ax.tick_params(axis="y", length=0)
    else:
        ax.set_ylabel("edge, in order")
    figure_of(ax).colorbar(image, ax=ax, label="weight", pad=0.02, fraction=0.05).outline.set_visible(False)
