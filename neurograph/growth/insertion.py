"""The insertion of the edges that a grower chose, tied pairs together, as far as a certificate permits."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from neurograph._arrays import Floats, frozen
from neurograph._checks import check_memory
from neurograph.certificates.constraint import Constraint
from neurograph.errors import ParameterError
from neurograph.graphs.columns import Column, Columns
from neurograph.graphs.edge_table import EdgeTable
from neurograph.growth.base import Asked, Choice, Grower
from neurograph.growth.candidates import edge_codes
from neurograph.learning.rule import Rule
from neurograph.network.connectivity import Connectivity
from neurograph.network.edge_pairs import EdgePairs
from neurograph.network.network import Network
from neurograph.network.symmetry import one_way
from neurograph.pruning.base import AddedEdges, RemovedEdges, Task

BYTES = 150
"""About how many bytes an edge, of those that are there and those that come, are in use while edges come."""


@dataclass(frozen=True, eq=False)
class GrowStep:
    """A grown network, and what became of the edges that were chosen.

    Attributes
    ----------
    network : Network
    added : AddedEdges
        Those that came, in the order in which they did.
    held : EdgePairs
        Edges that the grower chose and the certificate held back.
    """

    network: Network
    added: AddedEdges
    held: EdgePairs


@dataclass(frozen=True, eq=False)
class Arrivals:
    """Edges that are to come.

    Attributes
    ----------
    pre, post : int64 array (k,)
    weights, scores : array (k,)
    group : int64 array (k,)
        Rising: edges of one group come together.
    tied : bool
        Whether the edges of a group share their weight.
    again : bool
        Whether they are edges of the network's table, which has kept what they carry.
    """

    pre: NDArray[np.int64]
    post: NDArray[np.int64]
    weights: Floats
    scores: Floats
    group: NDArray[np.int64]
    tied: bool
    again: bool

    @property
    def groups(self) -> int:
        """How many groups there are."""
        return int(self.group[-1]) + 1 if self.group.size else 0

    def parted(self, groups: int) -> tuple[Arrivals, Arrivals]:
        """Return the edges of the first groups, and the others."""
        stop, columns = int(np.searchsorted(self.group, groups)), ("pre", "post", "weights", "scores", "group")

        def at(part: slice) -> Arrivals:
            return replace(self, **{name: getattr(self, name)[part] for name in columns})

        return at(slice(0, stop)), at(slice(stop, None))


def grow_now(
    network: Network,
    grower: Grower,
    rng: np.random.Generator,
    epoch: int,
    count: int,
    task: Task | None = None,
    keep: Constraint | None = None,
    lost: RemovedEdges | None = None,
) -> GrowStep:
    """Insert at most `count` edges, those that the grower chooses.

    Where `keep` would not hold, weights are made smaller as it has it; where no weights would do, edges are held back
    from the first on with which none do.

    Raises
    ------
    ParameterError
        If there are no candidates, or what the grower needs is missing.
    GraphTooLargeError
        If the machine has not the memory.
    """
    check_kind(network, grower)
    if count <= 0:
        return GrowStep(network, AddedEdges.none(network), network.edges.at(slice(0)))
    check_fits(network, grower.held(network, count))
    paired = comes_in_pairs(network, None if task is None else task.rule)
    gone = RemovedEdges.none(network) if lost is None else lost
    chosen = grower.choose(Asked(network, rng, count, paired, task, gone, epoch))
    arrivals = _again(network, chosen) if chosen.again else _arriving(network, grower, chosen, paired, count, rng)
    after, came, held = _kept(network, arrivals, keep)
    new = np.searchsorted(edge_codes(after), _codes(network, came))
    columns = (came.pre, came.post, np.full(new.size, epoch), after.weights[new], came.scores, np.zeros(new.size, int))
    nodes = network.connectivity.table.nodes
    return GrowStep(after, AddedEdges(columns, nodes, (chosen.reason,)), EdgePairs((held.pre, held.post), nodes))


def check_kind(network: Network, grower: Grower) -> None:
    """Refuse neurons that a grower does not join.

    Those that step through one unitary matrix are joined by none: edges would make it another.

    Raises
    ------
    ParameterError
        If the network has such.
    """
    kind = network.dynamics.kind
    if kind not in grower.kinds:
        wanted = "one that looks at no states, such as growth.random(count=10)" if kind == "binary" else "no grower"
        raise ParameterError(
            f"grower is {grower!r}, which joins {' or '.join(grower.kinds)} neurons, and these are {kind}: expected "
            f"{wanted}"
        )


def check_growth(network: Network, grower: Grower, alone: bool, rule: Rule | None) -> None:
    """Refuse, before anything leaves or comes, a network or a rule with which a grower could do nothing.

    Raises
    ------
    ParameterError, GraphError
        As :func:`check_kind` and :meth:`Grower.check`.
    """
    check_kind(network, grower)
    grower.check(network, alone, comes_in_pairs(network, rule), rule)


def check_fits(network: Network, count: int) -> None:
    """Refuse more new edges than the machine has memory for, before any is looked for.

    Raises
    ------
    GraphTooLargeError
        If they do not fit.
    """
    connectivity = network.connectivity
    count = min(count, connectivity.free.size * len(connectivity.table.nodes))
    check_memory(
        (network.weights.size + count) * BYTES,
        f"growing {count} edges",
        "let fewer come, name fewer candidates, close other programs, or use a machine with more",
    )


def comes_in_pairs(network: Network, rule: Rule | None = None) -> bool:
    """Return whether edges between free nodes come in both directions, tied, as the dynamics or the rule needs them.

    So they do too where all that are there are tied to the edge back, as ``topologies.symmetric`` makes them.
    """
    connectivity = network.connectivity
    if network.dynamics.symmetric or (rule is not None and rule.symmetric):
        return True
    free = connectivity.table.free
    if connectivity.ties is None or not free[connectivity.pre].any():
        return False
    return one_way(connectivity.pre, connectivity.post, connectivity.ties, free) is None


def _arriving(
    network: Network, grower: Grower, chosen: Choice, paired: bool, count: int, rng: np.random.Generator
) -> Arrivals:
    """Return the chosen edges with their weights and, where they come in pairs, the edges back: at most `count`."""
    connectivity = network.connectivity
    post, pre = np.divmod(chosen.codes, len(connectivity.table.nodes))
    both = connectivity.table.free[pre] & (pre != post) & paired
    fits = np.cumsum(1 + both) <= count
    post, pre, both, scores = post[fits], pre[fits], both[fits], chosen.scores[fits]
    sign = connectivity.signs[pre]
    weights = grower.first_weights(pre.size, rng)
    weights = np.where(sign != 0, sign * np.abs(weights), weights)
    times = 1 + both
    group = np.repeat(np.arange(pre.size), times)
    second = np.append(False, group[1:] == group[:-1]) if group.size else group.astype(np.bool_)
    start, end = np.repeat(pre, times), np.repeat(post, times)
    return Arrivals(
        np.where(second, end, start), np.where(second, start, end), np.repeat(weights, times),
        np.repeat(scores, times), group, paired, False,
    )  # fmt: skip


def _again(network: Network, chosen: Choice) -> Arrivals:
    """Return edges that were lost, as one group, for some may be tied."""
    post, pre = np.divmod(chosen.codes, len(network.connectivity.table.nodes))
    none, zero = np.zeros(pre.size, np.int64), np.zeros(pre.size, network.dtype)
    return Arrivals(pre, post, zero, chosen.scores, none, False, True)


def _kept(network: Network, arrivals: Arrivals, keep: Constraint | None) -> tuple[Network, Arrivals, Arrivals]:
    """Return the network with as many of the first groups as `keep` permits, these, and those that are held back."""
    joined = _with_old if arrivals.again else with_new
    if keep is None:
        return joined(network, arrivals), *arrivals.parted(arrivals.groups)
    # The first `low` groups can be kept, the first `high` cannot. With none the network is what it was.
    low, high, best, groups = 0, arrivals.groups + 1, network, arrivals.groups
    while high - low > 1:
        try:
            best = keep.project(joined(network, arrivals.parted(groups)[0]))
            low = groups
        except ParameterError:
            high = groups
        groups = (low + high) // 2
    return best, *arrivals.parted(low)


def _with_old(network: Network, arrivals: Arrivals) -> Network:
    """Return the network with edges of its table that it had lost, at weight 0."""
    table, there = network.connectivity.table, network.connectivity.edge_ids
    every = table.post.astype(np.int64) * len(table.nodes) + table.pre
    codes = np.sort(_codes(network, arrivals))
    kept = np.sort(np.concatenate([there, np.searchsorted(every, codes)]))
    weights = np.zeros(kept.size, network.dtype)
    weights[np.searchsorted(kept, there)] = network.weights
    return replace(network, connectivity=Connectivity.of(table, kept), weights=frozen(weights))


def with_new(network: Network, arrivals: Arrivals) -> Network:
    """Return the network with new edges, on a table of its own edges and these: both rise by their codes, and merge."""
    connectivity = network.connectivity
    table, own, codes = connectivity.table, edge_codes(network), _codes(network, arrivals)
    rise = np.argsort(codes)
    codes = codes[rise]
    old = np.arange(own.size) + np.searchsorted(codes, own)
    new = np.arange(codes.size) + np.searchsorted(own, codes)

    def merged(before: NDArray[Any], after: NDArray[Any]) -> NDArray[Any]:
        both = np.empty(own.size + codes.size, before.dtype)
        both[old], both[new] = before, after[rise]
        return both

    # In the order in which edges were given, the new ones come last.
    kept = connectivity.edge_ids
    given = kept if table.order is None else table.order[kept]
    stays = np.zeros(table.pre.size, np.bool_)
    stays[given] = True
    order = merged((np.cumsum(stays) - 1)[given], own.size + np.arange(codes.size))
    ties, attributes = _ties_and_attributes(table, arrivals, kept, stays)
    weights = merged(network.weights, arrivals.weights)
    larger = replace(
        table,
        indptr=connectivity.indptr + np.searchsorted(codes, np.arange(len(table.nodes) + 1) * len(table.nodes)),
        pre=merged(connectivity.pre, arrivals.pre),
        weights=merged(table.weights[kept], arrivals.weights),
        plastic=None if table.plastic is None else merged(table.plastic[kept], np.ones(codes.size, np.bool_)),
        ties=None if ties is None else merged(*ties),
        order=order,
        edge_attributes=attributes,
    )
    return replace(network, connectivity=Connectivity.of(larger), weights=frozen(weights))


def _ties_and_attributes(
    table: EdgeTable, arrivals: Arrivals, kept: NDArray[np.int64], stays: NDArray[np.bool_]
) -> tuple[tuple[NDArray[np.int64], NDArray[np.int64]] | None, Columns | None]:
    """Return the ties of the edges that stay and of the new ones, and what all carry in their given order."""
    count, added = int(np.count_nonzero(stays)), arrivals.group.size
    attributes = None if table.edge_attributes is None else table.edge_attributes.take(stays).longer(added)
    first = np.append(True, arrivals.group[1:] != arrivals.group[:-1])[:added]
    shared = np.zeros(added, np.bool_)
    if arrivals.tied:
        shared = ~first | np.append(~first[1:], False)
    if table.ties is None and not shared.any():
        return None, attributes
    before = np.full(count, -1) if table.ties is None else table.ties[kept]
    after = np.where(shared, arrivals.group + int(before.max(initial=-1)) + 1, -1)
    if attributes is not None and shared.any():
        names = np.empty(added, object)
        names[~first] = [
            f"{table.nodes[pre]!r} and {table.nodes[post]!r}"
            for pre, post in zip(arrivals.pre[~first].tolist(), arrivals.post[~first].tolist(), strict=True)
        ]
        names[:-1][~first[1:]] = names[~first]
        column = attributes.get("tie", Column.absent(attributes.count))
        attributes = attributes.having(tie=column.changed(count + np.flatnonzero(shared), names[shared]))
    return (before, after), attributes


def _codes(network: Network, arrivals: Arrivals) -> NDArray[np.int64]:
    return arrivals.post * len(network.connectivity.table.nodes) + arrivals.pre
