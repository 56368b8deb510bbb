import numpy as np
import pytest

from neurograph.graphs.topologies.butterfly import reversed_bits, stages


@pytest.mark.parametrize("count", [2, 4, 32, 128])
@pytest.mark.parametrize("inverse", [False, True])
def test_the_product_of_the_stages_is_the_transform_written_out(count, inverse):
    k = np.arange(count)
    wanted = np.exp((2j if inverse else -2j) * np.pi * np.outer(k, k) / count) / count**0.5
    product = np.eye(count)
    for stage in stages(count, inverse):
        assert np.all(np.diff(stage.indptr) == 2)
        product = stage @ product
    assert np.abs(product - wanted).max() < 1e-14


def test_every_stage_is_unitary():
    for stage in stages(16):
        assert np.abs((stage.conj().T @ stage).toarray() - np.eye(16)).max() < 1e-15


def test_bits_are_reversed_and_back():
    places = reversed_bits(32)
    assert [int(f"{k:05b}"[::-1], 2) for k in range(32)] == places.tolist()
    assert np.array_equal(places[places], np.arange(32))
