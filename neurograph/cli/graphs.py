"""The graph that a command is given, and the options that say how one of another program is taken in."""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import neurograph as ng
from neurograph.equations.dynamics import DYNAMICS, binary
from neurograph.errors import ParameterError
from neurograph.formats.files import read_table
from neurograph.graphs.edge_table import EdgeTable
from neurograph.graphs.intake import CHANGES
from neurograph.graphs.naming import Texts

OPTIONS: dict[str, tuple[str, dict[str, Any]]] = {
    "inputs": ("input nodes: labels, as a,b,c, or an attribute and its values, as class=sensory", {"type": str}),
    "outputs": ("output nodes, likewise", {"type": str}),
    "weight": ("attribute or column that is the weight; none: drawn", {"type": str}),
    "pre": ("column where edges start", {"type": str}),
    "post": ("column where edges end", {"type": str}),
    "nodes": ("file of the nodes, where the graph's is of edges", {"type": Path}),
    "edges": ("file of the edges, where the graph's is of nodes", {"type": Path}),
    "parallel": ("several edges between two nodes", {"choices": ("error", "sum", "mean", "max", "first")}),
    "self_loops": ("edges from a node to itself", {"choices": ("keep", "drop")}),
    "into_inputs": ("edges into inputs", {"choices": ("error", "drop")}),
    "undirected": ("undirected edges", {"choices": ("error", "both")}),
    "normalise": ("scale weights: auto, incoming, largest, none, or a spectral radius", {"type": str}),
    "bias": ("biases: none, node (one bias node), or neurons (one each)", {"choices": ("none", "node", "neurons")}),
    "sign": ("signs of neurons by an attribute, as transmitter=ACh:1,GABA:-1", {"type": str}),
}
"""The words of :func:`neurograph.read`, and what each says."""


NAMED = DYNAMICS | {"binary": binary}
"""What makes the dynamics that the command knows by name."""


def add_graph(command: argparse.ArgumentParser, words: str = "graph file", **how: Any) -> None:
    """Add the graph and the options that say how it is read."""
    command.add_argument("graph", type=Path, help=words, **how)
    group = command.add_argument_group("a graph of another program")
    for name, (said, kind) in OPTIONS.items():
        shown: dict[str, Any] = {} if "choices" in kind else {"metavar": "FILE" if kind["type"] is Path else "X"}
        group.add_argument(f"--{name.replace('_', '-')}", help=said, **kind, **shown)


def table_of(options: argparse.Namespace, path: Path | None = None) -> EdgeTable:
    """Read the graph of a command, and print in one line what was changed in it."""
    given = {name: getattr(options, name, None) for name in OPTIONS}
    words = {name: _READ.get(name, _itself)(value) for name, value in given.items() if value is not None}
    if words.get("weight", "") is None:
        words["seed"] = getattr(options, "seed", 0)
    table = read_table(path or options.graph, **words)
    if words and (table.attributes or {}).get(CHANGES):
        print(f"Taken in: {(table.attributes or {})[CHANGES]}")
    return table


def compiled(options: argparse.Namespace, path: Path | None = None) -> ng.Network:
    """Return the network of the graph of a command."""
    return ng.compile(table_of(options, path), dynamics=chosen_dynamics(getattr(options, "dynamics", None)))


def chosen_dynamics(words: Sequence[str] | None) -> ng.Dynamics | dict[str, ng.Dynamics] | None:
    """Return the dynamics that is named, or that of each population; None where none is.

    Raises
    ------
    ParameterError
        If a word is neither, there are both, or a population is named twice.
    """
    if words is None:
        return None
    named = [(word.rpartition("=")[0], word.rpartition("=")[2]) for word in words]
    for word, (_, name) in zip(words, named, strict=True):
        if name not in NAMED or word.startswith("="):
            raise ParameterError(
                f"dynamics is {word!r}: expected {', '.join(NAMED)}, or POPULATION=NAME for each population; a "
                "graph stands before it"
            )
    if len(named) == 1 and not named[0][0]:
        return NAMED[named[0][1]]()
    alone = [name for population, name in named if not population]
    if alone:
        raise ParameterError(f"dynamics is {' '.join(words)}: expected one, or POPULATION=NAME for each population")
    each = {population: NAMED[name]() for population, name in named}
    if len(each) < len(named):
        twice = next(population for population, count in Counter(one for one, _ in named).items() if count > 1)
        raise ParameterError(
            f"dynamics is {' '.join(words)}, with the population {twice!r} more than once: expected each once"
        )
    return each


def _naming(text: str) -> Any:
    """Return labels, or an attribute and its values."""
    name, equals, values = text.partition("=")
    return {name: Texts(values.split(","))} if equals else Texts(text.split(","))


def _normalise(text: str) -> str | float | None:
    try:
        return float(text)
    except ValueError:
        return None if text == "none" else text


def _sign(text: str) -> dict[str, dict[str, int]]:
    name, _, pairs = text.partition("=")
    try:
        return {name: {value: int(sign) for value, sign in (pair.rsplit(":", 1) for pair in pairs.split(","))}}
    except ValueError:
        raise ParameterError(
            f"sign is {text!r}: expected an attribute, its values and their signs, as transmitter=ACh:1,GABA:-1"
        ) from None


def _itself(value: Any) -> Any:
    return value


_READ: dict[str, Any] = {
    "inputs": _naming,
    "outputs": _naming,
    "normalise": _normalise,
    "sign": _sign,
    "bias": lambda text: {"none": False, "node": True}.get(text, text),
    "weight": lambda text: None if text == "none" else text,
}
