"""A checkpoint comes back bit for bit, or is refused in words; no kill leaves a run without a complete one."""

import ast
import contextlib
import errno
import hashlib
import io
import itertools
import math
import os
import pickle
import subprocess
import sys
import tempfile
import warnings
from pathlib import Path

import hypothesis.extra.numpy as hnp
import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import HealthCheck, example, given, settings

from neurograph.errors import CheckpointError, CheckpointWarning, NeurographError
from neurograph.training import checkpoints
from neurograph.training.checkpoints import Checkpoint, read_checkpoint, write_checkpoint

texts = st.text(st.characters(), max_size=5)
plain = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**130), 2**130) | st.floats() | texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=10,
)
dtypes = (
    hnp.boolean_dtypes()
    | hnp.integer_dtypes(endianness="?")
    | hnp.unsigned_integer_dtypes(endianness="?")
    | hnp.floating_dtypes(endianness="?")
    | hnp.complex_number_dtypes(endianness="?")
)
arrays = hnp.arrays(dtypes, hnp.array_shapes(min_dims=0, min_side=0, max_dims=3, max_side=4))


def small(number):
    return Checkpoint({"number": number}, {"weights": np.array([number, -0.5]), "mask": np.array(True)})


def same(one, other):
    """Bit for bit; repr tells -0.0 from 0.0, True from 1, a pair of surrogates from one letter, and nan is nan."""
    assert repr(one.facts) == repr(other.facts)
    assert list(one.arrays) == list(other.arrays)
    for mine, theirs in zip(one.arrays.values(), other.arrays.values(), strict=True):
        assert (mine.dtype.str, mine.shape, mine.tobytes()) == (theirs.dtype.str, theirs.shape, theirs.tobytes())


def beside(path, suffix):
    return path.with_name(path.name + suffix)


def folder_of(path):
    return {file.name: file.read_bytes() for file in path.parent.iterdir()}


@pytest.fixture
def path(tmp_path):
    return tmp_path / "run.ckpt"


@given(st.dictionaries(texts, plain, max_size=4), st.dictionaries(texts, arrays, max_size=3))
@example({"pair": "\ud800\udc00", "low": "\udfff", "line": "a\nb"}, {"\n": np.array(math.nan)})
@example(np.random.PCG64(0).state, {"empty": np.empty((0, 3), np.float32), "last": np.arange(3, dtype=">i2")})
@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
def test_everything_comes_back_bit_for_bit(facts, arrays):
    written = Checkpoint(facts, arrays)
    before = repr(written)
    with tempfile.TemporaryDirectory() as folder:
        write_checkpoint(f"{folder}/run.ckpt", written)
        found = read_checkpoint(f"{folder}/run.ckpt")
    same(found, written)
    assert repr(written) == before
    for array in found.arrays.values():
        assert array.flags.carray, "an array came back that compiled kernels cannot take as it is"


def test_strided_arrays_and_a_nan_with_a_payload_come_back(path):
    payload = np.array([0x7FF0000000000001, 0xFFF8000000000ABC], np.uint64).view(np.float64)
    table = np.arange(12.0).reshape(3, 4)
    written = Checkpoint({}, {"payload": payload, "turned": table.T, "steps": table[::2, ::-1]})
    write_checkpoint(path, written)
    same(read_checkpoint(path), written)


def test_random_numbers_go_on_where_they_stopped(path):
    rng = np.random.default_rng(7)
    rng.random(5)
    write_checkpoint(path, Checkpoint({"rng": rng.bit_generator.state}, {}))
    other = np.random.default_rng()
    other.bit_generator.state = read_checkpoint(path).facts["rng"]
    assert np.array_equal(other.random(9), rng.random(9))


def test_no_file_is_none(path):
    assert read_checkpoint(path) is None
    assert read_checkpoint(path.parent / "no such folder" / "run.ckpt") is None


def test_the_previous_one_is_kept_and_nothing_else(path):
    for number in range(4):
        beside(path, ".writing").write_bytes(b"left by a run that was killed" * 1000)
        write_checkpoint(str(path), small(number))
        same(read_checkpoint(path), small(number))
    assert set(folder_of(path)) == {"run.ckpt", "run.ckpt.previous"}
    path.unlink()
    same(read_checkpoint(path), small(2))  # as between the two renames of a write: no warning


