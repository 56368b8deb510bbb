"""Frozen arrays, in this process and in others."""

import pickle
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from neurograph._arrays import FrozenArrays, Rows, frozen, rising


@dataclass(frozen=True, eq=False)
class Pair(FrozenArrays):
    values: np.ndarray
    name: str

    @cached_property
    def total(self):
        return self.values.sum()


def test_what_is_pickled_comes_back_read_only_and_without_what_was_computed():
    pair = Pair(frozen(np.arange(3.0)), "three")
    assert pair.total == 3.0
    back = pickle.loads(pickle.dumps(pair))
    assert np.array_equal(back.values, pair.values)
    assert back.name == "three"
    assert "total" in vars(pair)
    assert "total" not in vars(back)
    assert back.total == 3.0
    with pytest.raises(ValueError, match="read-only"):
        back.values[0] = 1.0


def test_a_frozen_array_is_the_same_one_read_only():
    array = np.zeros(2)
    assert frozen(array) is array
    with pytest.raises(ValueError, match="read-only"):
        array[0] = 1.0


@dataclass(frozen=True, eq=False, repr=False)
class Squares(Rows):
    words: tuple = ("a", "b", "c")

    def made(self, word, number):
        return self.words[word], number**2

    def same(self, other):
        return isinstance(other, Squares) and other.words is self.words


def squares(*rows):
    words, numbers = zip(*rows, strict=True) if rows else ((), ())
    return Squares((np.array(words, np.int32), np.array(numbers, np.float64)))


def test_rows_behave_as_the_tuple_of_them():
    rows, plain = squares((0, 1), (2, 2), (1, -3)), (("a", 1.0), ("c", 4.0), ("b", 9.0))
    assert rows == plain
    assert plain == rows
    assert rows != plain[:2]
    assert rows != list(plain)
    assert tuple(rows) == plain
    assert [type(part) for part in rows[0]] == [str, float]
    assert (len(rows), rows[-1], rows[np.int64(1)]) == (3, plain[-1], plain[1])
    assert [*reversed(rows)] == [*reversed(plain)]
    for part in (slice(1, None), slice(None, None, -1), slice(5, 9)):
        assert rows[part] == plain[part]
        assert isinstance(rows[part], Squares)
    assert (hash(rows), repr(rows)) == (hash(plain), repr(plain))
    assert plain[1] in rows
    assert ("a", 4.0) not in rows
    assert (rows.index(plain[2]), rows.count(plain[2])) == (2, 1)
    assert rows + plain == plain + rows == plain + plain
    assert isinstance(rows + rows, Squares)
    assert rows + rows == plain + plain
    assert rows == squares((0, 1), (2, 2), (1, -3))
    assert rows != squares((0, 1), (2, 2), (1, 4))
    assert not squares()
    assert squares() == ()
    assert pickle.loads(pickle.dumps(rows)) == plain
    for wrong, error in ((3, IndexError), (-4, IndexError), ("a", TypeError), (1.0, TypeError)):
        with pytest.raises(error):
            rows[wrong]
    with pytest.raises(TypeError):
        _ = rows + [1]  # noqa: RUF005  (what adding does is what is tested)
    with pytest.raises(ValueError, match="read-only"):
        rows.columns[0][0] = 1


def test_many_rows_are_made_in_parts_and_printed_by_their_ends():
    rows = squares(*((k % 3, k) for k in range(40_000)))
    assert list(rows)[39_999] == rows[-1] == ("a", 39_999.0**2)
    assert "39,994 more" in repr(rows)


@settings(max_examples=100)
@given(st.lists(st.floats(width=32) | st.sampled_from([0.0, -0.0, 1.0, np.inf, -np.inf]), max_size=60))
def test_rising_is_a_stable_argsort(values):
    values = np.array(values, np.float64)
    values[::3] = np.nextafter(values[::3], np.inf)  # which differ in the last bits alone
    assert np.array_equal(rising(values), np.argsort(values, kind="stable"))
    with np.errstate(over="ignore", invalid="ignore"):
        small = values.astype(np.float32)
    assert np.array_equal(rising(small), np.argsort(small, kind="stable"))
