"""The state of a training run as a file that survives a kill at any moment.

A file is one line of text, one line of JSON, and the bytes of the arrays, one after the other::

    neurograph checkpoint 6 <bytes after this line> <sha256 of the bytes after this line>
    {"facts": {...}, "arrays": {"weights": ["<f8", [3]], ...}}

Every later version of the format keeps the first line as it is, but for its number. Versions 2 to 5 had other facts.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import math
import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from neurograph._checks import warn
from neurograph.errors import CheckpointError, CheckpointWarning

VERSION = 6

FIRST_LINE = re.compile(rb"neurograph checkpoint (\d{1,9}) (\d{1,19}) ([0-9a-f]{64})\n")

NUMERIC = "biufc"
"""The kinds of dtype that a file may hold: bool, integers, floats, complex."""


@dataclass(frozen=True, eq=False)
class Checkpoint:
    """What a run needs to go on.

    Attributes
    ----------
    facts : dict of str
        JSON values: None, bools, ints of any size, floats (NaN and infinities among them), texts, and lists and
        dicts of them, with texts as keys.
    arrays : dict of str to array
        Of bools or numbers. Each comes back with the same dtype, shape and bits, in C order, and writeable.
    """

    facts: dict[str, Any]
    arrays: dict[str, NDArray[Any]]


def write_checkpoint(path: str | Path, checkpoint: Checkpoint) -> None:
    """Write a checkpoint; the one that was there is kept as ``<path>.previous``.

    Killed at any moment, it leaves at least one complete file under one of the two names, if there was one before.
    ``<path>.writing`` is the file not yet finished. Only one run at a time may write to a path.

    Parameters
    ----------
    path : str or Path
        Where to; a link is followed.
    checkpoint : Checkpoint
        What to write.

    Raises
    ------
    CheckpointError
        If the file cannot be written, or the checkpoint holds what would not come back as it was.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_checkpoint(folder + "/run.ckpt", Checkpoint({"epoch": 3}, {"weights": np.array([0.1, -2.0])}))
    ...     read_checkpoint(folder + "/run.ckpt")
    Checkpoint(facts={'epoch': 3}, arrays={'weights': array([ 0.1, -2. ])})
    """
    main, previous, writing = _names(path)
    data = _to_bytes(checkpoint)
    try:
        with open(writing, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        if _is_complete(main):  # a damaged one must not take the place of a good one
            os.replace(main, previous)
        os.replace(writing, main)
    except OSError as error:
        with contextlib.suppress(OSError):
            writing.unlink()
        if not os.path.exists(main):
            with contextlib.suppress(OSError):
                os.replace(previous, main)
        raise CheckpointError(
            f"checkpoint {main} cannot be written ({error.strerror}): expected a file in a folder that is there, with "
            f"room and permission for it, and for {previous.name} and {writing.name} beside it; give another path"
        ) from error
    _flush_folder(main.parent)


def read_checkpoint(path: str | Path) -> Checkpoint | None:
    """Read the last checkpoint, or the one before it where a write was interrupted or the last is refused.

    Parameters
    ----------
    path : str or Path
        As it was given to :func:`write_checkpoint`.

    Returns
    -------
    Checkpoint or None
        None if there is no file.

    Raises
    ------
    CheckpointError
        If what is there is damaged, of another kind or of a newer version; or if only ``<path>.previous`` is there, so
        that the last one was deleted.

    Warns
    -----
    CheckpointWarning
        If the last one is refused, and the one before it given.
    """
    main, previous, writing = _names(path)
    if os.path.exists(previous) and not (os.path.exists(main) or os.path.exists(writing)):
        # An interrupted write leaves `writing`; a failed one puts `previous` back.
        raise CheckpointError(
            f"checkpoint {main} was deleted or moved, but {previous.name}, written before it, is still there: delete "
            f"{previous.name} too to start again, or rename it to {main.name} to go on from there"
        )
    refused: list[str] = []
    for file in (main, previous):
        try:
            found = _load(file)
        except CheckpointError as error:
            refused.append(str(error))
            continue
        if found is None:
            continue
        if refused:
            warn(f"{refused[0]}; {file}, written before it, is used", CheckpointWarning)
        return found
    if refused:
        them = "them" if len(refused) > 1 else "it"
        raise CheckpointError(f"{' and '.join(refused)}: give another path, or delete {them} to start again")
    return None


def _names(path: str | Path) -> tuple[Path, Path, Path]:
    main = os.path.realpath(path)
    return Path(main), Path(f"{main}.previous"), Path(f"{main}.writing")


def _load(file: Path) -> Checkpoint | None:
    try:
        return _from_bytes(file.read_bytes())
    except FileNotFoundError:
        return None
    except OSError as error:
        raise CheckpointError(f"{file} cannot be read ({error.strerror})") from error
    except CheckpointError as error:
        raise CheckpointError(f"{file} {error}") from error


def _is_complete(file: Path) -> bool:
    try:
        return _load(file) is not None
    except CheckpointError:
        return False


def _flush_folder(folder: Path) -> None:
    """Make the new names last through a power cut, where the system opens folders."""
    with contextlib.suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _to_bytes(checkpoint: Checkpoint) -> bytes:
    for name, array in checkpoint.arrays.items():
        if type(array) is not np.ndarray or array.dtype.kind not in NUMERIC:  # a masked array would lose its mask
            dtype = getattr(array, "dtype", "none")
            raise CheckpointError(
                f"arrays[{name!r}] is of {type(array).__name__}, dtype {dtype}: expected a plain numpy array of bools "
                "or numbers; give it a numeric dtype, or put it in facts"
            )
    shapes = {name: [array.dtype.str, list(array.shape)] for name, array in checkpoint.arrays.items()}
    try:
        _check_plain(shapes, "arrays")
        _check_plain(checkpoint.facts, "facts")
        text = json.dumps({"facts": checkpoint.facts, "arrays": shapes}, ensure_ascii=False)
    except CheckpointError:
        raise
    except (ValueError, RecursionError) as error:
        raise CheckpointError(f"facts cannot be written ({error}): expected fewer digits or levels") from error
    arrays = (array.tobytes() for array in checkpoint.arrays.values())
    body = b"".join([text.encode("utf-8", "surrogatepass"), b"\n", *arrays])
    digest = hashlib.sha256(body).hexdigest().encode()
    return b"neurograph checkpoint %d %d %s\n%s" % (VERSION, len(body), digest, body)


def _check_plain(value: Any, name: str) -> None:
    """Refuse what JSON would bring back as something else."""
    if isinstance(value, dict):
        for key, inner in value.items():
            if not isinstance(key, str):
                raise CheckpointError(f"{name} has the key {key!r}: expected only texts as keys; write it as a text")
            _check_plain(inner, f"{name}[{key!r}]")
    elif isinstance(value, list):
        for place, inner in enumerate(value):
            _check_plain(inner, f"{name}[{place}]")
    elif value is not None and not isinstance(value, (int, float, str)):
        raise CheckpointError(
            f"{name} is {value!r}: expected None, a bool, an int, a float, a text, or a list or dict of them; "
            "put an array in arrays"
        )


def _from_bytes(data: bytes) -> Checkpoint:
    """Return what a file holds; an error says what is wrong with it as the end of a sentence."""
    first = FIRST_LINE.match(data)
    if first is None:
        raise CheckpointError("is not a checkpoint of neurograph, or was cut or damaged in its first line")
    version, size, start = int(first[1]), int(first[2]), first.end()
    if version != VERSION:
        raise CheckpointError(
            f"is of format version {version}, and this neurograph reads {VERSION} (the release that wrote it reads it)"
        )
    if len(data) - start != size:
        raise CheckpointError(f"was cut or damaged: {len(data) - start} bytes follow its first line instead of {size}")
    if hashlib.sha256(memoryview(data)[start:]).hexdigest().encode() != first[3]:
        raise CheckpointError("was damaged: its sha256 is not the one in its first line")
    arrays: dict[str, NDArray[Any]] = {}
    try:
        end = data.index(b"\n", start)
        header = json.loads(data[start:end])
        place = end + 1
        for name, (dtype, shape) in header["arrays"].items():
            array = np.frombuffer(data, dtype, math.prod(shape), place).reshape(shape).copy()
            arrays[name], place = array, place + array.nbytes
        return Checkpoint(header["facts"], arrays)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise CheckpointError(f"holds something else than the version {VERSION} that it claims ({error})") from error
