"""NIR, the intermediate representation of neuromorphic programs: populations of leaky linear neurons, in a box."""

from __future__ import annotations

import io
from collections.abc import Hashable, Sequence
from dataclasses import replace
from typing import Any

import networkx as nx
import numpy as np

from neurograph.errors import FormatError
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
from neurograph.formats.nir_neurons import (
    BOX,
    POPULATIONS,
    Members,
    biases,
    box_of_thresholds,
    dynamics_of,
    integrators,
    matrices,
    populations,
)
from neurograph.formats.nir_program import PARAMETERS, Arrays, Links, Parts, Program, program_graph, text_of
from neurograph.graphs.edge_table import EdgeTable
from neurograph.graphs.from_networkx import wiring_of
from neurograph.graphs.wiring import Wiring

HEADER_KEY = "neurograph"
"""Metadata with the labels, and the attributes of nodes and graph, as JSON."""

CLOSE = 1e-12
"""Relative difference within which numbers are those that were written, on any machine."""


class NIR(Format):
    """NIR: the inputs, a population LI of hidden neurons and one of outputs, and a dense matrix between any two.

    It holds any dynamics whose drift is (v_leak - s + r (I + b)) / tau written in some way, with no transfer: tau dv/dt
    = (v_leak - v) + r I is NIR's LI. Bias nodes are an Affine with weights 0 and bias 1, a box is made of Threshold and
    Scale (:func:`~neurograph.formats.nir_neurons.box_of_thresholds`). Labels, and attributes of nodes and of the graph,
    are metadata. Refused in words are all other dynamics, and edges with weight 0 or further attributes. Edges come
    back in the order of their nodes.
    """

    name = "NIR"
    suffix = ".nir"
    purpose = (
        "neuromorphic programs: leaky linear neurons alone, in a box or in none, as dense matrices; edges in the order "
        "of their nodes"
    )
    opener = "nir.read(path)"

    def dump(self, table: EdgeTable) -> Sequence[bytes]:
        """Write a graph of plain values."""
        graph = table.to_graph()
        with needed(self.name, "nir"):
            import nir
        members = populations(graph)
        nodes: dict[str, Any] = {name: nir.LI(*values) for name, values in integrators(graph, members).items()}
        nodes["input"] = nir.Input({"input": np.array([len(members["input"])])})
        nodes["output"] = nir.Output({"output": np.array([len(members["readout"])])})
        edges = [("readout", "output")]
        if members["bias"]:
            always = len(members["bias"])
            nodes["bias"] = nir.Affine(np.zeros((always, len(members["input"]))), np.ones(always))
            edges.append(("input", "bias"))
        for (pre, post), matrix in matrices(graph, members).items():
            name = f"{pre}_to_{post}"
            nodes[name] = nir.Affine(matrix, biases(graph, members[post])) if pre == post else nir.Linear(matrix)
            edges += [(pre, name), (name, post)]
        parts, links = box_of_thresholds(graph, members)
        nodes |= {name: getattr(nir, kind)(values) for name, (kind, values) in parts.items()}
        edges += links
        metadata = {HEADER_KEY: _metadata(graph, members)}
        buffer = io.BytesIO()
        nir.write(buffer, nir.NIRGraph(nodes, edges, metadata), compression=None)
        return [buffer.getvalue()]

    def load(self, files: Sequence[bytes], ends: Ends = NO_ENDS) -> Wiring:
        """Read a file of neurograph, or of another program with leaky integrators alone."""
        with needed(self.name, "nir"):
            import nir  # noqa: F401  # asked as write() asks, so that a missing extra is named
        program = Program(hdf5_arrays(files[0], self.name))
        written = program.arrays.get(f"/node/metadata/{HEADER_KEY}")
        named = program_graph(program) if written is None else _named(program, text_of(written, HEADER_KEY))
        return replace(wiring_of(named), own=True)


