"""Signs of neurons read from what they, or the edges that leave them, carry, such as a transmitter: Dale's law."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from neurograph.errors import GraphError, ParameterError
from neurograph.graphs.columns import Column
from neurograph.graphs.signs import WORDS
from neurograph.graphs.wiring import Wiring, numbers

Signs = Mapping[str, Mapping[Any, int]] | None

LISTED = 8


def checked_signs(signs: Any) -> None:
    """Refuse what does not say of an attribute which value means which sign.

    Raises
    ------
    ParameterError
        If it does not.
    """
    if signs is None:
        return
    whole = isinstance(signs, Mapping) and len(signs) == 1 and isinstance(next(iter(signs.values())), Mapping)
    if not whole or not set(next(iter(signs.values())).values()) <= {1, -1, 0}:
        raise ParameterError(
            f"sign is {signs!r}: expected an attribute and the sign of each of its values, 1, -1 or 0, such as "
            "{'transmitter': {'ACh': 1, 'GABA': -1}}"
        )


def signed(wiring: Wiring, signs: Signs, drawn: bool) -> tuple[Wiring, str]:
    """Set the attribute ``sign`` of nodes, and the weights that leave them that sign; `drawn` weights count alike.

    Raises
    ------
    GraphError
        If no node and no edge carries the attribute, or a value has no sign.
    """
    if signs is None:
        return wiring, ""
    ((name, meaning),) = signs.items()
    if name in wiring.of_nodes:
        found, unlike = _of_nodes(wiring, name, meaning), 0
    elif name in wiring.of_edges:
        found, unlike = _of_edges(wiring, name, meaning, drawn)
    else:
        known = ", ".join(map(repr, [*wiring.of_nodes, *wiring.of_edges])) or "nothing"
        raise GraphError(
            f"sign asks for the attribute {name!r}, but nodes and edges carry {known}: expected one of these"
        )
    words = np.array([WORDS[sign] for sign in found.tolist()], object)
    column = Column(words, None if np.all(found) else found != 0)
    wiring = replace(wiring, of_nodes=wiring.of_nodes.having(sign=column))
    said = f"of the nodes {(found > 0).sum()} excitatory and {(found < 0).sum()} inhibitory by {name}"
    said += f", of which {unlike} carry several" if unlike else ""
    if "weight" not in wiring.of_edges:
        return wiring, said
    weights = numbers(wiring.of_edges["weight"], lambda k: "edge {!r} -> {!r}".format(*wiring.edge(k)), "weight")
    own = found[wiring.pre]
    of_size = np.where(own == 0, weights, own * np.abs(weights)).astype(weights.dtype)
    return replace(wiring, of_edges=wiring.of_edges.having(weight=Column(of_size))), said


def _meant(values: list[Any], name: str, meaning: Mapping[Any, int]) -> NDArray[np.int64]:
    unknown = list(dict.fromkeys(value for value in values if value not in meaning))
    if unknown:
        more = f" and {len(unknown) - LISTED} more" if len(unknown) > LISTED else ""
        raise GraphError(
            f"sign says nothing of {name} {', '.join(map(repr, unknown[:LISTED]))}{more}: expected 1, -1 or 0 (any "
            f"sign) for each, as in {{{name!r}: {{{unknown[0]!r}: 0, ...}}}}"
        )
    return np.array([meaning[value] for value in values], np.int64)


def _of_nodes(wiring: Wiring, name: str, meaning: Mapping[Any, int]) -> NDArray[np.int64]:
    column = wiring.of_nodes[name]
    found = np.zeros(len(wiring.nodes), np.int64)
    found[column.where()] = _meant(column.values[column.where()].tolist(), name, meaning)
    return found


def _of_edges(wiring: Wiring, name: str, meaning: Mapping[Any, int], drawn: bool) -> tuple[NDArray[np.int64], int]:
    """Return the sign that most of the weight that leaves each node has, and how many nodes have several."""
    column, count = wiring.of_edges[name], len(wiring.nodes)
    where = column.where()
    each = _meant(column.values[where].tolist(), name, meaning)
    alike = Column(np.ones(wiring.pre.size))
    weights = alike if drawn else wiring.of_edges.get("weight", alike)
    size = np.abs(
        numbers(weights.take(where), lambda k: "edge {!r} -> {!r}".format(*wiring.edge(int(where[k]))), "weight")
    )
    votes = np.stack([np.bincount(wiring.pre[where], size * (each == sign), count) for sign in (0, 1, -1)])
    return np.array([0, 1, -1])[votes.argmax(axis=0)], int(((votes > 0.0).sum(axis=0) > 1).sum())
