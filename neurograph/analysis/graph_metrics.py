"""graph_metrics(): the measures of network science, beside those of random graphs of the same degrees."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

import networkx as nx
import numpy as np
from numpy.typing import NDArray

from neurograph._checks import Seed, checked_generator, checked_whole
from neurograph.analysis.links import Links, read_links
from neurograph.analysis.measures import SECTIONS, Measured, sampled
from neurograph.drawing.card import Carded, Html, paragraph, table
from neurograph.graphs.edge_table import EdgeTable
from neurograph.network.network import Network

SAMPLES, SAMPLES_OF_LARGE = 20, 4
"""How many random graphs, where nothing is said; of a graph whose measures are sampled."""

WIDTH = 30
"""Columns of a measure's name."""

NOTE = (
    "random: mean of {} graphs in which every node has the same degrees, where these do not fix the measure. z: by how "
    "many of their standard deviations the graph differs. Triads are named by their mutual, one-way and missing pairs."
)


@dataclass(frozen=True)
class Measure:
    """One measure of a graph, and its distribution over random graphs of the same degrees; None where undefined.

    Attributes
    ----------
    value : float or None
    random, deviation : float or None
        Mean and standard deviation over the random graphs.
    z : float or None
        (value - random) / deviation; None where the random graphs do not differ.
    """

    value: float | None
    random: float | None
    deviation: float | None
    z: float | None


@dataclass(frozen=True, eq=False, repr=False)
class GraphMetrics(Carded):
    """The result of :func:`graph_metrics`; printed, it is a table.

    Attributes
    ----------
    graphs : dict of str to dict of str to Measure
        For each graph, ``"graph"`` or ``"before"`` and ``"after"``, its measures by name; a Measure has ``.value``,
        ``.random``, ``.deviation`` and ``.z``, each a float or None.
    sections : dict of str to tuple of str
        The measures of each section of the table.
    samples : int
        How many random graphs each was compared with.
    sampled : dict of str to str
        For each graph that is large, which measures are sampled, and how many of what.

    Examples
    --------
    >>> import networkx as nx, neurograph as ng
    >>> ring = ng.graph_metrics(nx.cycle_graph(5, create_using=nx.DiGraph), samples=0)
    >>> ring
    GraphMetrics(graph 5 nodes, 5 edges)
    >>> ring.graphs["graph"]["reciprocity"].value
    0.0
    """

    graphs: dict[str, dict[str, Measure]]
    sections: dict[str, tuple[str, ...]]
    samples: int
    sampled: dict[str, str]

    def to_dict(self) -> dict[str, dict[str, dict[str, float | None]]]:
        """Return all numbers as plain dicts: ``to_dict()["graph"]["reciprocity"]["z"]``."""
        return {graph: {name: asdict(one) for name, one in measures.items()} for graph, measures in self.graphs.items()}

    def __repr__(self) -> str:
        """Return a line with the sizes."""
        sizes = (
            f"{name} {_number_text(one['nodes'].value)} nodes, {_number_text(one['edges'].value)} edges"
            for name, one in self.graphs.items()
        )
        return f"GraphMetrics({'; '.join(sizes)})"

    def __str__(self) -> str:
        """Return the table."""
        head = "".join(f"  {name:>10}{'random':>10}{'z':>8}" for name in self.graphs)
        lines = [f"{'':<{WIDTH}}{head}", f"{'':<{WIDTH}}" + f"  {'-' * 28}" * len(self.graphs)]
        for section, names in self.sections.items():
            lines.append(section)
            for name in names:
                cells = (_cells(one[name]) for one in self.graphs.values())
                lines.append(f"  {name:<{WIDTH - 2}}{''.join(cells)}".rstrip())
        return "\n".join([*lines, "", *(line for note in self._notes for line in textwrap.wrap(note, 78))])

    @property
    def _notes(self) -> list[str]:
        return [NOTE.format(self.samples), *(f"Sampled in {name}, {words}." for name, words in self.sampled.items())]

    def _parts(self) -> Iterator[Html]:
        head = ["", *(word for name in self.graphs for word in (name, "random", "z"))]
        rows: list[tuple[str, ...]] = []
        for section, names in self.sections.items():
            rows.append((section, *[""] * (len(head) - 1)))
            for name in names:
                cells = (cell for one in self.graphs.values() for cell in _texts(one[name]))
                rows.append((f"\N{EN DASH} {name}", *cells))
        yield table(head, rows)
        yield paragraph(" ".join(self._notes))


def _cells(one: Measure) -> str:
    """Return a measure as columns."""
    value, random, z = _texts(one)
    return f"  {value:>10}{random:>10}{z:>8}"


def _texts(one: Measure) -> tuple[str, str, str]:
    """Return a measure in words; the random one is left out where the degrees fix it."""
    fixed = one.random is None or (one.deviation == 0.0 and one.random == one.value)
    z = "" if one.z is None else f"{one.z:+.1f}"
    return _number_text(one.value), "" if fixed else _number_text(one.random), z


