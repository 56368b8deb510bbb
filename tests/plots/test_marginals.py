import numpy as np
import pytest

import neurograph as ng
from tests.plots.figures import drawn
from tests.sampling.networks import machine


def test_bars_are_the_exact_marginals_and_points_the_sampled_ones():
    samples = ng.sample(machine(visible=5, hidden=2, bias_node=True, seed=3), samples=400, chains=4, seed=0)
    figure = ng.plots.marginals(samples)
    upper, lower = figure.axes
    exact = np.sort(ng.exact_distribution(samples.network).marginals[:7])
    assert np.allclose([bar.get_height() for bar in upper.patches], exact)
    order = np.argsort(ng.exact_distribution(samples.network).marginals[:7])
    points = upper.containers[1].lines[0].get_ydata()
    assert np.allclose(points, samples.marginals[order])
    apart = (samples.marginals[order] - exact) / samples.standard_errors[order]
    assert np.allclose(lower.lines[-1].get_ydata(), apart)
    assert [text.get_text() for text in lower.get_xticklabels()] == [str(place) for place in order]
    drawn(figure)


def test_held_neurons_are_left_out_and_condition_the_others():
    network = machine(visible=4, seed=1)
    samples = ng.sample(network, [[1.0, np.nan, np.nan, 0.0]], samples=300, chains=2, seed=0)
    figure = ng.plots.marginals(samples)
    exact = ng.exact_distribution(network, [[1.0, np.nan, np.nan, 0.0]]).marginals[[1, 2]]
    assert np.allclose([bar.get_height() for bar in figure.axes[0].patches], np.sort(exact))


def test_what_has_no_exact_marginals_is_refused():
    network = machine(visible=2, seed=0)
    apart = ng.sample(network, [[1.0, np.nan], [0.0, np.nan]], samples=5, seed=0)
    with pytest.raises(ng.ParameterError, match="held differently"):
        ng.plots.marginals(apart)
    with pytest.raises(ng.ParameterError, match="at most 20"):
        ng.plots.marginals(ng.sample(machine(21, density=0.1), samples=5, seed=0))
    with pytest.raises(ng.ParameterError, match=r"expected what neurograph\.sample returns"):
        ng.plots.marginals(network)
