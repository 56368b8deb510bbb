import numpy as np
import pytest

import neurograph as ng
from tests.plots.figures import drawn
from tests.sampling.networks import machine


@pytest.fixture(scope="module")
def samples():
    x = np.array([[1.0, 0.0, np.nan, np.nan], [0.0, 1.0, np.nan, 1.0]])
    return ng.sample(machine(visible=4, hidden=1, seed=0), x, samples=40, seed=0)


def test_each_image_is_shown_as_given_as_filled_in_and_as_it_is(samples):
    truth = np.array([[1.0, 0.0, 0.5, 0.0], [0.0, 1.0, 1.0, 1.0]])
    figure = ng.plots.infill(samples, (2, 2), truth)
    (ax,) = figure.axes
    image = ax.images[0].get_array()
    means = samples.means[:, 1:].reshape(2, 2, 2)
    assert image.shape == (3 * 2 + 2 * 2, 2 * 2 + 2, 3)
    assert np.allclose(image[4:6, 0:2, 0], 1.0 - means[0])
    assert np.allclose(image[4:6, 4:6, 0], 1.0 - means[1])
    assert np.allclose(image[8:10, 4:6, 0], 1.0 - truth[1].reshape(2, 2))
    free = image[0:2, 0:2][1, 0]
    assert free[0] < free[2]  # light blue
    assert np.allclose(image[0, 0], 0.0)
    assert [text.get_text() for text in ax.get_yticklabels()] == ["given", "filled in", "truth"]
    drawn(figure)


def test_the_first_images_are_drawn_and_the_truth_may_be_left_out(samples):
    figure = ng.plots.infill(samples, (1, 4), most=1)
    assert figure.axes[0].images[0].get_array().shape == (1 + 2 + 1, 4, 3)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (((2, 3),), "there are 4 visible neurons"),
        (("2x2",), "rows and columns"),
        (((2, 2), [[0.5] * 4]), r"expected \(2, 4\)"),
        (((2, 2), [["a"] * 4] * 2), "cannot be read"),
        (((2, 2), [[2.0] * 4] * 2), "from 0 to 1"),
    ],
)
def test_what_is_no_image_is_refused(samples, arguments, words):
    with pytest.raises((ng.ParameterError, ng.DataError), match=words):
        ng.plots.infill(samples, *arguments)


def test_something_else_than_samples_is_refused():
    with pytest.raises(ng.ParameterError, match=r"expected what neurograph\.sample returns"):
        ng.plots.infill(np.zeros((2, 4)), (2, 2))
