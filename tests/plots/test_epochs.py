"""Cost and error over epochs."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pytest

import neurograph as ng
from neurograph import plots
from tests.plots.figures import X, Y, complete


def histories(fit, *costs):
    """Fits with these costs; a sample is wrong while the cost is above 0.2."""
    return [
        replace(fit, history={"cost": np.array(values), "error": (np.array(values) > 0.2).astype(float)})
        for values in costs
    ]


def test_cost_shows_median_and_quartiles_of_runs_that_keep_their_last_value(fit):
    fits = histories(fit, [0.9, 0.5, 0.01], [0.8, 0.05], [0.4], [0.7, 0.6, 0.3, 0.2])
    upper, lower = plots.cost(fits).axes
    padded = [[0.9, 0.5, 0.01, 0.01], [0.8, 0.05, 0.05, 0.05], [0.4] * 4, [0.7, 0.6, 0.3, 0.2]]
    for ax, values in ((upper, np.array(padded)), (lower, (np.array(padded) > 0.2).astype(float))):
        (line,) = ax.lines
        assert np.array_equal(line.get_xdata(), [1, 2, 3, 4])
        assert np.allclose(line.get_ydata(), np.median(values, axis=0))
        corners = ax.collections[0].get_paths()[0].vertices
        for epoch, low, high in zip(range(1, 5), *np.quantile(values, (0.25, 0.75), axis=0), strict=True):
            here = corners[corners[:, 0] == epoch, 1]
            assert np.allclose([here.min(), here.max()], [low, high])
    assert upper.get_yscale() == "log"
    assert [text.get_text() for text in upper.get_legend().get_texts()] == ["median of 4 runs", "quartiles"]


def test_cost_of_one_run_is_the_run(fit):
    (only,) = histories(fit, [0.5, 0.4, 0.3])
    upper, _ = plots.cost(only).axes
    assert np.array_equal(upper.lines[0].get_ydata(), [0.5, 0.4, 0.3])
    assert not upper.collections
    assert upper.get_yscale() == "linear"


def test_cost_of_one_epoch_can_be_seen(fit):
    upper, lower = plots.cost(histories(fit, [0.5], [0.3])).axes
    assert upper.lines[0].get_marker() == "o"
    assert [tick for tick in lower.get_xticks() if 0.5 <= tick <= 1.5] == [1.0]


def test_cost_that_reaches_zero_is_not_on_a_log_scale(fit):
    assert plots.cost(histories(fit, [1.0, 0.01, 0.0])).axes[0].get_yscale() == "linear"


@pytest.mark.parametrize(
    ("fits", "message"),
    [
        ([], "fits is empty"),
        ([3], "fits holds 3"),
        (3, "fits is of type int: expected a TrainingState"),
        (ng.compile(complete()), "fits is of type Network: expected a TrainingState"),
    ],
)
def test_cost_and_overview_refuse_what_is_no_fit(network, fits, message):
    with pytest.raises(ng.ParameterError, match=message):
        plots.cost(fits)
    with pytest.raises(ng.ParameterError, match=message):
        plots.overview(fits, network, X, Y)


@pytest.mark.parametrize("ax", [5, "ax", []])
def test_cost_refuses_what_are_not_two_axes(fit, ax):
    with pytest.raises(ng.ParameterError, match=re.escape(f"ax is {ax!r}: expected 2 Axes")):
        plots.cost(fit, ax=ax)
