"""Rules beside the gradient."""

from __future__ import annotations

import numpy as np
import pytest
from matplotlib.colors import to_hex

import neurograph as ng
from neurograph import plots
from tests.plots.figures import X, Y, drawn, history, lines
from tests.plots.test_drawing import LEARNERS


def test_each_rule_is_a_line_of_its_course(network):
    histories = {rule.name: ng.gradient_history(network, X, Y, rule, epochs=3, seed=0) for rule in LEARNERS}
    figure = plots.gradient(histories)
    for ax, number in zip(figure.axes, ("cosine", "relative_error"), strict=True):
        assert len(lines(ax)) == len(histories)
        for line, checks in zip(lines(ax), histories.values(), strict=True):
            assert line.get_xdata().tolist() == [0, 1, 2, 3]
            assert np.array_equal(line.get_ydata(), [getattr(check, number) for check in checks], equal_nan=True)
    legend = figure.axes[0].get_legend()
    assert [text.get_text() for text in legend.get_texts()] == ["vector field", "deep"]
    assert len({(to_hex(line.get_color()), line.get_linestyle()) for line in legend.get_lines()}) == 2
    assert figure.axes[1].get_yscale() == "log"


def test_cosines_below_0_are_shown_only_where_there_are_some():
    above, below = plots.gradient({"a": history(0.2, 1.0)}), plots.gradient({"a": history(0.2, -0.6, 1.0)})
    assert above.axes[0].get_ylim()[0] == pytest.approx(-0.03)
    assert below.axes[0].get_ylim()[0] == pytest.approx(-1.03)
    assert all(figure.axes[0].get_ylim()[1] > 1.0 for figure in (above, below))


def test_a_check_that_is_nan_leaves_a_gap_and_alone_nothing():
    gap = plots.gradient({"a": history(0.9, np.nan, 0.8), "b": history(0.5)})
    assert np.isnan(lines(gap.axes[0])[0].get_ydata()).tolist() == [False, True, False]
    assert gap.axes[0].lines[1].get_marker() == "o"
    nothing = plots.gradient({"a": history(np.nan, relative_error=np.nan)})
    assert nothing.axes[1].get_yscale() == "linear"
    drawn(gap), drawn(nothing)


def test_lines_that_meet_both_show():
    figure = plots.gradient({str(k): history(1.0, 1.0, 1.0) for k in range(4)})
    widths = [line.get_linewidth() for line in lines(figure.axes[0])]
    assert widths == sorted(widths, reverse=True)
    assert len(set(widths)) == 4


@pytest.mark.parametrize(
    ("histories", "message"),
    [
        (history(1.0), "histories is of type list: expected a name for each history"),
        ({}, "histories is empty: expected a name"),
        ({"deep": []}, "histories has .* under 'deep': expected at least one GradientCheck"),
        ({"deep": history(1.0)[0]}, "under 'deep'"),
        ({"deep": [0.9, 1.0]}, "under 'deep'"),
    ],
)
def test_what_is_no_course_is_refused(histories, message):
    with pytest.raises(ng.ParameterError, match=message):
        plots.gradient(histories)
