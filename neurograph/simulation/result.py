"""What simulate() returns: the states over time, and where they ended."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from neurograph._arrays import Floats, FrozenArrays
from neurograph._checks import Printed
from neurograph.drawing.card import Carded, Html
from neurograph.drawing.chart import chart
from neurograph.drawing.labels import short_names
from neurograph.errors import MissingPackageError, ParameterError
from neurograph.network.network import Network

if TYPE_CHECKING:
    import xarray


@dataclass(frozen=True, eq=False, repr=False)
class LastState(FrozenArrays, Printed):
    """Where a simulation of rates ended: ``simulate(network, more, dt=dt, start=last)`` goes on, to the same bits.

    As an array it is :attr:`state`, which is what :func:`neurograph.settle` starts from.

    Attributes
    ----------
    state : array (batch, state_size)
        s of every node, and behind it each further variable of every node.
    step : int
        Steps taken since time 0.
    dt : float
        Their length.
    key : int
        What the noise is drawn with.
    sent : array (batch, steps, nodes) or None
        What the nodes have sent, oldest first, as far back as the longest delay asks for.
    weights : array (edges,) or None
        Where synapses have learned, the weights that they ended with.
    traces : array (traces, edges, batch) or None
        The same of their traces.
    trace_names : tuple of str
        Their names, in their order.
    """

    state: Floats
    step: int
    dt: float
    key: int
    sent: Floats | None
    weights: Floats | None = None
    traces: Floats | None = None
    trace_names: tuple[str, ...] = ()

    @property
    def time(self) -> float:
        """Time at which it ended."""
        return self.step * self.dt

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> NDArray[Any]:
        """Return the state."""
        return np.array(self.state, dtype) if copy else np.asarray(self.state, dtype)

    def __repr__(self) -> str:
        """Return a line with the size and the time."""
        return f"LastState({self.state.shape[0]} samples, {self.state.shape[1]} numbers, at time {self.time:g})"


@dataclass(frozen=True, eq=False, repr=False)
class Simulation(FrozenArrays, Carded):
    """What :func:`neurograph.simulate` returns.

    Attributes
    ----------
    network : Network
    dt : float
        Length of a step, in the network's dimensionless time; 1 in a unitary network.
    method : str
        Which method took the steps, and why that one, in words.
    time : float64 array (frames,)
        When each frame was taken, at the end of a step.
    nodes : tuple of labels
        Whose states the frames hold.
    states : float array (batch, frames, nodes)
        s; of an input node, what it was held at during the step before. In a unitary network complex, of the neurons.
    outputs : float array (batch, frames, outputs)
    variables : mapping of str to array (batch, frames, nodes)
        Each further variable, by name.
    inputs : float array (batch, frames, inputs)
        What the inputs were held at during the step before.
    currents : mapping of label to array (batch, frames)
        What was added to the summed input of a node.
    last : LastState, or complex array (batch, neurons) in a unitary network
        Where it ended: ``start=simulation.last`` goes on, to the same bits.
    interrupted : bool
        Whether Ctrl-C ended it early.
    learned : Network or None
        With a rule: the network with the weights that it ended with.
    weights : float array (records, edges), or None
        With a rule: its weights, every so many steps as asked for.
    weight_time : float64 array (records,), or None
        When.

    Examples
    --------
    A neuron that is driven for a unit of time, and decays for one; then it goes on where it was:

    >>> import networkx as nx, neurograph as ng
    >>> graph = nx.DiGraph([("x", "y", {"weight": 0.5})])
    >>> graph.nodes["x"]["role"], graph.nodes["y"]["role"] = "input", "output"
    >>> network, given = ng.compile(graph, ng.dynamics.additive("tanh")), {"dt": 0.5, "hold": 1.0}
    >>> run = ng.simulate(network, [[[1.0], [0.0]]], **given)
    >>> run.time.tolist(), run.of("y").round(3).tolist()
    ([0.5, 1.0, 1.5, 2.0], [[0.182, 0.292, 0.177, 0.107]])
    >>> ng.simulate(network, [[[0.0]]], start=run.last, **given).time.tolist()
    [2.5, 3.0]
    """

    network: Network
    dt: float
    method: str
    time: NDArray[np.float64]
    nodes: tuple[Hashable, ...]
    states: NDArray[Any]
    outputs: NDArray[Any]
    variables: Mapping[str, NDArray[Any]]
    inputs: NDArray[Any]
    currents: Mapping[Hashable, NDArray[Any]]
    last: Any
    interrupted: bool = False
    learned: Network | None = None
    weights: Floats | None = None
    weight_time: NDArray[np.float64] | None = None

    def of(self, node: Hashable) -> NDArray[Any]:
        """Return the states (batch, frames) of one node.

        Raises
        ------
        ParameterError
            If the frames do not hold it.
        """
        if node not in self.nodes:
            raise ParameterError(f"node {node!r} is not among the recorded nodes: expected one of simulation.nodes")
        return self.states[:, :, self.nodes.index(node)]

    def to_xarray(self) -> xarray.Dataset:
        """Return the states, and each further variable, as an ``xarray.Dataset`` of (sample, time, node).

        Raises
        ------
        MissingPackageError
            If xarray is not installed.
        ParameterError
            If a further variable has the name of an axis.
        """
        try:
            import xarray
        except ModuleNotFoundError:
            raise MissingPackageError(
                "to_xarray needs xarray, which is not installed: expected the extra 'xarray'; "
                'pip install "neurograph-simulator[xarray]"'
            ) from None
        axes = ("sample", "time", "node")
        for name in axes:
            if name in self.variables:
                raise ParameterError(
                    f"variable {name!r} has the name of an axis: expected another; rename it in the dynamics"
                )
        labels = np.empty(len(self.nodes), object)
        labels[:] = self.nodes
        tables = {"s": self.states, **self.variables}
        return xarray.Dataset(
            {name: (axes, table) for name, table in tables.items()},
            coords={"time": self.time, "node": labels},
            attrs={"dt": self.dt, "method": self.method},
        )

    def __repr__(self) -> str:
        """Return a line with the size."""
        batch, frames, count = self.states.shape
        if self.network.dynamics.kind == "unitary":
            return f"Simulation({batch} sequences, {frames} steps, {count} neurons)"
        end = f", until time {self.last.time:g}" + ", interrupted" * self.interrupted
        end += ", learned" * (self.learned is not None)
        return f"Simulation({batch} samples, {frames} frames, {count} nodes{end}; {self.method})"

    def _parts(self) -> Iterator[Html]:
        if self.outputs.size:
            names = short_names(self.network.outputs)
            yield chart(
                self.time, dict(zip(names, self.outputs[0].T, strict=True)), "time; outputs of the first sample"
            )
