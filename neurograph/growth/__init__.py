"""Which edges come to a network: one file a grower."""

from __future__ import annotations

from collections.abc import Callable

from neurograph._checks import public_names
from neurograph.growth.activity import activity
from neurograph.growth.base import Grower, NewEdges, Numbered
from neurograph.growth.distance import distance
from neurograph.growth.homeostatic import homeostatic
from neurograph.growth.random import random
from neurograph.growth.returned import returned
from neurograph.growth.rigl import rigl
from neurograph.pruning.base import Added

__all__ = [
    "GROWERS", "Added", "Grower", "NewEdges", "Numbered", "activity", "distance", "homeostatic", "random", "returned",
    "rigl",
]  # fmt: skip

public_names(__name__, __all__)

GROWERS: dict[str, Callable[..., Grower]] = {
    "random": random,
    "activity": activity,
    "distance": distance,
    "rigl": rigl,
    "homeostatic": homeostatic,
    "returned": returned,
}
"""The constructor of each grower, by name.

Examples
--------
>>> [name for name, grower in GROWERS.items() if grower.needs_x]  # those that ask what the network does
['activity', 'rigl', 'homeostatic']
"""
