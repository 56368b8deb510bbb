"""Regions of inputs, as a section of the page."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import numpy as np

from neurograph.regions import InputRegion

SIDE = 220
"""Width and height of the picture."""


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
    """Return the boxes and the inputs asked about as SVG, over the first two inputs; nothing where there is one."""
    labels = given[0].network.inputs
    if len(labels) < 2:
        return ""
    ends = np.array([end[:2] for one in given for end in (*one.box, one.x0)])
    low, high = ends.min(axis=0), ends.max(axis=0)
    scale = (SIDE - 20) / np.where(high > low, high - low, 1.0)

    def at(point: np.ndarray) -> tuple[float, float]:
        x, y = (point[:2] - low) * scale
        return 10.0 + float(x), SIDE - 10.0 - float(y)

    drawn = []
    for one in given:
        (left, bottom), (right, top) = at(one.box[0]), at(one.box[1])
        x, y = at(one.x0)
        drawn.append(
            f'<rect x="{left:.1f}" y="{top:.1f}" width="{right - left:.1f}" height="{bottom - top:.1f}" '
            f'fill="none" stroke="currentColor"/><circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="currentColor"/>'
        )
    names = f"{escape(str(labels[0]))} to the right, {escape(str(labels[1]))} upwards"
    return (
        f'<svg width="{SIDE}" height="{SIDE}" viewBox="0 0 {SIDE} {SIDE}" role="img" '
        f'aria-label="boxes: {names}">{"".join(drawn)}</svg>\n<p class="soft">Boxes, and the inputs asked about: '
        f"{names}.</p>\n"
    )
