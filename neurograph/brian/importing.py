"""Brian2 itself: imported when it is first needed, and without what its import changes outside it."""

from __future__ import annotations

import logging
import os
import shutil
import sys
import warnings
from pathlib import Path
from typing import Any

from neurograph.errors import MissingPackageError, ParameterError

TARGETS = ("numpy", "cython", "cpp")
"""What Brian2 can compile to."""


def load_brian2() -> Any:
    """Import brian2 and return it, with the hook for exceptions, the warnings and the disk as they were.

    Raises
    ------
    MissingPackageError
        If it is missing, or cannot be imported beside this numpy.
    """
    if "brian2" in sys.modules and hasattr(sys.modules["brian2"], "NeuronGroup"):
        return sys.modules["brian2"]
    hook, show = sys.excepthook, warnings.showwarning
    try:
        import brian2
    except ImportError as error:
        if error.name != "brian2":
            raise _unusable(error) from error
        raise MissingPackageError("brian2 is not installed: python -m pip install brian2") from None
    except Exception as error:  # whatever its first lines run into
        raise _unusable(error) from error
    finally:
        sys.excepthook = hook
        if warnings.showwarning is not show:
            logging.captureWarnings(False)
    _remove_logs(brian2.BrianLogger)
    return brian2


def _unusable(error: Exception) -> MissingPackageError:
    import numpy

    return MissingPackageError(
        f"brian2 cannot be imported beside numpy {numpy.__version__} ({type(error).__name__}: {error}): take a newer "
        "brian2, or an older numpy; brian2 2.9, the last for Python 3.11, needs numpy < 2.4"
    )


def _remove_logs(logger: Any) -> None:
    """Close and remove the log and the copy of the program that brian2 writes to the folder of temporary files."""
    logging.getLogger("py.warnings").removeHandler(logger.console_handler)
    if logger.file_handler is not None:
        logging.getLogger("brian2").removeHandler(logger.file_handler)
        logger.file_handler.close()
        logger.file_handler = None
    for name in ("tmp_log", "tmp_script"):
        path = getattr(logger, name)
        if path is not None:
            Path(path).unlink(missing_ok=True)
            setattr(logger, name, None)


def checked_target(target: Any) -> str | None:
    """Return the target if this machine can compile to it.

    Raises
    ------
    ParameterError
        If there is no such target, or no compiler for it.
    """
    if target is None or target == "numpy":
        return None if target is None else "numpy"
    if target not in TARGETS:
        raise ParameterError(f"target is {target!r}: expected one of {', '.join(TARGETS)}, or None for Brian2's own")
    compilers = [os.environ.get("CXX", "").split()[:1], ["g++"], ["clang++"], ["c++"]]
    tools = {"a C++ compiler (g++)": [name for found in compilers for name in found]}
    if target == "cpp":
        tools["make"] = ["make"]
    for what, names in tools.items():
        if os.name != "nt" and not any(shutil.which(name) for name in names):  # Windows finds its own another way
            raise ParameterError(
                f"target is {target!r}, but there is no {what.removeprefix('a ')} on the PATH: install {what}, or "
                "build with target='numpy', which needs none"
            )
    return str(target)
