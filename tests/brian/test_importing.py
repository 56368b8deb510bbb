"""Brian2 is imported without a trace; what it needs and misses is named."""

import os
import subprocess
import sys

import pytest

import neurograph as ng
from neurograph.brian.importing import checked_target
from tests.brian.networks import (
    chain,
)


@pytest.mark.parametrize(("target", "tools", "missing"), [("cython", [], "C\\+\\+ compiler"), ("cpp", ["g++"], "make")])
def test_a_missing_compiler_is_said(target, tools, missing, monkeypatch, tmp_path):
    for tool in tools:
        (tmp_path / tool).write_text("#!/bin/sh\n")
        (tmp_path / tool).chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("CXX", raising=False)
    with pytest.raises(ng.ParameterError, match=f"there is no {missing}.*build with target='numpy'"):
        ng.brian.build(chain(), [[0.5]], target=target)


def test_the_compiler_of_the_environment_is_the_first_word_of_cxx(monkeypatch, tmp_path):
    (tmp_path / "here").write_text("#!/bin/sh\n")
    (tmp_path / "here").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("CXX", "here -O2")
    assert checked_target("cython") == "cython"
    monkeypatch.setenv("CXX", "missing here")
    with pytest.raises(ng.ParameterError, match="there is no C\\+\\+ compiler"):
        checked_target("cython")


def run(program, tmp_path, **environment):
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": f"{tmp_path}:{os.getcwd()}", **environment},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


BUILD = """
import neurograph as ng
graph = ng.topologies.complete(inputs=1, hidden=1, outputs=1, seed=0)
try:
    ng.brian.build(ng.compile(graph), [[0.5]], target="numpy")
except ng.MissingPackageError as error:
    print(error)
"""


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("raise ImportError('no', name='brian2')", "brian2 is not installed: python -m pip install brian2"),
        ("raise AttributeError('no ptp')", "brian2 cannot be imported beside numpy"),
    ],
)
def test_a_missing_or_old_brian2_is_said(line, message, tmp_path):
    (tmp_path / "brian2.py").write_text(line + "\n")
    assert run(BUILD, tmp_path).startswith(message)


LEAVES = """
import logging, os, sys, warnings
import numpy as np
before = sys.excepthook, warnings.showwarning
import neurograph as ng
graph = ng.topologies.complete(inputs=1, hidden=1, outputs=1, seed=0)
drawn = np.random.get_state()[1].tolist()
model = ng.brian.build(ng.compile(graph), [[0.5]], target="numpy")
assert (sys.excepthook, warnings.showwarning) == before
assert not logging.getLogger("py.warnings").handlers
import brian2
preferences, device = brian2.prefs.as_file, brian2.get_device()
model.settle()
ng.brian.build(ng.compile(graph), [[0.5]], target="numpy", model="lif").settle(5 * brian2.ms)
assert (brian2.prefs.as_file, brian2.get_device()) == (preferences, device)
assert brian2.defaultclock.dt == 0.1 * brian2.ms
assert np.random.get_state()[1].tolist() == drawn
print(sorted(os.listdir(os.environ["TMPDIR"])))
"""


def test_nothing_outside_the_model_is_changed(tmp_path):
    (tmp_path / "temporary").mkdir()
    assert run(LEAVES, tmp_path, TMPDIR=str(tmp_path / "temporary")).strip() == "[]"
