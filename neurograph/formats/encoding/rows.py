"""A graph as a file tells of it, node by node and edge by edge, with all that it cannot keep said."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Mapping
from typing import Any

import numpy as np

from neurograph.errors import FormatError
from neurograph.graphs.columns import Columns
from neurograph.graphs.intake import CHANGES, counted
from neurograph.graphs.wiring import Wiring

Edge = tuple[Hashable, Hashable, dict[str, Any], bool]


class Rows:
    """Nodes by their labels, and edges, each with a dict of what it carries.

    Attributes
    ----------
    nodes : dict of label to dict
        In the order of the file.
    edges : list of tuple
        Presynaptic label, postsynaptic label, what it carries, and whether it goes that way alone.
    attributes : dict
        What the graph itself carries.
    changes : list of str
        What was changed as the file was read.
    left_out : Counter
        How many there are of each thing that no attribute can hold.
    """

    def __init__(self) -> None:
        self.nodes: dict[Hashable, dict[str, Any]] = {}
        self.edges: list[Edge] = []
        self.attributes: dict[str, Any] = {}
        self.changes: list[str] = []
        self.left_out: Counter[str] = Counter()

    def add_node(self, node: Hashable, data: dict[str, Any]) -> None:
        """Add a node.

        Raises
        ------
        FormatError
            If it is there already.
        """
        if node in self.nodes:
            raise FormatError(f"node {node!r} is there twice: expected every id once")
        self.nodes[node] = data

    def add_edge(self, pre: Hashable, post: Hashable, data: dict[str, Any], directed: bool = True) -> None:
        """Add an edge, whose ends may come later."""
        self.edges.append((pre, post, data, directed))

    def call_by(self, *names: str) -> None:
        """Call the nodes by the first of these attributes that is a text or an integer of its own at each."""
        for name in names:
            labels = [data.get(name) for data in self.nodes.values()]
            if labels and all(type(one) in (str, int) for one in labels) and len(set(labels)) == len(labels):
                self.renamed(dict(zip(self.nodes, labels, strict=True)))
                self.changes.append(f"nodes called by their attribute {name!r} in place of their ids")
                return

    def renamed(self, labels: Mapping[Hashable, Any]) -> None:
        """Call the nodes otherwise; labels of ends that are no nodes stay."""
        self.nodes = {labels[node]: data for node, data in self.nodes.items()}
        self.edges = [(labels.get(pre, pre), labels.get(post, post), *rest) for pre, post, *rest in self.edges]

    def fill(self, nodes: Mapping[str, Any], edges: Mapping[str, Any]) -> None:
        """Fill in what a file says of all nodes and edges for those that do not say it themselves."""
        for rows, defaults in ((self.nodes.values(), nodes), ([edge[2] for edge in self.edges], edges)):
            for data in rows if defaults else ():
                data.update({name: value for name, value in defaults.items() if name not in data})

    def wiring(self, own: bool = False) -> Wiring:
        """Return the graph; undirected edges among directed ones are made to go both ways.

        Raises
        ------
        FormatError
            If an edge ends at no node.
        """
        undirected = sum(not directed for *_, directed in self.edges)
        edges = self.edges
        if 0 < undirected < len(edges):
            edges = [one for edge in edges for one in ([edge] if edge[3] or edge[0] == edge[1] else both(edge))]
        index = {node: place for place, node in enumerate(self.nodes)}
        ends = np.empty((2, len(edges)), np.int32)
        for place, (pre, post, _, _) in enumerate(edges):
            for end, node in enumerate((pre, post)):
                if node not in index:
                    raise FormatError(
                        f"edge {pre!r} -> {post!r} ends at {node!r}, which is no node: expected it among the nodes"
                    )
                ends[end, place] = index[node]
        said = list(self.changes)
        if edges is not self.edges:
            said.append(f"{counted(undirected, 'undirected edge')} among directed ones made to go both ways")
        if self.left_out:
            said.append("left out: " + ", ".join(counted(count, what) for what, count in self.left_out.items()))
        attributes = dict(self.attributes)
        if said:
            before = [str(attributes[CHANGES])] if CHANGES in attributes else []
            attributes[CHANGES] = "; ".join([*before, *said])
        return Wiring(
            nodes=tuple(self.nodes),
            pre=ends[0],
            post=ends[1],
            of_nodes=Columns.of_rows(list(self.nodes.values())),
            of_edges=Columns.of_rows([edge[2] for edge in edges]),
            attributes=attributes,
            directed=undirected < len(edges) or not edges,
            own=own,
        )


def both(edge: Edge) -> list[Edge]:
    """Return an edge and the one that goes back."""
    pre, post, data, _ = edge
    return [(pre, post, data, True), (post, pre, dict(data), True)]


def put(data: dict[str, Any], name: str, value: Any, source: str) -> None:
    """Put an attribute beside those that are there; if another has its name, behind that of its source.

    Examples
    --------
    >>> data = {"size": 3}
    >>> put(data, "size", 10.0, "viz"); put(data, "x", 1.5, "viz")
    >>> data
    {'size': 3, 'viz_size': 10.0, 'x': 1.5}
    """
    while name in data and data[name] != value:
        name = f"{source}_{name}"
    data[name] = value
