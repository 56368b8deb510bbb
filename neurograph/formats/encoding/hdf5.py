"""HDF5 as named arrays, read without trust in a process of its own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from neurograph.errors import FormatError
from neurograph.formats.base import needed
from neurograph.formats.encoding.arrays import most_bytes, unpack

SIGNATURE = b"\x89HDF\r\n\x1a\n"

READER = Path(__file__).with_name("hdf5_reader.py")

MOST_SECONDS = 10
"""Seconds of computing that a file may take, and one more for each megabyte."""

PATIENCE = 30
"""How many times as long it may take on a machine that has more to do, or keeps no account of computing."""


def hdf5_arrays(data: bytes, what: str) -> dict[str, NDArray[Any]]:
    """Return the datasets of a file by their path, such as ``/nodes/x``, and attributes as ``/nodes/x@name``.

    The library that reads HDF5 runs without end, or breaks down, on some damaged files: here it ends at most a
    process of its own. Links, data in other files and filters that are programs of their own are refused.

    Parameters
    ----------
    data : bytes
        The file.
    what : str
        What messages call such files.

    Returns
    -------
    dict of str to array
        Numbers, bools, and texts as UTF-8.

    Raises
    ------
    FormatError
        If it is no HDF5, damaged, or takes more memory or time than its due.
    MissingPackageError
        If h5py is not installed.
    """
    with needed(what, "h5py"):
        import h5py  # noqa: F401  # the child needs it; here its absence can be named
    if not data.startswith(SIGNATURE):
        raise FormatError("it does not begin as HDF5 does: expected a file of that kind; write it again")
    seconds = MOST_SECONDS + len(data) // 2**20
    try:
        done = subprocess.run(
            # Without -P the folder of the reader would come first, and its names are those of packages.
            [sys.executable, "-P", str(READER), str(seconds), str(most_bytes(len(data)))],
            input=data,
            capture_output=True,
            timeout=seconds * PATIENCE,
            env={
                **os.environ,
                "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
                "OPENBLAS_NUM_THREADS": "1",  # each thread would take of the memory that is its due
            },
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise FormatError(
            f"the HDF5 library found no end within {seconds * PATIENCE} seconds: it is damaged"
        ) from error
    except OSError as error:
        raise FormatError(f"no process could be started to read it ({error.strerror}): close other programs") from error
    if done.returncode == 1:
        raise FormatError(f"it is no whole HDF5 of a graph: {done.stderr.decode(errors='replace').strip()[-300:]}")
    if done.returncode and done.returncode == -getattr(signal, "SIGXCPU", 0):
        raise FormatError(f"the HDF5 library found no end within {seconds} seconds of computing: it is damaged")
    if done.returncode:
        raise FormatError(f"the HDF5 library broke down on it (exit status {done.returncode}): it is damaged")
    return unpack(done.stdout)
