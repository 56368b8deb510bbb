"""How an equilibrium is found: one file a method."""

from neurograph.solvers.euler import Euler

SOLVERS = (Euler,)
"""Every solver; the conformance suite runs over them."""

__all__ = ["Euler"]
