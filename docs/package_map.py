"""The map of the package, drawn from its imports: ``make map`` writes docs/map.svg.

A box for each package of neurograph/, in the layer that the table of CONTRIBUTING.md gives it, and an arrow for each
import that does not follow from the others: where a imports b and b imports c, a -> c is left out.
"""

import ast
import html
import itertools
import math
import re
from pathlib import Path

import networkx as nx

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "neurograph"
MAP = ROOT / "docs" / "map.svg"

MODULES = {path.relative_to(PACKAGE).as_posix(): path for path in sorted(PACKAGE.rglob("*.py"))}
NAMED = {
    "neurograph." + name.removesuffix(".py").removesuffix("/__init__").replace("/", "."): name
    for name in MODULES
    if name != "__init__.py"
}

ROW, BOX, GAP, THIN, EDGE, HEAD = 58, 28, 20, 16, 60, 6
"""Pixels: from layer to layer, height of a box, between two boxes, between two arrows, on the left, an arrow's head."""
SWEEPS = 100
STYLE = """
  text { font: 13px ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; fill: #fff; text-anchor: middle; }
  text.layer { fill: #767b82; text-anchor: start; }
  rect { fill: #2f6690; stroke: #6b9cc4; }
  line { stroke: #767b82; stroke-opacity: 0.25; }
  path { fill: none; stroke: #7d838c; stroke-width: 1.4; }
  path.head { fill: #7d838c; stroke: none; }
"""
"""Of tones that stand out from a white page and from a black one."""


def layers():
    """Read the table of CONTRIBUTING.md: the layer of each package."""
    rows = re.findall(r"^\| (\d+) \| `(\w+)` \|", (ROOT / "CONTRIBUTING.md").read_text(), re.MULTILINE)
    return {name: int(layer) for layer, name in rows}


def package_of(module):
    """Return the package that a module is of, by its path."""
    return module.partition("/")[0].removesuffix(".py")


