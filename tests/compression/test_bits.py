"""Bits in words, against strings of 0 and 1."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from neurograph.compression.bits import as_bytes, as_words, joined


@settings(max_examples=100, deadline=None)
@given(numbers=st.lists(st.integers(1, 63).flatmap(lambda m: st.tuples(st.integers(0, 2**m - 1), st.just(m)))))
def test_bits_stand_one_after_the_other(numbers):
    bits, many = (np.array([one[k] for one in numbers], np.uint64) for k in (0, 1))
    words, total = joined(bits, many)
    text = "".join(format(one, f"0{length}b") for one, length in numbers)
    assert total == len(text)
    assert "".join(format(word, "064b") for word in words.tolist())[:total] == text
    data = as_bytes(words, total)
    assert len(data) == -(-total // 8)
    back = as_words(data)
    assert back[-1] == 0
    assert np.array_equal(back[: words.size], words[: back.size])


@pytest.mark.parametrize("size", range(18))
def test_words_behind_the_bytes_are_zeros(size):
    words = as_words(bytes([255]) * size)
    assert words.size == -(-size // 8) + 1
    assert sum(word.bit_count() for word in words.tolist()) == 8 * size
