"""What a certificate says, and the base of the theorems that give one."""

from __future__ import annotations

import abc
import enum
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

from neurograph.certificates.system import System


class Verdict(enum.StrEnum):
    """How a theorem ended: proved, refuted, or neither."""

    PROVED = "PROVED"
    REFUTED = "REFUTED"
    UNKNOWN = "UNKNOWN"


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
    "unstable equilibrium",
    "several equilibria for some bias",
)
"""What can be shown, strongest first, the bad news last.

contracting: any two states under one input approach each other at the certificate's rate, in its norm. exponentially
stable, asymptotically stable: every state (local: every state near it) goes to the equilibrium, at that rate or without
one. convergent: every state goes to some equilibrium. nonexpansive: no two states drift apart. several equilibria for
some bias: for some constant added to the drift of each free neuron; the inputs at hand may have but one.
"""


@dataclass(frozen=True, eq=False)
class Certificate:
    """What one theorem says of one network.

    Attributes
    ----------
    name : str
        The theorem.
    verdict : Verdict
        PROVED and REFUTED hold; UNKNOWN says nothing about the network, only about the theorem.
    statement : str
        What exactly is proved or refuted, or why neither is, with the numbers.
    scope : {"all inputs", "these inputs", "local"}
        What the statement is about; every scope takes weights, biases and parameters as they are.
    claims : tuple of str
        What is shown, out of :data:`CLAIMS`; empty if UNKNOWN.
    rate : float or None
        Distances shrink at least like exp(-rate t).
    norm : str or None
        The norm that they are measured in.
    margin : float or None
        How far the number that was tested lies on the side of PROVED; negative on the other side.
    largest_dt : float or None
        Longest step with which explicit Euler is covered; None where none is known.
    euler : str or None
        Whether explicit Euler with the `dt` that was asked about inherits the claims; None without a dt.
    witness : dict or None
        The numbers and labels behind the statement.
    assumptions : tuple of str
        What the statement rests on.
    reference : str
        Where the theorem is from.
    does_not_cover : str
        What it must not be taken for.
    """

    name: str
    verdict: Verdict
    statement: str
    scope: Scope
    claims: tuple[str, ...]
    rate: float | None
    norm: str | None
    margin: float | None
    largest_dt: float | None
    euler: str | None
    witness: Mapping[str, Any] | None
    assumptions: tuple[str, ...]
    reference: str
    does_not_cover: str

    def __str__(self) -> str:
        """Say it in a few lines."""
        lines = [f"{self.name}: {self.verdict} ({self.scope}). {self.statement}", self.euler or ""]
        lines += [f"Claims: {', '.join(self.claims)}." if self.claims else ""]
        lines += [f"Assumes: {sentence}" for sentence in self.assumptions]
        lines += [f"Does not cover: {self.does_not_cover}", f"Reference: {self.reference}"]
        return "\n".join(line for line in lines if line)


class Theorem(abc.ABC):
    """Base of the theorems: one class a theorem, in one file, that answers a system with a certificate.

    Attributes
    ----------
    name, scope, assumptions, reference, does_not_cover
        As in :class:`Certificate`; the same for every network.
    """

    name: ClassVar[str]
    scope: ClassVar[Scope]
    assumptions: ClassVar[tuple[str, ...]]
    reference: ClassVar[str]
    does_not_cover: ClassVar[str]

    @abc.abstractmethod
    def examine(self, system: System) -> Certificate:
        """Say what the theorem proves or refutes of the system; never raise for one that it does not fit."""

    def certificate(
        self,
        verdict: Verdict,
        statement: str,
        *,
        claims: tuple[str, ...] = (),
        rate: float | None = None,
        norm: str | None = None,
        margin: float | None = None,
        largest_dt: float | None = None,
        euler: str | None = None,
        witness: Mapping[str, Any] | None = None,
    ) -> Certificate:
        """Fill in what is the same for every network."""
        return Certificate(
            self.name, verdict, statement, self.scope, claims, rate, norm, margin, largest_dt, euler, witness,
            self.assumptions, self.reference, self.does_not_cover,
        )  # fmt: skip

    def unknown(self, statement: str, **found: Any) -> Certificate:
        """Say why neither is the case."""
        return self.certificate(Verdict.UNKNOWN, statement, **found)

    def euler_step(self, system: System, rate: float, largest_dt: float | None) -> str | None:
        """Say whether explicit Euler with the system's dt contracts too."""
        if system.dt is None:
            return None
        step = f"Explicit Euler with dt = {system.dt:g}"
        if largest_dt is None:
            return f"{step} need not inherit it: no step is short enough for every input and state."
        if system.dt > largest_dt:
            return f"{step} need not inherit it: the theorem asks for dt <= {largest_dt:.4g}."
        return f"{step} inherits it: every step multiplies distances by at most {1.0 - rate * system.dt:.6g}."
