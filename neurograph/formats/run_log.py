"""The files that a run leaves beside its graph, which spreadsheets read too: its history, what left and what came."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Hashable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from neurograph._files import write_whole
from neurograph.errors import DataError, ParameterError
from neurograph.formats import FORMATS
from neurograph.pruning.base import Added, LoggedEdge, Removed

HISTORY, REMOVED, ADDED = "history.csv", "removed.csv", "added.csv"
"""What the files are called in the folder of a run."""

COLUMNS = ("pre", "post", "weight", "score", "epoch", "reason")
"""Of a log of edges that left, or came."""

Entry = TypeVar("Entry", bound=LoggedEdge)

RESULTS = ("pruned", "trained")
"""What a run's graph is called, the last one first."""


def write_history(path: Path, history: Mapping[str, NDArray[np.float64]]) -> Path:
    """Write one row an epoch, of the epoch and the numbers of ``fit.history``, bit for bit, and return the path."""
    epochs = range(1, 1 + max((values.size for values in history.values()), default=0))
    columns = [epochs, *(values.tolist() for values in history.values())]
    return _write(path, ["epoch", *history], zip(*columns, strict=True))


def read_history(path: Path) -> dict[str, NDArray[np.float64]]:
    """Read what :func:`write_history` wrote.

    Raises
    ------
    DataError
        If it is no such file.
    """
    header, rows = text_table(path)
    table = numbers(path, rows, len(header))
    return {name: table[:, place] for place, name in enumerate(header) if name != "epoch"}


def write_log(path: Path, log: Sequence[LoggedEdge]) -> Path:
    """Write one row for each edge of a log, with its labels as text, and return the path."""
    rows = ([*one.edge, one.weight, one.score, one.epoch, one.reason] for one in log)
    return _write(path, COLUMNS, rows)


def read_log(path: Path, nodes: Iterable[Hashable], kind: type[Entry]) -> tuple[Entry, ...]:
    """Read what :func:`write_log` wrote, as entries of a kind; a label that is the text of a node becomes that node.

    Raises
    ------
    DataError
        If it is no such file.
    """
    header, rows = text_table(path)
    if tuple(header) != COLUMNS:
        raise DataError(f"{path} has the columns {', '.join(header)}: expected {', '.join(COLUMNS)}")
    known = {str(node): node for node in nodes}
    log = []
    for line, row in enumerate(rows, 2):
        try:
            pre, post, weight, score, epoch, reason = row
            ends = known.get(pre, pre), known.get(post, post)
            log.append(kind(ends, int(epoch), float(weight), float(score), reason))
        except ValueError as error:
            raise DataError(
                f"{path} has a row {line} that is no edge: {error}; expected {', '.join(COLUMNS)}"
            ) from None
    return tuple(log)


def run_in(folder: Path, nodes: Iterable[Hashable]) -> dict[str, Any]:
    """Return the ``history``, and what was ``removed`` and ``added``, of those files that are in the folder of a run.

    Raises
    ------
    DataError
        If one of them is no such file.
    """
    found: dict[str, Any] = {"history": read_history(folder / HISTORY)} if (folder / HISTORY).exists() else {}
    for name, file, kind in (("removed", REMOVED, Removed), ("added", ADDED, Added)):
        if (folder / file).exists():
            found[name] = read_log(folder / file, nodes, kind)
    return found


def result_in(folder: Path) -> Path:
    """Choose the graph file of a run's folder: ``pruned``, else ``trained``, else the only one.

    Raises
    ------
    ParameterError
        If there is none, or several of other names.
    """
    if not folder.is_dir():
        raise ParameterError(f"{folder} is no folder: expected the folder of a run")
    suffixes = [format.suffix for format in FORMATS.values()]
    files = sorted(file for file in folder.iterdir() if file.suffix.lower() in suffixes)
    files = [file for file in files if file.name not in (HISTORY, REMOVED, ADDED)]
    files.sort(key=lambda file: suffixes.index(file.suffix.lower()))
    for name in RESULTS:
        named = [file for file in files if file.stem == name]
        if named:
            return named[0]
    if len(files) != 1:
        found = f"holds {', '.join(file.name for file in files)}" if files else "holds no graph file"
        raise ParameterError(f"{folder} {found}: expected one, or one called pruned or trained; name it with --graph")
    return files[0]


def numbers(path: Path, rows: list[list[str]], columns: int) -> NDArray[np.float64]:
    """Return rows of a CSV file as numbers (rows, columns).

    Raises
    ------
    DataError
        If a cell is no number.
    """
    try:
        return np.array(rows, np.float64).reshape(len(rows), columns)
    except ValueError as error:
        raise DataError(f"{path} holds a cell that is no number: {error}; expected numbers alone") from None


def text_table(path: Path) -> tuple[list[str], list[list[str]]]:
    """Return the header and the rows of a CSV file.

    Raises
    ------
    DataError
        If it cannot be read, is empty, has two columns of one name, or a row of another length.
    """
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:  # spreadsheets put a byte order mark in front
            rows = [row for row in csv.reader(file) if row]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise DataError(f"{path} cannot be read as a table: {error}; expected a CSV file with a header") from None
    if not rows:
        raise DataError(f"{path} is empty: expected a CSV file with a header and one row a sample")
    header = [name.strip() for name in rows[0]]
    twice = [name for name, count in Counter(header).items() if count > 1]
    if twice:
        raise DataError(f"{path} has two columns called {twice[0]!r}: expected each name once; rename or remove one")
    for line, row in enumerate(rows[1:], 2):
        if len(row) != len(header):
            raise DataError(
                f"{path} has a row {line} of {len(row)} cells: expected {len(header)}, as many as its header"
            )
    return header, rows[1:]


def _write(path: Path, header: Sequence[str], rows: Iterable[Sequence[object]]) -> Path:
    text = io.StringIO(newline="")
    table = csv.writer(text)
    table.writerow(header)
    table.writerows(rows)
    write_whole([path], [text.getvalue().encode("utf-8")])
    return path
