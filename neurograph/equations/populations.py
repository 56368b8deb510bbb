"""Several dynamics in one network: each node moves as its population does."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from neurograph.equations.binary import Binary
from neurograph.equations.checked import MOST_VARIABLES
from neurograph.equations.expression import Expression
from neurograph.equations.neuron import POPULATION, STATE, Dynamics, latex_of
from neurograph.equations.rendering import for_brian
from neurograph.equations.unitary import Unitary
from neurograph.errors import ParameterError

BOX = ("box low", "box high")
"""What the ends of a node's box are called among its values, where populations have different ones; no parameter can
be called so."""

LATEX_TEXT = {one: f"\\{one}" for one in "#$%&_{}"} | {
    "\\": r"\textbackslash{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
}
"""What LaTeX reads otherwise, and how it is written inside a text."""


@dataclass(frozen=True)
class ByPopulation(Expression):
    """An equation of each population; its symbol ``population`` is the place of a node's own.

    Attributes
    ----------
    parts : tuple of Expression
        One for each population.
    names : tuple of str
        What the populations are called.
    """

    parts: tuple[Expression, ...] = ()
    names: tuple[str, ...] = ()

    @classmethod
    def of(cls, names: tuple[str, ...], parts: tuple[Expression, ...]) -> Expression:
        """Return the equation that says of each population what `parts` do."""
        texts = [part.text.strip() for part in parts]
        text = "; ".join(f"{name}: {one}" for name, one in zip(names, texts, strict=True))
        return cls(text, (*STATE, POPULATION), parts[0].what, parts, names)

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle the equations."""
        return ByPopulation.of, (self.names, self.parts)

    @cached_property
    def symbols(self) -> frozenset[str]:
        """The names that any of them uses, and ``population``."""
        return frozenset({POPULATION}).union(*(part.symbols for part in self.parts))

    def __call__(self, /, **values: Any) -> Any:
        """Return the value at arrays of nodes; each equation is evaluated at its own nodes alone.

        The nodes are the last axis, or, where ``population`` is (nodes, 1), the one before it.
        """
        arrays = {name: np.asarray(value) for name, value in values.items() if name in self.symbols}
        own = arrays[POPULATION]
        axis = -2 if own.ndim == 2 and own.shape[1] == 1 else -1
        result = np.zeros(np.broadcast_shapes(*(array.shape for array in arrays.values())))
        for k, part in enumerate(self.parts):
            if (nodes := np.flatnonzero(own == k)).size:
                at = {
                    name: np.take(one, nodes, axis) if one.ndim >= -axis and one.shape[axis] > 1 else one
                    for name, one in arrays.items()
                }
                result[(..., nodes) if axis == -1 else (..., nodes, slice(None))] = part(**at)
        return result

    def _each(self, changed: Callable[[Expression], Expression]) -> Expression:
        return ByPopulation.of(self.names, tuple(map(changed, self.parts)))

    def derivative(self, name: str) -> Expression:
        """Return the derivative of each by `name`."""
        return self._each(lambda part: part.derivative(name))

    def is_affine(self, name: str) -> bool:
        """Whether each is ``a + b name`` with a and b free of it."""
        return all(part.is_affine(name) for part in self.parts)

    def brian(self, names: Mapping[str, str] | None = None) -> str:
        """Return a sum of all as Brian2 reads it, of which a neuron's own is multiplied by 1, and the others by 0.

        Where it is not a neuron's own, none is nan or infinite (see :func:`for_brian`), for 0 times that is nan.
        """
        if len({part.text for part in self.parts}) == 1:
            return self.parts[0].brian(names)
        which = (names or {}).get(POPULATION, POPULATION)
        marks = [(f"int({which} == {k})", f"int({which} != {k})") for k in range(len(self.parts))]
        parts = zip(marks, self.parts, strict=True)
        return " + ".join(f"{mark[0]}*({for_brian(part.tree, names, mark)})" for mark, part in parts)

    def latex(self, names: Mapping[str, str] | None = None) -> str:
        """Return all in LaTeX, each beside the name of its population."""
        named = zip(map(_latex_text, self.names), self.parts, strict=True)
        lines = (rf"{part.latex(names)} & \text{{{name}}}" for name, part in named)
        return r"\begin{cases}" + r" \\ ".join(lines) + r"\end{cases}"


def _latex_text(text: str) -> str:
    """Return a text as LaTeX sets it, character by character."""
    return "".join(LATEX_TEXT.get(one, one) for one in text)


def by_population(equation: Expression) -> tuple[Expression, ...]:
    """Return the equations of the populations; of one for all, that one."""
    return equation.parts if isinstance(equation, ByPopulation) else (equation,)


