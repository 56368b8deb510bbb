"""Huffman codes, against their bounds."""

import itertools

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from neurograph.compression.huffman import LONGEST, PEEK, Code


@settings(max_examples=100, deadline=None)
@given(counts=st.lists(st.integers(0, 10**6), max_size=300))
def test_a_code_is_within_a_bit_of_the_entropy_and_can_be_told_apart(counts):
    counts = np.array(counts, np.int64)
    code = Code.of(counts)
    used = counts > 0
    assert np.array_equal(code.lengths > 0, used)
    assert code.whole
    if used.sum() > 1:
        share = counts[used] / counts.sum()
        bits = share @ code.lengths[used]
        assert -(share @ np.log2(share)) - 1e-9 <= bits < 1.0 - share @ np.log2(share)
    words = [format(code.codes[k], f"0{code.lengths[k]}b") for k in np.flatnonzero(used)]
    words.sort()
    assert not any(after.startswith(before) for before, after in itertools.pairwise(words))


def test_no_code_is_too_long():
    fibonacci = [1, 1]
    while len(fibonacci) < 60:
        fibonacci.append(fibonacci[-1] + fibonacci[-2])
    code = Code.of(np.array(fibonacci))
    assert code.lengths.max() <= LONGEST
    assert code.whole


def test_the_table_finds_the_symbol_that_some_bits_begin_with():
    """Against a search through all codes, for every PEEK bits there are."""
    code = Code.of(2 ** np.arange(20) // 50)
    words = {format(code.codes[k], f"0{code.lengths[k]}b"): k for k in np.flatnonzero(code.lengths)}
    assert max(map(len, words)) > PEEK
    for bits, entry in enumerate(code.table.tolist()):
        text = format(bits, f"0{PEEK}b")
        found = [(symbol, len(word)) for word, symbol in words.items() if text.startswith(word)]
        assert ([(entry >> 8, entry & 255)] if entry >= 0 else []) == found
