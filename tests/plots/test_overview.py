"""One page of all."""

from __future__ import annotations

import numpy as np

import neurograph as ng
from neurograph import plots
from tests.plots.figures import X, Y, drawn


def test_an_overview_of_one_fit_is_that_of_a_list_of_it(fit):
    pruned = ng.prune(fit.network, ng.pruning.magnitude(fraction=0.5)).network
    one, many = (plots.overview(fits, pruned, X, Y) for fits in (fit, [fit]))
    assert [text.get_text() for text in one.axes[0].get_legend().get_texts()] == ["one run"]
    assert np.array_equal(*(drawn(figure).buffer_rgba() for figure in (one, many)))
