"""What every file format builds on: its interface, and graphs of plain values only."""

from __future__ import annotations

import abc
import json
import reprlib
from collections import Counter
from collections.abc import Collection, Hashable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, ClassVar, NoReturn, TypeVar

import networkx as nx

from neurograph.errors import FormatError, GraphError, GraphTooLargeError, MissingPackageError, ParameterError
from neurograph.graphs.edge_table import EdgeTable
from neurograph.graphs.wiring import Wiring

VERSION = 1
"""Version of how labels and attributes stand in a file; a file with another one is refused."""

Ends = tuple[str | None, str | None]

NO_ENDS: Ends = (None, None)

T = TypeVar("T")


class Reader(abc.ABC):
    """One file format that is read: the bytes of its files to a graph.

    Attributes
    ----------
    name : str
        What messages call it.
    suffix : str
        The file suffix that chooses it, lower case, with its dot.
    purpose : str
        What it is for, and what is special about it: the list in the docstring of :func:`neurograph.write` says so.
    opener : str
        How its reader alone opens such a file, for one that neurograph refuses.
    infixes : tuple of str
        What stands in front of the suffix in the name of each of its files; the file that a user names
        is the first, and most formats have but that one.
    tabular : bool
        Whether it is tables of edges and nodes, whose columns and files others may call otherwise. The files beside
        the first are then read as empty where they are not there.
    complex_weights : bool
        Whether it holds those of unitary networks.
    """

    name: ClassVar[str]
    suffix: ClassVar[str]
    purpose: ClassVar[str]
    opener: ClassVar[str]
    infixes: ClassVar[tuple[str, ...]] = ("",)
    tabular: ClassVar[bool] = False
    complex_weights: ClassVar[bool] = False

    @abc.abstractmethod
    def load(self, files: Sequence[bytes], ends: Ends = NO_ENDS) -> Wiring:
        """Return the graph that neurograph or another program wrote; whether it compiles is not checked here.

        Parameters
        ----------
        files : sequence of bytes
            The contents of its files.
        ends : pair of str
            Which columns of a table hold where edges start and end; None: what the format calls them.

        Raises
        ------
        FormatError
            If it is no such file.
        MissingPackageError
            If the package that reads it is not installed.
        """


class Format(Reader):
    """One file format: a graph to the bytes of its files, and back."""

    @abc.abstractmethod
    def dump(self, table: EdgeTable) -> Sequence[bytes]:
        """Return the bytes of each file of a graph of plain values, as :func:`plain_table` returns it.

        Raises
        ------
        FormatError
            If the format cannot hold an attribute, which the message names.
        MissingPackageError
            If the package that writes it is not installed.
        """


@contextmanager
def needed(what: str, package: str) -> Iterator[None]:
    """Name the extra that is missing where an import fails.

    Raises
    ------
    MissingPackageError
        If the package is not installed.
    """
    try:
        yield
    except ModuleNotFoundError:
        raise MissingPackageError(
            f"{what} files need {package}, which is not installed: expected the extra 'files'; "
            'pip install "neurograph-simulator[files]"'
        ) from None


@contextmanager
def naming(path: Path, name: str, opener: str) -> Iterator[None]:
    """Name the file, of the format of that name, that cannot be read, and how others open it.

    Raises
    ------
    FormatError
        If it is damaged, or its graph cannot be compiled.
    GraphTooLargeError
        If the machine has not the memory.
    ParameterError
        If an argument does not go with what stands in it.
    """
    try:
        yield
    except GraphTooLargeError:
        raise
    except GraphError as error:
        raise FormatError(
            f"{path} holds a graph that cannot be compiled: {error}; or mend the file: open it with {opener}"
        ) from error
    except ParameterError as error:
        raise ParameterError(f"{path}: {error}") from error
    except FormatError as error:
        raise FormatError(f"{path} cannot be read as {name}: {error}") from error
    except RecursionError as error:
        raise FormatError(f"{path} cannot be read as {name}: it is nested too deep; write it again") from error
    except MemoryError as error:
        raise FormatError(f"{path} cannot be read as {name}: it takes more memory than there is") from error


def check_version(found: Any, what: str) -> None:
    """Refuse a file that another version of neurograph wrote in another way.

    Raises
    ------
    FormatError
        If the version is not this one.
    """
    if found != VERSION:
        raise FormatError(
            f"{what} {found!r}: expected {VERSION}; read it with the neurograph that wrote it, or a newer one"
        )


def distinct_nodes(labels: Sequence[Hashable]) -> tuple[Hashable, ...]:
    """Return the labels of a file as nodes.

    Raises
    ------
    FormatError
        If one is there twice.
    """
    if len(set(labels)) != len(labels):
        twice = Counter(labels).most_common(1)[0][0]
        raise FormatError(f"node {twice!r} is there twice: expected every id once")
    return tuple(labels)


