"""The neurons of a large graph's page: which edges it carries, and that its script finds them."""

import base64
import json
import re
import shutil
import subprocess
from pathlib import Path

import networkx as nx
import numpy as np
import pytest

import neurograph as ng
from neurograph.graphs.from_networkx import read_graph
from neurograph.html import content, neurons, page
from neurograph.html.neurons import large_content
from tests.html.test_populations import brain


def numbers(text, kind):
    return np.frombuffer(base64.b64decode(text), kind)


def edges_of(told):
    into = numbers(told["into"], "<i4")
    post = np.repeat(np.arange(into.size), into)
    return list(zip(numbers(told["pre"], "<i4"), post, numbers(told["weights"], "<f4"), strict=True))


def strongest(graph, most):
    """The edges that are among the strongest of one of their ends."""
    kept = set()
    for ends in (graph.in_edges, graph.out_edges):
        for node in graph:
            kept |= {e[:2] for e in sorted(ends(node, data="weight"), key=lambda edge: -abs(edge[2]))[:most]}
    return kept


def test_of_each_neuron_the_strongest_edges_are_carried(monkeypatch):
    graph = brain()
    whole = large_content(read_graph(graph), (), ())["neurons"]
    assert {(u, v) for u, v, _ in edges_of(whole)} == set(graph.edges)
    assert len(whole["said"]) == 1
    for most in (1, 3):
        monkeypatch.setattr(neurons, "MOST_KEPT", len(strongest(graph, most)))
        told = large_content(read_graph(graph), (), ())["neurons"]
        assert {(u, v) for u, v, _ in edges_of(told)} == strongest(graph, most)
        assert all(weight == np.float32(graph.edges[u, v]["weight"]) for u, v, weight in edges_of(told))
        assert f"the {most} strongest edges in and out" in told["said"][1]
    assert numbers(told["degrees"][0], "<i4").tolist() == [graph.in_degree(node) for node in graph]
    assert numbers(told["degrees"][1], "<i4").tolist() == [graph.out_degree(node) for node in graph]
    first = sorted(graph.edges(data="weight"), key=lambda edge: -abs(edge[2]))
    assert [(u, v) for u, v, _ in told["strongest"]] == [edge[:2] for edge in first[:200]]


def test_attributes_are_carried_but_for_those_that_are_too_long(monkeypatch):
    graph = brain()
    nx.set_node_attributes(graph, {node: f"long {node}" for node in graph}, "note")
    nx.set_node_attributes(graph, {6: 0.5}, "bias")
    monkeypatch.setattr(neurons, "MOST_TEXT", 100)
    told = large_content(read_graph(graph), (), ())["neurons"]
    assert list(told["facts"]) == ["population"]
    values, place = told["facts"]["population"]["values"], numbers(told["facts"]["population"]["place"], "<i4")
    assert [values[k] for k in place] == [data.get("population", "") for _, data in graph.nodes(data=True)]
    assert "the attributes note" in told["said"][-1]
    assert numbers(told["biases"], "<f4")[6] == 0.5
    assert np.isnan(numbers(told["biases"], "<f4")[7])


def test_a_large_graph_is_a_page_with_its_neurons(monkeypatch):
    monkeypatch.setattr(content, "MOST_NODES", 20)
    network = ng.compile(brain())
    pruning = ng.prune(network, ng.pruning.magnitude(0.5))
    text = page(pruning.network, removed=pruning.removed)
    assert text == page(pruning.network.to_graph(), removed=list(pruning.removed))
    told = json.loads(re.findall(r"<script[^>]*>(.*?)</script>", text, re.DOTALL)[0])
    assert len(told["neurons"]["labels"]) == len(pruning.network.nodes)
    assert 'id="find"' in text
    assert 'id="find"' not in page(ng.topologies.complete(seed=0))


SCRIPT = """
const made = {};
const at = (id) => made[id] ||= {
  id, value: "", hidden: false, textContent: "", listeners: {}, children: [],
  addEventListener(name, f) { this.listeners[name] = f; },
  append(...more) { this.children.push(...more); }, replaceChildren(...more) { this.children = more; },
};
const document = { createElement: (name) => at(name + Math.random()) };
const addEventListener = () => {};
const [cy, list, chosen] = [{ on() {} }, () => {}, () => {}];
const [short, counted, sign] = [String, String, (w) => (w > 0 ? "positive" : w < 0 ? "negative" : "zero")];
const content = JSON.parse(require("fs").readFileSync(0, "utf8"));
const { nodes } = content;
"""


@pytest.mark.skipif(shutil.which("node") is None, reason="the script is run by node, which is not installed")
def test_the_script_opens_the_neighbourhood_of_any_neuron(tmp_path):
    graph = brain()
    code = SCRIPT + Path(neurons.__file__).with_suffix(".js").read_text("utf-8")
    code += """
at("find").value = "7"; find();
const found = at("found").children.map((item) => item.children[0].textContent);
const hoods = labels.map((_, k) => { const { places, among } = neighbourhood(k);
  return { places: [...places.keys()], among: among.map((e) => [pres[e], posts[e]]) }; });
console.log(JSON.stringify({ found, hoods, drawn: aroundElements(9).length }));
"""
    (tmp_path / "run.js").write_text(code, "utf-8")
    told = json.dumps(large_content(read_graph(graph), (), ()))
    ran = subprocess.run(["node", tmp_path / "run.js"], input=told, capture_output=True, text=True, check=True)
    seen = json.loads(ran.stdout)
    assert seen["found"] == ["7", "17", "27"]
    for node, hood in enumerate(seen["hoods"]):
        near = {node, *graph.predecessors(node), *graph.successors(node)}
        assert sorted(hood["places"]) == sorted(near)
        assert sorted(map(tuple, hood["among"])) == sorted(graph.subgraph(near).edges)
    hood = seen["hoods"][9]
    assert seen["drawn"] == len(hood["places"]) + len(hood["among"])
