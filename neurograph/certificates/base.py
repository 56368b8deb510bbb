"""What a certificate says, and the base of the theorems that give one."""

from __future__ import annotations

import abc
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from functools import partial
from typing import Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike

from neurograph._checks import checked_whole, wrapped
from neurograph.certificates.bounds.equilibria import phase_of, settled
from neurograph.certificates.bounds.lyapunov_function import Distance, LyapunovFunction
from neurograph.certificates.bounds.robustness_radius import NoRadiusError, in_norm
from neurograph.certificates.deadline import Deadline, OutOfTimeError
from neurograph.certificates.delays import changed_by_delays
from neurograph.certificates.json_value import json_value
from neurograph.certificates.system import Array, System, in_float64
from neurograph.certificates.verdict import ABOUT_EQUILIBRIA, CONTRACTION, MARGINS, Level, Scope, Verdict
from neurograph.drawing.card import Carded, Html, facts
from neurograph.equations.neuron import Kind
from neurograph.errors import ParameterError
from neurograph.network.inputs import EVERY_KIND, checked_inputs, checked_network
from neurograph.network.network import Network
from neurograph.solvers.base import Phase


@dataclass(frozen=True, eq=False, repr=False)
class Certificate(Carded):
    """What one theorem says of one network.

    Attributes
    ----------
    verdict : Verdict
        PROVED and REFUTED hold; UNKNOWN says nothing about the network, only about the theorem.
    statement : str
        What exactly is proved or refuted, or why neither is, with the numbers.
    claims : tuple of str
        What is shown, out of :data:`CLAIMS`; empty if UNKNOWN.
    rate : float or None
        Distances shrink at least like exp(-rate t).
    norm : {"l_1", "l_2", "l_inf", "P"} or None
        The norm that they are measured in: of the numbers weights_j z_j; or sqrt(z' P z), with P in the witness.
    weights : array (free,) or None
        Weights of the norm, one a free node; None where all are 1.
    margin : float or None
        How far the number that was tested lies on the side of PROVED; negative on the other side.
    margins : dict
        What the contraction withstands: see :meth:`Theorem.robustness_margins`.
    largest_dt : float or None
        Longest step with which explicit Euler is covered; None where none is known.
    euler : str or None
        Whether explicit Euler with the `dt` that was asked about inherits the claims; None without a dt.
    witness : dict
        The numbers and labels behind the statement.
    rigorous : bool
        Whether rounding is accounted for: no verdict is given that rounding could have changed.
    seconds : float
        How long the theorem took.
    """

    theorem: Theorem
    system: System
    verdict: Verdict
    statement: str
    claims: tuple[str, ...] = ()
    rate: float | None = None
    norm: str | None = None
    weights: Array | None = None
    margin: float | None = None
    margins: Mapping[str, float] = field(default_factory=dict)
    largest_dt: float | None = None
    euler: str | None = None
    witness: Mapping[str, Any] = field(default_factory=dict)
    rigorous: bool = True
    seconds: float = 0.0

    @property
    def name(self) -> str:
        """The name of the theorem."""
        return self.theorem.name

    @property
    def scope(self) -> Scope:
        """What the statement is about; every scope takes weights, biases and parameters as they are."""
        return self.theorem.scope

    @property
    def assumptions(self) -> tuple[str, ...]:
        """What the statement rests on."""
        return self.theorem.assumptions

    @property
    def reference(self) -> str:
        """Where the theorem is from."""
        return self.theorem.reference

    @property
    def does_not_cover(self) -> str:
        """What the statement does not cover."""
        return self.theorem.does_not_cover

    @property
    def digest(self) -> str:
        """A hash of the matrix that this is about: equal for networks that the theorems cannot tell apart."""
        return self.system.digest

    def recheck(self, network: Network) -> Certificate:
        """Return what the same theorem says of another network, such as this one after a change of its weights.

        Where the theorem searched for something, what it found for the first network is tried before all else.

        Raises
        ------
        ParameterError
            If `network` is not a Network.
        """
        asked = replace(self.system, network=in_float64(checked_network(network, *EVERY_KIND)))
        return self.theorem.answer(asked, self.system.budget, self).with_delays()

    def with_delays(self) -> Certificate:
        """Return what is shown with the delays of the network, if it has some; alone, theorems leave them out."""
        held = self.theorem.despite_delays
        return replace(self, **changed_by_delays(self.system, self.claims, held, self.statement))

    def radius(self, x: ArrayLike) -> Array:
        """Return how far the inputs may move, each by so much (l_inf), before the network's answer may change.

        The answer is the largest output, or whether a single one is above 0.5, at the equilibrium. No input within the
        radius has another; what lies beyond it is not known. 0 where the answer itself is not sure. How far a computed
        state is from its equilibrium is estimated from its residual, in plain floating point, and subtracted.

        Parameters
        ----------
        x : array (batch, inputs)

        Returns
        -------
        array (batch,)

        Raises
        ------
        NoRadiusError
            A ParameterError, if the theorem gives none for this network, or not within the time it was given.
        DataError
            If x has the wrong shape or holds a number that is not finite.

        Examples
        --------
        >>> import networkx as nx, neurograph as ng
        >>> graph = nx.DiGraph([("x", "y", {"weight": 1.0}), ("y", "y", {"weight": -1.0})])
        >>> graph.nodes["x"]["role"], graph.nodes["y"]["role"] = "input", "output"
        >>> report = ng.certify(ng.compile(graph, ng.dynamics.vector_field()))
        >>> report["gershgorin"].radius([[1.2]]).round(6).tolist()  # y settles at x/2, and is above 0.5 for x > 1
        [0.2]
        """
        inputs = checked_inputs(self.system.network, x)
        try:
            with RAISING():
                return self.theorem.radius(self.system, self, inputs)
        except OutOfTimeError:
            budget = self.system.budget
            raise NoRadiusError(
                f"{budget:g} s were not enough for {len(inputs)} radii: expected fewer samples, or a "
                "larger budget in certify()"
            ) from None
        except (ArithmeticError, np.linalg.LinAlgError):
            raise NoRadiusError(
                f"certificate {self.name!r} gives no radius: {BEYOND_FLOATS}; expected weights and leaks between about "
                "1e-150 and 1e150"
            ) from None

    def function(self, sample: int = 0) -> LyapunovFunction:
        """Return the function of the state that falls along every trajectory that is covered, for one sample of x.

        It evaluates V and dV/dt at states (..., nodes): for a contraction the distance to the equilibrium in its
        norm, for the others what their theorem says.

        Raises
        ------
        ParameterError
            If nothing is proved that has such a function, x was not given, there is no such sample, or it does not
            settle.
        """
        system = self.system
        if system.delays is not None:
            raise ParameterError(
                f"{system.network!r} has delays, with which no function of the state alone is known to fall: expected "
                "a network without; remove the attribute 'delay' of its edges"
            )
        if system.x is None:
            raise ParameterError("the certificate knows no x: expected one from certify(network, x)")
        count = system.x.shape[0]
        if checked_whole("sample", sample, 0) >= count:
            raise ParameterError(f"sample is {sample}: expected a whole number from 0 to {count - 1}")
        one = slice(sample, sample + 1)
        single = replace(system, x=system.x[one], y=None if system.y is None else system.y[one])
        phase = phase_of(single, system.x[one], Deadline(np.inf))
        final = settled(single, phase, Deadline(np.inf))
        if not final.converged:
            raise ParameterError(f"sample {sample} does not settle, so that nothing is known to fall towards")
        function = self.theorem.function(self, sample, single, phase, final.state[0])
        if function is None:
            raise ParameterError(
                f"{self.name} is {self.verdict} and claims {', '.join(self.claims) or 'nothing'}: expected a "
                "certificate that is PROVED and has a Lyapunov function"
            )
        return function

    def to_json(self) -> str:
        """Return all that the certificate holds as JSON text.

        Numbers that are not finite become words, and labels that are neither text nor a whole number their repr.
        """
        of_theorem = ("name", "scope", "assumptions", "reference", "does_not_cover")
        found = (one.name for one in fields(self) if one.name not in ("theorem", "system"))
        content = {name: getattr(self, name) for name in (*of_theorem, *found, "digest")}
        return json.dumps(json_value(content | {"nodes": self.system.nodes}), allow_nan=False)

    def __repr__(self) -> str:
        """Return a line."""
        return f"Certificate({self.name}: {self.verdict}, {', '.join((self.scope, *self.claims))})"

    def __str__(self) -> str:
        """Return the certificate in a few lines."""
        lines = [f"{self.name}: {self.verdict} ({self.scope}). {self.statement}", self.euler or ""]
        lines += [f"{name}: {text}" for name, text in self._said.items() if text]
        return "\n".join(line for text in lines for line in wrapped(text, 4))

    @property
    def _said(self) -> dict[str, str]:
        said = {"Claims": ", ".join(self.claims), "It bears": self.bearing, "Assumes": "; ".join(self.assumptions)}
        said |= {} if self.rigorous else {"Rounding": "estimated, not accounted for"}
        return said | {"Does not cover": self.does_not_cover, "Reference": self.reference}

    def _parts(self) -> list[Html]:
        return [facts({"Statement": self.statement, "Euler": self.euler or "", **self._said})]

    @property
    def bearing(self) -> str:
        """The margins in words."""
        return ", ".join(MARGINS[name].format(f"{value:.4g}") for name, value in self.margins.items())


