"""How an equilibrium is found: one file a method."""

from neurograph._checks import public_names
from neurograph.solvers.anderson import Anderson
from neurograph.solvers.auto import Auto
from neurograph.solvers.euler import Euler
from neurograph.solvers.gauss_seidel import GaussSeidel
from neurograph.solvers.newton import Newton

SOLVERS = {
    "euler": Euler,
    "gauss_seidel": GaussSeidel,
    "anderson": Anderson,
    "newton": Newton,
    "auto": Auto,
}
"""Every solver by name; the conformance suite runs over them."""

__all__ = ["Anderson", "Auto", "Euler", "GaussSeidel", "Newton"]

public_names(__name__, __all__)
