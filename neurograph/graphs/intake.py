"""How a graph from elsewhere is taken in: which nodes are what, which column is the weight."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass, replace
from textwrap import indent
from typing import Any, Literal, TypedDict, TypeVar, cast, get_args

import numpy as np

from neurograph._checks import Seed, checked_generator, checked_number, finite_number
from neurograph.errors import GraphError, ParameterError
from neurograph.graphs.bias import Bias, biased, checked_bias
from neurograph.graphs.columns import Column
from neurograph.graphs.naming import Naming, named_roles, ordered
from neurograph.graphs.normalisation import Normalise, checked_normalise, normalised
from neurograph.graphs.parallel import Parallel, combined
from neurograph.graphs.transmitters import Signs, checked_signs, signed
from neurograph.graphs.wiring import Wiring, groups

SCALE = 0.2
"""Standard deviation of the weights that a builder draws.

Examples
--------
>>> import neurograph as ng
>>> weights = ng.compile(ng.topologies.complete(hidden=40, seed=0)).weights
>>> round(float(weights.std()), 1) == ng.topologies.SCALE
True
"""

OURS = ("plastic", "tie", "delay", "key")
"""What edges carry that is no weight."""

CHANGES = "changes"
"""Attribute of a graph that says what was dropped, added up, scaled or drawn as it was taken in."""


class Words(TypedDict, total=False):
    """The arguments of :class:`Intake`, for those who pass them on."""

    inputs: Naming
    outputs: Naming
    bias_nodes: Naming
    weight: str | None
    parallel: Parallel
    self_loops: Literal["keep", "drop"]
    into_inputs: Literal["error", "drop"]
    undirected: Literal["error", "both"]
    normalise: Normalise
    sign: Signs
    bias: Bias
    scale: float
    seed: Seed


@dataclass(frozen=True, kw_only=True)
class Intake:
    """How a graph is taken in, the same words wherever one comes from.

    Parameters
    ----------
    inputs, outputs, bias_nodes : labels, or mapping of attribute to value, optional
        Which nodes have these roles: by their labels, whose order is that of the columns of x and y, or by what they
        carry, as ``{"class": "sensory"}`` or ``{"class": ["sensory", "ascending"]}``. None: those that carry the
        attribute ``role``. With inputs and outputs named, every other node is hidden.
    weight : str, optional
        Which attribute or column of the edges is the weight, such as ``"count"``; None: weights are drawn.
    parallel : {"error", "sum", "mean", "max", "first"}
        What becomes of several edges from one node to another: refused, or one edge with the sum, mean, largest or
        first of their weights. What else they carry is kept where it is the same.
    self_loops : {"keep", "drop"}
        What becomes of an edge from a node to itself.
    into_inputs : {"error", "drop"}
        What becomes of an edge into an input or a bias node, which are clamped.
    undirected : {"error", "both"}
        What becomes of an undirected edge: refused, or one edge in each direction.
    normalise : {"auto", "incoming", "largest"}, number or None
        How weights are scaled: so that those into each neuron come to 1 ("incoming": ``w_ji / sum_k |w_jk|``), so that
        the largest is 1 ("largest"), so that the matrix among hidden and output nodes has this spectral radius (a
        number), or not (None). "auto": by "incoming", with a :class:`neurograph.GraphWarning`, where all are whole
        numbers, none but by `sign` below 0, and those into a neuron come to more than 10 on the average, as counts of
        synapses do; else not.
    sign : mapping of attribute to mapping of value to 1, -1 or 0, optional
        Dale's law, as ``{"transmitter": {"ACh": 1, "GABA": -1}}``: what leaves a node is excitatory (1), inhibitory
        (-1) or of any sign (0), by what the node carries or, if no node carries it, by most of its edges' weight.
    bias : bool or "neurons"
        What is added so that neurons have a threshold, which most tasks need: True, one more node ``"bias"``, of that
        role, with an edge of weight 0 to every hidden and output node; "neurons", a bias of its own, at first 0, for
        each that has none, which the dynamics must have a place for; False, nothing.
    scale : float
        Standard deviation of weights that are drawn.
    seed : int or numpy.random.Generator, optional
        For weights that are drawn; without it every call draws anew.
    """

    inputs: Naming = None
    outputs: Naming = None
    bias_nodes: Naming = None
    weight: str | None = "weight"
    parallel: Parallel = "error"
    self_loops: Literal["keep", "drop"] = "keep"
    into_inputs: Literal["error", "drop"] = "error"
    undirected: Literal["error", "both"] = "error"
    normalise: Normalise = "auto"
    sign: Signs = None
    bias: Bias = False
    scale: float = SCALE
    seed: Seed = None

    def __post_init__(self) -> None:
        """Check each argument by itself."""
        choices = {"parallel": get_args(Parallel), "self_loops": ("keep", "drop"), "into_inputs": ("error", "drop")}
        for name, known in {**choices, "undirected": ("error", "both")}.items():
            if getattr(self, name) not in known:
                raise ParameterError(f"{name} is {getattr(self, name)!r}: expected {' or '.join(map(repr, known))}")
        if not isinstance(self.weight, (str, type(None))):
            raise ParameterError(
                f"weight is {self.weight!r}: expected the name of an attribute or column of the edges, or None to "
                "draw weights"
            )
        checked_normalise(self.normalise)
        checked_signs(self.sign)
        checked_bias(self.bias)
        checked_scale(self.scale)

    def of(self, wiring: Wiring, draws: bool = False) -> Wiring:
        """Return a graph as it is compiled, with the attribute ``changes`` if anything in it was changed.

        Edges without a weight get one drawn if `weight` is None or `draws`.

        Raises
        ------
        GraphError
            If the graph does not go with the arguments.
        ParameterError
            If a label is not in the graph or has two roles.
        """
        said: list[str] = []
        steps: tuple[Callable[[Wiring], tuple[Wiring, str]], ...] = (
            lambda one: self._weighed(one, draws),
            self._directed,
            self._without_loops,
            lambda one: named_roles(one, self.inputs, self.outputs, self.bias_nodes),
            self._clamped,
            lambda one: combined(one, self.parallel, self.weight),
            lambda one: self._drawn(one, draws or self.weight is None),
            lambda one: signed(one, self.sign, self.weight is None),
            lambda one: normalised(one, self.normalise),
            lambda one: biased(one, self.bias),
        )
        for step in steps:
            wiring, change = step(wiring)
            said += [change] if change else []
        wiring = ordered(wiring, self.inputs, self.outputs)
        if not said:
            return wiring
        before = [str(wiring.attributes[CHANGES])] if CHANGES in wiring.attributes else []
        return replace(wiring, attributes={**wiring.attributes, CHANGES: "; ".join([*before, *said])})

    def _weighed(self, wiring: Wiring, draws: bool) -> tuple[Wiring, str]:
        """Take the column that is the weight."""
        name, columns = self.weight, wiring.of_edges
        if name is None:
            return replace(wiring, of_edges=columns.without("weight")), ""
        if name in columns:
            column = columns[name]
            if name != "weight" and column.present is not None and not column.present.all():
                pre, post = wiring.edge(int(np.argmin(column.present)))
                raise GraphError(f"edge {pre!r} -> {post!r} has no {name}: expected a number at every edge")
            return replace(wiring, of_edges=columns.having(weight=column)), ""
        others = [str(key) for key, one in columns.items() if one.values.dtype.kind in "iuf" and key not in OURS]
        if wiring.pre.size and not (draws and name == "weight" and not others):
            raise GraphError(
                f"the edges carry no {name!r}: expected weight= with one of "
                f"{', '.join(map(repr, others)) or 'what they carry'}, or weight=None to draw weights"
            )
        return wiring, ""

    def _directed(self, wiring: Wiring) -> tuple[Wiring, str]:
        """Make an undirected edge two, one behind the other."""
        if wiring.directed:
            return wiring, ""
        if self.undirected == "error":
            raise GraphError(
                'the graph is undirected: expected a directed one; undirected="both" makes every edge go both ways'
            )
        apart = wiring.pre != wiring.post
        twice = np.repeat(np.arange(apart.size), np.where(apart, 2, 1))
        back = np.r_[False, twice[1:] == twice[:-1]]
        both = wiring.keeping(twice)
        pre, post = np.where(back, both.post, both.pre), np.where(back, both.pre, both.post)
        said = f"{apart.sum()} undirected edges made to go both ways"
        return replace(both, pre=pre, post=post, directed=True), said

    def _without_loops(self, wiring: Wiring) -> tuple[Wiring, str]:
        loops = wiring.pre == wiring.post
        if self.self_loops == "keep" or not loops.any():
            return wiring, ""
        return wiring.keeping(~loops), f"{counted(loops.sum(), 'self-loop')} dropped"

    def _clamped(self, wiring: Wiring) -> tuple[Wiring, str]:
        """Take out the edges into nodes that are clamped."""
        clamped = np.isin(np.array(wiring.roles(), object), ("input", "bias"))
        into = clamped[wiring.post]
        if not into.any():
            return wiring, ""
        if self.into_inputs == "drop":
            return wiring.keeping(~into), f"{counted(into.sum(), 'edge')} into inputs dropped"
        pre, post = wiring.edge(int(np.argmax(into)))
        raise GraphError(
            f"edge {pre!r} -> {post!r} ends at a node with role {wiring.roles()[wiring.nodes.index(post)]!r}, which is "
            f'clamped: expected no edge into it, and there are {into.sum()} in all; into_inputs="drop" drops them, '
            "or a node that others send to is hidden"
        )

    def _drawn(self, wiring: Wiring, draws: bool) -> tuple[Wiring, str]:
        """Draw a weight for every edge that has none; edges with the same tie share one."""
        given = wiring.of_edges.get("weight", Column.absent(wiring.pre.size))
        if not draws or given.present is None or given.present.all():
            return wiring, ""
        drawn = checked_generator(self.seed).normal(0.0, self.scale, wiring.pre.size)
        missing = ~given.present
        if "tie" in wiring.of_edges:
            tied = groups(wiring.of_edges["tie"].cells(), wiring.edge)
            drawn = _shared(tied, given, drawn)
        weights = given.changed(missing, drawn[missing])
        return replace(
            wiring, of_edges=wiring.of_edges.having(weight=weights)
        ), f"{counted(missing.sum(), 'weight')} drawn"


WORDS = tuple(inspect.signature(Intake).parameters.values())

Function = TypeVar("Function", bound=Callable[..., Any])


def with_words(**defaults: Any) -> Callable[[Function], Function]:
    """Have a function with ``**words`` show those of :class:`Intake` in its signature and docstring.

    `defaults` are those that the function has others for.
    """

    def shown(function: Function) -> Function:
        signature = inspect.signature(function)
        own = [one for one in signature.parameters.values() if one.kind is not one.VAR_KEYWORD]
        words = [one.replace(default=defaults.get(one.name, one.default)) for one in WORDS]
        cast(Any, function).__signature__ = signature.replace(parameters=[*own, *words])
        explained = inspect.cleandoc(Intake.__doc__ or "").split("----------\n")[1]
        function.__doc__ = (function.__doc__ or "").replace("{words}", indent(explained, "    ").strip())
        return function

    return shown


def _shared(tied: Any, given: Column, drawn: Any) -> Any:
    """Return drawn weights, where edges of one tie share that of the first that has one, else the first drawn."""
    missing = np.zeros(drawn.size, np.bool_) if given.present is None else ~given.present
    order = np.lexsort((missing, tied))  # those with a weight first; stable, so else in their order
    own, first = np.unique(tied[order], return_index=True)
    leader = dict(zip(own.tolist(), order[first].tolist(), strict=True))
    cells = given.cells()
    shared = drawn.copy()
    for place in np.flatnonzero(tied >= 0).tolist():
        lead = leader[int(tied[place])]
        number = drawn[lead] if missing[lead] else finite_number(cells[lead])
        shared[place] = drawn[place] if number is None else number
    return shared


def counted(count: int, what: str) -> str:
    """Return a count with its noun.

    Examples
    --------
    >>> counted(1, "edge"), counted(3, "edge")
    ('1 edge', '3 edges')
    """
    return f"{count} {what}{'' if count == 1 else 's'}"


def checked_scale(scale: float) -> float:
    """Return the spread of drawn weights, or raise :class:`ParameterError`."""
    return checked_number("scale", scale, least=0.0, remark=", the standard deviation of the weights")
