"""How a run went over its epochs, as small charts of the page."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape

import numpy as np
from numpy.typing import ArrayLike, NDArray

from neurograph._checks import check_mask
from neurograph.drawing.labels import shortened
from neurograph.errors import ParameterError

WIDTH, HEIGHT, LEFT, TOP, BOTTOM = 440, 118, 52, 20, 18
"""Of a chart, in its own units; what its frame leaves free."""

MOST_POINTS = 500
"""Points of a curve: more than a screen shows apart."""

VALIDATION = "validation_"
"""Begins the name of a number that stands in the chart of the one without."""

Floats = NDArray[np.float64]


def curves(history: Mapping[str, ArrayLike], counts: Mapping[int, int] | None = None) -> str:
    """Return the section of the curves: a chart for each number that changes, a line of text for each that does not.

    Parameters
    ----------
    history : mapping of str to array (epochs,)
        As ``fit.history``; a name that begins with ``validation_`` is drawn beside the one without.
    counts : mapping of int to int, optional
        How many edges there were after some epochs. Where the series "edges" has the same, each chart has a line that
        the page's script moves to the epoch which its slider shows.

    Raises
    ------
    ParameterError
        If a series is not one number an epoch.
    """
    series = _checked(history)
    marked = bool(counts) and _agree(series, counts or {})
    charts, still = [], []
    for name, values in series.items():
        if name.startswith(VALIDATION) and name.removeprefix(VALIDATION) in series:
            continue
        beside = series.get(VALIDATION + name)
        if beside is None and np.all(values == values[0]):
            still.append(f"{escape(shortened(name, 40))} {values[0]:.4g}")
        else:
            charts.append(_chart(name, values, beside, marked))
    words = f'<p class="soft">In every epoch: {", ".join(still)}.</p>\n' if still else ""
    epochs = next(iter(series.values())).size
    return f'<section id="curves">\n<h2>{epochs:,} epochs of training</h2>\n{"".join(charts)}{words}</section>\n'


def _checked(history: Mapping[str, ArrayLike]) -> dict[str, Floats]:
    series: dict[str, Floats] = {}
    for name, given in history.items():
        check_mask(f"history[{name!r}]", given)
        try:
            values = np.asarray(given, np.float64)
        except (TypeError, ValueError):
            values = np.empty(0)
        if values.ndim != 1 or not values.size or any(values.size != other.size for other in series.values()):
            raise ParameterError(
                f"history[{name!r}] has shape {np.shape(given)}: expected (epochs,), one number for each epoch and as "
                "many in every series, such as fit.history"
            )
        series[str(name)] = values
    return series


def _agree(series: dict[str, Floats], counts: Mapping[int, int]) -> bool:
    """Return whether the history is that of the run in which the edges left and came."""
    edges = series.get("edges", np.empty(0))
    return all(1 <= epoch <= edges.size and edges[epoch - 1] == count for epoch, count in counts.items())


def _chart(name: str, values: Floats, beside: Floats | None, marked: bool) -> str:
    together = values if beside is None else np.concatenate([values, beside])
    finite = together[np.isfinite(together)]
    low, high = (float(finite.min()), float(finite.max())) if finite.size else (0.0, 1.0)
    log = 0.0 < 10.0 * low <= high
    low = low if log else min(low, 0.0)
    high = high if high > low else low + 1.0
    shown = escape(shortened(name, 40))
    parts = [
        f'<svg class="curve" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{shown} over the epochs, from '
        f'{values[0]:.4g} to {values[-1]:.4g}">',
        _frame(low, high, values.size),
        f'<text class="name" x="{LEFT}" y="12">{shown}{", log scale" if log else ""}</text>',
    ]
    if marked:
        parts.append(_mark(values.size))
    if beside is not None:
        parts.append(f'<text class="validation" x="{WIDTH - 4}" y="12" text-anchor="end">dashed: validation</text>')
        parts.append(_line(beside, low, high, log, ' class="validation"'))
    parts.append(_line(values, low, high, log, ""))
    return "".join(parts) + "</svg>\n"


def _frame(low: float, high: float, epochs: int) -> str:
    right, bottom = WIDTH - 4, HEIGHT - BOTTOM
    return (
        f'<line x1="{LEFT}" y1="{bottom}" x2="{right}" y2="{bottom}"/>'
        f'<line x1="{LEFT}" y1="{TOP}" x2="{right}" y2="{TOP}"/>'
        f'<text x="{LEFT - 5}" y="{TOP + 4}" text-anchor="end">{high:.3g}</text>'
        f'<text x="{LEFT - 5}" y="{bottom}" text-anchor="end">{low:.3g}</text>'
        f'<text x="{LEFT}" y="{HEIGHT - 5}">epoch 1</text>'
        f'<text x="{right}" y="{HEIGHT - 5}" text-anchor="end">{epochs}</text>'
    )


def _mark(epochs: int) -> str:
    """Return the line at an epoch, which the script moves: its first and last place, and that of how many epochs."""
    ends = f'data-left="{LEFT}" data-right="{WIDTH - 4}" data-epochs="{epochs}"'
    return f'<line class="mark" {ends} y1="{TOP}" y2="{HEIGHT - BOTTOM}" visibility="hidden"/>'


def _line(values: Floats, low: float, high: float, log: bool, kind: str) -> str:
    """Draw a curve; it is broken where a value is no finite number."""
    # Values that are evenly spaced over the epochs; their share of the height is linear or logarithmic.
    chosen = np.unique(np.linspace(0, values.size - 1, min(values.size, MOST_POINTS)).round().astype(int))
    x = LEFT + (WIDTH - 4 - LEFT) * chosen / max(values.size - 1, 1)
    y = values[chosen]
    with np.errstate(over="ignore", invalid="ignore"):
        share = np.log(y / low) / np.log(high / low) if log else (y - low) / (high - low)
        y = HEIGHT - BOTTOM - (HEIGHT - BOTTOM - TOP) * share
    path, pen = [], "M"
    for across, down in zip(x.tolist(), y.tolist(), strict=True):
        if not np.isfinite(down):
            pen = "M"
            continue
        path.append(f"{pen}{across:.1f} {down:.1f}")
        pen = "L"
    if len(path) == 1:
        return f'<circle{kind} cx="{x[0]:.1f}" cy="{y[0]:.1f}" r="3"/>'
    return f'<path{kind} d="{"".join(path)}"/>'
