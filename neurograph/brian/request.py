"""What is asked for, checked: each argument by itself, and whether Brian2 can do it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from neurograph._arrays import Floats
from neurograph.brian.importing import load_brian2
from neurograph.brian.neuron_model import NeuronModel
from neurograph.equations.costs import Cost
from neurograph.equations.populations import by_population
from neurograph.errors import ParameterError
from neurograph.learning.rule import Rule, check_rule_of_phases
from neurograph.network.network import Network
from neurograph.simulation.stimulus import Stimulus
from neurograph.solvers.result import Equilibrium, Record

FASTEST = 0.9
"""Share of the rate ``1/t_ref`` that a neuron with a refractory time reaches at most."""


@dataclass(frozen=True, eq=False)
class Request:
    """The arguments of :func:`neurograph.brian.build`, those checked that can be checked by themselves."""

    network: Network
    kind: NeuronModel
    cost: Cost
    batch: int
    record: Record | None
    target: str | None
    dt: Any
    rule: Rule | None
    drive: Stimulus | None
    noise: Floats
    threshold: str | None
    reset: str | None
    extra: str
    constants: dict[str, Any]
    rng: np.random.Generator


def reached(request: Request, starts: Floats, measured: Equilibrium | None) -> list[Floats]:
    """Return states that the network is known to reach: its equilibria, or the least and the largest x in time."""
    if measured is not None:
        return [measured.state]
    assert request.drive is not None
    ends = np.repeat(starts[:1], 2, axis=0)
    values = request.drive.x.values
    ends[:, request.network.connectivity.inputs] = values.min(axis=(0, 1)), values.max(axis=(0, 1))
    return [ends]


def check_rates(request: Request, step: float, *states: Floats) -> None:
    """Refuse states whose activity no firing rate can carry."""
    network, rmax = request.network, float(request.constants["rmax"])
    sent = np.concatenate([network.sent(network.parted(state)[0]) for state in states])
    for place, wanted in ((int(np.argmin(sent)), "a rate cannot be negative"), (int(np.argmax(sent)), "")):
        value, node = sent.flat[place], network.nodes[place % sent.shape[1]]
        limit = 1.0 / (rmax * step)
        if "t_ref" in request.constants:
            limit = min(limit, FASTEST / (rmax * float(request.constants["t_ref"])))
        if value < -1e-9 or value > limit or not np.isfinite(value):
            raise ParameterError(
                f"node {node!r} would send {value:.4g}, which the {request.kind.name} model cannot: "
                + (wanted or f"at rmax {rmax:g} Hz a neuron can send at most {limit:.4g}, so lower rmax or dt")
                + f"; expected 0 to {limit:.4g} in x and in every neuron"
                + ("; use a dynamics with a box from 0, or model='rate'" if wanted else "")
            )


def check_clamped(network: Network, starts: Floats) -> None:
    """Refuse an equation that is not finite at a clamped node, where it is multiplied by 0."""
    dynamics = network.dynamics
    for equation in (dynamics.drift_equation, *dynamics.variable_equations.values()):
        with np.errstate(all="ignore"):
            drift = network.at_nodes(equation, starts)
        wrong = ~np.isfinite(drift)
        wrong[:, network.connectivity.free] = False
        if wrong.any():
            sample, place = np.argwhere(wrong)[0]
            own = by_population(equation)[network.population[place]]
            raise ParameterError(
                f"the {own.what} {own.text!r} is {drift[sample, place]} at the clamped node "
                f"{network.nodes[place]!r}, which is at {starts[sample, place]}: Brian2 evaluates it there too; "
                "expected a finite number"
            )


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
    check_rule_of_phases(rule)
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
