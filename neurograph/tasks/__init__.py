"""The small data sets that ship with neurograph, and scikit-learn's digits.

Inputs lie in about [0, 1], so that networks whose states are kept in a box can take them. Sequences, of
:func:`copying` and :func:`adding`, are (samples, time, inputs); :func:`mackey_glass` is one alone, (time, 1).
"""

from neurograph._checks import public_names
from neurograph.tasks.patterns import TRUTH, Split, circles, digits, logic, moons, parity
from neurograph.tasks.sequences import adding, copying, mackey_glass

__all__ = [
    "TRUTH", "Split", "adding", "circles", "copying", "digits", "logic", "mackey_glass", "moons", "parity",
]  # fmt: skip

public_names(__name__, __all__)
