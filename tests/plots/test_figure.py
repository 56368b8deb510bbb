"""A figure shows itself in a notebook."""

from io import BytesIO

import matplotlib.image
import numpy as np
import pytest

import neurograph as ng


def figures():
    """One of each kind of new figure."""
    x, y = ng.tasks.logic("xor")
    network = ng.compile(ng.topologies.complete(2, 3, 1, bias=True, seed=0))
    fit = ng.train(network, x, y, epochs=2, seed=0)
    return {
        "network": ng.plots.network(network),
        "cost": ng.plots.cost(fit),
        "overview": ng.plots.overview(fit, network, x, y),
    }


@pytest.mark.parametrize("name", ["network", "cost", "overview"])
def test_a_notebook_asks_for_a_picture_and_gets_the_one_that_is_saved(name):
    figure = figures()[name]
    shown = matplotlib.image.imread(BytesIO(figure._repr_png_()))
    file = BytesIO()
    figures()[name].savefig(file, format="png")
    saved = matplotlib.image.imread(BytesIO(file.getvalue()))
    assert np.abs(shown - saved).mean() < 0.01 < np.abs(shown[::-1] - saved).mean()  # labels may move a little
    width, height = figure.get_size_inches() * figure.dpi
    assert np.allclose(shown.shape[:2], (height, width), atol=1)
    assert shown.std() > 0.05
