"""Reading and writing files: the suffix chooses the format."""

from __future__ import annotations

import os
import re
from dataclasses import replace
from pathlib import Path
from textwrap import indent
from typing import Any, Unpack

import networkx as nx

from neurograph._files import GZIP, as_path, checked_place, contents, write_files
from neurograph.equations.neuron import Dynamics
from neurograph.errors import FormatError, ParameterError
from neurograph.formats.base import NO_ENDS, Format, Reader, naming
from neurograph.formats.encoding.plain import plain_table
from neurograph.formats.registry import FORMATS, READ_ALONE, READERS, SUFFIXES
from neurograph.graphs.edge_table import EdgeTable
from neurograph.graphs.from_networkx import as_table
from neurograph.graphs.intake import Intake, Words, with_words
from neurograph.network.network import Network

ALIASES = {".tsv": ".csv"}
"""Suffixes of files that are read as those of another."""


def write(graph: nx.DiGraph[Any] | EdgeTable | Network, path: str | os.PathLike[str]) -> Path:
    """Write a graph or a network to a file; its suffix chooses the format.

    {formats}

    All comes back from each, weights and biases bit for bit, but for two exceptions. Where a column has one type, in
    GraphML, GEXF, Cytoscape JSON, CSV, Parquet and SONATA, an attribute that is an int at one node (or edge) and a
    float at another is a float at each afterwards; and what such a column has no type for (None, lists, dicts, tuples,
    text with control characters) stands there as text that begins with ``json:``. NIR refuses by name what it cannot
    hold. Complex weights, of unitary networks, go into node-link JSON and npz alone; others and biases are floats in
    every format, and numpy's scalars become Python's. Parquet needs pyarrow, SONATA h5py and NIR nir: the extra
    ``files``.

    Parameters
    ----------
    graph : networkx.DiGraph, EdgeTable or Network
        What to write, with the role at every node; a network is written as ``network.to_graph()`` and its dynamics.
    path : path
        Where to. An old file there is replaced at the end, as a whole, or not at all; of several, all are written
        before the first is replaced, and only a kill between the moves leaves some new and some old.

    Returns
    -------
    pathlib.Path
        The path.

    Raises
    ------
    GraphError
        If the graph cannot be compiled.
    FormatError
        If the suffix is unknown, the file cannot be written, or a label or attribute is not plain (None, bool, int,
        finite float, text, or a list, tuple or dict of them), or the format cannot hold it.
    MissingPackageError
        If the package that writes the format is not installed.

    Examples
    --------
    >>> import tempfile, networkx as nx, neurograph as ng
    >>> graph = nx.DiGraph([(0, (1, "a"), {"weight": 0.1})])
    >>> graph.nodes[(1, "a")]["role"] = "output"
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     ng.read(ng.write(graph, folder + "/small.graphml")).edges(data=True)
    OutEdgeDataView([(0, (1, 'a'), {'weight': 0.1})])
    """
    path = checked_path(path)
    format = _format_of(path)
    table = _table(graph)
    if table.weights.dtype.kind == "c" and not format.complex_weights:
        pre, post = table.edge(0)
        able = " or ".join(suffix for suffix, one in FORMATS.items() if one.complex_weights)
        raise FormatError(
            f"edge {pre!r} -> {post!r} has weight {table.weights[0]:.3g}, and {format.name} holds no complex numbers: "
            f"expected a file that ends in {able}"
        )
    write_files(_files(path, format), format.dump(plain_table(table)))
    return path


_LIST = "\n".join(f"- ``{format.suffix}``, {format.name}, for {format.purpose}" for format in FORMATS.values())
write.__doc__ = re.sub(r"( *)\{formats\}", lambda place: indent(_LIST, place[1]), write.__doc__ or "")


def _table(graph: nx.DiGraph[Any] | EdgeTable | Network) -> EdgeTable:
    """Return a graph as arrays: each node with its role, and the dynamics, if it has one, in plain values."""
    if isinstance(graph, Network):
        table = graph.to_table()
        attributes = {**(table.attributes or {}), "dynamics": graph.dynamics.to_dict()}
    else:
        table = as_table(graph)
        attributes = dict(table.attributes or {})
        if isinstance(attributes.get("dynamics"), Dynamics):
            attributes["dynamics"] = attributes["dynamics"].to_dict()
    return replace(table, attributes=attributes).with_roles()


