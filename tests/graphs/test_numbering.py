"""Labels as places, against dictionaries."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from neurograph.errors import ParameterError
from neurograph.graphs import numbering
from neurograph.graphs.numbering import distinct_labels, hashable_labels, label_codes, object_column

PAIRS = st.lists(st.tuples(st.integers(-5, 5), st.integers(-5, 5)), max_size=30)


def first_named(pairs):
    return tuple(dict.fromkeys(label for pair in pairs for label in pair))


@given(PAIRS, st.sampled_from([1, 10**9, "text"]), st.integers(1, 4))
def test_places_are_those_of_a_dictionary(pairs, scale, chunk):
    """Integers near each other, far apart, and labels of any kind; in chunks that are shorter than the columns."""
    if scale == "text":
        pairs = [(f"n{i}", f"n{j}") for i, j in pairs]
        columns = [[pair[end] for pair in pairs] for end in range(2)]
    else:
        pairs = [(scale * i, scale * j) for i, j in pairs]
        columns = [np.array([pair[end] for pair in pairs], np.int64) for end in range(2)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(numbering.parts, "__defaults__", (chunk,))
        nodes, places = label_codes(*columns, None)
    assert nodes == first_named(pairs)
    index = {label: place for place, label in enumerate(nodes)}
    assert list(zip(*(column.tolist() for column in places), strict=True)) == [(index[i], index[j]) for i, j in pairs]


def test_given_nodes_fix_the_places_and_must_hold_every_end():
    nodes, places = label_codes(["b", "b"], ["a", "a"], ("a", "b", "c"))
    assert nodes == ("a", "b", "c")
    assert [column.tolist() for column in places] == [[1, 1], [0, 0]]
    with pytest.raises(ParameterError, match="edges name 'b', which is not in nodes"):
        label_codes(["b"], ["a"], ("a",))
    assert label_codes(["b"], ["a"], ("a",), open_ended=True)[0] == ("a", "b")


@pytest.mark.parametrize(
    ("labels", "message"),
    [
        ("ab", r"inputs is 'ab': expected a list of labels, such as \['ab'\]"),
        (3, "inputs is 3: expected a list"),
        (["a", "b", "a"], "inputs has 'a' more than once"),
        ([["a"]], "inputs has a label that cannot be one"),
        ([None], "inputs has None for a label"),
        ([float("nan")], "inputs has nan for a label"),
    ],
)
def test_what_is_no_list_of_labels_is_named(labels, message):
    with pytest.raises(ParameterError, match=message):
        distinct_labels(labels, "inputs")


def test_labels_keep_their_order_and_columns_their_objects():
    assert distinct_labels(np.array([3, 1, 2]), "inputs") == (3, 1, 2)
    assert hashable_labels(["b", "a", "b"], "edges") == ("b", "a")
    assert object_column(np.array([1.5, 2.5]), "weight") == [1.5, 2.5]
    assert object_column(("a", 1), "pre") == ["a", 1]
    with pytest.raises(ParameterError, match="the column pre is 3: expected an array"):
        object_column(np.array(3), "pre")
