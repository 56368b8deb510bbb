"""One matrix in an npy."""

import io

import numpy as np
import pytest

from neurograph.errors import FormatError
from neurograph.formats.readers.npy import Npy


def read(array):
    buffer = io.BytesIO()
    np.save(buffer, array)
    return Npy().load([buffer.getvalue()])


def test_what_is_not_zero_is_an_edge():
    wiring = read(np.array([[0, 2], [-1, 0]], np.int16))
    assert wiring.nodes == (0, 1)
    assert [wiring.edge(k) for k in range(2)] == [(0, 1), (1, 0)]
    assert wiring.of_edges["weight"].values.tolist() == [2.0, -1.0]


@pytest.mark.parametrize("array", [np.zeros(3), np.zeros((2, 3)), np.eye(2) * 1j, np.array([["a"]])])
def test_what_is_no_square_matrix_of_numbers_is_refused(array):
    with pytest.raises(FormatError, match=r"expected (a square matrix|numbers)"):
        read(array)
