"""Which synapses learn while a network runs, and how: what simulate() is asked for, checked."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from neurograph._arrays import Floats
from neurograph._checks import check_memory, checked_whole, finite_number
from neurograph.errors import DataError, ParameterError
from neurograph.learning.optimisers import Optimiser
from neurograph.learning.rule import MODULATOR, Rule
from neurograph.network.compilation import check_symmetric
from neurograph.network.network import Network
from neurograph.simulation.result import LastState
from neurograph.simulation.stimulus import checked_of_neurons, numbers_of

SUCH_AS = "such as neurograph.simulate(network, x, dt=0.1, rule=rules.oja(), learning_rate=0.01)"


@dataclass(frozen=True)
class AlongTheRule(Optimiser):
    """Steps of Euler: the rule is how fast a weight moves, in units of the learning rate."""

    equations: ClassVar[Mapping[str, str]] = {"direction": "change"}


@dataclass(frozen=True, eq=False)
class Plasticity:
    """How the weights change while a network runs.

    Attributes
    ----------
    rule : Rule
        An online one.
    optimiser : Optimiser
        The learning rate, and the limits of every step.
    incoming : array (nodes,)
        What the sizes of the plastic weights into each neuron add up to, 0 where that is left alone.
    modulator : callable, or None
        ``modulator(time, outputs)``, where the rule names one and it is no array.
    every : int
        Steps from one record of the weights to the next, 0 for none.
    """

    rule: Rule
    optimiser: Optimiser
    incoming: Floats
    modulator: Callable[[float, Floats], Any] | None
    every: int


def checked_plasticity(
    network: Network, *, rule: Any, learning_rate: Any, modulator: Any, bounds: Any, l1: Any, incoming: Any,
    record_weights: Any,
) -> Plasticity | None:  # fmt: skip
    """Return how weights change, or None where none do.

    Raises
    ------
    ParameterError
        If an argument is out of range, or does not go with the others or the network.
    GraphError
        If the dynamics or the rule needs symmetric edges, and they are not tied.
    """
    others = {
        "learning_rate": learning_rate, "modulator": modulator, "bounds": bounds,
        "l1": None if finite_number(l1) == 0.0 else l1, "incoming": incoming, "record_weights": record_weights,
    }  # fmt: skip
    if rule is None:
        for name, value in others.items():
            if value is not None:
                raise ParameterError(f"{name} is given, but no rule: expected one of neurograph.rules, {SUCH_AS}")
        return None
    _check_rule(rule, modulator)
    if learning_rate is None:
        raise ParameterError(f"rule is {rule.name}, but learning_rate is missing: expected a number > 0, {SUCH_AS}")
    if not network.connectivity.plastic.any():
        raise ParameterError(f"rule is {rule.name}, but no edge of the network is plastic: expected one that is")
    check_symmetric(network, rule.name if rule.symmetric else None)
    optimiser = AlongTheRule(learning_rate, l1=l1, bounds=bounds)
    every = 0 if record_weights is None else checked_whole("record_weights", record_weights, 1, " steps, or None")
    sums = np.zeros(len(network.nodes)) if incoming is None else checked_of_neurons("incoming", network, incoming)
    _check_incoming(network, sums, optimiser.bounds)
    return Plasticity(rule, optimiser, sums, modulator if callable(modulator) else None, every)


def _check_rule(rule: Any, modulator: Any) -> None:
    if not isinstance(rule, Rule):
        raise ParameterError(f"rule is {rule!r}: expected one of neurograph.rules, such as rules.oja()")
    if rule.kind != "online":
        raise ParameterError(
            f"rule is {rule.name}, a {rule.kind} rule, which is read at the end of phases, and a simulation has none: "
            "expected an online rule, such as rules.oja() or rules.stdp()"
        )
    named = MODULATOR in rule.symbols
    if named and modulator is None:
        raise ParameterError(
            f"rule is {rule.name}, which asks for a modulator, and there is none: expected a number, an array (time,) "
            "or (batch, time), or a function of time and outputs, such as modulator=lambda time, outputs: outputs[:, 0]"
        )
    if modulator is not None and not named:
        raise ParameterError(f"modulator is given, but the rule {rule.name} names none: leave modulator out")


def _check_incoming(network: Network, sums: Floats, bounds: tuple[float, float] | None) -> None:
    """Refuse sums that a tie, or a bound, would not leave as they are."""
    if not sums.any():
        return
    if network.connectivity.ties is not None:
        raise ParameterError(
            "incoming is given, but the network has tied edges, which share one weight whatever neuron they reach: "
            "expected incoming=None, or no ties"
        )
    most = float(sums.max())
    if bounds is not None and any(
        bound != 0.0 and sign * bound < most for bound, sign in zip(bounds, (-1, 1), strict=True)
    ):
        raise ParameterError(
            f"bounds is {bounds!r}, but incoming makes the weights into a neuron add up to {most:g}, and one "
            f"may be as large: expected bounds that leave room, such as bounds=(0.0, {most:g})"
        )


def check_plastic_memory(network: Network, plasticity: Plasticity, samples: int, frames: int) -> None:
    """Refuse traces and recorded weights that do not fit into memory.

    Raises
    ------
    GraphTooLargeError
        If they do not.
    """
    edges, traces = network.weights.size, len(plasticity.rule.traces)
    size = network.dtype.itemsize
    check_memory(
        3 * edges * traces * samples * size,
        f"{traces} traces of {edges} synapses for {samples} samples",
        "take fewer samples at a time",
    )
    check_memory(
        frames * edges * size,
        f"the weights of {edges} edges in {frames} frames",
        "record them less often, as in record_weights=1000",
    )


def asked_modulator(modulator: Callable[[float, Floats], Any], time: float, outputs: Floats, nodes: int) -> Floats:
    """Return what a function says after a step: (), (batch,) or (batch, nodes).

    Raises
    ------
    DataError
        If that is something else, or not finite.
    """
    name, batch = f"modulator({time:g}, outputs)", outputs.shape[0]
    wanted = f"a number, (batch,) = ({batch},), or one at each neuron, (batch, nodes) = ({batch}, {nodes})"
    value = numbers_of(name, modulator(time, outputs), wanted)
    if value.shape not in ((), (batch,), (batch, nodes)):
        raise DataError(f"{name} has the shape {value.shape}: expected {wanted}")
    if not np.all(np.isfinite(value)):
        raise DataError(f"{name} is {value.tolist()}: expected finite numbers")
    return value


def check_going_on(network: Network, start: Any) -> None:
    """Refuse to go on from where weights have changed with others.

    Raises
    ------
    ParameterError
        If the network does not have the weights that the simulation ended with.
    """
    if (
        isinstance(start, LastState)
        and start.weights is not None
        and not np.array_equal(start.weights, network.weights)
    ):
        raise ParameterError(
            "start is the end of a simulation that has changed the weights, and the network has others: expected the "
            "network that it ended with, as in neurograph.simulate(simulation.learned, x, start=simulation.last, "
            "dt=0.1), or start=simulation.last.state, from time 0"
        )


def first_traces(network: Network, plasticity: Plasticity, start: Any, samples: int) -> Floats:
    """Return the traces (traces, edges, samples) at the start: 0, or those of the simulation that goes on.

    Raises
    ------
    DataError
        If those are of another rule.
    """
    names = tuple(dict(plasticity.rule.traces))
    shape = (len(names), network.weights.size, samples)
    if not isinstance(start, LastState) or start.traces is None:
        return np.zeros(shape, network.dtype)
    if start.trace_names != names:
        raise DataError(
            f"start has the traces {start.trace_names!r} of each synapse: expected {names!r}, those of rule "
            f"{plasticity.rule.name}; or start=simulation.last.state, from time 0"
        )
    return np.array(np.broadcast_to(start.traces, shape), network.dtype)
