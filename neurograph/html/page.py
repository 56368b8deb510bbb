"""One offline HTML page of a graph: drawn, with its numbers, what is proved of it, how it learned and what it lost."""

from __future__ import annotations

import base64
import hashlib
import html
import json
import os
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from importlib import resources
from pathlib import Path
from string import Template
from typing import Any

import networkx as nx
import numpy as np
from numpy.typing import ArrayLike

from neurograph.certificates import Report
from neurograph.certificates.system import network_digest
from neurograph.drawing.embedded import Page
from neurograph.drawing.labels import shortened
from neurograph.equations.neuron import POPULATION, Dynamics
from neurograph.equations.populations import Populations, each_population
from neurograph.errors import ParameterError
from neurograph.formats import checked_place, write_files
from neurograph.graphs.edge_table import ROLES, EdgeTable
from neurograph.graphs.from_networkx import as_table
from neurograph.html.activity import activity
from neurograph.html.certificates import certificates
from neurograph.html.complex_weights import moduli_logged, with_moduli
from neurograph.html.content import LONGEST, content, is_large
from neurograph.html.curves import curves
from neurograph.html.edge_times import EdgeTimes
from neurograph.html.metrics import metrics
from neurograph.html.neurons import large_content, member_of
from neurograph.html.regions import regions as regions_section
from neurograph.network.attributes import chosen_dynamics
from neurograph.network.compilation import compile
from neurograph.network.network import Network
from neurograph.pruning import Removed
from neurograph.pruning.base import Added
from neurograph.regions import InputRegion
from neurograph.simulation.result import Simulation
from neurograph.training.state import TrainingState


def write_page(
    graph: nx.DiGraph[Any] | EdgeTable | Network,
    path: str | os.PathLike[str],
    *,
    report: Report | None = None,
    history: Mapping[str, ArrayLike] | None = None,
    removed: Sequence[Removed] = (),
    added: Sequence[Added] = (),
    regions: Sequence[InputRegion] = (),
    simulation: Simulation | None = None,
) -> Page:
    """Write one HTML page to look at a graph in a browser, with no network and no other file.

    It draws the neurons by role and the edges by sign and weight, and gives the numbers of each that is pointed at;
    sliders hide weak edges and go back through the epochs in which edges left and came. From 300 nodes on it opens with
    two edges a node, the strongest, and says so; of more than 12,000 edges the strongest are there. Where each
    population has its own dynamics, it gives the equation and the number of nodes of each, and at a neuron its
    population and what that one's equation reads. The same values give the same bytes.

    Complex weights, of unitary networks, are drawn by their moduli; the facts of an edge give the number.

    Of a graph of more than 2,000 nodes, or 200,000 edges, it draws the populations, which the nodes' attribute
    ``population`` or ``cell_type`` names, else modules that it finds, with the sums of the edges between them; lists
    the strongest edges; and opens the neighbourhood of any neuron, with its strongest edges. What is left out it says.

    Parameters
    ----------
    graph : networkx.DiGraph, EdgeTable or Network
        Its attribute ``name``, where it has one, is the title.
    path : path
        An ``.html`` file. An old one is replaced at the end, as a whole, or not at all.
    report : Report, optional
        Of :func:`neurograph.certify` of this network: the table of certificates.
    history : mapping of str to array (epochs,), optional
        ``fit.history``: the curves.
    removed, added : sequence of Removed, of Added, optional
        ``fit.removed`` and ``fit.added``, or those of a pruning or a growth: the edges that left and came, for the
        slider. Each is drawn in the epochs in which it was there, which are counted from 1 as ``fit.graph_after`` does;
        its facts say when it left and came, its score and the reason. A node that only the logs have is drawn until its
        last edge leaves. Metrics of :func:`neurograph.graph_metrics` stand beside each other for up to six epochs, of
        graphs of up to 20,000 edges. Of a large graph, how many left and came between two populations is among
        their facts.
    regions : sequence of InputRegion, optional
        Of :func:`neurograph.characterise` of this network: what is proved of which inputs, and the neurons that decide.
    simulation : Simulation, optional
        Of :func:`neurograph.simulate` of this network: its first sample is played, the nodes in the colours of their
        states, in up to 200 frames. Of a large graph, the populations in those of their means. Where it has recorded
        weights, the edges follow them, up to 2,000 that change most; of a large graph they do not.

    Returns
    -------
    pathlib.Path
        The path, which a notebook that ends a cell with the call shows as the page itself, in a frame; a page of more
        than 4 MB says where it is.

    Raises
    ------
    GraphError
        If the graph cannot be compiled.
    FormatError
        If the suffix is another, or the file cannot be written.
    ParameterError
        If `report`, a region or `simulation` is of another network, or another argument is not what is expected.

    Examples
    --------
    >>> import tempfile
    >>> import neurograph as ng
    >>> network = ng.compile(ng.topologies.complete(inputs=2, hidden=5, outputs=1, seed=0))
    >>> pruning = ng.prune(network, ng.pruning.magnitude(fraction=0.5))
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = write_page(pruning.network, folder + "/net.html", removed=pruning.removed)
    ...     file.name, file._repr_html_()[:55]  # which a notebook calls
    ('net.html', '<iframe title="Page of the graph, net.html" sandbox="al')
    """
    path = checked_page_path(path)
    text = page(
        graph, report=report, history=history, removed=removed, added=added, regions=regions, simulation=simulation
    )
    write_files([path], [text.encode("utf-8", "xmlcharrefreplace")])
    return Page(path)


