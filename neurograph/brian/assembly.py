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
    constants_of,
    counting,
    further_variables,
    membrane,
    neuron_operations,
    on_spike,
    synapse_equations,
    synapse_operations,
)
from neurograph.brian.timing import Times, checked_seconds
from neurograph.equations.costs import Cost
from neurograph.equations.populations import by_population
from neurograph.errors import ParameterError
from neurograph.learning.rule import Rule
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


def assemble(request: Request, starts: Floats, measured: Equilibrium) -> Recipe:
    """Write the recipe."""
    network, kind, rule = request.network, request.kind, request.rule
    step = _step(request, measured)
    if kind.spikes:
        _check_rates(request, step, starts, measured.state)
    _check_clamped(network, starts)
    pre, post = (_copied(ends, request) for ends in (network.connectivity.pre, network.connectivity.post))
    return Recipe(
        kind=kind,
        dt=step * load_brian2().second,
        namespace=request.constants,
        neurons=_equations(request),
        operations=neuron_operations(network, kind, rule),
        spiking=_spiking(request),
        values=_values(request, starts),
        synapses=synapse_equations(network, kind, rule),
        on_pre=on_spike(kind, rule),
        synapse_operations=synapse_operations(kind, rule),
        synapse_values=_synapse_values(request),
        pre=pre,
        post=post,
        delay=_delays(request),
        record=request.record,
        recorded=_recorded(request),
        target=request.target,
        cost=request.cost,
    )


def _step(request: Request, measured: Equilibrium) -> float:
    """Return the time step, in seconds."""
    if request.dt is not None:
        return checked_seconds("dt", request.dt, ", or None to choose it")
    assert measured.dt is not None
    return min(request.kind.longest_dt, float(measured.dt.min()) * float(request.constants["time_unit"]))


def _check_rates(request: Request, step: float, *states: Floats) -> None:
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


def _check_clamped(network: Network, starts: Floats) -> None:
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


def _spiking(request: Request) -> dict[str, str]:
    """Return the threshold, the reset and the refractory time, each where there is one."""
    for name in ("threshold", "reset", "extra"):
        text = getattr(request, name)
        if text is not None and not isinstance(text, str):
            raise ParameterError(
                f"{name.replace('extra', 'extra_equations')} is {text!r}: expected text, as Brian2 reads it"
            )
    threshold = request.kind.threshold if request.threshold is None else request.threshold
    if threshold is None:
        if request.reset is not None:
            raise ParameterError(f"reset is {request.reset!r}, but the rate model has no threshold: give one too")
        return {}
    reset = (request.kind.reset or "") if request.reset is None else request.reset
    spiking = {"threshold": threshold, "reset": counting(reset) if request.kind.spikes else reset}
    return spiking | ({} if request.kind.refractory is None else {"refractory": request.kind.refractory})


def _equations(request: Request) -> str:
    """Write the equations of the neurons, with the user's."""
    b2 = load_brian2()
    try:
        given = b2.Equations(request.extra)
    except Exception as error:  # of several kinds, and not all of them Brian2's
        raise ParameterError(f"extra_equations cannot be read by Brian2: {error}") from None
    dynamics = request.network.dynamics
    named = dict.fromkeys(dynamics.defaults, "parameter") | dict.fromkeys(dynamics.variable_names, "variable")
    for name, what in named.items():
        _check_name(what, name, set(request.constants), request.network)
    own = membrane(
        request.network, request.kind, request.cost, request.rule, request.noise, "I_ext" in given.names, request.target
    )  # fmt: skip
    of_synapses = synapse_equations(request.network, request.kind, request.rule)
    names = set(b2.Equations(own).names) | set(b2.Equations(of_synapses).names) | set(request.constants)
    for name, what in named.items():
        _check_name(what, name, names, request.network)
    further = further_variables(request.network)
    names |= set(named) | {f"{name}_old" for name in dynamics.variable_names}
    for name in sorted(set(given.names) & names):
        raise ParameterError(f"extra_equations define {name!r}, which the model has already: give it another name")
    parameters = [f"{name} : 1 (constant)" for name in dynamics.defaults]
    return "\n".join([own, *further, *parameters, *(line.strip() for line in request.extra.strip().splitlines())])


