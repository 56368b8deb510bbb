"""A small picture of a graph for cards, as SVG inside HTML: drawn as ``plots.network`` draws it."""

from __future__ import annotations

import numpy as np

from neurograph.drawing.card import Html, escaped
from neurograph.drawing.edge_curves import control, loop
from neurograph.drawing.labels import short_names
from neurograph.drawing.layout import RADIUS, Drawn, Points, positions
from neurograph.drawing.looks import GREY, INK, NEGATIVE, POSITIVE, SHAPES
from neurograph.drawing.wires import wires
from neurograph.graphs.edge_table import BIAS, HIDDEN, INPUT, OUTPUT, ROLES

MOST_NODES, MOST_EDGES = 60, 400
"""Size up to which a card has a picture."""

WIDTH, HEIGHT, UNIT = 400.0, 300.0, 44.0
"""Most pixels of the picture, and of a unit of the layout."""

INSIDE, CHARACTER, SMALLEST = 4, 0.13, 6.0
"""Most characters of a label inside its node; width of one beside it, in units; least size of text, in pixels."""

SIGNS = {1: "&#9654;&#xFE0E; positive", -1: "&#8866; negative", 0: "&#8943; zero"}
MARKS = {INPUT: "&#9633;", BIAS: "&#9671;", HIDDEN: "&#9675;", OUTPUT: "&#11041;"}
"""What stands for a sign, and for a role, in the line below the picture."""


def sketch(drawn: Drawn) -> Html:
    """Draw a small graph; of a large one say why there is no picture.

    Complex weights are drawn by their moduli.
    """
    count, edges = len(drawn.nodes), drawn.weights.size
    if not count:
        return Html()
    if count > MOST_NODES or edges > MOST_EDGES:
        return escaped(
            f"No picture here of more than {MOST_NODES} nodes or {MOST_EDGES} edges: "
            'neurograph.write_page(network, "network.html") draws it.', 200,
        )  # fmt: skip
    names, labels = short_names(drawn.nodes), [escaped(str(node)) for node in drawn.nodes]
    longest = max(map(len, names))
    margin = CHARACTER * longest if longest > INSIDE else 0.0
    places, sides = positions(drawn, None, margin)
    paths = wires(drawn, places, {role: shape for role, (shape, _) in SHAPES.items()})
    around = RADIUS * (3.3 if np.any(drawn.pre == drawn.post) else 1.5) + np.array([margin, 0.35 if margin else 0.0])
    low = np.minimum(paths.corners()[0] - 0.1, places.min(axis=0) - around)
    high = np.maximum(paths.corners()[1] + 0.1, places.max(axis=0) + around)
    unit = float(min(UNIT, WIDTH / (high - low)[0], HEIGHT / (high - low)[1]))
    width, height = (high - low) * unit

    def at(points: Points) -> Points:
        """Return points in pixels, y downwards."""
        return np.asarray((points - low) * unit * [1, -1] + [0, height])

    weights = np.abs(drawn.weights) if drawn.weights.dtype.kind == "c" else drawn.weights
    sizes = np.abs(weights) / (np.max(np.abs(weights), initial=0.0) or 1.0)
    lines = []
    for k in np.argsort(sizes, kind="stable").tolist():
        i, j = int(drawn.pre[k]), int(drawn.post[k])
        title = f"{labels[i]} &#8594; {labels[j]}: {escaped(drawn.weights[k])}"
        if i == j:
            corners = loop(places[i], places.mean(axis=0))
        else:
            start, end = paths.starts[k], paths.ends[k]
            corners = np.array([start, control(start, end, float(paths.bends[k])), end])
        lines.append(_edge(at(corners), int(np.sign(weights[k])), float(sizes[k]), title))
    size = min(11.0, (CHARACTER / 0.62 if margin else 0.84 / max(longest, 2)) * unit)
    drawn_nodes = [
        _node(at(place[None])[0], int(role), unit, label)
        + (_label(at(place + 1.5 * RADIUS * side * bool(margin)), side * bool(margin), name, size) * (size >= SMALLEST))
        for label, role, place, side, name in zip(labels, drawn.roles, places, sides, names, strict=True)
    ]
    shown = [f"{mark} {ROLES[role]}" for role, mark in MARKS.items() if np.any(drawn.roles == role)]
    shown += [
        f'<span style="border-bottom:2px solid {_colour(sign)}">{words}</span>'
        for sign, words in SIGNS.items()
        if np.any(np.sign(weights) == sign)
    ]
    said = f"Picture of the network: {count} nodes, inputs to the left and outputs to the right, and {edges} edges."
    return Html(
        f'<svg role="img" aria-label="{said}" width="{width:.0f}" height="{height:.0f}" '
        f'viewBox="0 0 {width:.1f} {height:.1f}" style="max-width:100%;height:auto">'
        f"{''.join(lines + drawn_nodes)}</svg>"
        f'<div style="font-size:11px">{" &#160; ".join(shown)}</div>'
    )


def _colour(sign: int) -> str:
    return {1: POSITIVE, -1: NEGATIVE, 0: GREY}[sign]


def _edge(corners: Points, sign: int, size: float, title: str) -> str:
    """Return an edge along the corners of a Bézier curve: a triangle at its end if positive, a bar if negative."""
    colour, width = _colour(sign), 0.8 + 1.8 * size
    head = {1: 5.0 + 3.0 * size, -1: 2.0, 0: 0.0}[sign]
    along = corners[-1] - corners[-2]
    along = along / (np.hypot(*along) or 1.0)
    beside, tip = np.array([-along[1], along[0]]), corners[-1] - 1.5 * along
    ended = np.vstack([corners[:-1], tip - head * along])
    letter = " QC"[len(corners) - 2]
    curve = f"M{_points(ended[:1])}{letter}{_points(ended[1:])}"
    ends = {
        1: [tip - head * along + 0.45 * head * beside, tip, tip - head * along - 0.45 * head * beside],
        -1: [tip - head * along + 4.0 * beside, tip - head * along - 4.0 * beside],
    }.get(sign, [])
    tail = f'<path d="M{_points(np.array(ends))}" fill="{colour}" stroke="{colour}" stroke-width="1"/>' if ends else ""
    dashes = "" if sign else ' stroke-dasharray="2 2"'
    return (
        f'<g stroke-opacity=".85"><title>{title}</title><path d="{curve}" fill="none" stroke="{colour}" '
        f'stroke-width="{width:.1f}"{dashes}/>{tail}</g>'
    )


def _node(place: Points, role: int, unit: float, title: str) -> str:
    (corners, rotation, size), fill = SHAPES[role]
    angle = np.pi / 2 + rotation + 2 * np.pi * np.arange(corners) / corners
    polygon = place + size * RADIUS * unit * np.column_stack([np.cos(angle), -np.sin(angle)])
    look = f'fill="{fill}" stroke="{INK}" stroke-width=".9"'
    return f'<polygon points="{_points(polygon)}" {look}><title>{title}</title></polygon>'


def _label(place: Points, side: Points, name: str, size: float) -> str:
    """Return a label: inside its node where `side` is 0, dark on light; else beside it, in the colour of the page."""
    dx, dy = (int(np.sign(part)) * (abs(part) > 0.35) for part in side.tolist())
    anchor, colour = ("middle", "start", "end")[dx], "currentColor" if side.any() else INK
    x, y = place[0], place[1] + size * (0.35 - 0.5 * dy)
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size:.1f}" text-anchor="{anchor}" fill="{colour}" '
        f'pointer-events="none">{escaped(name)}</text>'
    )


def _points(points: Points) -> str:
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in points.tolist())