def _metadata(graph: nx.DiGraph[Any], members: Members) -> str:
    population = {node: name for name, nodes in members.items() for node in nodes}
    nodes = [
        [population[node], node, to_json(without(data, "bias")), "bias" in data]
        for node, data in graph.nodes(data=True)
    ]
    return header(graph.graph, nodes=nodes)


def _named(program: Program, written: str) -> nx.DiGraph[Any]:
    """Return the graph of a program with the labels and the attributes that its metadata hold."""
    attributes, facts = from_header(written, f"the metadata {HEADER_KEY}")
    own: nx.DiGraph[Any] = nx.DiGraph()
    own.graph.update(attributes)
    boxed = dynamics_of(own).box is not None
    box = program.set_aside(BOX) if boxed else ({}, [])
    graph = program_graph(program)
    labels: dict[Hashable, Hashable] = {}
    members: dict[str, list[Hashable]] = {name: [] for name in POPULATIONS.values()}
    for entry in facts["nodes"] if isinstance(facts.get("nodes"), list) else [None]:
        name, node, data, biased = _entry(entry)
        place = len(members.setdefault(name, []))
        members[name].append(node)
        values = graph.nodes.get((name, place))
        if values is None:
            raise FormatError(f"the metadata {HEADER_KEY} call {node!r} node {place} of {name!r}, which is not there")
        if biased or "bias" in values:
            data["bias"] = values.get("bias", 0.0)
        add_node(own, node, data)
        labels[name, place] = node
    if len(own) != len(graph):
        raise FormatError(f"the metadata {HEADER_KEY} name {len(own)} nodes: expected {len(graph)}; write it again")
    rank = {node: place for place, node in enumerate(own)}
    edges = [(labels[pre], labels[post], data) for pre, post, data in graph.edges(data=True)]
    own.add_edges_from(sorted(edges, key=lambda edge: (rank[edge[0]], rank[edge[1]])))
    if not _as_written(own, members, program, box):
        if boxed:
            raise FormatError(
                "another program changed its neurons, its weights or its box, which no longer make the dynamics "
                f"{dynamics_of(own).name!r} of its metadata {HEADER_KEY}: to change weights, read the file that "
                "neurograph wrote, change the graph's, and write it again"
            )
        own.graph.update(graph.graph)
        for found, node in labels.items():
            for key in PARAMETERS:
                own.nodes[node].pop(key, None)
            own.nodes[node].update({key: graph.nodes[found][key] for key in PARAMETERS if key in graph.nodes[found]})
    return own


def _as_written(graph: nx.DiGraph[Any], members: Members, program: Program, box: tuple[Parts, Links]) -> bool:
    """Return whether the neurons and the box of a file are those that its dynamics and weights make."""
    (parts, links), (found_parts, found_links) = box_of_thresholds(graph, members), box
    wanted: Arrays = {**integrators(graph, members), **{name: values for name, (_, values) in parts.items()}}
    found: Arrays = {name: program.neurons(name) for name, kind in program.types.items() if kind == "LI"}
    found |= {name: values for name, (_, values) in found_parts.items()}
    same = sorted(found_links) == sorted(links) and wanted.keys() == found.keys()
    same = same and all(parts[name][0] == kind for name, (kind, _) in found_parts.items())
    return same and all(
        wanted[name].shape == values.shape and np.allclose(values, wanted[name], rtol=CLOSE, atol=0.0)
        for name, values in found.items()
    )


def _entry(entry: Any) -> tuple[str, Hashable, dict[str, Any], bool]:
    """Return the population of a node, its label, its attributes, and whether it has a bias."""
    if not isinstance(entry, list) or len(entry) != 4 or not isinstance(entry[0], str):
        raise FormatError(
            f"the metadata {HEADER_KEY} have the node {entry!r:.100}: expected [population, label, {{}}, bias]"
        )
    data = checked_json(from_json(entry[2]), dict, f"a node's attributes in the metadata {HEADER_KEY}")
    return entry[0], label_from_json(entry[1]), data, entry[3] is True
