"""The base of the theorems, each of which answers a network with a certificate."""

from __future__ import annotations

import abc
import inspect
from dataclasses import replace
from typing import Any, ClassVar

import numpy as np

from neurograph.certificates.bounds.lyapunov_function import Distance, LyapunovFunction
from neurograph.certificates.bounds.robustness_radius import NoRadiusError, in_norm
from neurograph.certificates.certificate import BEYOND_FLOATS, RAISING, Certificate, Source
from neurograph.certificates.deadline import Deadline, OutOfTimeError
from neurograph.certificates.system import Array, System
from neurograph.certificates.verdict import CONTRACTION, Level, Verdict
from neurograph.equations.neuron import Kind
from neurograph.solvers.base import Phase

CONSTANT = "inputs, weights, biases and parameters stay as they are while the network settles"
"""The assumption of nearly every theorem."""

APPROACH = "Any two states under the same input approach each other at least like"
"""How the statement of a contraction begins."""


class Theorem(Source):
    """Base of the theorems: one class a theorem, in one file, that answers a system with a certificate.

    Those that :func:`neurograph.certify` asks are in :data:`THEOREMS`; each docstring has the statement and its source.

    Attributes
    ----------
    name, scope, assumptions, reference, does_not_cover : str or tuple of str
        As in :class:`Certificate`; the same for every network.
    level : {"fast", "standard", "strong"}
        From which level on it is asked.
    kinds : tuple of str
        The kinds of neurons that it is about.
    despite_delays : tuple of str
        What it claims that delays cannot undo.

    Examples
    --------
    >>> from neurograph.certificates import THEOREMS
    >>> one = THEOREMS["symmetric_part"]
    >>> one.level, one.scope, one.kinds
    ('standard', 'all inputs', ('rate',))
    >>> print(one.__doc__.splitlines()[0])
    Global contraction from a negative definite symmetric part.
    """

    level: ClassVar[Level] = "fast"
    kinds: ClassVar[tuple[Kind, ...]] = ("rate",)

    def __init_subclass__(cls) -> None:
        """End the docstring of a theorem with its source, which certificates name too."""
        super().__init_subclass__()
        cls.__doc__ = f"{inspect.cleandoc(cls.__doc__ or '')}\n\nReferences\n----------\n{cls.reference}\n"

    @abc.abstractmethod
    def examine(self, system: System, deadline: Deadline) -> Certificate:
        """Return what the theorem proves or refutes of the system; never raise for one that it does not fit.

        Parameters
        ----------
        system : System
            A network in one phase, with neurons of one of the :attr:`kinds`.
        deadline : Deadline
            What may take long checks it on its way.

        Returns
        -------
        Certificate
            Of :meth:`proved`, :meth:`refuted` or :meth:`unknown`.
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
