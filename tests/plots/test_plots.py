import re
import subprocess
import sys
from dataclasses import replace

import matplotlib
import matplotlib.pyplot as plt
import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_hex, to_rgb
from matplotlib.figure import Figure
from matplotlib.patches import FancyArrowPatch
from scipy.spatial.distance import pdist

import neurograph as ng
from neurograph import plots
from neurograph.plots.style import NEGATIVE, POSITIVE, names
from neurograph.training.config import DEFAULT_BETA
from tests.strategies import graphs

X, Y = ng.tasks.logic("xor")
EULER = ng.solvers.Euler(dt=0.05, steps=400, tol=1e-6)


def complete(seed=0, scale=0.8, hidden=5, **options):
    return ng.topologies.complete(inputs=2, hidden=hidden, outputs=1, bias=True, scale=scale, seed=seed, **options)


@pytest.fixture(scope="module")
def network():
    return ng.compile(complete())


@pytest.fixture(scope="module")
def fit(network):
    return ng.train(network, X, Y, epochs=2, seed=0, progress=False)


def lines(ax):
    """Lines of data: those with more than the two points of a rule across the axes."""
    return [line for line in ax.lines if len(line.get_xdata()) > 2]


def boundary(ax):
    """Where the line across the axes stands that parts the phases."""
    (place,) = (x[0] for x in (line.get_xdata() for line in ax.lines) if len(x) == 2 and x[0] == x[1])
    return place


def arrows(figure):
    """The drawn edges, by their ids."""
    return {patch.get_gid(): patch for patch in figure.axes[0].patches if isinstance(patch, FancyArrowPatch)}


def nodes(figure):
    """The drawn nodes, by their ids."""
    return {patch.get_gid(): patch for patch in figure.axes[0].patches if not isinstance(patch, FancyArrowPatch)}


def drawn(figure):
    """Draw it, so that everything has its place on the canvas; give the renderer."""
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    return canvas.get_renderer()


# What every figure has in common


NAMES = ["weights", "decision", "convergence", "cost", "network", "gradient", "lyapunov"]


def every(network, fit):
    return {
        "weights": lambda **options: plots.weights(network, **options),
        "decision": lambda **options: plots.decision(network, grid=3, x=X, y=Y, **options),
        "convergence": lambda **options: plots.convergence(network, X, Y, solver=EULER, sample="all", **options),
        "cost": lambda **options: plots.cost([fit, fit], **options),
        "network": lambda **options: plots.network(network, **options),
        "lyapunov": lambda **options: plots.lyapunov(network, X, **options),
        "gradient": lambda **options: plots.gradient({"exact": course(1.0, 1.0), "near": course(0.4, 0.6)}, **options),
    }


def course(*cosines, relative_error=0.1):
    """A course whose checks have these cosines."""
    nothing = np.zeros(0)
    return [
        ng.GradientCheck("a rule", cosine, relative_error * 10.0**-k, *[nothing] * 4, settled=1.0, learned=1.0)
        for k, cosine in enumerate(cosines)
    ]


@pytest.mark.parametrize("name", NAMES)
def test_a_figure_changes_nothing_global(name, network, fit):
    plt.close("all")
    before = dict(matplotlib.rcParams)
    first, second = every(network, fit)[name](), every(network, fit)[name]()
    drawn(first)
    assert isinstance(first, Figure)
    assert first is not second
    assert first.get_dpi() == 150
    assert dict(matplotlib.rcParams) == before
    assert plt.get_fignums() == []


@pytest.mark.parametrize("name", NAMES)
def test_a_figure_does_not_depend_on_the_settings_of_the_session(name, network, fit):
    plain = every(network, fit)[name]()
    with matplotlib.rc_context({"axes.facecolor": "black", "text.color": "white", "font.size": 20, "figure.dpi": 50}):
        other = every(network, fit)[name]()
    first, second = (np.asarray(drawn(figure).buffer_rgba()) for figure in (plain, other))
    assert np.array_equal(first, second)


