"""From the arguments of :func:`neurograph.brian.build` to a recipe: checks, times, equations and values."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import numpy as np
from numpy.typing import NDArray

from neurograph._arrays import Floats
from neurograph.brian.importing import load_brian2
from neurograph.brian.in_time.delays import Lines, lines_of
from neurograph.brian.in_time.driving import columns, currents_of
from neurograph.brian.recipe import (
    CURRENT,
    Recipe,
    X,
    constants_of,
    counting,
    further_variables,
    membrane,
    neuron_operations,
    on_spike,
    synapse_equations,
    synapse_operations,
)
from neurograph.brian.request import Request, check_clamped, check_rates, reached
from neurograph.brian.timing import Times, checked_seconds
from neurograph.errors import ParameterError
from neurograph.network.network import Network
from neurograph.simulation.stimulus import Stimulus
from neurograph.solvers.result import Equilibrium

WINDOW = 1.0
"""How long spikes are counted by default, in seconds."""

FILTERS = 5
"""By how many times ``tau_syn`` a spiking network settles later than the rate network."""


def times(recipe: Recipe, measured: Equilibrium | None, window: Any) -> Times:
    """Return the times that follow from a measurement, where there is one."""
    b2, kind = load_brian2(), recipe.kind
    counted = None
    if kind.spikes:
        counted = (WINDOW if window is None else checked_seconds("window", window)) * b2.second
    elif window is not None:
        raise ParameterError(f"window is {window!r}, but the rate model has no spikes to count: leave it out")
    settling = None
    if measured is not None and measured.converged and measured.dt is not None:
        settling = float(np.max(measured.steps * measured.dt)) * recipe.namespace["time_unit"]
        settling += FILTERS * recipe.namespace["tau_syn"] if kind.spikes else 0 * b2.second
    return Times(float(recipe.dt), settling, counted)


def assemble(request: Request, starts: Floats, past: Floats, measured: Equilibrium | None) -> Recipe:
    """Write the recipe; `measured` is the rate network's equilibrium, of a network that is not in time.

    The nodes have sent `past` (samples, steps, nodes) before they are at `starts`.
    """
    network, kind, rule = request.network, request.kind, request.rule
    step = _step(request, measured)
    if kind.spikes:
        check_rates(request, step, starts, *reached(request, starts, measured))
    check_clamped(network, starts)
    waveforms = _waveforms(request.drive)
    pre, post = (_copied(ends, request) for ends in (network.connectivity.pre, network.connectivity.post))
    lines = _lines(request, pre, step)
    return Recipe(
        kind=kind,
        dt=step * load_brian2().second,
        namespace=request.constants,
        neurons=_equations(request, waveforms, lines is not None),
        operations=neuron_operations(network, kind, rule, waveforms),
        spiking=_spiking(request),
        values=_values(request, starts),
        synapses=synapse_equations(network, kind, rule, lines is not None),
        on_pre=on_spike(kind, rule),
        synapse_operations=synapse_operations(kind, rule),
        synapse_values=_synapse_values(request, lines is not None),
        pre=pre,
        post=post,
        delay=_delays(request),
        lines=lines,
        held=np.empty(0) if lines is None else lines.held(past[: request.batch]),
        waveforms=waveforms,
        record=request.record,
        recorded=_recorded(request),
        monitored=("s",) if request.drive is None else ("s", *network.dynamics.variable_names),
        target=request.target,
        cost=request.cost,
    )


def _step(request: Request, measured: Equilibrium | None) -> float:
    """Return the time step, in seconds."""
    if measured is None or request.dt is not None:
        return checked_seconds("dt", request.dt, ", or None to choose it" if measured is not None else "")
    assert measured.dt is not None
    return min(request.kind.longest_dt, float(measured.dt.min()) * float(request.constants["time_unit"]))


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


def _equations(request: Request, waveforms: Collection[str], late: bool) -> str:
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
        request.network, request.kind, request.cost, request.rule, bool(request.noise.any()), "I_ext" in given.names,
        request.target, waveforms,
    )  # fmt: skip
    of_synapses = synapse_equations(request.network, request.kind, request.rule, late)
    names = set(b2.Equations(own).names) | set(b2.Equations(of_synapses).names) | {*request.constants, *waveforms}
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
    if request.noise.any():
        values["noise"] = _tiled(request.noise, request)
    if request.drive is not None:
        values |= _driven(request, request.drive)
    if request.rule is not None:
        values["learning"] = 0.0
    if kind.phase is not None:
        name, *bounds = kind.phase
        low, high = (request.constants[bound] if isinstance(bound, str) else bound for bound in bounds)
        values[name] = low + request.rng.random(values["s"].size) * (high - low)
    return values


def _driven(request: Request, drive: Stimulus) -> dict[str, Any]:
    """Return which neurons the waveforms go to, and for how many steps a value is in force."""
    network, values = request.network, dict[str, Any](columns(request.network, drive, slice(0, request.batch)))
    if network.inputs:
        marks = np.isin(np.arange(len(network.nodes)), network.connectivity.inputs)
        values |= {"driven": _tiled(marks, request), "x_hold": drive.x.hold}
    if drive.places.size:
        marks = np.isin(np.arange(len(network.nodes)), drive.places)
        values |= {"stimulated": _tiled(marks, request), "current_hold": currents_of(drive).hold}
    return values


def _waveforms(drive: Stimulus | None) -> dict[str, NDArray[np.float64]]:
    """Return the waveforms that there are (frames, samples * columns), by their names in Brian2."""
    named = {} if drive is None else {X: drive.x.values, CURRENT: currents_of(drive).values}
    return {
        name: np.array(values, np.float64).reshape(len(values), -1) for name, values in named.items() if values.size
    }


def _synapse_values(request: Request, late: bool) -> dict[str, Any]:
    values: dict[str, Any] = {"w": _tiled(request.network.weights, request)}
    values |= {"heard": 0.0} if late else {}
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
    """Return the delay of each synapse of spikes, or None."""
    delays = request.network.delays
    if delays is None or not request.kind.spikes:
        return None
    return _tiled(delays, request) * request.constants["time_unit"]


def _lines(request: Request, pre: NDArray[np.int64], step: float) -> Lines | None:
    """Return what delays rates, in a network in time: an equilibrium does not know delays."""
    delays = request.network.delays
    if delays is None or request.kind.spikes or request.drive is None:
        return None
    return lines_of(pre, _tiled(delays, request) * (float(request.constants["time_unit"]) / step))


def _recorded(request: Request) -> NDArray[np.int64]:
    """Return the neurons whose states are recorded, copy after copy."""
    if request.record is None:
        return np.empty(0, np.int64)
    network = request.network
    nodes = network.nodes if request.record.nodes is None else request.record.nodes
    if request.drive is not None:  # whose outputs are always known
        nodes = (*nodes, *(node for node in network.outputs if node not in nodes))
    places = np.array([network.connectivity.table.index[node] for node in nodes], np.int32)
    return _copied(places, request)
