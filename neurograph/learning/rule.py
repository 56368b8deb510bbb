"""A learning rule: the phases it needs, and an expression that may see only the two ends of its own edge."""

from __future__ import annotations

import ast
import copy
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from neurograph._arrays import FrozenArrays
from neurograph._checks import checked_number, checked_whole
from neurograph.equations.checked import checked_parameters, checked_variables
from neurograph.equations.expression import ARRAY_FUNCTIONS, Expression, shown_latex
from neurograph.errors import LocalityError, ParameterError

Kind = Literal["readout", "online", "sampled", "through time"]
"""When a rule is evaluated: once, along a phase, on drawn states; the last is no expression of an edge's two ends."""

PHASES = ("nudged", "opposite", "clamped", "response")
"""The phases that a rule may need after the free one, in the order in which they are run."""

READOUT = (
    *(f"{end}_{sent}{phase}" for phase in ("free", *PHASES[:3]) for sent in ("", "sent_") for end in ("pre", "post")),
    "pre_response", "post_response", "post_slope", "pre_leak", "w", "beta",
)  # fmt: skip
"""The variables of a readout rule: both ends at the end of each phase, the edge's effect on either end, its weight."""

SAMPLED = (
    *(f"{end}_{what}" for what in ("data", "model", "rate", "visible") for end in ("pre", "post")), "w",
)  # fmt: skip
"""The variables of a sampled rule: both ends in the data and in the model phase, at which rate they flip in the data
phase, whether they are visible; the weight."""

ONLINE = ("pre", "post", "dpre", "dpost", "w")
"""The variables of an online rule: both ends after a step, their changes in it, the weight."""

MODULATOR = "modulator"
"""The third factor of an online rule, which comes from elsewhere."""

VOCABULARY = {"readout": READOUT, "online": (*ONLINE, MODULATOR), "sampled": SAMPLED}
"""What a rule of each kind may see, beside its own parameters and traces."""

ENDS = {"pre": "i", "post": "j"}

MARKS = {
    "free": "", "nudged": "^{+}", "opposite": "^{-}", "clamped": "^{c}", "response": "^{r}",
    "data": r"^{\mathrm{data}}", "model": r"^{\mathrm{model}}",
}  # fmt: skip
"""How a state of a phase is marked in LaTeX."""

SYMBOLS = {
    **{f"{end}_{phase}": f"s_{{{place}}}{mark}" for end, place in ENDS.items() for phase, mark in MARKS.items()},
    **{f"{end}_sent_{phase}": f"f(s_{{{k}}}{mark})" for end, k in ENDS.items() for phase, mark in MARKS.items()},
    **{end: f"s_{{{place}}}" for end, place in ENDS.items()},
    **{f"d{end}": rf"\dot s_{{{place}}}" for end, place in ENDS.items()},
    **{f"{end}_rate": rf"\lambda_{{{place}}}" for end, place in ENDS.items()},
    **{f"{end}_visible": f"v_{{{place}}}" for end, place in ENDS.items()},
    "post_slope": "g'_{j}", "pre_leak": r"\frac{\partial g_i}{\partial W_{ij}}", "w": "W_{ij}", MODULATOR: "M",
}  # fmt: skip
"""LaTeX of what a rule may see."""