@with_words()
def read(
    path: str | os.PathLike[str],
    *,
    nodes: str | os.PathLike[str] | None = None,
    edges: str | os.PathLike[str] | None = None,
    pre: str | None = None,
    post: str | None = None,
    **words: Unpack[Words],
) -> nx.DiGraph[Any]:
    r"""Read a graph from a file; its suffix chooses the format.

    A file of neurograph needs the path alone. Of one of another program, the words below say which nodes are inputs
    and outputs, which attribute is the weight, and what becomes of what cannot be compiled, as in
    :func:`neurograph.topologies.from_graph` and :func:`neurograph.topologies.from_edges`; what was changed is said in
    the graph attribute ``changes``.

    A file from elsewhere is read without trust: damaged or hostile, it gives an error, in time and memory that its size
    bounds. HDF5 (SONATA, NIR) is read in a process of its own, for its library breaks down on some damaged files; a
    program that takes that library over has the rights of that process. Nothing in a file is run: a dynamics comes
    back in the graph attribute ``dynamics`` as a dict of texts and numbers, which :func:`neurograph.compile` checks
    when it uses it.

    Parameters
    ----------
    path : path
        A file of :func:`write` or of another program; GML (``.gml``), Pajek (``.net``), MATLAB matrices (``.mat``) and
        numpy matrices (``.npy``) are read but not written. A table of edges (CSV, Parquet) has its nodes beside
        it in ``<name>.nodes.<suffix>``, where there is such a file, and CSV what the graph itself carries, its dynamics
        among it, in ``<name>.graph.csv``.
    nodes, edges : path, optional
        The other file, where nodes and edges stand in two: ``read("edges.csv", nodes="nodes.csv")``,
        ``read("nodes.h5", edges="edges.h5")``.
    pre, post : str, optional
        Which columns of a table are the ends of the edges; default: pre and post, or what other programs call them
        (source and target, from and to, pre_root_id and post_root_id, ...).
    {words}

    Returns
    -------
    networkx.DiGraph
        The graph, ready to be compiled; nodes and edges in the order of the file.

    Raises
    ------
    FormatError
        If the suffix is unknown, there is no such file, it is damaged or not of that format, or its
        graph cannot be compiled.
    ParameterError
        If a label that is named is not in the graph, or an argument is none.
    MissingPackageError
        If the package that reads the format is not installed.

    Examples
    --------
    A table of another program, whose inputs and outputs the words name:

    >>> import tempfile
    >>> from pathlib import Path
    >>> import neurograph as ng
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder) / "synapses.csv"
    ...     _ = path.write_text("source,target,strength\na,b,2.0\nb,c,-0.5\n")
    ...     graph = ng.read(path, weight="strength", inputs=["a"], outputs=["c"])
    >>> graph.nodes["c"]["role"], graph.edges["b", "c"]["weight"]
    ('output', -0.5)

    What :func:`write` wrote comes back, its dynamics with it:

    >>> network = ng.compile(graph, ng.dynamics.additive("tanh"))
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     again = ng.compile(ng.read(ng.write(network, folder + "/small.json")))
    >>> again.dynamics.name, again.weights.tolist() == network.weights.tolist()
    ('additive (tanh)', True)
    """
    return read_table(path, nodes=nodes, edges=edges, pre=pre, post=post, **words).to_graph()


