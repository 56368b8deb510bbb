"""What the header says of the processor, against what the kernel of the operating system says of it."""

import os
import platform
import shlex
import subprocess
from pathlib import Path

import pytest

NATIVE = Path(__file__).parents[3] / "neurograph/kernels/native"
LEVELS = ["plain", "avx2", "avx512"]
PROGRAM = '#include "processor.h"\n#include <stdio.h>\nint main(void) { return printf("%d", processor_level()) < 0; }\n'


@pytest.fixture(scope="module")
def level(tmp_path_factory):
    """A function that runs the header with a value of NEUROGRAPH_INSTRUCTIONS."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(NATIVE)
        import backend

        compiler = shlex.split(backend.settings().get("CC") or backend.found())
    folder = tmp_path_factory.mktemp("processor")
    source, program = folder / "program.c", folder / "program"
    source.write_text(PROGRAM)
    subprocess.run([*compiler, "-Wall", "-Wextra", "-Werror", f"-I{NATIVE}", source, "-o", program], check=True)

    def run(asked):
        environment = {**os.environ, "NEUROGRAPH_INSTRUCTIONS": asked}
        return int(subprocess.run([program], env=environment, capture_output=True, check=True).stdout)

    return run


def widest():
    flags = set(Path("/proc/cpuinfo").read_text().partition("flags")[2].partition("\n")[0].split())
    if not {"avx2", "fma"} <= flags:
        return 0
    return 2 if {"avx512f", "avx512dq", "avx512vl"} <= flags else 1


@pytest.mark.skipif(not Path("/proc/cpuinfo").exists(), reason="needs Linux to say what the processor has")
def test_the_widest_is_what_the_operating_system_reports(level):
    assert level("") == (widest() if platform.machine() == "x86_64" else 0)


def test_a_name_lowers_it_and_never_raises_it(level):
    most = level("")
    assert [level(name) for name in LEVELS] == [k if k <= most else -2 for k in range(3)]


def test_an_unknown_name_is_refused(level):
    assert level("avx1024") == -1