def _check_name(what: str, name: str, names: set[str], network: Network) -> None:
    """Refuse a parameter, or a variable, that Brian2 cannot call by its name."""
    why = "the model has something of this name" if name in names else ""
    if name.endswith(("_pre", "_post")):
        why = "its names with _pre and _post are those of the two ends of a synapse"
    try:
        load_brian2().Equations.check_identifier(name)
    except Exception as error:  # SyntaxError and ValueError
        why = str(error)
    if why or not name.isascii():
        raise ParameterError(
            f"{what} {name!r} of the dynamics {network.dynamics.name!r} cannot be called so in Brian2 "
            f"({why or 'its names are of ASCII letters, digits and _'}): rename it in the dynamics"
        )


def _values(request: Request, starts: Floats) -> dict[str, Any]:
    """Return the parameters and first states of the neurons."""
    network, kind, connectivity = request.network, request.kind, request.network.connectivity
    marks = {"free": connectivity.free, "output": connectivity.outputs}
    marks |= {} if request.rule is None else {"biased": connectivity.biased}
    s, further = network.parted(starts[: request.batch].astype(np.float64))
    values: dict[str, Any] = {"s": s.ravel(), **{name: one.ravel() for name, one in further.items()}}
    values |= {name: _tiled(np.isin(np.arange(len(network.nodes)), places), request) for name, places in marks.items()}
    values["b"] = _tiled(network.biases, request)
    values |= {name: _tiled(network.node_values[:, k], request) for k, name in enumerate(constants_of(network))}
    if request.rule is not None:
        values["learning"] = 0.0
    if kind.phase is not None:
        name, *bounds = kind.phase
        low, high = (request.constants[bound] if isinstance(bound, str) else bound for bound in bounds)
        values[name] = low + request.rng.random(values["s"].size) * (high - low)
    return values


def _synapse_values(request: Request) -> dict[str, Any]:
    values = {"w": _tiled(request.network.weights, request)}
    if request.rule is None:
        return values
    return values | {"plastic": _tiled(request.network.connectivity.plastic, request), "trace": 0.0}


def _tiled(values: NDArray[Any], request: Request) -> NDArray[np.float64]:
    """Return values, one a node or an edge, repeated for every copy."""
    return np.tile(np.asarray(values, np.float64), request.batch)


def _copied(ends: NDArray[np.int32], request: Request) -> NDArray[np.int64]:
    """Return the ends of the edges of every copy."""
    return (np.arange(request.batch)[:, None] * len(request.network.nodes) + ends).ravel()


def _delays(request: Request) -> Any:
    if request.delay is None:
        return None
    if not request.kind.spikes:
        raise ParameterError(
            f"delay is {request.delay!r}, but in the rate model every neuron sees what the others are at now: expected "
            "None; build with model='spiking' or 'lif', whose spikes may travel"
        )
    b2, edges = load_brian2(), request.network.weights.size
    if not b2.have_same_dimensions(request.delay, b2.second) or np.shape(request.delay) not in ((), (edges,)):
        raise ParameterError(f"delay is {request.delay!r}: expected a time, or one for each of the {edges} edges")
    seconds = np.broadcast_to(np.asarray(request.delay, np.float64), (edges,))
    if not (np.isfinite(seconds).all() and (seconds >= 0.0).all()):
        raise ParameterError(f"delay is {request.delay!r}: expected finite times >= 0")
    return _tiled(seconds, request) * b2.second


def _recorded(request: Request) -> NDArray[np.int64]:
    """Return the neurons whose states are recorded, copy after copy."""
    if request.record is None:
        return np.empty(0, np.int64)
    network = request.network
    nodes = network.nodes if request.record.nodes is None else request.record.nodes
    places = np.array([network.connectivity.table.index[node] for node in nodes], np.int32)
    return _copied(places, request)