@pytest.mark.parametrize("name", NAMES)
def test_a_figure_can_be_drawn_on_axes_of_ones_own(name, network, fit):
    figure = Figure()
    two = name in ("convergence", "cost", "gradient", "lyapunov")
    axes = list(figure.subplots(2)) if two else figure.subplots()
    assert every(network, fit)[name](ax=axes) is figure
    assert all(ax.has_data() or ax.patches for ax in (axes if two else [axes]))
    with pytest.raises(ng.ParameterError, match=r"ax is .*expected"):
        every(network, fit)[name](ax=3 if not two else [axes[0]])
    drawn(figure)


def test_axes_of_a_subfigure_give_the_whole_figure(network):
    figure = Figure()
    part = figure.subfigures(1, 2)[1]
    assert plots.weights(network, ax=part.subplots()) is figure


def test_matplotlib_is_imported_when_a_figure_is_drawn_and_pyplot_never_is():
    code = """
import sys
import networkx as nx
import neurograph as ng
from neurograph import plots
assert "matplotlib" not in sys.modules
graph = nx.DiGraph([("x", "y", {"weight": 1.0})])
graph.nodes["x"]["role"], graph.nodes["y"]["role"] = "input", "output"
plots.network(graph), plots.weights(ng.compile(graph))
assert "matplotlib" in sys.modules and "matplotlib.pyplot" not in sys.modules
"""
    subprocess.run([sys.executable, "-c", code], check=True)


def test_without_matplotlib_one_sentence_names_the_remedy(monkeypatch, network):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(ng.MissingPackageError, match=r'matplotlib.*pip install "\.\[plots\]"'):
        plots.weights(network)


def test_long_labels_are_short_and_tell_the_nodes_apart():
    labels = [("population", k, "a long name") for k in range(3)] + ["a" * 40 + str(k) for k in range(2)] + ["1", 1]
    given = names(labels)
    assert len(set(given)) == len(labels)
    assert max(map(len, given)) <= 20
    assert names(["h0", ("layer", 1, 2)]) == ["h0", "layer,1,2"]
    assert names(["a$b$", "two\nlines"]) == [r"a\$b\$", "two lines"]


# weights


@given(graph=graphs(self_loops=True))
@settings(max_examples=15, deadline=None)
def test_the_image_of_weights_is_the_matrix_and_says_where_no_edge_is(graph):
    network = ng.compile(graph, ng.dynamics.additive("tanh"))
    image = plots.weights(network).axes[0].images[0]
    shown = image.get_array()
    place = {node: k for k, node in enumerate(graph)}
    expected = np.zeros((len(graph), len(graph)))
    edge = np.zeros(expected.shape, bool)
    for u, v, weight in graph.edges(data="weight"):
        expected[place[v], place[u]], edge[place[v], place[u]] = weight, True
    assert np.array_equal(np.ma.getmaskarray(shown), ~edge)
    assert np.array_equal(shown.filled(0.0), expected)
    low, high = image.get_clim()
    assert low == -high
    assert high >= np.abs(expected).max()


def test_a_weight_of_zero_is_white_and_no_edge_is_hatched(network):
    zeros = network.with_weights(np.where(np.arange(network.weights.size) % 2, network.weights, 0.0))
    ax = plots.weights(zeros).axes[0]
    colours = ax.images[0].to_rgba(ax.images[0].get_array())
    absent = zeros.matrix().toarray() == 0.0
    absent[zeros.connectivity.post, zeros.connectivity.pre] = False
    assert np.all(colours[absent][:, 3] == 0.0)
    zero = (zeros.connectivity.post[::2], zeros.connectivity.pre[::2])
    assert np.allclose(colours[zero], 1.0, atol=0.01)
    assert ax.patch.get_hatch()
    assert np.all(np.array(to_rgb(ax.patch.get_facecolor())) < 0.95)


def test_weights_name_the_nodes_while_they_fit_and_part_the_roles(network):
    ax = plots.weights(network).axes[0]
    labels = [str(node) for node in network.nodes]
    assert [text.get_text() for text in ax.get_xticklabels()] == labels
    assert [text.get_text() for text in ax.get_yticklabels()] == labels
    borders = sorted({float(line.get_xdata()[0]) for line in ax.lines if line.get_xdata()[0] == line.get_xdata()[1]})
    assert borders == [1.5, 2.5, 7.5]
    large = ng.compile(complete(hidden=40))
    assert len(plots.weights(large).axes[0].get_xticklabels()) < 40


# decision


