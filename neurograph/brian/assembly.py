"""From the arguments of :func:`neurograph.brian.build` to a recipe: checks, times, equations and values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from neurograph._arrays import Floats
from neurograph.brian.importing import load_brian2
from neurograph.brian.neuron_model import NeuronModel
from neurograph.brian.recipe import (
    Recipe,
    counting,
    membrane,
    neuron_operations,
    on_spike,
    synapse_equations,
    synapse_operations,
)
from neurograph.brian.timing import Times, checked_seconds
from neurograph.equations.costs import Cost
from neurograph.errors import ParameterError
from neurograph.learning.rules import Rule
from neurograph.network.network import Network
from neurograph.solvers.result import Equilibrium, Record

WINDOW = 1.0
"""How long spikes are counted by default, in seconds."""

FILTERS = 5
"""By how many times ``tau_syn`` a spiking network settles later than the rate network."""

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
    delay: Any
    noise: float
    threshold: str | None
    reset: str | None
    extra: str
    constants: dict[str, Any]
    rng: np.random.Generator


def times(recipe: Recipe, measured: Equilibrium, window: Any) -> Times:
    """Return the times that follow from a measurement."""
    b2, kind = load_brian2(), recipe.kind
    counted = None
    if kind.spikes:
        counted = (WINDOW if window is None else checked_seconds("window", window)) * b2.second
    elif window is not None:
        raise ParameterError(f"window is {window!r}, but the rate model has no spikes to count: leave it out")
    settling = None
    if measured.converged and measured.dt is not None:
        settling = float(np.max(measured.steps * measured.dt)) * recipe.namespace["time_unit"]
        settling += FILTERS * recipe.namespace["tau_syn"] if kind.spikes else 0 * b2.second
    return Times(float(recipe.dt), settling, counted)


def checked_rule(rule: Any) -> Rule | None:
    """Return an online rule, or raise :class:`ParameterError`."""
    if rule is None:
        return None
    if not isinstance(rule, Rule):
        raise ParameterError(f"rule is {rule!r}: expected one of neurograph.rules, such as stdp()")
    if rule.kind != "online":
        raise ParameterError(
            f"rule {rule.name} is a readout rule, which compares the ends of several phases, and Brian2 follows a rule "
            "along one: expected an online rule, such as rules.stdp(); settle() and nudge() give the ends of the phases"
        )
    return rule


def checked_cost(cost: Any) -> Cost:
    """Return the cost that nudges, or raise :class:`ParameterError`."""
    if not isinstance(cost, Cost):
        raise ParameterError(f"cost is {cost!r}: expected one of neurograph.costs, such as squared_error()")
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


def assemble(asked: Request, starts: Floats, measured: Equilibrium) -> Recipe:
    """Write the recipe."""
    network, kind, rule = asked.network, asked.kind, asked.rule
    step = _step(asked, measured)
    if kind.spikes:
        _check_rates(asked, step, starts, measured.state)
    _check_clamped(network, starts)
    pre, post = (_copied(ends, asked) for ends in (network.connectivity.pre, network.connectivity.post))
    return Recipe(
        kind=kind,
        dt=step * load_brian2().second,
        namespace=asked.constants,
        neurons=_equations(asked),
        operations=neuron_operations(network, kind, rule),
        spiking=_spiking(asked),
        values=_values(asked, starts),
        synapses=synapse_equations(network, kind, rule),
        on_pre=on_spike(kind, rule),
        synapse_operations=synapse_operations(kind, rule),
        synapse_values=_synapse_values(asked),
        pre=pre,
        post=post,
        delay=_delays(asked),
        record=asked.record,
        recorded=_recorded(asked),
        target=asked.target,
        cost=asked.cost,
    )


def _step(asked: Request, measured: Equilibrium) -> float:
    """Return the time step, in seconds."""
    if asked.dt is not None:
        return checked_seconds("dt", asked.dt, ", or None to choose it")
    assert measured.dt is not None
    return min(asked.kind.longest_dt, float(measured.dt.min()) * float(asked.constants["time_unit"]))


def _check_rates(asked: Request, step: float, *states: Floats) -> None:
    """Refuse states whose activity no firing rate can carry."""
    network, rmax = asked.network, float(asked.constants["rmax"])
    sent = np.concatenate([network.sent(state) for state in states])
    for place, wanted in ((int(np.argmin(sent)), "a rate cannot be negative"), (int(np.argmax(sent)), "")):
        value, node = sent.flat[place], network.nodes[place % sent.shape[1]]
        limit = 1.0 / (rmax * step)
        if "t_ref" in asked.constants:
            limit = min(limit, FASTEST / (rmax * float(asked.constants["t_ref"])))
        if value < -1e-9 or value > limit or not np.isfinite(value):
            raise ParameterError(
                f"node {node!r} would send {value:.4g}, which the {asked.kind.name} model cannot: "
                + (wanted or f"at rmax {rmax:g} Hz a neuron can send at most {limit:.4g}, so lower rmax or dt")
                + f"; expected 0 to {limit:.4g} in x and in every neuron"
                + ("; use a dynamics with a box from 0, or model='rate'" if wanted else "")
            )


def _check_clamped(network: Network, starts: Floats) -> None:
    """Refuse a drift that is not finite at a clamped node, where it is multiplied by 0."""
    with np.errstate(all="ignore"):
        drift = network.at_nodes(network.dynamics.drift_equation, starts)
    wrong = ~np.isfinite(drift)
    wrong[:, network.connectivity.free] = False
    if wrong.any():
        sample, place = np.argwhere(wrong)[0]
        raise ParameterError(
            f"the drift {network.dynamics.drift!r} is {drift[sample, place]} at the clamped node "
            f"{network.nodes[place]!r}, which is at {starts[sample, place]}: Brian2 evaluates it there too; expected a "
            "finite number"
        )


def _spiking(asked: Request) -> dict[str, str]:
    """Return the threshold, the reset and the refractory time, each where there is one."""
    for name in ("threshold", "reset", "extra"):
        text = getattr(asked, name)
        if text is not None and not isinstance(text, str):
            raise ParameterError(
                f"{name.replace('extra', 'extra_equations')} is {text!r}: expected text, as Brian2 reads it"
            )
    threshold = asked.kind.threshold if asked.threshold is None else asked.threshold
    if threshold is None:
        if asked.reset is not None:
            raise ParameterError(f"reset is {asked.reset!r}, but the rate model has no threshold: give one too")
        return {}
    reset = (asked.kind.reset or "") if asked.reset is None else asked.reset
    spiking = {"threshold": threshold, "reset": counting(reset) if asked.kind.spikes else reset}
    return spiking | ({} if asked.kind.refractory is None else {"refractory": asked.kind.refractory})


def _equations(asked: Request) -> str:
    """Write the equations of the neurons, with the user's."""
    b2 = load_brian2()
    try:
        given = b2.Equations(asked.extra)
    except Exception as error:  # of several kinds, and not all of them Brian2's
        raise ParameterError(f"extra_equations cannot be read by Brian2: {error}") from None
    for name in asked.network.dynamics.defaults:
        _check_name(name, set(asked.constants), asked.network)
    own = membrane(
        asked.network, asked.kind, asked.cost, asked.rule, asked.noise, "I_ext" in given.names, asked.target
    )  # fmt: skip
    names = set(b2.Equations(own).names) | set(asked.constants)
    for name in asked.network.dynamics.defaults:
        _check_name(name, names, asked.network)
    names |= set(asked.network.dynamics.defaults)
    for name in sorted(set(given.names) & names):
        raise ParameterError(f"extra_equations define {name!r}, which the model has already: give it another name")
    parameters = [f"{name} : 1 (constant)" for name in asked.network.dynamics.defaults]
    return "\n".join([own, *parameters, *(line.strip() for line in asked.extra.strip().splitlines())])


