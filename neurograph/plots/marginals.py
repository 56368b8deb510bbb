"""Marginals of binary neurons as they were sampled, beside the exact ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from neurograph.drawing.looks import GREY, INK
from neurograph.errors import ParameterError
from neurograph.network.network import Network
from neurograph.plots.style import BLUE, PALE, SMALL, figure_of, names, panels, styled
from neurograph.sampling.energy import exact_distribution
from neurograph.sampling.result import Samples

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MOST_NAMED = 24
"""Most neurons whose names stand in the picture."""


def marginals(samples: Samples, *, ax: Sequence[Axes] | None = None) -> Figure:
    """Draw P(s = 1) of each free neuron as it was sampled, beside the exact one, and how far the two are apart.

    Bars are two standard errors long on either side; the lower panel is in standard errors, and its band holds 95 of
    100 neurons, if the samples are right.

    Parameters
    ----------
    samples : Samples
        From :func:`neurograph.sample`, of at most 20 free neurons, all chains held alike.
    ax : two matplotlib.axes.Axes, optional
        Where to draw; default: a new figure.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    ParameterError
        If `samples` is something else, chains are held differently, the neurons are too many or have no energy, or
        `ax` is not two Axes.
    MissingPackageError
        If matplotlib is not installed.

    Examples
    --------
    >>> import networkx as nx, neurograph as ng
    >>> graph = nx.DiGraph([("a", "b", {"weight": 1.0}), ("b", "a", {"weight": 1.0})])
    >>> nx.set_node_attributes(graph, "output", "role")
    >>> figure = ng.plots.marginals(ng.sample(ng.compile(graph, ng.dynamics.binary()), seed=0))
    """
    network, exact = _exact(samples)
    moving = np.flatnonzero(~samples.held[0])
    moving = moving[np.argsort(exact[moving], kind="stable")]
    sampled, error = samples.marginals[moving], np.nan_to_num(samples.standard_errors[moving])
    wanted, places = exact[moving], np.arange(moving.size)
    with styled():
        upper, lower = panels(ax, (5.6, 4.2), (3.0, 1.4))
        upper.bar(places, wanted, width=0.72, color=PALE, edgecolor=GREY, linewidth=0.6, label="exact")
        upper.errorbar(
            places, sampled, 2.0 * error, fmt="o", color=BLUE, markersize=3.5, elinewidth=1.2, capsize=2.5,
            label="sampled, ± 2 standard errors",
        )  # fmt: skip
        upper.set(ylabel="P(s = 1)", ylim=(0.0, 1.0))
        upper.tick_params(labelbottom=False, bottom=False)
        upper.legend(loc="lower right", bbox_to_anchor=(1.0, 1.0), ncols=2, borderaxespad=0.2)
        apart = np.divide(sampled - wanted, error, out=np.zeros(moving.size), where=error > 0.0)
        largest = max(3.0, 1.1 * float(np.abs(apart).max(initial=0.0)))
        lower.axhspan(-2.0, 2.0, color=PALE, linewidth=0.0)
        lower.axhline(0.0, color=GREY, linewidth=0.7)
        lower.vlines(places, 0.0, apart, BLUE, linewidth=1.4)
        lower.plot(places, apart, "o", color=BLUE, markersize=3.5)
        lower.set(ylabel="apart, in\nstandard errors", ylim=(-largest, largest), xlim=(-0.7, moving.size - 0.3))
        if moving.size <= MOST_NAMED:
            labels = names([network.nodes[place] for place in moving])
            long = sum(map(len, labels)) > 60
            lower.set_xticks(places, labels, rotation=90 if long else 0, fontsize=SMALL, color=INK)
        lower.set_xlabel("neuron, by its exact marginal")
        return figure_of(upper)


def _exact(samples: Samples) -> tuple[Network, NDArray[np.float64]]:
    if not isinstance(samples, Samples):
        raise ParameterError(f"samples is of type {type(samples).__name__}: expected what neurograph.sample returns")
    network, outputs = samples.network, samples.network.connectivity.outputs
    held, first = samples.held[:, outputs], samples.states[:, 0][:, outputs]
    if not ((held == held[0]).all() and (first[held] == np.broadcast_to(first[0], held.shape)[held]).all()):
        raise ParameterError(
            "samples has chains that are held differently, each with marginals of its own: expected samples of one "
            "row of x"
        )
    x = np.where(held[0], first[0], np.nan)[None]
    return network, np.asarray(exact_distribution(network, x).marginals, np.float64)
