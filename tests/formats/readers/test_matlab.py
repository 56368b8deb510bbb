"""MAT-files: which variable is the matrix, what the others are, and what calls the nodes."""

import io

import numpy as np
import pytest
import scipy.io

from neurograph.errors import FormatError
from neurograph.formats.readers.matlab import Matlab

W = np.array([[0, 2.0], [0, 0]])


def read(**variables):
    buffer = io.BytesIO()
    scipy.io.savemat(buffer, variables)
    return Matlab().load([buffer.getvalue()])


def texts(*cells):
    return np.array(cells, object)


def test_the_only_cells_with_a_text_for_each_call_the_nodes():
    wiring = read(W=W, who=texts("a", "b"), same=texts("x", "x"))
    assert wiring.nodes == ("a", "b")
    assert wiring.of_nodes.rows() == [{"same": "x"}, {"same": "x"}]
    assert wiring.attributes == {"changes": "nodes called by the texts of who"}
    assert read(W=W, who=np.array(["a ", "bc"])).nodes == ("a", "bc")


def test_names_that_are_ambiguous_call_no_one():
    wiring = read(W=W, who=texts("a", "b"), what=texts("c", "d"))
    assert wiring.nodes == (0, 1)
    assert wiring.of_nodes.rows() == [{"who": "a", "what": "c"}, {"who": "b", "what": "d"}]


def test_numbers_for_each_node_are_attributes_and_the_rest_is_named():
    wiring = read(W=W, size=[1.5, np.nan], on=np.array([[True], [False]]), three=[1, 2, 3], s={"a": 1}, note="xy")
    assert wiring.of_nodes.rows() == [{"size": 1.5, "on": True}, {"on": False}]
    assert wiring.attributes == {"changes": "left out: three (1 x 3); left out: s (struct); left out: note (text)"}


@pytest.mark.parametrize("variables", [{"a": [1.0, 2.0]}, {"a": 3.0}, {"a": W * 1j}, {"a": texts("a", "b")}, {}])
def test_a_file_without_a_matrix_is_refused(variables):
    with pytest.raises(FormatError, match=r"it has 0 square matrices among its variables (a|\(none\))"):
        read(**variables)
