"""Which engine runs, and on how many threads."""

import subprocess
import sys

from neurograph.kernels import bindings


def test_an_engine_of_another_version_is_refused():
    """Called in another way than it was built for, it would read and write where it must not."""
    old = "import sys, types; old = types.ModuleType('engine'); old.interface = 1; "
    old += "import neurograph.kernels; sys.modules['neurograph.kernels.engine'] = neurograph.kernels.engine = old; "
    ran = subprocess.run(
        [sys.executable, "-c", old + "import neurograph.kernels.bindings"], capture_output=True, text=True
    )
    assert "has the interface 1, expected" in ran.stderr
    assert "install neurograph again" in ran.stderr


def test_threads_are_as_many_as_the_work_is_worth(monkeypatch):
    monkeypatch.setenv("OMP_NUM_THREADS", "3")
    assert bindings.threads() == 3
    assert bindings.threads_for(100, 4) == 1
    assert bindings.threads_for(10_000_000, 1) == 3


def test_it_says_what_runs(monkeypatch):
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    assert bindings.how().startswith("compiled C, ")
    assert bindings.how().endswith(", 1 thread")
    monkeypatch.setenv("OMP_NUM_THREADS", "4")
    assert bindings.how().endswith(", 4 threads")
