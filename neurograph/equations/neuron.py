"""Neurons as equations: drift, transfer and box."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any, ClassVar, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from neurograph._arrays import FrozenArrays
from neurograph.equations.checked import checked_box, checked_parameters, checked_variables
from neurograph.equations.expression import ARRAY_FUNCTIONS, Expression, shown_latex
from neurograph.equations.rest_slope import rest_slope
from neurograph.errors import ParameterError

Kind = Literal["rate", "binary", "unitary"]
"""What neurons do: rates settle at an equilibrium, binary ones flip at random, those of unitary networks turn."""

STATE = ("s", "I", "b", "w_out", "w_out_abs")
"""What a drift may see of its own node: state, summed input, bias, summed (absolute) outgoing weight."""

POPULATION = "population"
"""The node attribute that says which population a node is of, and the symbol of its place among them."""

RESERVED = (*STATE, *ARRAY_FUNCTIONS, "role", "bias", POPULATION)
"""What a parameter, or a further variable, cannot be called."""

NO_DISTANCE = 1e-3
"""Distance from the end of a box, over the drift towards it, that is none: a time in which nothing else moves."""

SYMBOLS = {
    "s": "s_j",
    "I": r"\sum_i W_{ij} f(s_i)",
    "b": "b_j",
    "w_out": r"\sum_k W_{jk}",
    "w_out_abs": r"\sum_k |W_{jk}|",
}


@dataclass(frozen=True)
class Dynamics(FrozenArrays):
    r"""How one neuron moves: its drift, what it sends along its edges, and the box it stays in.

    Parameters
    ----------
    drift : str
        ds/dt as an equation over ``s`` (the state), ``I`` (the summed input), ``b`` (the bias), ``w_out`` and
        ``w_out_abs`` (sum of the node's outgoing weights, and of their absolute values) and the names in `parameters`.
        Clamping, nudging and the box are added by every target in the same way and do not belong in it.
    transfer : str
        f(s), what a neuron sends, over ``s`` and the parameters.
    box : (float, float) or None
        The interval that the state s is clipped to after every step.
    parameters : mapping of str to float
        Default values; a node attribute of the same name overrides it for that node.
    self_loops : bool
        Whether an edge from a node to itself means something.
    symmetric : bool
        Whether the dynamics needs W_ij = W_ji between free nodes.
    name : str
        How results call it.
    variables : mapping of str to str
        Further state variables of the neuron, by name: the right-hand side of each, over what the drift sees. Up to
        four; the drift sees them too, the transfer does not. Neither box nor nudge reaches them.

    Raises
    ------
    ExpressionError
        If an equation cannot be read, or sees more than its own node.
    ParameterError
        If the box is empty or a parameter is not a finite number.

    Notes
    -----
    .. math:: \dot s_j = g(s_j, I_j, b_j, \ldots), \quad I_j = \sum_i W_{ij} f(s_i)

    with :math:`s_j` the state of neuron j, g the drift, f the transfer, :math:`W_{ij}` the weight of the edge from i to
    j and :math:`b_j` the bias. Time has no unit: it is counted in that of the drift. It follows from the definition;
    the named dynamics of the literature are in :mod:`neurograph.dynamics`.

    Examples
    --------
    A neuron of one's own is one line:

    >>> import neurograph as ng
    >>> leaky = ng.Dynamics(drift="(-s + tanh(I + b)) / tau", parameters={"tau": 2.0})
    >>> leaky.slope("I").text
    '(1 - tanh(I + b)**2)/tau'

    One that adapts has a second variable, which follows s and inhibits it:

    >>> adapting = ng.Dynamics("-s + tanh(I + b - g*a)", variables={"a": "(s - a)/tau_a"},
    ...                     parameters={"g": 0.5, "tau_a": 10.0})
    >>> round(float(adapting.rest_slope("s")(s=0.0, I=0.0, b=0.0, a=0.0, g=0.5, tau_a=10.0)), 9)
    -1.5
    """

    drift: str
    transfer: str = "s"
    box: tuple[float, float] | None = None
    parameters: Mapping[str, float] | tuple[tuple[str, float], ...] = ()
    self_loops: bool = True
    symmetric: bool = False
    name: str = "custom"
    variables: Mapping[str, str] | tuple[tuple[str, str], ...] = ()

    kind: ClassVar[Kind] = "rate"

    def __post_init__(self) -> None:
        """Check the equations and freeze the parameters, as sorted pairs, and the variables."""
        object.__setattr__(self, "parameters", checked_parameters(self.parameters, RESERVED))
        object.__setattr__(self, "variables", checked_variables(self.variables, (*RESERVED, *self.defaults)))
        object.__setattr__(self, "box", checked_box(self.box))
        _ = self.drift_equation, self.transfer_equation, self.variable_equations

    @cached_property
    def defaults(self) -> dict[str, float]:
        """The parameters and their default values, by name."""
        return dict(self.parameters)

    @cached_property
    def drift_equation(self) -> Expression:
        """The drift, checked."""
        return Expression(self.drift, (*STATE, *self.variable_names, *self.defaults), "drift")

    @property
    def variable_names(self) -> tuple[str, ...]:
        """The names of the further variables, in their order."""
        return tuple(name for name, _ in tuple(self.variables))

    @cached_property
    def variable_equations(self) -> dict[str, Expression]:
        """The right-hand side of each further variable, checked, by name."""
        seen = (*STATE, *self.variable_names, *self.defaults)
        return {name: Expression(text, seen, f"variable {name!r}") for name, text in tuple(self.variables)}

    @cached_property
    def transfer_equation(self) -> Expression:
        """The transfer, checked."""
        return Expression(self.transfer, ("s", *self.defaults), "transfer")

    def slope(self, name: str) -> Expression:
        """Differentiate the drift with respect to one of its symbols."""
        return self.drift_equation.derivative(name)

    def rest_slope(self, name: str) -> Expression:
        """Differentiate the drift with respect to s, I, b or a parameter, the further variables being at rest with it.

        At an equilibrium it is what the equilibrium moves by; without further variables, it is :meth:`slope`.
        """
        return rest_slope(self.drift_equation, name, self.variable_equations)

    @cached_property
    def transfer_slope(self) -> Expression:
        """f'(s)."""
        return self.transfer_equation.derivative("s")

    @property
    def uses_bias(self) -> bool:
        """Whether the drift, or the equation of a further variable, contains ``b``."""
        return "b" in self.symbols

    @property
    def leak(self) -> Expression | None:
        """The factor L where the drift is ``A - L s`` with A free of s and L of s, I and every variable; else None."""
        return self.leaks[0] if self.leaks else None

    @property
    def leaks(self) -> tuple[Expression, ...]:
        """That of s, and such a factor of each further variable; none at all if one has none."""
        found = [_leak(self.drift_equation, "s", self.changing)]
        found += [_leak(one, name, self.changing) for name, one in self.variable_equations.items()]
        leaks = tuple(one for one in found if one is not None)
        return leaks if len(leaks) == len(found) else ()

    @property
    def symbols(self) -> frozenset[str]:
        """What the drift, or the equation of a further variable, reads."""
        return self.drift_equation.symbols.union(*(one.symbols for one in self.variable_equations.values()))

    @property
    def changing(self) -> tuple[str, ...]:
        """What the equations read that changes while a network settles: s, I and the further variables."""
        return (*STATE[:2], *self.variable_names)

    @property
    def node_values(self) -> tuple[str, ...]:
        """What the equations read of each node beside its bias and sums, by name: the parameters."""
        return tuple(self.defaults)

    def __str__(self) -> str:
        """Return the equations as text: of s, and of each further variable."""
        return ", ".join(f"d{name}/dt = {text}" for name, text in (("s", self.drift), *tuple(self.variables)))

    def latex(self) -> str:
        """Typeset ds_j/dt, with the sums written out, and each further variable in a line of its own."""
        return latex_of(self)

    def _repr_latex_(self) -> str:
        """Return the same, as IPython asks for it."""
        return shown_latex(self.latex())

    def to_dict(self) -> dict[str, Any]:
        """Return the dynamics as plain values, as the file formats keep it."""
        return {
            "name": self.name,
            "drift": self.drift,
            "transfer": self.transfer,
            "box": None if self.box is None else list(self.box),
            "parameters": self.defaults,
            "self_loops": self.self_loops,
            "symmetric": self.symmetric,
            **({"variables": dict(self.variables)} if self.variables else {}),
        }

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Dynamics:
        """Read what :meth:`to_dict` gave.

        Raises
        ------
        ParameterError
            If it is not such a mapping.
        """
        expected = {"name", "drift", "transfer", "box", "parameters", "self_loops", "symmetric"}
        if not isinstance(values, Mapping) or set(values) - {"variables"} != expected:
            raise ParameterError(
                f"dynamics is {values!r}: expected a mapping with the keys {', '.join(sorted(expected))}, and "
                "'variables' where it has some"
            )
        box = values["box"]
        return cls(**{**values, "box": None if box is None else tuple(box)})


def latex_of(dynamics: Dynamics) -> str:
    """Typeset the equations of s and of each further variable."""
    own = {name: rf"{{{Expression(name, (name,)).latex()}}}_j" for name in dynamics.variable_names}
    named = {"s": dynamics.drift_equation, **dynamics.variable_equations}
    lines = [(rf"\dot {own.get(name, name + '_j')}", one.latex(SYMBOLS | own)) for name, one in named.items()]
    if len(lines) == 1:
        return " = ".join(lines[0])
    return r"\begin{aligned}" + r" \\ ".join(" &= ".join(line) for line in lines) + r"\end{aligned}"


@lru_cache(maxsize=256)
def _leak(equation: Expression, name: str, changing: tuple[str, ...]) -> Expression | None:
    slope = equation.derivative(name)
    if slope.symbols.intersection(changing) or not equation.is_affine(name):
        return None
    return Expression(f"-({slope.text})", slope.vocabulary, "leak")


@np.errstate(invalid="ignore")  # infinite ends are far from every state
def pressed(state: ArrayLike, drift: ArrayLike, low: ArrayLike, high: ArrayLike) -> NDArray[np.int8]:
    """Return where the drift presses a state against its box: -1 at the lower end, 1 at the upper, else 0.

    A state is at an end also where it is as far from it as rounding leads, four units in the last place of the box's
    width, of 1 if it is wider, or of the end itself, and the drift is so large that this is no distance beside it: a
    state that decays to an end is not pressed against it.
    """
    s, outward, least, most = np.asarray(state), np.asarray(drift), np.asarray(low), np.asarray(high)
    unit = 4.0 * float(np.finfo(s.dtype).eps if s.dtype.kind == "f" else np.finfo(np.float64).eps)
    width = np.minimum(most - least, 1.0)
    at_low = s - least <= np.minimum(unit * (width + np.abs(least)), NO_DISTANCE * -outward)
    at_high = most - s <= np.minimum(unit * (width + np.abs(most)), NO_DISTANCE * outward)
    return np.asarray(np.subtract(at_high & (outward > 0.0), at_low & (outward < 0.0), dtype=np.int8))
