"""A number that is written is read back as it was, with its unit."""

import hypothesis.extra.numpy as hnp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from neurograph.brian.importing import load_brian2
from neurograph.brian.units import with_unit, written

UNITS = ("second", "hertz", "volt")
numbers = st.floats(allow_nan=False, allow_infinity=False) | hnp.arrays(
    np.float64, st.integers(1, 4), elements=st.floats(-1e6, 1e6)
)


@given(numbers, st.sampled_from([None, *UNITS]), st.booleans())
def test_what_is_written_is_read_back(value, unit, once):
    brian2 = load_brian2()
    given_value = value if unit is None else value * getattr(brian2, unit)
    names = {"np": np, "float": float, **{name: getattr(brian2, name) for name in UNITS}}
    found = eval(written(given_value, once), names)
    assert np.array_equal(np.broadcast_to(np.asarray(found), np.shape(value)), np.asarray(value))
    assert brian2.have_same_dimensions(found, given_value)


@pytest.mark.parametrize("value", [np.inf, -np.inf, np.nan, [1.0, np.inf, -np.inf], [np.nan, -0.5]])
def test_numbers_without_a_literal_are_written_too(value):
    assert np.array_equal(eval(written(value), {"np": np, "float": float}), value, equal_nan=True)


def test_equal_numbers_are_written_once_where_that_is_asked():
    assert written(np.full(3, 0.5)) == "0.5"
    assert written(np.full(3, 0.5), once=False) == "np.array([0.5, 0.5, 0.5])"


def test_a_quantity_keeps_its_unit():
    brian2 = load_brian2()
    time = 3 * brian2.ms
    assert with_unit(time, brian2.volt.dim) is time
    assert with_unit(0.003, brian2.second.dim) == time