@dataclass(frozen=True)
class Rule(FrozenArrays):
    r"""How one edge's weight changes, from what is known at its two ends and nowhere else.

    A bias learns by the same expression, as an edge from a node that sends 1. The phases are those that the expression
    names: ``free`` (always run), ``nudged`` (+beta), ``opposite`` (-beta), ``clamped`` (outputs held at their
    targets) and ``response`` (the linear response to a nudge that goes to 0, along the edges turned round).

    Parameters
    ----------
    change : str
        The change of the weight that lowers the cost, as an equation. A *readout* rule is evaluated once, on
        the final states of its phases: ``pre_free``, ``post_free``, ``pre_nudged``, ... are the states of the edge's
        two ends, ``pre_sent_free``, ... what they send, f(s); ``pre_response`` and ``post_response`` are ds/dbeta;
        ``post_slope`` is dg_j/dI_j and ``pre_leak`` is the derivative of the presynaptic node's drift with respect to
        this weight (0 where the node is clamped, or its drift has no ``w_out``), both at the free equilibrium; ``w``
        is the weight, ``beta`` the nudging strength. An *online* rule is evaluated at each step, of the nudged phase or
        of a simulation, on ``pre`` and ``post`` after the step, on ``dpre`` and ``dpost`` and on ``w``. In the nudged
        phase dpre and dpost are the differences in the step, and the rule is summed; in :func:`neurograph.simulate` it
        is dw/dt, dpre and dpost are ds/dt, and there may be a third factor ``modulator``, and traces.
        A *sampled* rule is one of binary neurons: ``pre_data`` and ``post_data`` are the states of its ends, 0 or 1,
        with the visible neurons at a sample of the data and the hidden ones drawn given them; ``pre_model`` and
        ``post_model`` those after sweeps over all neurons from there; ``pre_rate`` and ``post_rate`` the rates
        exp((1/2 - s) a) at which they flip at the data, a their log odds, the exponent at most 8; ``pre_visible`` and
        ``post_visible`` are 1 for a visible neuron, else 0; ``w`` is the weight.
    kind : {"readout", "online", "sampled"}, optional
        Whether the rule is evaluated once, at each step, or on drawn states. Default: "online" where it names ``pre``,
        ``post``, ``dpre``, ``dpost`` or ``modulator``, or has traces, else "readout".
    average : bool
        Whether an online rule is averaged over the solver's number of steps of the nudged phase; else it is summed.
    transposed : bool
        Whether activity also returns along the edges in the nudged phases: the drift gets (J' - J)(s - s_free).
    random_sign : bool
        Whether the sign of beta is drawn anew for each sample and update.
    clamp : float
        How far the outputs of the clamped phase are moved from where they are free towards their targets, 0 to 1.
    lift : float
        The share, 0 to 1, by which a node at a bound of the box responds to a force back into it, in the response
        phase. With 0 it does not respond, as its gradient is 0.
    symmetric : bool
        Whether the rule is right only where every edge between free nodes is tied to the edge back.
    name : str
        The name of the rule in results.
    sweeps : int
        Of a sampled rule: over the hidden neurons for the data phase, and over all for the model phase.
    traces : mapping of str to str
        Of an online rule in :func:`neurograph.simulate`: what each synapse remembers, by name, as the right-hand side
        of its d/dt over what the rule sees. All begin at 0. Up to four.
    parameters : mapping of str to float
        Numbers that the equations name.

    Raises
    ------
    LocalityError
        If the expression names anything else: the rule would not be local.
    ExpressionError
        If the expression cannot be read.
    ParameterError
        If the other arguments do not go with the phases.

    Notes
    -----
    .. math:: W_{ij} \leftarrow W_{ij} + \eta\, \langle r(\text{pre} = i, \text{post} = j, W_{ij}) \rangle

    with :math:`W_{ij}` the weight of the edge from i to j, r the rule, :math:`\eta` the learning rate and the mean over
    samples; :mod:`neurograph.optimisers` have other steps. It follows from the definition; the rules of the literature
    are in :mod:`neurograph.rules`.

    Examples
    --------
    >>> import neurograph as ng
    >>> hebb = ng.Rule("post_nudged*pre_nudged - post_free*pre_free", name="contrastive")
    >>> hebb.phases
    ('nudged',)
    >>> traced = {"traces": {"trace": "(pre - trace)/tau"}, "parameters": {"a": 0.5, "tau": 2.0}}
    >>> ng.Rule("a*trace*dpost", **traced).kind
    'online'
    >>> ng.Rule("pre_free * sum_post")
    Traceback (most recent call last):
    ...
    neurograph.errors.LocalityError: a readout rule uses 'sum_post', which is not at either end of its edge: ...
    """

    change: str
    kind: Kind | None = None
    average: bool = False
    transposed: bool = False
    random_sign: bool = False
    clamp: float = 1.0
    lift: float = 0.0
    symmetric: bool = False
    name: str = "custom"
    sweeps: int = 1
    traces: Mapping[str, str] | tuple[tuple[str, str], ...] = ()
    parameters: Mapping[str, float] | tuple[tuple[str, float], ...] = ()

    def __post_init__(self) -> None:
        """Check that the rule is local, and that its arguments agree with its phases."""
        for name in ("average", "transposed", "random_sign", "symmetric"):
            if not isinstance(getattr(self, name), bool):
                raise ParameterError(f"{name} is {getattr(self, name)!r}: expected True or False")
        if self.kind is None:
            object.__setattr__(self, "kind", "online" if self.traces or _names_ends(self.change) else "readout")
        if self.kind not in VOCABULARY:
            raise ParameterError(f"kind is {self.kind!r}: expected 'readout', 'online' or 'sampled'")
        reserved = (*VOCABULARY[self.kind], *ARRAY_FUNCTIONS)
        object.__setattr__(self, "parameters", checked_parameters(self.parameters, reserved))
        reserved = (*reserved, *dict(self.parameters))
        object.__setattr__(self, "traces", checked_variables(self.traces, reserved, "trace"))
        if self.traces and self.kind != "online":
            raise ParameterError(
                f"traces is given for a {self.kind} rule, which sees no steps: expected an online rule, such as "
                "Rule('pre_trace*dpost', traces={'pre_trace': 'pre - pre_trace'})"
            )
        if self.average and self.kind != "online":
            raise ParameterError(f"average is True for a {self.kind} rule, which has no steps: expected an online rule")
        checked_whole("sweeps", self.sweeps, 1)
        if self.sweeps != 1 and self.kind != "sampled":
            raise ParameterError(
                f"sweeps is {self.sweeps} for a {self.kind} rule, whose phases settle: expected a sampled rule"
            )
        _ = self.expression, self.trace_equations
        checked_number("clamp", self.clamp, above=0.0, most=1.0)
        checked_number("lift", self.lift, least=0.0, most=1.0)
        if self.lift and "response" not in self.phases:
            raise ParameterError(f"lift is {self.lift!r}, but {self.change!r} names no response phase")
        for name in ("transposed", "random_sign"):
            if getattr(self, name) and not self.nudged:
                raise ParameterError(
                    f"{name} is True, but {self.change!r} names neither the nudged nor the opposite phase: "
                    "expected a rule with one of them"
                )
        if self.clamp != 1.0 and "clamped" not in self.phases:
            raise ParameterError(f"clamp is {self.clamp!r}, but {self.change!r} names no clamped phase")

    @cached_property
    def expression(self) -> Expression:
        """The change, checked, with the numbers of its parameters."""
        return self._read(self.change, f"{'an' if self.kind == 'online' else 'a'} {self.kind} rule")

    @cached_property
    def trace_equations(self) -> dict[str, Expression]:
        """The right-hand side of each trace, the same."""
        return {name: self._read(text, f"trace {name!r} of a rule") for name, text in dict(self.traces).items()}

    @property
    def symbols(self) -> frozenset[str]:
        """What the rule and its traces see."""
        return self.expression.symbols.union(*(one.symbols for one in self.trace_equations.values()))

    @property
    def lives_in_time(self) -> bool:
        """Whether only a simulation has what the rule asks for: traces, or a modulator."""
        return bool(self.traces) or MODULATOR in self.symbols

    def _read(self, text: str, what: str) -> Expression:
        numbers, seen = dict(self.parameters), (*VOCABULARY[self.kind or "readout"], *dict(self.traces))
        given = LocalExpression(text, (*seen, *numbers), what)
        if not numbers:
            return given
        return LocalExpression(ast.unparse(_WithNumbers(numbers).visit(copy.deepcopy(given.tree))), seen, what)

    def latex(self) -> str:
        r"""Typeset the change of the weight from node i to node j, and the equation of each trace.

        What is of the free phase has no mark, of the nudged one +, of the opposite one -, of the clamped one c; r is
        the response to a nudge.

        Examples
        --------
        >>> print(Rule("pre_free*post_slope*(post_nudged - post_free)/beta").latex())
        \Delta W_{ij} = \frac{g'_{j} s_{i} \left(- s_{j} + s_{j}^{+}\right)}{\beta}
        """
        own = {name: r"\mathrm{{{}}}".format(name.replace("_", r"\_")) for name in dict(self.traces)}
        change = r"\dot W_{ij}" if self.kind == "online" else r"\Delta W_{ij}"
        lines = [f"{change} = {self.expression.latex(SYMBOLS | own)}"]
        lines += [rf"\dot{{{own[k]}}} = {one.latex(SYMBOLS | own)}" for k, one in self.trace_equations.items()]
        return r",\quad ".join(lines)

    def _repr_latex_(self) -> str | None:
        """Return the same, as IPython asks for it."""
        return shown_latex(self.latex())

    @cached_property
    def phases(self) -> tuple[str, ...]:
        """The phases after the free one that the rule needs, in their order."""
        symbols = self.expression.symbols
        if self.kind == "online":
            return ("nudged",)
        if self.kind == "sampled":
            return ("model",) if symbols & {"pre_model", "post_model"} else ()
        return tuple(phase for phase in PHASES if any(symbol.endswith(f"_{phase}") for symbol in symbols))

    @property
    def nudged(self) -> bool:
        """Whether there is a phase of nudging strength beta."""
        return bool({"nudged", "opposite"} & set(self.phases))


