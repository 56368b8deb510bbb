"""How a step in time is taken: methods as numbers, and which one serves a network."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from neurograph._arrays import Floats
from neurograph._checks import nearest
from neurograph.errors import ParameterError
from neurograph.network.network import Network
from neurograph.solvers.arguments import leaks_of


@dataclass(frozen=True)
class Method:
    r"""An explicit method whose stages each read the one before.

    .. math:: k_i = g(x_i),\quad x_{i+1} = \Pi(s + a_{i+1} h k_i + z),\quad s' = \Pi(s + h \sum_i b_i k_i + z)

    with g the drift, h the step, z its noise and Pi the projection to the box.

    Attributes
    ----------
    name : str
    weight : tuple of float
        b.
    ahead : tuple of float
        a of the stage after each; the last has none.
    shares : tuple of float
        At which share of the step each stage is.
    order : int
        Of the error after a given time, where nothing is clipped and everything is smooth.
    reach : float
        The largest h L at which ds/dt = -L s does not grow.
    """

    name: str
    weight: tuple[float, ...]
    ahead: tuple[float, ...]
    shares: tuple[float, ...]
    order: int
    reach: float

    @property
    def exponential(self) -> bool:
        """Whether the leak is solved for: s' = s E + A (1 - E) / L, E = exp(-L h), of a drift A - L s."""
        return self.name == "exponential"


METHODS = {
    one.name: one
    for one in (
        Method("exponential", (1.0,), (0.0,), (0.0,), 1, np.inf),
        Method("euler", (1.0,), (0.0,), (0.0,), 1, 2.0),
        Method("heun", (0.5, 0.5), (1.0, 0.0), (0.0, 1.0), 2, 2.0),
        Method("rk4", (1 / 6, 1 / 3, 1 / 3, 1 / 6), (0.5, 0.5, 1.0, 0.0), (0.0, 0.5, 0.5, 1.0), 4, 2.785293563405282),
    )
}
"""The methods, by name."""


def chosen_method(network: Network, name: object, noisy: bool, delayed: bool) -> tuple[Method, str]:
    """Return a method, and which one and why in words.

    Raises
    ------
    ParameterError
        If there is none of this name, or it does not go with the network, its noise or its delays.
    """
    if name == "auto":
        return _fitting(network, noisy, delayed)
    if not isinstance(name, str) or name not in METHODS:
        near = nearest(name, METHODS) if isinstance(name, str) else None
        remark = f"; did you mean {near!r}?" if near else ""
        raise ParameterError(f"method is {name!r}: expected one of {', '.join(['auto', *METHODS])}{remark}")
    method = METHODS[name]
    if method.exponential and network.dynamics.leak is None:
        raise ParameterError(
            f"method is 'exponential', but a leak of {network.dynamics.name} is not linear: expected a drift A - L s "
            "with L free of s, I and every variable; use method='rk4' or method='heun'"
        )
    if name == "rk4" and (noisy or delayed):
        why = "noise, for which it has no order" if noisy else "delays, for it would read them between two steps"
        raise ParameterError(f"method is 'rk4', which does not go with {why}: expected method='heun'")
    return method, f"{name}, as asked"


def _fitting(network: Network, noisy: bool, delayed: bool) -> tuple[Method, str]:
    leaks = leaks_of(network)
    if leaks is not None and np.all(leaks >= 0.0):
        return METHODS["exponential"], "exponential, for the leak is linear"
    if noisy or delayed:
        why = "there is noise" if noisy else "there are delays"
        return METHODS["heun"], f"heun, for the leak is not linear and {why}"
    return METHODS["rk4"], "rk4, for the leak is not linear"


def check_step(network: Network, method: Method, dt: float) -> None:
    """Refuse a step with which a neuron by itself, whose input stays as it is, oscillates and grows.

    Raises
    ------
    ParameterError
        If there is one: a linear leak L with L dt beyond the method's reach.
    """
    if method.exponential or not network.connectivity.free.size:
        return
    zeros, free = np.zeros(network.state_size, network.dtype), network.connectivity.free
    names = ("s", *network.dynamics.variable_names)
    for name, leak in zip(names, network.dynamics.leaks, strict=False):  # none at all where one is not linear
        leaks: Floats = network.at_nodes(leak, zeros)[free]
        place = int(np.argmax(leaks))
        if dt * float(leaks[place]) > method.reach * (1.0 + 1e-9):
            node, most = network.nodes[free[place]], method.reach / float(leaks[place])
            of = "" if name == "s" else f" of {name!r}"
            raise ParameterError(
                f"dt is {dt:g}, but node {node!r} has the leak {leaks[place]:.4g}{of}, and with dt > {most:.4g} it "
                f"would grow by itself in steps of {method.name}: expected dt <= {most:.4g}, or method='exponential'"
            )
