"""How a network settles: states and residual over the steps of the free and the nudged phase."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from neurograph.equilibrium import Equilibrium, Solver, Trajectory
from neurograph.errors import ParameterError
from neurograph.network import Floats, Network
from neurograph.plots.style import GREY, INK, LINES, SERIES, SMALL, figure_of, panels, short, styled
from neurograph.settling import checked_inputs, checked_network, checked_targets, settle
from neurograph.solvers import Euler

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MOST_NAMES = 12
"""Lines up to which the legend names each output."""


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
    beta: float = 1.0,
    solver: Solver | None = None,
    sample: int | Literal["all"] = 0,
    ax: Sequence[Axes] | None = None,
) -> Figure:
    r"""Draw how the free nodes settle: the free phase, then the nudged phase from where it ended.

    Above, the states: outputs in colour and their targets dotted, hidden nodes in grey. Below, the residual

    .. math:: \max_j |P(\dot s_j + \beta (y_j - s_j))|

    in which P leaves out what pushes a node at the border of the box further out.

    Parameters
    ----------
    network : Network
    x : array (samples, inputs)
    y : array (samples, outputs)
    beta : float
        Nudging strength.
    solver : Solver, optional
        One that keeps a trajectory; default ``neurograph.solvers.Euler()``.
    sample : int or "all"
        Which row of x and y; "all" overlays every row.
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
        If there is no such sample, the solver keeps no trajectory, or `ax` is not two Axes.
    DivergenceError
        If a sample diverges.
    NeurographError
        If matplotlib is not installed.
    """
    network = checked_network(network)
    inputs = checked_inputs(network, x)
    targets = checked_targets(network, y, inputs.shape[0])
    samples = _chosen(sample, inputs.shape[0])
    solver = Euler() if solver is None else solver
    phases = _settled(network, inputs[samples], targets[samples], beta, solver)
    with styled():
        upper, lower = panels(ax, (7.2, 4.4), (3.0, 2.0))
        looks = _looks(network, samples)
        _draw_states(upper, network, phases, targets[samples], looks)
        _draw_residual(lower, phases, looks, getattr(solver, "tol", 0.0))
        _mark_phases(upper, lower, phases, beta)
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
    nudged = settle(network, x, y=y, beta=beta, solver=solver, start=free.state, record=1)
    before, after = (_walked(phase, solver) for phase in (free, nudged))
    return _Phases(
        states=np.concatenate([before, after[:, 1:]], axis=1),
        boundary=before.shape[1] - 1,
        free_residual=_residual(network, before, y, 0.0),
        nudged_residual=_residual(network, after, y, beta),
    )


def _walked(phase: Equilibrium, solver: Solver) -> Floats:
    """Give the states (samples, frames, nodes) up to the last step that any sample took."""
    kept: Trajectory | None = phase.trajectory
    if kept is None:
        raise ParameterError(
            f"solver is {solver!r}, which keeps no trajectory: expected one that does, such as neurograph.solvers.Euler()"
        )
    return kept.state[:, kept.steps <= phase.steps.max()]


def _residual(network: Network, states: Floats, y: Floats, beta: float) -> Floats:
    """Give the largest move that the box allows (samples, frames), nudged towards y."""
    samples, frames, n = states.shape
    moving = network.drift(states.reshape(-1, n)).reshape(states.shape)
    outputs = network.wiring.outputs
    moving[..., outputs] += beta * (y[:, None, :] - states[..., outputs])
    low, high = network.dynamics.box or (-np.inf, np.inf)
    outward = ((states <= low) & (moving < 0.0)) | ((states >= high) & (moving > 0.0))
    return np.asarray(np.where(outward, 0.0, np.abs(moving)).max(axis=2))


def _looks(network: Network, samples: NDArray[np.int64]) -> list[list[dict[str, Any]]]:
    """Give colour, dashes and label of each output's line, for each sample."""
    names = [short(network.nodes[place]) for place in network.wiring.outputs]
    count = len(names)
    looks = []
    for row, sample in enumerate(samples):
        line = []
        for column, name in enumerate(names):
            place = row * count + column
            of_sample = f"sample {sample}" if count == 1 else f"output {name}, sample {sample}"
            line.append(
                {
                    "color": SERIES[place % len(SERIES)],
                    "linestyle": LINES[place % len(LINES)],
                    "label": f"output {name}" if samples.size == 1 else of_sample,
                }
            )
        looks.append(line)
    return looks


def _draw_states(
    ax: Axes, network: Network, phases: _Phases, targets: Floats, looks: list[list[dict[str, Any]]]
) -> None:
    wiring, last = network.wiring, phases.states.shape[1] - 1
    hidden = np.setdiff1d(wiring.free, wiring.outputs)
    for row, states in enumerate(phases.states):
        lines = ax.plot(states[:, hidden], color=GREY, linewidth=0.7, alpha=0.7, zorder=2)
        if lines and row == 0:
            lines[0].set_label("hidden")
        for column, look in enumerate(looks[row]):
            ax.plot(states[:, wiring.outputs[column]], linewidth=1.9, zorder=3, **look)
            ax.hlines(
                targets[row, column], phases.boundary, last, color=look["color"], linestyle=":", linewidth=1.2, zorder=2
            )
    ax.plot([], [], color=INK, linestyle=":", linewidth=1.2, label="target")
    ax.set(ylabel="state")
    handles, labels = ax.get_legend_handles_labels()
    named = len(handles) <= MOST_NAMES
    ax.legend(
        handles if named else [], labels if named else [],
        loc="upper left", bbox_to_anchor=(1.01, 1.0), borderaxespad=0.0,
    )  # fmt: skip


def _draw_residual(
    ax: Axes, phases: _Phases, looks: list[list[dict[str, Any]]], tolerance: float
) -> None:
    boundary = phases.boundary
    single = len(looks) == 1
    for look, free, nudged in zip(looks, phases.free_residual, phases.nudged_residual, strict=True):
        own = {"color": INK} if single else {name: look[0][name] for name in ("color", "linestyle")}
        ax.plot(np.arange(free.size), _positive(free), linewidth=1.2, **own)
        ax.plot(boundary + np.arange(nudged.size), _positive(nudged), linewidth=1.2, **own)
    if tolerance > 0.0:
        ax.axhline(tolerance, color=GREY, linewidth=0.8, linestyle="--")
        ax.annotate(
            "tolerance", (1.0, tolerance), xycoords=("axes fraction", "data"), xytext=(5, 0),
            textcoords="offset points", va="center", fontsize=SMALL, color=GREY, annotation_clip=False,
        )  # fmt: skip
    ax.set(xlabel="step", ylabel="residual", yscale="log")


def _positive(residual: Floats) -> Floats:
    """Leave out what a log scale cannot show."""
    return np.where(residual > 0.0, residual, np.nan)


def _mark_phases(upper: Axes, lower: Axes, phases: _Phases, beta: float) -> None:
    last = phases.states.shape[1] - 1
    for ax in (upper, lower):
        ax.set_xlim(0, last)
        ax.axvline(phases.boundary, color=INK, linewidth=0.8)
        ax.axvspan(phases.boundary, last, color="#F3F3F3", linewidth=0, zorder=0)
        ax.xaxis.get_major_locator().set_params(integer=True)
    upper.tick_params(labelbottom=False)
    for text, place, side in (("free phase", 0.0, "left"), (f"nudged phase (β = {beta:g})", 1.0, "right")):
        upper.annotate(
            text, (place, 1.0), xycoords="axes fraction", xytext=(0, 3), textcoords="offset points",
            ha=side, va="bottom", color=INK,
        )  # fmt: skip