def test_a_link_is_followed(path):
    link = path.parent / "elsewhere" / "link.ckpt"
    link.parent.mkdir()
    link.symlink_to(path)
    for number in range(2):
        write_checkpoint(link, small(number))
    assert link.is_symlink()
    assert os.listdir(link.parent) == ["link.ckpt"]
    path.unlink()
    same(read_checkpoint(link), small(0))


def damaged_everywhere(data):
    """The file cut at every byte, and with every byte flipped: its lowest bit (a digit), a letter's case, all bits."""
    for place in range(len(data)):
        yield data[:place]
        for flip in (0x01, 0x20, 0xFF):
            yield data[:place] + bytes([data[place] ^ flip]) + data[place + 1 :]


def test_cut_at_any_byte_or_with_any_byte_flipped_it_is_refused_and_the_previous_one_used(path):
    for number in range(2):
        write_checkpoint(path, small(number))
    data = path.read_bytes()
    previous = beside(path, ".previous").read_bytes()
    for damaged in [*damaged_everywhere(data), data + b"\0", data + data]:
        path.write_bytes(damaged)
        with pytest.warns(CheckpointWarning, match=r"run.ckpt (is|was) .*run.ckpt.previous, written before it") as said:
            found = read_checkpoint(path)
        assert len(said) == 1
        assert said[0].filename == __file__
        same(found, small(0))
    assert beside(path, ".previous").read_bytes() == previous


def test_where_both_are_damaged_both_are_named(path):
    for number in range(2):
        write_checkpoint(path, small(number))
    path.write_bytes(path.read_bytes()[:-1])
    beside(path, ".previous").write_bytes(b"hello")
    with pytest.raises(
        CheckpointError, match=r"run.ckpt was cut .* and .*run.ckpt.previous is not a .* delete them to start again"
    ):
        read_checkpoint(path)
    path.unlink()
    with pytest.raises(CheckpointError, match=r"run.ckpt.previous is not a checkpoint .* delete it to start again"):
        read_checkpoint(path)


def sealed(body):
    return b"neurograph checkpoint 2 %d %s\n" % (len(body), hashlib.sha256(body).hexdigest().encode()) + body


def npz():
    file = io.BytesIO()
    np.savez(file, weights=np.zeros(3))
    return file.getvalue()


KINDS = {
    "empty": (b"", "is not a checkpoint"),
    "a table": (b"x,y\n0,1\n", "is not a checkpoint"),
    "an npz": (npz(), "is not a checkpoint"),
    "a pickle": (pickle.dumps({"weights": [1.0]}), "is not a checkpoint"),
    "a newer version": (sealed(b"{}\n").replace(b"point 2", b"point 3"), "version 3, and this neurograph reads 2 "),
    "one line": (sealed(b"{}"), "holds something else"),
    "no JSON": (sealed(b"{\n"), "holds something else"),
    "no facts": (sealed(b'{"arrays": {}}\n'), "holds something else"),
    "a list": (sealed(b"[]\n"), "holds something else"),
    "a list of arrays": (sealed(b'{"facts": {}, "arrays": []}\n'), "holds something else"),
    "too deep": (sealed(b"[" * 100_000 + b"\n"), "holds something else"),
    "objects": (sealed(b'{"facts": {}, "arrays": {"a": ["O", [1]]}}\n12345678'), "holds something else"),
    "too few bytes": (sealed(b'{"facts": {}, "arrays": {"a": ["<f8", [2]]}}\n12345678'), "holds something else"),
    "an unknown number": (sealed(b'{"facts": {}, "arrays": {"a": ["<f9", [1]]}}\n12345678'), "holds something else"),
}


