"""Figures: each function takes values and gives a new matplotlib Figure, which a notebook shows; nothing is saved.

Save one with ``figure.savefig("file.png")``, or ``.pdf`` or ``.svg``. No function touches pyplot, a display or
matplotlib's global settings; each draws on axes of one's own where `ax` is given. matplotlib is imported when
the first figure is drawn.
"""

from neurograph._checks import public_names
from neurograph.plots.activity import activity
from neurograph.plots.boundary import decision
from neurograph.plots.drawing import network
from neurograph.plots.epochs import cost
from neurograph.plots.gradient import gradient
from neurograph.plots.heatmap import weights
from neurograph.plots.infill import infill
from neurograph.plots.lyapunov import lyapunov
from neurograph.plots.marginals import marginals
from neurograph.plots.overview import overview
from neurograph.plots.phase_plane import phase_plane
from neurograph.plots.phases import convergence
from neurograph.plots.plasticity import plasticity
from neurograph.plots.recall import recall
from neurograph.plots.regions import regions

__all__ = [
    "activity", "convergence", "cost", "decision", "gradient", "infill", "lyapunov", "marginals", "network", "overview",
    "phase_plane", "plasticity", "recall", "regions", "weights",
]  # fmt: skip

public_names(__name__, __all__)
