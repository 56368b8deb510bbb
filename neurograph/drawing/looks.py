"""The colours of every picture, and the shape of a node by its role."""

from __future__ import annotations

import numpy as np

from neurograph.graphs.edge_table import BIAS, HIDDEN, INPUT, OUTPUT

COLOURS = ("#0072B2", "#D55E00", "#009E73", "#AA5088", "#E69F00", "#56B4E9")
"""Blue, vermillion, green, purple, orange, sky: colours that colour-blind readers tell apart, of Okabe and Ito, 2008,
with a darker purple."""

POSITIVE, NEGATIVE = COLOURS[:2]
"""Colours of weights."""

INK, GREY = "#262626", "#7A7A7A"

SHAPES: dict[int, tuple[tuple[int, float, float], str]] = {
    INPUT: ((4, np.pi / 4, 1.2), "#E4E4E4"),
    BIAS: ((4, 0.0, 1.3), "#F6EDB5"),
    HIDDEN: ((60, 0.0, 1.0), "#FFFFFF"),
    OUTPUT: ((6, 0.0, 1.15), "#BFE5D6"),
}
"""Of each role: a regular polygon (corners, rotation, size against a circle), and its colour."""
