"""How a theorem ends, how much work it is, and what it may claim."""

from __future__ import annotations

import enum
from typing import Literal

from neurograph.drawing.looks import COLOURS, GREY


class Verdict(enum.StrEnum):
    """How a theorem ended: proved, refuted, or neither."""

    PROVED = "PROVED"
    REFUTED = "REFUTED"
    UNKNOWN = "UNKNOWN"


VERDICT_COLOURS = dict(zip(Verdict, (COLOURS[2], COLOURS[1], GREY), strict=True))
"""How a verdict is seen beside its word."""


Level = Literal["fast", "standard", "strong"]


LEVELS: tuple[Level, ...] = ("fast", "standard", "strong")
"""How much work is done, from little to much; a level includes those before it."""


Scope = Literal["all inputs", "these inputs", "local"]


SCOPES: tuple[Scope, ...] = ("all inputs", "these inputs", "local")
"""What a statement is about, widest first; "local" is near the equilibria of these inputs."""


CLAIMS = (
    "contracting",
    "exponentially stable",
    "unique equilibrium",
    "asymptotically stable",
    "convergent",
    "nonexpansive",
    "norm conserved",
    "one stationary distribution, reached exponentially",
    "reversible",
    "box invariant",
    "unstable equilibrium",
    "several equilibria for some bias",
    "norm not conserved",
    "not reversible",
)
"""What can be shown, strongest first, the bad news last.

contracting: any two states under one input approach each other at the certificate's rate, in its norm. exponentially
stable, asymptotically stable: every state (local: every state near it) goes to the equilibrium, at that rate or without
one. convergent: every state goes to some equilibrium. nonexpansive: no two states drift apart. norm conserved: W of a
unitary network leaves the norm of every state as it is, but for rounding; not conserved: not that of some. one
stationary distribution, reached exponentially: the chain of binary neurons comes to it from every start, at that rate.
reversible: it is exp(-E) / Z, and every draw and flip happens as often back as forth; not reversible: not the flips of
some two. box invariant: no state leaves a box, and none stays outside. several equilibria for some bias: for some
constant added to the drift of each free neuron; the inputs at hand may have but one.
"""

SETTLING = ("unique equilibrium", "exponentially stable")
"""What is shown where every state goes to the one equilibrium, but no two states need approach each other at once."""

ABOUT_EQUILIBRIA = ("unique equilibrium", "several equilibria for some bias")
"""What delays cannot undo: where nothing moves, what was sent before is what is sent now."""

MARGINS = {
    "weight change": "a change of the weights up to {} in its operator norm",
    "nudging": "a negative beta down to -{}",
    "noise amplification": "a disturbance of the drift, which moves the equilibrium at most {} times as far",
    "delays": "delays of the couplings up to {}",
    "longer delays": "delays up to {} times as long",
}
"""What each margin is, in words."""

CONTRACTION = ("contracting", "unique equilibrium", "exponentially stable")
"""What a contraction shows: Banach's fixed point theorem gives the equilibrium, its rate the rest."""
