"""Several edges from one node to another, made one."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from neurograph.graphs.columns import Column, Columns
from neurograph.graphs.wiring import Wiring, numbers

Parallel = Literal["error", "sum", "mean", "max", "first"]


def combined(wiring: Wiring, parallel: Parallel, weight: str | None) -> tuple[Wiring, str]:
    """Make one edge of several between two nodes, in the place of the first; "error" leaves them to be refused."""
    if parallel == "error":
        return wiring, ""
    pairs = wiring.pre.astype(np.int64) * len(wiring.nodes) + wiring.post
    _, first, group = np.unique(pairs, return_index=True, return_inverse=True)
    if first.size == pairs.size:
        return wiring, ""
    size = np.bincount(group)
    order = np.argsort(first)
    rank = np.empty(order.size, np.int64)
    rank[order] = np.arange(order.size)
    group, first, size = rank[group], first[order], size[order]
    kept = wiring.keeping(first)
    columns, differing = _same(wiring.of_edges, kept.of_edges, group, first, {"weight", weight})
    for name in {"weight", weight or "weight"} & set(wiring.of_edges):
        owner = f"a weight of {name}"
        values = numbers(wiring.of_edges[name], lambda k: "edge {!r} -> {!r}".format(*wiring.edge(k)), owner)
        columns = columns.having(**{name: Column(_reduced(values, group, first, size, parallel))})
    said = f"{pairs.size} edges between {first.size} pairs of nodes made one each (parallel={parallel!r})"
    lost = f", where {', '.join(map(str, differing))} differed and was left out" if differing else ""
    return replace(kept, of_edges=columns), said + lost


def _reduced(
    values: NDArray[Any], group: NDArray[Any], first: NDArray[Any], size: NDArray[Any], parallel: str
) -> NDArray[Any]:
    if parallel == "first":
        return np.asarray(values[first])
    if parallel == "max":
        largest = np.full(first.size, -np.inf, values.dtype)
        np.maximum.at(largest, group, values)
        return np.asarray(largest)
    sums = np.bincount(group, values, first.size)
    reduced: NDArray[Any] = sums / size if parallel == "mean" else sums
    return np.asarray(reduced, values.dtype)


def _same(
    given: Columns, kept: Columns, group: NDArray[Any], first: NDArray[Any], skipped: set[Any]
) -> tuple[Columns, list[Any]]:
    """Return the columns where all edges of a pair carry the same, and the names of those that do not everywhere."""
    found, differing = {}, []
    for name, column in kept.items():
        present = np.ones(first.size, np.bool_) if column.present is None else column.present.copy()
        if name not in skipped:
            codes = _codes(given[name])
            unlike = group[codes != codes[first][group]]
            present[unlike] = False
            differing += [name] if unlike.size else []
        found[name] = Column(column.values, None if present.all() else present)
    return Columns(first.size, found), differing


def _codes(column: Column) -> NDArray[Any]:
    """Return one number for each different value, -1 where there is none."""
    if column.values.dtype != object and column.present is None:
        # NaN is no other value than NaN here, though no number is equal to it.
        return np.unique(column.values, return_inverse=True)[1] if column.values.dtype.kind == "f" else column.values
    known: dict[Any, int] = {}
    there = column.where()
    codes = np.full(column.values.size, -1)
    codes[there] = [known.setdefault(repr(value), len(known)) for value in column.values[there].tolist()]
    return codes
