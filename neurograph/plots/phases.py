"""How a network settles: states and residual over the steps of the free and the nudged phase."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from neurograph._arrays import Floats
from neurograph._checks import checked_number
from neurograph.drawing.looks import GREY, INK
from neurograph.equations.neuron import pressed
from neurograph.errors import ParameterError
from neurograph.network.inputs import checked_inputs, checked_network, checked_targets
from neurograph.network.network import Network
from neurograph.plots.style import LINES, SERIES, SMALL, figure_of, names, panels, styled
from neurograph.solvers import Euler
from neurograph.solvers.base import Solver
from neurograph.solvers.result import Equilibrium, Trajectory
from neurograph.solvers.settle import settle
from neurograph.training.config import DEFAULT_BETA

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

LEAST_SHARE = 0.25
"""Least share of the time axis for each phase."""

Look = dict[str, Any]
"""Colour, dashes, width and label of a line."""


@dataclass(frozen=True)
class _Phases:
    """Both phases of some samples: frames 0 to `boundary` are free, those from it on nudged."""

    states: Floats  # (samples, frames, nodes)
    boundary: int
    free_residual: Floats  # (samples, boundary + 1)
    nudged_residual: Floats  # (samples, frames - boundary)


def convergence(
    network: Network,
    x: ArrayLike,
    y: ArrayLike,
    *,
    beta: float = DEFAULT_BETA,
    solver: Solver | None = None,
    sample: int | Literal["all"] = 0,
    ax: Sequence[Axes] | None = None,
) -> Figure:
    r"""Draw how the free nodes settle: the free phase, then the nudged phase from where it ended.

    Above, the states: outputs in colour and their targets dotted, hidden nodes in grey. Below, the residual

    .. math:: \max_j |P(\dot s_j + \beta (y_j - s_j))|

    in which P leaves out what pushes a node at the border of the box further out. A sample that has come to rest
    keeps its state. A phase that is much shorter than the other is stretched, and the axis says so. The residual is on
    a log scale; a phase in which it is 0 throughout says so in words.

    Parameters
    ----------
    network : Network
    x : array (samples, inputs)
    y : array (samples, outputs)
    beta : float
        Nudging strength; the default is that of :func:`neurograph.train`.
    solver : Solver, optional
        One that keeps a trajectory; default ``neurograph.solvers.Euler()``.
    sample : int or "all"
        Which row of x and y, as the legend says; "all" overlays every row.
    ax : two matplotlib.axes.Axes, optional
        Where to draw states and residual; default: a new figure.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    DataError
        If x or y does not fit the network.
    ParameterError
        If beta is no number, there is no such sample, the solver keeps no trajectory, or `ax` is not two Axes.
    DivergenceError
        If a sample diverges.
    MissingPackageError
        If matplotlib is not installed.

    Examples
    --------
    >>> import neurograph as ng
    >>> network = ng.compile(ng.topologies.complete(inputs=2, hidden=5, outputs=1, seed=0))
    >>> x, y = ng.tasks.logic("xor")
    >>> figure = ng.plots.convergence(network, x, y, sample=3)
    """
    network = checked_network(network)
    inputs = checked_inputs(network, x)
    targets = checked_targets(network, y, inputs.shape[0])
    samples = _chosen(sample, inputs.shape[0])
    beta = checked_number("beta", beta)
    solver = Euler() if solver is None else solver
    phases = _settled(network, inputs[samples], targets[samples], beta, solver)
    with styled():
        upper, lower = panels(ax, (7.2, 4.4), (3.0, 2.0))
        looks = _looks(network, samples)
        _draw_states(upper, network, phases, targets[samples], looks)
        shown = f"sample {samples[0]}" if samples.size == 1 else f"all {samples.size} samples"
        upper.legend(
            title=shown, alignment="left", loc="upper left", bbox_to_anchor=(1.01, 1.0), borderaxespad=0.0,
            handlelength=2.6,
        )  # fmt: skip
        _draw_residual(lower, phases, looks, getattr(solver, "tol", 0.0))
        for each in (upper, lower):
            _mark_phases(each, phases.boundary, phases.states.shape[1] - 1)
        _name_phases(upper, lower, beta)
        return figure_of(upper)


def _chosen(sample: int | str, count: int) -> NDArray[np.int64]:
    if isinstance(sample, str) and sample == "all":
        return np.arange(count)
    whole = isinstance(sample, (int, np.integer)) and not isinstance(sample, bool)
    if not whole or not 0 <= int(sample) < count:
        raise ParameterError(f"sample is {sample!r}: expected a whole number from 0 to {count - 1}, or 'all'")
    return np.array([int(sample)])


def _settled(network: Network, x: Floats, y: Floats, beta: float, solver: Solver) -> _Phases:
    free = settle(network, x, solver=solver, record=1)
    nudged = settle(network, x, y=y, beta=beta, solver=solver, start=free.full, record=1)
    before, after = (_states(phase, solver) for phase in (free, nudged))
    return _Phases(
        states=np.concatenate([before, after[:, 1:]], axis=1),
        boundary=before.shape[1] - 1,
        free_residual=_residual(network, before, y, 0.0),
        nudged_residual=_residual(network, after, y, beta),
    )


def _states(phase: Equilibrium, solver: Solver) -> Floats:
    """Return the full states (samples, frames, state_size) up to the last step that any sample took."""
    kept: Trajectory | None = phase.trajectory
    if kept is None:
        raise ParameterError(
            f"solver is {solver!r}, which keeps no trajectory: expected one that does, such as solvers.Euler()"
        )
    return kept.full[:, kept.steps <= phase.steps.max()]


def _residual(network: Network, states: Floats, y: Floats, beta: float) -> Floats:
    """Return the largest move that the box allows (samples, frames), nudged towards y."""
    # The drift, F_j(s) + beta (y_j - s_j) at outputs; what presses a node against its box does not count.
    each = zip(states, y, strict=True)
    moving = np.stack([network.drift(frames, target, beta) for frames, target in each])
    s, speed = network.parted(states)[0], np.abs(moving)
    own = speed[..., : s.shape[-1]]
    own[pressed(s, moving[..., : s.shape[-1]], *network.box) != 0] = 0.0
    return np.asarray(speed.max(axis=2))


def _looks(network: Network, samples: NDArray[np.int64]) -> list[list[Look]]:
    """Return how each output's line looks, for each sample: apart while there are few, else the same."""
    labels = names(network.nodes)
    outputs = [f"output {labels[place]}" for place in network.connectivity.outputs]
    count = len(outputs)
    each = samples.size * count <= len(SERIES)
    looks = []
    for row, sample in enumerate(samples):
        line = []
        for column, output in enumerate(outputs):
            place = row * count + column if each else (column if count <= len(SERIES) else 0)
            label = output if count <= len(SERIES) else "outputs"
            if each and samples.size > 1:
                label = f"sample {sample}" if count == 1 else f"{output}, sample {sample}"
            first = each or (row == 0 and place == column)
            line.append(
                {
                    "color": SERIES[place],
                    "linestyle": LINES[place % len(LINES)],
                    "linewidth": 1.9 if each else 1.2,
                    "label": label if first else "_",
                }
            )
        looks.append(line)
    return looks