CONSTANT = "inputs, weights, biases and parameters stay as they are while the network settles"
"""The assumption of nearly every theorem."""

BEYOND_FLOATS = "a bound overflows, for some weights or leaks are too large or too small for the range of floats"
"""Why a theorem has no answer."""

RAISING = partial(np.errstate, over="raise", invalid="raise", divide="raise", under="ignore")
"""The context in which a number that overflows is an ArithmeticError, as it is in plain Python."""

APPROACH = "Any two states under the same input approach each other at least like"
"""How the statement of a contraction begins."""


class Theorem(abc.ABC):
    """Base of the theorems: one class a theorem, in one file, that answers a system with a certificate.

    Attributes
    ----------
    name, scope, assumptions, reference, does_not_cover
        As in :class:`Certificate`; the same for every network.
    level : {"fast", "standard", "strong"}
        From which level on it is asked.
    kinds : tuple of str
        The kinds of neurons that it is about.
    despite_delays : tuple of str
        What it claims that delays cannot undo.
    """

    name: ClassVar[str]
    level: ClassVar[Level] = "fast"
    kinds: ClassVar[tuple[Kind, ...]] = ("rate",)
    despite_delays: ClassVar[tuple[str, ...]] = ABOUT_EQUILIBRIA
    scope: ClassVar[Scope]
    assumptions: ClassVar[tuple[str, ...]]
    reference: ClassVar[str]
    does_not_cover: ClassVar[str]

    @abc.abstractmethod
    def examine(self, system: System, deadline: Deadline) -> Certificate:
        """Return what the theorem proves or refutes of the system; never raise for one that it does not fit.

        What may take long checks the deadline on its way.
        """

    def examine_again(self, system: System, deadline: Deadline, earlier: Certificate) -> Certificate:
        """Return the same, where `earlier` is the certificate of a system like this one, whose findings may help."""
        return self.examine(system, deadline)

    def function(
        self, certificate: Certificate, sample: int, system: System, phase: Phase, equilibrium: Array
    ) -> LyapunovFunction | None:
        """Return the Lyapunov function of a sample, alone in `system` and `phase`, or None.

        Here: the distance to its equilibrium, where the certificate is about distances.
        """
        falling = set(certificate.claims) & {"contracting", "nonexpansive"}
        if certificate.verdict is not Verdict.PROVED or not falling or certificate.norm is None:
            return None
        weights = np.ones(len(system.nodes)) if certificate.weights is None else certificate.weights
        matrix = certificate.witness["P"] if certificate.norm == "P" else None
        return Distance(system, phase, equilibrium, norm=certificate.norm, weights=weights, matrix=matrix)

    def answer(self, system: System, seconds: float, earlier: Certificate | None = None) -> Certificate:
        """Return the certificate of a system, UNKNOWN if so many seconds or the range of floats are not enough."""
        deadline, dynamics = Deadline(seconds), system.network.dynamics
        if dynamics.kind not in self.kinds:
            return self.unknown(system, f"Not applicable to {dynamics.kind} neurons.")
        if names := ", ".join(dynamics.variable_names):
            return self.unknown(system, f"Not applicable to neurons of more variables than one: {names} beside s.")
        try:
            with RAISING():
                found = self.examine_again(system, deadline, earlier) if earlier else self.examine(system, deadline)
        except OutOfTimeError:
            more = f"certify(..., budget={4 * system.budget:g}) gives more"
            found = self.unknown(system, f"Out of time: {seconds:.3g} s, its share of the budget; {more}.")
        except (ArithmeticError, np.linalg.LinAlgError):
            found = self.unknown(system, f"{BEYOND_FLOATS[0].upper()}{BEYOND_FLOATS[1:]}.")
        return replace(found, seconds=seconds - deadline.left)

    def radius(self, system: System, certificate: Certificate, x: Array) -> Array:
        """Return the radii (batch,) of :meth:`Certificate.radius`; here those that follow from a contraction's rate.

        Raises
        ------
        NoRadiusError
            If the certificate is not of a contraction under all inputs, or the network has no decision to speak of.
        """
        if "contracting" not in certificate.claims or self.scope != "all inputs":
            raise NoRadiusError(
                f"certificate {self.name!r} ({certificate.verdict}) gives no radius: expected one that proves a "
                "contraction for all inputs, or 'embedding'"
            )
        assert certificate.rate is not None
        assert certificate.norm is not None
        P = certificate.witness.get("P")
        return in_norm(system, x, certificate.rate, certificate.norm, certificate.weights, P)

    def unknown(self, system: System, statement: str, **found: Any) -> Certificate:
        """Return a certificate that neither proves nor refutes, and why; `found` are its other attributes."""
        return Certificate(self, system, Verdict.UNKNOWN, statement, **found)

    def refuted(self, system: System, statement: str, **found: Any) -> Certificate:
        """Return a certificate of what is refuted."""
        return Certificate(self, system, Verdict.REFUTED, statement, **found)

    def proved(self, system: System, statement: str, **found: Any) -> Certificate:
        """Return a certificate of what is proved."""
        return Certificate(self, system, Verdict.PROVED, statement, **found)

    def contracting(self, system: System, rate: float, norm: str, why: str, **found: Any) -> Certificate:
        """Return a certificate of contraction in a weighted l_1 or l_inf norm.

        In these, a step of explicit Euler with dt <= 1/max abs(A_jj) multiplies distances by 1 + dt mu(A): no entry of
        1 + dt A_jj is negative, so the norm of I + dt A is the same sum of sizes as the log-norm mu(A) <= -rate.
        """
        largest_dt = float(np.nextafter(1.0 / system.fastest, 0.0)) or None
        factor = 1.0 - rate * (system.dt or 0.0)
        weighted = "weighted " * (found.get("weights") is not None)
        return self.proved(
            system,
            f"{APPROACH} exp(-{rate:.4g} t) in the {weighted}{norm} norm{why}",
            claims=CONTRACTION,
            rate=rate,
            norm=norm,
            margin=rate,
            margins=self.robustness_margins(system, rate, delays=True),
            largest_dt=largest_dt,
            euler=system.euler(largest_dt, f"inherits it: every step multiplies distances by at most {factor:.6g}."),
            **found,
        )

    def robustness_margins(
        self, system: System, rate: float, *, diagonal: bool = True, delays: bool = False
    ) -> dict[str, float]:
        """Return what a contraction at a rate withstands, in its norm.

        - weight change: a change of the weights among free nodes whose operator norm is smaller than this cannot undo
          it; only where a weight acts on its postsynaptic node alone.
        - nudging: it holds for every beta that is lower by less than this, in a norm that is diagonal.
        - noise amplification: a constant disturbance of the drift moves the equilibrium at most so many times as far.
        - delays: how long the couplings may take, if it rests on the sizes of the couplings alone (Halanay's
          inequality) and a neuron acts on itself by its leak only.
        """
        margins = {"noise amplification": 1.0 / rate}
        input_slope = float(np.prod([np.max(system.slopes[one].size, initial=0.0) for one in ("dg/dI", "f'")]))
        if not system.network.dynamics.drift_equation.symbols & {"w_out", "w_out_abs"} and input_slope > 0.0:
            margins["weight change"] = rate / input_slope
        if diagonal:
            margins["nudging"] = rate
        if delays and system.leaks_alone:
            margins["delays"] = np.inf
        return margins
