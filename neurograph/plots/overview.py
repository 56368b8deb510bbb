"""One page of a run: how it learned, what it answers, and the graph that is left."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from numpy.typing import ArrayLike

from neurograph.network.network import Network
from neurograph.plots import boundary, drawing, epochs, heatmap
from neurograph.plots.style import styled
from neurograph.training.state import TrainingState

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def overview(fits: TrainingState | Sequence[TrainingState], pruned: Network, x: ArrayLike, y: ArrayLike) -> Figure:
    """Draw one page of a task with two inputs: learning, decision map, weights, and the pruned network.

    Parameters
    ----------
    fits : TrainingState, or sequence of TrainingState
        The runs; the decision map and the weight matrix are those of the first one's network.
    pruned : Network
        What pruning left of it.
    x : array (samples, 2)
        The samples of the task, which the decision map marks.
    y : array (samples, outputs)
        Their targets.

    Returns
    -------
    matplotlib.figure.Figure
        With the panels of :func:`cost`, :func:`decision`, :func:`weights` and :func:`network`.

    Raises
    ------
    ParameterError
        If `fits` is neither a TrainingState nor a sequence of at least one, or the network has not two inputs.
    DataError
        If x or y does not fit the network.
    MissingPackageError
        If matplotlib is not installed.

    Examples
    --------
    >>> import neurograph as ng
    >>> network = ng.compile(ng.topologies.complete(inputs=2, hidden=2, outputs=1, seed=0))
    >>> x, y = ng.tasks.logic("and")
    >>> fit = ng.train(network, x, y, epochs=5, seed=0)
    >>> pruned = ng.prune(fit.network, ng.pruning.magnitude(fraction=0.2)).network
    >>> figure = ng.plots.overview(fit, pruned, x, y)
    >>> [axes.get_ylabel() for axes in figure.axes if axes.get_ylabel()]
    ['cost', 'share of errors', 'input x1', 'output y0', 'postsynaptic', 'weight']
    """
    runs = epochs.checked_fits(fits)
    with styled():
        from neurograph.plots.figure import ShownFigure

        figure = ShownFigure(figsize=(12, 9), layout="constrained")
        parts = figure.subfigures(2, 2, squeeze=False, wspace=0.04, hspace=0.04)
        (learning, deciding), (weighing, drawn) = parts
        epochs.cost(runs, ax=learning.subplots(2, 1, sharex=True, height_ratios=(3, 2)))
        boundary.decision(runs[0].network, x, y, ax=deciding.subplots())
        heatmap.weights(runs[0].network, ax=weighing.subplots())
        drawing.network(pruned, ax=drawn.subplots())
    return figure
