"""certify(): what is proved of a compiled network."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike
from tqdm import tqdm

from neurograph._checks import checked_number
from neurograph.certificates.base import Theorem
from neurograph.certificates.certificate import Certificate
from neurograph.certificates.deadline import Deadline
from neurograph.certificates.report import Report
from neurograph.certificates.system import System, in_float64, network_digest
from neurograph.certificates.theorems import THEOREMS
from neurograph.certificates.verdict import LEVELS, Level
from neurograph.equations.costs import Cost, squared_error
from neurograph.errors import ParameterError
from neurograph.network.inputs import EVERY_KIND, checked_inputs, checked_network, checked_targets
from neurograph.network.network import Network


@np.errstate(under="ignore")  # whatever the session does about numbers that vanish
def certify(
    network: Network,
    x: ArrayLike | None = None,
    *,
    y: ArrayLike | None = None,
    phase: Literal["free", "nudged", "transposed"] = "free",
    beta: float = 0.0,
    cost: Cost | None = None,
    dt: float | None = None,
    level: Level = "standard",
    budget: float = 60.0,
    progress: bool | None = None,
) -> Report:
    r"""Return what is proved of a network's stability, with its weights as they are.

    Each theorem of :data:`neurograph.certificates.THEOREMS` ends as PROVED, REFUTED or UNKNOWN. Most are about every
    input at once; x adds what holds near the equilibria of these inputs. The equations are taken in float64 with the
    weights as they are stored.

    With delays, a certificate holds for the network with them: "delay_independent" is about any delays, "delay_margin"
    about delays up to a longest one. Of other theorems stays what is about equilibria, which delays do not move, and of
    "embedding" and "invariant_box" all; their statements say what is shown without delays alone.

    Parameters
    ----------
    network : Network
        From :func:`neurograph.compile`.
    x : array (batch, inputs), optional
        Inputs whose equilibria are looked at.
    y : array (batch, outputs), optional
        Targets; needed with x in a phase that is nudged, whose equilibria depend on them.
    phase : {"free", "nudged", "transposed"}
        Whether the outputs get beta times the force of the cost, ``+ beta (y - s)``, and whether activity also returns
        along the edges, as in the nudged phases of ``rules.asymmetric_ep()``: the drift gets ``(J' - J)(s - s*)``, J
        its Jacobian at the free equilibrium s*.
    beta : float
        Nudging strength; may be negative, and in a transposed phase 0: its linear response.
    cost : Cost, optional
        What nudges; default ``costs.squared_error()``. Of another the force has to be ``a(y) - s``.
    dt : float, optional
        Step of explicit Euler; each certificate then says whether that step inherits it.
    level : {"fast", "standard", "strong"}
        How much work is done: sums over the edges; also eigenvalues and searches; also linear matrix inequalities.
    budget : float
        Seconds that the whole call may take, but for the work between two looks at the clock. What is left when a
        theorem begins is shared evenly with those after it; one that needs more than its share ends as UNKNOWN.
    progress : bool, optional
        Whether to draw a progress bar, which leaves nothing behind; default: where there is a terminal.

    Returns
    -------
    Report
        ``print(report)`` is a table; ``report["gershgorin"]`` a :class:`Certificate`, ``.certificates`` all of them,
        ``.claim`` the strongest thing proved, ``.refutations`` what is refuted, which may be about other inputs.

    Raises
    ------
    ParameterError
        If `network` is not a Network; phase, beta, cost and y do not go together; nothing can be said of the cost; or
        another argument is out of range.
    DataError
        If x or y has the wrong shape or holds a number that is not finite.

    Notes
    -----
    The strongest claim, "contracting", is that any two states s and s' under one input have

    .. math:: \|s(t) - s'(t)\| \le e^{-ct} \|s(0) - s'(0)\|

    with c the rate and the norm that of the certificate, t in the network's unit of time. Each theorem's own
    statement is in its docstring, ``help(certificates.THEOREMS["gershgorin"])``, its source in
    ``report["gershgorin"].reference`` too.

    Examples
    --------
    >>> import networkx as nx, neurograph as ng
    >>> graph = nx.DiGraph([("x", "h", {"weight": 0.5}), ("h", "y", {"weight": 2.0}), ("y", "h", {"weight": -1.0})])
    >>> graph.nodes["x"]["role"], graph.nodes["y"]["role"] = "input", "output"
    >>> report = ng.certify(ng.compile(graph))
    >>> report["absolute_leak"].claims
    ('contracting', 'unique equilibrium', 'exponentially stable')
    >>> report["spectral_abscissa"].verdict
    <Verdict.UNKNOWN: 'UNKNOWN'>
    """
    network = in_float64(checked_network(network, *EVERY_KIND))
    kind = network.dynamics.kind
    if kind != "rate":
        _check_nothing_asked({"x": x, "y": y, "cost": cost, "dt": dt}, phase, kind)
    beta = checked_number("beta", beta)
    _check_phase(phase, beta, x, y)
    cost = squared_error() if cost is None else _checked_cost(cost, phase)
    if level not in LEVELS:
        raise ParameterError(f"level is {level!r}: expected one of {', '.join(map(repr, LEVELS))}")
    if dt is not None:
        dt = checked_number("dt", dt, above=0.0, remark=", or None to ask about no step")
    budget = checked_number("budget", budget, above=0.0)
    inputs = None if x is None else checked_inputs(network, x)
    targets = None if y is None or inputs is None else checked_targets(network, y, inputs.shape[0])
    if targets is not None:  # the force a(y) - s is that of the squared error towards a(y)
        targets = cost.force_at(np.zeros_like(targets), targets)
    system = System(network, inputs, targets, beta, dt, phase == "transposed", budget)
    asked = LEVELS[: LEVELS.index(level) + 1]
    theorems = [one for one in THEOREMS.values() if one.level in asked and kind in one.kinds]
    certificates = _answers(theorems, system, progress)
    nudge = f", beta = {beta:g}" if phase != "free" else ""
    where = f", {phase} phase{nudge}" if kind == "rate" else ""
    return Report(certificates, f"{network!r}{where}", network_digest(network))


def _answers(theorems: Sequence[Theorem], system: System, progress: bool | None) -> tuple[Certificate, ...]:
    """Ask one theorem after the other, each for its share of the time that is left; the bar names the one asked."""
    found: list[Certificate] = []
    deadline = Deadline(system.budget)
    hidden = None if progress is None else not progress
    with tqdm(theorems, unit="theorem", disable=hidden, leave=False, dynamic_ncols=True) as bar:
        for theorem in bar:
            bar.set_description(theorem.name)
            found.append(theorem.answer(system, max(deadline.left, 0.0) / (len(theorems) - len(found))).with_delays())
    return tuple(found)


def _check_nothing_asked(given: dict[str, object], phase: str, kind: str) -> None:
    """Refuse what is about equilibria, where neurons have none: all is proved for every state at once."""
    given = given | {"phase": None if phase == "free" else phase}
    if there := [name for name, value in given.items() if value is not None]:
        raise ParameterError(
            f"{there[0]} is given, which says nothing of {kind} neurons: expected certify(network), for what is "
            "proved of them holds for every state"
        )


def _checked_cost(cost: Cost, phase: str) -> Cost:
    if not isinstance(cost, Cost):
        raise ParameterError(f"cost is {cost!r}: expected one of neurograph.costs, such as costs.squared_error()")
    if phase == "free":
        raise ParameterError("cost is given, but phase is 'free', in which nothing is nudged: expected phase='nudged'")
    if cost.stiffness != 1.0:
        raise ParameterError(
            f"cost is {cost!r}, whose force is {cost.force_equation.text!r}: expected a(y) - s, as of "
            "costs.squared_error(), for the theorems know of no other nudge; a factor of it belongs into beta"
        )
    return cost


def _check_phase(phase: str, beta: float, x: ArrayLike | None, y: ArrayLike | None) -> None:
    if phase not in ("free", "nudged", "transposed"):
        raise ParameterError(f"phase is {phase!r}: expected 'free', 'nudged' or 'transposed'")
    if phase == "free" and (beta != 0.0 or y is not None):
        culprit = f"beta is {beta!r}" if beta != 0.0 else "y is given"
        raise ParameterError(f"{culprit}, but phase is 'free', in which nothing is nudged: expected phase='nudged'")
    if phase == "nudged" and beta == 0.0:
        raise ParameterError("phase is 'nudged', but beta is 0: expected another number, or phase='free'")
    if phase == "transposed" and beta == 0.0 and y is not None:
        raise ParameterError("y is given, but beta is 0, so that nothing is nudged: expected another beta, or no y")
    if beta != 0.0 and (x is None) != (y is None):
        given, missing = ("x", "y") if y is None else ("y", "x")
        raise ParameterError(
            f"{given} is given without {missing}: expected both or neither, for a nudged equilibrium depends on both"
        )
