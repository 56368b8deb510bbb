"""What a file of NIR holds, and the graph that it makes when it says nothing of labels."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import networkx as nx
import numpy as np
from numpy.typing import NDArray

from neurograph.equations.neuron import Dynamics
from neurograph.errors import FormatError
from neurograph.formats.base import add_edge

Arrays = dict[str, NDArray[Any]]
Floats = NDArray[np.float64]

LEAKY = Dynamics(
    drift="(v_leak - s + r*(I + b))/tau",
    parameters={"tau": 1.0, "r": 1.0, "v_leak": 0.0},
    name="leaky integrator",
)
"""NIR's LI, which a file of another program comes back as."""

PARAMETERS = ("tau", "r", "v_leak")

MOST_INPUTS = 10**6
"""A file states how many inputs it has, but need not hold anything for each."""

MATRICES = ("Linear", "Affine")

ROLES = {"Input": "input", "Bias": "bias"}

TYPES = ("Input", "LI", *MATRICES, "Output")

BOX_FIELDS = {"Threshold": "threshold", "Scale": "scale"}
"""The primitives that make a box, and what the one array of each is called."""

Parts = dict[str, tuple[str, Floats]]
"""Type and array of each node that makes a box, by name."""

Links = list[tuple[str, str]]


class Program:
    """What a file holds: the type of each node, and how they are linked.

    Raises
    ------
    FormatError
        If it is no such program; so do its methods.
    """

    def __init__(self, arrays: Arrays) -> None:
        self.arrays = arrays
        names = dict.fromkeys(path.split("/")[3] for path in arrays if path.startswith("/node/nodes/"))
        self.types = {name: text_of(arrays.get(f"/node/nodes/{name}/type"), f"the type of {name}") for name in names}
        links = arrays.get("/node/edges")
        if links is None or links.dtype.kind != "S" or links.ndim != 2 or links.shape[1] != 2:
            raise FormatError("it has no edges between its nodes: expected a NIRGraph; write it again")
        self.links = [(text_of(pre, "an edge"), text_of(post, "an edge")) for pre, post in links]

    def set_aside(self, names: Collection[str]) -> tuple[Parts, Links]:
        """Remove the nodes that make a box, and their links, and return them."""
        found = {name: kind for name, kind in self.types.items() if name in names and kind in BOX_FIELDS}
        parts = {name: (kind, self.numbers(name, BOX_FIELDS[kind], 1)) for name, kind in found.items()}
        self.types = {name: kind for name, kind in self.types.items() if name not in parts}
        links = [link for link in self.links if set(link) & set(parts)]
        self.links = [link for link in self.links if not set(link) & set(parts)]
        return parts, links

    def check_types(self) -> None:
        """Refuse what makes no graph; and call an Affine that leads into a matrix what it is, nodes that send 1."""
        for name, kind in self.types.items():
            if kind not in TYPES:
                raise FormatError(
                    f"its node {name!r} is {kind}: expected only {', '.join(TYPES)}, which make rate neurons; of "
                    "spiking neurons, read the network's own file instead, neurograph.write(model.to_graph(), "
                    "'net.json') writes that of a Brian2 model; convolutions have no graph here"
                )
        for name in [name for name, kind in self.types.items() if kind == "Affine"]:
            targets = {self.types.get(post) for pre, post in self.links if pre == name}
            if targets and targets <= set(MATRICES):
                weight, bias = self.numbers(name, "weight", 2), self.numbers(name, "bias", 1)
                if weight.any() or len(weight) != len(bias) or not (bias == 1.0).all():
                    raise FormatError(
                        f"its node {name!r} leads into a matrix: expected weights 0 and biases 1, as of nodes that "
                        "always send 1; else one matrix between two populations"
                    )
                self.types[name] = "Bias"

    def numbers(self, name: str, field: str, dimensions: int) -> Floats:
        """Return a field of a node, checked."""
        found = self.arrays.get(f"/node/nodes/{name}/{field}")
        if found is None or found.ndim != dimensions or found.dtype.kind not in "iuf" or not np.isfinite(found).all():
            raise FormatError(
                f"{field} of its node {name!r} is missing, or no finite numbers of {dimensions} dimensions"
            )
        return found.astype(np.float64)

    def neurons(self, name: str) -> Floats:
        """Return tau, r and v_leak (3, nodes) of a population."""
        values = [self.numbers(name, parameter, 1) for parameter in PARAMETERS]
        if len({len(each) for each in values}) != 1 or not (values[0] > 0).all():
            raise FormatError(f"{', '.join(PARAMETERS)} of its node {name!r} differ in length, or tau is not above 0")
        return np.stack(values)

    def size(self, name: str) -> int:
        """Return how many neurons, or inputs, a population has."""
        if self.types.get(name) == "LI":
            return len(self.neurons(name).T)
        if self.types.get(name) == "Bias":
            return len(self.numbers(name, "bias", 1))
        shape = self.numbers(name, "shape", 1)
        if len(shape) != 1 or not 0 < shape[0] <= MOST_INPUTS:
            raise FormatError(f"its node {name!r} has the shape {shape}: expected one number from 1 to {MOST_INPUTS}")
        return int(shape[0])

    def ends(self, name: str) -> tuple[str, list[str]]:
        """Return where the only link into a matrix comes from, and where those out of it go."""
        sources = [pre for pre, post in self.links if post == name]
        targets = [post for pre, post in self.links if pre == name]
        source = sources[0] if len(sources) == 1 else ""
        if self.types.get(source) not in ("Input", "LI", "Bias") or {self.types.get(target) for target in targets} != {
            "LI"
        }:
            raise FormatError(
                f"its node {name!r} leads from {sources} to {targets}: expected from one population, Input or LI, to LI"
            )
        return source, targets


