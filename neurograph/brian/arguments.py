"""The arguments of :func:`neurograph.brian.build` that can be checked by themselves."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from neurograph._arrays import Floats
from neurograph._checks import finite_number
from neurograph.brian.importing import load_brian2
from neurograph.brian.neuron_model import NeuronModel
from neurograph.equations.costs import Cost
from neurograph.errors import ParameterError
from neurograph.learning.rule import Rule
from neurograph.network.network import Network


def check_left_out(x: Any, why: str, **given: Any) -> None:
    """Refuse arguments that do nothing beside such an x."""
    kind = "None" if x is None else "a function" if callable(x) else f"an array of {np.ndim(x)} axes"
    for name, value in given.items():
        if value is not None:
            raise ParameterError(
                f"{name} is {value!r}, but x is {kind}, {why}: leave it out; expected x (samples, inputs) to settle "
                "and learn, and (batch, time, inputs) or a function of time to simulate"
            )


def checked_rule(rule: Any) -> Rule | None:
    """Return an online rule, or raise :class:`ParameterError`."""
    if rule is None:
        return None
    if not isinstance(rule, Rule):
        raise ParameterError(f"rule is {rule!r}: expected one of neurograph.rules, such as rules.stdp()")
    if rule.kind != "online":
        raise ParameterError(
            f"rule {rule.name} is a readout rule, which compares the ends of several phases, and Brian2 follows a rule "
            "along one: expected an online rule, such as rules.stdp(); settle() and nudge() give the ends of the phases"
        )
    return rule


def checked_cost(cost: Any) -> Cost:
    """Return the cost that nudges, or raise :class:`ParameterError`."""
    if not isinstance(cost, Cost):
        raise ParameterError(f"cost is {cost!r}: expected one of neurograph.costs, such as costs.squared_error()")
    if cost.coupled:
        raise ParameterError(
            f"cost is {cost!r}, whose force on an output depends on the others, which a neuron of Brian2 does not see: "
            "expected one without a normaliser, such as costs.squared_error()"
        )
    return cost


def checked_constants(kind: NeuronModel, given: Mapping[str, Any] | None) -> dict[str, Any]:
    """Return the constants of a model, with those of the user, or raise :class:`ParameterError`."""
    b2 = load_brian2()
    constants = {name: number * getattr(b2, unit) for name, (number, unit) in kind.constants}
    if given is None:
        return constants
    if not isinstance(given, Mapping):
        raise ParameterError(f"namespace is {given!r}: expected a mapping of names to numbers or quantities")
    for name, value in given.items():
        if name in constants and not (b2.have_same_dimensions(value, constants[name]) and np.ndim(value) == 0):
            raise ParameterError(f"namespace has {name} {value!r}: expected such as {constants[name]!r}")
    for name in ("time_unit", "rmax", "tau_syn", "tau_z", "tau_m"):
        if name in given and name in constants and not 0.0 < float(given[name]) < np.inf:
            raise ParameterError(f"namespace has {name} {given[name]!r}: expected a positive one")
    return constants | dict(given)


def checked_noise(network: Network, noise: Any) -> Floats:
    """Return the noise of each node (nodes,), from a number, a mapping of nodes to numbers or an array (nodes,)."""
    index, values = network.connectivity.table.index, np.zeros(len(network.nodes))
    if isinstance(noise, Mapping):
        for node, one in noise.items():
            if node not in index:
                raise ParameterError(f"noise has the node {node!r}, which the network has not: expected one of its own")
            values[index[node]] = _not_negative(f"noise[{node!r}]", one)
        return values
    try:
        several = np.ndim(noise) == 1 and len(noise) == values.size
    except ValueError:  # ragged
        several = False
    if several:
        values[:] = [_not_negative(f"noise[{place}]", one) for place, one in enumerate(noise)]
        return values
    remark = f", an array (nodes,) = ({values.size},) of them, or a mapping of nodes to them"
    values[:] = _not_negative("noise", noise, remark)
    return values


def _not_negative(name: str, value: Any, remark: str = "") -> float:
    number = finite_number(value)
    if number is None or number < 0.0:
        raise ParameterError(f"{name} is {value!r}: expected a finite number >= 0{remark}")
    return number