def _number_text(number: float | None) -> str:
    """Return a number as a text of at most nine columns."""
    if number is None:
        return "-"
    if float(number).is_integer() and abs(number) < 1e9:
        return f"{number:.0f}"
    return f"{number:.1f}" if 100 <= abs(number) < 1e7 else f"{number:.3g}"


def graph_metrics(
    graph: nx.DiGraph[Any] | EdgeTable | Network,
    after: nx.DiGraph[Any] | EdgeTable | Network | None = None,
    *,
    samples: int | None = None,
    seed: Seed = 0,
) -> GraphMetrics:
    """Measure a graph, and the graph after pruning, beside random graphs in which every node has the same degrees.

    Degrees, strengths, components, paths from inputs to outputs, feedback loops, spectral radius, modularity and the
    census of connected triads. The random graphs are made by swapping the ends of edges [1]_; an edge's weight stays
    with the node that it comes from. Modules are found by moving nodes to where modularity grows [2]_, and triads are
    counted as motifs are [3]_. Of a graph of more than 100,000 edges, some measures are sampled; the table, and
    ``.sampled``, say which.

    Parameters
    ----------
    graph : networkx.DiGraph, EdgeTable or Network
        Any directed graph; paths are those from nodes of the role "input" to nodes of the role "output", and an edge
        without a weight has 1.
    after : networkx.DiGraph, EdgeTable or Network, optional
        The graph after pruning, for the columns beside it.
    samples : int, optional
        How many random graphs; 0 for none. Default: 20, and 4 where a graph is large.
    seed : int or numpy.random.Generator
        Of the random graphs, of the search for modules, and of what is sampled.

    Returns
    -------
    GraphMetrics
        Printed, it is a table; ``.to_dict()`` returns all numbers.

    Raises
    ------
    GraphError
        If a graph is not directed, is a multigraph, or has a weight that is no finite number.
    ParameterError
        If another argument is out of range.

    References
    ----------
    .. [1] Maslov and Sneppen, Specificity and stability in topology of protein networks, Science 296, 2002.
    .. [2] Blondel, Guillaume, Lambiotte, Lefebvre, Fast unfolding of communities in large networks, Journal of
       Statistical Mechanics P10008, 2008.
    .. [3] Milo et al., Network motifs: simple building blocks of complex networks, Science 298, 2002.

    Examples
    --------
    >>> import neurograph as ng
    >>> import networkx as nx
    >>> ring = ng.graph_metrics(nx.cycle_graph(5, create_using=nx.DiGraph), samples=0).to_dict()["graph"]
    >>> ring["spectral radius"]["value"], ring["strong components"]["value"], ring["triad 021C"]["value"]
    (1.0, 1.0, 5.0)
    """
    count = None if samples is None else checked_whole("samples", samples, 0)
    rng = checked_generator(seed)
    given = {"graph": graph} if after is None else {"before": graph, "after": after}
    links = {name: read_links(one) for name, one in given.items()}
    if count is None:
        count = SAMPLES_OF_LARGE if any(one.large for one in links.values()) else SAMPLES
    measured = {name: _measured(one, rng) for name, one in links.items()}
    graphs = {name: _against_random(one, measured[name], count, rng) for name, one in links.items()}
    sections = {name: tuple(values) for name, values in next(iter(measured.values())).items()}
    return GraphMetrics(graphs, sections, count, {name: sampled(one) for name, one in links.items() if one.large})


def _against_random(
    links: Links, own: dict[str, Measured], samples: int, rng: np.random.Generator
) -> dict[str, Measure]:
    """Return the measures of a graph, each beside those of its random graphs."""
    others = [_flat(_measured(links.rewired(rng), rng)) for _ in range(samples)]
    return {name: _compared(value, np.array([each[name] for each in others])) for name, value in _flat(own).items()}


def _measured(links: Links, rng: np.random.Generator) -> dict[str, Measured]:
    """Return the measures of each section."""
    return {name: measure(links, rng) for name, measure in SECTIONS.items()}


def _flat(sections: dict[str, Measured]) -> Measured:
    return {name: value for measured in sections.values() for name, value in measured.items()}


def _compared(value: float, others: NDArray[np.float64]) -> Measure:
    """Return a measure beside those of random graphs, without those that are undefined."""
    others = others[np.isfinite(others)]
    plain = float(value) if np.isfinite(value) else None
    if others.size < 2:
        return Measure(plain, None, None, None)
    mean, deviation = float(others.mean()), float(others.std(ddof=1))
    if deviation <= 1e-12 * (1.0 + abs(mean)):
        return Measure(plain, mean, 0.0, None)
    return Measure(plain, mean, deviation, None if plain is None else (plain - mean) / deviation)