def test_the_image_of_a_decision_is_what_the_network_answers_at_each_point():
    graph = ng.topologies.complete(inputs=2, hidden=3, outputs=2, bias=True, scale=1.0, seed=1)
    network = ng.compile(graph)
    ax = plots.decision(network, grid=4, output=1).axes[0]
    shown = ax.images[0].get_array()
    side = [0.0, 1 / 3, 2 / 3, 1.0]
    for row, second in enumerate(side):
        for column, first in enumerate(side):
            assert shown[row, column] == ng.settle(network, [[first, second]]).outputs[0, 1]
    left, right, bottom, top = ax.images[0].get_extent()
    assert np.allclose([left + right, bottom + top], 1.0)
    assert np.allclose((right - left) / 4, 1 / 3)
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("input x0", "input x1")


def passing(threshold):
    """A network whose output is its first input plus 0.5 less the threshold, which it crosses at 0.5."""
    graph = nx.DiGraph()
    graph.add_nodes_from([("a", {"role": "input"}), ("b", {"role": "input"}), ("one", {"role": "bias"})])
    graph.add_node("y", role="output")
    graph.add_edge("a", "y", weight=1.0)
    graph.add_edge("one", "y", weight=0.5 - threshold)
    return ng.compile(graph, ng.Dynamics("-s + I"))


@pytest.mark.parametrize("threshold", [0.3, 0.8, 1.7])
def test_the_line_of_a_decision_is_where_the_output_is_a_half(threshold):
    ax = plots.decision(passing(threshold), grid=11).axes[0]
    if threshold > 1.0:
        assert not ax.collections
        return
    (contour,) = ax.collections
    (path,) = contour.get_paths()
    assert np.allclose(path.vertices[:, 0], threshold, atol=1e-4)
    assert np.isclose(np.ptp(path.vertices[:, 1]), 1.0)


def test_a_decision_marks_the_patterns_by_class(network):
    ax = plots.decision(network, grid=3, x=X, y=Y).axes[0]
    below, above = ax.collections[-2:]
    assert np.array_equal(below.get_offsets(), X[Y[:, 0] == 0])
    assert np.array_equal(above.get_offsets(), X[Y[:, 0] == 1])
    assert not np.array_equal(below.get_paths()[0].vertices, above.get_paths()[0].vertices)


def test_a_decision_counts_the_points_that_did_not_settle(network):
    hasty = ng.solvers.Euler(dt=0.05, steps=2, tol=1e-6)
    settled = ng.settle(network, [[a, b] for a in (0.0, 0.5, 1.0) for b in (0.0, 0.5, 1.0)], solver=hasty)
    moving = int(np.sum(settled.status != ng.Status.CONVERGED))
    assert moving > 0
    assert f"{moving} of 9 points did not settle" in plots.decision(network, grid=3, solver=hasty).axes[0].get_xlabel()
    every_step = ng.solvers.Euler(dt=0.05, steps=2, tol=0)
    assert "settle" not in plots.decision(network, grid=3, solver=every_step).axes[0].get_xlabel()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"grid": 1}, "grid is 1"),
        ({"grid": 2.5}, "grid is 2.5"),
        ({"output": 1}, "output is 1: expected a whole number from 0 to 0"),
        ({"output": -1}, "output is -1"),
        ({"x": X}, "x is given without y"),
        ({"y": Y}, "y is given without x"),
    ],
)
def test_a_decision_refuses(network, options, message):
    with pytest.raises(ng.ParameterError, match=message):
        plots.decision(network, **options)


def test_a_decision_needs_two_inputs():
    graph = ng.topologies.complete(inputs=3, hidden=2, outputs=1, seed=0)
    with pytest.raises(ng.ParameterError, match="network has 3 input nodes: expected 2"):
        plots.decision(ng.compile(graph))


@pytest.mark.parametrize("grid", [np.int64(3), 3])
def test_a_decision_takes_its_patterns_by_place(network, grid):
    by_place, by_name = (plots.decision(network, X, Y, grid=grid), plots.decision(network, x=X, y=Y, grid=grid))
    assert np.array_equal(*(drawn(figure).buffer_rgba() for figure in (by_place, by_name)))


# convergence


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


# cost


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


# overview


