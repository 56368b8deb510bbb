"""Regions of inputs on which a property of the outputs is proved, and the neurons that decide there."""

from neurograph._checks import public_names
from neurograph.regions.pieces import NotPiecewiseLinearError
from neurograph.regions.properties import MARGIN, Property, bound, decision, linear
from neurograph.regions.questions import NoUniqueEquilibriumError
from neurograph.regions.region import InputRegion
from neurograph.regions.union import RegionUnion, union

__all__ = [
    "MARGIN", "InputRegion", "NoUniqueEquilibriumError", "NotPiecewiseLinearError", "Property", "RegionUnion", "bound",
    "decision", "linear", "union",
]  # fmt: skip

public_names(__name__, __all__)
