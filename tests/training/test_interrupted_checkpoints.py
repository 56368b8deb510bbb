"""No kill, and no full disk, leaves a run without a complete checkpoint."""

import contextlib
import errno
import io
import itertools
import os
import subprocess
import sys
import warnings
from pathlib import Path

import pytest

from neurograph.errors import CheckpointError, CheckpointWarning
from neurograph.training import checkpoints
from neurograph.training.checkpoints import read_checkpoint, write_checkpoint
from tests.training.files import beside, folder_of, same, small


@pytest.fixture
def path(tmp_path):
    return tmp_path / "run.ckpt"


class Killed(BaseException):
    """No `except` of the writer may see it: a killed process tidies nothing up."""


def write_interrupted(monkeypatch, moment, error, path):
    """Write small(9), and raise `error` at the moment-th moment; give how many moments the whole write has.

    A moment is before or after each call to the system, and in the middle of the writing.
    """
    moments = itertools.count()

    def pass_a_moment():
        if next(moments) == moment:
            raise error

    def between(call):
        def wrapped(*arguments):
            pass_a_moment()
            result = call(*arguments)
            pass_a_moment()
            return result

        return wrapped

    class HalfByHalf(io.FileIO):
        def write(self, data):
            pass_a_moment()
            super().write(data[: len(data) // 2])
            pass_a_moment()
            super().write(data[len(data) // 2 :])
            pass_a_moment()

    with monkeypatch.context() as patched:
        patched.setattr(os, "replace", between(os.replace))
        patched.setattr(os, "fsync", between(os.fsync))
        patched.setattr(checkpoints, "open", between(HalfByHalf), raising=False)
        write_checkpoint(path, small(9))
    return next(moments)


def prepare(path, before):
    """Bring a folder into a state that a writer may find; give the number of its last good checkpoint."""
    for number in range({"nothing": 0, "one": 1}.get(before, 2)):
        write_checkpoint(path, small(number))
    if before == "missing":  # killed between the two renames, and once more
        path.unlink()
        beside(path, ".writing").write_bytes(b"half of a checkp")
    elif before == "damaged":
        path.write_bytes(path.read_bytes()[:-1])
    elif before == "left over":
        beside(path, ".writing").write_bytes(b"half of a checkp")
    return {"nothing": None, "one": 0, "missing": 0, "damaged": 0}.get(before, 1)


def number_in(path):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", CheckpointWarning)
        found = read_checkpoint(path)
    if found is None:
        return None
    same(found, small(found.facts["number"]))
    return found.facts["number"]


@pytest.mark.parametrize("error", [Killed(), OSError(errno.ENOSPC, "No space left on device")], ids=["kill", "full"])
@pytest.mark.parametrize("before", ["nothing", "one", "two", "missing", "damaged", "left over"])
def test_stopped_at_any_moment_the_old_or_the_new_one_is_there(tmp_path, monkeypatch, before, error):
    monkeypatch.setattr(os, "fsync", lambda descriptor: None)  # slow, and only a power cut tells the difference
    seen = set()
    for moment in itertools.count():
        path = tmp_path / str(moment) / "run.ckpt"
        path.parent.mkdir()
        old = prepare(path, before)
        with contextlib.suppress(Killed, CheckpointError):
            if write_interrupted(monkeypatch, moment, error, path) <= moment:
                break
        seen.add(number_in(path))
        assert number_in(path) in (old, 9)
        left = {"run.ckpt", "run.ckpt.previous"} | ({"run.ckpt.writing"} if isinstance(error, Killed) else set())
        assert set(folder_of(path)) <= left
        write_checkpoint(path, small(10))  # the next run goes on
        assert number_in(path) == 10
        assert set(folder_of(path)) <= {"run.ckpt", "run.ckpt.previous"}
    assert seen == {old, 9}
    assert moment >= 11


@pytest.mark.parametrize("call", ["open", "write", "fsync", "first replace", "second replace"])
def test_a_write_that_fails_says_so_and_leaves_the_files_as_they_were(path, monkeypatch, call):
    for number in range(2):
        write_checkpoint(path, small(number))
    before = folder_of(path)
    moment = {"open": 0, "write": 3, "fsync": 5, "first replace": 7, "second replace": 9}[call]
    full = OSError(errno.ENOSPC, "No space left on device")
    with pytest.raises(
        CheckpointError, match=r"run.ckpt cannot be written \(No space left on device\): expected .* room"
    ):
        write_interrupted(monkeypatch, moment, full, path)
    if call == "second replace":  # the old one had its second name by then, and got its first back
        assert folder_of(path) == {"run.ckpt": before["run.ckpt"]}
    else:
        assert folder_of(path) == before


KILLER = """
import os, random, signal, sys, time
import numpy as np
from neurograph.training.checkpoints import Checkpoint, read_checkpoint, write_checkpoint

path, chance, done = sys.argv[1], random.Random(0), 0
write_checkpoint(path, Checkpoint({"done": 0}, {"same": np.zeros(50_000)}))
for _ in range(15):
    said, says = os.pipe()
    child = os.fork()
    while child == 0:
        done += 1
        write_checkpoint(path, Checkpoint({"done": done}, {"same": np.full(50_000, float(done))}))
        os.write(says, b".")
    time.sleep(chance.uniform(0.0, 0.03))
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    os.close(says)
    sure = done + len(os.read(said, 60_000))
    os.close(said)
    found = read_checkpoint(path)
    done = found.facts["done"]
    assert sure <= done <= sure + 1, (sure, done)
    assert found.arrays["same"].shape == (50_000,) and np.all(found.arrays["same"] == done)
print(done)
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system cannot fork")
def test_killed_while_writing_it_keeps_every_checkpoint_that_was_done(path):
    done = subprocess.run(
        [sys.executable, "-W", "error::UserWarning", "-c", KILLER, path],
        capture_output=True,
        text=True,
        cwd=Path(checkpoints.__file__).parents[2],
    )
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) > 0
    assert set(folder_of(path)) <= {"run.ckpt", "run.ckpt.previous", "run.ckpt.writing"}
