"""Files that other tools read: the suffix chooses the format."""

from __future__ import annotations

import contextlib
import os
import secrets
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import networkx as nx
from numpy.typing import ArrayLike

from neurograph.certificates import Report
from neurograph.dynamics import Dynamics
from neurograph.errors import FormatError, GraphError
from neurograph.formats.format import Format, plain_graph
from neurograph.formats.graphml import GraphML
from neurograph.formats.html import Html
from neurograph.formats.node_link import NodeLink
from neurograph.formats.packed import Packed
from neurograph.graph import EdgeTable, read_graph
from neurograph.network import Network
from neurograph.page import page
from neurograph.pruning import Removed

FORMATS: tuple[Format, ...] = (NodeLink(), GraphML(), Packed())
"""Every format that is read back; the conformance suite runs over them."""

PAGE = Html()
"""The format to look at."""


def write(graph: nx.DiGraph[Any] | Network, path: str | os.PathLike[str]) -> Path:
    """Write a graph or a network to a file; its suffix chooses the format.

    ``.json`` is the native file, node-link JSON: labels, attributes and their types come back as
    they were, every weight bit for bit. ``.graphml`` is for other programs, with ``role``, ``bias``
    and ``weight`` as plain attributes; all comes back from it, too, but an attribute that is an int
    at one node (or edge) and a float at another becomes a float at each. ``.packed`` holds the same as ``.json`` in few
    bytes, above all after :func:`neurograph.quantise`. In every format weights
    and biases are floats, and numpy's scalars become Python's. ``.html`` is a page to look at, which
    cannot be read back; :func:`neurograph.write_page` says more on it.

    Parameters
    ----------
    graph : networkx.DiGraph or Network
        What to write; a network is written as ``network.to_graph()`` and its dynamics.
    path : path
        Where to. An old file there is replaced at the end, as a whole, or not at all.

    Returns
    -------
    pathlib.Path
        The path.

    Raises
    ------
    GraphError
        If the graph cannot be compiled.
    FormatError
        If the suffix is unknown, the file cannot be written, or a label or attribute is not plain:
        None, bool, int, finite float, text, or a list, tuple or dict of them.

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
    table = read_graph(graph.to_graph() if isinstance(graph, Network) else graph)
    valid = table.to_graph()
    dynamics = graph.dynamics if isinstance(graph, Network) else valid.graph.get("dynamics")
    if isinstance(dynamics, Dynamics):
        valid.graph["dynamics"] = dynamics.to_dict()
    _replace(path, format.dump(plain_graph(valid)))
    return path


def write_page(
    graph: nx.DiGraph[Any] | EdgeTable | Network,
    path: str | os.PathLike[str],
    *,
    report: Report | None = None,
    history: Mapping[str, ArrayLike] | None = None,
    removed: Sequence[Removed] = (),
) -> Path:
    """Write one HTML page to look at a graph in a browser, with no network and no other file.

    It draws the neurons by role and the edges by sign and weight, and gives the numbers of each that is pointed at;
    sliders hide weak edges and go back through the log of a pruning. Of more than 12,000 edges the strongest are
    drawn. The same values give the same bytes.

    Parameters
    ----------
    graph : networkx.DiGraph, EdgeTable or Network
        Of at most 2,000 nodes; its attribute ``name``, where it has one, is the title.
    path : path
        An ``.html`` file. An old one is replaced at the end, as a whole, or not at all.
    report : Report, optional
        Of :func:`neurograph.certify`: the table of certificates.
    history : mapping of str to array (epochs,), optional
        ``fit.history``: the curves.
    removed : sequence of Removed, optional
        ``fit.removed`` or ``pruning.removed``: the edges that left, for the slider. A node that is only there is
        drawn until its last edge leaves.

    Returns
    -------
    pathlib.Path
        The path.

    Raises
    ------
    GraphError
        If the graph cannot be compiled, or has too many nodes.
    FormatError
        If the suffix is another, or the file cannot be written.
    ParameterError
        If another argument is not what is expected.

    Examples
    --------
    >>> import tempfile
    >>> import neurograph as ng
    >>> network = ng.compile(ng.topologies.complete(inputs=2, hidden=5, outputs=1, seed=0))
    >>> pruning = ng.prune(network, ng.pruning.magnitude(fraction=0.5))
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = write_page(pruning.network, folder + "/net.html", removed=pruning.removed)
    """
    path = checked_path(path)
    if path.suffix.lower() != PAGE.suffix:
        raise FormatError(f"{path} has the suffix {path.suffix!r}: expected {PAGE.suffix}")
    text = page(graph, report=report, history=history, removed=removed)
    _replace(path, text.encode("utf-8", "xmlcharrefreplace"))
    return path


def read(path: str | os.PathLike[str]) -> nx.DiGraph[Any]:
    """Read a graph from a file; its suffix chooses the format.

    Nothing in the file is run: a dynamics comes back in the graph attribute ``dynamics`` as a dict of
    texts and numbers, which :func:`neurograph.compile` checks when it uses it.

    Parameters
    ----------
    path : path
        A file of :func:`write`, or GraphML of another program, with a role for the outputs and a
        weight for each edge.

    Returns
    -------
    networkx.DiGraph
        The graph, ready to be compiled; nodes and edges in the order of the file.

    Raises
    ------
    FormatError
        If the suffix is unknown, there is no such file, it is damaged or not of that format, or its
        graph cannot be compiled.
    """
    path = Path(path)
    format = _format_of(path)
    try:
        data = path.read_bytes()
    except OSError as error:
        raise FormatError(
            f"{path} cannot be read ({error.strerror}): expected a {format.name} file; check the path"
        ) from error
    try:
        if not data.strip():
            raise FormatError("it is empty: expected a graph; write it again")
        return read_graph(format.load(data)).to_graph()
    except GraphError as error:
        raise FormatError(
            f"{path} holds a graph that cannot be compiled: {error}; to mend it, open it with {format.opener}"
        ) from error
    except FormatError as error:
        raise FormatError(f"{path} cannot be read as {format.name}: {error}") from error
    except RecursionError as error:
        raise FormatError(f"{path} cannot be read as {format.name}: it is nested too deep; write it again") from error


def checked_path(path: str | os.PathLike[str]) -> Path:
    """Give a path that :func:`write` takes: before long work, so that it is not in vain.

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
    _format_of(Path(path))
    return checked_place(path)