def checked_page_path(path: str | os.PathLike[str]) -> Path:
    """Return a path that :func:`write_page` takes, so that long work before it is not in vain.

    Raises
    ------
    FormatError
        If the suffix is not ``.html``, or no file can be written there.
    """
    return checked_place(path, ".html")


def page(
    graph: nx.DiGraph[Any] | EdgeTable | Network,
    *,
    report: Report | None = None,
    history: Mapping[str, ArrayLike] | None = None,
    removed: Sequence[Removed] = (),
    added: Sequence[Added] = (),
    regions: Sequence[InputRegion] = (),
    simulation: Simulation | None = None,
) -> str:
    """Return the text of the page; see :func:`neurograph.write_page`.

    The same values give the same text. What comes from a user, labels, attributes and reasons among it, stands in
    the page as text only: escaped in HTML, and as JSON in which no ``<`` is left.

    Raises
    ------
    GraphError
        If the graph cannot be compiled.
    ParameterError
        If an argument is something else.
    """
    if isinstance(graph, TrainingState):
        raise ParameterError("graph is of type TrainingState: expected a graph or a Network; pass fit.network")
    if report is not None and not isinstance(report, Report):
        raise ParameterError(f"report is of type {type(report).__name__}: expected what neurograph.certify returns")
    table = _table(graph)
    complex_weights, given = table.weights.dtype.kind == "c", table
    if complex_weights:
        table, removed, added = with_moduli(table), moduli_logged(removed), moduli_logged(added)
    dynamics = graph.dynamics if isinstance(graph, Network) else chosen_dynamics(table.attributes or {})
    if report is not None:
        report.check(graph if isinstance(graph, Network) else compile(given))
    _check_regions(regions, graph if isinstance(graph, Network) else given)
    large = is_large(table, removed, added)
    times = None if large else EdgeTimes.of(table, removed, added)
    drawn = large_content(table, removed, added) if times is None else content(table, dynamics, times)
    if simulation is not None:
        _check_simulation(simulation, graph if isinstance(graph, Network) else given)
        drawn["activity"] = activity(
            simulation, table, member_of(drawn) if large else None, len(drawn["nodes"]), () if large else drawn["edges"]
        )
    # Where factors of a unitary network left, nodes were joined by edges that no log has.
    joined_anew = complex_weights and any(node["late"] for node in drawn["nodes"])
    library = _file("cytoscape/cytoscape.min.js")
    played = simulation is not None
    script = _file("page.js") + _file("neurons.js") * large + _file("activity.js") * played
    return Template(_file("page.html")).substitute(
        title=html.escape(_title(table)),
        summary=_summary(table, dynamics, drawn["undrawn"], complex_weights, bool(drawn["steps"]["count"])),
        neurons=_file("neurons.html") if large else "",
        activity=_file("activity.html") * played,
        css=_file("page.css"),
        certificates=("" if report is None else certificates(report)) + (regions_section(regions) if regions else ""),
        curves="" if not history else curves(history, None if times is None else times.counts(table)),
        metrics="" if times is None or joined_anew else metrics(table, times),
        content=_json(drawn),
        cytoscape=library,
        version="".join(re.findall(r'version="([\d.]+)"', library)),
        script=script,
        hashes=" ".join(map(_hash, (library, script))),
    )


