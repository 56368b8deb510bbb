"""What builds neurograph: setuptools, and where no C compiler works, the one of the PyPI package ziglang.

The hooks are those of PEP 517 and PEP 660, which pip calls in the root of the source.
"""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
import sysconfig
import tempfile
import tomllib
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from setuptools import build_meta
from setuptools.build_meta import (
    build_sdist,
    get_requires_for_build_sdist,
    prepare_metadata_for_build_editable,
    prepare_metadata_for_build_wheel,
)

__all__ = [
    "build_editable",
    "build_sdist",
    "build_wheel",
    "get_requires_for_build_editable",
    "get_requires_for_build_sdist",
    "get_requires_for_build_wheel",
    "prepare_metadata_for_build_editable",
    "prepare_metadata_for_build_wheel",
]

WINDOWS = os.name == "nt"

PROGRAM = """
#include <stdlib.h>
typedef double pair __attribute__((vector_size(16)));
int main(void) { return sizeof(pair) == 16 ? EXIT_SUCCESS : EXIT_FAILURE; }
"""
"""What a compiler must make: it has a library beside it, and knows the vectors that the kernels are written in."""


def works(command: str) -> bool:
    """Tell whether a compiler makes a program: one may be on the path and lack its library, or be a mere stand-in."""
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder, "program.c")
        source.write_text(PROGRAM)
        line = [*shlex.split(command, posix=not WINDOWS), str(source), "-o", str(Path(folder, "program.out"))]
        try:
            return subprocess.run(line, capture_output=True, check=False).returncode == 0
        except OSError:
            return False


def found() -> str | None:
    """Return the C compiler of this machine, $CC before all; None where it has none that works."""
    asked = os.environ.get("CC")
    if asked:
        if not works(asked):
            raise RuntimeError(
                f"CC is {asked!r}, which compiles no C program; expected a compiler like gcc or clang: "
                "`unset CC` to have one looked for"
            )
        return asked
    if WINDOWS:  # where the compiler at hand is Microsoft's, which knows no such vectors
        return None
    return next((name for name in (sysconfig.get_config_var("CC"), "cc", "gcc", "clang") if name and works(name)), None)


def ziglang() -> list[str]:
    """Return what pip is asked for where no compiler is found."""
    with open("pyproject.toml", "rb") as file:
        return list(tomllib.load(file)["dependency-groups"]["compiler"])


def settings() -> dict[str, str]:
    """Return the environment with which setuptools compiles with what was found, or else with ziglang."""
    header = Path(sysconfig.get_path("include"), "Python.h")
    if not header.exists():
        raise RuntimeError(
            f"{header} is missing, which extensions of this Python are compiled with; expected Python's headers: "
            "on Debian and Ubuntu `apt-get install python3-dev`, or a Python that has them, as those of python.org do"
        )
    chosen = {"DIST_EXTRA_CONFIG": str(Path(__file__).with_name("windows.cfg" if WINDOWS else "posix.cfg"))}
    compiler = found()
    if compiler is not None:
        return {**chosen, "CC": compiler}
    if find_spec("ziglang") is None:
        raise RuntimeError(
            "neurograph is written in part in C, and no C compiler works here (tried cc, gcc and clang); "
            f"expected one, or the Python package ziglang: `{Path(sys.executable).name} -m pip install ziglang`"
        )
    # By itself zig compiles for this very processor, but each function here says for which it is. MS_WIN64 is what
    # Python's headers want to be told on Windows, and nothing elsewhere.
    zig = shlex.join([Path(sys.executable).as_posix(), "-m", "ziglang"])
    return {
        **chosen,
        "CC": f"{zig} cc -mcpu=baseline -DMS_WIN64=",
        "LDSHARED": f"{zig} cc -shared",
        "AR": f"{zig} ar",
    }


def get_requires_for_build_wheel(config_settings: Any = None) -> list[str]:
    """Return what a build needs: ziglang where no C compiler works, and nothing where one does."""
    return [*build_meta.get_requires_for_build_wheel(config_settings), *([] if found() else ziglang())]


def get_requires_for_build_editable(config_settings: Any = None) -> list[str]:
    """Return the same for an editable installation."""
    return get_requires_for_build_wheel(config_settings)


def build_wheel(wheel_directory: str, config_settings: Any = None, metadata_directory: str | None = None) -> str:
    """Build a wheel, and return its name."""
    os.environ.update(settings())
    return str(build_meta.build_wheel(wheel_directory, config_settings, metadata_directory))


def build_editable(wheel_directory: str, config_settings: Any = None, metadata_directory: str | None = None) -> str:
    """Build for an editable installation, and return the name of its wheel."""
    os.environ.update(settings())
    return str(build_meta.build_editable(wheel_directory, config_settings, metadata_directory))
