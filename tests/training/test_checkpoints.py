"""A checkpoint comes back bit for bit, or is refused in words."""

import ast
import hashlib
import io
import math
import os
import pickle
import tempfile
from pathlib import Path

import hypothesis.extra.numpy as hnp
import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import HealthCheck, example, given, settings

from neurograph.errors import CheckpointError, CheckpointWarning, NeurographError
from neurograph.training import checkpoints
from neurograph.training.checkpoints import VERSION, Checkpoint, read_checkpoint, write_checkpoint
from tests.training.files import beside, folder_of, same, small

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
        assert array.flags.carray, "an array came back that the engine cannot take as it is"


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
    path.rename(beside(path, ".writing"))
    same(read_checkpoint(path), small(2))  # as between the two renames of a write: no warning


def test_a_deleted_one_is_named_and_each_remedy_works(path):
    for number in range(2):
        write_checkpoint(path, small(number))
    path.unlink()
    with pytest.raises(CheckpointError, match=r"run.ckpt was deleted .*delete run.ckpt.previous too .*or rename it"):
        read_checkpoint(path)
    beside(path, ".previous").rename(path)
    same(read_checkpoint(path), small(0))
    path.unlink()
    assert read_checkpoint(path) is None


def test_a_link_is_followed(path):
    link = path.parent / "elsewhere" / "link.ckpt"
    link.parent.mkdir()
    link.symlink_to(path)
    for number in range(2):
        write_checkpoint(link, small(number))
    assert link.is_symlink()
    assert os.listdir(link.parent) == ["link.ckpt"]
    path.rename(beside(path, ".writing"))
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
    path.rename(beside(path, ".writing"))
    with pytest.raises(CheckpointError, match=r"run.ckpt.previous is not a checkpoint .* delete it to start again"):
        read_checkpoint(path)


def sealed(body):
    return b"neurograph checkpoint %d %d %s\n" % (VERSION, len(body), hashlib.sha256(body).hexdigest().encode()) + body


def npz():
    file = io.BytesIO()
    np.savez(file, weights=np.zeros(3))
    return file.getvalue()


KINDS = {
    "empty": (b"", "is not a checkpoint"),
    "a table": (b"x,y\n0,1\n", "is not a checkpoint"),
    "an npz": (npz(), "is not a checkpoint"),
    "a pickle": (pickle.dumps({"weights": [1.0]}), "is not a checkpoint"),
    "a newer version": (sealed(b"{}\n").replace(b"point 6", b"point 7"), "version 7, and this neurograph reads 6 "),
    "an older version": (
        sealed(b"{}\n").replace(b"point 6", b"point 2"),
        "version 2, and this neurograph reads 6 .*that wrote",
    ),
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


def test_nothing_is_pickled():
    tree = ast.parse(Path(checkpoints.__file__).read_text())
    names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    names |= {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    names |= {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    assert "frombuffer" in names
    assert not names & {"pickle", "marshal", "shelve", "joblib", "dill", "load", "save", "eval", "exec", "tofile"}