def check_rule_of_phases(rule: Rule) -> None:
    """Refuse a rule that phases do not have what it asks for.

    Raises
    ------
    ParameterError
        If it has traces or names a modulator.
    """
    if rule.lives_in_time:
        asks = "a modulator" if MODULATOR in rule.symbols else f"the trace {rule.traces[0][0]!r}"  # type: ignore[index]
        raise ParameterError(
            f"rule is {rule.name}, which has {asks} and learns while time goes on: expected a rule without, such as "
            "rules.stdp(), or neurograph.simulate(network, x, rule=rule)"
        )


def _names_ends(change: str) -> bool:
    """Return whether an equation, if it is one, names what online rules alone see."""
    try:
        names = {node.id for node in ast.walk(ast.parse(change)) if isinstance(node, ast.Name)}
    except (SyntaxError, TypeError, ValueError, RecursionError):
        return False
    return bool(names & {*ONLINE, MODULATOR} - {"w"})


class _WithNumbers(ast.NodeTransformer):
    """Puts numbers for names."""

    def __init__(self, numbers: Mapping[str, float]) -> None:
        self.numbers = numbers

    def visit_Name(self, node: ast.Name) -> ast.expr:
        """Return the number of a name; a negative one with its sign before it, as Python writes it."""
        if node.id not in self.numbers:
            return node
        size = ast.Constant(abs(self.numbers[node.id]))
        return ast.UnaryOp(ast.USub(), size) if self.numbers[node.id] < 0.0 else size