def text_of(found: Any, what: str) -> str:
    """Read a text.

    Raises
    ------
    FormatError
        If it is none.
    """
    cell = np.asarray(found)
    try:
        if cell.dtype.kind == "S" and cell.ndim == 0:
            return bytes(cell[()]).decode()
    except UnicodeDecodeError:
        pass
    raise FormatError(f"{what} is no text: expected UTF-8; write it again")


def program_graph(program: Program) -> nx.DiGraph[Any]:
    """Make a graph of a program, whose nodes are called by their population and their place in it.

    Raises
    ------
    FormatError
        If it is more than leaky integrators, with one matrix between any two populations.
    """
    program.check_types()
    graph: nx.DiGraph[Any] = nx.DiGraph(dynamics=LEAKY.to_dict())
    ends = {pre for pre, post in program.links if program.types.get(post) == "Output"}
    for name, kind in program.types.items():
        if kind in ROLES:
            graph.add_nodes_from(((name, place) for place in range(program.size(name))), role=ROLES[kind])
        elif kind == "LI":
            role = "output" if name in ends else "hidden"
            for place, values in enumerate(program.neurons(name).T.tolist()):
                own = dict(sorted(set(zip(PARAMETERS, values, strict=True)) - set(LEAKY.parameters)))
                graph.add_nodes_from([((name, place), {"role": role, **own})])
    for pre, post in program.links:
        kinds = program.types.get(pre), program.types.get(post)
        if not set(kinds) & set(MATRICES) and kinds not in (("LI", "Output"), ("Input", "Bias")):
            raise FormatError(
                f"it links {pre!r} to {post!r}, of types {kinds}: expected a Linear or an Affine between populations, "
                "or LI to Output"
            )
    for name, kind in program.types.items():
        if kind in MATRICES:
            _connect(graph, program, name)
    return graph


def _connect(graph: nx.DiGraph[Any], program: Program, name: str) -> None:
    """Add the edges of one matrix, and its biases."""
    weight = program.numbers(name, "weight", 2)
    bias = program.numbers(name, "bias", 1) if program.types[name] == "Affine" else np.zeros(len(weight))
    source, targets = program.ends(name)
    for target in targets:
        if weight.shape != (program.size(target), program.size(source)) or len(bias) != len(weight):
            raise FormatError(
                f"weight of its node {name!r} has shape {weight.shape}, which does not fit {source!r} and {target!r}"
            )
        for i in np.flatnonzero((bias != 0.0) | np.signbit(bias)).tolist():
            data = graph.nodes[target, i]
            data["bias"] = data["bias"] + float(bias[i]) if "bias" in data else float(bias[i])
        for j, i in zip(*(ends.tolist() for ends in np.nonzero(weight.T)), strict=True):
            add_edge(graph, (source, j), (target, i), {"weight": float(weight[i, j])})