@pytest.mark.parametrize(("data", "wrong"), KINDS.values(), ids=KINDS)
def test_a_file_of_another_kind_is_refused(path, data, wrong):
    path.write_bytes(data)
    with pytest.raises(CheckpointError, match=f"run.ckpt .*{wrong}.*: give another path, or delete it") as refused:
        read_checkpoint(path)
    assert isinstance(refused.value, NeurographError)
    assert isinstance(refused.value, ValueError)
    assert folder_of(path) == {"run.ckpt": data}


CIRCLE = []
CIRCLE.append(CIRCLE)

REFUSED = {
    "objects": ({}, {"a": np.array([None])}, r"arrays\['a'\] is of ndarray, dtype object: expected .* numbers"),
    "texts": ({}, {"a": np.array(["b"])}, r"dtype <U1"),
    "dates": ({}, {"a": np.array(["2020-01-01"], "M8[D]")}, r"dtype datetime64"),
    "records": ({}, {"a": np.zeros(2, "f8,f8")}, "expected a plain numpy array"),
    "masked": ({}, {"a": np.ma.masked_array([1.0], [True])}, r"arrays\['a'\] is of MaskedArray"),
    "a list for an array": ({}, {"a": [1.0]}, r"arrays\['a'\] is of list, dtype none"),
    "a number as name": ({}, {1: np.zeros(1)}, "arrays has the key 1"),
    "an array in facts": ({"rng": {"key": [np.zeros(2)]}}, {}, r"facts\['rng'\]\['key'\]\[0\] is array.*put an array"),
    "an int of numpy": ({"a": np.int64(3)}, {}, r"facts\['a'\] is .*3"),
    "a tuple": ({"a": (1, 2)}, {}, r"facts\['a'\] is \(1, 2\)"),
    "a number as key": ({"a": {1: 2}}, {}, r"facts\['a'\] has the key 1: expected only texts"),
    "a circle": ({"a": CIRCLE}, {}, "facts cannot be written"),
    "too many digits": ({"a": 10**5000}, {}, "facts cannot be written"),
}


@pytest.mark.parametrize(("facts", "arrays", "wrong"), REFUSED.values(), ids=REFUSED)
def test_what_would_not_come_back_is_refused_and_the_old_file_stays(path, facts, arrays, wrong):
    write_checkpoint(path, small(0))
    before = folder_of(path)
    with pytest.raises(CheckpointError, match=wrong):
        write_checkpoint(path, Checkpoint(facts, arrays))
    assert folder_of(path) == before


def test_a_folder_that_is_missing_or_a_file_is_named(path):
    for wrong in (path.parent / "missing" / "run.ckpt", path / "run.ckpt"):
        with pytest.raises(CheckpointError, match=r"run.ckpt cannot be written \(.*give another path"):
            write_checkpoint(wrong, small(0))
        path.write_bytes(b"a file")
    with pytest.raises(CheckpointError, match=r"run.ckpt/run.ckpt cannot be read \(Not a directory\)"):
        read_checkpoint(path / "run.ckpt")
    assert folder_of(path) == {"run.ckpt": b"a file"}


@pytest.mark.parametrize("suffix", ["", ".previous", ".writing"])
def test_a_folder_in_the_place_of_a_file_is_named(path, suffix):
    if suffix:
        write_checkpoint(path, small(0))
    beside(path, suffix).mkdir()
    with pytest.raises(
        CheckpointError, match=r"cannot be written \(Is a directory\): expected .*\.previous and .*\.wri"
    ):
        write_checkpoint(path, small(1))
    if suffix:
        same(read_checkpoint(path), small(0))
    else:
        assert os.listdir(path.parent) == ["run.ckpt"]
        with pytest.raises(CheckpointError, match=r"run.ckpt cannot be read \(Is a directory\)"):
            read_checkpoint(path)


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
    if before == "missing":
        path.unlink()
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
    if call == "second replace":  # the old one has its second name by then
        assert folder_of(path) == {"run.ckpt.previous": before["run.ckpt"]}
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


def test_nothing_is_pickled():
    tree = ast.parse(Path(checkpoints.__file__).read_text())
    names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    names |= {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    names |= {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    assert "frombuffer" in names
    assert not names & {"pickle", "marshal", "shelve", "joblib", "dill", "load", "save", "eval", "exec", "tofile"}