def test_an_overview_of_one_fit_is_that_of_a_list_of_it(fit):
    pruned = ng.prune(fit.network, ng.pruning.magnitude(fraction=0.5)).network
    one, many = (plots.overview(fits, pruned, X, Y) for fits in (fit, [fit]))
    assert [text.get_text() for text in one.axes[0].get_legend().get_texts()] == ["one run"]
    assert np.array_equal(*(drawn(figure).buffer_rgba() for figure in (one, many)))


# network


@given(graph=graphs(self_loops=True))
@settings(max_examples=12, deadline=None)
def test_every_node_and_edge_is_drawn_once_by_role_and_sign(graph):
    figure = plots.network(graph)
    edges, shapes = arrows(figure), nodes(figure)
    assert set(edges) == {f"edge {u!r} -> {v!r}" for u, v in graph.edges}
    assert set(shapes) == {f"node {node!r}" for node in graph}
    looks = {}
    for u, v, weight in graph.edges(data="weight"):
        arrow = edges[f"edge {u!r} -> {v!r}"]
        colour = to_hex(arrow.get_edgecolor()).upper()
        assert (colour == POSITIVE) == (weight > 0)
        assert (colour == NEGATIVE) == (weight < 0)
        looks.setdefault(np.sign(weight), set()).add(type(arrow.get_arrowstyle()))
    assert all(len(kinds) == 1 for kinds in looks.values())
    assert len(set().union(*looks.values())) == len(looks)
    widths = [(abs(w), edges[f"edge {u!r} -> {v!r}"].get_linewidth()) for u, v, w in graph.edges(data="weight")]
    ordered = [width for _, width in sorted(widths)]
    assert ordered == sorted(ordered)
    drawn(figure)


def ends(arrow):
    """First and last point of an edge's line, in the units of the axes."""
    path = arrow.get_transform().inverted().transform_path(arrow._get_path_in_displaycoord()[0][0])
    return path.vertices[0], path.vertices[2]


@pytest.mark.parametrize("layout", ["circle", "layers"])
def test_an_edge_runs_from_its_first_node_to_its_second(layout):
    graph = complete(scale=1.0)
    figure = plots.network(graph, layout=layout)
    drawn(figure)
    shapes = nodes(figure)
    for u, v in graph.edges:
        arrow = arrows(figure)[f"edge {u!r} -> {v!r}"]
        for node, end in zip((u, v), ends(arrow), strict=True):
            distance = {name: np.linalg.norm(np.subtract(end, shape.xy)) for name, shape in shapes.items()}
            assert min(distance, key=distance.get) == f"node {node!r}"
            assert distance[f"node {node!r}"] < 0.6


def test_the_ends_of_edges_at_a_node_lie_on_its_border_apart_from_each_other():
    graph = complete(scale=1.0)
    figure = plots.network(graph)
    drawn(figure)
    for node in graph:
        shape = nodes(figure)[f"node {node!r}"]
        starts = np.array([ends(arrows(figure)[f"edge {node!r} -> {v!r}"])[0] for v in graph[node]])
        outline = shape.get_path().transformed(shape.get_patch_transform())
        middle = np.array(shape.xy)
        assert all(outline.contains_point(middle + 0.98 * (point - middle)) for point in starts)
        assert not any(outline.contains_point(middle + 1.02 * (point - middle)) for point in starts)
        assert pdist(starts).min() > 0.03


def test_the_two_edges_of_a_pair_bend_to_different_sides():
    graph = complete()
    figure = plots.network(graph)
    shapes, edges = nodes(figure), arrows(figure)
    for u, v in graph.edges:
        if not graph.has_edge(v, u):
            continue
        start, end = (np.array(shapes[f"node {node!r}"].xy) for node in (u, v))
        across = np.array([end[1] - start[1], start[0] - end[0]])
        path = edges[f"edge {u!r} -> {v!r}"]
        there = _middle(path) - (start + end) / 2
        back = _middle(edges[f"edge {v!r} -> {u!r}"]) - (start + end) / 2
        assert across @ there > 0 > across @ back


def _middle(arrow):
    path = arrow.get_transform().inverted().transform_path(arrow._get_path_in_displaycoord()[0][0])
    start, control, end = path.vertices[:3]
    return (start + 2 * control + end) / 4


