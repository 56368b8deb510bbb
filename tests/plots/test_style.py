"""What every figure keeps to: no global is changed, labels are short, axes of one's own serve."""

import subprocess
import sys

import matplotlib
import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.figure import Figure

import neurograph as ng
from neurograph import plots
from neurograph.plots.style import names
from tests.plots.figures import NAMES, drawn, every

# What every figure has in common


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
    with pytest.raises(ng.MissingPackageError, match=r'matplotlib.*pip install "neurograph-simulator\[plots\]"'):
        plots.weights(network)


def test_long_labels_are_short_and_tell_the_nodes_apart():
    labels = [("population", k, "a long name") for k in range(3)] + ["a" * 40 + str(k) for k in range(2)] + ["1", 1]
    given = names(labels)
    assert len(set(given)) == len(labels)
    assert max(map(len, given)) <= 20
    assert names(["h0", ("layer", 1, 2)]) == ["h0", "layer,1,2"]
    assert names(["a$b$", "two\nlines"]) == [r"a\$b\$", "two lines"]


# weights


# decision


# convergence


# cost


# overview


# network


# gradient


# lyapunov