class LocalExpression(Expression):
    """An expression whose unknown names raise :class:`LocalityError`."""

    def _unknown_name(self, name: str) -> None:
        raise LocalityError(
            f"{self.what} uses {name!r}, which is not at either end of its edge: expected only "
            f"{', '.join(self.vocabulary)}, or a number that parameters names"
        )


@dataclass(frozen=True, repr=False)
class ThroughTime(Rule):
    """Backpropagation through time, which is not local; made by :func:`neurograph.rules.through_time`.

    Its parameters are those of :class:`Rule`, of which none is asked for; its equation stands at the function.

    Parameters
    ----------
    change, kind, average, transposed, random_sign, clamp, lift, symmetric, name, sweeps, traces, parameters
        As of :class:`Rule`; they stay as they are.

    Examples
    --------
    >>> import neurograph as ng
    >>> rule = ng.rules.ThroughTime()
    >>> rule.kind, rule.phases
    ('through time', ())
    """

    change: str = ""
    kind: Kind | None = "through time"
    name: str = "through time"

    def __post_init__(self) -> None:
        """Leave it unread: there is no expression of the two ends of an edge."""

    def __repr__(self) -> str:
        """Return the call, and that it is not local."""
        return "through_time() (not local: it needs the states of all steps, and the weights transposed)"

    def _repr_latex_(self) -> None:
        """Return none, for there is no equation of one edge; a notebook shows the repr."""

    @cached_property
    def phases(self) -> tuple[str, ...]:
        """Return none."""
        return ()
