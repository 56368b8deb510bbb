"""Reading and writing files: the suffix chooses the format."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from textwrap import indent
from typing import Any, Unpack

import networkx as nx

from neurograph._checks import check_memory
from neurograph._files import write_whole
from neurograph.equations.dynamics import Dynamics
from neurograph.errors import FormatError, GraphError, ParameterError
from neurograph.formats.base import NO_ENDS, Format, Reader, plain_table
from neurograph.formats.registry import FORMATS, READ_ALONE, READERS, SUFFIXES
from neurograph.graphs.edge_table import EdgeTable
from neurograph.graphs.from_networkx import as_table
from neurograph.graphs.intake import Intake, Words, with_words
from neurograph.network.network import Network


def write(graph: nx.DiGraph[Any] | EdgeTable | Network, path: str | os.PathLike[str]) -> Path:
    """Write a graph or a network to a file; its suffix chooses the format.

    {formats}

    All comes back from each, weights and biases bit for bit, but for two exceptions. Where a column has one type, in
    GraphML, GEXF, Cytoscape JSON, CSV, Parquet and SONATA, an attribute that is an int at one node (or edge) and a
    float at another is a float at each afterwards; and what such a column has no type for (None, lists, dicts, tuples,
    text with control characters) stands there as text that begins with ``json:``. NIR refuses by name what it cannot
    hold. Weights and biases are floats in every format, and numpy's scalars become Python's. Parquet needs pyarrow,
    SONATA h5py and NIR nir: the extra ``files``.

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
    >>> import tempfile
    >>> graph = nx.DiGraph([(0, (1, "a"), {"weight": 0.1})])
    >>> graph.nodes[(1, "a")]["role"] = "output"
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     read(write(graph, folder + "/small.graphml")).edges(data=True)
    OutEdgeDataView([(0, (1, 'a'), {'weight': 0.1})])
    """
    path = checked_path(path)
    format = _format_of(path)
    write_files(_files(path, format), format.dump(plain_table(_table(graph))))
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


@with_words
def read(
    path: str | os.PathLike[str],
    *,
    nodes: str | os.PathLike[str] | None = None,
    edges: str | os.PathLike[str] | None = None,
    pre: str | None = None,
    post: str | None = None,
    **words: Unpack[Words],
) -> nx.DiGraph[Any]:
    """Read a graph from a file; its suffix chooses the format.

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
    """
    return read_table(path, nodes=nodes, edges=edges, pre=pre, post=post, **words).to_graph()


@with_words
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
    >>> import tempfile
    >>> graph = nx.DiGraph([("x", "y", {"weight": 0.5})])
    >>> graph.nodes["y"]["role"] = "output"
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     read_table(write(graph, folder + "/small.csv")).weights
    array([0.5])
    """
    path = as_path(path)
    format = _reader_of(path)
    intake = Intake(**words)
    if (pre, post) != NO_ENDS and not format.tabular:
        raise ParameterError(
            f"pre is {pre!r} and post {post!r}, but {format.name} has no columns of ends: expected None"
        )
    try:
        return intake.of(format.load(_read_files(path, format, nodes, edges), (pre, post))).table()
    except GraphError as error:
        raise FormatError(
            f"{path} holds a graph that cannot be compiled: {error}; to mend it, open it with {format.opener}"
        ) from error
    except FormatError as error:
        raise FormatError(f"{path} cannot be read as {format.name}: {error}") from error
    except RecursionError as error:
        raise FormatError(f"{path} cannot be read as {format.name}: it is nested too deep; write it again") from error
    except MemoryError as error:
        raise FormatError(f"{path} cannot be read as {format.name}: it takes more memory than there is") from error


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


def checked_place(path: str | os.PathLike[str], *suffixes: str) -> Path:
    """Return the path of a file of any kind that can be written: it is no folder, and its own folder exists.

    Parameters
    ----------
    path : path
        Where a file will be written.
    *suffixes : str
        Which suffixes it may have, in lower case with their dots; any where none is given.

    Returns
    -------
    pathlib.Path
        The path.

    Raises
    ------
    FormatError
        If the suffix is another, or no file can be written there.
    """
    path = as_path(path)
    if suffixes and path.suffix.lower() not in suffixes:
        raise FormatError(f"{path} has the suffix {path.suffix!r}: expected {' or '.join(suffixes)}")
    try:
        folder = path.resolve().parent
    except OSError as error:
        raise FormatError(
            f"{path} cannot be written (the folder that the program is in: {error.strerror}): expected a path that "
            "begins at the root, or a folder that is there"
        ) from error
    if path.is_dir():
        wrong = "it is a folder"
    elif not folder.is_dir():
        wrong = f"there is no folder {folder}"
    elif not os.access(folder, os.W_OK | os.X_OK):
        wrong = f"no permission to write in {folder}"
    else:
        return path
    raise FormatError(f"{path} cannot be written ({wrong}): expected a file in a folder that is there, with permission")


def as_path(path: Any) -> Path:
    """Return a path that a user passes.

    Raises
    ------
    FormatError
        If it is none, such as an open file or bytes, or is empty.
    """
    text = os.fspath(path) if isinstance(path, (str, os.PathLike)) else None
    if not isinstance(text, str):
        remedy = "; of an open file, pass its path" if hasattr(path, "read") else ""
        raise FormatError(f"path is of type {type(path).__name__}: expected a str or Path, as 'net.json'{remedy}")
    if not text or "\0" in text:
        raise FormatError(f"path is {text!r}: expected the name of a file, as 'net.json'")
    return Path(text)


def _reader_of(path: Path) -> Reader:
    """Return what reads a file."""
    suffix = path.suffix.lower()
    return READERS[suffix] if suffix in READERS else _format_of(path, f"{SUFFIXES}; or, to read alone, {READ_ALONE}")


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
    return [path.with_name(f"{path.stem}{infix}{path.suffix}") for infix in format.infixes]


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
        b"" if place >= named and not file.exists() else _contents(file, format) for place, file in enumerate(files)
    ]


def _contents(path: Path, format: Reader) -> bytes:
    """Read a file that is one, is not empty and fits into the memory."""
    try:
        about = path.stat()
        if stat.S_ISDIR(about.st_mode):
            raise FormatError(f"{path} is a folder: expected a {format.name} file; check the path")
        if not stat.S_ISREG(about.st_mode):  # a device or a pipe may have no end
            raise FormatError(f"{path} is no regular file: expected a {format.name} file; copy what it gives into one")
        check_memory(about.st_size, f"reading {path}", "expected a graph; check the path")
        data = path.read_bytes()
    except OSError as error:
        raise FormatError(
            f"{path} cannot be read ({error.strerror}): expected a {format.name} file; check the path"
        ) from error
    if not data.strip():
        raise FormatError(f"{path} is empty: expected a graph; write it again")
    return data


def write_files(paths: Sequence[Path], contents: Sequence[bytes]) -> None:
    """Write each file whole or not at all; of several, none takes its place before all are written.

    Raises
    ------
    FormatError
        If one of them cannot be written.
    """
    try:
        write_whole(paths, contents)
    except OSError as error:
        raise FormatError(
            f"{paths[0]} cannot be written ({error.strerror}): expected a path in a folder that is there, "
            "with room and permission"
        ) from error