@pytest.mark.parametrize("hidden", [0, 1, 4, 17])
@pytest.mark.parametrize("layout", ["circle", "layers"])
def test_inputs_stand_left_and_outputs_right(hidden, layout):
    graph = complete(hidden=hidden)
    shapes = nodes(plots.network(graph, layout=layout))
    places = np.array([shapes[f"node {node!r}"].xy for node in graph])
    role = np.array([graph.nodes[node].get("role", "hidden") for node in graph])
    left, right = np.isin(role, ("input", "bias")), role == "output"
    middle = places[role == "hidden", 0] if hidden else np.zeros(1) + places[:, 0].mean()
    assert places[left, 0].max() < middle.min()
    assert middle.max() < places[right, 0].min()
    assert pdist(places).min() > 0.65


def test_a_layered_network_stands_in_layers_and_a_recurrent_one_on_a_circle():
    layered = nx.DiGraph()
    layers = [[("layer", k, place) for place in range(m)] for k, m in enumerate((2, 3, 3, 1))]
    for k, layer in enumerate(layers):
        layered.add_nodes_from(layer, role=("input", "hidden", "hidden", "output")[k])
    for k in range(3):
        layered.add_edges_from(((u, v) for u in layers[k] for v in layers[k + 1]), weight=1.0)
    shapes = nodes(plots.network(layered))
    across = [{round(shapes[f"node {node!r}"].xy[0], 6) for node in layer} for layer in layers]
    assert [len(places) for places in across] == [1, 1, 1, 1]
    assert [*map(min, across)] == sorted(map(min, across))
    circle = nodes(plots.network(complete()))
    hidden = np.array([circle[f"node 'h{k}'"].xy for k in range(5)])
    assert np.allclose(np.linalg.norm(hidden - hidden.mean(axis=0), axis=1), np.linalg.norm(hidden[0]))


def test_a_layout_of_ones_own_keeps_its_shape():
    graph = complete()
    given_places = nx.circular_layout(graph)
    shapes = nodes(plots.network(graph, layout=given_places))
    drawn_places = np.array([shapes[f"node {node!r}"].xy for node in graph])
    wanted = np.array([given_places[node] for node in graph])
    assert np.allclose(pdist(drawn_places) / pdist(wanted), pdist(drawn_places)[0] / pdist(wanted)[0])


@pytest.mark.parametrize(
    ("layout", "message"),
    [
        ("spiral", "layout is 'spiral': expected 'circle', 'layers'"),
        ({}, "layout has no place for node 'x0'"),
        ({**nx.circular_layout(complete()), "h1": 3.0}, r"layout has 3.0 for node 'h1': expected two finite numbers"),
        ({**nx.circular_layout(complete()), "h1": (1, np.nan)}, "for node 'h1'"),
        ({**nx.circular_layout(complete()), "h1": "up"}, "layout has 'up' for node 'h1'"),
    ],
)
def test_a_layout_is_refused(layout, message):
    with pytest.raises(ng.ParameterError, match=message):
        plots.network(complete(), layout=layout)


def test_a_network_and_its_graph_give_the_same_drawing(network):
    first, second = arrows(plots.network(network)), arrows(plots.network(network.to_graph()))
    assert first.keys() == second.keys()
    assert all(first[name].get_linewidth() == second[name].get_linewidth() for name in first)


def test_a_table_is_drawn_like_its_graph():
    graph = complete()
    table = ng.graph.read_graph(graph)
    assert np.array_equal(*(drawn(plots.network(each)).buffer_rgba() for each in (graph, table)))


def test_a_fit_in_place_of_a_network_is_told_apart(fit):
    with pytest.raises(ng.ParameterError, match=r"network is of type TrainingState: .*pass fit\.network"):
        plots.network(fit)


def test_a_pruned_network_is_drawn_without_the_edges_that_left(network):
    pruned = ng.prune(network, ng.pruning.magnitude(fraction=0.6)).network
    assert set(arrows(plots.network(pruned))) == {f"edge {u!r} -> {v!r}" for u, v in pruned.edges}


def test_a_graph_that_cannot_be_compiled_is_refused():
    with pytest.raises(ng.GraphError, match="has no weight"):
        plots.network(nx.DiGraph([(0, 1)]))


