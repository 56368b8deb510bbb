"""Named arrays as npz: what comes back, and what is refused before it is read."""

import io
import zipfile

import numpy as np
import pytest
from hypothesis import given
from hypothesis.extra import numpy as arrays

from neurograph.errors import FormatError
from neurograph.formats.encoding.arrays import npy_array, pack, unpack

KINDS = arrays.boolean_dtypes() | arrays.integer_dtypes() | arrays.floating_dtypes() | arrays.unicode_string_dtypes()


@given(arrays.arrays(KINDS, arrays.array_shapes(max_dims=3)))
def test_arrays_come_back_with_their_bits(array):
    back = unpack(pack({"a": array, "fortran": np.asfortranarray(array)}))
    for name in ("a", "fortran"):
        assert back[name].dtype == array.dtype
        assert back[name].shape == array.shape
        assert back[name].tobytes() == array.tobytes()


def test_an_npy_is_read_and_what_is_none_is_named():
    buffer = io.BytesIO()
    np.save(buffer, np.asfortranarray(np.arange(6.0).reshape(2, 3)))
    assert npy_array(buffer.getvalue()).tolist() == [[0.0, 1.0, 2.0], [3.0, 4.0, 5.0]]
    for data in (buffer.getvalue()[:-1], buffer.getvalue() + b"x", b"", b"\x93NUMPY\x09"):
        with pytest.raises(FormatError, match="not whole npy"):
            npy_array(data)


def test_arrays_of_numpy_and_compressed_ones_are_read():
    buffer = io.BytesIO()
    np.savez_compressed(buffer, x=np.arange(5.0))
    assert unpack(buffer.getvalue())["x"].tolist() == [0.0, 1.0, 2.0, 3.0, 4.0]


@pytest.mark.parametrize(
    ("array", "message"),
    [(np.array([None]), "type object"), (np.array(["2020"], "M8[D]"), "type datetime64")],
)
def test_what_is_neither_number_nor_text_is_refused(array, message):
    buffer = io.BytesIO()
    np.savez(buffer, x=array)
    with pytest.raises(FormatError, match=message):
        unpack(buffer.getvalue())


def test_what_grows_beyond_its_due_is_refused_before_it_is_read():
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("x.npy", bytes(10**8))
    with pytest.raises(FormatError, match="100000000 bytes in a file of"):
        unpack(buffer.getvalue())
