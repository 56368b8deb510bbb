"""simulate(): a network along sequences."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from neurograph._arrays import FrozenArrays, frozen
from neurograph._checks import check_memory
from neurograph.errors import DivergenceError
from neurograph.network.inputs import checked_network
from neurograph.network.network import Network
from neurograph.network.relay_layers import relay_layers
from neurograph.network.sequences import checked_sequences, checked_state
from neurograph.simulation.run import parts_of, turned


@dataclass(frozen=True, eq=False, repr=False)
class Simulation(FrozenArrays):
    """What :func:`simulate` returns.

    Attributes
    ----------
    network : Network
    time : array (time,)
        The number of each step, from 1 on: states and outputs are those after it.
    states : complex array (batch, time, neurons)
        The neurons in the graph's order; relays hold nothing.
    outputs : array (batch, time, outputs)
    last : complex array (batch, neurons)
        The states at the end: ``simulate(network, more, start=simulation.last)`` goes on, to the same bits.
    """

    network: Network
    time: NDArray[np.float64]
    states: NDArray[np.complex128]
    outputs: NDArray[np.float64]
    last: NDArray[np.complex128]

    def __repr__(self) -> str:
        """Return a line with the size."""
        batch, time, neurons = self.states.shape
        return f"Simulation({batch} sequences, {time} steps, {neurons} neurons)"


def simulate(network: Network, x: ArrayLike, *, start: Any = 0.0) -> Simulation:
    r"""Run a unitary network along sequences.

    .. math:: h_t = \mathrm{modReLU}(W h_{t-1} + V x_t), \quad y_t = \mathrm{Re}(U h_t) + d

    W is compiled to a product of sparse factors, once for each network; Fourier transforms are recognised by the
    numbers of their edges, and done by scipy.fft.

    Parameters
    ----------
    network : Network
        Of ``dynamics.unitary()``.
    x : array (batch, time, inputs)
    start : number, complex array (neurons,) or (batch, neurons)
        The states before the first step. modReLU leaves a neuron at exactly 0 where it is.

    Returns
    -------
    Simulation
        ``.states``, ``.outputs``, ``.last``.

    Raises
    ------
    ParameterError
        If the network is of other neurons, or `start` is no number.
    DataError
        If x or `start` has the wrong shape or holds a number that is not finite.
    DivergenceError
        If a state leaves the range of floats, as it can where W is not unitary.

    Examples
    --------
    >>> import neurograph as ng
    >>> graph = ng.topologies.unitary(inputs=1, units=8, outputs=1, seed=0)
    >>> simulate(ng.compile(graph, ng.dynamics.unitary()), [[[1.0], [0.0], [0.0]]])
    Simulation(1 sequences, 3 steps, 8 neurons)
    """
    network = checked_network(network, "unitary")
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
    return Simulation(
        network,
        frozen(np.arange(1.0, time + 1.0)),
        frozen(states[1:].transpose(1, 0, 2)),
        frozen(outputs.transpose(1, 0, 2)),
        frozen(states[-1].copy()),
    )
