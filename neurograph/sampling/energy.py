"""The energy of binary neurons, where they have one, and the distribution of few of them by enumeration."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass

import numpy as np
import scipy.sparse
from numpy.typing import ArrayLike, NDArray

from neurograph._arrays import Floats
from neurograph.drawing.card import Carded
from neurograph.equations.binary import Binary
from neurograph.errors import ParameterError
from neurograph.network.inputs import checked_network
from neurograph.network.network import Network
from neurograph.sampling.visible import checked_visible

MOST_ENUMERATED = 20
"""Most free neurons whose states are enumerated: a million states."""

CHUNK = 1 << 16
"""States whose energies are found together."""


def couplings(network: Network) -> tuple[scipy.sparse.csr_array, Floats] | None:
    """Return C (free, free) and c (free,), where the log odds of the free neurons are C s + c; None if they are not.

    Bias neurons, which stay at 1, are in c.
    """
    assert isinstance(network.dynamics, Binary)
    log_odds, free = network.dynamics.log_odds_equation, network.connectivity.free
    slope = log_odds.derivative("I")
    if "I" in slope.symbols:
        return None
    start = np.zeros(len(network.nodes), network.dtype)
    start[network.connectivity.bias_nodes] = 1.0
    scale = scipy.sparse.diags_array(np.asarray(network.at_nodes(slope, start)[free], np.float64))
    block = scipy.sparse.csr_array(network.matrix().astype(np.float64)[free][:, free])
    return scipy.sparse.csr_array(scale @ block), np.asarray(network.at_nodes(log_odds, start)[free], np.float64)


def checked_energy(network: Network) -> tuple[scipy.sparse.csr_array, Floats]:
    """Return C and c of the energy E(s) = -s'Cs/2 - c's of binary neurons.

    Raises
    ------
    ParameterError
        If they have none, for C is not symmetric, or the log odds are not linear in the summed input.
    """
    found = couplings(network)
    if found is None:
        log_odds = network.dynamics.log_odds if isinstance(network.dynamics, Binary) else ""
        raise ParameterError(
            f"log_odds is {log_odds!r}, which is not linear in I, so that the neurons have no energy: expected a "
            "multiple of I, and a term without it"
        )
    C, c = found
    difference = abs(C - C.T).tocoo()
    if difference.nnz and difference.data.max() > 0.0:
        k = int(np.argmax(difference.data))
        places = network.connectivity.free[sorted((difference.col[k], difference.row[k]))]
        labels = [network.nodes[place] for place in places]
        W = network.matrix()
        if W[[places[0]], [places[1]]][0] == W[[places[1]], [places[0]]][0]:
            raise ParameterError(
                f"neurons {labels[0]!r} and {labels[1]!r} have one weight for both ways, but log odds of different "
                "slopes in it, so that they have no energy: expected one slope, as of one temperature, for all"
            )
        raise ParameterError(
            f"neurons {labels[0]!r} and {labels[1]!r} act on each other differently, so that they have no energy: "
            "expected W_ij = W_ji; neurograph.topologies.symmetric(graph) gives both edges one weight"
        )
    return C, c


@dataclass(frozen=True, eq=False, repr=False)
class Distribution(Carded):
    """The probabilities of all states of the free neurons, from :func:`neurograph.exact_distribution`.

    Attributes
    ----------
    network : Network
    free : tuple
        Labels of the neurons that are enumerated.
    states : int8 array (states, nodes)
        Each state of the network; the others have in all of them what they are held at.
    probabilities : float64 array (states,)
        They add up to 1.
    log_partition : float
        log Z, the logarithm of the sum of exp(-E).

    Examples
    --------
    Two neurons that excite each other, by 1, are alike more often than not:

    >>> import networkx as nx, neurograph as ng
    >>> graph = nx.DiGraph([("a", "b", {"weight": 1.0}), ("b", "a", {"weight": 1.0})])
    >>> nx.set_node_attributes(graph, "output", "role")
    >>> exact = ng.exact_distribution(ng.compile(graph, ng.dynamics.binary()))
    >>> exact
    Distribution(4 states of 2 neurons, log Z 1.74367)
    >>> alike = exact.states[:, 0] == exact.states[:, 1]
    >>> round(float(exact.probabilities[alike].sum()), 2)
    0.65
    """

    network: Network
    free: tuple[Hashable, ...]
    states: NDArray[np.int8]
    probabilities: Floats
    log_partition: float

    @property
    def marginals(self) -> Floats:
        """P(s_j = 1) of each node (nodes,)."""
        return self.probabilities @ self.states

    def __repr__(self) -> str:
        """Return a line with the size."""
        count = self.probabilities.size
        return f"Distribution({count} states of {len(self.free)} neurons, log Z {self.log_partition:.6g})"


def exact_distribution(network: Network, x: ArrayLike | None = None) -> Distribution:
    r"""Return the probability of every state of few binary neurons, by enumeration.

    Parameters
    ----------
    network : Network
        Of :func:`neurograph.dynamics.binary`, with at most 20 free neurons.
    x : array (1, visible), optional
        What visible neurons are held at, 0 or 1; NaN leaves one free. None leaves all free.

    Returns
    -------
    Distribution
        ``.states``, ``.probabilities``, ``.marginals``, ``.log_partition``.

    Raises
    ------
    ParameterError
        If the neurons have no energy, or there are too many.
    DataError
        If x has the wrong shape, or other values.

    Notes
    -----
    .. math::
        P(s) = \frac{e^{-E(s)}}{\sum_{s'} e^{-E(s')}}, \quad
        E(s) = -\tfrac 1 2 \sum_{ij} W_{ij} s_i s_j - \sum_j b_j s_j

    with :math:`s_j` the state of neuron j, 0 or 1, :math:`W_{ij} = W_{ji}` the weights and :math:`b_j` the biases: the
    distribution of a Boltzmann machine [1]_. With log odds of one's own, which must be linear in the summed input, W
    and b are its coefficients.

    References
    ----------
    .. [1] Ackley, Hinton, Sejnowski, A learning algorithm for Boltzmann machines, Cognitive Science 9, 1985.

    Examples
    --------
    >>> import networkx as nx, neurograph as ng
    >>> graph = nx.DiGraph([("a", "b", {"weight": 1.0}), ("b", "a", {"weight": 1.0})])
    >>> nx.set_node_attributes(graph, "output", "role")
    >>> exact = ng.exact_distribution(ng.compile(graph, ng.dynamics.binary()))
    >>> exact.probabilities.round(3).tolist(), exact.marginals.round(3).tolist()
    ([0.175, 0.175, 0.175, 0.475], [0.65, 0.65])
    """
    network = checked_network(network, "binary")
    C, c = checked_energy(network)
    places, held = network.connectivity.free, np.zeros(len(network.nodes))
    fixed = np.zeros(len(network.nodes), np.bool_)
    if x is not None:
        given = checked_visible(network, x)
        if given.shape[0] != 1 or not np.isin(given[~np.isnan(given)], (0.0, 1.0)).all():
            raise ParameterError(
                f"x has {given.shape[0]} rows: expected one, of 0, 1 and NaN, for each has a distribution of its own"
            )
        outputs = network.connectivity.outputs
        fixed[outputs] = ~np.isnan(given[0])
        held[outputs] = np.nan_to_num(given[0])
    varied = np.flatnonzero(~fixed[places])
    check_count(varied.size)
    states = np.zeros((1 << varied.size, len(network.nodes)), np.int8)
    states[:, places] = held[places]
    states[:, network.connectivity.bias_nodes] = 1
    states[:, places[varied]] = (np.arange(1 << varied.size)[:, None] >> np.arange(varied.size)) & 1
    logs = -energies(C, c, states[:, places])
    top = float(logs.max())
    log_partition = top + float(np.log(np.exp(logs - top).sum()))
    labels = tuple(network.nodes[place] for place in places[varied])
    return Distribution(network, labels, states, np.exp(logs - log_partition), log_partition)


def check_count(free: int) -> None:
    """Refuse to enumerate the states of too many neurons."""
    if free > MOST_ENUMERATED:
        raise ParameterError(
            f"{free} neurons are free, of which every state would be enumerated: expected at most {MOST_ENUMERATED}; "
            "neurograph.sample(network) draws from more"
        )


def energies(C: scipy.sparse.csr_array, c: Floats, states: NDArray[np.int8]) -> Floats:
    """Return -s'Cs/2 - c's of each state (states, free)."""
    found = np.empty(states.shape[0])
    for first in range(0, states.shape[0], CHUNK):
        s = states[first : first + CHUNK].astype(np.float64)
        found[first : first + CHUNK] = -0.5 * np.einsum("ij,ij->i", s, (C @ s.T).T) - s @ c
    return found


def log_likelihood(network: Network, x: ArrayLike) -> Floats:
    r"""Return log P of visible states, the hidden ones summed over, by enumeration.

    Parameters
    ----------
    network : Network
        As of :func:`exact_distribution`.
    x : array (samples, visible)
        0 and 1.

    Returns
    -------
    float64 array (samples,)
        In nats.

    Raises
    ------
    ParameterError, DataError
        As of :func:`exact_distribution`.

    Notes
    -----
    .. math:: \log P(v) = \log \sum_h e^{-E(v, h)} - \log \sum_{v', h} e^{-E(v', h)}

    with v the visible and h the hidden states, and E the energy of :func:`exact_distribution`. It follows from the
    definition of the likelihood.

    Examples
    --------
    Of two neurons without weights each state has the probability 1/4:

    >>> import networkx as nx, neurograph as ng
    >>> graph = nx.DiGraph([("a", "b", {"weight": 0.0}), ("b", "a", {"weight": 0.0})])
    >>> nx.set_node_attributes(graph, "output", "role")
    >>> ng.log_likelihood(ng.compile(graph, ng.dynamics.binary()), [[0, 1]]).round(3).tolist()
    [-1.386]
    """
    exact = exact_distribution(network)
    given = checked_visible(network, x)
    if not np.isin(given, (0.0, 1.0)).all():
        raise ParameterError("x holds something else than 0 and 1: expected whole visible states")
    powers = 1 << np.arange(given.shape[1], dtype=np.int64)
    of_states = exact.states[:, network.connectivity.outputs].astype(np.int64) @ powers
    C, c = checked_energy(exact.network)
    logs = -energies(C, c, exact.states[:, exact.network.connectivity.free]) - exact.log_partition
    # Each sum is taken beside its largest term, for a probability may be below the range of floats.
    top = np.full(int(powers.sum()) + 1, -np.inf)
    np.maximum.at(top, of_states, logs)
    sums = np.bincount(of_states, np.exp(logs - top[of_states]), minlength=top.size)
    wanted = given.astype(np.int64) @ powers
    return np.asarray(top[wanted] + np.log(sums[wanted]))
