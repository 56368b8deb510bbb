"""How an equilibrium is found: one file a method."""

from neurograph.solvers.euler import Euler
from neurograph.solvers.sweep import Sweep

SOLVERS = (Euler, Sweep)
"""Every solver; the conformance suite runs over them."""

__all__ = ["Euler", "Sweep"]
