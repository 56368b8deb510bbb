"""The loops that read packed weights; machine_code.py compiles this text.

The bits are a row's number of entries, then for each entry the gap to the one before and its level, row after row. A
number n >= 1 is the Huffman code of k = floor(log2 n), then the k bits of n - 2**k. Where hardly two weights are equal,
`coded` is False: no level stands there, and each entry has a value of its own. LONGEST and PEEK are
written by machine_code.py in front of this text.
"""
# mypy: disable-error-code="no-untyped-def,no-untyped-call"

from __future__ import annotations

import numpy as np

LONGEST = 24
"""Most bits of a code."""

PEEK = 12
"""Bits that are looked up at once; longer codes are found by their length."""


def peek(words, place, count):
    """Return the `count` bits (1 to 48) from a place on, as a number."""
    at = np.uintp(place >> 6)
    shift = np.uint64(place & 63)
    window = words[at] << shift
    if shift:
        window |= words[at + np.uintp(1)] >> (np.uint64(64) - shift)
    return np.int64(window >> np.uint64(64 - count))


def symbol(words, place, code):
    """Return the symbol whose code begins at a place, and where it ends; -1 if there is none."""
    table, order, first, start, many = code
    entry = table[peek(words, place, PEEK)]
    if entry >= 0:
        return entry >> 8, place + (entry & 255)
    for length in range(PEEK + 1, LONGEST + 1):
        rank = peek(words, place, length) - first[length]
        if 0 <= rank < many[length]:
            return order[start[length] + rank], place + length
    return np.int64(-1), place


def number(words, place, code):
    """Return the number >= 1 that begins at a place, and where it ends; 0 if there is none."""
    extra, place = symbol(words, place, code)
    if extra < 0:
        return np.int64(0), place
    if extra == 0:
        return np.int64(1), place
    return (np.int64(1) << extra) + peek(words, place, extra), place + extra


def unpack(words, bits, counts, gaps, levels, coded, shape, indptr, indices, found):
    """Write the CSR arrays, `found` the place of each entry's level; give 0, or the first row that is damaged + 1."""
    place, entry = np.int64(0), np.int64(0)
    for row in range(shape[0]):
        if place >= bits:
            return row + 1
        left, place = number(words, place, counts)
        if left < 1 or entry + left - 1 > indices.size:
            return row + 1
        column = np.int64(-1)
        for _ in range(left - 1):
            if place >= bits:
                return row + 1
            gap, place = number(words, place, gaps)
            column += gap
            if gap < 1 or column >= shape[1]:
                return row + 1
            level = entry
            if coded:
                level, place = symbol(words, place, levels)
            if level < 0:
                return row + 1
            indices[entry] = column
            found[entry] = level
            entry += 1
        indptr[row + 1] = entry
    return 0 if place == bits and entry == indices.size else shape[0] + 1


def multiply(words, counts, gaps, levels, coded, values, right, result):
    """Add the product with `right` (columns, k) to `result` (rows, k); the bits were unpacked once, so are whole."""
    place, entry = np.int64(0), np.int64(0)
    for row in range(result.shape[0]):
        left, place = number(words, place, counts)
        column = np.int64(-1)
        for _ in range(left - 1):
            gap, place = number(words, place, gaps)
            column += gap
            level = entry
            if coded:
                level, place = symbol(words, place, levels)
            weight = values[level]
            for lane in range(right.shape[1]):
                result[row, lane] += weight * right[column, lane]
            entry += 1
