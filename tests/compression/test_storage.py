"""Numbers as bytes: every bit comes back, and no plain form of them is shorter by more than the first byte."""

import zlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from neurograph.compression import storage
from neurograph.compression.storage import restored, restored_bits, stored, stored_bits, width
from neurograph.errors import FormatError


@settings(max_examples=200, deadline=None)
@given(arrays(np.float64, st.integers(0, 50), elements=st.floats(width=64) | st.floats(width=32)))
def test_numbers_come_back_bit_for_bit(values):
    data = stored(values)
    assert restored(data, values.size).tobytes() == values.tobytes()
    assert len(data) <= 1 + width(values) * values.size


def test_float32_is_taken_where_it_holds_every_number():
    values = np.random.default_rng(0).normal(size=100)
    single = values.astype(np.float32).astype(np.float64)
    assert width(single) == 4
    assert width(np.append(single, values[0])) == 8
    assert width(np.array([1e300])) == width(np.array([1e-300])) == 8
    nan = np.array([0x7FF8000000000001], np.int64).view(np.float64)  # float32 has no such NaN
    assert width(nan) == 8
    assert restored(stored(nan), 1).tobytes() == nan.tobytes()


@pytest.mark.parametrize("kind", [np.float32, np.float64])
@pytest.mark.parametrize("draw", ["normal", "uniform", "lognormal", "geometric"])
def test_no_plain_form_is_shorter_by_more_than_a_byte(kind, draw):
    rng = np.random.default_rng(0)
    values = {"geometric": lambda size: rng.geometric(0.5, size)}.get(draw, lambda size: getattr(rng, draw)(size=size))
    data = values(3000).astype(kind)
    size = len(stored(data.astype(np.float64)))
    assert size <= 1 + min(data.nbytes, len(zlib.compress(data.tobytes(), 9)))


def test_what_would_be_too_dense_to_be_read_is_kept_as_it_is(monkeypatch):
    zeros = bytes(10**6)
    assert len(stored_bits(zeros)) < 2000
    assert restored_bits(stored_bits(zeros), 10**6) == zeros
    large = bytes(2 * 10**6)
    assert len(stored_bits(large)) == len(large) + 1
    monkeypatch.setattr(storage, "DENSEST", 2000)
    assert len(stored_bits(large)) < 4000


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "is unknown"),
        (b"\3", "is unknown"),
        (b"\4\0\0\0", "are 3 bytes: expected 8"),
        (b"\44none", "cannot be decompressed"),
        (b"\44" + zlib.compress(bytes(100)), "are 9 bytes: expected 8"),
        (b"\44" + zlib.compress(bytes(7)), "are 7 bytes: expected 8"),
    ],
)
def test_other_bytes_are_refused(data, words):
    with pytest.raises(FormatError, match=words):
        restored(data, 2)


@pytest.mark.parametrize(
    ("data", "size", "words"),
    [(b"", 1, "unknown"), (b"\1\0", 1, "unknown"), (b"\0", 1, "are 0 bytes"), (b"\40x", 2**40, "more than they can")],
)
def test_other_bits_are_refused(data, size, words):
    with pytest.raises(FormatError, match=words):
        restored_bits(data, size)
