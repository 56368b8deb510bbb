"""A row of the tables: a call that is refused, and for each remedy in its message the code that cures with it."""

import re
import warnings
from dataclasses import dataclass, field
from types import ModuleType

import networkx
import numpy
import scipy.sparse

import neurograph

PARTS = (
    "topologies", "rules", "costs", "solvers", "dynamics", "optimisers", "pruning", "growth", "certificates", "brian",
)  # fmt: skip
SAID = (neurograph.NeurographError, ImportError, RuntimeError, UserWarning, AttributeError)


@dataclass(frozen=True)
class Row:
    """`call` is refused after `before`; `cures` has a pattern of each remedy in the message, and what runs with it.

    In what runs, {0}, {1} ... are the groups of the pattern, or {0} is all that it matches. It must raise and warn
    nothing, and what it asserts must hold.
    """

    call: str
    cures: dict[str, str] = field(hash=False)
    before: str = ""

    def names(self) -> dict:
        """Return what the call and the cures see, made anew."""
        given = {"ng": neurograph, "neurograph": neurograph, "np": numpy, "nx": networkx, "networkx": networkx}
        given |= {name: vars(neurograph)[name] for name in PARTS if isinstance(vars(neurograph).get(name), ModuleType)}
        given |= {"numpy": numpy, "scipy": scipy, **COMMON}
        exec(self.before, given)
        return given

    def message(self) -> str:
        """Return what the call is refused with."""
        names = self.names()
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            try:
                exec(self.call, names)
            except SAID as error:
                return str(error)
        raise AssertionError(f"{self.call} is not refused")

    def cure(self, pattern: str, message: str) -> str:
        """Return the code that cures, with the remedy of the message in it."""
        found = re.search(pattern, message)
        assert found, f"{pattern} is not in: {message}"
        code = self.cures[pattern]
        for place, group in enumerate(found.groups() or [found.group()]):
            code = code.replace(f"{{{place}}}", group)
        assert code != self.cures[pattern], f"nothing of the message is in {code}"
        return code

    def spans(self, message: str) -> list[tuple[int, int]]:
        """Return where the remedies that are tried stand in the message."""
        return [found.span() for found in (re.search(pattern, message) for pattern in self.cures) if found]


def small_graph(**changes):
    """x -> h -> y and back, with what `changes` says of nodes (by name) and edges (by both ends) on top."""
    graph = networkx.DiGraph()
    graph.add_node("x", role="input")
    graph.add_node("h")
    graph.add_node("y", role="output")
    graph.add_weighted_edges_from([("x", "h", 0.5), ("h", "y", 0.4), ("y", "h", -0.3)])
    for name, value in changes.items():
        (graph.nodes[name] if name in graph else graph.edges[tuple(name)]).update(value)
    return graph


def small_network(**changes):
    return neurograph.compile(small_graph(**changes))


def two_outputs():
    return neurograph.compile(small_graph(h={"role": "output"}))


COMMON = {
    "small_graph": small_graph,
    "small_network": small_network,
    "two_outputs": two_outputs,
    "X": numpy.array([[0.0], [1.0]]),
    "Y": numpy.array([[0.2], [0.6]]),
}