@with_words()
def read_table(
    path: str | os.PathLike[str],
    *,
    nodes: str | os.PathLike[str] | None = None,
    edges: str | os.PathLike[str] | None = None,
    pre: str | None = None,
    post: str | None = None,
    **words: Unpack[Words],
) -> EdgeTable:
    """Read a graph from a file as arrays, which :func:`neurograph.compile` takes as it takes a graph.

    Of millions of edges it needs a small part of the time of :func:`read`, for it builds no networkx graph.

    Parameters
    ----------
    path, nodes, edges, pre, post
        As of :func:`read`.
    {words}

    Returns
    -------
    EdgeTable
        What ``read(path, ...)`` carries.

    Raises
    ------
    FormatError, ParameterError, MissingPackageError
        As of :func:`read`.

    Examples
    --------
    >>> import tempfile, networkx as nx, neurograph as ng
    >>> graph = nx.DiGraph([("x", "y", {"weight": 0.5})])
    >>> graph.nodes["y"]["role"] = "output"
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     ng.read_table(ng.write(graph, folder + "/small.csv")).weights
    array([0.5])
    """
    path = as_path(path)
    format = _reader_of(path)
    intake = Intake(**words)
    if (pre, post) != NO_ENDS and not format.tabular:
        raise ParameterError(
            f"pre is {pre!r} and post {post!r}, but {format.name} has no columns of ends: expected None"
        )
    with naming(path, format.name, format.opener):
        return intake.of(format.load(_read_files(path, format, nodes, edges), (pre, post))).table()


def checked_path(path: str | os.PathLike[str]) -> Path:
    """Return a path that :func:`write` takes; asked before long work, so that it is not in vain.

    Parameters
    ----------
    path : path
        Where a graph will be written.

    Returns
    -------
    pathlib.Path
        The path.

    Raises
    ------
    FormatError
        If the suffix is unknown, or no file can be written there.

    Examples
    --------
    >>> checked_path("trained.xls")
    Traceback (most recent call last):
    neurograph.errors.FormatError: trained.xls has the suffix '.xls': expected one of .json (node-link JSON), ...
    """
    _format_of(as_path(path))
    return checked_place(path)


def _reader_of(path: Path) -> Reader:
    """Return what reads a file, which may be packed by gzip, or have another suffix."""
    inner = Path(path.stem) if path.suffix.lower() == GZIP else path
    suffix = ALIASES.get(inner.suffix.lower(), inner.suffix.lower())
    if suffix in FORMATS:
        return FORMATS[suffix]
    return READERS[suffix] if suffix in READERS else _format_of(inner, f"{SUFFIXES}; or, to read alone, {READ_ALONE}")


def _format_of(path: Path, expected: str = SUFFIXES) -> Format:
    suffix = path.suffix.lower()
    if suffix in FORMATS:
        return FORMATS[suffix]
    if suffix in READERS:
        raise FormatError(
            f"{path} has the suffix {path.suffix!r} ({READERS[suffix].name}), which is read but not written: expected "
            f"one of {SUFFIXES}"
        )
    if suffix == ".html":
        raise FormatError(
            f"{path} has the suffix '.html', of a page to look at, which cannot be read back: expected "
            "neurograph.write_page(graph, path) to write one, and the .json or .graphml file of the graph to read it"
        )
    raise FormatError(f"{path} has the suffix {path.suffix!r}: expected one of {expected}")


def _files(path: Path, format: Reader) -> list[Path]:
    """Return the files that a path names: it, and those that the format has beside it."""
    suffix = "".join(path.suffixes[-2:]) if path.suffix.lower() == GZIP else path.suffix
    stem = path.name.removesuffix(suffix)
    return [path.with_name(f"{stem}{infix}{suffix}") for infix in format.infixes]


def _given_files(path: Path, format: Reader, nodes: Any, edges: Any) -> list[Path]:
    """Return the files to read: the one that is named, the others that are named, and those beside it."""
    if nodes is not None and edges is not None:
        raise ParameterError(f"nodes is {nodes!r} and edges {edges!r}: expected one of them, for the path is the other")
    if (nodes is not None or edges is not None) and not format.tabular:
        named, other = ("nodes", nodes) if edges is None else ("edges", edges)
        raise ParameterError(f"{named} is {other!r}, but {format.name} is one file: expected None")
    first = path if edges is None else as_path(edges)
    beside = _files(first, format)[1:]
    if nodes is not None:
        beside[:1] = [as_path(nodes)]
    elif edges is not None:
        beside[:1] = [path]
    return [first, *beside]


def _read_files(path: Path, format: Reader, nodes: Any, edges: Any) -> list[bytes]:
    """Return the contents of the files; of those beside it that no one named and that are not there, nothing."""
    files = _given_files(path, format, nodes, edges)
    named = 2 if nodes is not None or edges is not None or not format.tabular else 1
    return [
        b"" if place >= named and not file.exists() else contents(file, format.name) for place, file in enumerate(files)
    ]
