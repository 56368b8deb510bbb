"""Convergence, phase after phase."""

from __future__ import annotations

from dataclasses import replace

import networkx as nx
import numpy as np
import pytest

import neurograph as ng
from neurograph import plots
from neurograph.training.config import DEFAULT_BETA
from tests.plots.figures import EULER, X, Y, boundary, complete, drawn, lines


def test_convergence_shows_both_phases_one_after_the_other(network):
    upper, lower = plots.convergence(network, X, Y, beta=2.0, solver=EULER, sample=1).axes
    x, y = X[1:2], Y[1:2]
    free = ng.settle(network, x, solver=EULER, record=1)
    nudged = ng.settle(network, x, y=y, beta=2.0, solver=EULER, start=free.state, record=1)
    n, m = int(free.steps[0]), int(nudged.steps[0])
    expected = np.concatenate([free.trajectory.state[0, : n + 1], nudged.trajectory.state[0, 1 : m + 1]])
    shown = {line.get_label(): line.get_ydata() for line in lines(upper)}
    assert np.array_equal(shown["output y0"], expected[:, -1])
    hidden = np.array([line.get_ydata() for line in lines(upper) if line.get_label() != "output y0"])
    assert np.array_equal(hidden, expected[:, 3:8].T)
    for ax in (upper, lower):
        assert boundary(ax) == n
        assert ax.get_xlim() == (0, n + m)


def test_the_residual_is_the_speed_of_the_next_step_where_nothing_is_clipped():
    network = ng.compile(complete(), ng.dynamics.additive("tanh"))
    lower = plots.convergence(network, X, Y, beta=0.5, solver=EULER, sample="all").axes[1]
    shown = [line.get_ydata() for line in lines(lower)]
    free = ng.settle(network, X, solver=EULER, record=1)
    nudged = ng.settle(network, X, y=Y, beta=0.5, solver=EULER, start=free.state, record=1)
    for phase, residuals in ((free, shown[0::2]), (nudged, shown[1::2])):
        for sample, residual in enumerate(residuals):
            steps = int(phase.steps[sample])
            speed = np.abs(np.diff(phase.trajectory.state[sample, : steps + 1], axis=0)).max(axis=1) / EULER.dt
            assert np.allclose(residual[:steps], speed, rtol=1e-6)
            assert np.isclose(residual[steps - 1], phase.residual[sample], rtol=1e-6)
            assert np.all(residual[steps:] == residual[steps])


def test_the_residual_leaves_out_what_pushes_out_of_the_box():
    graph = nx.DiGraph([("x", "y", {"weight": 3.0})])
    graph.nodes["x"]["role"], graph.nodes["y"]["role"] = "input", "output"
    network = ng.compile(graph, ng.dynamics.vector_field())
    lower = plots.convergence(network, [[1.0]], [[1.0]], solver=EULER).axes[1]
    free = lines(lower)[0].get_ydata()
    state = ng.settle(network, [[1.0]], solver=EULER, record=1).trajectory.state[0, : free.size, 1]
    assert np.allclose(free[state < 1.0], 3.0 - state[state < 1.0])
    assert np.all(np.isnan(free[state == 1.0]))
    assert (state == 1.0).any()


@pytest.mark.parametrize(("sample", "short"), [(1, None), (3, "nudged")])
def test_each_phase_has_a_quarter_of_the_axis_and_the_label_says_what_is_stretched(network, sample, short):
    upper, lower = plots.convergence(network, X, Y, sample=sample).axes
    first, last = boundary(upper), lower.get_xlim()[1]
    left, middle, right = (lower.transData.transform((step, 1.0))[0] for step in (0, first, last))
    share = (middle - left) / (right - left)
    assert 0.249 <= share <= 0.751
    if short is None:
        assert np.isclose(share, first / last)
        assert lower.get_xlabel() == "step"
    else:
        assert first / last > 0.75
        assert np.isclose(share, 0.75)
        stretched = (1 - share) / (last - first) / (share / first)
        assert lower.get_xlabel() == f"step ({short} phase stretched {stretched:.2g} times)"


