"""Binary neurons, which flip at random: how likely each of their two states is, given the others."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

from neurograph.equations.checked import checked_parameters
from neurograph.equations.expression import Expression
from neurograph.equations.neuron import RESERVED, Dynamics, Kind
from neurograph.errors import ParameterError

SEEN = ("I", "b")
"""What the log odds may see of their node, beside the parameters: not its own state."""


@dataclass(frozen=True)
class Binary(Dynamics):
    """Neurons of the states 0 and 1; made by :func:`neurograph.dynamics.binary`.

    The drift is that of the mean of a neuron that is drawn anew at the rate 1, the others being as they are.

    Attributes
    ----------
    log_odds : str
        log P(s = 1) - log P(s = 0), the others being as they are, over ``I``, ``b`` and the parameters.
    """

    log_odds: str = "I + b"

    kind: ClassVar[Kind] = "binary"

    @classmethod
    def of(
        cls, log_odds: str, parameters: Mapping[str, float] | tuple[tuple[str, float], ...], symmetric: bool
    ) -> Binary:
        """Check the equation, and write what follows from it.

        Raises
        ------
        ExpressionError
            If the equation cannot be read, or sees more than its own node.
        ParameterError
            If a parameter is not a finite number.
        """
        checked = checked_parameters(parameters, RESERVED)
        Expression(log_odds, (*SEEN, *dict(checked)), "log_odds")
        return cls(
            drift=f"-s + sigmoid({log_odds})",
            parameters=checked,
            self_loops=False,
            symmetric=symmetric,
            name="binary",
            log_odds=log_odds,
        )

    @cached_property
    def log_odds_equation(self) -> Expression:
        """The log odds, checked."""
        return Expression(self.log_odds, (*SEEN, *self.defaults), "log_odds")

    def __str__(self) -> str:
        """Return how likely the state 1 is, as text."""
        return f"P(s = 1) = sigmoid({self.log_odds})"

    def latex(self) -> str:
        """Typeset how likely the state 1 is, with the sums written out."""
        names = {"I": r"\sum_i W_{ij} s_i", "b": "b_j"}
        return rf"P(s_j = 1) = \sigma\left({self.log_odds_equation.latex(names)}\right)"

    def to_dict(self) -> dict[str, Any]:
        """Return the dynamics as plain values, as the file formats keep it."""
        return {"log_odds": self.log_odds, "parameters": self.defaults, "symmetric": self.symmetric}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Binary:
        """Read what :meth:`to_dict` gave.

        Raises
        ------
        ParameterError
            If it is not such a mapping.
        """
        if set(values) != {"log_odds", "parameters", "symmetric"} or not isinstance(values["symmetric"], bool):
            raise ParameterError(
                f"dynamics is {values!r}: expected a mapping with the keys log_odds, parameters, symmetric"
            )
        return cls.of(values["log_odds"], values["parameters"], values["symmetric"])
