"""MAT-files of level 5, read as scipy reads them, from either end of a number."""

import io
import struct

import numpy as np
import pytest
import scipy.io
import scipy.sparse

from neurograph.errors import FormatError
from neurograph.formats.encoding.mat5 import Other, mat5_variables


def saved(variables, **options):
    buffer = io.BytesIO()
    scipy.io.savemat(buffer, variables, **options)
    return buffer.getvalue()


KINDS = [np.float64, np.float32, np.int8, np.uint8, np.int16, np.uint16, np.int32, np.uint32, np.int64, np.uint64]


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("kind", KINDS)
def test_numbers_are_as_scipy_reads_them(kind, packed):
    array = np.arange(24, dtype=kind).reshape(2, 3, 4)
    data = saved({"a": array, "b": array[0], "c": array[0, 0]}, do_compression=packed)
    expected = scipy.io.loadmat(io.BytesIO(data))
    for name, found in mat5_variables(data).items():
        assert found.dtype == expected[name].dtype == kind
        assert np.array_equal(found, expected[name])


def test_sparse_matrices_truth_values_and_texts_are_read():
    dense = np.array([[0, 1.5, 0], [0, 0, 0], [-2, 0, 4]])
    found = mat5_variables(saved({
        "s": scipy.sparse.csc_array(dense), "none": scipy.sparse.csc_array((3, 3)), "t": dense > 0, "text": "é n",
        "rows": np.array(["a ", "bc"]), "empty": "", "cells": np.array([["x", "yz", 3.0]], object),
    }))  # fmt: skip
    assert np.array_equal(found["s"].toarray(), dense)
    assert found["none"].nnz == 0
    assert found["t"].dtype == np.bool_
    assert np.array_equal(found["t"], dense > 0)
    assert found["text"].item() == "é n"
    assert found["rows"].tolist() == ["a", "bc"]
    assert found["empty"].item() == ""
    assert [cell.item() for cell in found["cells"]] == ["x", "yz", 3.0]


def test_what_is_not_read_is_named():
    inner = np.array([np.array(["a", "b"], object), 1], object)
    found = mat5_variables(saved({"s": {"a": 1}, "c": np.array([[1j]]), "n": inner}))
    assert found["s"] == Other("struct")
    assert found["c"] == Other("complex numbers")
    assert found["n"][0] == Other("cell within a cell")


def test_a_file_of_a_machine_with_the_high_byte_first_is_read():
    flags = struct.pack(">IIII", 6, 8, 6, 0)
    shape = struct.pack(">IIii", 5, 8, 1, 2)
    name = struct.pack(">HH", 1, 1) + b"W\0\0\0"
    numbers = struct.pack(">IIdd", 9, 16, 0.5, -2.0)
    body = flags + shape + name + numbers
    data = b"MATLAB 5.0".ljust(124) + b"\x01\x00MI" + struct.pack(">II", 14, len(body)) + body
    assert np.array_equal(mat5_variables(data)["W"], [[0.5, -2.0]])
    assert np.array_equal(scipy.io.loadmat(io.BytesIO(data))["W"], [[0.5, -2.0]])


def test_a_sparse_matrix_that_lies_outside_of_itself_is_refused():
    data = saved({"s": scipy.sparse.csc_array(np.eye(3))})
    rows = data.index(struct.pack("<iii", 0, 1, 2))
    with pytest.raises(FormatError, match="some outside of it"):
        mat5_variables(data[:rows] + struct.pack("<iii", 0, 7, 2) + data[rows + 12 :])


def test_a_file_of_another_level_is_refused():
    with pytest.raises(FormatError, match="level 5"):
        mat5_variables(saved({"W": np.eye(2)}, format="4"))
