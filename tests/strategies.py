"""Hypothesis strategies for graphs that compile: what the tests of every room draw."""

from __future__ import annotations

from typing import Any

import networkx as nx
from hypothesis import strategies as st

from neurograph.equations import dynamics
from neurograph.equations.neuron import Dynamics

NAMED = {
    "deep": dynamics.deep("absolute", extra_leak=0.3),
    "deep, signed leak": dynamics.deep("signed", extra_leak=0.3),
    "vector field": dynamics.vector_field(),
    "additive": dynamics.additive("tanh"),
    "hopfield": dynamics.hopfield(),
}
"""One of each dynamics that has a name."""

LABELS = (
    st.integers(-1000, 1000),
    st.text("abcxyz_0123 é", max_size=4),
    st.tuples(st.sampled_from("hxy"), st.integers(0, 99)),
)
"""Labels of one kind each: ints, texts (the empty one too), flat tuples."""

WEIGHTS = st.floats(-2.0, 2.0, allow_subnormal=False) | st.sampled_from([-1.0, 0.0, 0.5])
"""Weights: any number, and a few that come often, so that edges tie in size."""

SEEDS = st.integers(0, 2**32 - 1)
"""What a test draws the arrays from that Hypothesis need not shrink."""


@st.composite
def graphs(
    draw: st.DrawFn,
    *,
    biases: bool = False,
    self_loops: bool = False,
    symmetric: bool = False,
    ties: bool = True,
    attributes: bool = True,
    max_free: int = 6,
) -> nx.DiGraph[Any]:
    """Draw a graph with up to 3 inputs, 2 bias nodes and `max_free` free nodes, in any order.

    `biases` gives some free nodes a bias of their own, `self_loops` allows them, `symmetric` makes edges
    between free nodes go both ways with one weight. Some weights are equal, some edges not plastic; with
    `ties` some share their weight; with `attributes` nodes, edges and the graph carry others.
    """
    roles = draw(_roles(max_free))
    kind = draw(st.sampled_from(LABELS))
    labels = draw(st.lists(kind, min_size=len(roles), max_size=len(roles), unique=True))
    graph: nx.DiGraph[Any] = nx.DiGraph()
    for label, role in zip(labels, roles, strict=True):
        given = {"role": role} if role != "hidden" or draw(st.booleans()) else {}
        if biases and role in ("hidden", "output") and draw(st.booleans()):
            given["bias"] = draw(WEIGHTS)
        graph.add_node(label, **given)
    pairs = draw(_pairs(graph, self_loops, symmetric))
    graph.add_edges_from(pairs)
    _weigh(draw, graph, symmetric, ties)
    if attributes:
        _decorate(draw, graph)
    return graph


def graphs_for(kind: Dynamics, **options: Any) -> st.SearchStrategy[nx.DiGraph[Any]]:
    """Give the strategy for graphs that go with a dynamics."""
    needs = {"biases": kind.uses_bias, "self_loops": kind.self_loops, "symmetric": kind.symmetric}
    return graphs(**{**needs, **options})


@st.composite
def _roles(draw: st.DrawFn, max_free: int) -> list[str]:
    """Draw the roles of all nodes, in any order, with at least one output among them."""
    outputs = draw(st.integers(1, min(3, max_free)))
    hidden = draw(st.integers(0, max_free - outputs))
    inputs, bias_nodes = draw(st.integers(0, 3)), draw(st.integers(0, 2))
    counts = {"output": outputs, "hidden": hidden, "input": inputs, "bias": bias_nodes}
    return draw(st.permutations([role for role, count in counts.items() for _ in range(count)]))


@st.composite
def _pairs(draw: st.DrawFn, graph: nx.DiGraph[Any], self_loops: bool, symmetric: bool) -> list[tuple[Any, Any]]:
    """Draw which of the permitted pairs are edges, in any order."""
    free = free_nodes(graph)
    permitted = [(u, v) for u in graph for v in free if u != v or self_loops]
    if not permitted:
        return []
    count = draw(st.integers(0, len(permitted)))
    chosen = draw(st.lists(st.sampled_from(permitted), min_size=count, max_size=count, unique=True))
    if symmetric:
        chosen = [*chosen, *((v, u) for u, v in chosen if u in free)]
    return list(dict.fromkeys(chosen))


def _weigh(draw: st.DrawFn, graph: nx.DiGraph[Any], symmetric: bool, ties: bool) -> None:
    """Give every edge a weight and some a `plastic` flag; tied edges share all that they are given."""
    free = free_nodes(graph)
    groups: dict[Any, dict[str, Any]] = {}
    for u, v in graph.edges:
        mutual = symmetric and u in free
        shared = ties and not mutual and draw(st.integers(0, 3)) == 0
        group = frozenset([u, v]) if mutual else "shared" if shared else (u, v)
        if group not in groups:
            plastic = draw(st.sampled_from([None, None, True, False]))
            groups[group] = {"weight": draw(WEIGHTS)}
            groups[group] |= {} if plastic is None else {"plastic": plastic}
            groups[group] |= {"tie": len(groups)} if mutual or shared else {}
        graph.edges[u, v].update(groups[group])


def _decorate(draw: st.DrawFn, graph: nx.DiGraph[Any]) -> None:
    """Add attributes that mean nothing to neurograph."""
    extra = st.dictionaries(
        st.sampled_from(["colour", "since", "name"]), st.integers(-9, 9) | st.text(max_size=3) | st.none(), max_size=2
    )
    graph.graph.update(draw(extra))
    for _, data in graph.nodes(data=True):
        data.update(draw(extra))
    for _, _, data in graph.edges(data=True):
        data.update(draw(extra))


def free_nodes(graph: nx.DiGraph[Any]) -> list[Any]:
    """Give the hidden and output nodes, in the graph's order."""
    return [node for node, role in graph.nodes(data="role", default="hidden") if role in ("hidden", "output")]
