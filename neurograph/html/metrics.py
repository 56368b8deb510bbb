"""What graph_metrics() says of the graph before, during and after a run in which edges left or came."""

from __future__ import annotations

from html import escape

import numpy as np

from neurograph.analysis.graph_metrics import graph_metrics
from neurograph.graphs.edge_table import EdgeTable
from neurograph.html.edge_times import EdgeTimes

MOST_COLUMNS = 6
"""Graphs that are measured, at evenly spaced steps; the first and the last among them."""

MOST_MEASURED = 20_000
"""Edges up to which a graph is measured: the page must not take long to write."""

SHOWN = (
    "edges", "in-degree, largest", "out-degree, largest", "largest strong component", "outputs reached by an input",
    "path from input to output", "reciprocity", "share of edges on a cycle", "modularity",
)  # fmt: skip
"""Measures that depend neither on the weights, which no log tells, nor on nodes without edges."""


def metrics(table: EdgeTable, times: EdgeTimes) -> str:
    """Return the section of the metrics, a column a graph; nothing where no edge left or came."""
    if not times.count:
        return ""
    counts = times.edges(table)
    if max(counts) > MOST_MEASURED:
        words = f"There were up to {max(counts):,} edges: graphs of more than {MOST_MEASURED:,} are not measured here."
        return f'<section id="metrics">\n<h2>Graph metrics</h2>\n<p class="soft">{words}</p>\n</section>\n'
    steps = [0, times.count] if times.epochs is None else _spaced(times.count)
    graphs = (graph_metrics(times.graph(table, step), samples=0).to_dict()["graph"] for step in steps)
    columns = [{name: one[name]["value"] for name in SHOWN} for one in graphs]
    head = "".join(
        f'<th data-step="{step}"><button type="button">{_title(times, step)}</button></th>' for step in steps
    )
    rows = "\n".join(
        f"<tr><th>{escape(name)}</th>"
        + "".join(f'<td data-step="{step}">{_cell(one[name])}</td>' for step, one in zip(steps, columns, strict=True))
        + "</tr>"
        for name in SHOWN
    )
    some = times.epochs is not None and len(steps) <= times.count
    left_out = f" Of {times.count + 1:,} graphs, {len(steps)} are measured." if some else ""
    return (
        '<section id="metrics">\n<h2>Graph metrics before, during and after</h2>\n'
        f"<table>\n<thead><tr><th>after epoch</th>{head}</tr></thead>\n<tbody>\n{rows}\n</tbody>\n</table>\n"
        f'<p class="soft">Of the edges, whatever their weights; the head of a column moves the slider there.{left_out}'
        "</p>\n</section>\n"
    )


def _spaced(last: int) -> list[int]:
    spaced: list[int] = np.unique(np.linspace(0, last, min(last + 1, MOST_COLUMNS)).round().astype(int)).tolist()
    return spaced


def _title(times: EdgeTimes, step: int) -> str:
    if step == 0:
        return "before"
    return "after" if times.epochs is None else f"{times.epochs[step - 1]:,}"


def _cell(value: float | None) -> str:
    if value is None:
        return "-"
    return f"{value:,.0f}" if float(value).is_integer() else f"{value:.3g}"
