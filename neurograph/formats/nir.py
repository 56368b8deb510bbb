"""NIR, the intermediate representation of neuromorphic programs: populations of leaky linear neurons."""

from __future__ import annotations

import io
import reprlib
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import networkx as nx
import numpy as np

from neurograph._checks import check_memory
from neurograph.equations.dynamics import Dynamics
from neurograph.errors import FormatError, NeurographError
from neurograph.formats.base import (
    NO_ENDS,
    Ends,
    Format,
    add_node,
    checked_json,
    from_json,
    label_from_json,
    needed,
    to_json,
    without,
)
from neurograph.formats.encoding.columns import from_header, header
from neurograph.formats.encoding.hdf5 import hdf5_arrays
from neurograph.formats.nir_program import PARAMETERS, Floats, Program, program_graph, text_of
from neurograph.graphs.edge_table import EdgeTable
from neurograph.graphs.from_networkx import wiring_of
from neurograph.graphs.wiring import Wiring

POPULATIONS = {"input": "input", "hidden": "hidden", "output": "readout"}
"""What the population of each role is called; ``output`` itself is where NIR's program ends."""

HEADER_KEY = "neurograph"
"""Metadata with the labels, and the attributes of nodes and graph, as JSON."""


class NIR(Format):
    """NIR: the inputs, a population LI of hidden neurons and one of outputs, and a dense matrix between any two.

    It holds any dynamics whose drift is (v_leak - s + r (I + b)) / tau written in some way, with neither transfer nor
    box: tau dv/dt = (v_leak - v) + r I is NIR's LI. Labels, and attributes of nodes and of the graph, are metadata.
    Refused in words are all other dynamics, bias nodes, and edges with weight 0 or further attributes. Edges come back
    in the order of their nodes.
    """

    name = "NIR"
    suffix = ".nir"
    purpose = "neuromorphic programs: leaky linear neurons alone, as dense matrices; edges in the order of their nodes"
    opener = "nir.read(path)"

    def dump(self, table: EdgeTable) -> Sequence[bytes]:
        """Write a graph of plain values."""
        graph = table.to_graph()
        with needed(self.name, "nir"):
            import nir
        members = _members(graph)
        neurons = {name: _neurons(graph, members[name]) for name in ("hidden", "readout") if members[name]}
        nodes: dict[str, Any] = {name: nir.LI(*values) for name, values in neurons.items()}
        edges = [("readout", "output")]
        nodes["input"] = nir.Input({"input": np.array([len(members["input"])])})
        nodes["output"] = nir.Output({"output": np.array([len(members["readout"])])})
        for (pre, post), matrix in _matrices(graph, members).items():
            name = f"{pre}_to_{post}"
            if pre == post:
                biases = [graph.nodes[node].get("bias", 0.0) for node in members[post]]
                nodes[name] = nir.Affine(matrix, np.array(biases, np.float64))
            else:
                nodes[name] = nir.Linear(matrix)
            edges += [(pre, name), (name, post)]
        metadata = {HEADER_KEY: _metadata(graph, members, neurons)}
        buffer = io.BytesIO()
        nir.write(buffer, nir.NIRGraph(nodes, edges, metadata), compression=None)
        return [buffer.getvalue()]

    def load(self, files: Sequence[bytes], ends: Ends = NO_ENDS) -> Wiring:
        """Read a file of neurograph, or of another program with leaky integrators alone."""
        with needed(self.name, "nir"):
            import nir  # noqa: F401  # asked as write() asks, so that a missing extra is named
        program = Program(hdf5_arrays(files[0], self.name))
        graph = program_graph(program)
        written = program.arrays.get(f"/node/metadata/{HEADER_KEY}")
        named = graph if written is None else _named(graph, program, text_of(written, HEADER_KEY))
        return replace(wiring_of(named), own=True)


def _members(graph: nx.DiGraph[Any]) -> dict[str, list[Hashable]]:
    """Return the nodes of each population, in the graph's order."""
    members: dict[str, list[Hashable]] = {name: [] for name in POPULATIONS.values()}
    for node, data in graph.nodes(data=True):
        role = data.get("role", "hidden")
        if role == "bias":
            raise FormatError(
                f"attribute 'role' of node {node!r} is 'bias': NIR has no node that always sends 1; "
                "give neurons a bias of their own, or write .json"
            )
        members[POPULATIONS[role]].append(node)
    if not members["input"]:
        raise FormatError("no node has attribute 'role' 'input': NIR's programs begin at one; add it, or write .json")
    return members


def _neurons(graph: nx.DiGraph[Any], nodes: Sequence[Hashable]) -> Floats:
    """Return tau, r and v_leak (3, nodes) of neurons whose drift is (v_leak - s + r (I + b)) / tau."""
    # The drift g is affine, and I and b enter it alike, where its partial derivatives are constants of the neuron:
    # g = g(0) + g_s s + g_I (I + b).
    dynamics = _dynamics(graph)
    drift, slopes = dynamics.drift_equation, {name: dynamics.slope(name) for name in ("s", "I", "b")}
    affine = drift.is_affine("s") and drift.is_affine("I") and drift.is_affine("b")
    alike = not dynamics.uses_bias or slopes["b"].text == slopes["I"].text
    known = set(dynamics.defaults)
    inside = known.union(*(slope.symbols for slope in slopes.values())) == known
    if not (affine and alike and inside and drift.symbols <= known | {"s", "I", "b"}):
        raise _inexpressible(dynamics, f"its drift {dynamics.drift!r} is not (v_leak - s + r*(I + b))/tau")
    if dynamics.transfer != "s" or dynamics.box is not None:
        raise _inexpressible(dynamics, f"it has the transfer {dynamics.transfer!r} and the box {dynamics.box}")
    # Term by term against (v_leak - s + r (I + b)) / tau: tau = -1/g_s, r = -g_I/g_s, v_leak = -g(0)/g_s.
    found = []
    for node in nodes:
        values = {name: graph.nodes[node].get(name, default) for name, default in dynamics.defaults.items()}
        try:
            leak, drive = (float(slopes[name](**values)) for name in ("s", "I"))
            found.append((-1 / leak, -drive / leak, -float(drift(s=0.0, I=0.0, b=0.0, **values)) / leak))
        except (ArithmeticError, TypeError, ValueError):
            raise _inexpressible(dynamics, f"its parameters {values} of node {node!r} give no leak") from None
        if not found[-1][0] > 0 or not np.isfinite(found[-1]).all():
            raise _inexpressible(dynamics, f"node {node!r} has the leak {leak}, which is not above 0")
    return np.array(found, np.float64).T


