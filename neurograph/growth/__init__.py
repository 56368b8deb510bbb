"""Which edges come to a network: one file a grower."""

from __future__ import annotations

from collections.abc import Callable

from neurograph._checks import public_names
from neurograph.growth.base import Grower, NewEdges
from neurograph.growth.random import random
from neurograph.growth.returned import returned
from neurograph.pruning.base import Added

__all__ = ["GROWERS", "Added", "Grower", "NewEdges", "random", "returned"]

public_names(__name__, __all__)

GROWERS: dict[str, Callable[..., Grower]] = {
    "random": random,
    "returned": returned,
}
"""The constructor of each grower, by name; the conformance suite runs over them."""
