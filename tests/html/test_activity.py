"""Activity on the page: which states it carries, and that its script plays them."""

import base64
import json
import re
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest

import neurograph as ng
from neurograph.html import activity, content, page
from tests.html.test_populations import brain


def told(text):
    return json.loads(re.findall(r"<script[^>]*>(.*?)</script>", text, re.DOTALL)[0])


def states(content):
    levels = np.frombuffer(base64.b64decode(content["activity"]["states"]), "<i2")
    levels = levels.reshape(len(content["activity"]["times"]), len(content["nodes"]))
    return np.where(levels < -activity.LEVELS, np.nan, levels * content["activity"]["largest"] / activity.LEVELS)


@pytest.fixture(scope="module")
def network():
    return ng.compile(ng.topologies.layered(inputs=2, hidden=(3,), outputs=1, seed=0), ng.dynamics.additive("tanh"))


@pytest.fixture(scope="module")
def simulation(network):
    return ng.simulate(network, [[[0.0, 5.0], [1.0, 1.0]], [[0.0, 0.0]] * 2], dt=0.1, hold=30.0)


def test_the_page_carries_a_state_of_each_node_in_at_most_200_frames(network, simulation):
    text = page(network, simulation=simulation)
    found = told(text)
    kept = np.linspace(0, 599, 200).round().astype(int)
    assert found["activity"]["times"] == pytest.approx(simulation.time[kept])
    assert [node["label"] for node in found["nodes"]] == list(network.nodes)
    assert states(found) == pytest.approx(simulation.states[0, kept], abs=5.0 / activity.LEVELS)
    assert found["activity"]["scale"] == pytest.approx(np.abs(simulation.states[0, kept, 2:]).max())
    assert found["activity"]["signed"]
    assert found["activity"]["words"].endswith("the first of 2 samples, 200 of 600 frames.")
    assert 'id="play"' in text
    assert len(text) - len(page(network)) < 12_000
    assert 'id="play"' not in page(network)
    assert page(network) == page(network, simulation=None)


def test_nodes_that_were_not_recorded_or_that_left_have_no_state(network):
    pruning = ng.prune(network, ng.pruning.magnitude(0.9))
    small = pruning.network
    some = ng.simulate(small, np.ones((1, 3, 2)), dt=0.1, record=ng.Record(1, [small.outputs[0]]))
    found = told(page(small, removed=pruning.removed, simulation=some))
    place = [node["label"] for node in found["nodes"]].index(small.outputs[0])
    known = np.isfinite(states(found))
    assert known[:, place].all()
    assert known.sum() == 3
    assert "1 nodes were recorded" not in found["activity"]["words"]
    assert "1 node was recorded" in found["activity"]["words"]


def test_populations_of_a_large_graph_have_the_means_of_their_neurons(monkeypatch):
    monkeypatch.setattr(content, "MOST_NODES", 20)
    graph = brain()
    network = ng.compile(graph)
    run = ng.simulate(network, np.ones((1, 4, len(network.inputs))), dt=0.1, start=0.5)
    found = told(page(network, simulation=run))
    member = np.frombuffer(base64.b64decode(found["neurons"]["population"]), "<i4")
    for k in range(len(found["nodes"])):
        wanted = run.states[0][:, member == k].mean(axis=1)
        assert states(found)[:, k] == pytest.approx(wanted, abs=found["activity"]["largest"] / activity.LEVELS)
    assert found["activity"]["unit"] == "mean state"


def test_complex_states_are_shown_by_their_moduli():
    network = ng.compile(ng.topologies.unitary(inputs=1, units=4, outputs=1, seed=0), ng.dynamics.unitary())
    run = ng.simulate(network, np.ones((1, 5, 1)))
    found = told(page(network, simulation=run))
    known = np.isfinite(states(found)[0])
    labels = [node["label"] for node in found["nodes"]]
    assert [label for label, here in zip(labels, known, strict=True) if here] == [str(node) for node in run.nodes]
    assert states(found)[:, known] == pytest.approx(np.abs(run.states[0]), abs=1e-3)
    assert (found["activity"]["unit"], found["activity"]["step"]) == ("|state|", "step")


