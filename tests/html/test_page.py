"""The page: what its text holds, and what a real browser makes of it."""

import hashlib
import json
import re
import sys
from pathlib import Path

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings

import neurograph as ng
from neurograph.html import page
from neurograph.pruning import Removed
from tests.strategies import graphs

HOSTILE = "</script><script>alert(1)</script><!--&amp;\"'\u2028\u202e日本\x00"


def parts(text):
    """Take a page apart: the JSON that it draws, its scripts, and the rest of its HTML."""
    scripts = re.findall(r"<script[^>]*>(.*?)</script>", text, re.DOTALL)
    assert len(scripts) == 3
    rest = re.sub(r"<(script|style)[^>]*>.*?</\1>", "", text, flags=re.DOTALL)
    return json.loads(scripts[0]), scripts[1:], rest


def random_graph(nodes, edges, seed=0):
    rng = np.random.default_rng(seed)
    graph = nx.DiGraph()
    for node in range(nodes):
        graph.add_node(node, role="input" if node < nodes // 20 else "output" if node < nodes // 10 else "hidden")
    while graph.number_of_edges() < edges:
        pre, post = int(rng.integers(nodes)), int(rng.integers(nodes // 20, nodes))
        if pre != post:
            graph.add_edge(pre, post, weight=float(rng.normal()))
    return graph


def pruned_network():
    network = ng.compile(ng.topologies.complete(inputs=2, hidden=5, outputs=1, bias=True, seed=0))
    return ng.prune(network, ng.pruning.magnitude(fraction=0.5))


@settings(max_examples=30)
@given(graph=graphs(biases=True, self_loops=True))
def test_the_page_holds_the_graph(graph):
    graph.graph.pop("dynamics", None)
    told, _, _ = parts(page(graph))
    nodes = told["nodes"]
    assert [node["label"] for node in nodes] == [" ".join(str(node).split()) for node in graph]
    assert [node["role"] for node in nodes] == [graph.nodes[node].get("role", "hidden") for node in graph]
    assert [node["bias"] for node in nodes] == [graph.nodes[node].get("bias") for node in graph]
    places = list(graph)
    edges = [(places[pre], places[post], weight) for pre, post, weight, *_ in told["edges"]]
    assert edges == list(graph.edges(data="weight"))
    for node, data in zip(graph, nodes, strict=True):
        assert data["in"][0] == graph.in_degree(node)
        assert data["out"][0] == graph.out_degree(node)
        strength = sum(abs(weight) for _, _, weight in graph.in_edges(node, data="weight"))
        assert float(data["in"][1]) == pytest.approx(strength, rel=1e-3)
    assert told["left"] == []
    assert told["undrawn"] == [0, 0]


def test_the_same_values_give_the_same_bytes(tmp_path):
    files = []
    for name in ("a.html", "b.html"):
        pruning = pruned_network()
        files.append(ng.write_page(pruning.network, tmp_path / name, removed=pruning.removed))
    assert files[0].read_bytes() == files[1].read_bytes()
    graph = pruned_network().network.to_graph()
    assert ng.write_page(graph, tmp_path / "c.html").read_text("utf-8") == page(graph)
    with pytest.raises(ng.FormatError, match=r"neurograph\.write_page\(graph, path\)"):
        ng.write(graph, tmp_path / "d.html")


@pytest.mark.parametrize(("nodes", "edges", "weak"), [(299, 2000, 0), (300, 600, 0), (300, 2400, 75), (400, 1000, 20)])
def test_from_300_nodes_on_the_page_opens_with_the_strongest_edges(nodes, edges, weak):
    told, _, _ = parts(page(random_graph(nodes, edges)))
    assert told["weak"] == weak
    assert len(told["edges"]) == edges


def test_500_nodes_and_5000_edges_stay_under_3_megabytes(tmp_path):
    assert ng.write_page(random_graph(500, 5000), tmp_path / "large.html").stat().st_size < 3_000_000


def test_nothing_is_loaded_and_no_label_becomes_markup():
    graph = nx.DiGraph(name=HOSTILE)
    graph.add_node(HOSTILE, role="output", note=HOSTILE)
    network = ng.compile(graph)
    history = {HOSTILE: [1.0, 2.0], "cost": [0.1, 0.2]}
    removed = [Removed((HOSTILE + "2", HOSTILE), 1, 0.5, np.nan, HOSTILE)]
    text = page(graph, report=ng.certify(network), history=history, removed=removed)
    told, _, rest = parts(text)
    assert told["nodes"][0]["label"] == " ".join(HOSTILE.split())
    assert told["left"][0][4]["left after epoch 2"].endswith(": " + " ".join(HOSTILE.split()))
    assert "<!--" not in rest
    assert not re.search(r"\b(src|href|url|@import)\b\s*[=(]", rest)
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', text).group(1)
    assert policy.startswith("default-src 'none'")
    assert "unsafe-inline'; script" in policy
    assert policy.count("sha256-") == 2


def test_each_population_has_its_equation_and_its_number_of_nodes():
    graph = ng.topologies.complete(2, 3, 1, seed=0)
    nx.set_node_attributes(graph, {node: "<b>" if node == "h0" else "others" for node in graph}, "population")
    text = page(ng.compile(graph, {"<b>": ng.dynamics.additive("tanh"), "others": ng.dynamics.additive("relu")}))
    assert "<p>&lt;b&gt;, 1 node: <code>ds/dt = -s + tanh(I + b)</code></p>" in text
    assert "<p>others, 5 nodes: <code>ds/dt = -s + relu(I + b)</code></p>" in text
    assert "others, " not in page(ng.compile(graph, ng.dynamics.additive("tanh")))


def test_long_labels_are_cut_and_like_ones_told_apart():
    graph = nx.DiGraph()
    graph.add_nodes_from([("x" * 10**6, {"role": "output"}), "1", 1])
    nodes = parts(page(graph))[0]["nodes"]
    assert len(nodes[0]["label"]) == 1000
    assert [node["label"] for node in nodes[1:]] == ["'1'", "1"]


def test_edges_that_left_are_told_by_epoch_or_by_score():
    pruning = pruned_network()
    told, _, _ = parts(page(pruning.network, removed=pruning.removed))
    assert told["steps"] == {"count": 24, "edges": None, "epochs": None}
    by_step = sorted(told["left"], key=lambda edge: edge[-1])
    assert [edge[-1] for edge in by_step] == [[step] for step in range(1, 25)]
    sizes = [abs(edge[2]) for edge in by_step]
    assert sizes == sorted(sizes)
    epochs = [Removed(one.edge, 7 if k % 2 else 3, one.weight, one.score, "") for k, one in enumerate(pruning.removed)]
    told, _, _ = parts(page(pruning.network, removed=epochs))
    assert told["steps"] == {"count": 2, "edges": [48, 36, 24], "epochs": [4, 8]}
    by_edge = {
        (told["nodes"][pre]["label"], told["nodes"][post]["label"]): last for pre, post, *_, last in told["left"]
    }
    assert by_edge == {one.edge: [1 + (one.epoch == 7)] for one in epochs}


def test_of_too_many_edges_the_strongest_are_drawn(monkeypatch):
    monkeypatch.setattr(sys.modules["neurograph.html.content"], "MOST_EDGES", 30)
    graph = random_graph(40, 100)
    text = page(graph)
    told, _, rest = parts(text)
    strongest = sorted((abs(weight) for _, _, weight in graph.edges(data="weight")), reverse=True)[:30]
    assert sorted((abs(edge[2]) for edge in told["edges"]), reverse=True) == strongest
    assert told["undrawn"] == [70, 0]
    assert "the 70 weakest edges of the graph" in rest
    gone = [Removed((0, f"h{k}"), 1, 1.0 + k, 0.0, "") for k in range(5)]
    small = random_graph(40, 28)
    told, _, rest = parts(page(small, removed=gone))
    assert [edge[2] for edge in told["left"]] == [4.0, 5.0]
    assert "the 3 weakest edges of those that left" in rest


@pytest.mark.parametrize("given", ["a.json", "a.html"])
def test_what_cannot_be_a_page_is_refused_by_name(given, tmp_path):
    network = pruned_network().network
    fit = ng.train(network, *ng.tasks.logic("xor"), epochs=1)
    path = tmp_path / given
    if path.suffix == ".json":
        with pytest.raises(ng.FormatError, match=r"expected \.html"):
            ng.write_page(network, path)
        return
    for call, error, message in (
        (lambda: ng.write_page(fit, path), ng.ParameterError, "pass fit.network"),
        (lambda: ng.write_page(network, path, report="proved"), ng.ParameterError, "what neurograph.certify returns"),
        (lambda: ng.write_page(network, path, report=ng.certify(fit.network)), ng.ParameterError, "another network"),
        (lambda: ng.write_page(network, path, history={"cost": [[1.0]]}), ng.ParameterError, r"history\['cost'\]"),
        (lambda: ng.write_page(network, path, removed=[("a", "b")]), ng.ParameterError, "removed holds"),
    ):
        with pytest.raises(error, match=message):
            call()
    assert not path.exists()
    with pytest.raises(ng.FormatError, match="cannot be read back"):
        ng.read(ng.write_page(network, path))


def test_the_drawing_library_is_the_one_that_its_note_names():
    folder = Path(ng.__file__).parent / "html" / "cytoscape"
    digest = hashlib.sha256((folder / "cytoscape.min.js").read_bytes()).hexdigest()
    assert digest in (folder / "README.md").read_text()
    assert "Permission is hereby granted" in (folder / "LICENSE").read_text()


def drawn(tab):
    """Count the edges that are visible after the next frame."""
    frame = "new Promise(next => requestAnimationFrame(() => requestAnimationFrame(next)))"
    return tab.evaluate(f"{frame}.then(() => cy.edges(':visible').length)")


@pytest.mark.parametrize(
    "graph",
    [
        ng.topologies.complete(inputs=2, hidden=5, outputs=1, bias=True, seed=0),
        ng.topologies.layered(8, [8], 3, seed=0),
        random_graph(120, 1500),
        random_graph(10, 0),
    ],
    ids=["circle", "layers", "force", "no edges"],
)
def test_as_many_nodes_and_edges_are_drawn_as_there_are(graph, opened):
    tab = opened(graph)
    assert drawn(tab) == graph.number_of_edges()
    assert tab.evaluate("cy.nodes(':visible').length") == graph.number_of_nodes()
    count = f"{graph.number_of_edges():,}"
    assert tab.inner_text("#count") == f"{count} of {count} edges drawn"
    ends = tab.evaluate("cy.edges().map(e => [e.source().data('place'), e.target().data('place')])")
    labels = list(graph)
    assert {(labels[pre], labels[post]) for pre, post in ends} == set(graph.edges)
    inside = "cy.nodes().every(n => { const p = n.renderedPosition();"
    assert tab.evaluate(inside + "return p.x > 0 && p.y > 0 && p.x < cy.width() && p.y < cy.height() })")


def test_a_crowd_opens_without_its_weak_edges_and_says_so(opened):
    graph = random_graph(320, 4000)
    tab = opened(graph)
    count = drawn(tab)
    assert count == 4000 - int(0.84 * 4000) == 640
    assert tab.inner_text("#count") == "the strongest 640 of 4,000 edges drawn"
    assert tab.inner_text("#weak-said").endswith("; at 0, none is hidden")
    tab.focus("#weak")
    tab.keyboard.press("Home")
    assert drawn(tab) == 4000
    assert tab.inner_text("#count") == "4,000 of 4,000 edges drawn"


def test_a_page_keeps_its_layout_in_a_small_window(opened):
    tab = opened(ng.topologies.complete(inputs=2, hidden=5, outputs=1, seed=0))
    for width in (1280, 700):
        tab.set_viewport_size({"width": width, "height": 600})
        drawn(tab)
        drawing, panel = (tab.locator(part).bounding_box() for part in ("main", "aside"))
        assert drawing["y"] == panel["y"] == 0
        assert drawing["x"] + drawing["width"] == pytest.approx(panel["x"], abs=1.0)
        inside = "cy.nodes().every(n => { const p = n.renderedPosition();"
        inside += "return p.x > 0 && p.y > 0 && p.x < cy.width() && p.y < cy.height() })"
        # It may take more than a frame until the drawing has heard of the new size.
        assert any(tab.evaluate(inside) for _ in range(50) if drawn(tab))


def test_the_slider_hides_the_weak(opened):
    graph = ng.topologies.complete(inputs=2, hidden=5, outputs=1, bias=True, seed=0)
    tab = opened(graph)
    sizes = sorted(abs(weight) for _, _, weight in graph.edges(data="weight"))
    tab.focus("#weak")
    for presses in (1, 2, 3):
        tab.keyboard.press("PageUp")
        least = sizes[int(presses * 10 / 100 * len(sizes))]
        assert drawn(tab) == sum(size >= least for size in sizes)
        assert tab.inner_text("#count") == f"{drawn(tab)} of 48 edges drawn"
    tab.keyboard.press("End")
    assert drawn(tab) == 1
    tab.keyboard.press("Home")
    assert drawn(tab) == 48


def test_the_slider_over_the_pruning_brings_edges_back(opened):
    pruning = pruned_network()
    tab = opened(pruning.network, removed=pruning.removed)
    assert drawn(tab) == 24
    tab.focus("#log")
    for back in range(1, 4):
        tab.keyboard.press("ArrowLeft")
        assert drawn(tab) == 24 + back
    tab.keyboard.press("Home")
    assert drawn(tab) == 48
    assert tab.inner_text("#log-said") == "before the first edge left"
    tab.keyboard.press("End")
    tab.check("#ghosts")
    assert drawn(tab) == 48
    assert tab.evaluate("cy.edges('.gone').length") == 24
    assert tab.inner_text("#count") == "24 of 24 edges drawn"


def test_a_long_log_begins_at_its_end(opened):
    pruning = ng.prune(ng.compile(random_graph(40, 400)), ng.pruning.magnitude(fraction=0.75), neurons=False)
    tab = opened(pruning.network, removed=pruning.removed)
    assert drawn(tab) == 100
    assert tab.inner_text("#log-said") == "300 of 300 edges have left, lowest score first, the graph as it is"


def test_pointing_at_a_neuron_gives_its_numbers(opened):
    graph = nx.DiGraph([(HOSTILE, "y", {"weight": -0.5}), ("y", "y", {"weight": 0.25, "plastic": False})])
    graph.nodes[HOSTILE]["role"], graph.nodes["y"]["role"] = "input", "output"
    graph.nodes["y"].update(bias=0.125, colour="<b>red</b>")
    network = ng.compile(graph, dynamics=ng.dynamics.additive("tanh"))
    tab = opened(network, report=ng.certify(network), history={"cost": [0.2, 0.1]})
    assert tab.evaluate("cy.edges('.negative, .positive').length") == 2
    place = tab.evaluate("cy.getElementById('n1').renderedPosition()")
    tab.mouse.move(place["x"], place["y"])
    said = tab.inner_text("#facts").split("\n")
    for words in (["edges in", "2, of strength 0.75"], ["edges out", "1, of strength 0.25"], ["bias", "0.125"]):
        assert said[said.index(words[0]) :][:2] == words
    assert "<b>red</b>" in said
    tab.mouse.move(1, 1)
    tab.select_option("#neuron", "0")
    assert "</script><script>alert(1)" in tab.inner_text("#facts b")
    assert tab.locator("#certificates tbody tr").count() == len(ng.certify(network))
    assert tab.locator("#curves svg").count() == 1


def test_the_slider_over_time_colours_the_nodes_and_play_goes_to_its_end(opened):
    network = ng.compile(ng.topologies.layered(1, [2], 1, seed=0), ng.dynamics.additive("tanh"))
    tab = opened(network, simulation=ng.simulate(network, [[[0.0], [1.0], [-1.0]]], dt=0.1))
    colour = "cy.getElementById('n0').style('background-color')"
    assert tab.evaluate(colour) == "rgb(255,255,255)"
    tab.focus("#time")
    tab.keyboard.press("End")
    assert tab.evaluate(colour) == "rgb(213,94,0)"
    assert tab.inner_text("#time-said") == "time 0.3 of 0.3"
    tab.click("#play")
    for _ in range(250):
        if tab.inner_text("#play") == "Play":
            break
        tab.wait_for_timeout(20)
    assert tab.inner_text("#time-said") == "time 0.3 of 0.3"
    tab.select_option("#neuron", "0")
    assert tab.inner_text("#facts").split("\n")[-2:] == ["state now", "-1"]


def test_the_drawing_follows_the_colours_of_the_system(opened):
    tab = opened(ng.topologies.complete(inputs=1, hidden=1, outputs=1, seed=0))
    ink = "cy.nodes()[0].style('color')"
    light = tab.evaluate(ink)
    tab.emulate_media(color_scheme="dark")
    for _ in range(250):  # the page's policy forbids what Playwright would wait with
        if tab.evaluate(ink) != light:
            break
        tab.wait_for_timeout(20)
    assert tab.evaluate(ink) != light
