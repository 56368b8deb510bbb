"""Cards: escaped, closed, whole or cut with a word about what is left out."""

import math

import numpy as np
import pytest

from neurograph.drawing.card import LONGEST, Carded, Html, card, code, escaped, facts, folded, marked, paragraph, table
from tests.drawing.checked_html import read

EVIL = '<script>alert("x")</script>&\''


def test_every_part_escapes_what_a_user_gave():
    parts = [facts({EVIL: EVIL}), table([EVIL], [[EVIL]], 1, EVIL), paragraph(EVIL), folded(EVIL, paragraph(EVIL))]
    page = read(card(EVIL, EVIL, [*parts, code(EVIL), marked(EVIL, "#000000")]))
    assert page.text.count('<script>alert("x")</script>&') == 12


@pytest.mark.parametrize(("value", "text"), [
    (3, "3"), (12345, "12,345"), (np.int64(1000), "1,000"), (0.5, "0.5"), (np.float32(1 / 3), "0.3333"), (True, "True"),
    (math.nan, "nan"), (-math.inf, "-inf"), (1.5 + 2j, "1.5+2j"), (None, "-"), ("a\nb", "a b"),
    (("h", 1), "(&#x27;h&#x27;, 1)"),
    ("\ud800", "?"), ("x" * 99, "x" * (LONGEST - 1) + "…"), (Html("<b>b</b>"), "<b>b</b>"),
])  # fmt: skip
def test_a_value_as_html(value, text):
    assert escaped(value) == text


def test_facts_leave_out_what_is_empty_and_cut_nothing():
    page = read(facts({"a": "x" * 500, "b": "", "c": 0}))
    assert page.rows == [["a", "x" * 500], ["c", "0"]]
    assert facts({"b": ""}) == ""


def test_a_table_aligns_numbers_and_says_how_many_rows_are_left_out():
    page = read(table(["name", "n", "z"], [("a", 1, "+1.5"), ("b", None, ""), ("1", 2.5, "-")], more=1200, caption="c"))
    assert page.rows == [
        ["name", "n", "z"],
        ["a", "1", "+1.5"],
        ["b", "-", ""],
        ["1", "2.5", "-"],
        ["... and 1,200 more"],
    ]
    sides = [
        one["style"].rpartition(":")[2] for one, tag in zip(page.attributes, page.tags, strict=True) if tag == "td"
    ]
    assert sides[:3] == ["left", "right", "right"]
    assert "more" not in table(["a"], [], 0)
    assert "c" * 150 in table(["a"], [], 0, "c" * 150)


def test_complex_numbers_stand_to_the_right():
    assert "text-align:right" in table(["w"], [[1.5 + 2j], [1e-20 - 1j], [math.nan], [-math.inf]])


def test_code_keeps_its_lines():
    assert read(code("a = 1\nb < 2")).texts == ["a = 1", "b < 2"]


def test_a_card_is_what_the_repr_says_and_its_parts():
    class Result(Carded):
        def __repr__(self):
            return "Result(of <two> (2) things)"

        def _parts(self):
            yield paragraph("more")
            yield Html()

    page = read(Result()._repr_html_())
    assert page.texts == ["Result", " ", "of <two> (2) things", "more"]
    assert page.tags.count("div") == 4  # none of the empty part
    assert str(Result()) == repr(Result())
