"""What a network does in time: its states as lines or as an image, and above them what drives it."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from neurograph._checks import checked_whole
from neurograph.drawing.looks import INK
from neurograph.errors import ParameterError
from neurograph.plots.style import (
    LINES,
    SERIES,
    SMALL,
    figure_of,
    names,
    panels,
    signed_colours,
    styled,
    upper_half,
)  # fmt: skip
from neurograph.simulation.result import Simulation

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from neurograph._arrays import Floats

KINDS = ("auto", "lines", "image")

FEW = len(SERIES)
"""Most lines that "auto" draws: each has a colour of its own."""

MOST_NAMED = 30
"""Most nodes that are named, in a legend or beside an image."""

MOST_THIN = 12
"""Most rows that are named beside the image of a stimulus."""

GRID, STIMULUS = "#E3E3E3", "stimulus"

MOST_FRAMES = 4000
"""Frames of an image beyond which they are thinned: more than a figure shows apart."""


def activity(
    simulation: Simulation,
    *,
    sample: int = 0,
    nodes: Sequence[Hashable] | None = None,
    kind: str = "auto",
    ax: Axes | Sequence[Axes] | None = None,
) -> Figure:
    """Draw the states of a simulation over time, and above them its inputs and currents.

    Of complex states, those of a unitary network, the moduli are drawn.

    Parameters
    ----------
    simulation : Simulation
        From :func:`neurograph.simulate`.
    sample : int
        Which one, a row of ``simulation.states``.
    nodes : sequence of labels, optional
        Which nodes, in this order; default: the recorded ones that are not clamped.
    kind : {"auto", "lines", "image"}
        A line for each node, or a row of an image; "auto" draws lines of up to 8 nodes.
    ax : matplotlib.axes.Axes, or two of them, optional
        Where to draw, the stimulus first, if there is one; default: a new figure.

    Returns
    -------
    matplotlib.figure.Figure
        An image holds the states (nodes, frames).

    Raises
    ------
    ParameterError
        If `simulation` is something else or has no frames, there is no such sample, node or kind, or `ax` is not as
        many Axes as there are panels.
    MissingPackageError
        If matplotlib is not installed.

    Examples
    --------
    >>> import neurograph as ng
    >>> graph = ng.topologies.layered(inputs=1, hidden=(4,), outputs=1, seed=0)
    >>> network = ng.compile(graph, ng.dynamics.additive("tanh"))
    >>> simulation = ng.simulate(network, [[[0.0], [1.0]]], dt=0.1, hold=5.0)
    >>> figure = ng.plots.activity(simulation)
    """
    if not isinstance(simulation, Simulation):
        raise ParameterError(
            f"simulation is of type {type(simulation).__name__}: expected what neurograph.simulate returns"
        )
    sample = checked_sample(simulation, sample)
    if kind not in KINDS:
        raise ParameterError(f"kind is {kind!r}: expected one of {', '.join(map(repr, KINDS))}")
    places = _places(simulation, nodes)
    states, unit = _real(simulation.states[sample, :, places])
    labels = names([simulation.nodes[place] for place in places])
    drive, titles = _stimulus(simulation, sample)
    steps = simulation.network.dynamics.kind == "unitary"
    as_image = kind == "image" or (kind == "auto" and len(places) > FEW)
    with styled():
        heights, size = ((1.0, 3.0), (6.8, 4.2)) if titles else ((1.0,), (6.8, 3.2))
        axes = panels(ax if ax is None or titles else (ax,), size, heights)  # type: ignore[arg-type]
        if titles:
            draw = _image if len(titles) > FEW else _held
            draw(axes[0], simulation.time, drive, titles, STIMULUS)
            axes[0].tick_params(labelbottom=False)
        draw = _image if as_image else _lines
        draw(axes[-1], simulation.time, states, labels, unit)
        for one in axes:
            one.set_xlim(_before(simulation.time), simulation.time[-1])
        axes[-1].set_xlabel("step" if steps else "time")
        return figure_of(axes[0])


def checked_sample(simulation: Simulation, sample: int) -> int:
    """Return the row of a sample, of a simulation that has frames.

    Raises
    ------
    ParameterError
        If there is no such sample, or no frame.
    """
    batch, frames, _ = simulation.states.shape
    if not frames:
        raise ParameterError("simulation has no frames: expected one at least, recorded more often or simulated longer")
    if checked_whole("sample", sample, 0) >= batch:
        raise ParameterError(f"sample is {sample}, but there are {batch}: expected a whole number below {batch}")
    return sample


def _places(simulation: Simulation, nodes: Sequence[Hashable] | None) -> list[int]:
    """Return where the nodes stand among those recorded."""
    recorded = {node: place for place, node in enumerate(simulation.nodes)}
    if nodes is None:
        network = simulation.network
        free = {network.nodes[place] for place in network.connectivity.free.tolist()}
        return [place for node, place in recorded.items() if node in free] or list(recorded.values())
    if isinstance(nodes, str) or not isinstance(nodes, Sequence) or not nodes:
        raise ParameterError(f"nodes is {nodes!r}: expected a list of some of simulation.nodes, or None")
    for node in nodes:
        if node not in recorded:
            raise ParameterError(f"node {node!r} is not among the recorded nodes: expected some of simulation.nodes")
    return [recorded[node] for node in nodes]


def _real(states: NDArray[np.generic]) -> tuple[Floats, str]:
    return (np.abs(states), "|state|") if np.iscomplexobj(states) else (np.asarray(states), "state")


def _stimulus(simulation: Simulation, sample: int) -> tuple[Floats, list[str]]:
    """Return what drives the network (rows, frames), and what each row is."""
    network, currents = simulation.network, simulation.currents
    inputs = np.asarray(simulation.inputs[sample]).T
    rows = [*inputs, *(np.asarray(one)[sample] for one in currents.values())]
    titles = names([network.nodes[place] for place in network.connectivity.inputs.tolist()])
    titles = [*titles[: len(inputs)], *(f"into {name}" for name in names(list(currents)))]
    return np.array(rows, np.float64).reshape(len(titles), simulation.time.size), titles


def _before(time: NDArray[np.float64]) -> float:
    """Return when what led to the first frame began."""
    return float(time[0] - (time[1] - time[0] if time.size > 1 else time[0]))


def _held(ax: Axes, time: NDArray[np.float64], rows: Floats, labels: list[str], unit: str) -> None:
    """Draw values that were in force before each frame."""
    time, rows = np.append(_before(time), time), np.concatenate([rows[:, :1], rows], axis=1)
    for k, (row, label) in enumerate(zip(rows, labels, strict=True)):
        ax.plot(time, row, color=SERIES[k % FEW], linewidth=1.2, drawstyle="steps-pre", label=label)
    ax.axhline(0.0, color=GRID, linewidth=0.6, zorder=0)  # zero is always in sight
    ax.margins(y=0.15)
    ax.set_ylabel(unit)
    ax.legend(loc="lower left", bbox_to_anchor=(0.0, 1.0), borderaxespad=0.2, handlelength=1.6, ncols=4)


def _lines(ax: Axes, time: NDArray[np.float64], rows: Floats, labels: list[str], unit: str) -> None:
    crowd = len(labels) > MOST_NAMED
    for k, (row, label) in enumerate(zip(rows, labels, strict=True)):
        colour, line = (INK, "-") if crowd else (SERIES[k % FEW], LINES[k // FEW % len(LINES)])
        ax.plot(
            time, row, color=colour, linestyle=line, label=label, linewidth=0.6 if crowd else 1.4,
            alpha=0.35 if crowd else 1.0, marker="o" if time.size == 1 else None,
        )  # fmt: skip
    ax.set_ylabel(unit)
    ax.grid(axis="y", color=GRID, linewidth=0.6)
    ax.set_axisbelow(True)
    if len(labels) <= MOST_NAMED:
        ax.legend(
            loc="upper left", bbox_to_anchor=(1.01, 1.0), borderaxespad=0.0, handlelength=1.6, labelspacing=0.3,
            ncols=1 + (len(labels) - 1) // 16,
        )  # fmt: skip


def _image(ax: Axes, time: NDArray[np.float64], rows: Floats, labels: list[str], unit: str) -> None:
    every = -(-time.size // MOST_FRAMES)
    rows = rows[:, ::every]
    largest = float(np.max(np.abs(rows), initial=0.0, where=np.isfinite(rows))) or 1.0
    signed = bool(np.min(rows, initial=0.0, where=np.isfinite(rows)) < 0.0)
    colours = signed_colours() if signed else upper_half(signed_colours())
    image = ax.imshow(
        rows, colours, vmin=-largest if signed else 0.0, vmax=largest, aspect="auto", interpolation="nearest",
        extent=(_before(time), float(time[-1]), len(labels) - 0.5, -0.5),
    )  # fmt: skip
    ax.spines[:].set_visible(False)
    thin = unit == STIMULUS
    if len(labels) <= (MOST_THIN if thin else MOST_NAMED):
        ax.set_yticks(range(len(labels)), labels, fontsize=5.0 if thin else SMALL if len(labels) <= 18 else 5.5)
        ax.tick_params(axis="y", length=0)
        ax.set_ylabel(unit if thin else "")
    else:
        ax.set_ylabel(unit if thin else "node, in order")
    bar = figure_of(ax).colorbar(image, ax=ax, label="" if thin else unit, pad=0.02, fraction=0.05)
    bar.outline.set_visible(False)