def _draw_states(ax: Axes, network: Network, phases: _Phases, targets: Floats, looks: list[list[Look]]) -> None:
    connectivity, last = network.connectivity, phases.states.shape[1] - 1
    hidden = np.setdiff1d(connectivity.free, connectivity.outputs)
    for row, states in enumerate(phases.states):
        lines = ax.plot(states[:, hidden], color=GREY, linewidth=0.7, alpha=0.6, zorder=2)
        if lines and row == 0:
            lines[0].set_label("hidden")
        for column, look in enumerate(looks[row]):
            ax.plot(states[:, connectivity.outputs[column]], zorder=3, **look)
            ax.hlines(
                targets[row, column], phases.boundary, last, color=look["color"], linestyle=":", linewidth=1.3, zorder=4
            )
    ax.plot([], [], color=INK, linestyle=":", linewidth=1.3, label="target")
    ax.set(ylabel="state")


def _draw_residual(ax: Axes, phases: _Phases, looks: list[list[Look]], tolerance: float) -> None:
    """Draw the residual of each sample, in its output's colour where that is its own."""
    own = len(looks) > 1 and len(looks[0]) == 1
    for line, free, nudged in zip(looks, phases.free_residual, phases.nudged_residual, strict=True):
        look = {name: line[0][name] for name in ("color", "linestyle")} if own else {"color": INK}
        ax.plot(np.arange(free.size), _positive(free), linewidth=1.1, **look)
        ax.plot(phases.boundary + np.arange(nudged.size), _positive(nudged), linewidth=1.1, **look)
    ax.set(ylabel="residual")
    for residual, place, side in ((phases.free_residual, 0.02, "left"), (phases.nudged_residual, 0.98, "right")):
        if not np.any(residual > 0.0):
            ax.annotate(
                "at rest: 0", (place, 0.5), xycoords="axes fraction", ha=side, va="center", fontsize=SMALL, color=GREY
            )
    moving = np.concatenate([phases.free_residual.ravel(), phases.nudged_residual.ravel()])
    if not np.any(moving > 0.0):
        ax.set_yticks([])
        return
    shown = np.append(moving, tolerance)
    shown = shown[shown > 0.0]
    ax.set(yscale="log", ylim=(shown.min() / 3.0, shown.max() * 3.0))
    if tolerance > 0.0:
        ax.axhline(tolerance, color=GREY, linewidth=0.8, linestyle="--")
        ax.annotate(
            "tolerance", (1.0, tolerance), xycoords=("axes fraction", "data"), xytext=(5, 0),
            textcoords="offset points", va="center", fontsize=SMALL, color=GREY, annotation_clip=False,
        )  # fmt: skip


