"""What the page of a large graph draws: its populations, or modules, and how strongly they are connected."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from neurograph.analysis.communities import communities
from neurograph.analysis.links import Links
from neurograph.drawing.crowds import weak_share
from neurograph.drawing.labels import short_names, shortened
from neurograph.drawing.layout import Drawn, positions
from neurograph.graphs.edge_table import HIDDEN, ROLES, EdgeTable
from neurograph.html.content import bends_of, margin, node_entry
from neurograph.html.edge_times import checked_log
from neurograph.pruning import Removed
from neurograph.pruning.base import Added, EdgeLog, LoggedEdge

NAMED = ("population", "cell_type")
"""Attributes of nodes that name their population; the first that most hidden nodes carry."""

MOST_GROUPS = 100
"""Most populations that are drawn; those of the fewest neurons are then one."""

LONGEST = 80
"""Most characters of a population's name."""

Ends = tuple[NDArray[np.int64], NDArray[np.int64]]


@dataclass(frozen=True, eq=False)
class Populations:
    """A division of a graph's nodes, of which each part has one role.

    Attributes
    ----------
    names : list of str
    roles : int8 array (populations,)
    member : int array (nodes,)
        The population of each node.
    words : str
        What they are.
    """

    names: list[str]
    roles: NDArray[np.int8]
    member: NDArray[np.int64]
    words: str

    @classmethod
    def of(cls, table: EdgeTable, strong: NDArray[np.int64]) -> Populations:
        """Divide nodes by the attribute that names their population, else into modules of the edges `strong`."""
        given, words = _named(table)
        if given is None:
            pre, post = (ends[strong].astype(np.int64) for ends in (table.pre, table.post))
            links = Links(pre, post, table.weights[strong].astype(np.float64), table.roles)
            module = np.where(table.roles == HIDDEN, communities(links, np.random.default_rng(0)), -1)
            _, number, size = np.unique(module, return_inverse=True, return_counts=True)
            rank = np.argsort(np.argsort(-size, kind="stable"), kind="stable") + 1
            given = [f"module {rank[k]}" for k in number.tolist()]
            words = "modules that Louvain's method finds among the strongest edges of each neuron"
        hidden = table.roles == HIDDEN
        texts = [
            name if inner else (f"{name} ({ROLES[role]})" if words.startswith("the") else f"{ROLES[role]} neurons")
            for name, inner, role in zip(given, hidden.tolist(), table.roles.tolist(), strict=True)
        ]
        return cls._pooled(texts, table.roles, words)

    @classmethod
    def _pooled(cls, texts: list[str], roles: NDArray[np.int8], words: str) -> Populations:
        """Return the populations, the largest first; of too many, the small ones of a role are one."""
        place = {text: k for k, text in enumerate(dict.fromkeys(texts))}
        member = np.array([place[text] for text in texts], np.int64)
        role = np.zeros(len(place), np.int8)
        role[member] = roles
        order = np.argsort(-np.bincount(member), kind="stable")
        names, kept = list(place), [*order[: MOST_GROUPS - len(ROLES)].tolist()]
        if len(names) <= MOST_GROUPS:
            kept = order.tolist()
        number = np.full(len(names), -1)
        number[kept] = np.arange(len(kept))
        said, kinds = [names[k] for k in kept], [int(role[k]) for k in kept]
        for kind, name in enumerate(ROLES):
            rest = np.flatnonzero((number < 0) & (role == kind))
            if rest.size:
                number[rest] = len(said)
                said.append(f"{rest.size:,} smaller ones ({name})")
                kinds.append(kind)
        return cls(said, np.array(kinds, np.int8), number[member], words)

    def drawn(self, table: EdgeTable, removed: Sequence[Removed], added: Sequence[Added]) -> dict[str, Any]:
        """Return the populations as nodes, and as edges the sums of those between them; as ``content`` does."""
        count = len(self.names)
        pair = self.member[table.pre] * count + self.member[table.post]
        edges, sums = np.bincount(pair, minlength=count**2), np.zeros(count**2)
        sums += np.bincount(pair, table.weights, minlength=count**2)
        sizes = np.bincount(pair, np.abs(table.weights), minlength=count**2)
        left, came = (
            np.bincount(self.member[pre] * count + self.member[post], minlength=count**2)
            for pre, post in (logged_ends(table, removed, Removed), logged_ends(table, added, Added))
        )
        there = np.flatnonzero(edges)
        graph = Drawn(self.names, self.roles, there // count, there % count, sums[there])
        names = short_names(self.names)
        places, sides = positions(graph, None, margin(names))
        square: list[NDArray[Any]] = [each.reshape(count, count) for each in (edges, sizes, left, came)]
        members = np.bincount(self.member, minlength=count)
        return {
            "nodes": [
                node_entry(name, names[k], int(self.roles[k]), places[k], sides[k] * bool(margin(names)))
                | {"in": _sums(square[0][:, k], square[1][:, k]), "out": _sums(square[0][k], square[1][k])}
                | {"size": round(float(np.clip(24 * members[k] ** 0.2, 30, 150)), 1)}
                | {
                    "facts": {
                        "neurons": f"{members[k]:,}",
                        **_told("left", square[2], k),
                        **_told("came", square[3], k),
                    }
                }
                for k, name in enumerate(self.names)
            ],
            "edges": [
                [int(k // count), int(k % count), float(sums[k]), bend, _facts(edges[k], sizes[k], left[k], came[k])]
                for k, bend in zip(there.tolist(), bends_of(graph, places), strict=True)
            ],
            "left": [],
            "undrawn": [0, 0],
            "weak": min(int(np.ceil(100 * weak_share(count, there.size))), 99),
            "steps": {"count": 0, "edges": None, "epochs": None},
        }


def _named(table: EdgeTable) -> tuple[list[str] | None, str]:
    """Return the population of each node, and what names them; None where nothing does."""
    carried = table.of_nodes()
    for name in (name for name in NAMED if name in carried):
        found = carried[name].cells()
        told = np.array([one is not None for one in found])
        if 2 * np.count_nonzero(told & (table.roles == HIDDEN)) > np.count_nonzero(table.roles == HIDDEN):
            return [f"no {name}" if one is None else shortened(str(one), LONGEST) for one in found], f"the {name}s"
    return None, ""


def logged_ends(table: EdgeTable, log: Sequence[LoggedEdge], kind: type[LoggedEdge]) -> Ends:
    """Return the ends of logged edges, each once, whose neurons are in the graph: those that left and are not there.

    Of a log of edges that came, those that are there.

    Raises
    ------
    ParameterError
        If `log` holds something else.
    """
    if isinstance(log, EdgeLog) and log.entry is kind:
        place = np.array([table.index.get(label, -1) for label in log.nodes], np.int64)
        pre, post = (place[ends] for ends in log.columns[:2])
    else:
        ends = [[table.index.get(label, -1) for label in one.edge] for one in checked_log(log, kind)]
        pre, post = np.array(ends, np.int64).reshape(-1, 2).T
    inside, nodes = (pre >= 0) & (post >= 0), len(table.nodes)
    keys = np.sort(post[inside] * nodes + pre[inside])
    keys = keys[np.diff(keys, prepend=-1) > 0]
    there = np.append(table.post.astype(np.int64) * nodes + table.pre, -1)  # rising, but for the last
    keys = keys[(there[np.searchsorted(there[:-1], keys)] == keys) == (kind is Added)]
    return keys % nodes, keys // nodes


def _sums(edges: NDArray[Any], sizes: NDArray[Any]) -> tuple[int, str]:
    """Return the number of edges from or to populations, and their summed size in words."""
    return int(edges.sum()), f"{sizes.sum():.4g}"


def _told(what: str, counts: NDArray[Any], place: int) -> dict[str, str]:
    both = {"in": int(counts[:, place].sum()), "out": int(counts[place].sum())}
    return {f"edges {way} that {what}": f"{count:,}" for way, count in both.items() if count}


def _facts(count: int, size: float, left: int, came: int) -> dict[str, str]:
    facts = {"edges": f"{count:,}", "mean |w|": f"{size / count:.4g}"}
    return facts | {f"edges that {what}": f"{count:,}" for what, count in (("left", left), ("came", came)) if count}
