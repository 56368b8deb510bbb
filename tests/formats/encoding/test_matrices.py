"""Entries of a matrix as edges."""

import numpy as np

from neurograph.formats.encoding.matrices import wiring_of_entries


def test_entries_are_edges_in_the_order_of_rows():
    post, pre = np.array([0, 2, 1]), np.array([2, 0, 0])
    wiring = wiring_of_entries("abc", pre, post, np.array([3, 2, 1]))
    assert [wiring.edge(k) for k in range(3)] == [("a", "b"), ("a", "c"), ("c", "a")]
    assert wiring.of_edges["weight"].values.tolist() == [1.0, 2.0, 3.0]
    assert wiring.directed


def test_weights_are_floats_and_those_of_32_bits_stay():
    places = np.array([0])
    for kind, expected in ((np.float32, np.float32), (np.int8, np.float64), (np.bool_, np.float64)):
        weights = wiring_of_entries([0], places, places, np.ones(1, kind)).of_edges["weight"].values
        assert weights.dtype == expected
        assert weights.tolist() == [1.0]
