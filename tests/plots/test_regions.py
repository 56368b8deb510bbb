import numpy as np
import pytest

import neurograph as ng
from tests.plots.figures import drawn
from tests.regions.networks import decided, network


def test_regions_are_framed_over_the_decision_map():
    net = decided("clip", False, 2)
    region = ng.characterise(net, [0.45, 0.55], release=False, budget=20.0)
    figure = ng.plots.regions(region, grid=21)
    ax = figure.axes[0]
    (frame,) = ax.patches
    assert np.allclose([frame.get_x(), frame.get_y()], region.box[0])
    assert np.allclose([frame.get_width(), frame.get_height()], region.box[1] - region.box[0])
    assert frame.get_linestyle() in ("-", "solid")
    assert np.allclose(ax.lines[0].get_xydata(), [[0.45, 0.55]])
    assert ax.images[0].get_array().shape == (21, 21)
    drawn(figure)


def test_two_of_several_inputs_are_chosen_and_a_box_beside_the_plane_is_dashed():
    net = network("clip", False, seed=2, inputs=3)
    x0 = np.array([0.45, 0.55, 0.05])
    region = ng.characterise(net, x0, release=False, budget=20.0)
    figure = ng.plots.regions([region], inputs=("x2", "x0"), grid=11)
    (frame,) = figure.axes[0].patches
    assert np.allclose([frame.get_x(), frame.get_y()], region.box[0][[2, 0]])
    meets = region.box[0][1] <= x0[1] <= region.box[1][1]
    assert (frame.get_linestyle() in ("-", "solid")) == meets
    assert figure.axes[0].get_xlabel() == "input x2"


def test_what_cannot_be_drawn_is_refused():
    one = ng.characterise(decided("clip", False, 2), [0.45, 0.55], release=False, budget=20.0)
    other = ng.characterise(decided("relu", False, 2), [0.45, 0.55], release=False, budget=20.0)
    for given, options, words in (
        ([], {}, "expected what neurograph.characterise returns"),
        ([one, other], {}, "of another network"),
        (one, {"inputs": ("x0", "h0")}, "expected two of"),
        (one, {"output": 2}, "from 0 to 1"),
        (one, {"grid": 1}, "grid is 1"),
    ):
        with pytest.raises(ng.ParameterError, match=words):
            ng.plots.regions(given, **options)