def _check_name(name: str, names: set[str], network: Network) -> None:
    """Refuse a parameter that Brian2 cannot call by its name."""
    why = "the model has something of this name" if name in names else ""
    if name.endswith(("_pre", "_post")):
        why = "its names with _pre and _post are those of the two ends of a synapse"
    try:
        load_brian2().Equations.check_identifier(name)
    except Exception as error:  # SyntaxError and ValueError
        why = str(error)
    if why or not name.isascii():
        raise ParameterError(
            f"parameter {name!r} of the dynamics {network.dynamics.name!r} cannot be called so in Brian2 "
            f"({why or 'its names are of ASCII letters, digits and _'}): rename it in the dynamics"
        )


def _values(asked: Request, starts: Floats) -> dict[str, Any]:
    """Return the parameters and first states of the neurons."""
    network, kind, connectivity = asked.network, asked.kind, asked.network.connectivity
    marks = {"free": connectivity.free, "output": connectivity.outputs}
    marks |= {} if asked.rule is None else {"biased": connectivity.biased}
    values: dict[str, Any] = {"s": starts[: asked.batch].astype(np.float64).ravel()}
    values |= {name: _tiled(np.isin(np.arange(len(network.nodes)), places), asked) for name, places in marks.items()}
    values["b"] = _tiled(network.biases, asked)
    values |= {name: _tiled(network.parameters[:, k], asked) for k, name in enumerate(network.dynamics.defaults)}
    if asked.rule is not None:
        values["learning"] = 0.0
    if kind.phase is not None:
        name, *bounds = kind.phase
        low, high = (asked.constants[bound] if isinstance(bound, str) else bound for bound in bounds)
        values[name] = low + asked.rng.random(values["s"].size) * (high - low)
    return values


