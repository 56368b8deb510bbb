"""Networks to draw, and what is read off a figure."""

from __future__ import annotations

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.patches import FancyArrowPatch

import neurograph as ng
from neurograph import plots


def complete(seed=0, scale=0.8, hidden=5, **options):
    return ng.topologies.complete(inputs=2, hidden=hidden, outputs=1, bias=True, scale=scale, seed=seed, **options)


def lines(ax):
    """Lines of data: those with more than the two points of a rule across the axes."""
    return [line for line in ax.lines if len(line.get_xdata()) > 2]


def boundary(ax):
    """Where the line across the axes stands that parts the phases."""
    (place,) = (x[0] for x in (line.get_xdata() for line in ax.lines) if len(x) == 2 and x[0] == x[1])
    return place


def arrows(figure):
    """The drawn edges, by their ids."""
    return {patch.get_gid(): patch for patch in figure.axes[0].patches if isinstance(patch, FancyArrowPatch)}


def nodes(figure):
    """The drawn nodes, by their ids."""
    return {patch.get_gid(): patch for patch in figure.axes[0].patches if not isinstance(patch, FancyArrowPatch)}


def drawn(figure):
    """Draw it, so that everything has its place on the canvas; give the renderer."""
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    return canvas.get_renderer()


NAMES = ["weights", "decision", "convergence", "cost", "network", "gradient", "lyapunov"]


def every(network, fit):
    return {
        "weights": lambda **options: plots.weights(network, **options),
        "decision": lambda **options: plots.decision(network, grid=3, x=X, y=Y, **options),
        "convergence": lambda **options: plots.convergence(network, X, Y, solver=EULER, sample="all", **options),
        "cost": lambda **options: plots.cost([fit, fit], **options),
        "network": lambda **options: plots.network(network, **options),
        "lyapunov": lambda **options: plots.lyapunov(network, X, **options),
        "gradient": lambda **options: plots.gradient(
            {"exact": history(1.0, 1.0), "near": history(0.4, 0.6)}, **options
        ),
    }


def history(*cosines, relative_error=0.1):
    """A history whose checks have these cosines."""
    nothing = np.zeros(0)
    return [
        ng.GradientCheck("a rule", cosine, relative_error * 10.0**-k, *[nothing] * 4, settled=1.0, learned=1.0)
        for k, cosine in enumerate(cosines)
    ]


X, Y = ng.tasks.logic("xor")


EULER = ng.solvers.Euler(dt=0.05, steps=400, tol=1e-6)
