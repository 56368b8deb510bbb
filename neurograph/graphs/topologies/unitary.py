"""The digraph of a unitary evolution network: a product of sparse unitary factors, each a layer of relays."""

from __future__ import annotations

from typing import Any

import networkx as nx
import numpy as np

from neurograph._checks import Seed, checked_generator, checked_whole
from neurograph.errors import ParameterError
from neurograph.graphs.topologies.butterfly import stages

SPREAD = 0.01
"""Biases of neurons are drawn from U(-SPREAD, SPREAD)."""


def unitary(inputs: int = 1, units: int = 64, outputs: int = 1, *, seed: Seed = None) -> nx.DiGraph[Any]:
    r"""Build a network whose recurrent weights are a unitary W of eight sparse factors.

    Neurons ``("h", i)`` hold the state. Relays pass on at once what they sum up, a population of its own: those of the
    factor "F" are called ``("F", stage, i)``, those of the others ``("R1", i)``. An edge of W says in its attribute
    ``factor`` which it belongs to:

    - "D1", "D2", "D3": a weight exp(i theta) from each to its own relay, theta ~ U(-pi, pi). Those of "D3" end at the
      neurons.
    - "F", "F^-1": the orthonormal discrete Fourier transform, log2(units) stages of butterflies (Cooley and Tukey,
      decimation in time, the reversal of bits in the first stage). Not plastic.
    - "R1", "R2": the reflection 1 - 2 r r*/\|r\|^2: edges of weight 1, not plastic, and a hub ``("R1", "hub")`` that
      hears r* and sends -2 r/\|r\|^2.
    - "P": a random permutation, weights 1. Not plastic.

    V, U and r are drawn as by Glorot, uniform, real and imaginary parts each; biases of neurons, those of modReLU, from
    U(-.01, .01), and those of outputs, d, are 0.

    Parameters
    ----------
    inputs : int
        How many nodes ``("x", k)``.
    units : int
        How many neurons, a power of two.
    outputs : int
        How many nodes ``("y", k)``.
    seed : int or numpy.random.Generator, optional
        Without it every call draws anew.

    Returns
    -------
    networkx.DiGraph
        :func:`neurograph.compile` takes it with ``dynamics.unitary()``.

    Raises
    ------
    ParameterError
        If an argument is out of range.

    Notes
    -----
    .. math:: W = D_3 R_2 F^{-1} D_2 P R_1 F D_1

    with the factors explained above [1]_; how the network steps by it stands at :func:`neurograph.dynamics.unitary`.

    References
    ----------
    .. [1] Arjovsky, Shah, Bengio, Unitary evolution recurrent neural networks, ICML 2016, arXiv 1511.06464.

    Examples
    --------
    >>> import neurograph as ng
    >>> graph = ng.topologies.unitary(inputs=1, units=4, outputs=1, seed=0)
    >>> len(graph), graph.edges[("h", 0), ("D1", 0)]["factor"]
    (44, 'D1')
    """
    inputs, outputs = checked_whole("inputs", inputs, 1), checked_whole("outputs", outputs, 1)
    units = checked_whole("units", units, 2, ", a power of two")
    if units & (units - 1):
        near = 1 << units.bit_length()
        raise ParameterError(
            f"units is {units}: expected a power of two, such as {near // 2} or {near}, for the Fourier transform is "
            "made of stages that halve it"
        )
    rng = checked_generator(seed)
    graph: nx.DiGraph[Any] = nx.DiGraph()
    graph.add_nodes_from(((("x", k)) for k in range(inputs)), role="input")
    biases = rng.uniform(-SPREAD, SPREAD, units).tolist()
    neurons = [("h", i) for i in range(units)]
    for neuron, bias in zip(neurons, biases, strict=True):
        graph.add_node(neuron, role="hidden", population="neuron", bias=bias)
    now: list[Any] = neurons
    now = _phases(graph, "D1", now, [("D1", i) for i in range(units)], rng)
    now = _transform(graph, "F", now)
    now = _reflection(graph, "R1", now, rng)
    relays = _relays(graph, [("P", i) for i in range(units)])
    for post, pre in zip(relays, rng.permutation(units).tolist(), strict=True):
        graph.add_edge(now[pre], post, weight=1.0 + 0.0j, factor="P", plastic=False)
    now = _phases(graph, "D2", relays, [("D2", i) for i in range(units)], rng)
    now = _transform(graph, "F^-1", now)
    now = _reflection(graph, "R2", now, rng)
    _phases(graph, "D3", now, neurons, rng)
    graph.add_nodes_from(((("y", k)) for k in range(outputs)), role="output", bias=0.0)
    for letter, pre, post in (("x", range(inputs), range(units)), ("h", range(units), range(outputs))):
        ends, other = [(letter, k) for k in pre], [("h" if letter == "x" else "y", k) for k in post]
        drawn = _glorot(rng, (len(ends), len(other)), len(ends) + len(other))
        for start, row in zip(ends, drawn.tolist(), strict=True):
            graph.add_weighted_edges_from((start, end, weight) for end, weight in zip(other, row, strict=True))
    return graph


def _glorot(rng: np.random.Generator, shape: tuple[int, ...], ends: int) -> Any:
    parts = rng.uniform(-1.0, 1.0, (2, *shape)) * (6.0 / ends) ** 0.5
    return parts[0] + 1j * parts[1]


def _relays(graph: nx.DiGraph[Any], labels: list[Any]) -> list[Any]:
    graph.add_nodes_from(labels, role="hidden", population="relay")
    return labels


def _phases(
    graph: nx.DiGraph[Any], factor: str, pre: list[Any], post: list[Any], rng: np.random.Generator
) -> list[Any]:
    """Join each to its own by a weight of modulus 1, relays that are not there yet among them."""
    _relays(graph, [label for label in post if label not in graph])
    weights = np.exp(1j * rng.uniform(-np.pi, np.pi, len(pre))).tolist()
    for one, other, weight in zip(pre, post, weights, strict=True):
        graph.add_edge(one, other, weight=weight, factor=factor)
    return post


def _transform(graph: nx.DiGraph[Any], factor: str, pre: list[Any]) -> list[Any]:
    """Add the stages of the Fourier transform, or of its inverse, whose weights are the conjugates."""
    for stage, matrix in enumerate(stages(len(pre), inverse=factor == "F^-1")):
        post = _relays(graph, [(factor, stage, i) for i in range(len(pre))])
        rows = matrix.tocoo()
        for row, column, weight in zip(rows.row.tolist(), rows.col.tolist(), rows.data.tolist(), strict=True):
            graph.add_edge(pre[column], post[row], weight=weight, factor=factor, plastic=False)
        pre = post
    return pre


def _reflection(graph: nx.DiGraph[Any], factor: str, pre: list[Any], rng: np.random.Generator) -> list[Any]:
    """Add edges of weight 1, and a hub that hears all of one side and sends to all of the other."""
    (hub,) = _relays(graph, [(factor, "hub")])
    post = _relays(graph, [(factor, i) for i in range(len(pre))])
    r = _glorot(rng, (len(pre),), len(pre) + 1)
    back = -2.0 * r / np.sum(r.real**2 + r.imag**2)
    for one, other, heard, sent in zip(pre, post, r.conj().tolist(), back.tolist(), strict=True):
        graph.add_edge(one, other, weight=1.0 + 0.0j, factor=factor, plastic=False)
        graph.add_edge(one, hub, weight=heard, factor=factor)
        graph.add_edge(hub, other, weight=sent, factor=factor)
    return post