def imported(path):
    """Yield what a file imports: each module, and each name of a module that may itself be one."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            names = [f"{node.module}.{name.name}" for name in node.names]
            yield from [name if name in NAMED else node.module for name in names]


def imports():
    """Return which package imports which, without what follows from the rest."""
    layer = layers()
    every = nx.DiGraph()
    every.add_nodes_from(layer)
    for module, path in MODULES.items():
        names = [name.split(".") for name in imported(path)] if package_of(module) in layer else []
        others = {name[1] for name in names if name[0] == "neurograph" and len(name) > 1} - {package_of(module)}
        every.add_edges_from((package_of(module), other) for other in others)
    return nx.transitive_reduction(every)


def stops_of(start, end, layer):
    """Return what an arrow has in each layer that it crosses: (from, to, layer)."""
    return [(start, end, number) for number in range(layer[start] - 1, layer[end], -1)]


def with_stops(graph, layer):
    """Return the graph with the stops of its arrows, and what stands in each layer."""
    chains = nx.DiGraph()
    rows = {number: [name for name in sorted(layer) if layer[name] == number] for number in sorted(set(layer.values()))}
    for start, end in sorted(graph.edges):
        stops = stops_of(start, end, layer)
        for stop in stops:
            rows[stop[2]].append(stop)
        nx.add_path(chains, [start, *stops, end])
    return chains, rows


def crossings(chains, upper, lower):
    """Count how often arrows cross between two rows."""
    place = {node: k for k, node in enumerate(lower)}
    ends = [sorted(place[end] for end in chains.successors(node)) for node in upper]
    return sum(a > b for left, right in itertools.combinations(ends, 2) for a in left for b in right)


def ordered(chains, rows):
    """Order each row by the middle of what its nodes are joined to, up and down in turn; keep what crosses least."""
    best, least = rows, None
    numbers = sorted(rows)
    for sweep in range(SWEEPS):
        down = sweep % 2 == 0
        for number in reversed(numbers) if down else numbers:
            beside = rows.get(number + 1 if down else number - 1)
            if beside is None:
                continue
            place = {node: k for k, node in enumerate(beside)}
            near = chains.predecessors if down else chains.successors
            middle = {
                node: sum(found) / len(found) if (found := [place[one] for one in near(node) if one in place]) else k
                for k, node in enumerate(rows[number])
            }
            rows = rows | {number: sorted(rows[number], key=lambda node: (middle[node], str(node)))}
        count = sum(crossings(chains, rows[number + 1], rows[number]) for number in numbers[:-1])
        if least is None or count < least:
            best, least = rows, count
    return best


def width(node):
    """Return how wide a node is: a stop is as thin as an arrow."""
    return 8 * len(node) + 22 if isinstance(node, str) else 2


def apart(row):
    """Return how far each node of a row is from the one before it, at least."""
    return [
        (width(a) + width(b)) / 2 + (GAP if isinstance(a, str) and isinstance(b, str) else THIN)
        for a, b in itertools.pairwise(row)
    ]


def pull(a, b):
    """Return how strongly two joined nodes draw each other: stops most, so that long arrows are straight."""
    return 1 if isinstance(a, str) and isinstance(b, str) else 2 if isinstance(a, str) or isinstance(b, str) else 8


def mean_of(weighted):
    """Return the mean of values with weights."""
    return math.fsum(value * weight for value, weight in weighted) / sum(weight for _, weight in weighted)


def spread(wanted, distances, weights):
    """Return places as near to the wanted ones as their distances allow, in the sense of weighted least squares."""
    ahead = [0.0, *itertools.accumulate(distances)]
    blocks = []
    for want, offset, weight in zip(wanted, ahead, weights, strict=True):
        blocks.append([(want - offset, weight)])
        while len(blocks) > 1 and mean_of(blocks[-2]) > mean_of(blocks[-1]):  # pool adjacent violators
            last = blocks.pop()
            blocks[-1] += last
    places = [mean_of(block) for block in blocks for _ in block]
    return [place + offset for place, offset in zip(places, ahead, strict=True)]


def placed(chains, rows):
    """Return where each node stands, from left to right: near the mean of what it is joined to."""
    x = {}
    for row in rows.values():
        x |= dict(zip(row, spread([0.0] * len(row), apart(row), [1] * len(row)), strict=True))
    for _ in range(SWEEPS):
        for number in [*sorted(rows), *sorted(rows, reverse=True)]:
            wanted = [
                mean_of([(x[one], pull(node, one)) for one in nx.all_neighbors(chains, node)]) for node in rows[number]
            ]
            weights = [sum(pull(node, one) for one in nx.all_neighbors(chains, node)) for node in rows[number]]
            x |= dict(zip(rows[number], spread(wanted, apart(rows[number]), weights), strict=True))
    left = min(x[node] - width(node) / 2 for node in x)
    return {node: round(place - left + EDGE) for node, place in x.items()}


def ports(node, others, x):
    """Return where the arrows of a box meet it, one for each of the others, in their order."""
    order = sorted(others, key=lambda one: (x[one], str(one)))
    step = min(16, (width(node) - 16) / max(len(order), 1))
    return {one: round(x[node] + step * (k - (len(order) - 1) / 2)) for k, one in enumerate(order)}


def arrow(points):
    """Return an arrow through points from above to below, straight down at both ends, smooth between them."""
    steps = [(b[0] - a[0]) / (b[1] - a[1]) for a, b in itertools.pairwise(points)]
    # Between two steps to the same side the lesser slope, as a monotone interpolation has it; else none.
    slopes = [0.0, *(min(a, b, key=abs) if a * b > 0 else 0.0 for a, b in itertools.pairwise(steps)), 0.0]
    path = ["M{} {}".format(*points[0])]
    for (before, after), (slope, next_slope) in zip(
        itertools.pairwise(points), itertools.pairwise(slopes), strict=True
    ):
        reach = (after[1] - before[1]) * (0.4 if len(points) > 2 else 0.5)
        path.append(
            f"C{round(before[0] + slope * reach)} {round(before[1] + reach)} "
            f"{round(after[0] - next_slope * reach)} {round(after[1] - reach)} {after[0]} {after[1]}"
        )
    tip = f"M{points[-1][0] - 4} {points[-1][1]} h8 l-4 {HEAD} z"
    return [f'<path d="{" ".join(path)}"/><path class="head" d="{tip}"/>']


def in_words(graph, layer):
    """Return what the map shows, for those who do not see it."""
    rows = [
        f"{name}, in layer {layer[name]}, imports {', '.join(sorted(graph.successors(name))) or 'none of them'}"
        for name in sorted(layer, key=lambda name: (-layer[name], name))
    ]
    return f"An import that follows from others is left out. {'; '.join(rows)}."


def drawn(graph, layer):
    """Return the map as SVG."""
    chains, rows = with_stops(graph, layer)
    x = placed(chains, ordered(chains, rows))
    top = max(rows)
    y = {node: ROW * (top - number) + ROW // 2 for number, row in rows.items() for node in row}
    right, bottom = max(x[node] + width(node) // 2 for node in x) + GAP, ROW * (top + 1)
    out = {node: ports(node, list(chains.successors(node)), x) for node in layer}
    into = {node: ports(node, list(chains.predecessors(node)), x) for node in layer}
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {right} {bottom}" width="{right}" height="{bottom}" '
        'role="img" aria-labelledby="map-title map-text">',
        '<title id="map-title">The packages of neurograph in their layers, and which imports which</title>',
        f'<desc id="map-text">{html.escape(in_words(graph, layer))}</desc>',
        f"<style>{STYLE}</style>",
    ]
    for number in rows:
        height = ROW * (top - number) + ROW // 2
        lines.append(f'<text class="layer" x="8" y="{height + 4}">{number}</text>')
        lines.append(f'<line x1="30" y1="{height}" x2="{right}" y2="{height}"/>')
    for start, end in sorted(graph.edges):
        stops = stops_of(start, end, layer)
        first, last = (stops[0], stops[-1]) if stops else (end, start)
        lines += arrow(
            [
                (out[start][first], y[start] + BOX // 2),
                # The first and the last stop are as high as a box, so that a steep arrow meets none beside it.
                *(
                    (x[one], y[one] + side)
                    for one in stops
                    for side in ((-BOX // 2, BOX // 2) if one in (first, last) else (0,))
                ),
                (into[end][last], y[end] - BOX // 2 - HEAD),
            ]
        )
    for node in sorted(layer, key=lambda name: (-layer[name], x[name])):
        lines.append(
            f'<rect x="{x[node] - width(node) // 2}" y="{y[node] - BOX // 2}" width="{width(node)}" height="{BOX}" '
            f'rx="5"/><text x="{x[node]}" y="{y[node] + 4}">{node}</text>'
        )
    return "\n".join([*lines, "</svg>", ""])


def main():
    """Write the map."""
    MAP.write_text(drawn(imports(), layers()))
    print(f"Written to {MAP.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
