"""Which edges leave a network: one file a pruner."""

from __future__ import annotations

from collections.abc import Callable

from neurograph._checks import public_names
from neurograph.pruning.base import Pruner, Removed
from neurograph.pruning.boltzmann import boltzmann
from neurograph.pruning.factors import factors
from neurograph.pruning.homeostatic import homeostatic
from neurograph.pruning.magnitude import magnitude
from neurograph.pruning.proximal import proximal
from neurograph.pruning.random import random
from neurograph.pruning.saliency import saliency
from neurograph.pruning.unreachable import unreachable

__all__ = [
    "PRUNERS", "Pruner", "Removed", "boltzmann", "factors", "homeostatic", "magnitude", "proximal", "random",
    "saliency", "unreachable",
]  # fmt: skip

public_names(__name__, __all__)

PRUNERS: dict[str, Callable[..., Pruner]] = {
    "boltzmann": boltzmann,
    "magnitude": magnitude,
    "saliency": saliency,
    "proximal": proximal,
    "random": random,
    "homeostatic": homeostatic,
    "unreachable": unreachable,
}
"""The constructor of each pruner that any network takes, by name.

Examples
--------
>>> sorted(PRUNERS)
['boltzmann', 'homeostatic', 'magnitude', 'proximal', 'random', 'saliency', 'unreachable']
>>> PRUNERS["random"](fraction=0.2)
Random(fraction=0.2)
"""
