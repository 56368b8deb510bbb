"""Graph metrics on the page: those of the graphs before, during and after."""

import re

import numpy as np

import neurograph as ng
from neurograph.html import metrics as module
from neurograph.html.edge_times import EdgeTimes
from neurograph.html.metrics import SHOWN, metrics
from tests.html.test_edge_times import run


def table_of(text):
    """Return the steps of the columns, their heads, and the cells of each row."""
    steps = [int(step) for step in re.findall(r'<th data-step="(\d+)">', text)]
    heads = re.findall(r"<button[^>]*>([^<]*)</button>", text)
    rows = {
        name: re.findall(r"<td[^>]*>([^<]*)</td>", cells)
        for name, cells in re.findall(r"<tr><th>([^<]*)</th>(<td.*?)</tr>", text)
    }
    return steps, heads, rows


def test_each_column_is_what_graph_metrics_says_after_that_epoch():
    fit = run(pruner=ng.pruning.magnitude(0.3), grower=ng.growth.random(every=2, count=5), epochs=20)
    table = fit.network.to_table()
    times = EdgeTimes.of(table, fit.removed, fit.added)
    text = metrics(table, times)
    steps, heads, rows = table_of(text)
    assert len(steps) == module.MOST_COLUMNS
    assert (steps[0], steps[-1], heads[0]) == (0, times.count, "before")
    assert heads[1:] == [str(times.epochs[step - 1]) for step in steps[1:]]
    assert f"Of {times.count + 1} graphs, 6 are measured." in text
    assert tuple(rows) == SHOWN
    for k, step in enumerate(steps):
        epoch = times.epochs[step - 1] if step else 0
        wanted = ng.graph_metrics(fit.graph_after(epoch), samples=0).to_dict()["graph"]
        for name in SHOWN:
            value = wanted[name]["value"]
            if value is None:
                assert rows[name][k] == "-"
            else:
                assert np.isclose(float(rows[name][k]), value, rtol=5e-3)


def test_after_one_round_there_are_two_columns_and_without_a_log_none():
    network = ng.compile(ng.topologies.complete(inputs=2, hidden=5, outputs=1, seed=0))
    pruning = ng.prune(network, ng.pruning.magnitude(0.5))
    table = pruning.network.to_table()
    text = metrics(table, EdgeTimes.of(table, pruning.removed, ()))
    steps, heads, rows = table_of(text)
    assert heads == ["before", "after"]
    assert steps == [0, len(pruning.removed)]
    assert rows["edges"] == [str(len(network.edges)), str(len(pruning.network.edges))]
    assert "are measured." not in text
    assert metrics(table, EdgeTimes.of(table, (), ())) == ""


def test_of_too_many_edges_it_says_that_nothing_is_measured(monkeypatch):
    monkeypatch.setattr(module, "MOST_MEASURED", 30)
    network = ng.compile(ng.topologies.complete(inputs=2, hidden=5, outputs=1, seed=0))
    pruning = ng.prune(network, ng.pruning.magnitude(0.5))
    table = pruning.network.to_table()
    text = metrics(table, EdgeTimes.of(table, pruning.removed, ()))
    assert f"There were up to {len(network.edges)} edges: graphs of more than 30 are not measured here." in text
    assert "<table>" not in text
