"""Frozen arrays, in this process and in others."""

import pickle
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pytest

from neurograph._arrays import FrozenArrays, frozen


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
