"""A network in NIR's terms: populations, leaky integrators, dense matrices, and a box of thresholds."""

from __future__ import annotations

import math
import reprlib
from collections.abc import Hashable, Mapping, Sequence
from typing import Any

import networkx as nx
import numpy as np

from neurograph._checks import check_memory
from neurograph.equations.neuron import Dynamics
from neurograph.equations.populations import Populations, dynamics_from_dict
from neurograph.errors import FormatError, NeurographError
from neurograph.formats.nir_program import Floats, Links, Parts

POPULATIONS = {"input": "input", "bias": "bias", "hidden": "hidden", "output": "readout"}
"""What the population of each role is called; ``output`` itself is where NIR's program ends."""

NEURONS = ("hidden", "readout")

BOX = tuple(f"{name}_{part}" for name in NEURONS for part in ("above", "down", "negative", "below", "up"))
"""What the nodes that make a box are called."""

Members = Mapping[str, Sequence[Hashable]]


def populations(graph: nx.DiGraph[Any]) -> dict[str, list[Hashable]]:
    """Return the nodes of each population, in the graph's order.

    Raises
    ------
    FormatError
        If there is no input.
    """
    kind = dynamics_of(graph).kind
    if kind != "rate":
        raise FormatError(
            f"the graph has {kind} neurons, for which NIR has no primitive: expected rates of one leak; write .json"
        )
    members: dict[str, list[Hashable]] = {name: [] for name in POPULATIONS.values()}
    for node, data in graph.nodes(data=True):
        members[POPULATIONS[data.get("role", "hidden")]].append(node)
    if not members["input"]:
        raise FormatError("no node has attribute 'role' 'input': NIR's programs begin at one; add it, or write .json")
    return members


def integrators(graph: nx.DiGraph[Any], members: Members) -> dict[str, Floats]:
    """Return tau, r and v_leak (3, nodes) of each population whose drift is (v_leak - s + r (I + b)) / tau.

    Raises
    ------
    FormatError
        If the drift is another, or a neuron has no leak.
    """
    dynamics = dynamics_of(graph)
    return {name: _integrators(graph, dynamics, members[name]) for name in NEURONS if members[name]}


def _integrators(graph: nx.DiGraph[Any], dynamics: Dynamics, nodes: Sequence[Hashable]) -> Floats:
    # The drift g is affine, and I and b enter it alike, where its partial derivatives are constants of the neuron:
    # g = g(0) + g_s s + g_I (I + b). The sums of its outgoing weights are constants too.
    drift, slopes = dynamics.drift_equation, {name: dynamics.slope(name) for name in ("s", "I", "b")}
    affine = drift.is_affine("s") and drift.is_affine("I") and drift.is_affine("b")
    alike = not dynamics.uses_bias or slopes["b"].text == slopes["I"].text
    known = {*dynamics.defaults, "w_out", "w_out_abs"}
    inside = known.union(*(slope.symbols for slope in slopes.values())) == known
    if not (affine and alike and inside and drift.symbols <= known | {"s", "I", "b"}):
        raise _inexpressible(dynamics, f"its drift {dynamics.drift!r} is not (v_leak - s + r*(I + b))/tau")
    if dynamics.transfer != "s":
        raise _inexpressible(dynamics, f"it has the transfer {dynamics.transfer!r}")
    # Term by term against (v_leak - s + r (I + b)) / tau: tau = -1/g_s, r = -g_I/g_s, v_leak = -g(0)/g_s.
    found = []
    for node in nodes:
        values = {name: graph.nodes[node].get(name, default) for name, default in dynamics.defaults.items()}
        sent = [data["weight"] for *_, data in graph.out_edges(node, data=True)]
        sums = {"w_out": math.fsum(sent), "w_out_abs": math.fsum(map(abs, sent))}  # the same in any order
        try:
            leak, drive = (float(slopes[name](**sums, **values)) for name in ("s", "I"))
            found.append((-1 / leak, -drive / leak, -float(drift(s=0.0, I=0.0, b=0.0, **sums, **values)) / leak))
        except (ArithmeticError, TypeError, ValueError):
            raise _inexpressible(dynamics, f"its parameters {values} of node {node!r} give no leak") from None
        if not found[-1][0] > 0 or not np.isfinite(found[-1]).all():
            raise _inexpressible(dynamics, f"node {node!r} has the leak {-leak}, which is not above 0")
    return np.array(found, np.float64).T


