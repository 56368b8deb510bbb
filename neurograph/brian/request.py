"""What is asked for, and whether Brian2 can do it: rates that spikes carry, equations finite where nothing moves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from neurograph._arrays import Floats
from neurograph.brian.driving import Drive
from neurograph.brian.neuron_model import NeuronModel
from neurograph.equations.costs import Cost
from neurograph.equations.populations import by_population
from neurograph.errors import ParameterError
from neurograph.learning.rule import Rule
from neurograph.network.network import Network
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
    drive: Drive | None
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
