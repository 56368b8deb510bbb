"""How an equilibrium is found: one file a method."""

from neurograph.solvers.euler import Euler
from neurograph.solvers.newton import Newton

SOLVERS = (Euler, Newton)
"""Every solver; the conformance suite runs over them."""

__all__ = ["Euler", "Newton"]
