"""Small curves: the right points, gaps where nothing is finite, words for who cannot see them."""

import re

import numpy as np
import pytest

from neurograph.drawing.chart import BELOW, HEIGHT, LEFT, POINTS, WIDTH, chart
from tests.drawing.checked_html import read


def points(html):
    """Return the points of each curve, one list a stroke."""
    paths = re.findall(r'<path d="([^"]*)" fill="none" stroke="#', html)
    return [
        [
            [tuple(map(float, one.split())) for one in re.split("L|h0L?", stroke) if one]
            for stroke in path.split("M")[1:]
        ]
        for path in paths
    ]


def test_a_line_goes_from_corner_to_corner():
    ((stroke,),) = points(chart([1, 2, 3], {"cost": np.array([4.0, 3.0, 2.0])}, "epochs"))
    across, down = np.transpose(stroke)
    assert (across[0], across[-1]) == (LEFT, WIDTH - 6)
    assert (down[0], down[-1]) == (6.0, HEIGHT - BELOW - 4)
    assert down[1] == pytest.approx((down[0] + down[-1]) / 2)


def test_what_spans_decades_is_drawn_by_its_logarithm():
    html = chart([0, 1, 2], {"cost": np.array([1.0, 1e-2, 1e-4])}, "epochs")
    ((stroke,),) = points(html)
    down = np.transpose(stroke)[1]
    assert down[1] == pytest.approx((down[0] + down[2]) / 2)
    assert "on a logarithmic scale" in read(html).text
    assert "logarithmic" not in chart([0, 1], {"cost": np.array([1.0, 0.0])}, "epochs")


def test_a_line_breaks_off_where_it_is_not_finite():
    html = chart(range(5), {"cost": np.array([1.0, np.nan, 2.0, np.inf, 1.5])}, "epochs")
    assert [len(stroke) for stroke in points(html)[0]] == [1, 1, 1]
    assert chart([1, 2], {"cost": np.full(2, np.nan)}, "epochs") == chart([], {"cost": np.empty(0)}, "epochs") == ""


@pytest.mark.parametrize("value", [0.0, -3.0, 1e308, -1e308])
def test_equal_numbers_stand_in_the_middle(value):
    ((stroke,),) = points(chart([1, 2], {"a": np.full(2, value)}, "time"))
    assert {y for _, y in stroke} == {6 + (HEIGHT - BELOW - 10) / 2}


@pytest.mark.parametrize("line", [[1e-5, 1.0, -np.inf], [1e-5, 1.0, np.inf], [1e-300, 1e300, np.nan]])
def test_a_logarithm_is_drawn_of_what_is_finite(line):
    """Warnings are errors here."""
    ((stroke,),) = points(chart([1, 2, 3], {"a": np.array(line)}, "time"))
    assert [y for _, y in stroke] == [HEIGHT - BELOW - 4, 6.0]


def test_the_largest_floats_have_a_place():
    ((stroke,),) = points(chart([1, 2], {"a": np.array([-1.7e308, 1.7e308])}, "time"))
    assert [y for _, y in stroke] == [HEIGHT - BELOW - 4, 6.0]


def test_a_picture_has_words_and_a_legend_and_not_too_many_points():
    lines = {f"<{k}>": np.linspace(0.0, 1.0 + k, 5000) for k in range(8)}
    html = chart(np.arange(5000), lines, "time")
    page = read(html)
    (svg,) = [one for one, tag in zip(page.attributes, page.tags, strict=True) if tag == "svg"]
    assert svg["role"] == "img"
    assert svg["aria-label"].startswith("Curves over time. <0>: from 0 to 1; <1>: from 0 to 2;")
    assert "and 2 more" in page.text
    assert [sum(map(len, strokes)) for strokes in points(html)] == [POINTS] * 6
    one = chart([3.0], {"a": np.array([1.0])}, "time")
    assert points(one) == [[[(LEFT + (WIDTH - LEFT - 6) / 2, 6 + (HEIGHT - BELOW - 10) / 2)]]]


def test_complex_numbers_are_drawn_by_their_real_part():
    line = np.array([1.0 + 5j, 2.0 - 7j])
    assert chart([0, 1], {"a": line}, "time") == chart([0, 1], {"a": line.real}, "time")
