"""The charts of a page: where a curve breaks, what needs no chart, and one epoch alone."""

import re

import numpy as np
import pytest

from neurograph.errors import ParameterError
from neurograph.html.curves import curves


def test_curves_break_where_a_number_is_missing():
    text = curves({"cost": [1.0, np.nan, 0.5, 0.01], "validation_cost": [1.0, 0.9, 0.8, 0.7], "edges": [4.0] * 4})
    lines = re.findall(r'<path[^>]* d="([^"]*)"', text)
    assert [line.count("M") for line in lines] == [1, 2]
    assert [len(re.findall("[ML]", line)) for line in lines] == [4, 3]
    assert "log scale" in text
    assert "In every epoch: edges 4." in text


def test_the_lowest_value_stands_at_the_bottom_and_the_highest_at_the_top():
    line = re.search(r' d="([^"]*)"', curves({"error": [1.0, 0.0, 0.5]})).group(1)
    points = [tuple(map(float, point.split())) for point in re.split("[ML]", line)[1:]]
    (_, first), (_, last), (_, middle) = points
    assert first < middle < last
    assert middle == pytest.approx((first + last) / 2, abs=0.1)
    assert [x for x, _ in points] == sorted(x for x, _ in points)


def test_a_long_curve_has_500_points_and_one_epoch_is_a_dot():
    assert len(re.findall("[ML]", re.search(r' d="([^"]*)"', curves({"cost": np.arange(9999.0)})).group(1))) == 500
    assert "In every epoch: cost 1." in curves({"cost": [1.0]})
    assert "<circle" in curves({"cost": [1.0], "validation_cost": [2.0]})


@pytest.mark.parametrize(
    ("history", "message"),
    [
        ({"cost": [[1.0]]}, r"history\['cost'\] has shape \(1, 1\)"),
        ({"cost": []}, "expected"),
        ({"cost": ["a"]}, "expected"),
        ({"cost": [1.0], "error": [1.0, 2.0]}, r"history\['error'\]"),
    ],
)
def test_what_is_no_series_is_refused_by_name(history, message):
    with pytest.raises(ParameterError, match=message):
        curves(history)


@pytest.mark.parametrize(
    ("counts", "marked"), [({2: 5, 3: 4}, True), ({2: 5, 3: 3}, False), ({2: 5, 4: 4}, False), ({}, False)]
)
def test_a_line_marks_the_epoch_where_the_history_is_that_of_the_logs(counts, marked):
    text = curves({"cost": [1.0, 0.5, 0.2], "edges": [6.0, 5.0, 4.0]}, counts)
    assert len(re.findall('<line class="mark"[^>]*data-epochs="3"', text)) == 2 * marked
    assert 'class="mark"' not in curves({"cost": [1.0, 0.5]}, {1: 5})
