"""Regions of inputs, as a section of the page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape

import numpy as np
from numpy.typing import NDArray

from neurograph.regions import InputRegion
from neurograph.solvers.settle import settle

Array = NDArray[np.float64]

SIDE, EDGE = 280, 30
"""Width and height of the picture, and what is left on each side for the ends of the inputs."""

CELLS = 50
"""Cells of the map of answers, along each input."""

COLOURS = (
    "#D55E00", "#0072B2", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#F0E442", "#7A7A7A", "#8C564B", "#17BECF",
)  # fmt: skip
"""Of the answers, in turn."""


def regions(given: Sequence[InputRegion]) -> str:
    """Return the section of the regions: what is proved, the neurons that decide, the boxes over two inputs."""
    rows = "\n".join(map(_row, given))
    return (
        '<section id="regions">\n<h2>Regions of inputs</h2>\n'
        f'<p class="soft">Of the network with the hash {given[0].digest}.</p>\n{_picture(given)}'
        "<table>\n<thead><tr><th>Proved</th><th>Neurons that stay</th><th>Box, log-volume</th></tr></thead>\n"
        f"<tbody>\n{rows}\n</tbody>\n</table>\n</section>\n"
    )


def _row(one: InputRegion) -> str:
    words = escape("; ".join(one.inequalities.words))
    neurons = escape(", ".join(f"{label} {piece}" for label, piece in one.pattern.items()) or "none")
    ends = zip(one.network.inputs, *one.box, strict=True)
    box = "".join(f"<p>{escape(str(name))} from {low:.4g} to {high:.4g}</p>" for name, low, high in ends)
    return (
        f"<tr><td>{escape(str(one.proved))}<small>{words}</small></td><td>{neurons}</td>"
        f"<td>{one.volume():.4g}<small>the pattern's {one.pattern_volume:.4g}</small>"
        f"<details><summary>its ends</summary>{box}</details></td></tr>"
    )


def _picture(given: Sequence[InputRegion]) -> str:
    """Return the boxes and the inputs asked about as SVG, over the first two inputs, on top of the answers there.

    Nothing where there is one input.
    """
    labels = given[0].network.inputs
    if len(labels) < 2:
        return ""
    ends = np.array([end[:2] for one in given for end in (*one.box, *one.domain, one.x0)])
    low, high = ends.min(axis=0), ends.max(axis=0)
    scale = (SIDE - 2 * EDGE) / np.where(high > low, high - low, 1.0)

    def at(point: Array) -> tuple[float, float]:
        x, y = (point[:2] - low) * scale
        return EDGE + float(x), SIDE - EDGE - float(y)

    drawn = [*_answers(given[0], low, high)]
    for one in given:
        (left, bottom), (right, top) = at(one.box[0]), at(one.box[1])
        x, y = at(one.x0)
        drawn.append(_rectangle(left, top, right - left, bottom - top, 'fill="none" stroke="currentColor"'))
        drawn.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="currentColor"/>')
    bottom = SIDE - EDGE + 11
    for x, y, anchor, value in (
        (EDGE, bottom, "start", low[0]), (SIDE - EDGE, bottom, "end", high[0]),
        (EDGE - 3, SIDE - EDGE, "end", low[1]), (EDGE - 3, EDGE + 8, "end", high[1]),
    ):  # fmt: skip
        place = f'x="{x}" y="{y}" text-anchor="{anchor}"'
        drawn.append(f'<text {place} font-size="9" fill="currentColor">{value:.3g}</text>')
    names = f"{escape(str(labels[0]))} to the right, {escape(str(labels[1]))} upwards"
    others = ", the other inputs as at the first of them" if len(labels) > 2 else ""
    return (
        f'<svg width="{SIDE}" height="{SIDE}" viewBox="0 0 {SIDE} {SIDE}" role="img" '
        f'aria-label="boxes: {names}">{"".join(drawn)}</svg>\n<p class="soft">Boxes, and the inputs asked about: '
        f"{names}; shaded, what is answered there{others}.</p>\n"
    )


def _answers(first: InputRegion, low: Array, high: Array) -> Iterator[str]:
    """Yield rectangles of one answer each, over the first two inputs: runs of equal cells of a grid."""
    network, cell = first.network, (SIDE - 2 * EDGE) / CELLS
    middles = low + (high - low) * (np.arange(CELLS)[:, None] + 0.5) / CELLS
    points = np.tile(first.x0, (CELLS * CELLS, 1))
    points[:, :2] = np.stack(np.meshgrid(*middles.T), axis=-1).reshape(-1, 2)
    outputs = settle(network, points, throw=False).outputs
    single = outputs.shape[1] == 1
    classes = (outputs[:, 0] > 0.5).astype(np.int64) if single else outputs.argmax(axis=1)
    for row, line in enumerate(classes.reshape(CELLS, CELLS)):
        starts = np.flatnonzero(np.append(True, line[1:] != line[:-1]))
        for start, end in zip(starts.tolist(), [*starts[1:].tolist(), CELLS], strict=True):
            colour = COLOURS[int(line[start]) % len(COLOURS)]
            style = f'fill="{colour}" fill-opacity="0.35" shape-rendering="crispEdges"'
            yield _rectangle(EDGE + start * cell, SIDE - EDGE - (row + 1) * cell, (end - start) * cell, cell, style)


def _rectangle(left: float, top: float, width: float, height: float, style: str) -> str:
    return f'<rect x="{left:.1f}" y="{top:.1f}" width="{width:.2f}" height="{height:.2f}" {style}/>'
