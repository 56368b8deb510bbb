"""What an argument may be."""

import math
import sys
import types
import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from neurograph import _checks
from neurograph._checks import (
    Printed,
    available_memory,
    check_mask,
    check_memory,
    checked_generator,
    checked_number,
    checked_whole,
    public_names,
)
from neurograph.errors import DataError, GraphTooLargeError, ParameterError


@given(value=st.floats() | st.integers(-10, 10), low=st.integers(-5, 5), width=st.integers(1, 5))
def test_a_number_is_taken_exactly_where_it_is_within_its_bounds(value, low, width):
    high = low + width
    for bounds, allowed in (
        ({}, math.isfinite(value)),
        ({"least": low, "most": high}, low <= value <= high),
        ({"above": low, "below": high}, low < value < high),
    ):
        if allowed:
            assert checked_number("n", value, **bounds) == value
        else:
            with pytest.raises(ParameterError, match="n is "):
                checked_number("n", value, **bounds)


@pytest.mark.parametrize("value", [True, "1", b"1", None, 1j, [1.0], np.ones(1), np.bool_(True), 10**400])
def test_what_is_no_number_is_refused(value):
    with pytest.raises(ParameterError, match=r"n is .*: expected a finite number"):
        checked_number("n", value)


@pytest.mark.parametrize(
    ("bounds", "words"),
    [
        ({"least": 0.0, "most": 1.0}, "expected a number from 0 to 1, a share"),
        ({"above": 0.0}, "expected a finite number > 0, a share"),
        ({"least": 0.0, "below": 1.0}, "expected a finite number >= 0 and < 1, a share"),
        ({}, "expected a finite number, a share"),
    ],
)
def test_the_error_says_what_was_expected(bounds, words):
    with pytest.raises(ParameterError) as caught:
        checked_number("n", math.nan, **bounds, remark=", a share")
    assert str(caught.value) == f"n is nan: {words}"


@pytest.mark.parametrize(
    ("value", "allowed"), [(2, True), (np.int8(5), True), (1, False), (True, False), (2.0, False), ("2", False)]
)
def test_a_whole_number_is_at_least_the_least(value, allowed):
    if allowed:
        assert type(checked_whole("n", value, 2)) is int
        assert checked_whole("n", value, 2) == value
    else:
        with pytest.raises(ParameterError, match="expected a whole number >= 2"):
            checked_whole("n", value, 2)


@pytest.mark.parametrize(
    ("values", "place"),
    [
        (np.ma.array([1.0, 2.0], mask=[0, 1]), r"\[1\]"),
        (np.ma.array(np.ones((2, 3)), mask=np.eye(2, 3)), r"\[0, 0\]"),
        ([[1.0, 2.0], np.ma.array([1.0, 2.0], mask=[0, 1])], r"\[1, 1\]"),
        ((1.0, 2.0, np.ma.masked), r"\[2\]"),
        (np.ma.masked, ""),
        (np.ma.array([1, 2], mask=True), r"\[0\]"),
    ],
)
def test_a_masked_entry_is_refused_by_its_place_and_the_remedy_fills_it(values, place):
    with pytest.raises(DataError, match=f"^x{place} is masked: expected a value there; ") as refused:
        check_mask("x", values, DataError)
    code = str(refused.value).partition("; ")[2].removesuffix(" puts 0 there")
    with warnings.catch_warnings():  # numpy's own, of a masked number in a list
        warnings.simplefilter("ignore")
        filled, hidden = eval(code, {"np": np, "x": values}), np.ma.getmaskarray(np.ma.array(values))
    check_mask("x", filled)
    assert np.array_equal(filled == 0, hidden)


@pytest.mark.parametrize("values", [np.ma.array([1.0, 2.0]), np.ones(2), [np.ma.array([1.0])], None, "x", 1.0, {}])
def test_what_has_no_mask_set_is_no_concern(values):
    check_mask("x", values)


def test_a_seed_draws_the_same_and_a_generator_goes_on():
    assert checked_generator(3).random() == checked_generator(np.int64(3)).random() == np.random.default_rng(3).random()
    rng = np.random.default_rng(0)
    assert checked_generator(rng) is rng
    assert checked_generator(None).random() != checked_generator(None).random()
    with pytest.raises(ParameterError, match="seed is -1: expected a whole number >= 0, a numpy"):
        checked_generator(-1)


def test_the_memory_is_what_linux_says_and_unknown_elsewhere(tmp_path, monkeypatch):
    meminfo = tmp_path / "meminfo"
    meminfo.write_text("MemTotal:  9 kB\nMemAvailable:       4 kB\n")
    monkeypatch.setattr(_checks, "MEMINFO", str(meminfo))
    assert available_memory() == 4096
    check_memory(4096, "this", "take less")
    with pytest.raises(GraphTooLargeError, match=r"^this takes about .* GiB of memory, .* available: take less$"):
        check_memory(4097, "this", "take less")
    meminfo.write_text(f"MemAvailable: {3 * 2**19} kB\n")
    with pytest.raises(GraphTooLargeError) as refused:
        check_memory(5 * 2**29, "this", "take less")
    assert str(refused.value) == "this takes about 2.5 GiB of memory, and 1.5 GiB are available: take less"
    for text in ("MemTotal: 9 kB\n", "MemAvailable: much\n", "MemAvailable:\n"):
        meminfo.write_text(text)
        assert available_memory() is None
        check_memory(2**80, "this", "take less")
    meminfo.unlink()
    assert available_memory() is None


def test_public_functions_and_classes_refuse_arguments_that_they_do_not_have():
    class Point:
        def __init__(self, x=1):
            self.x = x

    def double(x):
        return 2 * x

    module = types.ModuleType("made_for_this_test")
    double.__module__ = module.__name__
    vars(module).update(Point=Point, double=double, Wrong=KeyError, limit=3)
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(sys.modules, module.__name__, module)
        public_names(module.__name__, ["Point", "double", "Wrong", "limit"])
    assert (module.Point(x=5).x, module.Point().x, module.double(x=2), module.double(3)) == (5, 1, 4, 6)
    for thing in (module.Point, module.double):
        with pytest.raises(ParameterError, match=rf"^{thing.__name__}\(\) has no argument 'X': expected x=; its arg"):
            thing(X=2)
    assert dir(module) == ["Point", "Wrong", "double", "limit"]
    with pytest.raises(AttributeError, match="module 'made_for_this_test' has no attribute 'doubled': expected double"):
        _ = module.doubled


def test_what_is_printed_is_the_repr_in_lines_that_hang_by_four(monkeypatch):
    class Thing(Printed):
        def __repr__(self):
            return "Thing(" + ", ".join(f"name{k}={k}" for k in range(60)) + ")"

    monkeypatch.setenv("COLUMNS", "80")
    first, *others = str(Thing()).splitlines()
    assert first.startswith("Thing(name0=0, ")
    assert len(others) > 3
    assert {line[:8] for line in others} == {"    name"}
    assert " ".join([first, *map(str.strip, others)]) == repr(Thing())