def dynamics_of(graph: nx.DiGraph[Any]) -> Dynamics:
    """Return the dynamics that a graph carries.

    Raises
    ------
    FormatError
        If it carries none.
    """
    carried: Any = graph.graph.get("dynamics")
    try:
        dynamics = dynamics_from_dict(carried)
    except (NeurographError, TypeError, ValueError):
        raise FormatError(
            f"attribute 'dynamics' of the graph is {reprlib.repr(carried)}: NIR holds leaky linear neurons alone; "
            "write a network of such ones, neurograph.compile(graph, neurograph.dynamics.vector_field()), or .json"
        ) from None
    if isinstance(dynamics, Populations):
        raise _inexpressible(dynamics, "it has several populations")
    if dynamics.variables:
        raise _inexpressible(dynamics, f"its neurons have the variable {dynamics.variable_names[0]!r} beside s")
    return dynamics


def _inexpressible(dynamics: Dynamics, why: str) -> FormatError:
    return FormatError(
        f"attribute 'dynamics' of the graph is {dynamics.name!r}, but {why}: NIR has primitives for leaky linear "
        "neurons alone; give the graph such ones, neurograph.compile(graph, neurograph.dynamics.vector_field()), or "
        "write .json"
    )


def matrices(graph: nx.DiGraph[Any], members: Members) -> dict[tuple[str, str], Floats]:
    """Return the weights (post, pre) between any two populations that have edges, from the inputs, and within each.

    Raises
    ------
    FormatError
        If an edge has weight 0 or further attributes.
    """
    places = {node: (name, place) for name, nodes in members.items() for place, node in enumerate(nodes)}
    sizes = {name: len(nodes) for name, nodes in members.items()}
    neurons = [name for name in NEURONS if sizes[name]]
    total = sum(sizes.values()) * sum(sizes[name] for name in neurons)
    check_memory(8 * total, f"{total} weights in dense matrices, as NIR has them,", "write .parquet or .json")
    # nir finds the types of a program along its links from the inputs, and takes a node that leads nowhere for an
    # output, so these are there even if all is zero.
    always = [(source, name) for name in neurons for source in ("input", "bias", name) if sizes[source]]
    found = {(pre, post): np.zeros((sizes[post], sizes[pre])) for pre, post in always}
    for pre, post, data in graph.edges(data=True):
        more = sorted(set(data) - {"weight"})
        if more:
            raise FormatError(
                f"attribute {more[0]!r} of edge {pre!r} -> {post!r} has no place in NIR, whose edges are only "
                "weights: remove it, or write .json"
            )
        if data["weight"] == 0.0:
            raise FormatError(
                f"attribute 'weight' of edge {pre!r} -> {post!r} is 0, which is no edge in NIR's dense matrices: "
                "remove the edge, or write .json"
            )
        (source, j), (target, i) = places[pre], places[post]
        between = found.setdefault((source, target), np.zeros((sizes[target], sizes[source])))
        between[i, j] = data["weight"]
    return found


def biases(graph: nx.DiGraph[Any], nodes: Sequence[Hashable]) -> Floats:
    """Return the bias of each node."""
    return np.array([graph.nodes[node].get("bias", 0.0) for node in nodes], np.float64)


def box_of_thresholds(graph: nx.DiGraph[Any], members: Members) -> tuple[Parts, Links]:
    r"""Return what keeps the neurons of a graph in the box of its dynamics, where it has one.

    With :math:`\theta` NIR's Threshold, 1 above 0 and 0 below, the drift g becomes

    .. math:: g(s) - K \theta(s - s_{high}) + K \theta(s_{low} - s).

    At an end of the box where g leads out of it, g and g - K lead towards the end from both sides: the state stays
    there, as a sliding mode (Filippov), until g leads back. That is the box, for every K above \|g\|. With time steps
    dt the state leaves the box by at most K dt.

    Raises
    ------
    FormatError
        If a neuron has no input to be pushed by.
    """
    dynamics = dynamics_of(graph)
    parts: Parts = {}
    links: Links = []
    if dynamics.box is None:
        return parts, links
    low, high = dynamics.box
    for name, (_, r, v_leak) in integrators(graph, members).items():
        if not r.all():
            raise _inexpressible(dynamics, f"node {members[name][int(np.argmin(r != 0))]!r} sees no input")
        # |g| tau <= |v_leak| + |s| + |r| (sum |w| |s| + |b|), for inputs as large as the box's ends or 1.
        reach = max(1.0, abs(low), abs(high))
        summed = np.array(
            [math.fsum(abs(data["weight"]) for *_, data in graph.in_edges(node, data=True)) for node in members[name]]
        )
        push = (np.abs(v_leak) + reach) / r + np.sign(r) * (reach * summed + np.abs(biases(graph, members[name])))
        ones = np.ones(len(push))
        chains: list[Parts] = [
            {f"{name}_above": ("Threshold", high * ones), f"{name}_down": ("Scale", -push)},
            {
                f"{name}_negative": ("Scale", -ones),
                f"{name}_below": ("Threshold", -low * ones),
                f"{name}_up": ("Scale", push),
            },
        ]
        for chain in chains:
            parts |= chain
            links += zip([name, *chain], [*chain, name], strict=True)
    return parts, links
