"""Small curves for cards, as SVG inside HTML."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from neurograph.drawing.card import Html, escaped
from neurograph.drawing.looks import COLOURS

WIDTH, HEIGHT, LEFT, BELOW = 340, 110, 52, 16
"""Size in pixels, and the space for numbers to the left and below."""

POINTS = 300
"""Most points of a curve."""

DASHES = (("solid", "none"), ("dashed", "6 3"), ("dotted", "2 2"))
"""How curves differ beside their colours: in the legend, and in the picture."""

DECADES = 100.0
"""Ratio of the largest to the smallest from which positive numbers are drawn by their logarithms."""


def chart(x: ArrayLike, lines: Mapping[str, NDArray[Any]], along: str) -> Html:
    """Draw curves over the numbers `x` of the quantity `along`; one breaks off where it is not finite.

    Of many the first six are drawn, and the legend says how many there are.
    """
    at = np.asarray(x, np.float64)
    drawn = {name: np.real(line).astype(np.float64) for name, line in list(lines.items())[: len(COLOURS)]}
    every = np.concatenate([np.empty(0), *drawn.values()])
    finite = every[np.isfinite(every)]
    if not finite.size:
        return Html()
    low, high = float(finite.min()), float(finite.max())
    log = low > 0.0 and high > DECADES * low
    keep = np.unique(np.linspace(0, at.size - 1, min(at.size, POINTS)).round().astype(np.int64))
    across = LEFT + (WIDTH - LEFT - 6) * _share(at[keep], at[0], at[-1], False)
    paths = "".join(
        f'<path d="{_path(across, 6 + (HEIGHT - BELOW - 10) * (1 - _share(line[keep], low, high, log)))}" fill="none" '
        f'stroke="{COLOURS[k]}" stroke-width="1.8" stroke-linecap="round" stroke-dasharray="{DASHES[k % 3][1]}"/>'
        for k, (name, line) in enumerate(drawn.items())
    )
    foot, said = HEIGHT - BELOW, "; ".join(_words(name, line) for name, line in drawn.items())
    scale = ", on a logarithmic scale" if log else ""
    ends = "".join(
        f'<text x="{x}" y="{y}" text-anchor="{anchor}">{escaped(value)}</text>'
        for x, y, anchor, value in (
            (LEFT - 5, 13, "end", high), (LEFT - 5, foot, "end", low if low < high else ""),
            (LEFT, HEIGHT - 3, "start", at[0]), (WIDTH - 6, HEIGHT - 3, "end", at[-1] if at.size > 1 else ""),
        )
    )  # fmt: skip
    legend = "".join(
        f'<span style="margin-right:1em;border-bottom:2px {DASHES[k % 3][0]} {COLOURS[k]}">{escaped(name)}</span>'
        for k, name in enumerate(drawn)
    )
    legend += f"and {len(lines) - len(drawn)} more " if len(lines) > len(drawn) else ""
    return Html(
        f'<div style="font-size:11px">{legend}<span style="opacity:.75">over {escaped(along)}{scale}</span></div>'
        f'<svg role="img" aria-label="{escaped(f"Curves over {along}{scale}. {said}", 400)}" width="{WIDTH}" '
        f'height="{HEIGHT}" viewBox="0 0 {WIDTH} {HEIGHT}" style="max-width:100%;height:auto">'
        f'<path d="M{LEFT} 4V{foot}H{WIDTH - 4}" fill="none" stroke="currentColor" stroke-opacity=".4"/>'
        f'<g font-size="10" fill="currentColor">{ends}</g>{paths}</svg>'
    )


def _share(values: NDArray[np.float64], low: float, high: float, log: bool) -> NDArray[np.float64]:
    """Return how far between the two each value is; in the middle where they are equal."""
    if log:
        # What is not positive here is not finite.
        logs = np.log(np.where(values > 0.0, values, np.nan))
        return np.asarray((logs - np.log(low)) / (np.log(high) - np.log(low)))
    # By parts, for the difference of two finite numbers may not be one.
    width = high / 2 - low / 2
    return (values / 2 - low / 2) / width if width > 0.0 else np.where(np.isfinite(values), 0.5, np.nan)


def _path(across: NDArray[np.float64], down: NDArray[np.float64]) -> str:
    """Return a path that begins anew after what is not finite; a point alone is a line without length."""
    text, pen = "", False
    for x, y in zip(across.tolist(), down.tolist(), strict=True):
        there = bool(np.isfinite(y))
        text += f"{'L' if pen else 'M'}{x:.1f} {y:.1f}{'' if pen else 'h0'}" if there else ""
        pen = there
    return text


def _words(name: str, line: NDArray[np.float64]) -> str:
    return f"{name}: from {line[0]:.4g} to {line[-1]:.4g}" if line.size else f"{name}: none"