def _synapse_values(asked: Request) -> dict[str, Any]:
    values = {"w": _tiled(asked.network.weights, asked)}
    if asked.rule is None:
        return values
    return values | {"plastic": _tiled(asked.network.connectivity.plastic, asked), "trace": 0.0}


def _tiled(values: NDArray[Any], asked: Request) -> NDArray[np.float64]:
    """Return values, one a node or an edge, repeated for every copy."""
    return np.tile(np.asarray(values, np.float64), asked.batch)


def _copied(ends: NDArray[np.int32], asked: Request) -> NDArray[np.int64]:
    """Return the ends of the edges of every copy."""
    return (np.arange(asked.batch)[:, None] * len(asked.network.nodes) + ends).ravel()


def _delays(asked: Request) -> Any:
    if asked.delay is None:
        return None
    if not asked.kind.spikes:
        raise ParameterError(
            f"delay is {asked.delay!r}, but in the rate model every neuron sees what the others are at now: expected "
            "None; build with model='spiking' or 'lif', whose spikes may travel"
        )
    b2, edges = load_brian2(), asked.network.weights.size
    if not b2.have_same_dimensions(asked.delay, b2.second) or np.shape(asked.delay) not in ((), (edges,)):
        raise ParameterError(f"delay is {asked.delay!r}: expected a time, or one for each of the {edges} edges")
    seconds = np.broadcast_to(np.asarray(asked.delay, np.float64), (edges,))
    if not (np.isfinite(seconds).all() and (seconds >= 0.0).all()):
        raise ParameterError(f"delay is {asked.delay!r}: expected finite times >= 0")
    return _tiled(seconds, asked) * b2.second


def _recorded(asked: Request) -> NDArray[np.int64]:
    """Return the neurons whose states are recorded, copy after copy."""
    if asked.record is None:
        return np.empty(0, np.int64)
    network = asked.network
    nodes = network.nodes if asked.record.nodes is None else asked.record.nodes
    places = np.array([network.connectivity.table.index[node] for node in nodes], np.int32)
    return _copied(places, asked)
