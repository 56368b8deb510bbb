import numpy as np
import pytest

import neurograph as ng
from neurograph import plots


def test_the_line_is_the_share_of_right_answers_at_each_step():
    rng = np.random.default_rng(0)
    outputs, y = rng.normal(size=(20, 7, 3)), rng.integers(0, 3, (20, 7))
    y[:, :4] = 1
    ax = plots.recall({"one": outputs, "other": -outputs}, y).axes[0]
    for line, given in zip(ax.lines, (outputs, -outputs), strict=True):
        wanted = [np.mean([given[k, t].argmax() == y[k, t] for k in range(20)]) for t in range(7)]
        assert np.allclose(line.get_ydata(), wanted)
        assert line.get_xdata().tolist() == list(range(1, 8))
    assert [text.get_text() for text in ax.get_legend().get_texts()][-2:] == ["one", "other"]
    (band,) = ax.patches
    assert (band.get_x(), band.get_x() + band.get_width()) == (4.5, 7.5)


def test_of_the_copying_task_the_last_ten_steps_are_to_be_recalled():
    x, y = ng.tasks.copying(5, 30, seed=0)
    network = ng.compile(ng.topologies.unitary(10, 4, 9, seed=0), ng.dynamics.unitary())
    ax = plots.recall(ng.simulate(network, x).outputs, y).axes[0]
    (band,) = ax.patches
    assert (band.get_x(), band.get_x() + band.get_width()) == (15.5, 25.5)
    assert len(ax.lines) == 1


def test_where_all_answers_are_alike_there_is_no_band_and_no_legend():
    ax = plots.recall(np.ones((2, 3, 2)), np.zeros((2, 3), int)).axes[0]
    assert not ax.patches
    assert ax.get_legend() is None


@pytest.mark.parametrize(
    ("outputs", "y", "words"),
    [
        (np.ones((2, 3)), np.zeros((2, 3), int), r"shape \(2, 3\)"),
        (np.ones((2, 3, 2)), np.zeros((2, 3)), "class labels"),
        ({"a": np.ones((2, 4, 2))}, np.zeros((2, 3), int), r"outputs\['a'\]"),
        ({}, np.zeros((2, 3), int), "empty"),
    ],
)
def test_what_does_not_go_together_is_refused(outputs, y, words):
    with pytest.raises(ng.DataError, match=words):
        plots.recall(outputs, y)
