"""simulate(): a network in time."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from os import PathLike
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from neurograph._arrays import Floats, frozen
from neurograph._checks import Seed, check_memory, finite_number
from neurograph.errors import DivergenceError, ParameterError
from neurograph.learning.rule import Rule
from neurograph.network.inputs import checked_network
from neurograph.network.network import Network
from neurograph.network.relay_layers import relay_layers
from neurograph.network.sequences import checked_sequences, checked_state
from neurograph.simulation.rates import simulated
from neurograph.simulation.result import Simulation
from neurograph.simulation.run import parts_of, turned
from neurograph.solvers.result import Record


def simulate(
    network: Network,
    x: ArrayLike | Callable[[float], ArrayLike] | None = None,
    *,
    dt: float | None = None,
    duration: float | None = None,
    hold: float | None = None,
    current: Mapping[Hashable, ArrayLike | Callable[[float], ArrayLike]] | None = None,
    method: str = "auto",
    noise: float | Mapping[Hashable, float] | ArrayLike = 0.0,
    start: Any = 0.0,
    record: Record | int | None = None,
    seed: Seed = None,
    to: str | PathLike[str] | None = None,
    progress: bool | None = None,
    rule: Rule | None = None,
    learning_rate: float | None = None,
    modulator: ArrayLike | Callable[[float, Floats], ArrayLike] | None = None,
    bounds: tuple[float, float] | None = None,
    l1: float = 0.0,
    incoming: float | Mapping[Hashable, float] | ArrayLike | None = None,
    record_weights: int | None = None,
) -> Simulation:
    r"""Run a network in time: driven by inputs and currents, noisy, delayed, and learning.

    Of a unitary network, which steps along sequences, x and `start` are given, and nothing else. Its W is compiled to a
    product of sparse factors, once for each network; Fourier transforms are recognised by the numbers of their edges.

    Parameters
    ----------
    network : Network
    x : array (batch, time, inputs), or function of time
        What the input nodes are held at: each value for the time `hold`; or ``x(t)``, (inputs,) or (batch, inputs),
        read at the time of each stage.
    dt : float
        Length of a step, in the network's dimensionless time.
    duration : float, optional
        For how long, a whole multiple of `dt`; default: until the arrays end.
    hold : float, optional
        How long a value of an array is in force, a whole multiple of `dt`; default `dt`.
    current : mapping of node to number, array (time,) or (batch, time), or function of time, optional
        What is added to the summed input of a node, held as x is.
    method : {"auto", "exponential", "euler", "heun", "rk4"}
        "auto" is "exponential" where the leak is linear and at no node negative, else "heun" with noise or delays, else
        "rk4". Their orders are 1, 1, 2 and 4; with noise all converge weakly with the step.
    noise : number, mapping of node to number, or array (nodes,)
        sigma: the standard deviation of a neuron that leaks at rate 1 and does nothing else. The numbers are those of
        Philox4x32-10 [1]_ for the seed, the node, the sample and the step: the same in any batch, on any number of
        threads.
    start : number, array (nodes,) or (batch, nodes), "uniform", or the ``.last`` of a simulation
        The state at time 0, and everything before: input nodes too are taken to have been at it. A ``.last`` goes on,
        to the same bits, with its time, its noise and what is still under way along delayed edges; where synapses have
        learned, in the network ``.learned``, with their traces.
    record : Record or int, optional
        Which frames to keep, as in :func:`neurograph.settle`; default: every node after every step.
    seed : int or numpy.random.Generator
        Of the noise, and of ``start="uniform"``.
    to : path, optional
        A .npy file that the states are streamed to, in pieces; ``.states`` is then a read-only map of it, and further
        variables are not kept.
    progress : bool, optional
        Whether to draw a progress bar, which leaves nothing behind; default: on a terminal, after a second.
    rule : Rule, optional
        An online rule, such as ``rules.oja()``; dpre and dpost are ds/dt.
    learning_rate : float, optional
        Change of a weight in a unit of time, where the rule says 1. A rule needs one.
    modulator : number, array (time,) or (batch, time), or function, optional
        The third factor of a rule that names one: held as x is; or ``modulator(time, outputs)``, asked after each step
        with the outputs (batch, outputs), that gives a number, (batch,), or (batch, nodes), one at each neuron, which
        its incoming synapses see.
    bounds : (float, float), optional
        The interval that the plastic weights stay in.
    l1 : float
        Strength of their pull towards 0.
    incoming : number, mapping of node to number, or array (nodes,), optional
        To what the sizes of the plastic weights into a neuron are scaled to add up after each step; 0 leaves them.
    record_weights : int, optional
        Keep the weights after every so many steps, in ``.weights``.

    Returns
    -------
    Simulation
        ``.time``, ``.states``, ``.outputs``, ``.last``; with a rule ``.learned``, the network with its new weights.
        After Ctrl-C, what was computed until then.

    Raises
    ------
    DataError
        If x, a current, the modulator or `start` has the wrong shape, or holds a number that is not finite.
    ParameterError
        If another argument is out of range, does not go with the network, or `dt` is so long that a neuron by itself
        would grow.
    GraphError
        If the dynamics needs symmetric edges, and those that learn are not tied.
    GraphTooLargeError
        If the frames, what is under way along delayed edges, or the traces do not fit into memory.
    DivergenceError
        If a state, a weight or a trace leaves the range of floats.

    Notes
    -----
    .. math:: ds_j = g(s_j, I_j + c_j(t), \ldots)\,dt + \sigma_j \sqrt 2\, dW_j,\quad
        I_j = \sum_i W_{ij} f(s_i(t - d_{ij}))

    with g the drift of the dynamics, f its transfer, c a current, sigma the noise, W_j the Wiener process of a neuron,
    and d the delay of an edge, which is its attribute ``delay``; s stays in the box. In steps of h = `dt` [2]_, with k
    the drift, L its leak and xi normal numbers:

    - "euler": s <- box(s + h k + sigma sqrt(2 h) xi)
    - "exponential": s <- box(s E + A (1 - E)/L + sigma sqrt((1 - E^2)/L) xi), E = exp(-L h), of a drift A - L s
    - "heun": the mean of the drifts at both ends of a step of "euler", whose noise it takes
    - "rk4": the classical four stages, without noise or delays

    With a `rule`, synapses learn as it runs: after each step of the states, of the plastic weights and of the traces z,

    .. math:: W \leftarrow \mathrm{bound}(\mathrm{soft}(W + h\,\eta\,\langle \mathrm{rule} \rangle,\, h\,\eta\,l_1)),
        \quad z \leftarrow z + h\,\dot z

    with eta the `learning_rate`, the mean over samples, which share their weights, and soft and bound as of an
    optimiser. The rule sees the states after the step, weights and traces as they were before. Signs of neurons (Dale's
    law) and ties are kept; biases do not learn.

    The steps of a unitary network stand at :func:`neurograph.dynamics.unitary`.

    A delay that is no multiple of `dt` is read between the two steps around it, by a straight line. Where a state
    meets its box, "heun" and "rk4" are of order 2. An equilibrium does not know delays; whether a network settles
    does. Weights move in steps of Euler, whatever the method; a delayed synapse sees its two neurons as they are now.

    References
    ----------
    .. [1] Salmon, Moraes, Dror and Shaw, Parallel random numbers: as easy as 1, 2, 3, SC 2011.
    .. [2] Kloeden and Platen, Numerical solution of stochastic differential equations, Springer, 1992.

    Examples
    --------
    >>> import neurograph as ng
    >>> graph = ng.topologies.layered(inputs=1, hidden=(4,), outputs=1, seed=0)
    >>> network = ng.compile(graph, ng.dynamics.additive("tanh"))
    >>> ng.simulate(network, [[[0.0], [1.0]]], dt=0.1, hold=5.0)
    Simulation(1 samples, 100 frames, 6 nodes, until time 10; exponential, for the leak is linear)
    >>> learning = {"rule": ng.rules.stdp(), "learning_rate": 0.1, "record_weights": 50}
    >>> ng.simulate(network, [[[0.0], [1.0]]], dt=0.1, hold=5.0, **learning).weights.shape
    (2, 12)
    >>> graph = ng.topologies.unitary(inputs=1, units=8, outputs=1, seed=0)
    >>> ng.simulate(ng.compile(graph, ng.dynamics.unitary()), [[[1.0], [0.0], [0.0]]])
    Simulation(1 sequences, 3 steps, 8 neurons)
    """
    network = checked_network(network, "rate", "unitary")
    given: dict[str, Any] = {
        "dt": dt, "duration": duration, "hold": hold, "current": current, "method": method, "noise": noise,
        "record": record, "seed": seed, "to": to, "progress": progress, "rule": rule, "learning_rate": learning_rate,
        "modulator": modulator, "bounds": bounds, "l1": l1, "incoming": incoming, "record_weights": record_weights,
    }  # fmt: skip
    if network.dynamics.kind == "rate":
        return simulated(network, x, start=start, **given)
    for name, value in given.items():
        if (
            value is not None
            and not (name == "method" and value == "auto")
            and not (name in ("noise", "l1") and finite_number(value) == 0.0)
        ):
            raise ParameterError(
                f"{name} is given, but a unitary network steps along x as it is: expected x and start alone, as in "
                "neurograph.simulate(network, x)"
            )
    return _turned(network, x, start)


def _turned(network: Network, x: Any, start: Any) -> Simulation:
    """Run a unitary network along sequences."""
    given = checked_sequences(network, x)
    batch, time = given.shape[:2]
    neurons = relay_layers(network.connectivity).neurons.size
    first = checked_state(network, start, batch, neurons)
    check_memory(
        16 * batch * (2 * time + 1) * neurons,
        f"simulating {batch} sequences of {time} steps",
        "pass fewer sequences or steps at a time, and go on with start=simulation.last",
    )
    parts = parts_of(network)
    states = np.empty((time + 1, batch, neurons), np.complex128)
    states[0] = first
    with np.errstate(over="ignore", invalid="ignore"):
        turned(parts, given.transpose(1, 0, 2) @ parts.into, states)
        outputs = parts.outputs(states[1:])
    if not np.all(np.isfinite(states[-1].view(np.float64))) or not np.all(np.isfinite(outputs)):
        raise DivergenceError(
            "a state is no longer finite: expected a W that conserves the norm, of which "
            "neurograph.certify(network) says which factor does not, and finite weights of moderate size"
        )
    labels = tuple(network.nodes[place] for place in relay_layers(network.connectivity).neurons)
    return Simulation(
        network=network,
        dt=1.0,
        method="unitary steps",
        time=frozen(np.arange(1.0, time + 1.0)),
        nodes=labels,
        states=frozen(states[1:].transpose(1, 0, 2)),
        outputs=frozen(outputs.transpose(1, 0, 2)),
        variables={},
        inputs=frozen(given.copy()),
        currents={},
        last=frozen(states[-1].copy()),
    )