def _positive(residual: Floats) -> Floats:
    """Return the residual with NaN where a log scale cannot show it."""
    return np.where(residual > 0.0, residual, np.nan)


def _mark_phases(ax: Axes, boundary: int, last: int) -> None:
    """Shade the nudged phase, and stretch the shorter phase to its least share of the axis."""
    ax.axvline(boundary, color=INK, linewidth=0.8)
    ax.axvspan(boundary, last, color="#F3F3F3", linewidth=0, zorder=0)
    # The axis is piecewise linear: steps 0 to `boundary` take the share p of its length, the others 1 - p.
    share = float(np.clip(boundary / last, LEAST_SHARE, 1.0 - LEAST_SHARE))
    slopes = share / boundary, (1.0 - share) / (last - boundary)

    def place(step: ArrayLike) -> NDArray[np.float64]:
        steps = np.asarray(step, np.float64)
        return np.where(steps <= boundary, steps * slopes[0], share + (steps - boundary) * slopes[1])

    def step(place: ArrayLike) -> NDArray[np.float64]:
        places = np.asarray(place, np.float64)
        return np.where(places <= share, places / slopes[0], boundary + (places - share) / slopes[1])

    ax.set_xscale("function", functions=(place, step))
    ax.set_xlim(0, last)
    ax.set_xticks(_ticks(boundary, last, place))
    stretched = max(slopes) / min(slopes)
    which = "free" if slopes[0] > slopes[1] else "nudged"
    note = f" ({which} phase stretched {stretched:.2g} times)" if stretched > 1.001 else ""
    ax.set_xlabel(f"step{note}")


def _ticks(boundary: int, last: int, place: Callable[[ArrayLike], NDArray[np.float64]]) -> list[float]:
    """Return whole steps to name in each phase, none of them close to another on the axis."""
    from matplotlib.ticker import MaxNLocator

    ticks: list[float] = []
    for first, final in ((0, boundary), (boundary, last)):
        share = float(place(final) - place(first))
        locator = MaxNLocator(nbins=max(round(14 * share), 1), integer=True, steps=[1, 2, 5, 10], min_n_ticks=1)
        inside = [tick for tick in locator.tick_values(first, final) if first <= tick <= final]
        ticks += [tick for tick in inside if not ticks or place(tick) - place(ticks[-1]) > 0.06]
    return ticks


def _name_phases(upper: Axes, lower: Axes, beta: float) -> None:
    upper.set_xlabel("")
    upper.tick_params(labelbottom=False)
    lower.tick_params(labelbottom=True)
    for text, place, side in (("free phase", 0.0, "left"), (f"nudged phase (β = {beta:g})", 1.0, "right")):
        upper.annotate(
            text, (place, 1.0), xycoords="axes fraction", xytext=(0, 3), textcoords="offset points",
            ha=side, va="bottom", color=INK,
        )  # fmt: skip