def test_something_else_than_a_simulation_of_this_network_is_refused(network, simulation):
    other = ng.compile(ng.topologies.layered(inputs=2, hidden=(3,), outputs=1, seed=1), ng.dynamics.additive("tanh"))
    with pytest.raises(ng.ParameterError, match=r"of another network: .* pass simulation\.network"):
        page(other, simulation=simulation)
    with pytest.raises(ng.ParameterError, match=r"type list: expected what neurograph\.simulate returns"):
        page(network, simulation=[simulation])
    with pytest.raises(ng.ParameterError, match="has no frames"):
        page(network, simulation=ng.simulate(network, [[[0.0, 5.0]]], dt=0.1, record=50))


SCRIPT = """
const made = {};
const element = (id) => ({
  id, value: "", textContent: "", listeners: {}, attributes: {}, children: [], texts: [{}, {}, {}],
  addEventListener(name, f) { this.listeners[name] = f; }, setAttribute(name, value) { this.attributes[name] = value; },
  append(one) { this.children.push(one); }, replaceChildren() { this.children = []; },
  querySelectorAll() { return this.texts; },
});
const at = (id) => made[id] ||= element(id);
const variables = { "--negative": "#d55e00", "--rest": "#ffffff", "--positive": "#0072b2", "--paper": "#ffffff" };
const document = {
  documentElement: { style: { setProperty(name, value) { variables[name] = value; } } },
  createElementNS: () => element(""),
};
const getComputedStyle = () => ({ getPropertyValue: (name) => variables[name] });
const matchMedia = () => ({ addEventListener() {} });
const painted = {};
const cy = {
  batch: (f) => f(), style() {}, nodes: () => ({ style() {} }),
  getElementById: (id) => ({ style: (name, value) => (painted[id] = value) }),
};
let tick = null;
const setInterval = (f) => (tick = f);
const clearInterval = () => (tick = null);
const [look, chosen, SHAPES] = [() => {}, () => {}, { input: 1, bias: 1, hidden: 1, output: 1 }];
const [held, SIGNS] = [null, { positive: 1, negative: 1, zero: 1 }];
const sign = (weight) => (weight > 0 ? "positive" : weight < 0 ? "negative" : "zero");
const width = (weight) => Math.abs(weight);
const short = (value) => Number(value.toPrecision(4)).toString();
const content = JSON.parse(require("fs").readFileSync(0, "utf8"));
const { nodes, edges: all } = content;
const drawn = all.map(() => ({
  classes: new Set(), toggleClass(name, on) { this.classes[on ? "add" : "delete"](name); },
  data(name, value) { this[name] = value; },
}));
"""


@pytest.mark.skipif(shutil.which("node") is None, reason="the script is run by node, which is not installed")
def test_the_script_plays_the_frames(network, tmp_path):
    run = ng.simulate(network, [[[0.0, 1.0], [1.0, -1.0], [1.0, -1.0]]], dt=0.5)
    code = SCRIPT + Path(activity.__file__).with_suffix(".js").read_text("utf-8")
    code += """
const looks = [];
const seen = () => looks.push({ ...painted, said: at("time-said").textContent, play: at("play").textContent });
seen();
at("play").listeners.click();
tick(); seen();
tick(); seen();
const facts = nodes.map((node) => node.facts["state now"]);
console.log(JSON.stringify({ looks, facts, ended: tick === null, ramp: at("ramp").children, scale: at("scale") }));
"""
    (tmp_path / "run.js").write_text(code, "utf-8")
    given = json.dumps(told(page(network, simulation=run)))
    ran = subprocess.run(["node", tmp_path / "run.js"], input=given, capture_output=True, text=True, check=True)
    seen = json.loads(ran.stdout)
    scale = np.abs(run.states[0, :, 2:]).max()
    for frame, look in enumerate(seen["looks"]):
        for place, state in enumerate(run.states[0, frame]):
            rgb = np.array(re.findall(r"\d+", look[f"n{place}"]), float)
            share = np.clip(state / scale, -1.0, 1.0)
            end = np.array([0x00, 0x72, 0xB2] if share > 0 else [0xD5, 0x5E, 0x00])
            assert rgb == pytest.approx(255 + abs(share) * (end - 255), abs=1.0)
    assert [look["said"] for look in seen["looks"]] == ["time 0.5 of 1.5", "time 1 of 1.5", "time 1.5 of 1.5"]
    assert [look["play"] for look in seen["looks"]][1:] == ["Pause", "Play"]
    assert seen["ended"]
    assert np.array(seen["facts"], float) == pytest.approx(run.states[0, 2], rel=1e-3, abs=1e-4)
    assert [stop["attributes"]["offset"] for stop in seen["ramp"]] == [0, 0.5, 1]
    assert [float(text["textContent"]) for text in seen["scale"]["texts"]] == pytest.approx(
        [-scale, 0, scale], rel=1e-3
    )


