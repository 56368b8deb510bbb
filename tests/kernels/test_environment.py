"""Surroundings that have no say: no file is written, and what is set for other packages changes nothing."""

import os
import subprocess
import sys

import pytest

PROGRAM = """
import neurograph as ng
x, y = ng.tasks.logic("xor")
graph = ng.topologies.complete(2, 5, 1, bias="neurons", scale=0.4, seed=0)
network = ng.compile(graph, ng.Dynamics("-s + tanh(gain*(I + b))", parameters={"gain": 1.5}))
error = ng.gradient_check(network, x, y, ng.rules.asymmetric_ep()).relative_error
fit = ng.train(network, x, y, epochs=2, seed=0, progress=False)
print(*ng.settle(network, x).outputs.ravel(), *fit.network.weights)
assert error < 1e-6, error
"""
HOMES = ("HOME", "USERPROFILE", "LOCALAPPDATA", "XDG_CACHE_HOME", "TMPDIR", "TEMP", "TMP", "NEUROGRAPH_CACHE")


def output(preexec_fn=None, **environment):
    """What the program prints; a variable that is None is not set."""
    merged = {"PYTHONDONTWRITEBYTECODE": "1"} | os.environ | environment
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        env={name: value for name, value in merged.items() if value is not None},
        preexec_fn=preexec_fn,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    return done.stdout


@pytest.fixture(scope="module")
def ordinary():
    return output()


def test_settling_and_training_write_no_file(tmp_path, ordinary):
    for name in HOMES:
        (tmp_path / name).mkdir()
    assert output(**{name: str(tmp_path / name) for name in HOMES}) == ordinary
    assert [path for path in tmp_path.rglob("*") if path.name not in HOMES] == []


def test_no_home_is_needed(tmp_path, ordinary):
    """Nor a folder for what is temporary: all of them stand where no folder can be, whoever asks."""
    (tmp_path / "file").touch()
    assert output(**{name: str(tmp_path / "file" / "folder") for name in HOMES}) == ordinary
    assert output(**dict.fromkeys(HOMES)) == ordinary


def test_no_room_is_needed(ordinary):
    """Where no file may hold a byte, as on a full disk."""
    resource = pytest.importorskip("resource")
    assert output(lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))) == ordinary


def test_numba_set_to_interpret_changes_no_number(ordinary):
    """As debuggers and runs of coverage set it, for packages that are compiled by it."""
    assert output(NUMBA_DISABLE_JIT="1") == ordinary