def _dynamics(graph: nx.DiGraph[Any]) -> Dynamics:
    carried: Any = graph.graph.get("dynamics")
    try:
        return Dynamics.from_dict(carried)
    except (NeurographError, TypeError, ValueError):
        raise FormatError(
            f"attribute 'dynamics' of the graph is {reprlib.repr(carried)}: NIR holds leaky linear neurons alone, "
            "such as neurograph.Dynamics('-s + I + b'); write the network, or .json"
        ) from None


def _inexpressible(dynamics: Dynamics, why: str) -> FormatError:
    return FormatError(
        f"attribute 'dynamics' of the graph is {dynamics.name!r}, but {why}: NIR has primitives for leaky linear "
        "neurons alone, such as neurograph.Dynamics('-s + I + b'); write .json"
    )


def _matrices(graph: nx.DiGraph[Any], members: Mapping[str, Sequence[Hashable]]) -> dict[tuple[str, str], Floats]:
    """Return the weights (post, pre) between any two populations that have edges, from the inputs, and within each."""
    places = {node: (name, place) for name, nodes in members.items() for place, node in enumerate(nodes)}
    sizes = {name: len(nodes) for name, nodes in members.items()}
    neurons = [name for name in ("hidden", "readout") if sizes[name]]
    total = sum(sizes.values()) * sum(sizes[name] for name in neurons)
    check_memory(8 * total, f"{total} weights in dense matrices, as NIR has them,", "write .parquet or .json")
    # nir finds the types of a program along its links from the inputs, so these are there even if all is zero.
    always = [(source, name) for name in neurons for source in ("input", name)]
    matrices = {(pre, post): np.zeros((sizes[post], sizes[pre])) for pre, post in always}
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
        between = matrices.setdefault((source, target), np.zeros((sizes[target], sizes[source])))
        between[i, j] = data["weight"]
    return matrices


def _metadata(graph: nx.DiGraph[Any], members: Mapping[str, Sequence[Hashable]], neurons: Mapping[str, Floats]) -> str:
    population = {node: name for name, nodes in members.items() for node in nodes}
    nodes = [
        [population[node], node, to_json(without(data, "bias")), "bias" in data]
        for node, data in graph.nodes(data=True)
    ]
    return header(graph.graph, nodes=nodes, neurons={name: values.tolist() for name, values in neurons.items()})


def _named(graph: nx.DiGraph[Any], program: Program, written: str) -> nx.DiGraph[Any]:
    """Return the graph of a program with the labels and the attributes that its metadata hold."""
    attributes, facts = from_header(written, f"the metadata {HEADER_KEY}")
    neurons = {name: program.neurons(name).tolist() for name, kind in program.types.items() if kind == "LI"}
    changed = facts.get("neurons") != neurons
    own: nx.DiGraph[Any] = nx.DiGraph()
    own.graph.update(attributes | graph.graph if changed else attributes)
    labels: dict[Hashable, Hashable] = {}
    counts: dict[str, int] = {}
    for entry in facts["nodes"] if isinstance(facts.get("nodes"), list) else [None]:
        name, node, data, biased = _entry(entry)
        place = counts.setdefault(name, 0)
        counts[name] += 1
        found = graph.nodes.get((name, place))
        if found is None:
            raise FormatError(f"the metadata {HEADER_KEY} call {node!r} node {place} of {name!r}, which is not there")
        if changed:
            data |= {key: found[key] for key in PARAMETERS if key in found}
        if biased or "bias" in found:
            data["bias"] = found.get("bias", 0.0)
        add_node(own, node, data)
        labels[name, place] = node
    if len(own) != len(graph):
        raise FormatError(f"the metadata {HEADER_KEY} name {len(own)} nodes: expected {len(graph)}; write it again")
    rank = {node: place for place, node in enumerate(own)}
    edges = [(labels[pre], labels[post], data) for pre, post, data in graph.edges(data=True)]
    own.add_edges_from(sorted(edges, key=lambda edge: (rank[edge[0]], rank[edge[1]])))
    return own


def _entry(entry: Any) -> tuple[str, Hashable, dict[str, Any], bool]:
    """Return the population of a node, its label, its attributes, and whether it has a bias."""
    if not isinstance(entry, list) or len(entry) != 4 or not isinstance(entry[0], str):
        raise FormatError(
            f"the metadata {HEADER_KEY} have the node {entry!r:.100}: expected [population, label, {{}}, bias]"
        )
    data = checked_json(from_json(entry[2]), dict, f"a node's attributes in the metadata {HEADER_KEY}")
    return entry[0], label_from_json(entry[1]), data, entry[3] is True