def add_node(graph: nx.DiGraph[Any], node: Hashable, attributes: dict[str, Any]) -> None:
    """Add a node of a file; networkx itself would add one twice without an error.

    Raises
    ------
    FormatError
        If it is there already.
    """
    if node in graph:
        raise FormatError(f"node {node!r} is there twice: expected every id once")
    graph.add_nodes_from([(node, attributes)])


def add_edge(graph: nx.DiGraph[Any], pre: Hashable, post: Hashable, attributes: dict[str, Any]) -> None:
    """Add an edge of a file; networkx itself would add missing ends without an error.

    Raises
    ------
    FormatError
        If an end is no node, or the edge is there already.
    """
    for node in (pre, post):
        if node not in graph:
            raise FormatError(
                f"edge {pre!r} -> {post!r} ends at {node!r}, which is no node: expected it among the nodes"
            )
    if graph.has_edge(pre, post):
        raise FormatError(f"edge {pre!r} -> {post!r} is there twice: expected one edge for each pair")
    graph.add_edges_from([(pre, post, attributes)])


def without(attributes: Mapping[str, Any], *names: str) -> dict[str, Any]:
    """Return a copy of attributes, but for those of these names."""
    return {name: value for name, value in attributes.items() if name not in names}


def to_json(value: Any) -> Any:
    """Return a plain value as JSON has it: a tuple becomes ``{"tuple": [...]}``.

    Examples
    --------
    >>> to_json([(1, 2), {"tuple": None}])
    [{'tuple': [1, 2]}, {'_tuple': None}]
    """
    if isinstance(value, tuple):
        return {"tuple": [to_json(item) for item in value]}
    if isinstance(value, list):
        return [to_json(item) for item in value]
    if isinstance(value, dict):
        return {escaped(key, ("tuple",)): to_json(item) for key, item in value.items()}
    return value


def from_json(value: Any) -> Any:
    """Return the value of which :func:`to_json` made this."""
    if isinstance(value, list):
        return [from_json(item) for item in value]
    if isinstance(value, dict):
        if set(value) == {"tuple"} and isinstance(value["tuple"], list):
            return tuple(from_json(item) for item in value["tuple"])
        return {unescaped(key, ("tuple",)): from_json(item) for key, item in value.items()}
    return value


def parsed_json(text: str | bytes) -> Any:
    """Parse JSON, strictly.

    Raises
    ------
    FormatError
        If it is damaged, contains NaN or Infinity, or has a key twice in one object.
    """
    try:
        return json.loads(text, parse_constant=_refuse_constant, object_pairs_hook=_once)
    except FormatError:
        raise
    except ValueError as error:
        raise FormatError(f"it is not whole JSON ({error}); write it again") from error


def _refuse_constant(name: str) -> NoReturn:
    raise FormatError(f"it contains {name}, which is not JSON: expected finite numbers")


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        twice = Counter(key for key, _ in pairs).most_common(1)[0][0]
        raise FormatError(f"it has the key {twice!r} twice in one object: expected it once; delete one of them")
    return found


def checked_json(value: Any, kind: type[T], where: str) -> T:
    """Return a JSON object (`kind` is dict) or array (list).

    Raises
    ------
    FormatError
        If it is something else; the message says where it stands.
    """
    if not isinstance(value, kind):
        what = "object" if kind is dict else "array"
        raise FormatError(f"{where} is {reprlib.repr(value)}: expected a JSON {what}; write it again")
    return value


def attributes_from_json(value: Any, where: str) -> dict[str, Any]:
    """Return the attributes of a graph: an object, or the pairs that networkx writes in some places.

    Raises
    ------
    FormatError
        If it is neither; the message says where it stands.
    """
    if isinstance(value, list) and all(isinstance(pair, list) and len(pair) == 2 for pair in value):
        return {str(name): one for name, one in value}
    return dict(checked_json(value, dict, where))


def label_from_json(value: Any) -> Hashable:
    """Read a node label: JSON has its tuples as arrays, for a label is never a list.

    Raises
    ------
    FormatError
        If it cannot be a label.
    """
    label: Hashable = _with_tuples(value)
    try:
        hash(label)
    except TypeError:
        label = None
    if label is None:
        raise FormatError(
            f"a node is called {reprlib.repr(value)}: expected text, a number, true or false, or an array of them"
        )
    return label


def _with_tuples(value: Any) -> Any:
    return tuple(_with_tuples(item) for item in value) if isinstance(value, list) else value


def escaped(name: str, reserved: Collection[str]) -> str:
    """Return a name that the file does not use itself: a reserved one gets one more ``_`` in front.

    Examples
    --------
    >>> escaped("id", ("id",)), escaped("_id", ("id",)), escaped("_x", ("id",))
    ('_id', '__id', '_x')
    """
    return "_" + name if name.lstrip("_") in reserved else name


def unescaped(name: str, reserved: Collection[str]) -> str:
    """Return the name of which :func:`escaped` made this."""
    return name[1:] if name.startswith("_") and name.lstrip("_") in reserved else name
