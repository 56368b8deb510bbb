"""Regions of inputs on which a property of the outputs is proved, and the neurons that decide there."""

from neurograph._checks import public_names
from neurograph.regions.properties import MARGIN, Property, bound, decision, linear
from neurograph.regions.region import InputRegion

__all__ = ["MARGIN", "InputRegion", "Property", "bound", "decision", "linear"]

public_names(__name__, __all__)