@pytest.mark.parametrize("hidden", [5, 24])
@pytest.mark.parametrize("long", [False, True])
def test_labels_and_legend_cover_nothing(hidden, long):
    network = ng.prune(ng.compile(complete(hidden=hidden)), ng.pruning.magnitude(fraction=0.9)).network
    graph = network.to_graph()
    if long:
        graph = nx.relabel_nodes(graph, {node: ("population", k, "a long name") for k, node in enumerate(graph)})
    figure = plots.network(graph)
    renderer = drawn(figure)
    ax = figure.axes[0]
    boxes = [text.get_window_extent(renderer) for text in ax.texts]
    assert len(boxes) == len(graph)
    for k, box in enumerate(boxes):
        assert not any(box.overlaps(other) for other in boxes[:k])
        assert figure.bbox.contains(box.x0, box.y0)
        assert figure.bbox.contains(box.x1, box.y1)
    shapes = [shape.get_window_extent(renderer) for shape in nodes(figure).values()]
    legend = ax.get_legend().get_window_extent(renderer)
    assert not any(legend.overlaps(box) for box in [*boxes, *shapes])
    assert not any(
        box.overlaps(shape) for k, box in enumerate(boxes) for j, shape in enumerate(shapes) if long or j != k
    )


def test_above_forty_nodes_no_node_is_named():
    for count in (40, 41):
        ring = nx.DiGraph([(k, (k + 1) % count, {"weight": 1.0}) for k in range(count)])
        ring.nodes[0]["role"] = "output"
        assert len(plots.network(ring).axes[0].texts) == (40 if count == 40 else 0)


def test_the_legend_names_what_is_there_and_nothing_else():
    graph = nx.DiGraph([("x", "y", {"weight": -2.0})])
    graph.nodes["x"]["role"], graph.nodes["y"]["role"] = "input", "output"
    legend = plots.network(graph).axes[0].get_legend()
    labels = [text.get_text() for text in legend.get_texts() if text.get_text().strip()]
    assert labels == ["input", "output", "negative weight", "|w| = 2", "|w| = 0.5"]


# gradient


LEARNERS = (ng.rules.vector_field(), ng.rules.deep())


def test_each_rule_is_a_line_of_its_course(network):
    courses = {rule.name: ng.gradient_history(network, X, Y, rule, epochs=3, seed=0) for rule in LEARNERS}
    figure = plots.gradient(courses)
    for ax, number in zip(figure.axes, ("cosine", "relative_error"), strict=True):
        assert len(lines(ax)) == len(courses)
        for line, checks in zip(lines(ax), courses.values(), strict=True):
            assert line.get_xdata().tolist() == [0, 1, 2, 3]
            assert np.array_equal(line.get_ydata(), [getattr(check, number) for check in checks], equal_nan=True)
    legend = figure.axes[0].get_legend()
    assert [text.get_text() for text in legend.get_texts()] == ["vector field", "deep"]
    assert len({(to_hex(line.get_color()), line.get_linestyle()) for line in legend.get_lines()}) == 2
    assert figure.axes[1].get_yscale() == "log"


def test_cosines_below_0_are_shown_only_where_there_are_some():
    above, below = plots.gradient({"a": course(0.2, 1.0)}), plots.gradient({"a": course(0.2, -0.6, 1.0)})
    assert above.axes[0].get_ylim()[0] == pytest.approx(-0.03)
    assert below.axes[0].get_ylim()[0] == pytest.approx(-1.03)
    assert all(figure.axes[0].get_ylim()[1] > 1.0 for figure in (above, below))


def test_a_check_that_is_nan_leaves_a_gap_and_alone_nothing():
    gap = plots.gradient({"a": course(0.9, np.nan, 0.8), "b": course(0.5)})
    assert np.isnan(lines(gap.axes[0])[0].get_ydata()).tolist() == [False, True, False]
    assert gap.axes[0].lines[1].get_marker() == "o"
    nothing = plots.gradient({"a": course(np.nan, relative_error=np.nan)})
    assert nothing.axes[1].get_yscale() == "linear"
    drawn(gap), drawn(nothing)


def test_lines_that_meet_both_show():
    figure = plots.gradient({str(k): course(1.0, 1.0, 1.0) for k in range(4)})
    widths = [line.get_linewidth() for line in lines(figure.axes[0])]
    assert widths == sorted(widths, reverse=True)
    assert len(set(widths)) == 4


