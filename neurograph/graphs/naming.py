"""Nodes that are named: by their labels or by what they carry."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence, Set
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from neurograph._checks import nearest
from neurograph.errors import GraphError, ParameterError
from neurograph.graphs.columns import Column
from neurograph.graphs.edge_table import ROLES
from neurograph.graphs.numbering import Labels, distinct_labels
from neurograph.graphs.wiring import Wiring

Naming = Labels | Mapping[str, Any] | None
"""Labels, or what the nodes that are meant carry: the attribute, and its value or a list of values."""


class Texts(tuple[str, ...]):
    """Labels, or values of attributes, as a shell passes them: each stands for what reads so."""


def named_roles(wiring: Wiring, inputs: Naming, outputs: Naming, bias_nodes: Naming) -> tuple[Wiring, str]:
    """Set the roles of the nodes that are named; those of a kind that is not named (None) stay.

    Raises
    ------
    ParameterError
        If a label is not in the graph, or a node has two roles.
    """
    if inputs is None and outputs is None and bias_nodes is None:
        return wiring, ""
    named = {"input": ("inputs", inputs), "output": ("outputs", outputs), "bias": ("bias_nodes", bias_nodes)}
    carried, roles = wiring.roles(), ["hidden"] * len(wiring.nodes)
    for role, (_, naming) in named.items():
        if naming is None:
            roles = [role if one == role else other for one, other in zip(carried, roles, strict=True)]
    given: dict[int, str] = {}
    for role, (what, naming) in named.items():
        for place in [] if naming is None else places_of(wiring, naming, what):
            if place in given:
                raise ParameterError(
                    f"{what} names {wiring.nodes[place]!r}, which already has role {given[place]!r}: expected one role "
                    "a node"
                )
            roles[place] = given[place] = role
    if "output" not in roles:
        raise ParameterError(f"outputs is {outputs!r}: expected at least one label")
    strange = len({place for place, role in enumerate(carried) if role not in ROLES})
    said = f"other words than neurograph's in the attribute role of {strange} nodes replaced" if strange else ""
    column = Column(np.array(roles, object))
    return replace(wiring, of_nodes=wiring.of_nodes.having(role=column)), said


def places_of(wiring: Wiring, naming: Any, what: str) -> list[int]:
    """Return the places of the nodes that are named, in the order in which they are."""
    if isinstance(naming, Mapping):
        carrying: list[int] = np.flatnonzero(_carrying(wiring, naming, what)).tolist()
        return carrying
    index = _readings(wiring, what) if isinstance(naming, Texts) else wiring.index
    found = []
    for label in distinct_labels(naming, what):
        if label not in index:
            raise ParameterError(_unknown(label, wiring, what))
        found.append(index[label])
    return sorted(found) if isinstance(naming, Set) else found


def _readings(wiring: Wiring, what: str) -> dict[Hashable, int]:
    """Return the place of each label as text."""
    places: dict[Hashable, int] = {}
    for place, node in enumerate(wiring.nodes):
        if str(node) in places:
            other = wiring.nodes[places[str(node)]]
            raise ParameterError(
                f"{what} cannot name nodes by text, for {node!r} and {other!r} read the same: expected different labels"
            )
        places[str(node)] = place
    return places


def _unknown(label: Hashable, wiring: Wiring, what: str) -> str:
    texts = {str(node): node for node in wiring.nodes}
    near = texts.get(str(label))
    if near is None and isinstance(label, str) and (close := nearest(label, list(texts))):
        near = texts[close]
    meant = "" if near is None else f", such as {near!r}"
    if label in wiring.of_nodes:
        meant = f", or {{{label!r}: value}} for those that carry the attribute"
    return (
        f"{what} names {label!r}, which is not a node: expected labels of the graph{meant} "
        "(in from_edges, nodes= adds nodes that no edge names)"
    )


def _carrying(wiring: Wiring, naming: Mapping[str, Any], what: str) -> NDArray[np.bool_]:
    """Return which nodes carry all that is asked for."""
    meant = np.ones(len(wiring.nodes), np.bool_)
    for name, wanted in naming.items():
        if name not in wiring.of_nodes:
            known = ", ".join(map(repr, wiring.of_nodes)) or "no attribute"
            raise GraphError(f"{what} asks for the attribute {name!r}, but nodes carry {known}: expected one of these")
        values = list(wanted) if isinstance(wanted, (Sequence, Set)) and not isinstance(wanted, str) else [wanted]
        column = wiring.of_nodes[name]
        there = np.zeros(meant.size, np.bool_)
        there[column.where()] = True
        read = str if isinstance(wanted, Texts) else _itself
        has = there & np.array([read(cell) in values for cell in column.cells()], np.bool_)
        if not has.any():
            seen = ", ".join(map(repr, list(dict.fromkeys(column.take(column.where()).values.tolist()))[:8]))
            raise GraphError(f"{what} asks for {name} {wanted!r}, but no node carries it: expected one of {seen}")
        meant &= has
    if not meant.any():
        raise GraphError(f"{what} is {dict(naming)!r}, but no node carries all of it: expected less")
    return meant


def _itself(value: Any) -> Any:
    return value


def ordered(wiring: Wiring, *namings: Naming) -> Wiring:
    """Let the nodes of each naming change places among themselves, so that they stand in the order of their labels."""
    order = np.arange(len(wiring.nodes))
    for naming, what in zip(namings, ("inputs", "outputs"), strict=True):
        if naming is not None:
            places = np.array(places_of(wiring, naming, what), np.int64)
            order[np.sort(places)] = places
    if np.all(order[1:] > order[:-1]):
        return wiring
    rank = np.empty(order.size, np.int32)
    rank[order] = np.arange(order.size)
    return replace(
        wiring,
        nodes=tuple(wiring.nodes[place] for place in order.tolist()),
        pre=rank[wiring.pre],
        post=rank[wiring.post],
        of_nodes=wiring.of_nodes.take(order),
    )