def test_targets_are_drawn_along_the_nudged_phase(network):
    upper = plots.convergence(network, X, Y, solver=EULER, sample="all").axes[0]
    targets = sorted(collection.get_segments()[0][0, 1] for collection in upper.collections)
    assert targets == sorted(Y[:, 0])
    labels = [text.get_text() for text in upper.get_legend().get_texts()]
    assert labels == ["hidden", "sample 0", "sample 1", "sample 2", "sample 3", "target"]


@pytest.mark.parametrize(
    ("outputs", "labels"),
    [
        (2, ["output y0, sample 0", "output y1, sample 0", "output y0, sample 1"]),
        (5, [f"output y{k}" for k in range(5)]),
        (9, ["outputs"]),
    ],
)
def test_many_lines_share_their_looks(outputs, labels):
    graph = ng.topologies.complete(inputs=2, hidden=2, outputs=outputs, seed=0)
    network = ng.compile(graph)
    upper = plots.convergence(network, X, np.tile(Y, outputs), sample="all").axes[0]
    shown = [text.get_text() for text in upper.get_legend().get_texts()]
    assert shown[1 : 1 + len(labels)] == labels
    assert len(lines(upper)) == 4 * (2 + outputs)


@pytest.mark.parametrize(("sample", "shown"), [(0, "sample 0"), (np.int64(3), "sample 3"), ("all", "all 4 samples")])
def test_convergence_says_which_sample_it_shows(network, sample, shown):
    assert plots.convergence(network, X, Y, sample=sample).axes[0].get_legend().get_title().get_text() == shown


def test_convergence_nudges_as_training_does(network):
    figure = plots.convergence(network, X, Y, sample=1)
    default = DEFAULT_BETA
    assert f"nudged phase (β = {default:g})" in [text.get_text() for text in figure.axes[0].texts]
    assert np.array_equal(
        *(drawn(each).buffer_rgba() for each in (figure, plots.convergence(network, X, Y, sample=1, beta=default)))
    )


@pytest.mark.parametrize("sample", [0, "all"])
def test_a_network_at_rest_from_the_start_is_said_to_be_so_in_words(network, sample):
    still = network.with_weights(np.zeros(network.weights.size))
    figure = plots.convergence(still, X, np.zeros_like(Y), sample=sample)
    drawn(figure)
    lower = figure.axes[1]
    assert [text.get_text() for text in lower.texts] == ["at rest: 0"] * 2
    assert lower.get_yscale() == "linear"
    assert len(lower.get_yticks()) == len(lower.get_yticks(minor=True)) == 0


def test_a_phase_at_rest_is_said_to_be_so_beside_one_that_moves(network):
    still = network.with_weights(np.zeros(network.weights.size))
    lower = plots.convergence(still, X, Y, sample=1).axes[1]
    assert [text.get_text() for text in lower.texts] == ["at rest: 0", "tolerance"]
    assert lower.texts[0].xyann[0] < 0.25
    assert lower.get_yscale() == "log"
    moving = plots.convergence(network, X, Y, sample=1).axes[1]
    assert [text.get_text() for text in moving.texts] == ["tolerance"]


@pytest.mark.parametrize("beta", ["1", np.nan, None, [1.0]])
def test_convergence_refuses_a_beta_that_is_no_number(network, beta):
    with pytest.raises(ng.ParameterError, match=r"beta is .*: expected a finite number"):
        plots.convergence(network, X, Y, beta=beta)


@pytest.mark.parametrize("sample", [4, -1, 1.5, True, "every"])
def test_convergence_refuses_a_sample_that_is_not_there(network, sample):
    with pytest.raises(ng.ParameterError, match=r"sample is .*expected a whole number from 0 to 3, or 'all'"):
        plots.convergence(network, X, Y, sample=sample)


def test_convergence_refuses_a_solver_that_keeps_no_trajectory(network):
    class Jump(ng.solvers.Euler):
        def solve(self, network, phase):
            return replace(super().solve(network, phase), trajectory=None)

    with pytest.raises(ng.ParameterError, match="keeps no trajectory"):
        plots.convergence(network, X, Y, solver=Jump())