def checked_place(path: str | os.PathLike[str]) -> Path:
    """Give the path of a file of any kind that can be written: it is no folder, and in one that is there.

    Parameters
    ----------
    path : path
        Where a file will be written.

    Returns
    -------
    pathlib.Path
        The path.

    Raises
    ------
    FormatError
        If no file can be written there.
    """
    path = Path(path)
    folder = path.resolve().parent
    if path.is_dir():
        wrong = "it is a folder"
    elif not folder.is_dir():
        wrong = f"there is no folder {folder}"
    elif not os.access(folder, os.W_OK | os.X_OK):
        wrong = f"no permission to write in {folder}"
    else:
        return path
    raise FormatError(f"{path} cannot be written ({wrong}): expected a file in a folder that is there, with permission")


def _format_of(path: Path) -> Format:
    for format in (*FORMATS, PAGE):
        if path.suffix.lower() == format.suffix:
            return format
    known = ", ".join(f"{format.suffix} ({format.name})" for format in (*FORMATS, PAGE))
    raise FormatError(f"{path} has the suffix {path.suffix!r}: expected one of {known}")


def _replace(path: Path, data: bytes) -> None:
    """Write a file whole or not at all."""
    target = path.resolve()
    temporary = target.with_name(f".{secrets.token_hex(8)}.tmp")
    try:
        with open(temporary, "xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, target)
    except OSError as error:
        raise FormatError(
            f"{path} cannot be written ({error.strerror}): expected a path in a folder that is there, "
            "with room and permission"
        ) from error
    finally:
        with contextlib.suppress(OSError):
            temporary.unlink()