@pytest.mark.parametrize(
    ("courses", "message"),
    [
        (course(1.0), "courses is of type list: expected a name for each course"),
        ({}, "courses is empty: expected a name"),
        ({"deep": []}, "courses has .* under 'deep': expected at least one GradientCheck"),
        ({"deep": course(1.0)[0]}, "under 'deep'"),
        ({"deep": [0.9, 1.0]}, "under 'deep'"),
    ],
)
def test_what_is_no_course_is_refused(courses, message):
    with pytest.raises(ng.ParameterError, match=message):
        plots.gradient(courses)


# lyapunov


def bistable():
    """Two neurons that excite each other, with an equilibrium above 0 and one below."""
    graph = nx.DiGraph([("x", "a", {"weight": 0.0}), ("a", "b", {"weight": 1.5}), ("b", "a", {"weight": 1.5})])
    for node, role in (("x", "input"), ("a", "output"), ("b", "hidden")):
        graph.nodes[node].update({"role": role} | ({} if node == "x" else {"bias": 0.05}))
    return ng.compile(graph, ng.dynamics.additive("tanh"))


def test_the_region_of_a_lyapunov_function_is_where_it_is_certified():
    network = bistable()
    left, right = plots.lyapunov(network, [[0.0]], name="quadratic_lyapunov").axes
    function = ng.certify(network, [[0.0]], level="strong")["quadratic_lyapunov"].function()
    (border,) = (one for one in right.collections if [to_hex(c) for c in one.get_edgecolor()] == ["#009e73"])
    points = np.concatenate([path.vertices for path in border.get_paths()])
    states = np.column_stack([np.zeros(len(points)), points])
    assert function.value(states) == pytest.approx(function.level, rel=1e-2)
    blue = [line for line in lines(left) if to_hex(line.get_color()) == to_hex(plots.style.BLUE)]
    assert len(blue) == 12
    for line in blue:
        assert line.get_ydata()[0] <= function.level
        assert np.all(np.diff(line.get_ydata()) < 1e-12)
    for line in lines(right):
        path = np.column_stack([np.zeros(len(line.get_xdata())), *line.get_data()])
        assert np.all(np.isfinite(function.value(path)))
    assert "another end" in right.get_legend_handles_labels()[1]


def test_an_energy_falls_to_each_of_its_equilibria():
    left, right = plots.lyapunov(bistable(), [[0.0]], name="energy", nodes=("b", "a")).axes
    assert (right.get_xlabel(), right.get_ylabel()) == ("state of b", "state of a")
    curves = [line.get_ydata() for line in lines(left)]
    assert len(curves) == 12
    for curve in curves:
        assert np.all(np.diff(curve[np.isfinite(curve)]) < 1e-9)
    assert len({round(float(curve[-1]), 2) for curve in curves}) == 2


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"nodes": ("a", "x")}, "two free nodes"),
        ({"nodes": ("a", "a")}, "two free nodes"),
        ({"nodes": "a"}, "two free nodes"),
        ({"sample": 1}, "whole number from 0 to 0|no certificate"),
        ({"name": "gershgorin"}, "gershgorin is UNKNOWN"),
        ({"name": "p_matrix"}, "p_matrix is UNKNOWN"),
        ({"name": "other"}, "not in the report"),
    ],
)
def test_what_cannot_be_drawn_of_a_lyapunov_function_is_said(options, words):
    with pytest.raises(ng.ParameterError, match=words):
        plots.lyapunov(bistable(), [[0.0]], **options)


def test_a_plane_needs_two_neurons_and_a_function():
    with pytest.raises(ng.ParameterError, match="1 free node"):
        plots.lyapunov(passing(0.3), [[0.0, 0.0]])
    graph = nx.DiGraph([("a", "b", {"weight": 2.0}), ("b", "a", {"weight": -2.0})])
    graph.nodes["a"]["role"] = "output"
    with pytest.raises(ng.ParameterError, match="no certificate of this network has a Lyapunov function"):
        plots.lyapunov(ng.compile(graph, ng.Dynamics("s + I", box=(0.0, 1.0))), np.zeros((1, 0)))
