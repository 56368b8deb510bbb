"""The small picture of a graph: every node and edge, in words too; none of a large graph."""

import re
from fractions import Fraction

import numpy as np
import pytest

from neurograph.drawing import sketch as module
from neurograph.drawing.layout import Drawn
from neurograph.drawing.looks import GREY, NEGATIVE, POSITIVE, SHAPES
from neurograph.drawing.sketch import MOST_EDGES, MOST_NODES, sketch
from neurograph.graphs.edge_table import BIAS, HIDDEN, INPUT, OUTPUT
from tests.drawing.checked_html import read


def drawn(nodes, roles, edges, weights):
    pre, post = np.array(edges, np.int64).reshape(-1, 2).T
    return Drawn(nodes, np.array(roles, np.int8), pre, post, np.array(weights))


SMALL = drawn(["x", "b", "<h>", "a long label"], [INPUT, BIAS, HIDDEN, OUTPUT], [(0, 2), (1, 2), (2, 3), (3, 3)],
              [0.5, -2.0, 0.0, 1.0])  # fmt: skip


def numbers(html):
    texts = re.findall(r'(?:points|d|x|y)="([^"]*)"', html)
    return np.array([float(one) for text in texts for one in re.findall(r"-?\d+\.\d+", text)])


def test_every_node_and_edge_is_drawn_and_named():
    html = sketch(SMALL)
    page = read(html)
    titles = [text for text in page.texts if "→" in text]
    assert sorted(titles) == ["<h> → a long label: 0", "a long label → a long label: 1", "b → <h>: -2", "x → <h>: 0.5"]
    assert page.tags.count("polygon") == page.tags.count("text") == 4
    assert page.text.endswith(
        "□ input \xa0 ◇ bias \xa0 ○ hidden \xa0 ⬡ output \xa0  ▶\ufe0e positive  \xa0  ⊢ negative  \xa0  ⋯ zero"
    )
    for role in (INPUT, BIAS, HIDDEN, OUTPUT):
        assert html.count(f'fill="{SHAPES[role][1]}"') == 1 or SHAPES[role][1] == "#FFFFFF"
    (svg,) = [one for one, tag in zip(page.attributes, page.tags, strict=True) if tag == "svg"]
    assert svg["role"] == "img"
    assert svg["aria-label"].startswith("Picture of the network: 4 nodes,")


def test_signs_differ_in_colour_and_in_what_ends_an_edge():
    found = {}
    for group in re.findall(r"<g .*?</g>", sketch(SMALL)):
        weight = float(re.search(r": ([-\d.]+)</title>", group)[1])
        found[weight] = (re.search(r'stroke="(#\w+)"', group)[1], group.count("<path"), "dasharray" in group)
    assert found == {
        0.5: (POSITIVE, 2, False), 1.0: (POSITIVE, 2, False), -2.0: (NEGATIVE, 2, False), 0.0: (GREY, 1, True),
    }  # fmt: skip
    widths = [
        float(one)
        for one in re.findall(r'stroke-width="(\d\.\d)"(?: stroke-dash[^/]*)?/>(?:<path|</g>)', sketch(SMALL))
    ]
    assert widths == sorted(widths)


@pytest.mark.parametrize("count", [1, 2, 5, 40, MOST_NODES])
def test_all_stands_inside_the_picture(count):
    rng = np.random.default_rng(count)
    edges = rng.integers(0, count, (min(3 * count, MOST_EDGES), 2))
    html = sketch(drawn([f"node {k}" for k in range(count)], np.arange(count) % 4, edges, rng.normal(size=len(edges))))
    width, height = map(float, re.search(r'viewBox="0 0 ([\d.]+) ([\d.]+)"', html).groups())
    assert width <= module.WIDTH + 1
    assert height <= module.HEIGHT + 1
    for text in re.findall(r'(?:points|d)="([^"]*)"', html):
        x, y = np.array([float(one) for one in re.findall(r"-?\d+\.\d+", text)]).reshape(-1, 2).T
        # The corners of a curve in between may lie outside; its ends and the nodes do not.
        ends = [0, -1] if text.startswith("M") else slice(None)
        assert np.all((x[ends] >= -1) & (x[ends] <= width + 1) & (y[ends] >= -1) & (y[ends] <= height + 1))


def test_a_large_graph_is_not_laid_out(monkeypatch):
    monkeypatch.setattr(module, "positions", None)
    many = drawn(range(MOST_NODES + 1), [HIDDEN] * (MOST_NODES + 1), [], [])
    dense = drawn(range(2), [HIDDEN] * 2, [(0, 1)] * (MOST_EDGES + 1), [1.0] * (MOST_EDGES + 1))
    for one in (many, dense):
        assert 'write_page(network, "network.html") draws it' in read(sketch(one)).text
    with pytest.raises(TypeError):
        sketch(SMALL)


def test_without_nodes_or_edges_and_of_complex_weights():
    assert sketch(drawn([], [], [], [])) == ""
    assert read(sketch(drawn(["x", "y"], [INPUT, OUTPUT], [], []))).tags.count("polygon") == 2
    html = sketch(drawn(["x", "y"], [INPUT, OUTPUT], [(0, 1)], [-0.6 + 0.8j]))
    assert "x → y: -0.6+0.8j" in read(html).texts
    assert NEGATIVE not in html
    assert np.all(np.isfinite(numbers(html)))


def test_labels_that_are_numbers_are_written_as_they_are():
    html = sketch(
        drawn([12000, 0.12345, Fraction(1, 2), None], [INPUT, HIDDEN, HIDDEN, OUTPUT], [(0, 1), (2, 3)], [1.0, 2.0])
    )
    assert [one for one in read(html).texts if "→" in one] == ["12000 → 0.12345: 1", "1/2 → None: 2"]
    assert html.count("<title>12000</title>") == html.count("<title>1/2</title>") == 1
