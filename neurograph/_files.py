"""Files: where one may be, what stands in it, and writing it whole or not at all."""

from __future__ import annotations

import contextlib
import os
import secrets
import stat
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from neurograph._checks import check_memory
from neurograph.errors import FormatError

GZIP = ".gz"

DENSEST = 100
"""How many times as long as packed a file may be."""


def write_whole(paths: Sequence[Path], contents: Sequence[bytes]) -> None:
    """Write each file whole or not at all; of several, none takes its place before all are written.

    A path that is a link is followed; the bytes are on the disk before they take the place of what was there.

    Raises
    ------
    OSError
        If one of them cannot be written; what was there before stays, and nothing else is left behind.
    """
    targets = [path.resolve() for path in paths]
    temporaries = [target.with_name(f".{secrets.token_hex(8)}.tmp") for target in targets]
    try:
        for temporary, data in zip(temporaries, contents, strict=True):
            with open(temporary, "xb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
        for temporary, target in zip(temporaries, targets, strict=True):
            os.replace(temporary, target)
    finally:
        for temporary in temporaries:
            with contextlib.suppress(OSError):
                temporary.unlink()


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


def contents(path: Path, what: str) -> bytes:
    """Return what stands in a file that is one, is not empty and fits into the memory; gzip is unpacked.

    Raises
    ------
    FormatError
        If it is none; `what` says what was expected.
    """
    size = checked_size(path, what)
    check_memory(size, f"reading {path}", "expected a graph; check the path")
    try:
        data = path.read_bytes()
    except OSError as error:
        raise _unread(path, what, error) from error
    if path.suffix.lower() == GZIP:
        data = _unpacked(data)
    if not data.strip():
        raise FormatError(f"{path} is empty: expected a graph; write it again")
    return data


def checked_size(path: Path, what: str) -> int:
    """Return how many bytes stand in a file that is one.

    Raises
    ------
    FormatError
        If it is none; `what` says what was expected.
    """
    try:
        about = path.stat()
    except OSError as error:
        raise _unread(path, what, error) from error
    if stat.S_ISDIR(about.st_mode):
        raise FormatError(f"{path} is a folder: expected a {what} file; check the path")
    if not stat.S_ISREG(about.st_mode):  # a device or a pipe may have no end
        raise FormatError(f"{path} is no regular file: expected a {what} file; copy what it gives into one")
    return about.st_size


def _unread(path: Path, what: str, error: OSError) -> FormatError:
    return FormatError(f"{path} cannot be read ({error.strerror}): expected a {what} file; check the path")


def _unpacked(data: bytes) -> bytes:
    """Return what gzip packed, if it is not out of all proportion."""
    most = DENSEST * len(data) + 2**20
    check_memory(most, "unpacking it", "unpack it by gzip -d")
    parser = zlib.decompressobj(16 + zlib.MAX_WBITS)
    try:
        found = parser.decompress(data, most)
    except zlib.error as error:
        raise FormatError(f"it is not whole gzip ({error}): expected what gzip writes; pack it again") from error
    if not parser.eof or parser.unused_data:
        raise FormatError(
            f"it is cut, in several parts, or unpacks to more than {DENSEST} times its size: expected one whole file; "
            "unpack it by gzip -d"
        )
    return found


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
