"""Labels as short texts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from neurograph.drawing.labels import LONGEST, short_names, shortened
from tests.strategies import LABELS


@given(nodes=st.lists(st.one_of(*LABELS), unique=True, max_size=8))
def test_every_node_has_a_short_name_of_its_own(nodes):
    names = short_names(nodes)
    assert len(set(names)) == len(nodes)
    assert all(len(name.partition(" #")[0]) <= LONGEST + 2 for name in names)


@pytest.mark.parametrize(
    ("nodes", "names"),
    [
        (["x", ("h", 3), 7], ["x", "h,3", "7"]),
        ([1, "1", 2], ["1 #0", "1 #1", "2"]),
        (["two\nlines\tof text"], ["two lines of te…"]),
        ([("population", 12, "z")], ["popu…,12,z"]),
        ([()], ["()"]),
    ],
)
def test_names_are_cut_and_told_apart_by_their_place(nodes, names):
    assert short_names(nodes) == names


@given(text=st.text(max_size=30), most=st.integers(2, 20))
def test_a_shortened_text_is_the_text_or_its_beginning(text, most):
    short, line = shortened(text, most), " ".join(text.split())
    assert len(short) <= most
    assert short == line if len(line) <= most else line.startswith(short[:-1]) and short.endswith("…")