@pytest.fixture(scope="module")
def learned():
    graph = ng.topologies.layered(inputs=2, hidden=(3,), outputs=1, seed=0)
    network = ng.compile(graph, ng.dynamics.additive("tanh"))
    x = np.random.default_rng(0).normal(size=(1, 6, 2))
    return ng.simulate(network, x, dt=0.1, hold=1.0, rule=ng.Rule("pre*post - w"), learning_rate=0.5, record_weights=20)


def weights(content):
    given = content["activity"]["weights"]
    return given["edges"], np.frombuffer(base64.b64decode(given["values"]), "<f4").reshape(-1, len(given["edges"]))


def test_edges_have_the_weights_that_were_in_force_at_each_frame(learned):
    found = told(page(learned.network, simulation=learned))
    chosen, values = weights(found)
    assert chosen == list(range(len(learned.network.edges)))
    for place, k in enumerate(chosen):
        pre, post = (found["nodes"][end]["label"] for end in found["edges"][k][:2])
        edge = list(learned.network.edges).index((pre, post))
        for time, value in zip(found["activity"]["times"], values[:, place], strict=True):
            before = np.flatnonzero(learned.weight_time < time + 1e-9)
            row = learned.weights[before[-1]] if before.size else learned.network.weights
            assert value == pytest.approx(row[edge], rel=1e-6)
    assert found["activity"]["words"].endswith(
        f"Edges follow their weights, which were recorded {len(learned.weights)} times."
    )


def test_of_many_weights_those_that_change_most_are_played(learned, monkeypatch):
    monkeypatch.setattr(activity, "MOST_LEARNING", 3)
    found = told(page(learned.network, simulation=learned))
    span = np.ptp(np.concatenate([learned.network.weights[None], learned.weights]), axis=0)
    ends = [tuple(found["nodes"][end]["label"] for end in found["edges"][k][:2]) for k in weights(found)[0]]
    wanted = [learned.network.edges[k] for k in np.argsort(-span)[:3]]
    assert sorted(ends) == sorted(wanted)
    others = len(learned.network.edges) - 3
    assert f"the 3 that change most follow, {others} others do not." in found["activity"]["words"]


def test_populations_do_not_follow_the_weights_and_the_page_says_so(learned, monkeypatch):
    monkeypatch.setattr(content, "MOST_NODES", 4)
    found = told(page(learned.network, simulation=learned))
    assert found["activity"]["weights"] is None
    assert found["activity"]["words"].endswith("Edges have the weights of the beginning.")


@pytest.mark.skipif(shutil.which("node") is None, reason="the script is run by node, which is not installed")
def test_the_script_gives_edges_the_width_and_sign_of_their_weight(learned, tmp_path):
    code = SCRIPT + Path(activity.__file__).with_suffix(".js").read_text("utf-8")
    code += """
at("time").value = times.length - 1;
showFrame();
console.log(JSON.stringify(drawn.map((edge, k) => [edge.width, [...edge.classes], all[k][2]])));
"""
    (tmp_path / "run.js").write_text(code, "utf-8")
    given = told(page(learned.network, simulation=learned))
    ran = subprocess.run(
        ["node", tmp_path / "run.js"], input=json.dumps(given), capture_output=True, text=True, check=True
    )
    chosen, values = weights(given)
    for k, (width, classes, now) in enumerate(json.loads(ran.stdout)):
        weight = values[-1, chosen.index(k)]
        assert width == pytest.approx(abs(weight), rel=1e-6)
        assert classes == ["positive" if weight > 0 else "negative"]
        assert now == pytest.approx(weight, rel=1e-3)