def _check_regions(regions: Sequence[InputRegion], graph: nx.DiGraph[Any] | EdgeTable | Network) -> None:
    """Refuse what is no region of this network."""
    if not isinstance(regions, (list, tuple)) or not all(isinstance(one, InputRegion) for one in regions):
        raise ParameterError("regions is no list of regions: expected what neurograph.characterise returns, in a list")
    found = network_digest(graph if isinstance(graph, Network) else compile(graph)) if regions else ""
    for k, one in enumerate(regions):
        if one.digest != found:
            raise ParameterError(
                f"regions[{k}] is of another network: it was proved with the hash {one.digest}, and this one has the "
                f"hash {found}; expected neurograph.characterise of the network that is shown"
            )


def _check_simulation(simulation: Simulation, graph: nx.DiGraph[Any] | EdgeTable | Network) -> None:
    """Refuse what is no simulation of this network."""
    if not isinstance(simulation, Simulation):
        raise ParameterError(
            f"simulation is of type {type(simulation).__name__}: expected what neurograph.simulate returns"
        )
    network = graph if isinstance(graph, Network) else compile(graph)
    if network.nodes != simulation.network.nodes or network_digest(network) != network_digest(simulation.network):
        raise ParameterError(
            "simulation is of another network: expected neurograph.simulate of the network that is shown; "
            "pass simulation.network as graph"
        )


def _table(graph: nx.DiGraph[Any] | EdgeTable | Network) -> EdgeTable:
    return graph.to_table() if isinstance(graph, Network) else as_table(graph)


def _title(table: EdgeTable) -> str:
    name = (table.attributes or {}).get("name")
    return shortened(name, LONGEST) if isinstance(name, str) and name.strip() else "Network"


def _summary(
    table: EdgeTable, dynamics: Dynamics, undrawn: Sequence[int], complex_weights: bool, came_or_left: bool
) -> str:
    """Return in a few lines what the graph is."""
    counts = [f"{count:,} {role}" for code, role in enumerate(ROLES) if (count := int(np.sum(table.roles == code)))]
    edges, sizes = table.weights.size, _sizes(table, dynamics)
    lines = [
        f"{_counted(len(table.nodes), 'node')} ({', '.join(counts)}), {_counted(edges, 'edge')}",
        *(
            f"{html.escape(name)}{sizes.get(name, '')}: <code>{html.escape(str(one))}</code>"
            for name, one in each_population(dynamics)
        ),
    ]
    lines += ["Edges have the weights of the end; one that left, the weight with which it did."] * came_or_left
    lines += [
        "Weights are complex: drawn by their moduli, as positive ones; the facts of an edge give the number."
    ] * complex_weights
    lines += [
        f"Left out for the browser: the {_counted(count, 'weakest edge')} of {where}."
        for count, where in zip(undrawn, ("the graph", "those that left"), strict=True)
        if count
    ]
    return "".join(f"<p>{line}</p>\n" for line in lines)


def _sizes(table: EdgeTable, dynamics: Dynamics) -> dict[str, str]:
    """Return, by population, how many nodes name it, in words."""
    column = table.of_nodes().get(POPULATION)
    if column is None or not isinstance(dynamics, Populations):
        return {}
    named = Counter(name for name in column.cells() if isinstance(name, str))
    return {name: f", {_counted(named[name], 'node')}" for name in dynamics.names}


def _counted(count: int, what: str) -> str:
    return f"{count:,} {what}{'' if count == 1 else 's'}"


def _json(value: Any) -> str:
    """Return JSON that ends no script element and opens no comment."""
    return json.dumps(value, allow_nan=False, separators=(",", ":")).replace("<", "\\u003c")


def _hash(script: str) -> str:
    digest = hashlib.sha256(script.encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"


def _file(name: str) -> str:
    return resources.files(__package__).joinpath(name).read_text("utf-8")