@dataclass(frozen=True)
class Populations(Dynamics):
    """The dynamics of each population, which :func:`neurograph.compile` makes of a mapping of names to dynamics.

    Its equations are :class:`ByPopulation`; what else a :class:`Dynamics` says, it says of all of them together.

    Attributes
    ----------
    each : tuple of (str, Dynamics)
        Names and dynamics, in the order given.
    """

    each: tuple[tuple[str, Dynamics], ...] = ()

    @classmethod
    def of(cls, each: Mapping[str, Dynamics]) -> Populations:
        """Check a mapping of names to dynamics.

        Raises
        ------
        ParameterError
            If a name is no text, or what it names no single dynamics.
        """
        for name, one in each.items():
            if not isinstance(name, str) or not name:
                raise ParameterError(
                    f"dynamics has the population {name!r}: expected text, as the node attribute {POPULATION!r} has it"
                )
            if isinstance(one, Dynamics) and one.kind != "rate":
                raise ParameterError(
                    f"dynamics[{name!r}] is {one.name}, which cannot be one of several populations: expected neurons "
                    "of rates, such as neurograph.dynamics.additive(), or that dynamics for the whole graph"
                )
            if not isinstance(one, Dynamics) or isinstance(one, Populations):
                raise ParameterError(
                    f"dynamics[{name!r}] is {one!r}: expected a neurograph.Dynamics, such as neurograph.dynamics.deep()"
                )
        if not each:
            raise ParameterError("dynamics is an empty mapping: expected a neurograph.Dynamics for each population")
        parts = tuple(each.values())
        variables = _named_variables(each)
        sent = {one.transfer.strip() for one in parts}
        boxes = [one.box for one in parts if one.box is not None]
        return cls(
            drift="; ".join(f"{name}: {one.drift}" for name, one in each.items()),
            transfer="s" if sent == {"s"} else "; ".join(f"{name}: {one.transfer}" for name, one in each.items()),
            box=None if not boxes else (min(box[0] for box in boxes), max(box[1] for box in boxes)),
            parameters={name: value for one in reversed(parts) for name, value in one.defaults.items()},
            self_loops=all(one.self_loops for one in parts),
            symmetric=any(one.symmetric for one in parts),
            name=", ".join(f"{name} {one.name}" for name, one in each.items()),
            variables=variables,
            each=tuple(each.items()),
        )

    def __post_init__(self) -> None:
        """Leave what the parts have checked as it is, but for the order of the parameters."""
        object.__setattr__(self, "parameters", tuple(sorted(dict(self.parameters).items())))

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the populations, in their order."""
        return tuple(name for name, _ in self.each)

    def _by_population(self, equation: Callable[[Dynamics], Expression]) -> Expression:
        return ByPopulation.of(self.names, tuple(equation(one) for _, one in self.each))

    @cached_property
    def drift_equation(self) -> Expression:
        """The drift of each population."""
        return self._by_population(lambda one: one.drift_equation)

    @cached_property
    def transfer_equation(self) -> Expression:
        """What each population sends."""
        return self._by_population(lambda one: one.transfer_equation)

    @cached_property
    def variable_equations(self) -> dict[str, Expression]:
        """The right-hand side of each further variable, by name; it stays where it is in a population without it."""

        def equation(name: str) -> Expression:
            still = Expression("0", (), f"variable {name!r}")
            return self._by_population(lambda one: one.variable_equations.get(name, still))

        return {name: equation(name) for name in self.variable_names}

    def rest_slope(self, name: str) -> Expression:
        """Differentiate the drift of each, its own further variables being at rest with it."""
        return self._by_population(lambda one: one.rest_slope(name))

    @property
    def leaks(self) -> tuple[Expression, ...]:
        """The factor L of each, where each drift is ``A - L s``, and such a factor of each variable; or none at all."""
        if not all(one.leaks for _, one in self.each):
            return ()
        still = Expression("0", (), "leak")
        own = [dict(zip(("s", *one.variable_names), one.leaks, strict=True)) for _, one in self.each]
        named = (tuple(leaks.get(name, still) for leaks in own) for name in ("s", *self.variable_names))
        return tuple(ByPopulation.of(self.names, parts) for parts in named)

    @property
    def boxes(self) -> tuple[tuple[float, float], ...]:
        """The box of each population, without ends where it has none."""
        return tuple(one.box or (-np.inf, np.inf) for _, one in self.each)

    @property
    def node_values(self) -> tuple[str, ...]:
        """What the equations read of each node beside its bias and sums, by name."""
        return (*self.defaults, POPULATION, *(BOX if len(set(self.boxes)) > 1 else ()))

    def latex(self) -> str:
        """Typeset ds_j/dt of each population, with the sums written out."""
        return latex_of(self)

    def to_dict(self) -> dict[str, Any]:
        """Return the dynamics of each population as plain values, as the file formats keep it."""
        return {"populations": {name: one.to_dict() for name, one in self.each}}


def _named_variables(each: Mapping[str, Dynamics]) -> tuple[tuple[str, str], ...]:
    """Return the further variables of all populations, each with the equations of those that have it."""
    texts: dict[str, list[str]] = {}
    for population, one in each.items():
        for name, text in dict(one.variables).items():
            texts.setdefault(name, []).append(f"{population}: {text}")
    if len(texts) > MOST_VARIABLES:
        raise ParameterError(f"the populations have {len(texts)} variables together: expected at most {MOST_VARIABLES}")
    for population, one in each.items():
        if taken := sorted(texts.keys() & one.defaults.keys()):
            raise ParameterError(
                f"dynamics[{population!r}] has the parameter {taken[0]!r}, which is a variable of another population: "
                "expected another name"
            )
    return tuple((name, "; ".join(parts)) for name, parts in texts.items())


def each_population(dynamics: Dynamics) -> tuple[tuple[str, Dynamics], ...]:
    """Return the names and the dynamics of the populations; of one for all, its own name and itself."""
    return dynamics.each if isinstance(dynamics, Populations) else ((dynamics.name, dynamics),)


def dynamics_from_dict(values: Any) -> Dynamics:
    """Read what ``to_dict`` of any dynamics gave.

    Raises
    ------
    ParameterError
        If it is not such a mapping.
    """
    if isinstance(values, Mapping) and "log_odds" in values:
        return Binary.from_dict(values)
    if isinstance(values, Mapping) and "unitary" in values:
        return Unitary.from_dict(values)
    if not isinstance(values, Mapping) or set(values) != {"populations"}:
        return Dynamics.from_dict(values)
    each = values["populations"]
    if not isinstance(each, Mapping):
        raise ParameterError(f"dynamics has the populations {each!r}: expected a mapping of names to dynamics")
    return Populations.of({name: Dynamics.from_dict(one) for name, one in each.items()})
