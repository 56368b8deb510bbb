"""Chains of binary neurons in the compiled sampler: their generators, their states, how likely each neuron is 1."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from neurograph._arrays import Floats
from neurograph.equations.binary import Binary
from neurograph.errors import DataError, ParameterError
from neurograph.kernels import engine
from neurograph.kernels.bindings import threads_for
from neurograph.kernels.equations import node_program
from neurograph.network.inputs import checked_network
from neurograph.network.network import Network

Method = Literal["gibbs", "flips"]

METHODS: tuple[Method, ...] = ("gibbs", "flips")

GOLDEN = np.uint64(0x9E3779B97F4A7C15)


def generators(rng: np.random.Generator, chains: int) -> NDArray[np.uint64]:
    """Return the states of a generator for each chain (chains, 4), xoshiro256++; a chain's own, however many there are.

    The words are those of SplitMix64 from a key that `rng` draws, as the authors of xoshiro ask for (Blackman and
    Vigna, Scrambled linear pseudorandom number generators, ACM Transactions on Mathematical Software 47, 2021).
    """
    key = rng.integers(0, 2**64, dtype=np.uint64, endpoint=False)
    with np.errstate(over="ignore"):
        z = key + GOLDEN * np.arange(1, 4 * chains + 1, dtype=np.uint64)
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return (z ^ (z >> np.uint64(31))).reshape(chains, 4)


def drawn_states(
    network: Network,
    start: Floats,
    held: NDArray[np.bool_],
    generator: NDArray[np.uint64],
    method: Method,
    burn_in: float,
    thin: float,
    samples: int,
) -> NDArray[np.int8]:
    """Return the states (chains, samples, nodes) of chains from `start` (chains, nodes) on.

    Raises
    ------
    ParameterError
        If a neuron flips at an infinite rate, or its log odds are no number.
    """
    drawn = np.empty((start.shape[0], samples, len(network.nodes)), np.int8)
    if not _run(network, start, held, generator, (method == "flips", burn_in, thin, samples), drawn, None):
        _check_odds(network, start)
        raise ParameterError(
            f"the weights are up to {np.abs(network.weights).max():.3g}, so that a neuron flips at an infinite rate: "
            "expected smaller ones, or method='gibbs'"
        )
    return drawn


def _check_odds(network: Network, start: Floats) -> None:
    """Refuse log odds that are no numbers."""
    wrong = np.argwhere(np.isnan(probabilities(network, start)))
    if wrong.size and isinstance(network.dynamics, Binary):
        node = network.nodes[int(wrong[0, 1])]
        raise ParameterError(
            f"log_odds is {network.dynamics.log_odds!r}, which is no number at neuron {node!r}: expected one for every "
            "summed input and bias"
        )


def probabilities(network: Network, states: ArrayLike) -> Floats:
    r"""Return P(s_j = 1), the others being as they are, as a sweep draws it.

    Parameters
    ----------
    network : Network
        Of :func:`neurograph.dynamics.binary`.
    states : array (states, nodes)
        0 and 1; bias neurons are expected at 1.

    Returns
    -------
    float array (states, nodes)
        0 at a bias neuron.

    Raises
    ------
    ParameterError
        If the network has other neurons.
    DataError
        If the states have another shape, or other values.

    Notes
    -----
    .. math:: P(s_j = 1 \mid \text{the others}) = \frac 1 {1 + e^{-a_j}}

    with :math:`a_j` the log odds of :func:`neurograph.dynamics.binary`: it follows from the definition of these.

    Examples
    --------
    >>> import networkx as nx, neurograph as ng
    >>> graph = nx.DiGraph([("a", "b", {"weight": 2.0}), ("b", "a", {"weight": 2.0})])
    >>> nx.set_node_attributes(graph, "output", "role")
    >>> ng.sampling.probabilities(ng.compile(graph, ng.dynamics.binary()), [[0, 0], [1, 0]]).round(2).tolist()
    [[0.5, 0.5], [0.5, 0.88]]
    """
    return _levels(network, states, "gibbs")


def flip_rates(network: Network, states: ArrayLike) -> Floats:
    """Return the rate of each neuron's flip in continuous time.

    Parameters
    ----------
    network, states
        As of :func:`probabilities`.

    Returns
    -------
    float array (states, nodes)
        Flips in a unit of time; 0 at a bias neuron.

    Raises
    ------
    ParameterError, DataError
        As of :func:`probabilities`.

    Notes
    -----
    .. math:: r_j = e^{(1/2 - s_j) a_j}

    with :math:`s_j` the state of neuron j and :math:`a_j` its log odds [1]_.

    References
    ----------
    .. [1] Liu, Lin, Quek, Variational probability flow for biologically plausible training of deep neural networks,
       AAAI 2018, arXiv 1711.07732.

    Examples
    --------
    >>> import networkx as nx, neurograph as ng
    >>> graph = nx.DiGraph([("a", "b", {"weight": 2.0}), ("b", "a", {"weight": 2.0})])
    >>> nx.set_node_attributes(graph, "output", "role")
    >>> ng.sampling.flip_rates(ng.compile(graph, ng.dynamics.binary()), [[0, 0], [1, 0]]).round(2).tolist()
    [[1.0, 1.0], [1.0, 2.72]]
    """
    return _levels(network, states, "flips")


def _levels(network: Network, states: ArrayLike, method: Method) -> Floats:
    dtype, nodes = checked_network(network, "binary").dtype, len(network.nodes)
    try:
        given = np.asarray(states)
        if given.dtype.kind == "c":
            raise TypeError(given.dtype)
        start = np.ascontiguousarray(given, dtype)
    except (TypeError, ValueError):
        raise DataError(
            f"states cannot be read as numbers: expected (states, {nodes}), 0 and 1, a column for each node"
        ) from None
    if start.ndim != 2 or start.shape[1] != nodes or not ((start == 0.0) | (start == 1.0)).all():
        raise DataError(f"states has shape {start.shape}: expected (states, {nodes}), 0 and 1, a column for each node")
    level, chains = np.zeros_like(start), start.shape[0]
    none, zero = np.zeros(start.shape, np.bool_), np.zeros((chains, 4), np.uint64)
    _run(network, start, none, zero, (method == "flips", 0.0, 0.0, 0), None, level)
    return level


def _run(
    network: Network,
    start: Floats,
    held: NDArray[np.bool_],
    generator: NDArray[np.uint64],
    how: tuple[bool, float, float, int],
    drawn: NDArray[np.int8] | None,
    level: Floats | None,
) -> bool:
    threads = threads_for(network.weights.size * max(1, how[3]), start.shape[0])
    called = engine.sampler(
        *network.once(_arguments), np.ascontiguousarray(start), np.ascontiguousarray(held), generator, how, threads,
        drawn, level,
    )  # fmt: skip
    return called is None


def _arguments(network: Network) -> tuple[Any, ...]:
    """Return what the engine takes of a network; the log odds stand in the place of the drift."""
    dynamics, connectivity = network.dynamics, network.connectivity
    assert isinstance(dynamics, Binary)
    subgraph, none = connectivity.subgraph, network.biases
    equations = (node_program(dynamics, dynamics.log_odds_equation), *[None] * 10, ())
    edges = (one.weighted(network.weights) for one in (subgraph.recurrent, subgraph.clamped, subgraph.transposed))
    nodes = (subgraph.node, subgraph.moving.size, network.biases, none, none, network.node_values)
    return equations, nodes, (*subgraph.outputs, connectivity.outputs.size), *edges
